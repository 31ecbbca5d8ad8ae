"""Languages as lists name them, into ISO 639-1. Pure."""

from functools import cache

from babel import Locale


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
