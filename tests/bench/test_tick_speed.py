"""Planning and applying one tick over 10,000 enrolments takes under ten seconds."""

import resource
import time
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlmodel import col

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, Household, Person
from outreach.cases.timeline import NewEvent
from outreach.messages.models import Message
from outreach.ticking import tick
from tests.factories import World

NUMBER = 10_000
SECONDS = 10

pytestmark = pytest.mark.bench


def fill(world: World, number: int) -> list[object]:
    """So many imported cases, each with a mobile phone and a household."""
    households = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "key": f"3131AA-{n}",
            "street": "Dorpsstraat",
            "house_number": str(n),
            "house_addition": "",
            "postcode": "3131AA",
            "town": "Vlaardingen",
        }
        for n in range(number)
    ]
    people = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "household_id": household["id"],
            "given_name": f"Noor{n}",
            "infix": "",
            "family_name": "Jansen",
            "birth_date": date(2005, 3, 1),
            "mobile": f"+316{n + 10_000_000}",
            "language": "nl",
            "match_key": f"jansen-{n}",
        }
        for n, household in enumerate(households)
    ]
    cases = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "reference": f"D-{n:06}",
            "person_id": person["id"],
            "municipality_code": "GM0622",
            "coach_id": world.coach.id,
            "target_group": "nieuwe_vsv",
            "school": "",
            "brin": "",
            "programme": "",
            "opened_at": clock.now(),
            "event_count": 0,
            "status": "nieuw",
        }
        for n, person in enumerate(people)
    ]
    with db.write() as session:
        for table, rows in ((Household, households), (Person, people), (Case, cases)):
            session.execute(insert(db.table(table)), rows)
        timeline.record_many([NewEvent(case["id"], EventKind.imported) for case in cases])
    return [case["id"] for case in cases]


def test_a_tick_over_ten_thousand_enrolments(app: Flask, world: World, machine: float) -> None:
    ids = fill(world, NUMBER)
    with clock.at(clock.parse("2026-03-02T09:30")):
        campaign = campaigns.create(world.region.id, "groot", "drie-weken")
        began = time.perf_counter()
        campaigns.add_cases(campaign.id, ids)
        campaigns.start(campaign.id)
        print(f"\nenrolling {NUMBER}: {time.perf_counter() - began:.1f} s")
    for moment in ("2026-03-02T10:00", "2026-03-03T11:00", "2026-03-09T12:00"):
        began, cpu = time.perf_counter(), time.process_time()
        done = tick(clock.parse(moment))
        took = time.perf_counter() - began
        print(
            f"tick at {moment}: {sum(done['attempts'].values())} attempts in {took:.1f} s "
            f"({time.process_time() - cpu:.1f} s of processor)"
        )
        assert took < SECONDS / machine
    sent = db.session().scalar(select(func.count()).select_from(Message))
    assert sent == NUMBER
    assert db.session().scalar(select(func.count()).where(col(Case.status) == "in_benadering")) == NUMBER
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
