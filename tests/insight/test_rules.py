"""Wilson intervals against published values and against what must always hold; what counts as arrived."""

from itertools import product
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.attempts.reach import Reach, reach_of
from outreach.attempts.rules import AttemptStatus, Channel, Result
from outreach.insight.rules import Count, together
from outreach.insight.statistics import Z, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_newcombe_s_table(part: int, whole: int, low: float, high: float) -> None:
    found = wilson(part, whole)
    assert [round(edge, 4) for edge in found] == [low, high]


rates = st.integers(0, 5_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(rates)
def test_the_rate_lies_in_its_interval_and_that_within_0_and_1(rate: tuple[int, int]) -> None:
    part, whole = rate
    low, high = wilson(part, whole)
    assert 0 <= low <= high <= 1
    if whole:
        assert low <= part / whole <= high


@given(rates)
def test_both_edges_are_where_the_score_test_just_does_not_reject(rate: tuple[int, int]) -> None:
    """The definition itself: (rate - p) squared = z squared p(1-p)/n at both edges."""
    part, whole = rate
    for edge in wilson(part, whole) if whole else ():
        assert abs(part / whole - edge) == pytest.approx(Z * sqrt(edge * (1 - edge) / whole), abs=1e-7)


@given(rates)
def test_those_who_stayed_silent_mirror_those_who_answered(rate: tuple[int, int]) -> None:
    part, whole = rate
    low, high = wilson(part, whole)
    other = wilson(whole - part, whole)
    assert other == pytest.approx((1 - high, 1 - low))


@given(rates, st.integers(2, 50))
def test_more_of_the_same_makes_it_surer(rate: tuple[int, int], times: int) -> None:
    part, whole = rate
    low, high = wilson(part, whole)
    more_low, more_high = wilson(part * times, whole * times)
    assert more_high - more_low <= high - low + 1e-12


@pytest.mark.parametrize(("part", "whole"), [(-1, 10), (11, 10), (1, 0)])
def test_what_is_no_rate_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        wilson(part, whole)


def test_nothing_sent_has_no_rate_and_no_interval() -> None:
    assert Count(assigned=3).rate is None
    assert Count(assigned=3).interval is None
    assert wilson(0, 0) == (0.0, 1.0)


def arm(responded: int, sent: int) -> Count:
    return Count(assigned=sent, sent=sent, delivered=sent, responded=responded)


@given(st.lists(st.tuples(st.sampled_from("abc"), rates), max_size=30))
def test_adding_up_loses_and_doubles_nothing(parts: list[tuple[str, tuple[int, int]]]) -> None:
    found = together(parts, lambda part: part[0], lambda part: arm(*part[1]))
    assert sum(count.sent for count in found.values()) == sum(whole for _name, (_part, whole) in parts)
    assert sum(count.responded for count in found.values()) == sum(part for _name, (part, _whole) in parts)
    assert list(found) == list(dict.fromkeys(name for name, _rate in parts))


def test_what_arrived_by_each_channel() -> None:
    arrived = {
        (channel, status, result)
        for channel, status, result in product(Channel, AttemptStatus, [None, *Result])
        if Reach.delivered in reach_of(channel, status, result, answered=False, scanned=False)
    }
    messages = {channel for channel, status, _r in arrived if status in ("read", "delivered")}
    assert {Channel.whatsapp, Channel.sms, Channel.email} <= messages
    assert not any(status == "sent" for channel, status, _r in arrived if channel != "letter")
    assert {status for channel, status, _r in arrived if channel == "letter"} == {
        "sent",
        "done",
        "delivered",
        "read",
    }
    assert {(s, r) for c, s, r in arrived if c in ("call", "visit")} == {
        ("done", "spoke"),
        ("done", "met"),
        ("done", "refused"),
    }
    assert {status for channel, status, _r in arrived if channel == "card"} == {"done"}
