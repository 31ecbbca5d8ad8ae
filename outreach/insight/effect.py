"""The effect of variants: which comparisons there are, what was counted and what can be said of it today."""

from outreach import clock
from outreach.insight import effect_queries
from outreach.insight.effect_rules import Effect, judge
from outreach.insight.wanted import Wanted

SHOWN = 20
"""Comparisons on the page; files hold them all."""


def effects(wanted: Wanted, most: int | None = None) -> list[Effect]:
    """The comparisons that ran on a day of the period, the newest first, with what can be said of each today."""
    found = effect_queries.trials(wanted)[:most]
    counted = effect_queries.households(found, wanted)
    today = clock.today()
    return [judge(trial, rates, today) for (_id, trial), rates in zip(found, counted, strict=True)]
