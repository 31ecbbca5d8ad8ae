"""`outreach campaign`, as an administrator or a script calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.campaigns.service import CHANGES, REFUSALS
from outreach.cli import main

LIST = """dossiernummer;voornaam;achternaam;geboortedatum;straat;huisnummer;postcode;woonplaats;telefoon
1;Noor;Jansen;31-12-2006;Dorpsstraat;12;3131AA;Vlaardingen;06-12345678
2;Sem;Bakker;1-1-2007;Dorpsstraat;14;3131AA;Vlaardingen;
"""
MONDAY = ("--now", "2026-03-02T10:30")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address at which there is nothing yet."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(*words: object) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def refusal(*words: object) -> str:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr.strip()


def test_from_nothing_to_the_first_attempts_by_commands_alone(database: None, tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text(LIST)
    answer("init")
    made = answer("campaign", "create", "k", "--plan", "drie-weken", *MONDAY)
    assert (made["slug"], made["status"]) == ("k", "draft")
    done = answer("import", path, "--campaign", "k", *MONDAY)
    assert (done["created"], done["enrolled"]) == (2, 2)
    assert answer("campaign", "start", "k", *MONDAY)["status"] == "running"
    assert answer("tick", *MONDAY)["attempts"] == {"whatsapp": 1, "letter": 1}
    assert len(answer("region", "list")["regions"]) == 1  # type: ignore[arg-type]


def test_a_campaign_that_cannot_be_made_makes_no_region_either(database: None) -> None:
    answer("init")
    assert "geen aanpak 'weg'" in refusal("campaign", "create", "k", "--plan", "weg")
    assert "nergens" in refusal("campaign", "create", "k", "--plan", "drie-weken", "--region", "nergens")
    assert answer("region", "list") == {"regions": []}


@pytest.fixture
def campaign(database: None) -> None:
    answer("init")
    answer("campaign", "create", "k", "--plan", "drie-weken")


PAST = {
    "draft": (),
    "running": ("start",),
    "paused": ("start", "pause"),
    "stopped": ("stop",),
}


@pytest.mark.parametrize(
    ("status", "verb", "words"),
    [
        ("draft", "pause", ("nog niet begonnen", "pauze")),
        ("paused", "pause", ("staat al op pauze",)),
        ("stopped", "pause", ("gestopt", "pauze")),
        ("stopped", "start", ("gestopt", "starten")),
        ("stopped", "stop", ("al gestopt",)),
        ("running", "start", ("loopt al",)),
    ],
)
def test_what_a_campaign_does_not_allow_is_refused_with_how_it_stands(
    campaign: None, status: str, verb: str, words: tuple[str, ...]
) -> None:
    for before in PAST[status]:
        answer("campaign", before, "k")
    said = refusal("campaign", verb, "k")
    assert all(word in said for word in words), said
    assert "intussen" not in said


def test_a_finished_campaign_says_so_when_it_is_paused_or_stopped(campaign: None, tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text(LIST)
    answer("import", path, "--campaign", "k", *MONDAY)
    answer("campaign", "start", "k", *MONDAY)
    answer("tick", "--now", "2026-06-01T10:30")
    assert "afgelopen" in refusal("campaign", "pause", "k")
    assert "afgelopen" in refusal("campaign", "stop", "k")


def test_there_is_a_reason_for_whatever_a_verb_may_not_do() -> None:
    verbs = {"running", "paused", "stopped"}
    refused = {(status, wanted) for status, allowed in CHANGES.items() for wanted in verbs - allowed}
    assert set(REFUSALS) == refused
