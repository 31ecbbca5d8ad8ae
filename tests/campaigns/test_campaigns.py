"""Campaigns against a real database: the three-week plan from its start to a response or silence."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlmodel import col

from outreach import clock, db
from outreach.attempts import logging_service as logged
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.campaigns import queries, service
from outreach.campaigns.enrolments import change_one
from outreach.campaigns.models import Campaign, Enrolment, VariantAssignment
from outreach.campaigns.rules import EnrolmentStatus
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.errors import Conflict, NotFound, Refused
from outreach.ticking import tick
from tests.factories import World

MONDAY = "2026-03-02T09:30"


@contextmanager
def on(moment: str) -> Iterator[datetime]:
    """Stand still at a moment in local time."""
    at = clock.parse(moment)
    with clock.at(at):
        yield at


def ticked(moment: str) -> dict[str, object]:
    return tick(clock.parse(moment))


def started(world: World, cases: list[Case]) -> Campaign:
    with on(MONDAY):
        campaign = service.create(world.region.id, "maart", "drie-weken", "Maart")
        service.add_cases(campaign.id, [case.id for case in cases])
        return service.start(campaign.id)


def steps(case: Case) -> list[tuple[str, str]]:
    query = (
        select(ContactAttempt)
        .where(col(ContactAttempt.case_id) == case.id)
        .order_by(col(ContactAttempt.due_at), col(ContactAttempt.id))
    )
    db.session().expire_all()
    return [(attempt.step, attempt.status) for attempt in db.session().scalars(query)]


def status(case: Case) -> str:
    db.session().expire_all()
    found = db.session().get(Case, case.id)
    assert found is not None
    return found.status


def enrolment(case: Case) -> Enrolment:
    db.session().expire_all()
    return db.session().scalars(select(Enrolment).where(col(Enrolment.case_id) == case.id)).one()


def test_the_three_weeks_of_somebody_who_stays_silent(world: World) -> None:
    case = world.case()
    started(world, [case])
    assert status(case) == "in_benadering"
    assert ticked("2026-03-02T10:00")["attempts"] == {"whatsapp": 1}
    assert ticked("2026-03-03T11:00")["attempts"] == {"call": 1}
    assert ticked("2026-03-04T16:00")["attempts"] == {"whatsapp": 1}
    assert ticked("2026-03-05T16:30")["attempts"] == {"call": 1}
    assert ticked("2026-03-09T12:00")["attempts"] == {"letter": 1, "visit": 1}
    with on("2026-03-16T14:00"):
        logged.log_visit(case.id, Result.nobody_home, by=world.coach.id, card_left=True)
    assert ("w3-kaart", "done") in steps(case)
    last = ticked("2026-04-10T12:00")
    assert last["stopped"] == 1
    assert status(case) == "onbereikbaar"
    assert enrolment(case).status == "finished"
    assert db.session().scalars(select(Campaign)).one().status == "finished"


def test_ticking_twice_at_the_same_moment_does_nothing_the_second_time(world: World) -> None:
    started(world, world.cases(3))
    assert ticked("2026-03-02T10:00")["attempts"] == {"whatsapp": 3}
    again = ticked("2026-03-02T10:00")
    assert again["attempts"] == {}
    assert again["next"] == "2026-03-03T00:00:00+01:00"


def test_a_reply_stops_the_plan_and_cancels_what_had_not_gone_out(world: World) -> None:
    case = world.case()
    started(world, [case])
    ticked("2026-03-02T10:00")
    ticked("2026-03-03T11:00")
    with on("2026-03-03T15:00"):
        timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)
    assert status(case) == "in_contact"
    assert enrolment(case).status == "stopped"
    assert steps(case) == [("w1-whatsapp-1", "delivered"), ("w1-bel-1", "cancelled")]
    assert ticked("2026-03-20T12:00")["attempts"] == {}


def test_a_call_without_answer_does_not_stop_the_plan_but_speaking_does(world: World) -> None:
    silent, spoken = world.cases(2)
    started(world, [silent, spoken])
    ticked("2026-03-03T11:00")
    with on("2026-03-03T11:30"):
        logged.log_call(silent.id, Result.no_answer, by=world.coach.id)
        logged.log_call(spoken.id, Result.spoke, by=world.coach.id)
    assert enrolment(silent).status == "running"
    assert enrolment(spoken).status == "stopped"
    assert status(spoken) == "in_contact"


def test_without_a_phone_number_a_letter_takes_the_place_of_week_one(world: World) -> None:
    case = world.case(mobile=None)
    started(world, [case])
    assert ticked("2026-03-02T10:00")["attempts"] == {"letter": 1}
    assert steps(case) == [("w1-brief", "planned")]


def test_the_variant_of_the_letter_is_drawn_by_household_and_stays(world: World) -> None:
    first = world.case()
    person = first.person_id
    assert person is not None
    household = world.household_of(first)
    second = world.case(household=household)
    others = world.cases(40)
    started(world, [first, second, *others])
    ticked("2026-03-09T12:00")
    letters = db.session().scalars(select(ContactAttempt).where(col(ContactAttempt.step) == "w2-brief")).all()
    variants = {letter.case_id: letter.variant for letter in letters}
    assert variants[first.id] == variants[second.id]
    drawn = Counter(variants.values())
    assert set(drawn) == {"boven", "onder"}
    assert min(drawn.values()) >= 8
    assert len(db.session().scalars(select(VariantAssignment)).all()) == 41


def test_a_paused_plan_does_nothing_and_goes_on_where_it_still_can(world: World) -> None:
    case = world.case()
    started(world, [case])
    ticked("2026-03-03T11:00")
    with on("2026-03-03T12:00"):
        change_one(enrolment(case).id, EnrolmentStatus.paused, timeline.staff_actor(world.coordinator.id))
    assert db.session().scalars(select(ContactAttempt).where(col(ContactAttempt.held))).all()
    assert ticked("2026-03-04T16:00")["attempts"] == {}
    with on("2026-03-09T09:00"):
        change_one(enrolment(case).id, EnrolmentStatus.running, timeline.staff_actor(world.coordinator.id))
    ticked("2026-03-09T12:00")
    assert dict(steps(case)).keys() == {"w1-whatsapp-1", "w1-bel-1", "w2-brief", "w3-huisbezoek"}


def test_a_paused_campaign_holds_everybody_and_a_stopped_one_ends_all_plans(world: World) -> None:
    cases = world.cases(3)
    campaign = started(world, cases)
    with on("2026-03-02T09:40"):
        service.pause(campaign.id)
    assert ticked("2026-03-02T10:00")["attempts"] == {}
    with on("2026-03-02T10:30"):
        service.resume(campaign.id)
    assert ticked("2026-03-02T10:30")["attempts"] == {"whatsapp": 3}
    with on("2026-03-02T11:00"):
        service.stop(campaign.id)
    assert {enrolment(case).status for case in cases} == {"stopped"}
    with pytest.raises(Conflict):
        service.resume(campaign.id)


def test_enrolments_keep_the_version_of_the_plan_they_began_with(world: World) -> None:
    case = world.case()
    started(world, [case])
    version = enrolment(case).plan_version_id
    assert version is not None
    assert "w3-kaart" in queries.plan_documents([version])[version]


def test_who_is_in_contact_or_in_another_plan_is_left_out(world: World) -> None:
    fresh, reacted, busy = world.cases(3)
    timeline.record(reacted.id, EventKind.responded, actor=timeline.PERSON)
    started(world, [busy])
    other = service.create(world.region.id, "april", "drie-weken")
    added = service.add_cases(other.id, [fresh.id, reacted.id, busy.id])
    assert (added.enrolled, added.left_out) == (1, 2)


def test_a_case_that_a_list_has_closed_is_not_approached_when_its_campaign_starts(world: World) -> None:
    closed, fresh = world.cases(2)
    campaign = service.create(world.region.id, "maart", "drie-weken")
    service.add_cases(campaign.id, [closed.id, fresh.id])
    timeline.record(closed.id, EventKind.imported, data={"status": "afgesloten", "outcome": "Werk"})
    with on(MONDAY):
        service.start(campaign.id)
    assert enrolment(closed).status == "stopped"
    assert status(closed) == "afgesloten"
    assert ticked("2026-03-02T10:00")["attempts"] == {"whatsapp": 1}
    assert steps(closed) == []


def test_cases_added_to_a_running_campaign_begin_that_day(world: World) -> None:
    campaign = started(world, [world.case()])
    late = world.case()
    with on("2026-03-05T09:00"):
        service.add_cases(campaign.id, [late.id])
    assert enrolment(late).began_on == date(2026, 3, 5)


def test_an_unknown_plan_or_a_name_with_spaces_is_refused(world: World) -> None:
    with pytest.raises(NotFound, match="drie-weken"):
        service.create(world.region.id, "x", "vier-weken")
    with pytest.raises(Refused):
        service.create(world.region.id, "Maart 2026", "drie-weken")
    service.create(world.region.id, "maart", "drie-weken")
    with pytest.raises(Conflict):
        service.create(world.region.id, "maart", "drie-weken")


def test_the_number_of_queries_of_a_tick_does_not_grow_with_its_enrolments(world: World) -> None:
    from tests.counting import counted

    few, many = world.cases(2), world.cases(60)
    started(world, few)
    with counted(world.app) as small:
        ticked("2026-03-02T10:00")
    with on("2026-03-02T10:10"):
        campaign = queries.by_slug("maart")
        service.add_cases(campaign.id, [case.id for case in many])
    with counted(world.app) as large:
        ticked("2026-03-02T10:20")
    assert len(large) <= len(small) + 1
    events = db.session().scalars(select(CaseEvent).where(col(CaseEvent.kind) == "enrolled")).all()
    assert len(events) == 62
