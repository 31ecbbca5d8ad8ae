"""Filling a text, its numbers for WhatsApp, and recognising what was filled before."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outreach.messages import approval, texts
from outreach.messages.texts import PLACEHOLDERS, TextKey

VALUES = {name: name.upper() for name in PLACEHOLDERS}
words = st.text(st.sampled_from("ab, .\nHoi{}1"), max_size=8)


@st.composite
def sources(draw: st.DrawFn) -> str:
    """Texts with placeholders between words; braces of their own stand alone."""
    parts = [draw(words).replace("{{", "{").replace("}}", "}")]
    for _ in range(draw(st.integers(0, 6))):
        spaces = draw(st.sampled_from(["", " ", "  "]))
        parts.append("{{" + spaces + draw(st.sampled_from(sorted(PLACEHOLDERS))) + spaces + "}}")
        parts.append(draw(words))
    return "x" + "".join(parts)


@given(sources(), st.fixed_dictionaries(dict.fromkeys(PLACEHOLDERS, words)))
@example("x{{ link }}{{ dienst }}{{ link }}", dict.fromkeys(PLACEHOLDERS, "aa"))
def test_what_was_filled_is_recognised_and_its_variables_say_the_same(
    source: str, values: dict[str, str]
) -> None:
    try:
        text = texts.parse(source)
    except texts.MessageTextInvalid:
        return
    body = text.fill(values)
    found = text.variables_in(body)
    once = source.count("{{") == len(text.placeholders)
    assert found is not None or not once, "only a placeholder that returns may be divided otherwise"
    if found is not None:
        again = text.numbered
        for number, value in found.items():
            again = again.replace("{{" + number + "}}", f"\0{value.translate({123: 1, 125: 2})}\0")
        assert again.replace("\0", "").translate({1: 123, 2: 125}) == body


@pytest.mark.parametrize("key", texts.shipped_sources(), ids=str)
def test_a_shipped_text_recognises_its_messages_and_no_others(key: TextKey) -> None:
    text = texts.parse(texts.shipped_sources()[key])
    body = text.fill(VALUES)
    assert text.variables_in(body) == text.variables(VALUES)
    for other in (body + "!", body[:-1], "x" + body, "", body.replace("half", "hele").replace("Hoe", "Hee")):
        if other != body:
            assert text.variables_in(other) is None or text.fill(VALUES) != other
    assert text.variables_in(body + "!") is None
    assert text.variables_in("x" + body) is None


def test_placeholders_are_numbered_in_order_and_keep_their_number() -> None:
    text = texts.parse("Hoi {{voornaam}}, ik ben {{ coach_voornaam }}. {{ link }} Dag {{ voornaam }}!")
    assert text.numbered == "Hoi {{1}}, ik ben {{2}}. {{3}} Dag {{1}}!"
    assert text.variables(VALUES) == {"1": "VOORNAAM", "2": "COACH_VOORNAAM", "3": "LINK"}
    assert text.variables_in("Hoi Bo, ik ben Li. x Dag Bo!") == {"1": "Bo", "2": "Li", "3": "x"}
    assert text.variables_in("Hoi Bo, ik ben Li. x Dag Jo!") is None, "one word, two values"


def test_a_value_is_never_read_as_a_placeholder() -> None:
    text = texts.parse("Hoi {{ voornaam }}, {{ link }}")
    assert text.fill({**VALUES, "voornaam": "{{ link }}"}) == "Hoi {{ link }}, LINK"


@pytest.mark.parametrize(
    ("source", "error", "line"),
    [
        ("", texts.TextEmpty, 1),
        (" \n ", texts.TextEmpty, 1),
        ("Hoi\n\n{{ vornaam }}", texts.UnknownPlaceholder, 3),
        ("Hoi\n{{ }}", texts.UnknownPlaceholder, 2),
        ("Hoi {{ voornaam }", texts.BracesUnpaired, 1),
        ("Hoi\nvoornaam }}", texts.BracesUnpaired, 2),
        ("Hoi {{\nvoornaam }}", texts.BracesUnpaired, 1),
        ("Hoi\n\0", texts.NotForPhones, 2),
        ("Hoi \x1b", texts.NotForPhones, 1),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(
    source: str, error: type[texts.MessageTextInvalid], line: int
) -> None:
    with pytest.raises(error) as found:
        texts.parse(source)
    assert found.value.line == line


def test_a_text_is_kept_tidy() -> None:
    assert texts.tidy("\r\n Hoi\tBo  \r\nZoe\u0308 \r\n\r\n") == "Hoi Bo\nZoë"


@pytest.mark.parametrize("key", texts.shipped_sources(), ids=str)
def test_whatsapp_has_nothing_against_a_shipped_text(key: TextKey) -> None:
    source = texts.shipped_sources()[key]
    assert approval.objections(texts.parse(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ voornaam }}, hoe gaat het met je? Laat het eens weten.",
        "Hoi, hoe gaat het met je? Laat het weten via {{ link }}.",
        "Hoi {{ voornaam }} {{ link }} hoe gaat het met je, laat het weten.",
        "Hoi {{ voornaam }}, kijk op {{ link }} eens.",
        "Hoi {{ voornaam }}, " + "hoe gaat het " * 100,
    ],
)
def test_what_whatsapp_would_refuse_is_told_before(source: str) -> None:
    assert len(approval.objections(texts.parse(source))) == 1
