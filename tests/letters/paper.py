"""Letters set from made-up values, and where things stand on their pages."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pypdfium2
from pypdf import PdfReader

from outreach import config
from outreach.letters import render
from outreach.letters.markdown import LetterText, parse
from outreach.letters.render import Layout, LetterData, Rendered
from outreach.responses import codes

FONTS = config.load({"OUTREACH_SECRET_KEY": "x"}).font_dir
BASE = "https://doorstroompunt-waterweg.nl"
MADE_AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LAYOUT = Layout("Doorstroompunt Waterweg", "Retouradres: Postbus 500, 3130 AM Vlaardingen")
SHIPPED = {
    path.stem: parse(path.read_text("utf-8"))
    for path in Path(render.__file__).with_name("texts").glob("*.md")
}
PLAIN = parse("# Hoi\n\nHoi {{ naam }}, dit is voor jou.")
MM = 72 / 25.4


def letter(text: str = "plain", **values: str) -> LetterData:
    """A letter to Noor with a code of its own."""
    return LetterData(
        text=text,
        address=("Aan Noor de Vries", "Dorpsstraat 12 B", "3131 AB  VLAARDINGEN"),
        values={
            "voornaam": "Noor",
            "naam": "Noor de Vries",
            "gemeente": "Vlaardingen",
            "datum": "Vlaardingen, 10 maart 2026",
            "coach_voornaam": "Samira",
            "coach_naam": "Samira el Amrani",
            "coach_telefoon": "06 1234 5678",
            "coach_uren": "maandag tot en met donderdag, 9.00 tot 17.00 uur",
            "bezoekdatum": "dinsdag 17 maart",
        }
        | values,
        code=codes.new_code(),
    )


def printed(
    *letters: LetterData,
    layout: Layout = LAYOUT,
    texts: dict[str, LetterText] | None = None,
    base_url: str = BASE,
) -> Rendered:
    """The letters as one PDF."""
    return render.render_batch(
        letters,
        layout,
        texts or {"plain": PLAIN, **SHIPPED},
        base_url=base_url,
        font_dir=FONTS,
        made_at=MADE_AT,
    )


def words(pdf: bytes, page: int = 0) -> str:
    """The text of a page as a reader copies it, spaces evened out."""
    text = PdfReader(BytesIO(pdf)).pages[page].extract_text()
    return " ".join(text.replace("\u200b", "").replace("\u00a0", " ").split())


def place_of(pdf: bytes, wanted: str) -> tuple[float, float, float, float]:
    """Where `wanted` stands on page 1: left, top, right and bottom in mm from the top left corner."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    found = text.search(wanted).get_next()
    assert found, f"{wanted!r} is not on the page"
    boxes = [text.get_charbox(index) for index in range(found[0], found[0] + found[1])]
    height = page.get_height()
    return (
        min(box[0] for box in boxes) / MM,
        (height - max(box[3] for box in boxes)) / MM,
        max(box[2] for box in boxes) / MM,
        (height - min(box[1] for box in boxes)) / MM,
    )


def lines_of(pdf: bytes, wanted: str) -> list[tuple[float, float]]:
    """Top and bottom of each place at which `wanted` stands on page 1, in mm from the top."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    search, found = text.search(wanted), []
    while (place := search.get_next()) is not None:
        boxes = [text.get_charbox(index) for index in range(place[0], sum(place))]
        top, bottom = max(box[3] for box in boxes), min(box[1] for box in boxes)
        found.append(((page.get_height() - top) / MM, (page.get_height() - bottom) / MM))
    return found


def edges(pdf: bytes, below: float = 0) -> tuple[float, float]:
    """How far to the left and to the right page 1 is printed, in mm, from `below` mm under its top."""
    page = pypdfium2.PdfDocument(pdf)[0]
    text = page.get_textpage()
    # A space at the end of a line hangs over its edge and is not seen.
    seen = [index for index in range(text.count_chars()) if text.get_text_range(index, 1).strip()]
    boxes = [text.get_charbox(index) for index in seen]
    drawn = [box for box in boxes if box[2] > box[0] and page.get_height() - box[3] > below * MM]
    return min(box[0] for box in drawn) / MM, max(box[2] for box in drawn) / MM
