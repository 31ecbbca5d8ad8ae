"""A table as a document, as CSV and as a worksheet. Nothing in them is anything that a spreadsheet runs."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from outreach import clock
from outreach.i18n import _
from outreach.insight.table import Table
from outreach.spreadsheets import harmless

PLACES = 31
"""Characters that the name of a worksheet may have."""


def document(table: Table) -> dict[str, Any]:
    """What a program reads: the rows by their keys, with what they count, of which days and as seen when."""
    return {
        "table": table.name,
        "title": str(table.title),
        "unit": str(table.unit),
        "period": {
            "from": table.since and table.since.isoformat(),
            "to": table.until and table.until.isoformat(),
        },
        "peildatum": table.reference_day.isoformat(),
        "source": table.source,
        "rows": table.records(),
    }


def as_csv(table: Table) -> str:
    """The rows as CSV by RFC 4180: commas, points in fractions."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.headings())
    writer.writerows(_cells(row) for row in table.flat())
    return out.getvalue()


def as_xlsx(*tables: Table) -> bytes:
    """Each table as a worksheet: real numbers and days, a heading that stays in sight, and a sheet that explains."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.name[:PLACES])
        sheet.freeze_panes = "A2"
        sheet.append([_bold(sheet, key) for key in table.headings()])
        for row in table.flat():
            sheet.append(_cells(row))
    about = book.create_sheet(_("About these figures")[:PLACES])
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 28, 110
    for table in tables:
        for term, value in explained(table):
            about.append([_bold(about, harmless(term)), harmless(value)])
        about.append([])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def explained(table: Table) -> list[tuple[str, str]]:
    """What a reader must know before she uses a figure: title, unit, days, source and what each column counts."""
    return [
        (_("Table"), str(table.title)),
        (_("Counted are"), str(table.unit)),
        (_("Period"), period(table)),
        (_("As it stood on"), clock_day(table.reference_day)),
        (_("Source"), table.source),
        *((str(column.label), str(column.meaning)) for column in table.columns if column.meaning),
        *((_("Note"), str(note)) for note in table.notes),
    ]


def period(table: Table) -> str:
    """The days asked for, in ISO form, as files are read on."""
    return f"{table.since or '…'} – {table.until or '…'}"


def clock_day(day: date) -> str:
    """A day in ISO form."""
    return day.isoformat()


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cells(row: Iterable[Any]) -> list[Any]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.local(value).replace(tzinfo=None)
    return harmless(value) if isinstance(value, str) else value
