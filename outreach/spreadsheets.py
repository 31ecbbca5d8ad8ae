"""Values that are safe in a spreadsheet, and files of any length for people to open in one.

A cell that begins with a sign by which a spreadsheet knows a formula gets an apostrophe in front, so that it
stays text (OWASP, 'CSV injection'). Reading such a file takes that apostrophe away again. The files are made row
by row, so that a million of them need no more memory than one.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from os import PathLike
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_HARMFUL = re.compile(r"[=+\-@\t\r\n]")
_HARMLESS = re.compile(r"'+[=+\-@\t\r\n]")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Signs that XML cannot hold; they come from damaged lists and from phones."""

SHEET_ROWS = 1_048_576
"""What a worksheet holds; what is more goes on in the next one."""
LONGEST_CELL = 32_767
MARK = "\ufeff"
"""Begins a CSV that Dutch Excel is to read as UTF-8."""


def harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula; `unharmed` gives the value back."""
    return f"'{value}" if _HARMFUL.match(value) or _HARMLESS.match(value) else value


def unharmed(value: str) -> str:
    """What a cell meant before `harmless` put an apostrophe in front."""
    return value[1:].strip() if _HARMLESS.match(value) else value


def csv_lines(rows: Iterable[Sequence[Any]], delimiter: str = ",") -> Iterator[str]:
    """Rows as lines of CSV by RFC 4180, one for each row: texts harmless, days as 31-12-2005."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def write_workbook(
    file: IO[bytes] | PathLike[str], name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Rows as a workbook: headings that stay in sight, real numbers and days, texts harmless.

    Rows that one sheet cannot hold go on in `name 2` and so on.
    """
    book = Workbook(write_only=True)
    try:
        sheet, place = _sheet(book, name, headings), 1
        for number, row in enumerate(rows):
            if number and number % (SHEET_ROWS - 1) == 0:
                place += 1
                sheet = _sheet(book, f"{name} {place}", headings)
            sheet.append([_as_cell(sheet, value) for value in row])
        book.save(file)
    except BaseException:
        # The sheets that are half written lie in files of their own, which only closing them takes away.
        with suppress(Exception):
            book.save(io.BytesIO())
        raise


def _sheet(book: Any, name: str, headings: Sequence[str]) -> Any:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    bold = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, harmless(heading))
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    return sheet


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value:%d-%m-%Y}"
    return value


def _as_cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        return harmless(_NOT_IN_XML.sub("", value))[:LONGEST_CELL]
    if isinstance(value, date) and not isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, datetime.combine(value, time()))
        cell.number_format = "dd-mm-yyyy"
        return cell
    return value
