"""The effect of variants: which comparisons there are, what was counted and what can be said of it today."""

from dataclasses import dataclass

from outreach import clock
from outreach.campaigns import words as campaign_words
from outreach.insight import effect_queries, effect_tables
from outreach.insight.asking import frame
from outreach.insight.effect_rules import Effect, judge
from outreach.insight.effect_words import Told, told
from outreach.insight.table import Table
from outreach.insight.wanted import Wanted

SHOWN = 10
"""Comparisons on the page; files hold them all."""


def effects(wanted: Wanted, most: int | None = None) -> list[Effect]:
    """The comparisons that ran on a day of the period, the newest first, with what can be said of each today."""
    return _judged(effect_queries.trials(wanted)[:most], wanted)


def _judged(found: list[effect_queries.Found], wanted: Wanted) -> list[Effect]:
    counted = effect_queries.households(found, wanted)
    today = clock.today()
    return [judge(trial, rates, today) for (_id, trial), rates in zip(found, counted, strict=True)]


def arms(wanted: Wanted) -> Table:
    """Every variant of every comparison."""
    return effect_tables.arms(effects(wanted), frame(wanted))


def pairs(wanted: Wanted) -> Table:
    """Every two variants of every comparison."""
    return effect_tables.pairs(effects(wanted), frame(wanted))


@dataclass(frozen=True, slots=True)
class Shown:
    """One comparison on the page."""

    told: Told
    arms: Table
    pairs: Table


@dataclass(frozen=True, slots=True)
class Page:
    """The page of variants. `more`: comparisons that are in the files only. `part`: some households are left out."""

    trials: list[Shown]
    more: int
    part: bool


def page(wanted: Wanted) -> Page:
    """All of the page, its newest comparison first."""
    found = effect_queries.trials(wanted)
    of_all = frame(wanted)
    shown = [
        Shown(
            told(effect, campaign_words.title_of_step(effect.trial.plan, effect.trial.step)),
            effect_tables.arms_of(effect, place, of_all),
            effect_tables.pairs_of(effect, place, of_all),
        )
        for place, effect in enumerate(_judged(found[:SHOWN], wanted), 1)
    ]
    return Page(shown, len(found) - len(shown), bool(wanted.municipality or wanted.target_group))
