"""Which of two or more variants works better, and when nothing can be said about it. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations

from outreach.insight.statistics import holm, needed, newcombe, p_value
from outreach.insight.table import Rate

ENOUGH = 30
"""Households that each variant needs before anything is said; below it one answer more or less turns the verdict."""
MATTERS = 0.10
"""Ten in a hundred: a difference that would matter. That there is none is said only when one so large is ruled out."""
SURE = 0.05
"""As often as this chance alone may pass for a difference, over all comparisons of one trial together."""
SENSIBLE = 2_000
"""More households than this in each variant no region will ever have: then no number is named."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Variants of a step that are compared in a campaign. Both days count.

    `by_rule`: nobody chose the last day; the campaign began before that was asked, and it follows from the plan.
    """

    campaign: str
    campaign_name: str
    plan: str
    step: str
    arms: tuple[str, ...]
    began_on: date
    ends_on: date
    by_rule: bool = False


class Verdict(StrEnum):
    """What can be said. mixed: some variants differ, but none got more responses than every other."""

    early = "early"
    too_little = "too_little"
    no_difference = "no_difference"
    winner = "winner"
    mixed = "mixed"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two variants beside each other. `difference`: the first one's rate less the second one's, with its interval.

    `p`, of all pairs of the trial together, is None until the end. `missing`: so many households more in each variant
    would show a difference as large as this one; None where that cannot be told or is beyond all sense.
    """

    first: str
    second: str
    difference: float | None
    low: float
    high: float
    verdict: Verdict
    p: float | None = None
    winner: str | None = None
    missing: int | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of a trial: its variants with households that responded of all, its pairs, and what can be said."""

    trial: Trial
    arms: tuple[tuple[str, Rate], ...]
    pairs: tuple[Pair, ...]
    verdict: Verdict
    winner: str | None = None
    missing: int | None = None


def judge(trial: Trial, rates: Mapping[str, Rate], today: date) -> Effect:
    """What can be said of a trial on a day, from the households of each variant.

    Until the last day is over: nothing. Every pair is compared, and with more than two variants Holm's method keeps the
    risk of a false alarm what it is for two. A winner got more responses than each of the others.
    """
    arms = tuple((name, rates.get(name, Rate(0, 0))) for name in trial.arms)
    pairs = _pairs(arms, ended=today > trial.ends_on)
    winner = _best(trial.arms, pairs)
    missing = max((pair.missing for pair in pairs if pair.missing), default=None)
    return Effect(trial, arms, pairs, _together(pairs, winner), winner, missing)


def _pairs(arms: Sequence[tuple[str, Rate]], *, ended: bool) -> tuple[Pair, ...]:
    beside = list(combinations(arms, 2))
    if not ended:
        return tuple(_beside(*one, *two, Verdict.early) for one, two in beside)
    ps = holm([p_value(a.part, a.whole, b.part, b.whole) for (_a, a), (_b, b) in beside])
    return tuple(_judged(*one, *two, p) for (one, two), p in zip(beside, ps, strict=True))


def _beside(first: str, a: Rate, second: str, b: Rate, verdict: Verdict) -> Pair:
    low, high = newcombe(a.part, a.whole, b.part, b.whole)
    difference = None if a.rate is None or b.rate is None else a.rate - b.rate
    return Pair(first, second, difference, low, high, verdict, missing=_missing(a, b))


def _judged(first: str, a: Rate, second: str, b: Rate, p: float) -> Pair:
    pair = replace(_beside(first, a, second, b, Verdict.too_little), p=p)
    if pair.difference is None or min(a.whole, b.whole) < ENOUGH:
        return pair
    if p < SURE:
        better = first if pair.difference > 0 else second
        return replace(pair, verdict=Verdict.winner, winner=better, missing=None)
    if pair.low > -MATTERS and pair.high < MATTERS:
        return replace(pair, verdict=Verdict.no_difference, missing=None)
    return pair


def _missing(a: Rate, b: Rate) -> int | None:
    """How many more households each variant needs: for ENOUGH, and to see a difference as large as is seen now."""
    aim = ENOUGH
    if a.rate is not None and b.rate is not None and a.rate != b.rate:
        aim = max(aim, needed(a.rate, b.rate))
    missing = aim - min(a.whole, b.whole)
    return missing if 0 < missing <= SENSIBLE else None


def _together(pairs: Sequence[Pair], winner: str | None) -> Verdict:
    said = {pair.verdict for pair in pairs}
    if winner:
        return Verdict.winner
    if Verdict.winner in said:
        return Verdict.mixed
    return said.pop() if len(said) == 1 else Verdict.too_little


def _best(names: Sequence[str], pairs: Sequence[Pair]) -> str | None:
    """The variant that won every pair that it is in."""
    won = (name for name in names if all(p.winner == name for p in pairs if name in (p.first, p.second)))
    return next(won, None)
