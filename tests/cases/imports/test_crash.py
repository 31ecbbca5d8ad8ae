"""A real import that is killed halfway loses nothing: the next one finishes it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from tests.cases.imports.large import rows, write_csv
from tests.factories import World

ROWS = 4000
CONTENT = (
    "SELECT reference, status, event_count, municipality_code, given_name, family_name, mobile, key, street "
    "FROM case_file JOIN person ON person.id = person_id LEFT JOIN household ON household.id = household_id "
    "ORDER BY reference",
    "SELECT reference, kind, seq FROM case_event JOIN case_file ON case_file.id = case_id ORDER BY reference, seq",
    "SELECT count(*) FROM household",
    "SELECT count(*) FROM person",
)


def content(engine: Engine) -> list[list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in CONTENT]


def test_an_import_that_is_killed_is_finished_by_the_next(
    world: World, database_url: str, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "lijst.csv", rows(ROWS))
    env = os.environ | {"OUTREACH_DATABASE_URL": database_url, "OUTREACH_SECRET_KEY": "only for tests"}
    command = [sys.executable, "-m", "outreach.cli", "import", str(path)]
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))

    def there() -> int:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM case_file")).scalar_one())

    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while process.poll() is None and there() == 0 and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    killed_at = there()
    assert 0 < killed_at < ROWS, "it was killed in the middle"
    assert killed_at % 1000 == 0, "a chunk is there whole or not at all"

    for _ in range(2):
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=240)
    finished = content(engine)
    assert len(finished[0]) == ROWS

    with engine.begin() as connection:
        for table in (
            "imported_case",
            "import_run",
            "coach_notice",
            "case_event",
            "case_file",
            "person",
            "household",
        ):
            connection.execute(text(f"DELETE FROM {table}"))
    subprocess.run(command, env=env, check=True, capture_output=True, timeout=240)
    assert content(engine) == finished
    engine.dispose()
