"""What the planner promises, for any plan, any person and any moment."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.attempts.rules import MESSAGE_CHANNELS
from outreach.campaigns.rules import EnrolmentStatus, decide
from tests.campaigns.planning import HOUR, World, hours, start_of, worlds

DAYS = 75
"""Longer than any generated plan with its silence and holidays lasts."""

by_the_thousand = settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
by_the_hundred = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def copy_of(world: World) -> World:
    return replace(world, created=[], finished=None, finished_at=None)


def run(world: World) -> World:
    world.run_by_next_look(start_of(world.facts.began_on))
    return world


@given(worlds())
@by_the_thousand
def test_no_step_comes_twice(world: World) -> None:
    run(world)
    keys = [(attempt.step, attempt.ordinal) for _came, attempt in world.created]
    assert len(keys) == len(set(keys))
    assert {ordinal for _step, ordinal in keys} <= {1, 2}


@given(worlds())
@by_the_thousand
def test_nothing_comes_after_a_response_or_during_a_pause(world: World) -> None:
    run(world)
    for came, _attempt in world.created:
        assert world.responds_at is None or came < world.responds_at
        assert world.pause is None or not world.pause[0] <= came < world.pause[1]


@given(
    worlds(),
    st.sampled_from([s for s in EnrolmentStatus if s is not EnrolmentStatus.running]),
    st.integers(0, 900),
)
@by_the_thousand
def test_nothing_comes_while_an_enrolment_does_not_run(
    world: World, status: EnrolmentStatus, hour: int
) -> None:
    now = start_of(world.facts.began_on) + hour * HOUR
    decision = decide(world.plan, replace(world.facts, status=status), now, world.region)
    assert (decision.due, decision.next_look, decision.finished) == ((), None, None)


@given(worlds())
@by_the_thousand
def test_no_message_is_due_or_comes_in_quiet_hours(world: World) -> None:
    run(world)
    for came, attempt in world.created:
        if attempt.channel in MESSAGE_CHANNELS:
            assert world.region.quiet.allowed(came)
            assert world.region.quiet.allowed(attempt.due_at)


@given(worlds(), st.lists(st.integers(0, DAYS * 24 * 60), min_size=1, max_size=60))
@by_the_thousand
def test_nothing_comes_past_its_latest_moment_however_seldom_one_looks(
    world: World, minutes: list[int]
) -> None:
    start = start_of(world.facts.began_on)
    world.run_at([start + timedelta(minutes=n) for n in sorted(minutes)])
    for came, attempt in world.created:
        assert came < attempt.latest_at
        assert attempt.due_at <= attempt.latest_at


@given(worlds(), st.integers(0, DAYS * 24))
@by_the_thousand
def test_looking_twice_at_the_same_moment_brings_nothing_new(world: World, hour: int) -> None:
    world.endings.clear()
    now = start_of(world.facts.began_on) + hour * HOUR
    first = world.tick(now)
    second = world.tick(now)
    assert second.due == ()
    if first.finished is None:
        assert second.next_look == first.next_look


@given(worlds(), st.lists(st.integers(0, DAYS * 24 * 60), max_size=60))
@by_the_thousand
def test_looking_more_often_changes_nothing_at_all(world: World, minutes: list[int]) -> None:
    start = start_of(world.facts.began_on)
    more = copy_of(world)
    run(world)
    asked = {came for came, _attempt in world.created} | {world.finished_at or start}
    more.run_at(sorted(asked | {start + timedelta(minutes=n) for n in minutes}))
    assert more.created == world.created
    assert (more.finished, more.finished_at) == (world.finished, world.finished_at)


@given(worlds(), st.lists(st.integers(0, DAYS * 24 * 60), max_size=60))
@by_the_thousand
def test_looking_less_often_only_makes_attempts_later_or_miss_their_window(
    world: World, minutes: list[int]
) -> None:
    start = start_of(world.facts.began_on)
    seldom = copy_of(world)
    seldom.run_at([start + timedelta(minutes=n) for n in sorted(minutes)])
    run(world)
    promptly = {(a.step, a.ordinal): came for came, a in world.created}
    for came, attempt in seldom.created:
        assert came >= promptly[attempt.step, attempt.ordinal]


@given(worlds(interrupted=False))
@by_the_hundred
def test_looking_only_when_asked_to_finds_what_looking_every_hour_finds(world: World) -> None:
    hourly = copy_of(world)
    start = start_of(world.facts.began_on)
    run(world)
    hourly.run_at(hours(start, DAYS))
    assert world.attempts == hourly.attempts
    assert world.finished == hourly.finished
    assert world.finished_at is not None and hourly.finished_at is not None
    assert timedelta(0) <= hourly.finished_at - world.finished_at <= HOUR


@given(worlds())
@by_the_hundred
def test_the_same_holds_with_responses_and_pauses(world: World) -> None:
    hourly = copy_of(world)
    run(world)
    moments = hours(start_of(world.facts.began_on), DAYS)
    # A response within the hour after the end would reach somebody who looks every hour before the end does.
    hourly.run_at(sorted([*moments, world.finished_at or moments[0]]))
    assert world.attempts == hourly.attempts
    assert (world.finished, world.finished_at) == (hourly.finished, hourly.finished_at)
