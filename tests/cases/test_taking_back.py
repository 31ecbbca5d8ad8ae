"""Taking back what was logged by mistake: everything stands as before, or a sentence says why it cannot be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from outreach import clock, db
from outreach.attempts import logging_service as logging
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import (
    CALL_RESULTS,
    TAKEN_BACK_FROM,
    VISIT_RESULTS,
    AttemptStatus,
    Result,
    may_change,
)
from outreach.attempts.service import change, plan_many
from outreach.campaigns import service as campaigns
from outreach.campaigns.enrolments import EnrolmentStatus, change_one
from outreach.campaigns.models import Campaign, Enrolment
from outreach.cases import notice_queries, service, timeline, verify_queries
from outreach.cases import taking_back_queries as queries
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice
from outreach.cases.rules import CaseStatus
from outreach.cases.taking_back_rules import LOGGED, QUIET, Told, why_not
from outreach.cases.taking_back_service import take_back
from outreach.errors import Conflict, NotFound
from outreach.insight import people_queries as insight_people
from outreach.insight import queries as insight
from outreach.insight import reach_queries
from outreach.insight.wanted import Wanted as Reported
from outreach.messages import service as messages
from outreach.messages.models import Message
from outreach.staff.scope import scope_of
from outreach.ticking import tick
from tests.attempts.test_changes import new
from tests.factories import World

BEGIN = clock.parse("2026-03-02T09:15")
K = EventKind


def in_a_plan(world: World, slug: str = "maart") -> Case:
    """A young person whose three-week plan began on Monday morning."""
    with clock.at(BEGIN):
        case = world.case()
        campaign = campaigns.create(world.region.id, slug, "drie-weken")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
    tick(BEGIN)
    return case


def rows(model: Any, case_id: UUID) -> list[dict[str, Any]]:
    table = db.table(model)
    query = select(table).where(table.c.case_id == case_id).order_by(table.c.id)
    return [dict(row._mapping) for row in db.session().execute(query)]


def stands(world: World, case: Case) -> dict[str, Any]:
    """All that must be as before: the state of the case, its attempts and plans, its notices, the figures."""
    table = db.table(Case)
    state = dict(db.session().execute(select(table).where(table.c.id == case.id)).one()._mapping)
    del state["event_count"]
    midnight = clock.end_of_day() - timedelta(days=1)
    return {
        "case": state,
        # What nobody had planned is cancelled and not gone, since an event names it: no figure counts it.
        "attempts": [row for row in rows(ContactAttempt, case.id) if row["reason"] != "taken_back"],
        "enrolments": rows(Enrolment, case.id),
        "campaigns": [one.status for one in db.session().scalars(select(Campaign)).all()],
        "notices": rows(CoachNotice, case.id),
        "figures": insight.responses(Reported()),
        "people": insight_people.people(Reported(), *insight_people.Dimension),
        "waited": reach_queries.waited(Reported()),
        "work": reach_queries.done(Reported()),
        "done": notice_queries.handled_since(scope_of(world.coach), midnight),
    }


def right(case: Case) -> bool:
    [compared] = [one for one in verify_queries.compare_with_events() if one.case_id == case.id]
    return compared.right


@pytest.mark.parametrize("result", CALL_RESULTS)
def test_a_call_of_the_plan_taken_back_leaves_all_as_it_was(world: World, result: Result) -> None:
    case = in_a_plan(world)
    now = clock.parse("2026-03-03T11:30")
    tick(now)
    with clock.at(now):
        before = stands(world, case)
        [call] = [row for row in before["attempts"] if row["channel"] == "call"]
        event = logging.log_call(case.id, result, by=world.coach.id, attempt_id=call["id"])
        assert stands(world, case) != before
        assert take_back(case.id, event.id, by=world.coach.id)
        db.session().expire_all()
        assert stands(world, case) == before
    assert right(case)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.integers(0, 20 * 24),
    earlier=st.lists(st.sampled_from(["no_answer", "voicemail", "nobody_home"]), max_size=3),
    result=st.sampled_from([*CALL_RESULTS, *VISIT_RESULTS]),
    call_back=st.booleans(),
    planned=st.booleans(),
)
def test_whatever_is_logged_and_whenever_taking_it_back_leaves_all_as_before(
    world: World, hours: int, earlier: list[str], result: Result, call_back: bool, planned: bool
) -> None:
    case = in_a_plan(world, f"maart-{db.new_id().hex[-12:]}")
    now = BEGIN + timedelta(hours=hours)
    steps = [BEGIN + (now - BEGIN) * part / (len(earlier) + 1) for part in range(1, len(earlier) + 1)]
    for moment, name in zip(steps, earlier, strict=True):
        tick(moment)
        with clock.at(moment):
            log(world, case, Result(name), planned=True)
    tick(now)
    with clock.at(now):
        before = stands(world, case)
        event = log(world, case, result, planned=planned, call_back=call_back)
        assert take_back(case.id, event.id, by=world.coach.id)
        db.session().expire_all()
        assert stands(world, case) == before
    assert right(case)


def log(
    world: World, case: Case, result: Result, *, planned: bool, call_back: bool = False
) -> timeline.Recorded:
    """Log this on the attempt that is planned for it, when `planned` and there is one."""
    channel = "call" if result in CALL_RESULTS else "visit"
    ready = [
        row["id"]
        for row in rows(ContactAttempt, case.id)
        if row["channel"] == channel and row["status"] == "planned"
    ]
    which = ready[0] if ready and planned else None
    if channel == "visit":
        return logging.log_visit(case.id, result, by=world.coach.id, attempt_id=which)
    again = clock.now() + timedelta(days=1) if call_back else None
    return logging.log_call(case.id, result, by=world.coach.id, attempt_id=which, call_back_at=again)


@pytest.mark.parametrize(
    "was", ["running", "paused by hand", "campaign paused", "campaign finished", "campaign stopped"]
)
def test_the_plan_is_what_it_was_and_what_its_campaign_has_become(world: World, was: str) -> None:
    case = in_a_plan(world)
    now = clock.parse("2026-03-03T11:30")
    tick(now)
    with clock.at(now):
        [enrolment] = rows(Enrolment, case.id)
        if was == "paused by hand":
            change_one(enrolment["id"], EnrolmentStatus.paused, timeline.staff_actor(world.coach.id))
        event = logging.log_call(case.id, Result.spoke, by=world.coach.id)
        if was == "campaign paused":
            campaigns.pause(enrolment["campaign_id"])
        if was == "campaign stopped":
            campaigns.stop(enrolment["campaign_id"])
        if was == "campaign finished":
            campaigns.tick(now)
        take_back(case.id, event.id, by=world.coach.id)
        [after] = rows(Enrolment, case.id)
        open_ones = [row for row in rows(ContactAttempt, case.id) if row["status"] == "planned"]
        if was == "campaign stopped":
            assert (after["status"], after["stop_reason"]) == ("stopped", "campaign_stopped")
        else:
            assert after["status"] == ("paused" if was == "paused by hand" else "running")
            assert open_ones
            assert all(row["held"] == ("paused" in was) for row in open_ones)
            [campaign] = db.session().scalars(select(db.table(Campaign).c.status))
            assert campaign == ("paused" if was == "campaign paused" else "running")


def test_only_who_logged_it_within_ten_minutes_and_once(world: World) -> None:
    case = world.case()
    with clock.at(BEGIN):
        event = logging.log_call(case.id, Result.spoke, by=world.coach.id)
        with pytest.raises(Conflict, match="Alleen wie dit heeft vastgelegd"):
            take_back(case.id, event.id, by=world.coordinator.id)
        with pytest.raises(NotFound):
            take_back(world.case().id, event.id, by=world.coach.id)
        with pytest.raises(NotFound):
            take_back(case.id, db.new_id(), by=world.coach.id)
    with (
        clock.at(BEGIN + timedelta(minutes=10, seconds=1)),
        pytest.raises(Conflict, match="tien minuten"),
    ):
        take_back(case.id, event.id, by=world.coach.id)
    with clock.at(BEGIN + timedelta(minutes=10)):
        assert take_back(case.id, event.id, by=world.coach.id)
        assert not take_back(case.id, event.id, by=world.coach.id)


AFTER: list[tuple[str, Callable[[World, Case], Any]]] = [
    ("status", lambda w, c: service.choose_status(c.id, CaseStatus.in_begeleiding, by=w.coach.id)),
    ("answer", lambda w, c: messages.receive(c.id, "whatsapp", "+31612345678", "hoi")),
    ("else", lambda w, c: logging.log_call(c.id, Result.voicemail, by=w.coach.id)),
    ("card", lambda w, c: timeline.record(c.id, K.card_left, actor=timeline.staff_actor(w.coach.id))),
    ("plan", lambda w, c: timeline.record(c.id, K.enrolled)),
]


@pytest.mark.parametrize(("what", "then"), AFTER, ids=[what for what, _then in AFTER])
def test_what_something_later_depends_on_stays_and_says_so(
    world: World, what: str, then: Callable[[World, Case], Any]
) -> None:
    case = world.case()
    event = logging.log_call(case.id, Result.no_answer, by=world.coach.id)
    then(world, case)
    with pytest.raises(Conflict) as refusal:
        take_back(case.id, event.id, by=world.coach.id)
    assert len(refusal.value.message) > 30, what
    assert event.id not in queries.takeable(case.id, timeline.staff_actor(world.coach.id))


def test_a_note_or_a_new_coach_stands_in_nobodys_way_and_the_last_goes_first(world: World) -> None:
    case = world.case()
    me = timeline.staff_actor(world.coach.id)
    first = logging.log_call(case.id, Result.no_answer, by=world.coach.id)
    service.add_note(case.id, "Verkeerde jongere.", by=world.coach.id)
    second = logging.log_call(case.id, Result.voicemail, by=world.coach.id)
    assert queries.takeable(case.id, me) == {second.id}
    take_back(case.id, second.id, by=world.coach.id)
    assert queries.takeable(case.id, me) == {first.id}
    take_back(case.id, first.id, by=world.coach.id)
    assert queries.taken_back([case.id]) == {first.id, second.id}
    assert right(case)


def test_the_rules_hold_for_every_kind_of_event(world: World) -> None:
    at = BEGIN
    me = "staff:me"
    for kind in K:
        told = Told(db.new_id(), kind, me, {"result": "no_answer"}, at)
        assert (why_not(told, [], me, at) is None) == (kind in LOGGED), kind
    logged = Told(db.new_id(), K.call_logged, me, {"result": "no_answer"}, at)
    for kind in K:
        later = Told(db.new_id(), kind, "staff:other", {}, at)
        harmless = QUIET | {K.taken_back}
        assert (why_not(logged, [later], me, at) is None) == (kind in harmless), kind


def test_two_taps_at_once_take_it_back_once(world: World) -> None:
    case, noon = in_a_plan(world), clock.parse("2026-03-03T12:00")
    tick(noon)
    with clock.at(noon):
        event = logging.log_call(case.id, Result.spoke, by=world.coach.id)
    both, case_id, me = Barrier(2), case.id, world.coach.id

    def tap() -> bool:
        with world.app.app_context(), clock.at(noon):
            both.wait()
            return take_back(case_id, event.id, by=me)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(one.result() for one in [pool.submit(tap), pool.submit(tap)]) == [False, True]
    db.session().rollback()
    assert right(case)
    assert [row["status"] for row in rows(Enrolment, case.id)] == ["running"]


def test_an_answer_that_comes_at_the_same_moment_never_lets_the_plan_go_on(world: World) -> None:
    """Whoever is first: after an answer nothing is taken back, after taking back the answer stops the plan."""
    noon, me = clock.parse("2026-03-03T12:00"), world.coach.id
    for number in range(6):
        case = in_a_plan(world, f"maart-{number}")
        tick(noon)
        with clock.at(noon):
            event = logging.log_call(case.id, Result.spoke, by=world.coach.id)
        both = Barrier(2)

        def undo(case_id: UUID = case.id, event_id: UUID = event.id, gate: Barrier = both) -> bool:
            with world.app.app_context(), clock.at(noon):
                gate.wait()
                try:
                    return take_back(case_id, event_id, by=me)
                except Conflict:
                    return False

        def answer(case_id: UUID = case.id, gate: Barrier = both) -> None:
            with world.app.app_context(), clock.at(noon):
                gate.wait()
                messages.receive(case_id, "whatsapp", "+31612345678", "hoi")

        with ThreadPoolExecutor(2) as pool:
            for one in [pool.submit(undo), pool.submit(answer)]:
                one.result()
        db.session().rollback()
        assert [row["status"] for row in rows(Enrolment, case.id)] == ["stopped"]
        assert [row["status"] for row in rows(ContactAttempt, case.id)].count("planned") == 0
        [state] = db.session().scalars(select(db.table(Case).c.status).where(db.table(Case).c.id == case.id))
        assert state == "in_contact"
        assert right(case)


@pytest.mark.parametrize("how", ["written", "sent"])
def test_what_the_plan_has_carried_out_since_keeps_it(world: World, how: str) -> None:
    """A text that is written has a code, which may be on its way; a message that went has gone."""
    case = in_a_plan(world)
    now = clock.parse("2026-03-03T11:30")
    tick(now)
    with clock.at(now):
        [enrolment] = rows(Enrolment, case.id)
        event = logging.log_call(case.id, Result.no_answer, by=world.coach.id)
        with db.write() as session:
            own = {"enrolment_id": enrolment["id"], "campaign_id": enrolment["campaign_id"]}
            [since] = plan_many(session, [new(case.id, step="later", channel="whatsapp", **own)])
            if how == "sent":
                change(session, since, AttemptStatus.sent, sent_at=now)
            else:
                words = {"direction": "out", "channel": "whatsapp", "address": "+31612345678", "body": "Hoi"}
                session.add(Message(case_id=case.id, attempt_id=since, at=now, **words))
        before = stands(world, case)
        with pytest.raises(Conflict, match="verdergegaan"):
            take_back(case.id, event.id, by=world.coach.id)
        db.session().rollback()
        assert stands(world, case) == before
    assert right(case)


def test_no_other_way_leads_back_to_planned() -> None:
    assert not any(may_change(status, AttemptStatus.planned) for status in TAKEN_BACK_FROM)


def test_time_is_counted_from_when_we_heard_of_it(world: World) -> None:
    """A visit that a phone reports in the evening took place long ago, and was logged just now."""
    case = world.case()
    with clock.at(BEGIN):
        visit = logging.log_reported_visit(
            case.id,
            Result.met,
            by=world.coach.id,
            data={"note": ""},
            at=BEGIN - timedelta(hours=5),
        )
        assert take_back(case.id, visit.event.id, by=world.coach.id)
