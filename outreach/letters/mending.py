"""What has to be mended before letters can be printed, whether their attempts exist or not.

A plan lays a letter ready only for somebody with an address. Who has none is found by the planner
(campaigns/address_queries.py): her letter comes into being when her address is mended. To whoever prints, both are
letters that wait for somebody to do something.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from outreach.campaigns import address_queries
from outreach.campaigns.address_queries import WithoutAddress
from outreach.letters import queries
from outreach.letters.compose import Recipient
from outreach.letters.queries import Hindered, Hindrance, WaitingCount

LISTED = 200
"""Letters that the work page names one by one; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Work:
    """What lies on the clerk's desk: what waits by campaign and step, and the first LISTED of `to_mend_count`."""

    counts: list[WaitingCount]
    to_mend: list[Hindered]

    @property
    def to_mend_count(self) -> int:
        """All letters that cannot be printed yet."""
        return sum(count.hindered for count in self.counts)


def work(municipalities: Collection[str], now: datetime) -> Work:
    """What waits to be printed or mended in these municipalities."""
    wanting = address_queries.letters_wanting_address(municipalities, now)
    laid_ready = queries.hindered(municipalities, now, limit=LISTED)
    return Work(
        counts=_with_wanting(queries.waiting_counts(municipalities, now), wanting),
        to_mend=_together(laid_ready, wanting)[:LISTED],
    )


def to_mend(
    municipalities: Collection[str], now: datetime, region_id: UUID, campaign_id: UUID | None
) -> list[Hindered]:
    """All letters of a region, or of a campaign of it, that cannot be printed, the oldest first."""
    return _together(
        queries.hindered(municipalities, now, region_id=region_id, campaign_id=campaign_id),
        address_queries.letters_wanting_address(
            municipalities, now, region_id=region_id, campaign_id=campaign_id
        ),
    )


def _together(laid_ready: Sequence[Hindered], wanting: Sequence[WithoutAddress]) -> list[Hindered]:
    return sorted([*laid_ready, *map(_hindered, wanting)], key=lambda one: (one.due_at, one.reference))


def _hindered(one: WithoutAddress) -> Hindered:
    return Hindered(
        case_id=one.case_id,
        reference=one.reference,
        name=Recipient(one.given_name, one.infix, one.family_name, "").name,
        step=one.step,
        campaign=one.campaign,
        reason=Hindrance.incomplete if one.partly else Hindrance.no_address,
        due_at=one.due_at,
        latest_at=one.latest_at,
    )


def _with_wanting(counts: list[WaitingCount], wanting: Sequence[WithoutAddress]) -> list[WaitingCount]:
    """The counts with those added whose letters do not exist yet; what runs out first stays on top."""
    by_step: dict[tuple[UUID | None, str], list[WithoutAddress]] = defaultdict(list)
    for one in wanting:
        by_step[one.campaign_id, one.step].append(one)
    found = []
    for count in counts:
        more = by_step.pop((count.campaign_id, count.step), [])
        found.append(replace(count, hindered=count.hindered + len(more)))
    for (campaign_id, step), letters in by_step.items():
        first = letters[0]
        found.append(
            WaitingCount(
                region_id=first.region_id,
                campaign_id=campaign_id,
                campaign=first.campaign,
                plan_name=first.plan_name,
                step=step,
                ready=0,
                hindered=len(letters),
                latest_at=min(letter.latest_at for letter in letters),
            )
        )
    return sorted(
        found, key=lambda count: (count.latest_at is None, count.latest_at, count.campaign, count.step)
    )
