"""Rates and how sure they are. Pure."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from outreach.attempts.reach import Reach
from outreach.cases.rules import CaseStatus
from outreach.insight.statistics import wilson

NOT_IN_CONTACT = frozenset({CaseStatus.nieuw, CaseStatus.in_benadering, CaseStatus.onbereikbaar})
"""Where a case stands with whose young person nobody is in contact."""


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
        # Said out, as a page adds up thousands of them.
        return Count(
            self.assigned + other.assigned,
            self.sent + other.sent,
            self.delivered + other.delivered,
            self.told + other.told,
            self.seen + other.seen,
            self.responded + other.responded,
            self.scanned + other.scanned,
            self.contact + other.contact,
            self.outcome + other.outcome,
        )

    @property
    def rate(self) -> float | None:
        """Responded of sent; None where nothing was sent."""
        return self.responded / self.sent if self.sent else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the rate; None where nothing was sent."""
        return wilson(self.responded, self.sent) if self.sent else None


def counted(number: int, reach: Reach, *, contact: bool, outcome: bool) -> Count:
    """So many attempts that all came as far; the definitions are in definitions.py."""
    sent = Reach.sent in reach
    responded = sent and Reach.answered in reach
    holds = (
        True,
        sent,
        Reach.delivered in reach,
        Reach.told in reach,
        Reach.seen in reach,
        responded,
        sent and Reach.scanned in reach,
        responded and contact,
        responded and contact and outcome,
    )
    return Count(*(number if each else 0 for each in holds))


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def together(things: Iterable[T], key: Callable[[T], K], count: Callable[[T], Count]) -> dict[K, Count]:
    """The counts of all things with the same key, added up; keys in the order in which they first come."""
    found: dict[K, Count] = {}
    for thing in things:
        found[key(thing)] = found.get(key(thing), Count()) + count(thing)
    return found
