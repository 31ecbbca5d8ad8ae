"""When a mail-out will be done, from how many wait and how fast each channel may go. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.campaigns.calendar import QuietHours


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast messages may leave: a second by channel (0: at once), and first messages by WhatsApp in 24 hours.

    `first_left`: how many more people we may write to first within these 24 hours; None when there is no such limit.
    """

    a_second: Mapping[str, float]
    first_a_day: int = 0
    first_left: int | None = None


def done_at(waiting: Mapping[str, int], pace: Pace, quiet: QuietHours, now: datetime) -> datetime | None:
    """The moment (UTC) at which the last of the waiting messages will have left; None when nothing waits.

    Every WhatsApp message that waits is counted as writing to somebody first, so the moment is rather late than early.
    """
    moments = [
        _channel_done_at(channel, number, pace, quiet, now) for channel, number in waiting.items() if number
    ]
    return max(moments) if moments else None


def _channel_done_at(channel: str, number: int, pace: Pace, quiet: QuietHours, now: datetime) -> datetime:
    at = quiet.next_allowed(now)
    if channel == "whatsapp" and pace.first_left is not None and number > pace.first_left:
        days = -(-(number - pace.first_left) // max(1, pace.first_a_day))
        at = quiet.next_allowed(now + timedelta(days=days))
        number = min(number, pace.first_a_day)
    rate = pace.a_second.get(channel, 0.0)
    seconds = number / rate if rate else 0.0
    return _after_working(at, seconds, quiet)


def _after_working(at: datetime, seconds: float, quiet: QuietHours) -> datetime:
    """So many seconds after `at`, of which only those count at which messages are allowed."""
    while True:
        local = at.astimezone(quiet.zone)
        end = local.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
        room = (end - local).total_seconds()
        if seconds <= room:
            return at + timedelta(seconds=seconds)
        seconds -= max(room, 0.0)
        at = quiet.next_allowed(at + timedelta(seconds=max(room, 0.0) + 1))
