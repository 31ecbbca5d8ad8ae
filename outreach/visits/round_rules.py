"""Proposing a day round: which visits fit into a day and in what order. Pure.

Not the shortest way, but one that a coach would have chosen with the list in her hand: what cannot wait first, and
then by postcode, so that doors in one neighbourhood follow each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

USUAL_MINUTES = 30
NEAR, FAR = timedelta(minutes=5), timedelta(minutes=15)
"""Between two doors with the same four digits in their postcode, and between others."""

FROM, UNTIL = time(10), time(17)
"""When a round begins and ends unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A visit that is wished for. `postcode` is '1234AB' or ''; `last` the last day on which it may be, None: any."""

    attempt_id: UUID
    postcode: str
    house_number: str
    last: date | None


@dataclass(frozen=True, slots=True)
class Stop:
    """A place in the round; `at` is a moment on the clock of the day."""

    attempt_id: UUID
    at: datetime


Taken = tuple[datetime, datetime]
"""From when until when she is somewhere else."""


def propose(
    wishes: Iterable[Wish],
    begin: datetime,
    end: datetime,
    *,
    minutes: int = USUAL_MINUTES,
    taken: Iterable[Taken] = (),
) -> list[Stop]:
    """A round from `begin` to `end` on one day, around what is planned already; all moments on the same clock.

    1. As many visits as fit, those first whose last day comes soonest, and of these those in one neighbourhood.
    2. In the order of postcode and house number.
    3. None begins before the one before it is over and she has got there, also from and to what was planned
       already, and none ends after `end`.

    Every order of the wishes gives the same round.
    """
    length = timedelta(minutes=minutes)
    urgent = sorted(wishes, key=lambda wish: (wish.last or date.max, *_place(wish), wish.attempt_id.int))
    chosen: list[Wish] = []
    best: list[Stop] = []
    for wish in urgent:
        tried = _in_order([*chosen, wish], begin, end, length, sorted(taken))
        if tried is not None:
            chosen.append(wish)
            best = tried
    return best


def _place(wish: Wish) -> tuple[str, int, str]:
    digits = "".join(sign for sign in wish.house_number if sign.isdigit())
    return (wish.postcode or "9999ZZ", int(digits or 0), wish.house_number)


def _in_order(
    wishes: list[Wish], begin: datetime, end: datetime, length: timedelta, taken: list[Taken]
) -> list[Stop] | None:
    """The stops one after the other; None when the last one does not fit."""
    stops: list[Stop] = []
    free, before = begin, ""
    for wish in sorted(wishes, key=lambda one: (*_place(one), one.attempt_id.int)):
        if before:
            free += NEAR if before == wish.postcode[:4] else FAR
        free = _next_free(free, length, taken)
        if free + length > end:
            return None
        stops.append(Stop(wish.attempt_id, free))
        free, before = free + length, wish.postcode[:4] or "?"
    return stops


def _next_free(at: datetime, length: timedelta, taken: list[Taken]) -> datetime:
    """The first moment from `at` at which nothing else is planned for so long, nor on the way there and from there."""
    for since, until in taken:
        if at < until + FAR and since < at + length + FAR:
            at = until + FAR
    return at


def within(start: time, end: time, quiet_before: time, quiet_after: time) -> tuple[time, time]:
    """The part of a day from `start` to `end` in which nobody is disturbed; begin and end are the same for none."""
    begin = max(start, quiet_before)
    return begin, max(begin, min(end, quiet_after))


def overlaps(at: datetime, minutes: int, other_at: datetime, other_minutes: int) -> bool:
    """Whether two visits would be at the same time."""
    return at < other_at + timedelta(minutes=other_minutes) and other_at < at + timedelta(minutes=minutes)
