"""How long an SMS is: its alphabet, its length and the segments it is sent and paid by. Pure.

3GPP TS 23.038 gives the two alphabets: the GSM 7-bit default alphabet with its extension table (an escape and a
character: two septets), and UCS-2 for a text that holds but one character outside it. TS 23.040 gives the room: 140
octets, of which a part of a longer text loses six to its header.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from gsm0338 import Codec


class Alphabet(StrEnum):
    """By which alphabet a whole SMS is written."""

    gsm7 = "gsm7"
    ucs2 = "ucs2"


ALONE = {Alphabet.gsm7: 160, Alphabet.ucs2: 70}
"""Units (septets, or UTF-16 code units) of a text that goes in one segment."""

IN_PARTS = {Alphabet.gsm7: 153, Alphabet.ucs2: 67}
"""Units of each segment of a longer text."""

_ESCAPE = "\x1b"
_CODEC = Codec()


@dataclass(frozen=True, slots=True)
class Sms:
    """A text as an SMS. `units`: its length in septets or UTF-16 code units. `room`: units left in the last segment.

    `costly`: the characters for which it is written in UCS-2, each once, in the order in which they stand.
    """

    alphabet: Alphabet
    units: int
    segments: int
    room: int
    costly: tuple[str, ...] = ()


def measure(text: str) -> Sms:
    """How this text is sent. An empty text takes no segment."""
    costly = tuple(dict.fromkeys(character for character in text if not _septets(character)))
    alphabet = Alphabet.ucs2 if costly else Alphabet.gsm7
    sizes = [_code_units(each) if costly else _septets(each) for each in text]
    units = sum(sizes)
    if units <= ALONE[alphabet]:
        return Sms(alphabet, units, 1 if units else 0, ALONE[alphabet] - units, costly)
    segments, room = _parts(sizes, IN_PARTS[alphabet])
    return Sms(alphabet, units, segments, room, costly)


def _parts(sizes: Iterable[int], most: int) -> tuple[int, int]:
    """Segments, and the room in the last: neither an escape nor a surrogate is parted from what follows it."""
    segments = room = 0
    for size in sizes:
        if size > room:
            segments, room = segments + 1, most
        room -= size
    return segments, room


@lru_cache(maxsize=4096)
def _septets(character: str) -> int:
    """Septets of a character: 2 in the extension table, 0 outside the alphabet. The escape itself is no character."""
    try:
        return len(_CODEC.encode(character)[0]) if character != _ESCAPE else 0
    except UnicodeEncodeError:
        return 0


def _code_units(character: str) -> int:
    """UTF-16 code units of a character: a surrogate pair beyond the basic plane."""
    return 2 if ord(character) > 0xFFFF else 1
