"""Reading the first sheet of an Excel workbook without trusting what is in it."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet

from outreach.cases.imports.limits import SHEET_ROWS, Limits
from outreach.cases.imports.problems import ImportRefused
from outreach.cases.imports.sheet_xml import Cells, SheetReader, read_texts
from outreach.i18n import _l

_DRAWN = ("xl/media/", "xl/drawings/", "xl/charts/")


@dataclass(frozen=True, slots=True)
class WorkbookTable:
    """The first sheet of a workbook (`part` is its path in the file), read as often as wanted."""

    data: bytes = field(repr=False)
    sheet: str
    other_sheets: tuple[str, ...]
    part: str
    reader: SheetReader = field(repr=False)

    def rows(self) -> Iterator[Cells]:
        """Number, cells and problems of the rows that the sheet holds, in order. Raises ImportRefused."""
        last = 0
        with (
            _damage_refused(),
            zipfile.ZipFile(io.BytesIO(self.data)) as archive,
            archive.open(self.part) as sheet,
        ):
            for row in self.reader.rows(sheet):
                if not last < row[0] <= SHEET_ROWS:
                    raise _broken()
                last = row[0]
                yield row


def open_workbook(data: bytes, limits: Limits) -> WorkbookTable:
    """The first sheet that holds cells. Raises ImportRefused for no workbook or one too large."""
    _check_parts(data, limits)
    with _damage_refused():
        book = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        with book.archive as archive:
            book.read_manifest()
            book.read_workbook()
            apply_stylesheet(archive, book.wb)
            sheets = [
                (sheet.name, relation.target)
                for sheet, relation in book.parser.find_sheets()
                if relation.Type.endswith("/worksheet") and relation.target in archive.namelist()
            ]
            texts = []
            shared = next((name for name in archive.namelist() if name.endswith("sharedStrings.xml")), None)
            if shared:
                with archive.open(shared) as part:
                    texts = read_texts(part)
        reader = SheetReader(
            texts, frozenset(getattr(book.wb, "_date_formats", ())), book.wb.epoch, limits.columns
        )
    if not sheets:
        raise ImportRefused(_l("The workbook has no sheet with cells."))
    (name, part_name), *others = sheets
    return WorkbookTable(data, name, tuple(other for other, _ in others), part_name, reader)


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
