"""The effect of variants as tables: of one comparison for its page, of all of them for programs. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from outreach.i18n import _l
from outreach.insight.definitions import EFFECT, INTERVAL, column
from outreach.insight.effect_rules import Effect, Pair
from outreach.insight.effect_words import chance, points, said, span
from outreach.insight.table import Cell, Frame, Rate, Table

UNIT = _l("households")
HOLM = _l(
    "With more than two variants, all are compared two by two; Holm's method makes each comparison stricter, so that "
    "the risk of a false alarm stays five in a hundred for all of them together."
)

OF_ARMS = (
    column("campaign"),
    column("step"),
    column("variant"),
    column("began_on", "day", EFFECT),
    column("ends_on", "day", EFFECT),
    column("households", "count", EFFECT),
    column("responded", "count", EFFECT),
    column("rate", "share", EFFECT),
    column("low", "share", EFFECT),
    column("high", "share", EFFECT),
    column("verdict", "text", EFFECT),
    column("winner", "text", EFFECT),
    column("missing", "count", EFFECT),
)
OF_PAIRS = (
    column("campaign"),
    column("step"),
    column("variant"),
    column("beside", "text", EFFECT),
    column("difference", "share", EFFECT),
    column("difference_low", "share", EFFECT),
    column("difference_high", "share", EFFECT),
    column("p", "share", EFFECT),
    column("verdict", "text", EFFECT),
    column("winner", "text", EFFECT),
    column("missing", "count", EFFECT),
)


def arms(effects: Sequence[Effect], frame: Frame) -> Table:
    """All comparisons for programs, a row for each variant; short names of campaigns and steps, as everywhere."""
    rows = (
        [
            *(effect.trial.campaign, effect.trial.step, name),
            *(effect.trial.began_on, effect.trial.ends_on),
            *_counted(rate),
            *(effect.verdict.value, effect.winner, effect.missing),
        ]
        for effect in effects
        for name, rate in effect.arms
    )
    return frame.table("effect", _l("Effect of variants"), UNIT, OF_ARMS, rows, notes=(INTERVAL,))


def _counted(rate: Rate) -> list[Cell]:
    return [rate.whole, rate.part, rate.rate, *(rate.interval or (None, None))]


def pairs(effects: Sequence[Effect], frame: Frame) -> Table:
    """All comparisons for programs, a row for each two variants beside each other."""
    rows = (
        [effect.trial.campaign, effect.trial.step, *_compared(pair)]
        for effect in effects
        for pair in effect.pairs
    )
    title = _l("Variants two by two")
    return frame.table("effect-pairs", title, UNIT, OF_PAIRS, rows, notes=(HOLM,))


def _compared(pair: Pair) -> list[Cell]:
    return [
        *(pair.first, pair.second),
        *(pair.difference, pair.low, pair.high, pair.p),
        *(pair.verdict.value, pair.winner, pair.missing),
    ]


def arms_of(effect: Effect, place: int, frame: Frame) -> Table:
    """The variants of one comparison, as its page shows them."""
    return _of_trial(effect, frame).table(
        f"effect-{place}",
        _l("Each variant"),
        UNIT,
        (column("variant"), column("responded", "rate", EFFECT)),
        ([name, rate] for name, rate in effect.arms),
        notes=(INTERVAL,),
    )


def pairs_of(effect: Effect, place: int, frame: Frame) -> Table:
    """The variants of one comparison two by two, in words."""
    return _of_trial(effect, frame).table(
        f"effect-pairs-{place}",
        _l("Variants two by two"),
        UNIT,
        (
            column("variant"),
            column("beside", "text", EFFECT),
            column("difference", "text", EFFECT),
            column("margin", "text", EFFECT),
            column("p", "text", EFFECT),
            column("verdict", "text", EFFECT),
        ),
        ([*_in_words(pair)] for pair in effect.pairs),
        notes=(HOLM,) if len(effect.pairs) > 1 else (),
    )


def _in_words(pair: Pair) -> list[Any]:
    difference = None if pair.difference is None else points(pair.difference)
    return [
        *(pair.first, pair.second, difference, span(pair.low, pair.high)),
        *(chance(pair.p), said(pair.verdict, pair.winner)),
    ]


def _of_trial(effect: Effect, frame: Frame) -> Frame:
    """The days of a comparison are its own, whatever period was asked for."""
    return replace(frame, since=effect.trial.began_on, until=effect.trial.ends_on)
