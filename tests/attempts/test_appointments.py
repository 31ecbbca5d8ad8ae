"""A visit gets its day and time."""

from datetime import timedelta

import pytest
from sqlmodel import select

from outreach import clock, db
from outreach.attempts import appointment_service, logging_service, service
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.cases.models import CaseEvent
from outreach.errors import Conflict, NotFound, Refused
from tests.attempts.test_changes import new
from tests.factories import World, post


def visit(world: World) -> ContactAttempt:
    case = world.case()
    with db.write() as session:
        now = clock.now()
        wanted = new(case.id, channel="visit", step="w3-huisbezoek", latest_at=now + timedelta(days=1))
        attempt_id = service.plan_many(session, [wanted])[0]
    found = db.session().get(ContactAttempt, attempt_id)
    assert found is not None
    return found


def test_the_coach_plans_a_moment_and_the_case_tells_it(world: World) -> None:
    one = visit(world)
    client = world.sign_in(world.coach)
    day = clock.today() + timedelta(days=3)
    path = f"/cases/{one.case_id}/visit/moment"
    done = post(
        client,
        path,
        {"attempt": str(one.id), "on": day.isoformat(), "at": "14:00", "back": "visits"},
        token_from="/visits",
    )
    assert (done.status_code, done.location) == (302, "/visits")
    db.session().expire_all()
    planned = db.session().get(ContactAttempt, one.id)
    assert clock.local(planned.due_at).strftime("%H:%M") == "14:00"
    assert planned.latest_at > planned.due_at
    assert "14.00" in client.get("/visits").text
    assert "Bezoek gepland" in client.get(f"/cases/{one.case_id}").text


def test_a_moment_in_the_past_is_told_at_the_day_and_nothing_changes(world: World) -> None:
    one = visit(world)
    due = one.due_at
    client = world.sign_in(world.coach)
    data = {"attempt": str(one.id), "on": "2020-01-01", "at": "14:00"}
    answer = post(client, f"/cases/{one.case_id}/visit/moment", data, token_from="/visits")
    assert answer.status_code == 422
    assert "voorbij" in answer.text
    db.session().expire_all()
    assert db.session().get(ContactAttempt, one.id).due_at == due


def test_a_visit_that_was_logged_or_is_anothers_cannot_be_moved(world: World) -> None:
    one, other = visit(world), visit(world)
    soon = clock.now() + timedelta(days=1)
    logging_service.log_visit(one.case_id, Result.met, by=world.coach.id, attempt_id=one.id)
    with pytest.raises(Conflict):
        appointment_service.appoint(one.case_id, one.id, soon, by=world.coach.id)
    with pytest.raises(NotFound):
        appointment_service.appoint(one.case_id, other.id, soon, by=world.coach.id)
    with pytest.raises(Refused):
        appointment_service.appoint(other.case_id, other.id, soon + timedelta(days=90), by=world.coach.id)
    kinds = db.session().exec(select(CaseEvent.kind).where(CaseEvent.kind == "visit_planned")).all()
    assert kinds == []
