"""Working days, holidays and quiet hours in the Netherlands. Pure: the caller says what time it is.

Holidays are the `public` ones of the holidays package, taken as they are: Liberation Day only in lustrum years
(2025, 2030), King's Day on the 26th when the 27th is a Sunday, and Good Friday, which the law puts on a par with
a holiday (Algemene termijnenwet, article 3, paragraph 2). A letter a working day later harms nobody; a message
on a day on which offices and most schools are closed might.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as public_holidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

EARLIEST_START = time(5)
"""Contact hours begin at five at the earliest, so that they never touch the hour in which clocks change."""

_SATURDAY = 5
_SUNDAY = 6


@lru_cache(maxsize=64)
def holidays_in(year: int) -> frozenset[date]:
    """The public holidays of a year."""
    return frozenset(public_holidays.country_holidays("NL", years=year, categories=("public",)))


def is_holiday(day: date) -> bool:
    """Whether the day is a public holiday."""
    return day in holidays_in(day.year)


def is_working_day(day: date) -> bool:
    """Monday to Friday and not a public holiday."""
    return day.weekday() < _SATURDAY and not is_holiday(day)


@lru_cache(maxsize=64)
def _working_days_in(year: int) -> tuple[date, ...]:
    """The working days of a year, in order."""
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
    return tuple(day for day in days if is_working_day(day))


def first_working_day(day: date) -> date:
    """The day itself if people work on it, else the first day after it on which they do."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, n: int) -> date:
    """The nth working day after `day`, or before it when n is negative.

    Counting starts at `day` when that is a working day. From a Saturday, Sunday or holiday it starts at the first
    working day after it: 0 gives that working day, 1 the one after.
    """
    start = first_working_day(day)
    year = start.year
    days = _working_days_in(year)
    position = bisect_left(days, start) + n
    while position < 0:
        year -= 1
        days = _working_days_in(year)
        position += len(days)
    while position >= len(days):
        position -= len(days)
        year += 1
        days = _working_days_in(year)
    return days[position]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When messages may reach somebody: from `start` up to but not including `end`, in local time.

    `sundays` and `holidays` say whether those days are quiet as a whole. All four are settings of a region.
    ValueError when the hours are empty or begin before 5:00.
    """

    start: time = time(9)
    end: time = time(20)
    sundays: bool = True
    holidays: bool = True
    zone: ZoneInfo = AMSTERDAM

    def __post_init__(self) -> None:
        if not EARLIEST_START <= self.start < self.end:
            raise ValueError(
                f"contact hours from {self.start} to {self.end} are not hours after {EARLIEST_START}"
            )

    def quiet_day(self, day: date) -> bool:
        """Whether no message goes out on this day at all."""
        return (self.sundays and day.weekday() == _SUNDAY) or (self.holidays and is_holiday(day))

    def allowed(self, at: datetime) -> bool:
        """Whether a message may go out at this (aware) moment."""
        local = aware(at).astimezone(self.zone)
        return self.start <= local.time() < self.end and not self.quiet_day(local.date())

    def next_allowed(self, at: datetime) -> datetime:
        """The first moment not before `at` at which a message may go out, in UTC."""
        local = aware(at).astimezone(self.zone)
        day = local.date()
        if not self.quiet_day(day):
            if local.time() < self.start:
                return moment(day, self.start, self.zone)
            if local.time() < self.end:
                return at.astimezone(UTC)
        day += timedelta(days=1)
        while self.quiet_day(day):
            day += timedelta(days=1)
        return moment(day, self.start, self.zone)


def aware(at: datetime) -> datetime:
    """The moment itself; ValueError when it carries no time zone, since guessing one sends messages at night."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at


def moment(day: date, at: time, zone: ZoneInfo = AMSTERDAM) -> datetime:
    """The moment, in UTC, at which the clock on the wall shows `at` on that day."""
    return datetime.combine(day, at, zone).astimezone(UTC)
