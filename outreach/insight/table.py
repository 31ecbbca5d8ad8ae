"""A table of figures: what pages, files, commands and letters to the council all show, from one description. Pure.

A table says what it counts, over which days, how it stood on which day, and where it comes from: figures differ by
count unit, period and reference day (peildatum), and nobody can see that from the figures alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from outreach.insight.statistics import wilson

DECIMALS = 4
"""Of rates in files and documents."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many. Of nothing there is neither a rate nor an interval."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """From 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Low and high, from 0 to 1."""
        return wilson(self.part, self.whole) if self.whole else None


Cell = str | int | float | bool | date | datetime | Rate | None
"""None is shown as a dash: it cannot be told, which is something else than 0."""

Kind = Literal["text", "count", "number", "share", "rate", "day", "moment"]
"""count: a whole number. number: one with a decimal. share: from 0 to 1, shown as a percentage. rate: a Rate."""


@dataclass(frozen=True, slots=True)
class Column:
    """`key` in files and documents, `label` for people, `meaning` what is counted (from definitions.py)."""

    key: str
    label: Any
    kind: Kind = "text"
    meaning: Any = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of a file that it fills: a rate stands in five."""
        if self.kind != "rate":
            return (self.key,)
        return (self.key, *(f"{self.key}_{part}" for part in ("of", "rate", "low", "high")))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `name` is its name in addresses and files, `unit` what one of its figures counts.

    `total` is a last row. `since` and `until` are the days asked for, `reference_day` how it stood when. `notes` are
    sentences that belong under it.
    """

    name: str
    title: Any
    unit: Any
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    reference_day: date
    source: str
    since: date | None = None
    until: date | None = None
    total: tuple[Cell, ...] | None = None
    below: tuple[tuple[Cell, ...], ...] = ()
    notes: tuple[Any, ...] = field(default=())

    def only(self, *keys: str) -> "Table":
        """The same table with only these columns, for a page that says the main thing; files keep them all."""
        places = [place for place, column in enumerate(self.columns) if column.key in keys]

        def kept(row: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(row[place] for place in places)

        return replace(
            self,
            columns=kept(self.columns),
            rows=tuple(kept(row) for row in self.rows),
            total=kept(self.total) if self.total else None,
        )

    def headings(self) -> list[str]:
        """The headings of a file."""
        return [key for column in self.columns for key in column.keys]

    def flat(self) -> Iterator[list[Any]]:
        """The rows as a file holds them, without the total: rates in five columns, rounded."""
        for row in self.rows:
            yield self.flattened(row)

    def flattened(self, row: tuple[Cell, ...]) -> list[Any]:
        """One row as a file holds it."""
        return [
            value for column, cell in zip(self.columns, row, strict=True) for value in _flat(column, cell)
        ]

    def records(self) -> list[dict[str, Any]]:
        """The rows as a document holds them: days and moments in ISO form."""
        return [dict(zip(self.headings(), map(_plain, row), strict=True)) for row in self.flat()]


def _flat(column: Column, cell: Cell) -> list[Any]:
    if isinstance(cell, Rate):
        low, high = cell.interval or (None, None)
        return [cell.part, cell.whole, *(_rounded(value) for value in (cell.rate, low, high))]
    if isinstance(cell, float):
        return [_rounded(cell)]
    return [cell] * len(column.keys)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Frame:
    """What all tables of one report have in common."""

    since: date | None
    until: date | None
    reference_day: date
    source: str

    def table(
        self,
        name: str,
        title: Any,
        unit: Any,
        columns: Iterable[Column],
        rows: Iterable[Iterable[Cell]],
        *,
        total: Iterable[Cell] | None = None,
        below: Iterable[Iterable[Cell]] = (),
        notes: Iterable[Any] = (),
    ) -> Table:
        """A table in this frame."""
        return Table(
            name=name,
            title=title,
            unit=unit,
            columns=tuple(columns),
            rows=tuple(tuple(row) for row in rows),
            reference_day=self.reference_day,
            source=self.source,
            since=self.since,
            until=self.until,
            total=None if total is None else tuple(total),
            below=tuple(tuple(row) for row in below),
            notes=tuple(notes),
        )
