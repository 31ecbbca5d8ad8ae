"""Two dossier numbers that may be one person: flagged for somebody to look at, never merged. Pure."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

# Whether a name's prefix stands in its own column or before the name differs from list to list.
_PREFIX_LIST = "van de der den het t ten ter te in op aan bij von zu el al la le du di da dos abu ben bin"
_PREFIXES = frozenset(re.findall(r"\w+", _PREFIX_LIST))


def person_keys(
    family_name: str,
    birth_date: date,
    given_name: str = "",
    mobile: str | None = None,
    email: str | None = None,
) -> frozenset[str]:
    """The marks of a person; two rows under different numbers that share one are probably one person.

    Always with the birth date: the name with the first initial, the mobile number, the e-mail address.
    A parent's number given for two children does not match, nor do siblings; twins with one initial do.
    """
    born = birth_date.isoformat()
    keys = {f"name:{match_key(family_name, birth_date, given_name)}"}
    if mobile:
        keys.add(f"mobile:{born}:{mobile}")
    if email:
        keys.add(f"email:{born}:{email.casefold()}")
    return frozenset(keys)


def match_key(family_name: str, birth_date: date, given_name: str = "") -> str:
    """The strongest of the marks alone, to keep beside a person and look up: `2005-12-31:jansen:a`."""
    return f"{birth_date.isoformat()}:{_bare(family_name)}:{_letters(given_name)[:1]}"


@lru_cache(maxsize=16_384)
def _bare(name: str) -> str:
    parts = name.replace("'", " ").replace("’", " ").split()
    while len(parts) > 1 and _letters(parts[0]) in _PREFIXES:
        parts.pop(0)
    return _letters("".join(parts))


@lru_cache(maxsize=16_384)
def _letters(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum())
