"""The page for the council: read back as text, as tags and as a picture; always one sheet, never a small number."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from outreach import config, paper
from outreach.errors import Refused
from outreach.insight import council, council_figures
from outreach.insight.council import CouncilReport
from outreach.insight.definitions import PEOPLE, WORK, column
from outreach.insight.table import Column, Frame, Rate, Table

FONTS = config.load({"OUTREACH_SECRET_KEY": "x"}).font_dir
MADE_AT = datetime(2025, 10, 1, 9, 0, tzinfo=UTC)
FRAME = Frame(
    date(2024, 9, 1), date(2025, 8, 31), date(2025, 10, 1), "Outreach, uit de dossiers van deze regio"
)
OUTCOMES = {
    "Opleiding": 25,
    "Werk": 17,
    "Traject gemeente": 11,
    "Niet willen": 2,
    "Onbereikbaar": 6,
    "Externe begeleiding": 9,
    "Overig": 0,
}
"""Of Vlaardingen, as MVS reports them."""


def funnel(*counts: int) -> Table:
    """Of young people; the counts in the order of the stages."""
    people, approached, responded, contact, outcome, cannot = counts
    kinds = ("people", "approached", "responded", "scanned", "contact", "outcome", "cannot")
    columns = [column("municipality"), column("people", "count", PEOPLE)]
    columns += [column(key, "rate", PEOPLE) for key in kinds[1:]]
    rates = (
        Rate(approached, people),
        Rate(responded, people),
        Rate(responded // 2, people),
        Rate(contact, responded),
        Rate(outcome, contact),
        Rate(cannot, people),
    )
    rows = [["Vlaardingen", people, *rates]]
    return FRAME.table("by-municipality", "Per gemeente", "jongeren", columns, rows)


def outcomes(lines: dict[str, int], *, adds_up: bool = True) -> Table:
    """A list of outcomes with its total, or without one where its lines do not add up."""
    columns = (column("result"), Column("Vlaardingen", "Vlaardingen", "count"), column("total", "count"))
    rows = [[name, count, count] for name, count in lines.items()]
    total = ["Samen", sum(lines.values()), sum(lines.values())] if adds_up else None
    title = "Uitstroomreden trajectbegeleiding"
    return FRAME.table("outcomes", title, "trajecten", columns, rows, total=total)


def visits(*counts: int) -> Table:
    """What came of home visits: contact, nobody home, not living there, otherwise."""
    kinds = ("with_contact", "nobody_home", "not_living_there", "other_result")
    columns = [column("municipality"), column("visits", "count", WORK)]
    columns += [column(kind, "rate", WORK) for kind in kinds]
    whole = sum(counts)
    rows: Iterable[Any] = [["Vlaardingen", whole, *(Rate(count, whole) for count in counts)]] if whole else []
    return FRAME.table("visits", "Huisbezoeken met en zonder contact", "huisbezoeken", columns, rows)


REPORT = CouncilReport(
    region="Doorstroompunt Waterweg",
    municipality="Vlaardingen",
    funnel=funnel(245, 212, 96, 74, 70, 9),
    outcomes=outcomes(OUTCOMES),
    visits=visits(31, 20, 7, 6),
    made_at=MADE_AT,
)
NOTHING = replace(REPORT, funnel=funnel(0, 0, 0, 0, 0, 0), outcomes=outcomes({}), visits=visits(0, 0, 0, 0))


@pytest.fixture
def made(app: Flask) -> Any:
    """Makes the page."""

    def make(data: CouncilReport) -> bytes:
        with app.app_context():
            return council.pdf(data, font_dir=FONTS)

    return make


def words(pdf: bytes) -> str:
    """The text as somebody copies it, spaces evened out."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(text.replace("\u200b", "").replace("\u00ad", "").split())


def elements(pdf: bytes) -> list[tuple[str, str]]:
    """The tags of the page in the order in which they are read, each with its alternative text."""
    found: list[tuple[str, str]] = []

    def walk(element: Any) -> None:
        node = element.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            if "/K" in node:
                walk(node["/K"])

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


def test_the_page_says_whose_figures_these_are_and_what_they_are(made: Any) -> None:
    text = words(made(REPORT))
    for said in (
        "Doorstroompunt Waterweg Jongeren in Vlaardingen",
        "Voor de gemeenteraad. Van 1 september 2024 tot en met 31 augustus 2025. Peildatum: 1 oktober 2025.",
        "Voor 245 jongeren in Vlaardingen begon een plan om ze te bereiken; 212 van hen zijn benaderd.",
        "Van al die jongeren reageerden er 96 (39 %); met 74 van hen is er contact.",
        "Coaches gingen 64 keer op huisbezoek; 31 keer spraken ze de jongere.",
        "Benaderd 212 87 % Gereageerd 96 39 % In contact 74 30 % Met een uitkomst 70 29 %",
        "Uitkomst Aantal Aandeel Opleiding 25 36 % Werk 17 24 %",
        "Geteld zijn trajecten.",
        "Met contact 31 48 % Niet thuis 20 31 %",
        "Benaderd: Daarvan de jongeren voor wie minstens één poging is uitgevoerd.",
        "Bron: Outreach, uit de dossiers van deze regio.",
    ):
        assert said in text


def test_it_is_one_tagged_page_with_a_title_and_a_language_and_its_figure_is_told(made: Any) -> None:
    pdf = made(REPORT)
    reader = PdfReader(BytesIO(pdf))
    assert len(reader.pages) == 1
    assert reader.metadata and reader.metadata.title
    assert reader.metadata.title.startswith("Jongeren in Vlaardingen. Van 1 september 2024")
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "nl" and root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert b"pdfuaid:part" in pdf
    tags = elements(pdf)
    names = [tag for tag, _alt in tags]
    assert names.count("/Table") == 2 and names.count("/TH") == 6
    assert names.count("/H1") == 1 and names.count("/H2") == 4
    (told,) = [alt for tag, alt in tags if tag == "/Figure"]
    assert "Jongeren 245 (100 %); Benaderd 212 (87 %); Gereageerd 96 (39 %)" in told


def test_it_is_there_in_english(made: Any) -> None:
    pdf = made(replace(REPORT, language="en"))
    text = words(pdf)
    assert "For the council. From 1 September 2024 up to and including 31 August 2025." in text
    assert "at 31 of them they spoke to the young person" in text
    assert PdfReader(BytesIO(pdf)).trailer["/Root"]["/Lang"] == "en"  # type: ignore[index]


def test_the_same_figures_are_the_same_bytes(made: Any) -> None:
    assert made(REPORT) == made(replace(REPORT))
    assert made(REPORT) != made(replace(REPORT, funnel=funnel(245, 212, 97, 74, 70, 9)))


def test_small_numbers_are_not_told_nor_to_be_worked_out(made: Any) -> None:
    text = words(made(replace(REPORT, funnel=funnel(40, 38, 9, 4, 3, 1), visits=visits(12, 2, 0, 0))))
    assert "In contact <5 – Met een uitkomst <5 – Kan niet reageren <5 –" in text
    assert "Niet willen * – Onbereikbaar * – Externe begeleiding 9 13 %" in text, "2 and 6 of a known 70"
    assert "Met contact * – Niet thuis * – Woont daar niet 0 0 % Anders 0 0 % Samen 14" in text
    assert "Coaches gingen 14 keer op huisbezoek." in text
    assert "Van al die jongeren reageerden er 9 (22 %)." in text
    assert "<5: 1 tot en met 4, te weinig om te zeggen hoeveel." in text and "*: niet vermeld" in text


def test_of_few_young_people_next_to_nothing_is_told(made: Any) -> None:
    few = replace(
        REPORT, funnel=funnel(4, 4, 3, 2, 2, 0), outcomes=outcomes({"Werk": 2}), visits=visits(1, 0, 0, 0)
    )
    pdf = made(few)
    text = words(pdf)
    assert (
        "Voor enkele jongeren in Vlaardingen begon een plan" in text
        and "Er waren enkele huisbezoeken." in text
    )
    assert "Werk * – Samen *" in text and "Jongeren <5 – Benaderd <5 –" in text
    (told,) = [alt for tag, alt in elements(pdf) if tag == "/Figure"]
    assert "Jongeren <5 (–)" in told and not set("1234") & set(told.replace("<5", ""))


def test_what_the_outcomes_hide_altogether_the_funnel_hides_too(made: Any) -> None:
    """Six outcomes of one young person each: with their total told each would be known."""
    text = words(
        made(
            replace(REPORT, funnel=funnel(40, 38, 9, 7, 6, 0), outcomes=outcomes(dict.fromkeys("abcdef", 1)))
        )
    )
    assert "Met een uitkomst * –" in text and "f * – Samen *" in text and "In contact 7 18 %" in text


def test_outcomes_that_do_not_add_up_have_no_shares_and_no_total(made: Any) -> None:
    lines = {"Benaderd": 40, "Uitgestroomd": 12, "Positief uitstroomresultaat": 3}
    text = words(made(replace(REPORT, outcomes=outcomes(lines, adds_up=False))))
    assert "Uitkomst Aantal Benaderd 40 Uitgestroomd 12 Positief uitstroomresultaat <5" in text


def test_own_sentences_stand_instead(made: Any) -> None:
    text = words(made(replace(REPORT, sentences=("Een goed jaar.", "Nog een zin.", "En nog een."))))
    assert "Een goed jaar. Nog een zin. En nog een. Van plan tot uitkomst" in text


def test_nothing_to_count_is_said(made: Any) -> None:
    pdf = made(NOTHING)
    text = words(pdf)
    assert "In deze periode begon voor geen enkele jongere in Vlaardingen een plan." in text
    assert text.count("Bij deze keuze valt er niets te tellen.") == 3
    assert "Uitstroomreden trajectbegeleiding" in text and len(PdfReader(BytesIO(pdf)).pages) == 1


LONG = "Werkproces met een heel erg lange naam die over meerdere regels gaat en maar niet ophoudt"


@pytest.mark.parametrize(
    "lines",
    [{f"{n} {LONG}": n for n in range(20)}, {f"{n}{'x' * 300}": n + 5 for n in range(40)}],
    ids=["long names", "endless words"],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_however_long_the_names_it_is_one_page_and_nothing_runs_off(
    made: Any, lines: dict[str, int], language: str
) -> None:
    municipality = "Sint-Zeeuwsch-Alblasserwaardenland-Buitengaatscheveer-" + 50 * "x" + " en Omstreken"
    data = replace(REPORT, municipality=municipality, outcomes=outcomes(lines), language=language)
    pdf = made(data)
    page = pypdfium2.PdfDocument(pdf)
    assert len(page) == 1
    picture = page[0].render(scale=1).to_pil().convert("L")
    margin = 14 * 72 / 25.4
    ink = picture.point(lambda value: 255 - value).getbbox()
    assert (
        ink
        and ink[0] > margin
        and ink[2] < picture.width - margin
        and ink[3] < picture.height - 8 * 72 / 25.4
    )
    rest = len(lines) - council_figures.MOST_OUTCOMES + 1
    assert f"{rest} " in words(pdf) and str(sum(lines.values())) in words(pdf)


def test_bars_are_as_long_as_their_figures(made: Any) -> None:
    """In the picture of the page: the longest rows of the accent colour are those of the funnel."""
    picture = pypdfium2.PdfDocument(made(REPORT))[0].render(scale=3).to_pil().convert("RGB")
    rows = []
    for y in range(picture.height):
        row = [
            picture.getpixel((x, y)) == (0x14, 0x50, 0x5C)
            for x in range(picture.width // 3, picture.width, 3)
        ]
        rows.append(sum(row))
    bars = [length for before, length in pairwise(rows) if length > before == 0]
    longest = sorted(bars, reverse=True)[:5]
    whole = longest[0]
    assert [round(length / whole, 2) for length in longest] == pytest.approx(
        [1, 212 / 245, 96 / 245, 74 / 245, 70 / 245], abs=0.03
    )


def test_characters_that_no_font_has_are_named(made: Any) -> None:
    with pytest.raises(Refused) as refused:
        made(replace(REPORT, municipality="Vlaardingen \U00013000"))
    assert "\U00013000" in refused.value.message


def test_missing_fonts_are_said(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), pytest.raises(paper.FontsMissing):
        council.pdf(REPORT, font_dir=tmp_path)
