"""Hours at which a coach or a service can be reached, as people wrote them, in the language of who reads them. Pure."""

import re

_ENGLISH = {
    **dict.fromkeys(("ma", "maandag"), "Mon"),
    **dict.fromkeys(("di", "dinsdag"), "Tue"),
    **dict.fromkeys(("wo", "woensdag"), "Wed"),
    **dict.fromkeys(("do", "donderdag"), "Thu"),
    **dict.fromkeys(("vr", "vrijdag"), "Fri"),
    **dict.fromkeys(("za", "zaterdag"), "Sat"),
    **dict.fromkeys(("zo", "zondag"), "Sun"),
    **dict.fromkeys(("t/m", "tm", "tot", "tot en met"), "to"),
    "en": "and",
    "van": "from",
    "uur": "",
    "werkdagen": "weekdays",
    "elke dag": "every day",
}
_WORD = "|".join(re.escape(word) for word in sorted(_ENGLISH, key=len, reverse=True))
_USUAL = re.compile(
    rf"(?:(?:{_WORD})(?![^\W\d_])|\d{{1,2}}(?:[.:]\d{{2}})?(?!\d)|[\s,;.()–-])+", re.IGNORECASE
)
_PART = re.compile(rf"\s*\buur\b|\b(?:{_WORD})(?![^\W\d_])|(?<=\d)\.(?=\d\d)", re.IGNORECASE)


def hours_in(text: str, language: str) -> str:
    """'ma t/m do, 9.00 – 17.00' as 'Mon to Thu, 9:00 – 17:00' for who reads English.

    The hours are free text. When anything else than days, times and the words between them stands in it, all of it
    stays as it is: half a translation says less than none.
    """
    if not language.startswith("en") or not _USUAL.fullmatch(text):
        return text
    return _PART.sub(_in_english, text).strip()


def _in_english(part: re.Match[str]) -> str:
    return ":" if part[0] == "." else _ENGLISH[part[0].strip().lower()]
