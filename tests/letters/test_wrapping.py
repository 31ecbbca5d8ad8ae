"""Nothing runs off a letter sideways, and what is typed over from it stays in one piece."""

from dataclasses import replace

import pytest

from outreach.letters.markdown import parse
from outreach.letters.wrapping import parts
from outreach.responses import codes
from tests.letters.paper import LAYOUT, edges, letter, lines_of, printed, words


@pytest.mark.parametrize(
    ("host", "whole"),
    [
        ("doorstroompunt.nl", True),
        ("doorstroompunt.waterweg-noord.nl", True),
        ("formulieren.doorstroompunt.zuid-holland-zuid.dordrecht.example.nl", False),
        ("d" * 60 + ".nl", False),
    ],
)
def test_the_address_to_type_is_broken_before_the_code_and_never_inside_it(host: str, whole: bool) -> None:
    one = letter("w2-brief-boven.nl")
    pdf = printed(one, base_url=f"https://{host}").pdf
    codes_on_page = lines_of(pdf, codes.display(one.code or ""))
    assert len(codes_on_page) == 2, "in the address and by itself"
    assert all(bottom - top < 5 for top, bottom in codes_on_page)
    if whole:
        ((top, bottom),) = lines_of(pdf, f"{host}/r/")
        assert bottom - top < 5
    assert edges(pdf, below=95)[1] <= 180


def test_whatever_the_length_of_the_domain_the_code_to_type_stays_on_one_line() -> None:
    for length in range(3, 60):
        one = letter("w2-brief-onder.nl")
        pdf = printed(one, base_url=f"https://{'de-'[: length % 4]}{'n' * length}.nl").pdf
        places = lines_of(pdf, codes.display(one.code or ""))
        assert len(places) == 2 and all(bottom - top < 5 for top, bottom in places), length
        assert edges(pdf, below=95)[1] <= 180


def test_a_code_in_running_text_stays_on_one_line_too() -> None:
    for filler in range(0, 90, 3):
        text = parse("x " * filler + "{{ adres_kort }}, of alleen {{ code }}.\n\nQR")
        one = letter("text")
        pdf = printed(one, texts={"text": text}).pdf
        places = lines_of(pdf, codes.display(one.code or ""))
        assert len(places) == 4
        assert all(bottom - top < 5 for top, bottom in places), filler


def test_a_long_name_stays_within_the_margins() -> None:
    left, right = edges(printed(letter(naam="W" * 300)).pdf)
    assert left >= 15 and right <= 210 - 15


@pytest.mark.parametrize(
    "markdown",
    [
        "W" * 300,
        "W" * 39,
        "# " + "W" * 60,
        "# W" + "w" * 30,
        "- " + "W" * 80,
        "1. **" + "W" * 80 + "**",
        "W" * 22 + "**" + "W" * 22 + "**.",
        "Kijk op https://www.voorbeeld-van-een-lang-adres.nl/" + "een/heel/lang/pad/" * 8,
        "Kijk op https://" + "doorstroompunten" * 9 + ".nl/a?b=c",
        "Mijn nummer: " + "_" * 120,
        "Een\u00a0zin\u00a0uit\u00a0Word " * 4 + "\u00a0".join(["zonder", "gewone", "spaties"] * 8),
        "😀" * 60,
        "-".join(["W" * 18] * 9),
        "# " + "-".join(["WWWWWWWWWW2026"] * 9),
        "Hoi " + "{{ naam }}" * 6,
    ],
)
def test_whatever_stands_in_a_text_is_broken_before_it_runs_off_the_page(markdown: str) -> None:
    pdf = printed(letter("text", naam="Wilhelmina"), texts={"text": parse(markdown)}).pdf
    left, right = edges(pdf, below=95)
    assert left >= 33 and right <= 180.5
    meant = markdown.replace("{{ naam }}", "Wilhelmina").strip("#-1. ").replace("*", "")
    assert "".join(meant.split()) in words(pdf).replace(" ", "")


def test_a_word_that_fits_on_a_line_of_its_own_is_not_broken() -> None:
    word = "arbeidsongeschiktheidsverzekeringen"
    text = parse(f"# Over de {word}\n\nHoi, dit is een zin waarin niet veel meer past dan {word}.")
    pdf = printed(letter("text"), texts={"text": text}).pdf
    for top, bottom in lines_of(pdf, word):
        assert bottom - top < 8
    assert len(lines_of(pdf, word)) == 2


def test_names_with_a_hyphen_are_printed_without_measuring_them() -> None:
    runs = [
        ["text", "Groeten van Wilhelmina-Josephina "],
        ["bold", "van Steenbergen-Oudshoorn"],
        ["text", "."],
    ]
    assert "".join(part[1] for part in parts(runs)) == "".join(run[1] for run in runs)
    assert {part[0] for part in parts(runs)} == {"text", "bold"}
    assert [part[0] for part in parts([["text", "W" * 19]])] == ["long"]


def test_a_long_name_of_the_service_or_the_coach_is_broken_too() -> None:
    layout = replace(LAYOUT, sender="W" * 60, subtitle="W" * 60, return_address="W" * 90)
    left, right = edges(printed(letter(coach_naam="W" * 30), layout=layout).pdf)
    assert left >= 33 and right <= 189.5
