"""What a command says when it cannot begin: a sentence on stderr and exit code 1, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from outreach import config
from outreach.errors import Refused

NOT_MADE = "outreach init"


def outreach(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "OUTREACH_SECRET_KEY": "only for tests", **settings}
    command = [sys.executable, "-m", "outreach.cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("words", [("tick", "--json"), ("campaign", "list"), ("worker",)], ids=" ".join)
def test_a_database_without_schema_is_named_with_what_to_do(words: tuple[str, ...], tmp_path: Path) -> None:
    done = outreach(*words, OUTREACH_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
    assert done.returncode == 1
    assert NOT_MADE in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OUTREACH_DATABASE_URL", "nonsense"),
        ("OUTREACH_TIMEZONE", "Mars/X"),
        ("OUTREACH_BASE_URL", "outreach.example.org"),
        ("PORT", "eighty"),
        ("OUTREACH_SESSION_HOURS", "nan"),
        ("OUTREACH_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(Refused, match=name):
        config.load({"OUTREACH_SECRET_KEY": "x", name: value})


@pytest.mark.parametrize(
    ("command", "name", "value"), [("tick", "OUTREACH_TIMEZONE", "Mars/X"), ("web", "PORT", "eighty")]
)
def test_commands_name_it_on_stderr(command: str, name: str, value: str) -> None:
    done = outreach(command, **{name: value})
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_a_reason_too() -> None:
    done = outreach("tick", OUTREACH_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert done.returncode == 1
    assert "OUTREACH_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
