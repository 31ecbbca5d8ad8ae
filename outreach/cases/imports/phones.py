"""Phone numbers as lists write them, into E.164. Pure."""

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_FOR_CALLS = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.VOIP,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)
# Paid and free service numbers (0900, 0800) and pagers are nobody's own phone.

# phonenumbers parses some 9,000 numbers a second, and nearly every number of a Dutch list is this one.
# A property test compares the short cut with the library.
_DUTCH_MOBILE = re.compile(r"(?:(?:\+|00)?31)?0?(6[1-58]\d{7})")
_PUNCTUATION = str.maketrans("", "", " -.()\u00a0\u2010\u2011\u2012\u2013")
_SEPARATORS = re.compile(r"[/,;|&\r\n]+|\b(?:of|en|or|and)\b", re.IGNORECASE)
_LONGEST_CELL = 200


@dataclass(frozen=True, slots=True)
class Phones:
    """What a cell holds: the first `mobile` and the first `landline` in E.164; a landline is for calls only.

    `unusable` is true when something stood there and no number came of it.
    """

    mobile: str | None = None
    landline: str | None = None
    unusable: bool = False


def read_phones(cell: str) -> Phones:
    """The numbers in a cell: one, or several parted by signs, spaces or the words 'of' and 'en'.

    A number without country code is Dutch. Foreign mobile numbers are kept.
    """
    cell = cell.strip()
    if not cell:
        return Phones()
    quick = _DUTCH_MOBILE.fullmatch(cell.translate(_PUNCTUATION))
    if quick:
        return Phones(mobile=f"+31{quick[1]}")
    mobile = landline = None
    for kind, number in _numbers(cell[:_LONGEST_CELL]):
        if kind in _MOBILE:
            mobile = mobile or number
        elif kind in _FOR_CALLS:
            landline = landline or number
    return Phones(mobile, landline, unusable=not (mobile or landline))


def _numbers(cell: str) -> list[tuple[int, str]]:
    """The valid numbers of a cell with their kind, in order; the whole cell as one number comes first."""
    whole = _valid(cell)
    if whole:
        return [whole]
    found: list[tuple[int, str]] = []
    for part in _SEPARATORS.split(cell):
        one = _valid(part)
        if one:
            found.append(one)
            continue
        found += [_described(match.number) for match in phonenumbers.PhoneNumberMatcher(part, "NL")]
    return found


def _valid(text: str) -> tuple[int, str] | None:
    # Letters would be read as a keypad word: 'moeder' behind a number must not become digits of it.
    if any(char.isalpha() for char in text):
        return None
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return None
    return _described(number) if phonenumbers.is_valid_number(number) else None


def _described(number: phonenumbers.PhoneNumber) -> tuple[int, str]:
    return (
        phonenumbers.number_type(number),
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
    )
