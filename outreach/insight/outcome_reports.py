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
class Shown:
    """A table of the page with the figure above it: which kind, and of which columns. `lead`: what it comes to."""

    table: Table
    chart: str = ""
    columns: str = ""
    lead: str = ""


def shown(name: str, wanted: Wanted, *, compare: bool, year: SchoolYear) -> list[Shown]:
    """What the page shows of a table: itself, and beside the year before; the targets also by municipality.

    Raises NotFound for a table that there is not.
    """
    if name == target_tables.NAME:
        targets = Targets(year, wanted)
        return [
            Shown(targets.table(), "bars", "a_year_later as_it_stands"),
            Shown(targets.by_municipality(), "bars", "to_school to_work"),
        ]
    figures = reported(name, wanted)
    # A key of a column must be one word for whoever draws it.
    places = " ".join(place.name.replace(" ", "_") for place in figures.places)
    counted = "stacked" if figures.total else ""
    found = [Shown(table(figures, wanted), counted, places, outcome_tables.in_short(figures))]
    if compare:
        beside = beside_the_year_before(figures, wanted)
        found += [Shown(each, "bars", "this_period year_before") for each in beside.values()]
    return found


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
