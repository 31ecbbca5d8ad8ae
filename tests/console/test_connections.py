"""A command leaves nothing open behind, so that a script may call many in one process."""

from collections import Counter

import pytest
from click.testing import CliRunner
from sqlalchemy import event
from sqlalchemy.pool import Pool

from outreach.cli import main


@pytest.mark.parametrize("words", [("campaign", "list"), ("campaign", "pause", "nergens")], ids=" ".join)
def test_a_command_closes_its_connections(
    database_url: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    seen: Counter[str] = Counter()

    def opened(*_about: object) -> None:
        seen["opened"] += 1

    def closed(*_about: object) -> None:
        seen["closed"] += 1

    event.listen(Pool, "connect", opened)
    event.listen(Pool, "close", closed)
    try:
        CliRunner().invoke(main, list(words))
    finally:
        event.remove(Pool, "connect", opened)
        event.remove(Pool, "close", closed)
    assert seen["opened"] == seen["closed"] > 0
