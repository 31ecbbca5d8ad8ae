"""Two dossier numbers that may be one person: flagged for somebody to look at, never merged. Pure."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

# Whether a name's prefix stands in its own column or before the name differs from list to list.
_PREFIX_LIST = "van de der den het t ten ter te in op aan bij von zu el al la le du di da dos abu ben bin"
_PREFIXES = frozenset(re.findall(r"\w+", _PREFIX_LIST))

CROWD = 20
"""A mark that so many cases share says nothing about who is who: a list of made-up names, perhaps."""


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A case by its number and what its person is recognised by; `case_id` is None while it is not there."""

    case_id: UUID | None
    reference: str
    family_name: str
    birth_date: date
    given_name: str
    mobile: str | None
    email: str | None

    @property
    def marks(self) -> frozenset[str]:
        """See person_keys."""
        return person_keys(self.family_name, self.birth_date, self.given_name, self.mobile, self.email)

    @property
    def match_key(self) -> str:
        """See match_key."""
        return match_key(self.family_name, self.birth_date, self.given_name)


def pairs(everybody: Iterable[LookAlike], arriving: Collection[str]) -> dict[str, set[str]]:
    """By number, the other numbers of perhaps the same person; of two, one at least is among `arriving`."""
    by_mark: defaultdict[str, list[str]] = defaultdict(list)
    for one in everybody:
        for mark in one.marks:
            by_mark[mark].append(one.reference)
    others: defaultdict[str, set[str]] = defaultdict(set)
    for alike in by_mark.values():
        if 1 < len(alike) <= CROWD:
            for number in alike:
                others[number] |= {
                    other for other in alike if other != number and (number in arriving or other in arriving)
                }
    return {number: found for number, found in others.items() if found}


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
