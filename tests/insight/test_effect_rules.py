"""What can be said of variants: nothing too early, nothing of too few, nothing that depends on their order."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from outreach.insight.effect_rules import ENOUGH, MATTERS, SENSIBLE, SURE, Effect, Trial, Verdict, judge
from outreach.insight.statistics import p_value
from outreach.insight.table import Rate

END = date(2026, 4, 8)
AFTER = END + timedelta(days=1)
NAMES = ("boven", "midden", "onder", "links")


def trial(*arms: str) -> Trial:
    return Trial("maart", "Maart", "drie-weken", "w2-brief", arms, date(2026, 3, 2), END)


def judged(*rates: tuple[int, int], on: date = AFTER) -> Effect:
    names = NAMES[: len(rates)]
    return judge(trial(*names), {name: Rate(*rate) for name, rate in zip(names, rates, strict=True)}, on)


households = st.one_of(st.integers(0, 60), st.integers(0, 1_000))
rates = households.flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
arms = st.lists(rates, min_size=2, max_size=4)
days = st.integers(-400, 400).map(lambda days: END + timedelta(days=days))


@given(arms, days)
@example([(400, 500), (100, 500)], END)
def test_before_the_end_there_is_never_a_winner_nor_a_p(rates: list[tuple[int, int]], on: date) -> None:
    assume(on <= END)
    effect = judged(*rates, on=on)
    assert (effect.verdict, effect.winner) == (Verdict.early, None)
    assert {(pair.verdict, pair.winner, pair.p) for pair in effect.pairs} == {(Verdict.early, None, None)}


@given(arms, days)
def test_with_too_few_households_there_is_never_a_winner(rates: list[tuple[int, int]], on: date) -> None:
    effect = judged(*rates, on=on)
    for pair in effect.pairs:
        fewest = min(dict(effect.arms)[name].whole for name in (pair.first, pair.second))
        assert fewest >= ENOUGH or pair.winner is None
    if min(whole for _part, whole in rates) < ENOUGH:
        assert effect.winner is None
        assert effect.verdict is not Verdict.winner


@given(arms, days, st.randoms(use_true_random=False))
def test_the_order_of_variants_changes_nothing(rates: list[tuple[int, int]], on: date, lot: object) -> None:
    names = list(NAMES[: len(rates)])
    known = {name: Rate(*rate) for name, rate in zip(names, rates, strict=True)}
    before = judge(trial(*names), known, on)
    lot.shuffle(names)  # type: ignore[attr-defined]
    after = judge(trial(*names), known, on)
    assert (after.verdict, after.winner, after.missing) == (before.verdict, before.winner, before.missing)
    found = {frozenset((pair.first, pair.second)): pair for pair in after.pairs}
    for pair in before.pairs:
        other = found[frozenset((pair.first, pair.second))]
        assert (other.verdict, other.winner, other.missing) == (pair.verdict, pair.winner, pair.missing)
        assert other.p == pytest.approx(pair.p)
        if other.first == pair.first:
            assert (other.low, other.high) == (pair.low, pair.high)
        else:
            assert (other.low, other.high) == pytest.approx((-pair.high, -pair.low))


@given(arms)
def test_a_winner_has_the_higher_rate_than_each_other_and_is_sure_of_it(rates: list[tuple[int, int]]) -> None:
    effect = judged(*rates)
    known = dict(effect.arms)
    assert (effect.winner is not None) == (effect.verdict is Verdict.winner)
    if effect.winner:
        best = known.pop(effect.winner)
        assert best.rate is not None
        for other in known.values():
            assert other.rate is not None
            assert best.rate > other.rate
            assert p_value(best.part, best.whole, other.part, other.whole) < SURE


@given(arms)
def test_no_difference_is_said_only_where_a_large_one_is_ruled_out(rates: list[tuple[int, int]]) -> None:
    effect = judged(*rates)
    for pair in effect.pairs:
        if pair.verdict is Verdict.no_difference:
            assert max(abs(pair.low), abs(pair.high)) < MATTERS
    if effect.verdict is Verdict.no_difference:
        assert {pair.verdict for pair in effect.pairs} == {Verdict.no_difference}


@given(arms, days)
def test_the_number_that_is_missing_is_sensible(rates: list[tuple[int, int]], on: date) -> None:
    effect = judged(*rates, on=on)
    for pair in effect.pairs:
        assert pair.missing is None or 0 < pair.missing <= SENSIBLE
        if pair.verdict in (Verdict.winner, Verdict.no_difference):
            assert pair.missing is None


@given(arms)
def test_more_comparisons_are_never_surer_than_one(rates: list[tuple[int, int]]) -> None:
    for pair in judged(*rates).pairs:
        first, second = (dict(judged(*rates).arms)[name] for name in (pair.first, pair.second))
        assert pair.p is not None
        assert pair.p >= p_value(first.part, first.whole, second.part, second.whole)


@pytest.mark.parametrize(
    ("rates", "verdict", "winner", "missing"),
    [
        (((60, 100), (20, 100)), Verdict.winner, "boven", None),
        (((20, 100), (60, 100)), Verdict.winner, "midden", None),
        # One in a hundred more or less of 3,000: whoever sees nothing here may say that there is nothing.
        (((900, 3_000), (905, 3_000)), Verdict.no_difference, None, None),
        # 60 against 55 per cent: 1,534 households each would show it.
        (((60, 100), (55, 100)), Verdict.too_little, None, 1_434),
        (((4, 10), (2, 10)), Verdict.too_little, None, 72),
        # As alike as can be, but too few: at least ENOUGH are wanted.
        (((3, 10), (3, 10)), Verdict.too_little, None, 20),
        (((0, 0), (0, 0)), Verdict.too_little, None, ENOUGH),
        # All of 29 against none of 500 looks like much; one variant still has too few.
        (((29, 29), (0, 500)), Verdict.too_little, None, 1),
        # A difference of one in a thousand: no region has so many households.
        (((100, 200), (101, 200)), Verdict.too_little, None, None),
        # Two alike on top and one below: nobody beats all others.
        (((60, 100), (59, 100), (1, 100)), Verdict.mixed, None, None),
        (((80, 100), (50, 100), (1, 100)), Verdict.winner, "boven", None),
        # Of three, one pair at p = 0.03 is no longer sure: Holm asks for less than a third of 0.05.
        (((44, 100), (30, 100), (36, 100)), Verdict.too_little, None, None),
    ],
)
def test_what_is_said(
    rates: tuple[tuple[int, int], ...], verdict: Verdict, winner: str | None, missing: int | None
) -> None:
    effect = judged(*rates)
    assert (effect.verdict, effect.winner) == (verdict, winner)
    if len(rates) == 2:
        assert effect.missing == missing


def test_the_last_day_itself_is_still_early() -> None:
    assert judged((60, 100), (20, 100), on=END).winner is None
    assert judged((60, 100), (20, 100), on=AFTER).winner == "boven"


def test_a_variant_that_nobody_got_is_there_too() -> None:
    effect = judge(trial("boven", "onder"), {"boven": Rate(60, 100)}, AFTER)
    assert effect.arms == (("boven", Rate(60, 100)), ("onder", Rate(0, 0)))
    assert effect.pairs[0].difference is None
    assert effect.verdict is Verdict.too_little
