"""Working days, holidays and the hours in which messages may go out."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.campaigns.calendar import (
    AMSTERDAM,
    QuietHours,
    add_working_days,
    is_holiday,
    is_working_day,
    moment,
)

days = st.dates(date(2020, 1, 1), date(2045, 12, 31))
moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


def local(year: int, month: int, day: int, *clock: int) -> datetime:
    return datetime.combine(date(year, month, day), time(*clock), AMSTERDAM)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 10)),
        (date(2026, 3, 9), -1, date(2026, 3, 6)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2027, 1, 4), -1, date(2026, 12, 31)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 3, 2), 600, date(2028, 7, 12)),
    ],
)
def test_working_days_step_over_weekends_and_holidays(day: date, n: int, expected: date) -> None:
    assert add_working_days(day, n) == expected


def test_the_holidays_are_those_of_the_law() -> None:
    assert is_holiday(date(2026, 4, 3)), "Good Friday is put on a par with a holiday"
    assert is_holiday(date(2025, 5, 5)) and not is_holiday(date(2026, 5, 5)), (
        "Liberation Day in lustrum years"
    )
    assert is_holiday(date(2025, 4, 26)) and not is_holiday(date(2025, 4, 27)), (
        "King's Day is never on a Sunday"
    )
    assert not is_working_day(date(2026, 12, 25))


@given(days, st.integers(-300, 300))
def test_adding_working_days_counts_working_days(day: date, n: int) -> None:
    begin, end = add_working_days(day, 0), add_working_days(day, n)
    between = [min(begin, end) + timedelta(days=k) for k in range(abs((end - begin).days))]
    assert is_working_day(end)
    assert sum(map(is_working_day, between)) == abs(n)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (local(2026, 3, 3, 8, 59), local(2026, 3, 3, 9, 0)),
        (local(2026, 3, 3, 9, 0), local(2026, 3, 3, 9, 0)),
        (local(2026, 3, 3, 19, 59, 59), local(2026, 3, 3, 19, 59, 59)),
        (local(2026, 3, 3, 20, 0), local(2026, 3, 4, 9, 0)),
        (local(2026, 3, 7, 20, 0), local(2026, 3, 9, 9, 0)),
        (local(2026, 3, 28, 21, 0), local(2026, 3, 30, 9, 0)),
        (local(2026, 10, 24, 20, 0), local(2026, 10, 26, 9, 0)),
        (local(2026, 12, 24, 20, 0), local(2026, 12, 28, 9, 0)),
        (local(2026, 4, 2, 22, 0), local(2026, 4, 4, 9, 0)),
    ],
)
def test_a_message_waits_for_the_first_allowed_moment(asked: datetime, expected: datetime) -> None:
    assert QuietHours().next_allowed(asked) == expected


def test_nine_o_clock_is_another_moment_after_the_clock_has_changed() -> None:
    hours = QuietHours(sundays=False)
    assert hours.next_allowed(local(2026, 3, 28, 21, 0)) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert hours.next_allowed(local(2026, 10, 24, 21, 0)) == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_a_region_sets_its_own_hours_and_days() -> None:
    sunday = local(2026, 3, 8, 12)
    assert not QuietHours().allowed(sunday)
    assert QuietHours(sundays=False).allowed(sunday)
    assert not QuietHours(time(13), time(15), sundays=False).allowed(sunday)
    assert QuietHours(holidays=False).allowed(local(2026, 12, 25, 12))


@pytest.mark.parametrize(("start", "end"), [(time(20), time(9)), (time(9), time(9)), (time(2), time(20))])
def test_hours_that_are_none_or_touch_the_change_of_clocks_are_refused(start: time, end: time) -> None:
    with pytest.raises(ValueError, match="contact hours"):
        QuietHours(start, end)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        QuietHours().allowed(datetime(2026, 3, 3, 12))


@given(moments, st.integers(5, 14), st.integers(1, 9), st.booleans(), st.booleans())
def test_the_next_allowed_moment_is_allowed_and_the_first_of_all(
    at: datetime, start: int, length: int, sundays: bool, holidays: bool
) -> None:
    hours = QuietHours(time(start), time(start + length), sundays, holidays)
    found = hours.next_allowed(at)
    assert found >= at
    assert hours.allowed(found)
    assert hours.next_allowed(found) == found
    step = timedelta(minutes=20)
    assert not any(
        hours.allowed(at + n * step) for n in range((found - at) // step + 1) if at + n * step < found
    )


@given(days, st.integers(5, 22))
def test_a_moment_shows_the_asked_time_on_the_wall(day: date, hour: int) -> None:
    assert moment(day, time(hour)).astimezone(AMSTERDAM).time() == time(hour)
