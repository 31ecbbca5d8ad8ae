"""A visit that was reported and taken back: it is to be made again, and what its report laid ready is gone."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from outreach import clock, db
from outreach.attempts import logging_service as logging
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.campaigns.models import Enrolment
from outreach.cases.models import CoachNotice
from outreach.cases.taking_back_service import take_back
from outreach.errors import Conflict
from outreach.staff.scope import scope_of
from outreach.ticking import tick
from outreach.visits import bundle_queries, planning_service, report_service
from outreach.visits.models import Appointment
from outreach.visits.planning_service import Wanted
from tests.cases.test_taking_back import in_a_plan, right, rows, stands
from tests.factories import World
from tests.visits.door import body, kept, plan_visit

NOON = clock.parse("2026-03-03T12:00")


def reported(world: World, sent: dict[str, object]) -> UUID:
    """The event of a report as a phone sends it."""
    report_id = db.new_id()
    report_service.take_in(report_id, sent, scope_of(world.coach))
    event_id = kept(report_id).event_id
    assert event_id is not None
    return event_id


@pytest.mark.parametrize("kind", ["call", "visit"])
def test_what_a_report_laid_ready_is_cancelled_with_it(world: World, kind: str) -> None:
    with clock.at(NOON):
        case = world.case()
        visit = plan_visit(case)
        before = stands(world, case)
        wanted = {"kind": kind, "on": str(clock.today() + timedelta(days=2))}
        event_id = reported(world, body(case, visit) | {"next": wanted})
        assert take_back(case.id, event_id, by=world.coach.id)
        assert stands(world, case) == before
        [other] = [row for row in rows(ContactAttempt, case.id) if row["id"] != visit]
        assert (other["channel"], other["status"], other["reason"]) == (kind, "cancelled", "taken_back")
    assert right(case)


def test_a_visit_that_a_mistaken_call_made_needless_stands_on_the_round_again(world: World) -> None:
    case = in_a_plan(world)
    for day in ("2026-03-06", "2026-03-09", "2026-03-12"):
        tick(clock.parse(f"{day}T12:00"))
    now = clock.parse("2026-03-12T12:00")
    with clock.at(now):
        [visit] = [row["id"] for row in rows(ContactAttempt, case.id) if row["channel"] == "visit"]
        moment = clock.parse("2026-03-17T14:00")
        planning_service.plan([Wanted(visit, moment, world.coach.id)], scope_of(world.clerk))
        before = stands(world, case)
        event = logging.log_call(case.id, Result.spoke, by=world.coach.id)
        assert rows(CoachNotice, case.id) != before["notices"]
        take_back(case.id, event.id, by=world.coach.id)
        assert stands(world, case) == before
        off = select(db.table(Appointment).c.called_off_at).where(db.table(Appointment).c.attempt_id == visit)
        assert db.session().scalar(off) is None
        assert [row["status"] for row in rows(Enrolment, case.id)] == ["running"]


def test_a_visit_with_a_card_stays_logged(world: World) -> None:
    with clock.at(NOON):
        case = world.case()
        sent = body(case, plan_visit(case)) | {"outcome": "nobody_home", "card_left": True}
        event_id = reported(world, sent | {"checklist": "niet-thuis", "answers": {}})
        with pytest.raises(Conflict, match="kaart achtergelaten"):
            take_back(case.id, event_id, by=world.coach.id)


def test_the_phone_does_not_tell_of_a_contact_that_was_taken_back(world: World) -> None:
    with clock.at(NOON):
        case = world.case()
        plan_visit(case)
        event = logging.log_call(case.id, Result.voicemail, by=world.coach.id)
        [visit] = bundle_queries.todays_round(scope_of(world.coach))
        assert len(visit.contacts) == 1
        take_back(case.id, event.id, by=world.coach.id)
        [visit] = bundle_queries.todays_round(scope_of(world.coach))
        assert visit.contacts == ()
