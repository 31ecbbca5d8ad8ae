"""A list as a table: its headings and its rows with the numbers that a spreadsheet shows.

What a file is, its content says, not its name. A file that cannot be read whole is refused whole, by
ImportRefused, before the first row is given out; after that `rows` goes through it row by row, so that
memory does not grow with the list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from outreach.cases.imports import csv_text, workbook
from outreach.cases.imports.bsn import BsnWatch
from outreach.cases.imports.headers import bsn_refused, guess, is_forbidden, words
from outreach.cases.imports.limits import LONGEST_CELL, Limits
from outreach.cases.imports.own_columns import Layout, layout_of
from outreach.cases.imports.problems import ImportRefused, Problem
from outreach.cases.imports.sheet_xml import Cells
from outreach.cases.imports.text import shown
from outreach.i18n import _l
from outreach.spreadsheets import unharmed

_KEPT_CELLS = 500_000
"""Lists up to this size are read once and kept, some 40 MB; larger ones are read twice."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its `number` in the spreadsheet, a value for each heading, and what reading it made of it.

    Values are text: numbers as a person writes them, dates as ISO. `surplus` are values for which there is no
    heading. `problems` are of the row as such (too many values, a formula without a value, a damaged cell);
    a row that has any is rejected.
    """

    number: int
    values: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A list that can be read: `kind` is `csv` or `xlsx`; `sheet` and `other_sheets` belong to a workbook.

    The columns that a file of rejected rows has for the clerk are not among its headings.
    """

    name: str
    kind: str
    headings: tuple[str, ...]
    row_count: int
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    _open: Callable[[], Iterator[Row]] = field(repr=False, default=lambda: iter(()))

    def rows(self) -> Iterator[Row]:
        """The rows that hold anything, in order; may be called again."""
        return self._open()


def read_table(source: Path | bytes | BinaryIO, *, name: str = "", limits: Limits | None = None) -> Table:
    """The table in a file, or ImportRefused with a sentence that says what is wrong with the whole of it.

    1. No more than `limits.file_bytes` is read, whatever the size of the file.
    2. The content decides between workbook and text; a workbook's unpacked size is checked first.
    3. The first row that holds anything is the row of headings.
    4. One pass over all rows finds what would stop the import halfway: broken parts, too many rows or
       columns, an open quotation mark, a column whose values are citizen service numbers, no row at all.
    """
    limits = limits or Limits()
    name = name or (source.name if isinstance(source, Path) else "")
    data = _bytes(source, limits)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _checked(name, "xlsx", workbook.open_workbook(data, limits), limits)
    if data.startswith(_OLE):
        raise ImportRefused(
            _l("This workbook is protected with a password. Remove the password and import it again.")
            if _ENCRYPTED in data
            else _l("This is an old kind of Excel file (.xls). Save it as .xlsx or CSV and import it again.")
        )
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise ImportRefused(_l("The file is named as an Excel workbook but is none."))
    return _checked(name, "csv", csv_text.open_text(data, limits), limits)


def _bytes(source: Path | bytes | BinaryIO, limits: Limits) -> bytes:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return _bytes(file, limits)
        except OSError as error:
            raise ImportRefused(
                _l("The file cannot be opened: %(reason)s", reason=error.strerror or "")
            ) from None
    if not isinstance(source, bytes):
        source = source.read(limits.file_bytes + 1)
    if len(source) > limits.file_bytes:
        raise ImportRefused(
            _l(
                "The file is larger than %(size)s MB. Split the list and import the parts one by one.",
                size=f"{limits.file_bytes / 1_000_000:g}",
            ),
            status=413,
        )
    if not source.strip(b"\0\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise ImportRefused(_l("The file is empty."))
    return source


def _checked(name: str, kind: str, raw: csv_text.TextTable | workbook.WorkbookTable, limits: Limits) -> Table:
    """The table after the pass over all rows."""
    rows = raw.rows()
    first = next(((number, cells) for number, cells, _ in rows if any(cells)), None)
    if first is None:
        raise ImportRefused(_l("The file is empty."))
    heading_row, cells = first
    headings = _headings(cells, limits)
    watch = BsnWatch(headings)
    count = 0
    kept: list[Cells] | None = []
    for number, cells, problems in rows:
        if not (problems or any(cells)):
            continue
        count += 1
        if kept is not None:
            kept.append((number, cells, problems))
            if count * len(headings) > _KEPT_CELLS:
                kept = None
        if count > limits.rows:
            raise ImportRefused(
                _l(
                    "The list has more than %(rows)s rows. Split it and import the parts one by one.",
                    rows=limits.rows,
                )
            )
        if len(cells) > limits.columns and any(cells[limits.columns :]):
            raise _too_many_columns(limits)
        watch.see(cells)
    if not count:
        raise ImportRefused(_l("The list has column names but no rows."))
    if heading := watch.suspect():
        raise bsn_refused(heading)
    layout = layout_of(headings)

    def read() -> Iterator[Row]:
        for number, cells, problems in kept if kept is not None else raw.rows():
            if number > heading_row and (problems or any(cells)):
                yield _row(number, cells, problems, layout)

    return Table(name, kind, layout.columns, count, raw.sheet, raw.other_sheets, read)


def _row(
    number: int, cells: tuple[str, ...], problems: tuple[tuple[int, object], ...], layout: Layout
) -> Row:
    problems += _damage(cells)
    surplus = layout.surplus_values(cells) if layout.surplus or len(cells) > len(layout.headings) else ()
    found = [Problem(_named(place, layout), _shown(place, cells), sentence) for place, sentence in problems]
    found += _too_many(surplus, layout)
    values = tuple(map(unharmed, layout.values(cells)))
    return Row(number, values, tuple(found), tuple(map(unharmed, surplus)))


def _damage(cells: tuple[str, ...]) -> tuple[tuple[int, object], ...]:
    """Places and problems of cells that no spreadsheet makes."""
    if max(map(len, cells), default=0) <= LONGEST_CELL and not any("\0" in cell for cell in cells):
        return ()
    found: list[tuple[int, object]] = []
    for place, cell in enumerate(cells):
        if len(cell) > LONGEST_CELL:
            sentence = _l(
                "This is %(length)s characters long; at most %(longest)s fit. Is a quotation mark missing?",
                length=len(cell),
                longest=LONGEST_CELL,
            )
            found.append((place, sentence))
        elif "\0" in cell:
            found.append((place, _l("There is a zero byte in this value: it is damaged. Type it anew.")))
    return tuple(found)


def _named(place: int, layout: Layout) -> str:
    return layout.headings[place] if place < len(layout.headings) else ""


def _shown(place: int, cells: tuple[str, ...]) -> str:
    return shown(cells[place]) if place < len(cells) else ""


def _too_many(surplus: tuple[str, ...], layout: Layout) -> list[Problem]:
    """The problem of a row with values that have no column, here or in the list that they were rejected from."""
    place = next((place for place, value in enumerate(surplus) if value), None)
    if place is None:
        return []
    if place < len(layout.surplus):
        sentence = _l("There is no column for this value. Move it to where it belongs, and empty this cell.")
        return [Problem(_named(layout.surplus[place], layout), shown(surplus[place]), sentence)]
    sentence = _l("The row has more values than there are columns. Does a value need quotation marks?")
    return [Problem("", shown(surplus[place]), sentence)]


def _headings(cells: tuple[str, ...], limits: Limits) -> tuple[str, ...]:
    """The names of the columns; one without a name is called after its letter."""
    cells = tuple(" ".join(unharmed(cell).split()) for cell in cells)
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > limits.columns:
        raise _too_many_columns(limits)
    for cell in cells:
        if is_forbidden(cell):
            raise bsn_refused(cell)
        if "\0" in cell:
            raise csv_text.unreadable()
        if len(cell) > LONGEST_CELL:
            raise ImportRefused(
                _l("A name in the row of column names is %(length)s characters long.", length=len(cell))
            )
    if not any(guess(cells).values()) and any(_looks_like_data(cell) for cell in cells):
        raise ImportRefused(
            _l("The first row holds data instead of column names. Add column names such as dossiernummer.")
        )
    headings = tuple(cell or f"({_letter(place)})" for place, cell in enumerate(cells))
    seen: dict[str, str] = {}
    for heading in headings:
        key = words(heading).replace(" ", "") or heading
        if key in seen:
            raise ImportRefused(
                _l("The column name “%(heading)s” stands in the list twice.", heading=heading)
            )
        seen[key] = heading
    return headings


def _looks_like_data(cell: str) -> bool:
    digits = sum(char.isdigit() for char in cell)
    return "@" in cell or digits >= 4


def _letter(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _too_many_columns(limits: Limits) -> ImportRefused:
    return ImportRefused(
        _l("The list has more than %(columns)s columns. Is it the right file?", columns=limits.columns)
    )
