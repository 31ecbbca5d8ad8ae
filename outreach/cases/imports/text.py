"""Text of a cell as it is kept: one line, one form of each letter, nothing invisible. Pure."""

import re
import unicodedata

LONGEST_SHOWN = 100

# Joiners (U+200C, U+200D) belong to Persian and Indic names and stay. Marks that turn the writing
# direction around could make a name on a letter read as another one.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ue000-\uf8ff]"
)
_GARBLED = re.compile("\ufffd|[ÃÂÅÄÐ][\u0080-\u00bf\u20ac\u201a-\u2030\u0152\u0153\u0160\u0161\u2122]")


def clean(text: str) -> str:
    """The text in NFC, white space as single spaces, without control, direction and private characters."""
    if "  " not in text and text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def shown(text: str) -> str:
    """A value as it stands beside a problem: no longer than LONGEST_SHOWN, a zero byte as `\ufffd`."""
    if len(text) > LONGEST_SHOWN:
        text = text[: LONGEST_SHOWN - 1] + "…"
    return text.replace("\0", "\ufffd")


def looks_garbled(text: str) -> bool:
    """Whether letters were lost on the way: `JosÃ©` and `Jos�` instead of `José`."""
    return not text.isascii() and _GARBLED.search(text) is not None
