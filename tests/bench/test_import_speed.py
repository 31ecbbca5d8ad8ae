"""How many rows a second `outreach import` takes in, and how much memory it needs."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cases.imports.large import rows, write_csv, write_xlsx

ROWS = 10_000
GOAL_ROWS_A_SECOND = 1_500
GOAL_MB = 300

# Waits for the import as its only child, so that the largest child's memory is the import's.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def imported(path: Path, database_url: str) -> tuple[float, float, dict[str, object]]:
    """Seconds and megabytes of the whole process, and its answer."""
    env = os.environ | {"OUTREACH_DATABASE_URL": database_url, "OUTREACH_SECRET_KEY": "only for tests"}
    command = [
        sys.executable,
        "-c",
        MEASURE,
        sys.executable,
        "-m",
        "outreach.cli",
        "import",
        str(path),
        "--json",
    ]
    began = time.monotonic()
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=300)
    seconds = time.monotonic() - began
    answer, kilobytes = done.stdout.strip().splitlines()
    return seconds, int(kilobytes) / 1024, json.loads(answer)


@pytest.mark.bench
@pytest.mark.parametrize("write", [write_csv, write_xlsx], ids=["csv", "xlsx"])
def test_a_list_of_10_000_rows_is_in_within_seconds(
    write, database_url: str, tmp_path: Path, machine: float
) -> None:
    suffix = "csv" if write is write_csv else "xlsx"
    made = rows(ROWS)
    small = write(tmp_path / f"small.{suffix}", [["X-1", *made[0][1:]]])
    imported(small, database_url)  # warms up what the machine keeps of the program
    start, _, _ = imported(small, database_url)
    whole, megabytes, answer = imported(write(tmp_path / f"large.{suffix}", made), database_url)
    assert answer["created"] == ROWS
    rate = ROWS / (whole - start)
    again, _, answer = imported(tmp_path / f"large.{suffix}", database_url)
    assert answer["unchanged"] == ROWS
    print(
        f"\nimport of {ROWS} rows of {suffix}: {rate:.0f} rows/s, {megabytes:.0f} MB, {whole:.1f} s "
        f"of which {start:.1f} s to start; again unchanged: {ROWS / (again - start):.0f} rows/s"
    )
    assert megabytes < GOAL_MB
    assert rate >= GOAL_ROWS_A_SECOND * machine
