"""Languages as lists name them, into ISO 639-1, and from there into the codes of other systems. Pure."""

from functools import cache

from babel import Locale
from babel.core import get_global


@cache
def _codes() -> dict[str, str]:
    """Codes and Dutch, English and own names of every language with a code of two letters."""
    codes: dict[str, str] = {}
    for locale in (Locale("en"), Locale("nl")):
        for code, name in locale.languages.items():
            if len(code) == 2:
                codes[code] = code
                codes.setdefault(name.casefold(), code)
    return codes


def language_name(code: str, reader: str) -> str:
    """A language by its code as the reader calls it: 'Arabisch'; the code itself when nobody knows it."""
    return str(Locale.parse(reader).languages.get(code, code))


def read_language(text: str) -> str | None:
    """The two-letter code of `nl`, `NL`, `nl-NL`, `Arabisch` or `Polish`; None when it is no language."""
    text = text.strip().casefold()
    return _codes().get(text) or _codes().get(text.replace("_", "-").split("-")[0])


_OF_SEVERAL = (
    "aka ara aym aze bod ces cre cym deu dzo ell est eus fas fra ful grn guj hrv hye iku ipk isl kat kau kom kon "
    "kur lav mkd mlg mon mri msa mya nep nld oji ori orm pus que ron san slk sqi srd srp swa uzb yid zha zho"
)
"""The code of three letters where several mean one of two: not the one for libraries, nor of a part of a language."""


@cache
def three_letters(code: str) -> str:
    """The code of three letters (ISO 639-2/T, `nld`) for one of two (`nl`); `und` where there is none."""
    if code in ("tl", "tw"):
        return {"tl": "tgl", "tw": "twi"}[code]
    meant = [
        long for long, short in get_global("language_aliases").items() if short == code and len(long) == 3
    ]
    return next((long for long in meant if len(meant) == 1 or long in _OF_SEVERAL), "und")
