"""Words and dates in the reader's language: the one place where rooms get gettext from."""

from collections.abc import Callable
from datetime import date, datetime

from babel.dates import format_date as babel_date
from flask_babel import get_locale, gettext, lazy_gettext, ngettext

from outreach import clock

__all__ = ["LANGUAGES", "_", "_l", "day", "moment", "ngettext", "percent"]

LANGUAGES = {"nl": "Nederlands", "en": "English"}

_: Callable[..., str] = gettext
_l = lazy_gettext


def _locale() -> str:
    return str(get_locale() or "nl")


def day(value: date, *, year: bool = False) -> str:
    """A day as people say it: 'di 10 maart', with the year when it matters."""
    pattern = "EEE d MMMM y" if year else "EEE d MMMM"
    return babel_date(value, pattern, locale=_locale()).replace(".", "")


def moment(value: datetime) -> str:
    """A moment in local time: 'di 10 maart, 14.00' in Dutch, 'Tue 10 March, 14:00' in English."""
    local = clock.local(value)
    separator = "." if _locale().startswith("nl") else ":"
    return f"{day(local.date())}, {local:%H}{separator}{local:%M}"


def percent(part: int, whole: int) -> str:
    """A rate in whole percents, '39 %'; a dash where there is nothing to divide by."""
    return f"{round(100 * part / whole)} %" if whole else "–"
