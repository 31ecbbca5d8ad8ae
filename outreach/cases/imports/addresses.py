"""Addresses as lists write them, and who lives at the same one. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from stdnum.exceptions import ValidationError
from stdnum.nl import postcode as nl_postcode

_NUMBER = re.compile(r"(\d{1,5})(?!\d)\s*[-/,]?\s*(.*)", re.ASCII | re.DOTALL)
_STREET_WITH_NUMBER = re.compile(
    r"(?P<street>.*[^\d\s,])[\s,]+(?P<number>\d{1,5})(?:\s*[-/]?\s*(?P<addition>[A-Za-z]{1,4}|\d{1,4}))?",
    re.ASCII | re.DOTALL,
)
LONGEST_ADDITION = 20


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number of `1` to `99999` and what stands behind it, such as `A` or `2 hoog`."""

    number: str
    addition: str = ""


@lru_cache(maxsize=65_536)
def read_postcode(text: str) -> str | None:
    """A Dutch postcode as `1234AB`, None when it is none (SA, SD and SS are never given out)."""
    try:
        return nl_postcode.validate(text).replace(" ", "")
    except ValidationError:
        return None


def read_house_number(number: str, addition: str = "") -> HouseNumber | None:
    """`12`, `12a`, `12 - a` or `12` with `a` beside it; None when there is no number in front."""
    match = _NUMBER.fullmatch(number.strip())
    if match is None or int(match[1]) == 0:
        return None
    parts = [part for part in (match[2].strip(), addition.strip(" -/")) if part]
    if len(parts) == 2 and normal_addition(parts[0]) == normal_addition(parts[1]):
        parts.pop()
    return HouseNumber(str(int(match[1])), " ".join(parts))


def split_street(street: str) -> tuple[str, str, str]:
    """Street, number and addition of `Dorpsstraat 12a`; both numbers are empty where there are none."""
    match = _STREET_WITH_NUMBER.fullmatch(street.strip())
    if match is None:
        return street, "", ""
    return match["street"], match["number"], match["addition"] or ""


def normal_addition(addition: str) -> str:
    """An addition to compare by: `hs`, `H.S.` and `-hs` are the same door."""
    return "".join(char for char in addition.upper() if char.isalnum())


def household_key(postcode: str, house_number: str, addition: str = "") -> str | None:
    """The key that persons at one address share, such as `3111AB 12 A`; None without a usable address."""
    if not postcode or not house_number:
        return None
    return f"{postcode} {house_number} {normal_addition(addition)}".rstrip()
