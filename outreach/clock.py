"""The only source of 'now'.

All times inside are aware datetimes in UTC; people see Europe/Amsterdam (OUTREACH_TIMEZONE).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _timezone(usual: str = "Europe/Amsterdam") -> ZoneInfo:
    """The zone of OUTREACH_TIMEZONE; for one that does not exist the usual one, until config.load refuses it."""
    try:
        return ZoneInfo(os.environ.get("OUTREACH_TIMEZONE", usual))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(usual)


TIMEZONE = _timezone()

_fixed: ContextVar[datetime | None] = ContextVar("outreach_fixed_now", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC; or the moment set by `at`."""
    return _fixed.get() or datetime.now(UTC)


def wall() -> datetime:
    """The moment on the wall, whatever `at` says: for keeping pace with providers, who do not hear of it."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in local time."""
    return local(now()).date()


def end_of_day() -> datetime:
    """The midnight with which today ends in local time; aware."""
    return datetime.combine(today() + timedelta(days=1), time(0), TIMEZONE)


def local(moment: datetime) -> datetime:
    """The same moment on a Dutch clock."""
    return moment.astimezone(TIMEZONE)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now` stand still at `moment` inside the block (commands with --now, the demo, tests)."""
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def parse(text: str) -> datetime:
    """An ISO moment or day as a UTC moment; without an offset it is meant in local time.

    Raises ValueError when `text` is no ISO date or datetime.
    """
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        value = value.replace(tzinfo=TIMEZONE)
    return value.astimezone(UTC)
