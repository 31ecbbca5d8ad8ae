"""Names as people look for them: without capitals, accents and the signs between words. Pure."""

import re
import unicodedata

# Letters that Unicode does not take apart, as people without them on their keyboard type them.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h"}
)
_BETWEEN = re.compile(r"[\s,;./()\-\u2010-\u2015]+")
_APOSTROPHES = re.compile("['’‘`´ʼ]")
MOST_TYPED = 6
"""Words of a search that count."""


def fold(text: str) -> str:
    """`Özdemir` as `ozdemir`, `Wiśniewski` as `wisniewski`, `Strauß` as `strauss`."""
    text = text.casefold()
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(char for char in parts if not unicodedata.combining(char))


def name_words(*names: str) -> frozenset[str]:
    """The words by whose beginning a person is found: `d'Angelo-Smit` gives dangelo, angelo and smit."""
    found = set()
    for word in _words(" ".join(names)):
        found.add(_APOSTROPHES.sub("", word))
        found.update(part for part in _APOSTROPHES.split(word) if len(part) > 1)
    return frozenset(found - {""})


def typed_words(text: str) -> list[str]:
    """What somebody typed, as `name_words` keeps names; the longest first, as it says most."""
    words = [_APOSTROPHES.sub("", word) for word in _words(text)[:MOST_TYPED]]
    return sorted((word for word in words if word), key=len, reverse=True)


def _words(text: str) -> list[str]:
    return [word for word in _BETWEEN.split(fold(text)) if word]
