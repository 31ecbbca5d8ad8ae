"""Contacts go out at thousands a second, the last ones as fast as the first."""

import io
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert

from outreach import clock, db
from outreach.cases.models import CaseEvent
from outreach.insight import contact_files, contact_queries
from outreach.insight.contacts import klantcontact
from outreach.insight.wanted import Wanted
from tests.crowd import crowd
from tests.factories import MUNICIPALITIES, World

CASES = 5_000
EACH = 20
GOAL = 5_000
"""Contacts a second, as one JSON document."""
KINDS = (
    ("message_sent", "whatsapp", {"step": "w1-whatsapp-1", "text": "x" * 200}),
    ("call_logged", "call", {"result": "voicemail", "note": "x" * 100}),
    ("visit_logged", "visit", {"result": "nobody_home", "note": ""}),
    ("letter_printed", "letter", {"batch": 1, "step": "w2-brief"}),
    ("responded", "form", {"help": True, "call_back": True, "message": "x" * 100}),
)

pytestmark = pytest.mark.bench


def fill(world: World) -> None:
    cases, first = crowd(world, CASES), clock.now()
    for number in range(EACH):
        kind, channel, data = KINDS[number % len(KINDS)]
        at = first + timedelta(days=number)
        rows = [
            {
                "id": db.new_id(),
                "case_id": case_id,
                "seq": number + 2,
                "at": at,
                "recorded_at": at,
                "kind": kind,
                "channel": channel,
                "actor": f"staff:{world.coach.id}",
                "data": data,
            }
            for case_id in cases
        ]
        with db.write() as session:
            session.execute(insert(db.table(CaseEvent)), rows)


def test_contacts_go_out_by_the_thousand(world: World, machine: float) -> None:
    fill(world)
    everybody = Wanted(municipalities=frozenset(MUNICIPALITIES))
    found = (klantcontact(contact, "Doorstroompunt") for contact in contact_queries.contacts(everybody))
    began = time.perf_counter()
    assert contact_files.write("json", io.BytesIO(), found, {}, names=False) == CASES * EACH
    rate = CASES * EACH / (time.perf_counter() - began)
    print(f"{rate:.0f} contacts a second; {rate / machine:.0f} at full speed")
    assert rate / machine >= GOAL
