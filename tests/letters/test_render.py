"""Letters on paper: read back from the PDF's pixels, its text and its places in millimetres."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from outreach import paper
from outreach.letters import render
from outreach.letters.markdown import ValueMissing, parse
from outreach.letters.misfits import (
    AddressDoesNotFit,
    CharactersNotPrintable,
    ContactDoesNotFit,
    LettersDoNotFit,
    LettersTooLong,
)
from outreach.responses import codes
from tests.letters.paper import BASE, FONTS, LAYOUT, MADE_AT, PLAIN, SHIPPED, letter, place_of, printed, words


def pictures(pdf: bytes) -> Iterator[object]:
    for page in pypdfium2.PdfDocument(pdf):
        yield page.render(scale=200 / 72).to_pil()


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_code_of_every_shipped_letter_reads_back_from_its_pixels(name: str) -> None:
    one = replace(letter(name), language=name[-2:])
    (picture,) = pictures(printed(one).pdf)
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == codes.address(BASE, one.code or "")
    assert found.ec_level == "M"
    corners = found.position
    assert (corners.top_right.x - corners.top_left.x) / 200 * 25.4 == pytest.approx(30, abs=1)


def test_the_short_address_and_the_code_stand_beside_the_qr_code() -> None:
    one = letter("w2-brief-boven.nl")
    text = words(printed(one).pdf)
    assert codes.typed_address(BASE, one.code or "") in text
    assert f"Jouw code is {codes.display(one.code or '')}" in text
    assert "06 1234 5678" in text
    assert "Samira el Amrani" in text


def test_every_letter_of_a_batch_is_its_own_page_with_its_own_code() -> None:
    letters = [letter("w2-brief-onder.nl", voornaam=f"Noor{number}") for number in range(12)]
    batch = printed(*letters)
    assert batch.page_count == len(PdfReader(BytesIO(batch.pdf)).pages) == 12
    for page, (one, picture) in enumerate(zip(letters, pictures(batch.pdf), strict=True)):
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == codes.address(BASE, one.code or "")
        assert f"Hoi Noor{page}," in words(batch.pdf, page)


@pytest.mark.parametrize(
    "name",
    [
        "#let x = 1 #panic()",
        "$x^2$ [a] *b* _c_ `d` <e> @f ~ -- ...",
        '"Bo" \\ \'t Hoen\\',
        "{{ code }} {% x %}",
        "Wójcik Żółć Łukasz Çağdaş",
        "Олександр Ґалаґан",
        "Ελένη",
        "ሰላም ተስፋይ",
        "x" * 300,
        "Anna " * 60,
    ],
)
def test_a_name_prints_as_it_is(name: str) -> None:
    assert f"Hoi {' '.join(name.split())}, dit is".replace(" ", "") in words(
        printed(letter(naam=name)).pdf
    ).replace(" ", "")


@pytest.mark.parametrize(("name", "font"), [("محمد العربي", "NotoSansArabic"), ("Bo 😀🌻", "NotoEmoji")])
def test_arabic_and_emoji_are_drawn_with_a_font_that_has_them(name: str, font: str) -> None:
    pdf = printed(letter(naam=name)).pdf
    assert font.encode() in pdf.replace(b"-", b"")
    text = words(pdf)
    assert all(character in text for character in name if character != " ")


def test_characters_that_no_font_has_are_named_and_nothing_is_printed() -> None:
    with pytest.raises(CharactersNotPrintable) as caught:
        printed(letter(), letter(naam="王 Noor"))
    (misfit,) = caught.value.misfits
    assert (misfit.index, misfit.what, misfit.characters) == (1, "characters", "王")
    assert "王" in caught.value.message


@pytest.mark.parametrize(("window", "left", "right"), [("left", 33, 116), ("right", 109, 185)])
def test_the_address_stands_in_the_window_and_the_coach_outside_it(
    window: render.Window, left: float, right: float
) -> None:
    pdf = printed(letter(), layout=replace(LAYOUT, window=window)).pdf
    for line in (
        "Retouradres: Postbus 500, 3130 AM Vlaardingen",
        "Aan Noor de Vries",
        "3131 AB  VLAARDINGEN",
    ):
        box = place_of(pdf, line)
        assert left <= box[0] < box[2] <= right
        assert 50 <= box[1] < box[3] <= 90
    coach = place_of(pdf, "Jouw coach")
    assert coach[2] < left or coach[0] > right


def test_the_address_can_be_shifted_for_a_regions_envelopes() -> None:
    before = place_of(printed(letter()).pdf, "Dorpsstraat")
    after = place_of(printed(letter(), layout=replace(LAYOUT, offset_x=2.5, offset_y=-3)).pdf, "Dorpsstraat")
    assert after[0] - before[0] == pytest.approx(2.5, abs=0.05)
    assert after[1] - before[1] == pytest.approx(-3, abs=0.05)


@pytest.mark.parametrize(
    "address",
    [
        tuple(f"Regel {number}" for number in range(9)),
        ("Aan " + "Anna " * 60, "Dorpsstraat 1", "3131 AB  VLAARDINGEN"),
        ("Aan " + "W" * 40, "Dorpsstraat 1", "3131 AB  VLAARDINGEN"),
    ],
)
def test_an_address_that_does_not_fit_the_window_is_refused(address: tuple[str, ...]) -> None:
    with pytest.raises(AddressDoesNotFit) as caught:
        printed(letter(), replace(letter(), address=address))
    assert [(misfit.index, misfit.what) for misfit in caught.value.misfits] == [(1, "address")]


def test_a_long_name_in_the_address_goes_over_two_lines() -> None:
    name = "Aan Maximiliaan-Alexander van den Berg-Oostenbroek"
    pdf = printed(replace(letter(), address=(name, "Dorpsstraat 12 B", "3131 AB  VLAARDINGEN"))).pdf
    box = place_of(pdf, "VLAARDINGEN")
    assert box[3] <= 90
    assert place_of(pdf, "Maximiliaan")[2] <= 116


def test_a_letter_that_is_too_long_says_how_much_before_anything_is_printed() -> None:
    long = parse("\n\n".join(["# Hoi {{ naam }}", *["Nog een regel."] * 40]))
    with pytest.raises(LettersTooLong) as caught:
        printed(letter(), letter("long"), letter("long"), texts={"plain": PLAIN, "long": long})
    assert [misfit.index for misfit in caught.value.misfits] == [1, 2]
    assert 2 <= caught.value.misfits[0].lines <= 60
    assert "2 of 3" in caught.value.message
    assert f"{caught.value.misfits[0].mm:g} mm" in caught.value.message


def test_a_letter_is_one_page_or_refused_however_many_lines_it_has() -> None:
    last = 0.0
    for count in range(20, 34):
        text = parse("\n\n".join(["# Hoi", "QR", *["Nog een regel."] * (count - 8), "- a\n- b"]))
        try:
            assert printed(letter("text"), texts={"text": text}).page_count == 1
            assert last == 0
        except LettersTooLong as refused:
            assert refused.misfits[0].mm > last
            last = refused.misfits[0].mm
    assert last > 0


def test_every_problem_of_a_batch_is_named_at_once() -> None:
    long = parse("\n\n".join(["Nog een regel."] * 60))
    with pytest.raises(LettersDoNotFit) as caught:
        printed(
            letter("long"),
            replace(letter(), address=("x",) * 12),
            letter(),
            texts={"plain": PLAIN, "long": long},
        )
    assert {(misfit.index, misfit.what) for misfit in caught.value.misfits} >= {(1, "address")}
    with pytest.raises(ContactDoesNotFit):
        printed(letter(coach_uren="maandag " * 80))


def test_the_same_input_gives_the_same_bytes() -> None:
    letters = [letter("w2-brief-onder.nl"), letter(naam="محمد 😀")]
    first = printed(*letters).pdf
    assert printed(*letters).pdf == first
    assert printed(*reversed(letters)).pdf != first


def test_the_pdf_is_accessible() -> None:
    reader = PdfReader(BytesIO(printed(letter("w1-brief.nl")).pdf))
    root = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert reader.metadata and reader.metadata.title == "Brief van Doorstroompunt Waterweg"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("nl")
    tags, descriptions = set(), []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            tags.add(node.get("/S"))
            if "/Alt" in node:
                descriptions.append(node["/Alt"])
            walk(node.get("/K", []))

    walk(root["/StructTreeRoot"]["/K"])
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Figure"} <= tags
    assert any(description.startswith("QR-code") for description in descriptions)


def test_the_preview_is_a_picture_of_the_letter_and_complains_as_printing_does() -> None:
    one = letter("w2-brief-boven.nl")
    picture = render.preview_png(one, LAYOUT, SHIPPED[one.text], base_url=BASE, font_dir=FONTS)
    assert picture.startswith(b"\x89PNG")
    with pytest.raises(LettersTooLong):
        render.preview_png(
            letter("long"), LAYOUT, parse("\n\n".join(["a"] * 90)), base_url=BASE, font_dir=FONTS
        )


def test_a_letter_without_a_code_or_date_is_refused() -> None:
    with pytest.raises(ValueMissing):
        printed(replace(letter("w1-brief.nl"), code=None))
    with pytest.raises(ValueMissing):
        printed(letter(datum=""))
    assert printed(replace(letter(), code=None)).page_count == 1


def test_missing_fonts_are_an_error_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(paper.FontsMissing) as caught:
        render.render_batch(
            [letter()], LAYOUT, {"plain": PLAIN}, base_url=BASE, font_dir=tmp_path, made_at=MADE_AT
        )
    assert str(tmp_path) in caught.value.message
    assert "make setup" in caught.value.message
