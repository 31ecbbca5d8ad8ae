"""The response table as rows for programs and as files for people."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from outreach.insight.queries import Row
from outreach.spreadsheets import harmless

FIELDS = (
    "campaign",
    "step",
    "channel",
    "variant",
    "municipality",
    "assigned",
    "sent",
    "delivered",
    "responded",
    "rate",
    "low",
    "high",
)
DECIMALS = 4


def as_dict(row: Row) -> dict[str, Any]:
    """A row under the names of FIELDS; rate, low and high from 0 to 1, None where nothing was sent."""
    count, interval = row.count, row.count.interval
    return {
        "campaign": row.campaign,
        "step": row.step,
        "channel": row.channel,
        "variant": row.variant,
        "municipality": row.municipality,
        "assigned": count.assigned,
        "sent": count.sent,
        "delivered": count.delivered,
        "responded": count.responded,
        "rate": None if count.rate is None else round(count.rate, DECIMALS),
        "low": interval and round(interval[0], DECIMALS),
        "high": interval and round(interval[1], DECIMALS),
    }


def _cells(rows: Iterable[Row]) -> Iterable[list[Any]]:
    for row in rows:
        yield [harmless(value) if isinstance(value, str) else value for value in as_dict(row).values()]


def as_csv(rows: Sequence[Row]) -> str:
    """The table as CSV by RFC 4180: commas, points in fractions, nothing that a spreadsheet runs."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    writer.writerows(_cells(rows))
    return out.getvalue()


def as_xlsx(rows: Sequence[Row]) -> bytes:
    """The table as a worksheet with real numbers, a heading that stays in sight, nothing that runs."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("responses")
    sheet.freeze_panes = "A2"
    heading = []
    for name in FIELDS:
        cell = WriteOnlyCell(sheet, name)
        cell.font = Font(bold=True)
        heading.append(cell)
    sheet.append(heading)
    for cells in _cells(rows):
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
