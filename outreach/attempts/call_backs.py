"""Moments that are offered for calling back. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.attempts.rules import Part

AT = {Part.morning: 10, Part.afternoon: 14, Part.evening: 18}
"""The hour that stands for a part of the day."""

SOON = timedelta(minutes=15)
"""What is nearer than this is not offered: then one calls now."""

MOST = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """A local moment to call back. `wished`: the young person said that this part of the day suits."""

    at: datetime
    part: Part
    wished: bool = False


def suggestions(now: datetime, wished: Collection[str] = ()) -> list[Moment]:
    """At most MOST moments after the local moment `now`, the soonest first.

    Those that she wished: the next two in each part of the day that suits. When she wished nothing: what is left of
    today, and the next weekday's morning and afternoon.
    """
    today = now.replace(minute=0, second=0, microsecond=0)
    days = [today + timedelta(days=ahead) for ahead in range(5)]
    open_days = [day for day in days if day.weekday() < 5]
    coming = [
        Moment(at, part, part in wished)
        for day in open_days
        for part in Part
        if (at := day.replace(hour=AT[part])) > now + SOON
    ]
    if any(one.wished for one in coming):
        found = [moment for part in Part for moment in [m for m in coming if m.wished and m.part is part][:2]]
        return sorted(found, key=lambda one: one.at)[:MOST]
    later_today = [one for one in coming if one.at.date() == now.date()][:1]
    next_day = next(day.date() for day in open_days if day.date() > now.date())
    return later_today + [one for one in coming if one.at.date() == next_day and one.part is not Part.evening]
