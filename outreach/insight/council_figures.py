"""What may be told to everybody of a municipality's figures: from tables to lines with the small numbers hidden. Pure.

Counts that stand for themselves (the funnel) are written as '<5'. Of parts that add up to a total what is hidden is
written as '*': beside a small number there a larger one may be hidden too (suppression.py says why), and '<5' would
tell which of them is which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach.i18n import _
from outreach.insight.suppression import SMALL, published_series
from outreach.insight.table import Cell, Rate, Table
from outreach.insight.words import number

STAGES = ("people", "approached", "responded", "contact", "outcome", "cannot")
"""What the funnel shows of the columns of its table."""
RESULTS = ("with_contact", "nobody_home", "not_living_there", "other_result")
"""What came of a visit: these add up to all visits."""
MOST_OUTCOMES = 16
"""Rows that fit on the page; where there are more, the least common ones are taken together."""
FEW = f"<{SMALL}"
HIDDEN = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """A name and its count; where the count is None it is hidden, and `sign` stands in its place."""

    key: str
    name: str
    count: int | None
    sign: str = HIDDEN
    meaning: Any = ""

    @property
    def shown(self) -> str:
        """The count as it is written."""
        return self.sign if self.count is None else number(self.count)

    def share(self, whole: int | None) -> float | None:
        """From 0 to 1; None where either is hidden, and of nothing."""
        return self.count / whole if self.count is not None and whole else None


@dataclass(frozen=True, slots=True)
class Parts:
    """Lines and what they add up to: None where that is hidden, or where they do not add up."""

    lines: tuple[Line, ...]
    total: int | None = None
    adds_up: bool = True

    @property
    def something(self) -> bool:
        """Whether there is anything to show."""
        return any(line.count != 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Figures:
    """All that may be told."""

    funnel: tuple[Line, ...]
    outcomes: Parts
    visits: Parts

    def told(self, key: str) -> int | None:
        """The count of a stage or of a result of visits; None where it is hidden or not there."""
        return next((line.count for line in (*self.funnel, *self.visits.lines) if line.key == key), None)


def figures(funnel: Table, outcomes: Table, visits: Table) -> Figures:
    """What may be told of these tables; funnel and visits are read from their first row."""
    lines = _counted(outcomes)
    adds_up = outcomes.total is not None or not lines
    parts = _parts(_fewer(lines)) if adds_up else _apart(lines)
    # As many as the outcomes add up to, where they hide that.
    secret = sum(line.count or 0 for line in lines) if adds_up and parts.total is None else None
    return Figures(_funnel(funnel, secret), parts, _visits(visits))


def _count(cell: Cell) -> int | None:
    """The count in a cell, of a rate its part; None where there is none."""
    if isinstance(cell, Rate):
        return cell.part
    return cell if isinstance(cell, int) and not isinstance(cell, bool) else None


def _first_row(table: Table) -> Mapping[str, Line]:
    """Its counts by the keys of their columns, nothing hidden yet."""
    row = zip(table.columns, table.rows[0], strict=True) if table.rows else ()
    return {
        column.key: Line(column.key, str(column.label), count, meaning=column.meaning)
        for column, cell in row
        if (count := _count(cell)) is not None
    }


def _may_be_told(count: int) -> bool:
    return count == 0 or count >= SMALL


def _funnel(table: Table, secret: int | None) -> tuple[Line, ...]:
    row = _first_row(table)
    found = []
    for line in (row[key] for key in STAGES if key in row):
        count = line.count or 0
        told = count if _may_be_told(count) and count != secret else None
        sign = FEW if 0 < count < SMALL else HIDDEN
        found.append(Line(line.key, line.name, told, sign, line.meaning))
    return tuple(found)


def _visits(table: Table) -> Parts:
    row = _first_row(table)
    return _parts([row[key] for key in RESULTS if key in row])


def _parts(lines: list[Line]) -> Parts:
    published = published_series([line.count or 0 for line in lines])
    told = (
        Line(line.key, line.name, count, meaning=line.meaning)
        for line, count in zip(lines, published.counts, strict=True)
    )
    return Parts(tuple(told), published.total)


def _counted(table: Table) -> list[Line]:
    """The outcomes, counted in the column `total`, or else in the first with counts."""
    places = {column.key: place for place, column in enumerate(table.columns) if column.kind == "count"}
    place = places.get("total", min(places.values(), default=None))
    rows = table.rows if place is not None else ()
    return [Line("", str(row[0]), _count(row[place or 0]) or 0) for row in rows]


def _apart(lines: list[Line]) -> Parts:
    """Outcomes that do not add up: each for itself."""
    told = (Line("", line.name, line.count if _may_be_told(line.count or 0) else None, FEW) for line in lines)
    return Parts(tuple(told)[:MOST_OUTCOMES], adds_up=False)


def _fewer(lines: list[Line]) -> list[Line]:
    """No more lines than fit."""
    if len(lines) <= MOST_OUTCOMES:
        return lines
    by_size = sorted(range(len(lines)), key=lambda place: -(lines[place].count or 0))
    kept, others = sorted(by_size[: MOST_OUTCOMES - 1]), by_size[MOST_OUTCOMES - 1 :]
    name = _("Other outcomes: %(number)s kinds", number=len(others))
    return [
        *(lines[place] for place in kept),
        Line("", name, sum(lines[place].count or 0 for place in others)),
    ]
