"""The outcome tables and the targets by name: what the page, the files and the command give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.insight import outcome_tables, target_tables
from outreach.insight.outcome_rules import SchoolYear, school_year_of
from outreach.insight.outcome_tables import beside_the_year_before, document, reported, table
from outreach.insight.table import Table
from outreach.insight.target_tables import Targets, asked_year
from outreach.insight.wanted import Wanted


def asked_for(name: str, wanted: Wanted) -> tuple[Table, dict[str, Any]]:
    """A table and its document; the targets are of the school year in which the period begins.

    Raises NotFound with the names that there are.
    """
    if name == target_tables.NAME:
        targets = Targets(school_year_of(wanted.since) if wanted.since else asked_year(None), wanted)
        return targets.table(), targets.document()
    figures = reported(name, wanted)
    return table(figures, wanted), document(figures, wanted)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The page of outcomes: the table, beside the year before when that was asked for, and the targets.

    `counted`: whether there is anything in the table to draw; `columns`: what of it is drawn.
    """

    table: Table
    years: dict[str, Table]
    targets: Table
    targets_by_municipality: Table
    counted: bool
    columns: str


def outcomes(name: str, wanted: Wanted, *, compare: bool, year: SchoolYear) -> Outcomes:
    """All of the page. Raises NotFound for a table that there is not."""
    figures, targets = reported(name, wanted), Targets(year, wanted)
    return Outcomes(
        table(figures, wanted),
        beside_the_year_before(figures, wanted) if compare else {},
        targets.table(),
        targets.by_municipality(),
        counted=figures.total > 0,
        columns=" ".join(place.name.replace(" ", "_") for place in figures.places),
    )


def asked_name(given: Mapping[str, str], wanted: Wanted) -> str:
    """The table that an address names, else the first one."""
    return given.get("table") or next(iter(outcome_tables.names(wanted)))


def _outcomes(wanted: Wanted, given: Mapping[str, str]) -> Table:
    return table(reported(asked_name(given, wanted), wanted), wanted)


def _beside(name: str) -> Callable[[Wanted, Mapping[str, str]], Table]:
    def build(wanted: Wanted, given: Mapping[str, str]) -> Table:
        found = beside_the_year_before(reported(asked_name(given, wanted), wanted), wanted)
        if name not in found:
            raise NotFound(_l("Choose a first day: only then is there a year before."))
        return found[name]

    return build


def _targets(wanted: Wanted, given: Mapping[str, str]) -> Targets:
    return Targets(asked_year(given.get("school_year")), wanted)


TABLES: dict[str, Callable[[Wanted, Mapping[str, str]], Table]] = {
    "outcomes": _outcomes,
    "outcomes-years": _beside("outcomes-years"),
    "outcomes-years-places": _beside("outcomes-years-places"),
    "targets": lambda wanted, given: _targets(wanted, given).table(),
    "targets-places": lambda wanted, given: _targets(wanted, given).by_municipality(),
}
"""The tables that can be had as files, by the names that their addresses carry."""
