"""The length of an SMS, against the tables of the standard and a text that is cut up unit by unit."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outreach.messages.segments import Alphabet, measure

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, 6.2.1, without the escape."""

EXTENSION = "\f^{}\\[~]|€"
"""6.2.1.1."""

gsm = st.text(st.sampled_from(BASIC + EXTENSION), max_size=700)
anything = st.text(st.sampled_from(BASIC + EXTENSION + "“”êçŞ€😀𝄞\u200d"), max_size=400) | st.text(
    max_size=400
)


def by_the_book(text: str) -> tuple[Alphabet, int, int]:
    """Alphabet, units and segments: each character becomes its units, then segments are filled up one by one."""
    in_gsm = all(character in BASIC + EXTENSION for character in text)
    if in_gsm:
        pieces = [["escape", each] if each in EXTENSION else [each] for each in text]
        alone, part = 160, 153
    else:
        encoded = [each.encode("utf-16-be", "surrogatepass") for each in text]
        pieces = [[piece[i : i + 2] for i in range(0, len(piece), 2)] for piece in encoded]  # type: ignore[misc]
        alone, part = 70, 67
    units = sum(map(len, pieces))
    alphabet = Alphabet.gsm7 if in_gsm else Alphabet.ucs2
    if units <= alone:
        return alphabet, units, int(units > 0)
    segments: list[list[object]] = [[]]
    for piece in pieces:
        if len(segments[-1]) + len(piece) > part:
            segments.append([])
        segments[-1].extend(piece)
    return alphabet, units, len(segments)


@given(gsm | anything)
@example("")
@example("[" * 80)
@example("a" * 152 + "€" * 5)
@example("“" * 66 + "😀" * 3)
@example("\x1b")
def test_a_text_is_as_long_as_the_standard_says(text: str) -> None:
    found = measure(text)
    assert (found.alphabet, found.units, found.segments) == by_the_book(text)
    assert bool(found.costly) is (found.alphabet is Alphabet.ucs2)
    assert list(found.costly) == [
        each for i, each in enumerate(text) if each not in BASIC + EXTENSION and each not in text[:i]
    ]


@given(anything)
def test_what_room_is_left_can_be_filled_and_one_more_is_too_much(text: str) -> None:
    found = measure(text)
    if found.segments:
        assert measure(text + "a" * found.room).segments == found.segments
        assert measure(text + "a" * (found.room + 1)).segments == found.segments + 1


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "segments", "room"),
    [
        ("a" * 160, "gsm7", 160, 1, 0),
        ("a" * 161, "gsm7", 161, 2, 145),
        ("a" * 306, "gsm7", 306, 2, 0),
        ("a" * 307, "gsm7", 307, 3, 152),
        ("€" * 80, "gsm7", 160, 1, 0),
        ("€" * 81, "gsm7", 162, 2, 143),
        ("a" * 152 + "€" + "a" * 10, "gsm7", 164, 2, 141),
        ("ê" * 70, "ucs2", 70, 1, 0),
        ("ê" * 71, "ucs2", 71, 2, 63),
        ("😀" * 35, "ucs2", 70, 1, 0),
        ("😀" * 36, "ucs2", 72, 2, 61),
    ],
)
def test_the_edges(text: str, alphabet: str, units: int, segments: int, room: int) -> None:
    found = measure(text)
    assert (found.alphabet, found.units, found.segments, found.room) == (alphabet, units, segments, room)


def test_it_says_which_characters_cost_more() -> None:
    assert measure("Hoi “Zoë”, één café… ‘ok’").costly == ("“", "ë", "”", "…", "‘", "’")
    assert measure("Reünie, hé, façade").costly == ("ç",), "the alphabet has Ç alone"
