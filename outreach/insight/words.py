"""How a cell of a table is written for people; the figures behind it go along for whoever draws them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale

from outreach.i18n import _, day, moment
from outreach.insight.table import Cell, Column, Rate, Table

DASH = "–"


def cell_words(column: Column, cell: Cell) -> str:
    """A cell as a person reads it; a dash where nothing can be told."""
    if cell is None:
        return DASH
    if isinstance(cell, Rate):
        return _rate(cell)
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, date):
        return day(cell, year=True)
    if column.kind == "share" and isinstance(cell, int | float):
        return whole_percent(cell)
    if isinstance(cell, int | float):
        return number(cell)
    return str(cell)


def number(value: float) -> str:
    """A number as the reader's language writes it: '1.234' and '2,4' in Dutch."""
    return str(format_decimal(value, "#,##0.#", locale=_locale()))


def whole_percent(rate: float) -> str:
    """A rate from 0 to 1 in whole percents."""
    return f"{round(rate * 100)} %"


def _rate(rate: Rate) -> str:
    if rate.rate is None:
        return DASH
    return _(
        "%(part)s of %(whole)s (%(rate)s)",
        part=number(rate.part),
        whole=number(rate.whole),
        rate=whole_percent(rate.rate),
    )


@dataclass(frozen=True, slots=True)
class RateWords:
    """A rate in three parts, each on its line in a narrow column: '38 %', '132 of 352', '33 to 43 %'."""

    rate: str
    of: str
    interval: str


def rate_words(cell: Cell) -> RateWords | None:
    """The parts of a rate; None for what is none, or has nothing to divide by."""
    if not isinstance(cell, Rate) or cell.rate is None or cell.interval is None:
        return None
    low, high = cell.interval
    return RateWords(
        whole_percent(cell.rate),
        _("%(part)s of %(whole)s", part=number(cell.part), whole=number(cell.whole)),
        _("%(low)s to %(high)s", low=round(low * 100), high=whole_percent(high)),
    )


def drawn(cell: Cell, least: int = 0) -> dict[str, Any]:
    """What whoever draws a figure reads off a cell: its value, and where its interval begins and ends.

    A rate of fewer than `least` is not drawn: one of one is no fact to shade a cell by.
    """
    if isinstance(cell, Rate):
        if cell.interval is None or cell.rate is None or cell.whole < least:
            return {}
        low, high = cell.interval
        return {"data-value": f"{cell.rate:.4f}", "data-low": f"{low:.4f}", "data-high": f"{high:.4f}"}
    return {"data-value": cell} if isinstance(cell, int | float) and not isinstance(cell, bool) else {}


def _locale() -> str:
    return str(get_locale() or "nl")


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
