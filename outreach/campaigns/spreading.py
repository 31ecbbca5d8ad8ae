"""On which day each begins, when a campaign is larger than a channel lets us write to first in a day. Pure.

WhatsApp counts to how many people a sender writes first in 24 hours and lets no more through (Meta's tiers). Without
spreading, whoever comes too late would not be written to at all, as a step has a latest moment.
"""

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from outreach.attempts.rules import Channel
from outreach.campaigns.calendar import add_working_days, first_working_day
from outreach.campaigns.plan import ContactPlan

Key = TypeVar("Key", bound=Hashable)


def beginners_a_day(plan: ContactPlan, first_messages_a_day: int | None) -> int | None:
    """How many may begin this plan on one working day; None when nothing limits them.

    Every WhatsApp step counts, since a day has beginners and those who are further on, each with one of them.
    """
    steps = sum(step.channel is Channel.whatsapp for step in plan.steps)
    if first_messages_a_day is None or not steps:
        return None
    return max(1, first_messages_a_day // steps)


def spread(
    waiting: Iterable[tuple[Key, str]], today: date, a_day: int | None, taken: Mapping[date, int]
) -> dict[date, list[Key]]:
    """The day on which each begins, from today on; after today on working days.

    `waiting`: keys with the municipality of each, which take turns so that none waits for another's long list.
    `taken`: how many begin already on a day, of whatever campaign.
    """
    queue = _in_turns(waiting)
    if a_day is None:
        return {today: queue} if queue else {}
    found: dict[date, list[Key]] = {}
    day, rest = today, deque(queue)
    while rest:
        # What begins on a Sunday is written on Monday, together with Monday's beginners.
        room = a_day - taken.get(day, 0)
        if day == today and first_working_day(today) != today:
            room -= taken.get(first_working_day(today), 0)
        begin = [rest.popleft() for _place in range(min(max(room, 0), len(rest)))]
        if begin:
            found[day] = begin
        day = add_working_days(first_working_day(day), 1)
    return found


def _in_turns(waiting: Iterable[tuple[Key, str]]) -> list[Key]:
    by_municipality: dict[str, deque[Key]] = defaultdict(deque)
    for key, municipality in waiting:
        by_municipality[municipality].append(key)
    queues = [by_municipality[name] for name in sorted(by_municipality)]
    found: list[Key] = []
    while queues:
        found += [queue.popleft() for queue in queues]
        queues = [queue for queue in queues if queue]
    return found
