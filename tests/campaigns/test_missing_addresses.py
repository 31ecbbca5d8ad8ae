"""Whom only a missing address keeps from a letter, by the plan alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.attempts.rules import Channel
from outreach.campaigns.forecast import letter_wanting_address
from outreach.campaigns.plan_files import shipped_plans
from outreach.campaigns.rules import EnrolmentStatus, Facts, PlannerSettings, decide
from tests.campaigns.planning import HOUR, World, start_of, worlds
from tests.campaigns.test_planner import by_the_thousand
from tests.campaigns.test_three_weeks import CARRIED_OUT, PLAN, REGION, at

NOWHERE = Facts(began_on=date(2026, 3, 2))


def wanted(facts: Facts, now: datetime, region: PlannerSettings = REGION) -> str:
    letter = letter_wanting_address(PLAN, facts, now, region)
    return letter.step if letter else ""


def test_without_phone_and_address_both_letters_want_an_address_each_in_its_window() -> None:
    assert wanted(NOWHERE, at(2, 10)) == "w1-brief"
    assert wanted(NOWHERE, at(5, 23)) == "w1-brief"
    assert wanted(NOWHERE, at(6, 10)) == "w2-brief", "the newest of two that are in their window"
    assert wanted(NOWHERE, at(11, 23)) == "w2-brief"
    assert wanted(NOWHERE, at(12, 0)) == ""


def test_with_a_phone_only_the_second_letter_wants_one() -> None:
    called = replace(NOWHERE, mobile_known=True)
    assert wanted(called, at(3, 10)) == ""
    assert wanted(called, at(9, 10)) == "w2-brief"


def test_an_address_a_response_a_pause_and_a_wish_want_nothing() -> None:
    for facts in (
        replace(NOWHERE, address_known=True),
        replace(NOWHERE, responded_at=at(2, 9)),
        replace(NOWHERE, status=EnrolmentStatus.paused),
        replace(NOWHERE, opted_out=frozenset({Channel.letter})),
    ):
        assert wanted(facts, at(2, 10)) == ""
    assert wanted(NOWHERE, at(2, 10), PlannerSettings(channels_off=frozenset({Channel.letter}))) == ""


def test_the_address_that_comes_in_time_brings_the_letter() -> None:
    world = World(PLAN, NOWHERE, REGION, CARRIED_OUT)
    world.look(at(2, 10))
    assert world.created == []
    letter = letter_wanting_address(PLAN, world.facts_at(at(3, 15)), at(3, 15), REGION)
    world.facts = replace(NOWHERE, address_known=True)
    world.look(at(3, 15))
    assert [attempt for _came, attempt in world.created] == [letter]


@given(worlds(), st.integers(0, 24 * 40))
@by_the_thousand
def test_what_wants_an_address_is_a_letter_that_comes_with_it_and_not_without(
    world: World, hour: int
) -> None:
    now = start_of(world.facts.began_on) + hour * HOUR
    world.facts = replace(world.facts, address_known=False)
    for passed in range(0, hour, 7):
        world.look(start_of(world.facts.began_on) + passed * HOUR)
    facts = world.facts_at(now)
    letter = letter_wanting_address(world.plan, facts, now, world.region)
    if letter is None:
        return
    assert letter.channel is Channel.letter
    assert letter in decide(world.plan, replace(facts, address_known=True), now, world.region).due
    assert letter.step not in {due.step for due in decide(world.plan, facts, now, world.region).due}
    assert now < letter.latest_at


def test_no_plan_that_ships_wants_an_address_for_somebody_who_has_one() -> None:
    for plan in shipped_plans().values():
        for days in range(60):
            now = datetime(2026, 3, 2, 10, tzinfo=UTC) + timedelta(days=days)
            assert letter_wanting_address(plan, replace(NOWHERE, address_known=True), now, REGION) is None
