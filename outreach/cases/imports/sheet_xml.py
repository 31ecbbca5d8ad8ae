"""The cells of a worksheet straight from its XML. Pure but for the open file.

openpyxl builds an object tree per text and took 2 ms for a row of 24 cells; this takes a twentieth,
tells a formula from its value in one pass, and stops at a document type, so that no entity unfolds.
"""

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel

from outreach.i18n import _l

Cells = tuple[int, tuple[str, ...], tuple[tuple[int, object], ...]]
"""A row's number, its values as text, and problems with the place of their cell."""

_CHUNK = 1 << 16
_LAST_COLUMN = 16_384


class NotPlain(ValueError):
    """The XML holds what a spreadsheet never writes."""


def read_texts(part: IO[bytes]) -> list[str]:
    """The texts of a workbook's shared table, in order."""
    texts: list[str] = []
    piece: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(name: str, _attributes: dict[str, str]) -> None:
        if name in inside:
            inside[name] = True

    def end(name: str) -> None:
        if name == "si":
            texts.append("".join(piece))
            piece.clear()
        elif name in inside:
            inside[name] = False

    def text(data: str) -> None:
        if inside["t"] and not inside["rPh"]:
            piece.append(data)

    for _ in _parsed(part, start, end, text):
        pass
    return texts


@dataclass(frozen=True, slots=True)
class SheetReader:
    """What a sheet's cells refer to: shared texts, the styles that mean a date, and day 0 of its dates."""

    texts: list[str]
    date_styles: Container[int]
    epoch: datetime
    columns: int

    def rows(self, part: IO[bytes]) -> Iterator[Cells]:
        """Every row that the sheet writes down. Of cells beyond `columns` the first filled one is kept."""
        sheet = _Sheet(self)
        for _ in _parsed(part, sheet.start, sheet.end, sheet.text):
            yield from sheet.ready
            sheet.ready.clear()
        yield from sheet.ready


class _Sheet:
    """Takes the parts of a sheet as the parser meets them and puts rows into `ready`."""

    def __init__(self, reader: SheetReader) -> None:
        self.reader = reader
        self.ready: list[Cells] = []
        self.number = self.column = 0
        self.cells: list[str] = []
        self.problems: list[tuple[int, object]] = []
        self.kind, self.style = "n", -1
        self.formula = self.phonetic = self.listening = False
        self.piece: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            reference = attributes.get("r")
            self.column = _column(reference) if reference else self.column + 1
            self.kind = attributes.get("t", "n")
            self.style = int(attributes.get("s", -1))
            self.formula = False
            self.piece.clear()
        elif name in ("v", "t"):
            self.listening = not self.phonetic
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            self.column = 0
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.phonetic = True

    def text(self, data: str) -> None:
        if self.listening:
            self.piece.append(data)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.listening = False
        elif name == "c":
            self._put("".join(self.piece))
        elif name == "row":
            self.ready.append((self.number, tuple(self.cells), tuple(self.problems)))
            self.cells.clear()
            self.problems.clear()
        elif name == "rPh":
            self.phonetic = False

    def _put(self, raw: str) -> None:
        columns = self.reader.columns
        place = min(self.column - 1, columns)
        if place >= columns and (not raw or len(self.cells) > columns):
            return
        self.cells.extend([""] * (place + 1 - len(self.cells)))
        if self.formula and not raw and self.kind != "str":
            self.problems.append(
                (place, _l("The cell holds a formula without a value. Save the list in Excel first."))
            )
        elif self.kind == "e":
            self.problems.append(
                (place, _l("The cell shows an error of the spreadsheet instead of a value."))
            )
        self.cells[place] = self._value(raw).strip()

    def _value(self, raw: str) -> str:
        if not raw or self.kind in ("inlineStr", "str", "e"):
            return raw
        if self.kind == "s":
            return self.reader.texts[int(raw)]
        if self.kind == "d":
            return raw[:10]
        if self.kind == "b":
            return "TRUE" if raw == "1" else "FALSE"
        if self.style in self.reader.date_styles:
            return _day(float(raw), self.reader.epoch) or raw
        return raw if raw.isdigit() else _number(raw)


def _day(serial: float, epoch: datetime) -> str | None:
    try:
        moment = from_excel(serial, epoch)
    except (ValueError, OverflowError):
        return None
    if isinstance(moment, datetime):
        return moment.date().isoformat()
    return moment.isoformat() if isinstance(moment, date) else None


def _number(raw: str) -> str:
    """A number as a person writes it: `6.12345678E8` is 612345678."""
    number = float(raw)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)


def _column(reference: str) -> int:
    """The column of a reference such as `AB12`, counted from 1."""
    column = 0
    for char in reference:
        if not "A" <= char <= "Z":
            break
        column = column * 26 + ord(char) - 64
    if not 0 < column <= _LAST_COLUMN:
        raise NotPlain(reference)
    return column


def _parsed(
    part: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Feed a part to the handlers, by local names, and pause after each piece."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    local: dict[str, str] = {}

    def short(name: str) -> str:
        found = local.get(name)
        if found is None:
            found = local[name] = name.rpartition(" ")[2]
        return found

    def refuse(*_: object) -> None:
        raise NotPlain("document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(short(name), attributes)
    parser.EndElementHandler = lambda name: end(short(name))
    parser.CharacterDataHandler = text
    while chunk := part.read(_CHUNK):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
