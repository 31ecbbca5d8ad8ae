"""Logging a call or a visit: what becomes of the attempt, the case, the card and the response rates."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from outreach import clock, db
from outreach.attempts import logging_service, service
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Result
from outreach.campaigns.models import Campaign, Enrolment
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.errors import Conflict, NotFound, Refused
from tests.attempts.test_changes import attempt, new
from tests.factories import World


def plan(case_id: UUID, **columns: object) -> UUID:
    with db.write() as session:
        return service.plan_many(session, [new(case_id, **columns)])[0]


def status_of(case_id: UUID) -> str:
    db.session().expire_all()
    return str(db.session().exec(select(Case.status).where(Case.id == case_id)).one())


def attempts_of(case_id: UUID) -> list[ContactAttempt]:
    db.session().expire_all()
    query = select(ContactAttempt).where(ContactAttempt.case_id == case_id).order_by(col(ContactAttempt.id))
    return list(db.session().exec(query))


def enrolled(world: World, case_id: UUID) -> Enrolment:
    with db.write() as session:
        campaign = Campaign(
            region_id=world.region.id,
            slug="voorjaar",
            name="Voorjaar",
            plan_name="drie-weken",
            created_at=clock.now(),
        )
        session.add(campaign)
        session.flush()
        enrolment = Enrolment(campaign_id=campaign.id, case_id=case_id, status="running")
        session.add(enrolment)
        session.flush()
        timeline.record(case_id, EventKind.enrolled)
    return enrolment


def test_speaking_to_her_brings_the_case_in_contact_and_counts_for_that_call(world: World) -> None:
    case_id = world.case().id
    timeline.record(case_id, EventKind.enrolled)
    call = plan(case_id)
    event = logging_service.log_call(
        case_id, Result.spoke, by=world.coach.id, attempt_id=call, note=" Belt terug "
    )
    assert status_of(case_id) == "in_contact"
    done = attempt(call)
    assert (done.status, done.result, done.response_event_id) == ("done", "spoke", event.id)
    assert event.data == {"result": "spoke", "note": "Belt terug"}
    assert event.actor == f"staff:{world.coach.id}"


@pytest.mark.parametrize(
    ("result", "status"),
    [(Result.no_answer, "done"), (Result.voicemail, "done"), (Result.wrong_number, "failed")],
)
def test_not_speaking_to_her_leaves_the_case_as_it_was(world: World, result: Result, status: str) -> None:
    case_id = world.case().id
    timeline.record(case_id, EventKind.enrolled)
    call = plan(case_id)
    logging_service.log_call(case_id, result, by=world.coach.id, attempt_id=call)
    assert status_of(case_id) == "in_benadering"
    assert (attempt(call).status, attempt(call).result, attempt(call).response_event_id) == (
        status,
        result.value,
        None,
    )


def test_the_same_call_is_not_logged_twice(world: World) -> None:
    case_id = world.case().id
    call = plan(case_id)
    logging_service.log_call(case_id, Result.no_answer, by=world.coach.id, attempt_id=call)
    with pytest.raises(Conflict):
        logging_service.log_call(case_id, Result.spoke, by=world.coach.id, attempt_id=call)
    assert attempt(call).result == "no_answer"
    logged = db.session().exec(select(CaseEvent).where(CaseEvent.kind == "call_logged")).all()
    assert len(logged) == 1


def test_a_call_that_nobody_asked_for_takes_the_place_of_the_one_that_was_due(world: World) -> None:
    case_id = world.case().id
    due = plan(case_id, due_at=clock.now() - timedelta(hours=1))
    later = plan(case_id, step="w1-bel-2", due_at=clock.now() + timedelta(days=2))
    logging_service.log_call(case_id, Result.voicemail, by=world.coach.id)
    assert (attempt(due).status, attempt(later).status) == ("done", "planned")
    logging_service.log_call(case_id, Result.voicemail, by=world.coach.id)
    assert attempt(later).status == "planned"
    assert [a.step for a in attempts_of(case_id)] == ["w1-bel-1", "w1-bel-2", "call"]


@pytest.mark.parametrize("status", [AttemptStatus.cancelled, AttemptStatus.expired])
def test_a_call_that_was_called_off_meanwhile_is_kept_all_the_same(
    world: World, status: AttemptStatus
) -> None:
    case_id = world.case().id
    call = plan(case_id)
    with db.write() as session:
        service.change(session, call, status)
    logging_service.log_call(case_id, Result.spoke, by=world.coach.id, attempt_id=call)
    assert [(a.status, a.result) for a in attempts_of(case_id)] == [(status.value, None), ("done", "spoke")]


def test_a_promise_to_call_back_becomes_a_call_to_make(world: World) -> None:
    case_id = world.case().id
    back = clock.now() + timedelta(days=1)
    logging_service.log_call(case_id, Result.spoke, by=world.coach.id, call_back_at=back)
    [done, planned] = attempts_of(case_id)
    assert (done.status, planned.status, planned.channel, planned.due_at) == ("done", "planned", "call", back)


def test_a_task_of_another_case_or_another_kind_does_not_exist(world: World) -> None:
    case, other = world.case(), world.case()
    call = plan(other.id)
    visit = plan(case.id, channel="visit")
    for wrong in (call, visit, db.new_id()):
        with pytest.raises(NotFound):
            logging_service.log_call(case.id, Result.spoke, by=world.coach.id, attempt_id=wrong)
    assert [a.status for a in attempts_of(case.id)] == ["planned"]


def test_a_call_has_no_result_of_a_visit(world: World) -> None:
    case = world.case()
    with pytest.raises(Refused):
        logging_service.log_call(case.id, Result.nobody_home, by=world.coach.id)
    with pytest.raises(Refused):
        logging_service.log_visit(case.id, Result.voicemail, by=world.coach.id)
    with pytest.raises(Refused):
        logging_service.log_visit(case.id, Result.met, by=world.coach.id, card_left=True)
    assert attempts_of(case.id) == []


def test_nobody_home_and_a_card_left_fills_the_card_step_of_the_plan(world: World) -> None:
    case = world.case()
    enrolment = enrolled(world, case.id)
    visit = plan(case.id, channel="visit", step="w3-huisbezoek", enrolment_id=enrolment.id)
    logging_service.log_visit(
        case.id, Result.nobody_home, by=world.coach.id, attempt_id=visit, card_left=True
    )
    [done, card] = attempts_of(case.id)
    assert (done.status, done.result) == ("done", "nobody_home")
    assert (card.step, card.enrolment_id, card.status, card.result) == (
        "w3-kaart",
        enrolment.id,
        "done",
        "card_left",
    )
    kinds = db.session().exec(select(CaseEvent.kind).order_by(CaseEvent.seq)).all()
    assert kinds[-2:] == ["visit_logged", "card_left"]
    assert status_of(case.id) == "in_benadering"


def test_a_card_that_was_laid_ready_is_the_one_that_is_left(world: World) -> None:
    case = world.case()
    enrolment = enrolled(world, case.id)
    visit = plan(case.id, channel="visit", step="w3-huisbezoek", enrolment_id=enrolment.id)
    card = plan(case.id, channel="card", step="w3-kaart", enrolment_id=enrolment.id)
    logging_service.log_visit(
        case.id, Result.nobody_home, by=world.coach.id, attempt_id=visit, card_left=True
    )
    assert attempt(card).status == "done"
    assert len(attempts_of(case.id)) == 2


@pytest.mark.parametrize(
    ("result", "status", "case_status"),
    [
        (Result.met, "done", "in_contact"),
        (Result.refused, "done", "in_contact"),
        (Result.nobody_home, "done", "in_benadering"),
        (Result.moved, "failed", "in_benadering"),
        (Result.wrong_address, "failed", "in_benadering"),
    ],
)
def test_what_a_visit_makes_of_attempt_and_case(
    world: World, result: Result, status: str, case_status: str
) -> None:
    case = world.case()
    timeline.record(case.id, EventKind.enrolled)
    visit = plan(case.id, channel="visit")
    logging_service.log_visit(case.id, result, by=world.coach.id, attempt_id=visit)
    assert (attempt(visit).status, status_of(case.id)) == (status, case_status)


def test_a_response_counts_for_the_last_attempt_that_had_reached_out(world: World) -> None:
    case = world.case()
    now = clock.now()
    moments = {
        "w1-whatsapp-1": now - timedelta(days=4),
        "w2-brief": now - timedelta(days=1),
        "too late": now + timedelta(hours=1),
    }
    ids = {step: plan(case.id, step=step, channel="letter") for step in (*moments, "failed", "planned")}
    with db.write() as session:
        for step, at in moments.items():
            service.change(session, ids[step], AttemptStatus.sent, sent_at=at)
        service.change(session, ids["failed"], AttemptStatus.failed, ended_at=now - timedelta(hours=1))
    first = timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "school"})
    marked = {step: attempt(id_).response_event_id for step, id_ in ids.items()}
    assert marked == dict.fromkeys(ids) | {"w2-brief": first.id}


def test_a_plan_that_stops_cancels_what_nobody_has_claimed(world: World) -> None:
    case = world.case()
    enrolment = enrolled(world, case.id)
    planned = plan(case.id, step="a", enrolment_id=enrolment.id)
    claimed = plan(case.id, step="b", enrolment_id=enrolment.id)
    outside = plan(case.id, step="c")
    with db.write() as session:
        service.change(session, claimed, AttemptStatus.claimed)
        assert service.cancel_open(session, [enrolment.id], "responded") == 1
    assert [attempt(x).status for x in (planned, claimed, outside)] == ["cancelled", "claimed", "planned"]
    assert attempt(planned).reason == "responded"
