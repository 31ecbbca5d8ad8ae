"""outreach case show and outreach verify, as scripts use them."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from outreach import db
from outreach.attempts import logging_service, rules
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, Person
from outreach.cli import main
from outreach.regions.models import Municipality, Region
from tests.attempts.test_logging import plan
from tests.factories import World

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")

    def command(*words: str) -> Result:
        return CliRunner().invoke(main, words)

    return command


def test_a_case_is_shown_with_all_its_events_and_attempts(world: World, run: Run) -> None:
    case = world.case()
    call = plan(case.id)
    logging_service.log_call(case.id, rules.Result.spoke, by=world.coach.id, attempt_id=call, note="Hoi")
    shown = run("case", "show", case.reference, "--json")
    assert shown.exit_code == 0, shown.output
    data = json.loads(shown.stdout)
    events, attempts = data.pop("events"), data.pop("attempts")
    assert data == {
        "reference": "D-00001",
        "status": "in_contact",
        "target_group": "nieuwe_vsv",
        "municipality": "Vlaardingen",
        "coach": "coach@example.org",
    }
    assert [event["kind"] for event in events] == ["imported", "call_logged"]
    assert set(events[0]) == {"id", "at", "kind", "channel", "actor", "data"}
    assert events[1]["data"] == {"result": "spoke", "note": "Hoi"}
    assert events[1]["actor"] == f"staff:{world.coach.id}"
    [attempt] = attempts
    assert set(attempt) == {"id", "step", "channel", "status", "due", "provider_id"}
    assert (attempt["id"], attempt["step"], attempt["status"]) == (str(call), "w1-bel-1", "done")
    assert "D-00001: in_contact" in run("case", "show", case.reference).stdout


def test_an_unknown_case_is_refused(world: World, run: Run) -> None:
    refused = run("case", "show", "nobody", "--json")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nobody" in refused.stderr


def test_a_number_in_two_regions_needs_a_region(world: World, run: Run) -> None:
    case = world.case()
    with db.write() as session:
        other = Region(slug="elders", name="Elders")
        session.add(other)
        session.flush()
        session.add(Municipality(code="GM0193", name="Zwolle", region_id=other.id))
        person = Person(region_id=other.id, family_name="Smit", birth_date=date(2005, 3, 1))
        session.add(person)
        session.flush()
        twin = Case(
            region_id=other.id,
            reference=case.reference,
            person_id=person.id,
            municipality_code="GM0193",
            opened_at=case.opened_at,
        )
        session.add(twin)
        session.flush()
        timeline.record(twin.id, EventKind.imported)
    refused = run("case", "show", case.reference, "--json")
    assert refused.exit_code == 1
    assert "elders" in refused.stderr
    assert "waterweg" in refused.stderr
    shown = run("case", "show", case.reference, "--region", "elders", "--json")
    assert json.loads(shown.stdout)["municipality"] == "Zwolle"


def test_verify_finds_a_wrong_cache_and_repairs_it(world: World, run: Run) -> None:
    right, wrong = world.case(), world.case()
    timeline.record(wrong.id, EventKind.responded, data={"now": "work"})
    fine = run("verify", "--json")
    assert (fine.exit_code, json.loads(fine.stdout)) == (0, {"cases": 2, "wrong": []})
    table = db.table(Case)
    with db.write() as session:
        session.execute(update(table).where(table.c.id == wrong.id).values(status="nazorg", event_count=9))
    found = run("verify", "--json")
    assert found.exit_code == 1
    data = json.loads(found.stdout)
    assert data["cases"] == 2
    [one] = data["wrong"]
    assert (one["reference"], one["cached"]["status"], one["folded"]["status"]) == (
        wrong.reference,
        "nazorg",
        "in_contact",
    )
    repaired = run("verify", "--repair", "--json")
    assert (repaired.exit_code, json.loads(repaired.stdout)) == (0, {"cases": 2, "wrong": [], "repaired": 1})
    assert run("verify").exit_code == 0
    db.session().expire_all()
    assert [db.session().get(Case, c.id).status for c in (right, wrong)] == ["nieuw", "in_contact"]


def test_a_timeline_with_a_gap_is_wrong_and_cannot_be_repaired(world: World, run: Run) -> None:
    case = world.case()
    with db.write() as session:
        table = db.table(CaseEvent)
        session.execute(update(table).where(table.c.case_id == case.id).values(seq=2))
    found = run("verify", "--repair", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["wrong"][0]["folded"] is None
