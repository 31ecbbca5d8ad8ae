"""Letter texts: what a clerk may write, and how an error says where it is."""

from pathlib import Path

import pytest

from outreach.letters import markdown
from outreach.letters.markdown import LetterTextInvalid, ValueMissing, parse

TEXTS = sorted(Path(markdown.__file__).with_name("texts").glob("*.md"))


def refused(source: str) -> LetterTextInvalid:
    with pytest.raises(LetterTextInvalid) as caught:
        parse(source)
    return caught.value


def test_a_text_becomes_blocks() -> None:
    text = parse("# Hoi\n\nRegel **een**\nregel twee\n\n- a\n- b\n\n3. c\n4. d\n\nQR\n\n## Tot snel")
    assert list(text.blocks) == [
        {"kind": "heading", "level": 1, "runs": [["text", "Hoi"]]},
        {
            "kind": "paragraph",
            "runs": [["text", "Regel "], ["bold", "een"], ["break"], ["text", "regel twee"]],
        },
        {"kind": "bullets", "items": [[["text", "a"]], [["text", "b"]]]},
        {"kind": "numbers", "start": 3, "items": [[["text", "c"]], [["text", "d"]]]},
        {"kind": "qr"},
        {"kind": "heading", "level": 2, "runs": [["text", "Tot snel"]]},
    ]
    assert text.has_qr


def test_values_are_filled_in_as_they_are_and_never_read_as_markup() -> None:
    nasty = "**Bo** {{ code }} #x $y \\z <b>&amp;[a](b)"
    text = parse("Hoi {{voornaam}}, **{{ naam }}**")
    assert text.placeholders == {"voornaam", "naam"}
    filled = text.fill({"voornaam": nasty, "naam": "{{ voornaam }}"})
    assert filled == [
        {"kind": "paragraph", "runs": [["text", f"Hoi {nasty}, "], ["bold", "{{ voornaam }}"]]},
    ]


def test_a_missing_or_empty_value_is_refused() -> None:
    for values in ({}, {"voornaam": ""}):
        with pytest.raises(ValueMissing) as caught:
            parse("Hoi {{ voornaam }}").fill(values)
        assert caught.value.name == "voornaam"


def test_an_unknown_placeholder_names_its_line_and_the_nearest_one() -> None:
    error = refused("# Hoi\n\nBeste jongere,\nhoi {{ voornam }}")
    assert error.line == 4
    assert "{{ voornaam }}" in error.message
    assert "coach_telefoon" in refused("{{ qqqqqqq }}").message


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Hoi\n\nkijk op [de site](https://x.nl)", 3),
        ("Hoi\nzie <https://x.nl>", 2),
        ("a\n\n<div>b</div>", 3),
        ("a <b>b</b>", 1),
        ("![foto](x.png)", 1),
        ("a\n\n| a | b |\n|---|---|\n| 1 | 2 |", 3),
        ("a\n\n    code", 3),
        ("```\ncode\n```", 1),
        ("a `b`", 1),
        ("a *b*", 1),
        ("a\n\n---", 3),
        ("> a", 1),
        ("- a\n  - b", 2),
        ("- a\n\n  b", 3),
        ("- # a", 1),
        ("## a", 1),
        ("# a\n\n### b", 3),
        ("# a\n## b\n### c\n#### d", 4),
        ("QR\n\nQR", 3),
        ("a {{ voornaam", 1),
        ("a voornaam }}", 1),
        ("a {{ }}", 1),
        ("", 1),
        ("\n\n", 1),
    ],
)
def test_what_cannot_be_printed_is_refused_with_its_line(source: str, line: int) -> None:
    error = refused(source)
    assert error.line == line
    assert error.message.startswith(f"Line {line}:")


def test_qr_within_a_sentence_is_just_a_word() -> None:
    assert not parse("Scan de QR").has_qr


@pytest.mark.parametrize("path", TEXTS, ids=[path.stem for path in TEXTS])
def test_the_shipped_texts_are_valid_and_say_what_a_letter_must_say(path: Path) -> None:
    text = parse(path.read_text("utf-8"))
    assert text.has_qr
    assert {"voornaam", "coach_naam", "coach_telefoon", "coach_uren"} <= text.placeholders
    words = path.read_text("utf-8")
    assert "halve minuut" in words or "half a minute" in words
    assert ("bezoekdatum" in text.placeholders) == path.stem.startswith("w2")


def test_the_variants_announce_the_visit_at_the_top_and_at_the_bottom() -> None:
    folder = TEXTS[0].parent
    for language in ("nl", "en"):
        above = (folder / f"w2-brief-boven.{language}.md").read_text("utf-8")
        below = (folder / f"w2-brief-onder.{language}.md").read_text("utf-8")
        assert above.index("bezoekdatum") < above.index("QR") < below.index("bezoekdatum")
        assert below.index("QR") < below.index("bezoekdatum")
