"""Dates as lists write them: `31-12-2005`, ISO, or the serial number of a spreadsheet. Pure."""

import re
from datetime import date, timedelta

from outreach.i18n import _l

_DAY_FIRST = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_TIME = re.compile(r"[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)?$", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}\s?[-/. ]\s?\d{1,2}\s?[-/. ]\s?'?\d{2}", re.ASCII)
# A spreadsheet counts days from here, as it takes 1900 for a leap year. Five digits: 1927 to 2173.
_SERIAL_START = date(1899, 12, 30)


class DateUnclear(ValueError):
    """The text is not a date that one can be sure of; `problem` says why, in a sentence."""

    def __init__(self, problem: object) -> None:
        super().__init__(problem)
        self.problem = problem


def read_date(text: str) -> date:
    """The day that a text means; a time behind it is left out. Raises DateUnclear."""
    text = text.strip()
    if match := _DAY_FIRST.fullmatch(_TIME.sub("", text)):
        day, month, year = match.groups()
    elif match := _ISO.fullmatch(_TIME.sub("", text)) or _COMPACT.fullmatch(text):
        year, month, day = match.groups()
    elif match := _SERIAL.fullmatch(text):
        return _SERIAL_START + timedelta(days=int(match[1]))
    elif _SHORT_YEAR.fullmatch(text):
        raise DateUnclear(_l("The year has two digits. Write it with four, such as 31-12-2005."))
    else:
        raise DateUnclear(_l("This is not a date. Write it as 31-12-2005."))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise DateUnclear(_l("This day does not exist. Write the day first: 31-12-2005.")) from None
