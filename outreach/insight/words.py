"""How a cell of a table is written for people; the figures behind it go along for whoever draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale
from markupsafe import Markup

from outreach.i18n import _, day, moment
from outreach.insight.table import Cell, Column, Rate, Table

DASH = "–"


NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as a page shows it. A rate stands in three parts, each on its line in a narrow column.

    `words`: all of it, or '38 %' of a rate; `of`: '132 of 352'; `range`: '33 to 43 %'. `drawn`: the attributes by which
    whoever draws a figure reads the value, and where its interval begins and ends.
    """

    words: str
    of: str = ""
    range: str = ""
    drawn: Markup = NOTHING


class Writer:
    """Writes cells in the reader's language. Pages hold thousands of them, so the patterns are looked up once."""

    def __init__(self) -> None:
        self.locale = str(get_locale() or "nl")
        self.of = _("%(part)s of %(whole)s", part="{0}", whole="{1}")
        self.range = _("%(low)s to %(high)s", low="{0}", high="{1}")

    def row(self, table: Table, row: Sequence[Cell], least: int = 0) -> list[Shown]:
        """The cells of a row. A rate of fewer than `least` is not drawn: one of one is no fact to shade a cell by."""
        return [self.cell(column, cell, least) for column, cell in zip(table.columns, row, strict=True)]

    def cell(self, column: Column, cell: Cell, least: int = 0) -> Shown:
        """A cell as a person reads it; a dash where nothing can be told."""
        if cell is None:
            return Shown(DASH)
        if isinstance(cell, Rate):
            return self._rate(cell, least)
        if isinstance(cell, datetime):
            return Shown(moment(cell))
        if isinstance(cell, date):
            return Shown(day(cell, year=True))
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return Shown(str(cell))
        shown = whole_percent(cell) if column.kind == "share" else self.number(cell)
        return Shown(shown, drawn=Markup(' data-value="{}"').format(cell))

    def _rate(self, rate: Rate, least: int) -> Shown:
        if rate.rate is None or rate.interval is None:
            return Shown(DASH)
        low, high = rate.interval
        drawn = Markup(f' data-value="{rate.rate:.4f}" data-low="{low:.4f}" data-high="{high:.4f}"')  # noqa: S704 (figures)
        return Shown(
            whole_percent(rate.rate),
            self.of.format(self.number(rate.part), self.number(rate.whole)),
            self.range.format(round(low * 100), whole_percent(high)),
            drawn if rate.whole >= least else NOTHING,
        )

    def number(self, value: float) -> str:
        """A number as the reader's language writes it: '1.234' and '2,4' in Dutch."""
        if isinstance(value, int) and abs(value) < 1000:
            return str(value)
        return str(format_decimal(value, "#,##0.#", locale=self.locale))


def number(value: float) -> str:
    """One number as the reader's language writes it."""
    return Writer().number(value)


def rate_words(rate: Rate) -> str:
    """A rate in a line: '132 of 352 (38 %)'."""
    if rate.rate is None:
        return DASH
    part, whole = number(rate.part), number(rate.whole)
    return _("%(part)s of %(whole)s (%(rate)s)", part=part, whole=whole, rate=whole_percent(rate.rate))


def whole_percent(rate: float) -> str:
    """A rate from 0 to 1 in whole percents."""
    return f"{round(rate * 100)} %"


def period(table: Table) -> str:
    """The days of a table in words."""
    if table.since is None and table.until is None:
        return _("From the beginning")
    since = day(table.since, year=True) if table.since else "…"
    until = day(table.until, year=True) if table.until else _("today")
    return _("From %(since)s up to and including %(until)s", since=since, until=until)


def choice(field: Any) -> str:
    """What a filter is set to, as paper says it: its label and the words of its choice."""
    chosen = dict(field.choices).get(field.data or "", "")
    return f"{field.label.text}: {chosen}"
