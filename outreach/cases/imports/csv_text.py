"""Reading a list of separated values, whatever separator and encoding a spreadsheet gave it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from outreach.cases.imports.headers import known
from outreach.cases.imports.limits import Limits
from outreach.cases.imports.problems import ImportRefused
from outreach.cases.imports.sheet_xml import Cells
from outreach.i18n import _l

# The module's own limit would end the whole list at one long cell; here the size of the file bounds a cell, and
# tables.py rejects the row of one that is longer than any list needs.
csv.field_size_limit(2**31 - 1)

_SEPARATORS = ";,\t|"
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MAY_BE_CONTROL = 0.01
_FEW_CONTROL = 20
"""So many control characters never make a text unreadable, however short it is: they damage their rows."""
# Put behind the text: when an open quotation mark has swallowed the rest, it has swallowed this too.
_END = "\ue000end\ue000"


@dataclass(frozen=True, slots=True)
class TextTable:
    """A decoded text and its separator, read as often as wanted."""

    text: str
    separator: str
    sheet: None = None
    other_sheets: tuple[str, ...] = ()

    def rows(self) -> Iterator[Cells]:
        """Number, cells and problems of every record; a cell with line breaks is in one row, as on screen.

        Raises ImportRefused when a quotation mark is never closed.
        """
        for number, cells in enumerate(csv.reader(self._lines(), delimiter=self.separator), start=1):
            if cells and cells[-1].endswith(_END):
                if cells == [_END]:
                    return
                raise _unclosed(number)
            yield number, tuple(cell.strip() for cell in cells), ()

    def _lines(self) -> Iterator[str]:
        yield from io.StringIO(self.text, newline="")
        yield from ("\n", _END)


def _unclosed(number: int) -> ImportRefused:
    return ImportRefused(
        _l(
            "A quotation mark in row %(row)s is not closed, so the rest of the list cannot be read.",
            row=number,
        )
    )


def open_text(data: bytes, limits: Limits) -> TextTable:
    """The text of a file and the separator that gives the most known headings. Raises ImportRefused."""
    text = _decoded(data)
    hint = _HINT.match(text)
    if hint:
        return TextTable(text[hint.end() :], hint[1])
    start = text[: text.find("\n", len(text) - len(text.lstrip())) + 1] or text
    return TextTable(text, max(_SEPARATORS, key=lambda separator: _headings_found(start, separator, limits)))


def _headings_found(line: str, separator: str, limits: Limits) -> tuple[int, int]:
    cells = line.lstrip().split(separator, limits.columns + 1)
    return sum(known(cell) is not None for cell in cells), len(cells)


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with a mark (Excel's 'Unicode text'), else Windows-1252, in which Dutch Excel writes."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise unreadable() from None
    # Old programs end a text with Ctrl-Z.
    text = text.rstrip("\x1a")
    strange = sum(1 for _ in _CONTROL.finditer(text))
    if strange > max(_FEW_CONTROL, _MAY_BE_CONTROL * len(text)):
        raise unreadable()
    return text


def unreadable() -> ImportRefused:
    """The refusal of what is no text, or text in which the column names are damaged."""
    return ImportRefused(
        _l("The file cannot be read as text. Save the list as CSV (UTF-8) or as an Excel workbook (.xlsx).")
    )
