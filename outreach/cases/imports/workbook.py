"""Reading the first sheet of an Excel workbook without trusting what is in it."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl

from outreach.cases.imports.limits import SHEET_ROWS, Limits
from outreach.cases.imports.problems import ImportRefused
from outreach.i18n import _l

Cells = tuple[int, tuple[str, ...], tuple[tuple[int, object], ...]]
"""A row's number, its values as text, and problems with the place of their cell."""

_DRAWN = ("xl/media/", "xl/drawings/", "xl/charts/")
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """The first sheet of a workbook, read as often as wanted; `has_formulas` makes reading take twice as long."""

    data: bytes
    sheet: str
    other_sheets: tuple[str, ...]
    has_formulas: bool
    limits: Limits

    def rows(self) -> Iterator[Cells]:
        """Number, cells and problems of every row of the sheet, empty rows included. Raises ImportRefused."""
        with _damage_refused():
            values = _sheet_rows(self.data, data_only=True)
            formulas = _sheet_rows(self.data, data_only=False) if self.has_formulas else iter(())
            for number, cells in enumerate(values, start=1):
                if number > SHEET_ROWS:
                    raise _broken()
                if len(cells) > self.limits.columns:
                    surplus = next(filter(None, cells[self.limits.columns :]), None)
                    cells = (*cells[: self.limits.columns], surplus)
                yield number, tuple(map(_text, cells)), tuple(_problems(cells, next(formulas, ())))


def open_workbook(data: bytes, limits: Limits) -> WorkbookTable:
    """The first sheet that holds a table. Raises ImportRefused for what is no workbook or unpacks too large."""
    _check_parts(data, limits)
    with _damage_refused():
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [sheet.title for sheet in book.worksheets]
        path = getattr(book.worksheets[0], "_worksheet_path", "") if sheets else ""
        book.close()
        has_formulas = bool(path) and _holds(data, path, b"<f")
    if not sheets:
        raise ImportRefused(_l("The workbook has no sheet with cells."))
    return WorkbookTable(data, sheets[0], tuple(sheets[1:]), has_formulas, limits)


def _check_parts(data: bytes, limits: Limits) -> None:
    """The sizes that the parts declare; zipfile reads no part further than that, so they bound memory."""
    with _damage_refused(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [info for info in archive.infolist() if not info.filename.startswith(_DRAWN)]
    names = {info.filename for info in parts}
    if "mimetype" in names and "content.xml" in names:
        raise ImportRefused(_l("This is an OpenDocument sheet. Save it as .xlsx or CSV and import it again."))
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise ImportRefused(
            _l("This is a ZIP file and not an Excel workbook. Unpack it and import the list in it.")
        )
    shared = sum(info.file_size for info in parts if info.filename.endswith("sharedStrings.xml"))
    total = sum(info.file_size for info in parts)
    if total > limits.unpacked_bytes or shared > limits.shared_text_bytes:
        raise ImportRefused(
            _l("The workbook unpacks to far more than a list holds. Save the list alone, as CSV."), status=413
        )


def _holds(data: bytes, path: str, mark: bytes) -> bool:
    """Whether a part of the workbook contains some bytes; a look through it costs less than parsing it twice."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(path) as part:
        tail = b""
        while chunk := part.read(_CHUNK):
            if mark in tail + chunk:
                return True
            tail = chunk[-len(mark) :]
    return False


def _sheet_rows(data: bytes, *, data_only: bool) -> Iterator[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=data_only)
    try:
        sheet = book.worksheets[0]
        # The size that a sheet declares is often wrong and would cut rows off.
        sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)
    finally:
        book.close()


def _text(value: object) -> str:
    """A cell as text: whole numbers without a fraction, days as ISO."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _problems(cells: tuple[Any, ...], behind: tuple[Any, ...]) -> Iterator[tuple[int, object]]:
    for place, value in enumerate(cells):
        if isinstance(value, str) and value.startswith("#") and value in _ERRORS:
            yield place, _l("The cell shows an error of the spreadsheet instead of a value.")
    for place, formula in enumerate(behind[: len(cells)]):
        if cells[place] is None and formula is not None:
            yield (
                place,
                _l(
                    "The cell holds a formula without a value. Open the list in Excel, save it and try again."
                ),
            )


_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!"}
)


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Whatever a damaged workbook makes zipfile, the XML parser or openpyxl raise is one refusal."""
    try:
        yield
    except ImportRefused:
        raise
    except Exception:
        raise _broken() from None


def _broken() -> ImportRefused:
    return ImportRefused(
        _l("The workbook is damaged and cannot be read. Open it in Excel, save it again and import that.")
    )
