"""`outreach import` as an administrator or a script calls it, and lists to call it with."""

import json

import pytest
from click.testing import CliRunner

from outreach.cli import main
from tests.cases.imports.imported import HEADER


@pytest.fixture
def outreach(database_url, monkeypatch):
    """Runs a command in this process; the JSON document, or the refusal and exit code."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")

    def run(*arguments, exit_code=0):
        done = CliRunner().invoke(main, [*map(str, arguments), "--json"])
        assert done.exit_code == exit_code, (done.output, done.exception)
        return json.loads(done.stdout) if exit_code == 0 else done.stderr.strip()

    return run


@pytest.fixture
def listed(tmp_path):
    """Writes lines below the header into a list."""

    def write(*lines, header=HEADER, name="lijst.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_text("\n".join([header, *lines]) + "\n", encoding=encoding)
        return path

    return write
