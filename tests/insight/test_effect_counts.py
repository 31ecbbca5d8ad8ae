"""Households that responded, by variant: against a slow count of the same rows; and which comparisons there are."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Campaign, VariantAssignment, VariantTrial
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, Person
from outreach.insight import effect_queries
from outreach.insight.effect import effects
from outreach.insight.effect_rules import Trial, Verdict
from outreach.insight.table import Rate
from outreach.insight.wanted import Wanted
from outreach.letters import service as letters
from outreach.ticking import tick
from tests.counting import counted
from tests.factories import MUNICIPALITIES, World
from tests.insight import reference
from tests.insight.test_correctness import LIMITS, worlds
from tests.insight.worlds import DAYS, STEPS, Story, stories, told

ARMS = ("boven", "onder")


def trial(step: str = "w2-brief", ends_on: date = date(2026, 4, 8), arms: tuple[str, ...] = ARMS) -> Trial:
    return Trial("maart", "Maart", "plan", step, arms, date(2026, 3, 2), ends_on)


def slowly(rows: reference.Rows, campaign: UUID, asked: Trial, wanted: Wanted) -> dict[str, Rate]:
    """One household at a time, from the words of the definition."""
    households: dict[tuple[str, Any], list[tuple[Any, Any]]] = defaultdict(list)
    for attempt in rows.attempts:
        case = rows.cases[attempt.case_id]
        if attempt.campaign_id != campaign or attempt.step != asked.step or attempt.variant not in asked.arms:
            continue
        if not reference.is_sent(attempt) or not reference.of_case(case, wanted):
            continue
        carried_out = attempt.sent_at or attempt.ended_at or attempt.due_at
        if reference.local(carried_out).date() > asked.ends_on:
            continue
        person = rows.persons[case.person_id]
        unit = ("at", person.household_id) if person.household_id else ("alone", person.id)
        households[attempt.variant, unit].append((case.id, carried_out))
    answered: dict[Any, list[Any]] = defaultdict(list)
    for attempt in rows.attempts:
        if attempt.response_event_id is not None:
            answered[attempt.case_id].append(rows.events[attempt.response_event_id].at)
    found: dict[str, list[int]] = {}
    for (variant, _unit), tried in households.items():
        counts = found.setdefault(variant, [0, 0])
        counts[1] += 1
        counts[0] += any(
            carried_out <= at and reference.local(at).date() <= asked.ends_on
            for case_id, carried_out in tried
            for at in answered[case_id]
        )
    return {variant: Rate(*counts) for variant, counts in found.items()}


@worlds
@given(
    story=stories(),
    asked=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(STEPS),
            st.sampled_from(DAYS),
            st.sampled_from([ARMS, ("onder", "boven"), ("boven", "anders")]),
        ),
        min_size=1,
        max_size=4,
    ),
    limit=st.sampled_from(LIMITS),
)
def test_households_are_those_of_a_slow_count(
    world: World, story: Story, asked: list[tuple[int, str, date, tuple[str, ...]]], limit: dict[str, Any]
) -> None:
    wanted = Wanted(**limit)
    with told(world, story) as there:
        rows = reference.read()
        found = [
            (there.campaigns[campaign], trial(step, ends_on, arms)) for campaign, step, ends_on, arms in asked
        ]
        got = effect_queries.households(found, wanted)
        assert got == [slowly(rows, campaign, each, wanted) for campaign, each in found]


# A letter in two variants, lived through the services.

MONDAY = clock.parse("2026-03-02T09:30")
PRINTED = clock.parse("2026-03-09T10:00")


def letters_out(world: World, number: int = 6) -> list[Case]:
    """A campaign whose letters with variants are printed; the first two young people live together."""
    first = world.case(given_name="Noor", mobile=None)
    second = world.case(given_name="Sem", mobile=None, household=world.household_of(first))
    cases = [first, second, *world.cases(number - 2)]
    with clock.at(MONDAY):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id for case in cases])
        campaigns.start(campaign.id)
    tick(clock.parse("2026-03-02T10:00"))
    tick(PRINTED)
    with clock.at(PRINTED):
        letters.print_waiting(world.region.id, MUNICIPALITIES, by=world.clerk.id)
    return cases


def responds(case: Case, moment: str) -> None:
    with clock.at(clock.parse(moment)):
        timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)


def together() -> tuple[int, int]:
    """Households that responded, and all of them, over both variants."""
    (effect,) = effects(Wanted())
    return sum(rate.part for _arm, rate in effect.arms), sum(rate.whole for _arm, rate in effect.arms)


def test_those_who_live_together_count_once(world: World) -> None:
    first, second, other, *_more = letters_out(world)
    assert together() == (0, 5)
    assert together()[1] == len(db.session().scalars(select(VariantAssignment)).all())
    responds(first, "2026-03-10T12:00")
    assert together() == (1, 5)
    responds(second, "2026-03-10T13:00")
    assert together() == (1, 5)
    responds(other, "2026-03-12T13:00")
    assert together() == (2, 5)


def test_an_answer_before_the_letter_or_after_the_last_day_does_not_count(world: World) -> None:
    _first, _second, early, late, in_time, *_more = letters_out(world)
    responds(early, "2026-03-09T09:59")
    responds(late, "2026-04-09T00:01")
    responds(in_time, "2026-04-08T23:59")
    assert together() == (1, 5)


def test_an_answer_to_a_later_step_counts_for_the_variant(world: World) -> None:
    """Whoever reads that a visit follows, and opens the door: that is what the letter is for."""
    case = letters_out(world)[2]
    with clock.at(clock.parse("2026-03-10T11:00")), db.write() as session:
        session.add(
            ContactAttempt(
                case_id=case.id,
                step="visit",
                channel="visit",
                owner="coach",
                status="done",
                result="nobody_home",
                planned_at=clock.now(),
                due_at=clock.now(),
                ended_at=clock.now(),
            )
        )
    responds(case, "2026-03-11T12:00")
    attempt = db.session().scalars(
        select(ContactAttempt).where(col(ContactAttempt.response_event_id).is_not(None))
    )
    assert [one.channel for one in attempt] == ["visit"]
    assert together() == (1, 5)


def test_a_letter_that_came_back_stays_in_its_variant(world: World) -> None:
    letters_out(world)
    with db.write() as session:
        session.execute(
            update(ContactAttempt).where(col(ContactAttempt.status) == "sent").values(status="returned")
        )
    assert together() == (0, 5)


def test_who_moves_stays_in_the_variant_that_she_was_written_in(world: World) -> None:
    cases = letters_out(world)
    before = effects(Wanted())[0].arms
    with db.write() as session:
        person = session.get_one(Person, session.get_one(Case, cases[2].id).person_id)
        person.household_id = None
    assert effects(Wanted())[0].arms == before


def test_a_coordinator_counts_the_households_of_her_municipalities(world: World) -> None:
    letters_out(world)
    (effect,) = effects(Wanted(municipalities={"GM0606"}))
    assert [rate for _arm, rate in effect.arms] == [Rate(0, 0), Rate(0, 0)]
    assert effects(Wanted(municipalities={"GM0193"})) == []
    assert effects(Wanted(municipality="GM0193")) == []
    assert effects(Wanted(municipalities=set())) == []


def test_before_the_last_day_is_over_it_is_early(world: World) -> None:
    letters_out(world)
    for moment, verdict in (("2026-04-08T23:59", Verdict.early), ("2026-04-09T00:00", Verdict.too_little)):
        with clock.at(clock.parse(moment)):
            assert effects(Wanted())[0].verdict is verdict


@pytest.mark.parametrize(
    ("since", "until", "number"),
    [
        (None, None, 1),
        ("2026-04-08", None, 1),
        ("2026-04-09", None, 0),
        (None, "2026-03-02", 1),
        (None, "2026-03-01", 0),
        ("2026-03-10", "2026-03-10", 1),
    ],
)
@pytest.mark.parametrize("asked_before", [True, False], ids=["end was set", "end by rule"])
def test_a_comparison_belongs_to_every_day_that_it_ran_on(
    world: World, since: str | None, until: str | None, number: int, asked_before: bool
) -> None:
    letters_out(world, 3)
    if not asked_before:
        forget_the_end()
    wanted = Wanted(
        since=date.fromisoformat(since) if since else None, until=date.fromisoformat(until) if until else None
    )
    assert len(effects(wanted)) == number


def forget_the_end() -> None:
    """As of a campaign that started before anybody was asked until when."""
    with db.write() as session:
        session.execute(delete(VariantTrial))


def test_a_campaign_that_started_before_has_the_usual_end_and_says_so(world: World) -> None:
    letters_out(world)
    (set_at_the_start,) = effects(Wanted())
    forget_the_end()
    (by_rule,) = effects(Wanted())
    assert not set_at_the_start.trial.by_rule
    assert by_rule.trial.by_rule
    assert by_rule.trial.ends_on == set_at_the_start.trial.ends_on == date(2026, 4, 8)
    assert by_rule.trial.began_on == set_at_the_start.trial.began_on == date(2026, 3, 2)
    assert by_rule.arms == set_at_the_start.arms


def test_a_campaign_that_has_not_started_compares_nothing(world: World) -> None:
    campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
    campaigns.add_cases(campaign.id, [world.case().id])
    assert effects(Wanted()) == []


def test_it_is_the_same_few_statements_however_much_there_is(world: World) -> None:
    letters_out(world)
    with counted(world.app) as few:
        effects(Wanted())
    with clock.at(MONDAY + timedelta(days=30)):
        for number in range(5):
            more = campaigns.create(world.region.id, f"c{number}", "drie-weken")
            campaigns.add_cases(more.id, [case.id for case in world.cases(3)])
            campaigns.start(more.id)
    assert len(effects(Wanted())) == 6
    with counted(world.app) as many:
        effects(Wanted())
    assert len(few) == len(many) == 3
    forget_the_end()
    with counted(world.app) as by_rule:
        assert len(effects(Wanted())) == 6
    assert len(by_rule) == 3


def test_more_trials_than_one_statement_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    letters_out(world)
    campaign = db.session().scalars(select(Campaign)).one()
    whole = effect_queries.households([(campaign.id, trial())] * 5, Wanted())
    monkeypatch.setattr(effect_queries, "AT_ONCE", 2)
    assert effect_queries.households([(campaign.id, trial())] * 5, Wanted()) == whole
    assert whole == [whole[0]] * 5
