"""The tables for everybody: how far young people came and how it ended, per municipality, without small numbers.

Each young person, and each case, stands in one category of a table, so that its lines add up and what is hidden stays
hidden (suppression.py). A case counts in the list that it was closed with and in no other: the same people in two
tables would give away in the one what the other hides. For the same reason these tables know no filter but the days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from outreach.i18n import _
from outreach.insight import open_queries, outcome_queries
from outreach.insight.asking import frame
from outreach.insight.outcome_queries import Counted
from outreach.insight.outcome_rules import Area, Reported, lines, shown, the_list
from outreach.insight.people_queries import Dimension, Funnel, people
from outreach.insight.suppression import SMALL, Shown, published
from outreach.insight.table import Cell, Column, Frame, Table
from outreach.insight.wanted import Wanted
from outreach.regions.municipalities import in_report_order

FUNNEL = "bereik"
ALL = "totaal"
"""Stands for all municipalities, and for all categories."""


def open_tables(wanted: Wanted) -> list[Table]:
    """The funnel, then a table for each outcome list; only the days and the municipalities of `wanted` count."""
    only = Wanted(municipalities=wanted.municipalities, since=wanted.since, until=wanted.until)
    area = _untranslated(outcome_queries.area(only))
    lists = dict.fromkeys(name for each in area.regions for name in each.lists)
    about = frame(only)
    outcomes = [_outcomes(name, area, only, about) for name in lists]
    return [_table(_funnel(area, only), about), *outcomes]


def _untranslated(area: Area) -> Area:
    """The same lists, none of which counts cases that were closed with another."""
    return replace(area, lists={id_: replace(lists, counted_as={}) for id_, lists in area.lists.items()})


def _funnel(area: Area, wanted: Wanted) -> Reported:
    found = people(wanted, Dimension.municipality).by[Dimension.municipality]
    by_code = {place.code: place for place in area.places}
    names = {code: place.name for code, place in by_code.items()}
    places = tuple(by_code[code] for code in in_report_order(names))
    each = [_stages(found.get(place.code, Funnel())) for place in places]
    labels = [
        _("Could not be reached"),
        _("No response"),
        _("Responded"),
        _("In contact"),
        _("With an outcome"),
    ]
    return Reported(
        FUNNEL,
        _("How far young people came"),
        _("young people whose plan began in the period"),
        places,
        {label: tuple(stages[number] for stages in each) for number, label in enumerate(labels)},
    )


def _stages(funnel: Funnel) -> Sequence[int]:
    """How many came this far and no further: parts of all, which stages that hold each other are not."""
    return (
        funnel.cannot,
        funnel.assigned - funnel.responded - funnel.cannot,
        funnel.responded - funnel.contact,
        funnel.contact - funnel.outcome,
        funnel.outcome,
    )


def _outcomes(name: str, area: Area, wanted: Wanted, about: Frame) -> Table:
    outcome_list = the_list(name, area.regions)
    assert outcome_list is not None, "the name of a list of these regions"
    places = shown(area.places, outcome_queries.present(name, area))
    counted = outcome_queries.counted(name, wanted, area)
    rows = lines(outcome_list, places, counted.outcomes)
    reported = Reported(name, outcome_list.title, outcome_list.unit, places, rows)
    return _table(reported, about, _few(reported, counted, open_queries.persons(name, wanted, area)))


def _few(
    reported: Reported, counted: Counted, persons: Mapping[tuple[str, str], int]
) -> frozenset[tuple[int, int]]:
    """The cells and totals that count several cases of few persons; a line of few persons has only such cells."""
    codes, labels = [place.code for place in reported.places], list(reported.lines)
    last_row, last = len(labels), len(codes)
    by_label = {label: sum(persons.get((label, code), 0) for code in codes) for label in labels}
    numbers = {
        (i, j): persons.get((label, code), 0)
        for i, label in enumerate(labels)
        for j, code in enumerate(codes)
    }
    numbers |= {(i, last): by_label[label] for i, label in enumerate(labels)}
    numbers |= {(last_row, j): counted.persons.get(code, 0) for j, code in enumerate(codes)}
    numbers[last_row, last] = counted.everybody
    return frozenset(cell for cell, number in numbers.items() if number < SMALL)


def _table(reported: Reported, about: Frame, few: frozenset[tuple[int, int]] = frozenset()) -> Table:
    columns = (
        Column("municipality_code", _("Municipality code"), "text", _("Code of CBS; totaal: all together.")),
        Column("municipality", _("Municipality"), "text", _("Its name.")),
        Column("category", _("Category"), "text", _("Each counts in one category; totaal: all categories.")),
        Column("count", _("Number"), "count", _("How many, as said by the unit of the table.")),
    )
    return about.table(reported.name, reported.title, reported.unit, columns, _rows(reported, few))


def _rows(reported: Reported, few: frozenset[tuple[int, int]]) -> Iterable[list[Cell]]:
    safe = published(list(reported.lines.values()), few)
    everywhere = (*((place.code, place.name) for place in reported.places), (ALL, ALL))
    for label, row, total in zip(reported.lines, safe.rows, safe.row_totals, strict=True):
        yield from _line(everywhere, label, (*row, total))
    totals = safe.column_totals or (0,) * len(reported.places)
    yield from _line(everywhere, ALL, (*totals, safe.total))


def _line(places: Iterable[tuple[str, str]], category: str, counts: Iterable[Shown]) -> Iterable[list[Cell]]:
    for (code, name), count in zip(places, counts, strict=True):
        yield [code, name, category, count]
