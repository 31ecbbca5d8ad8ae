"""Rates and how sure they are. Pure."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import astuple, dataclass
from operator import add
from typing import TypeVar

from outreach.attempts.rules import CONTACT, REACHED_OUT, AttemptStatus, Channel
from outreach.cases.rules import CaseStatus
from outreach.insight.statistics import wilson

DELIVERED_STATUSES = frozenset({AttemptStatus.delivered, AttemptStatus.read})
"""What a channel calls arrived; letters, calls, visits and cards have rules of their own."""
DELIVERED_LETTER = DELIVERED_STATUSES | {AttemptStatus.sent, AttemptStatus.done}


def is_delivered(channel: str, status: str, result: str | None) -> bool:
    """Whether an attempt arrived, as its channel can tell; the words for people are in definitions.py.

    A message: delivered or read. A letter: printed and not come back. A call or visit: the young person was
    spoken to. A card: left.
    """
    if channel == Channel.letter:
        return status in DELIVERED_LETTER
    if channel in (Channel.call, Channel.visit):
        return status == AttemptStatus.done and result in CONTACT
    if channel == Channel.card:
        return status == AttemptStatus.done
    return status in DELIVERED_STATUSES


NOT_IN_CONTACT = frozenset({CaseStatus.nieuw, CaseStatus.in_benadering, CaseStatus.onbereikbaar})
"""Where a case stands with whose young person nobody is in contact."""

TELLS_SEEN = frozenset({Channel.whatsapp, Channel.call, Channel.visit})
"""Channels that tell whether somebody saw it; of the others nobody knows."""


def is_seen(channel: str, status: str, result: str | None) -> bool:
    """Whether the channel tells that the young person saw it: read on WhatsApp, or spoken to."""
    if channel == Channel.whatsapp:
        return status == AttemptStatus.read
    return channel in TELLS_SEEN and is_delivered(channel, status, result)


def is_sent(status: str) -> bool:
    """Whether an attempt was carried out, whatever came of it."""
    return status in REACHED_OUT


@dataclass(frozen=True, slots=True)
class Count:
    """A number of attempts: that came into being, were carried out, arrived, and so on; see definitions.py.

    `told`: of those that arrived, the ones by a channel that tells whether they were seen.
    """

    assigned: int = 0
    sent: int = 0
    delivered: int = 0
    told: int = 0
    seen: int = 0
    responded: int = 0
    scanned: int = 0
    contact: int = 0
    outcome: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(*map(add, astuple(self), astuple(other)))

    @property
    def rate(self) -> float | None:
        """Responded of sent; None where nothing was sent."""
        return self.responded / self.sent if self.sent else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the rate; None where nothing was sent."""
        return wilson(self.responded, self.sent) if self.sent else None


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def together(things: Iterable[T], key: Callable[[T], K], count: Callable[[T], Count]) -> dict[K, Count]:
    """The counts of all things with the same key, added up; keys in the order in which they first come."""
    found: dict[K, Count] = {}
    for thing in things:
        found[key(thing)] = found.get(key(thing), Count()) + count(thing)
    return found
