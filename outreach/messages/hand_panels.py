"""What the coach's day, the page of a case and the conversation show of messages that go from her own phone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from outreach import clock
from outreach.cases import queries as cases
from outreach.cases import words
from outreach.messages import hand_queries, hand_service
from outreach.staff.scope import RoleName, Scope
from outreach.web.panels import Panel, Place

MAY_SEND = (RoleName.coach, RoleName.coordinator, RoleName.administrator)
SHOWN = 20
RECENT = timedelta(days=3)
"""For so long after she sent it, a message stands in her day to note the answer."""


def day_panels(scope: Scope) -> Iterator[Panel]:
    """Messages to send and those that went, when there are any; where none may go by hand, why."""
    yield Panel(Place.day, "messages/_hand.html", day_of(scope))


def day_of(scope: Scope) -> dict[str, Any]:
    """The values of messages/_hand.html."""
    now = clock.now()
    count, seen = hand_queries.count_ready(scope, now)
    channels = hand_queries.by_hand()
    refused = hand_service.refusal() if count or channels else None
    open_ = refused is None
    return {
        "count": count if open_ else 0,
        "seen": seen,
        "ready": hand_queries.ready(scope, now, SHOWN) if count and open_ else [],
        "gone": hand_queries.gone(scope, now - RECENT, SHOWN) if channels and open_ else [],
        "channels": channels,
        "refused": refused.message if refused else "",
        "words": words,
    }


def panels(case_id: UUID, scope: Scope) -> Iterator[Panel]:
    """The message that stands ready as the next step of a case, and noting an answer; for who may do so."""
    if not scope.has(*MAY_SEND):
        return
    values = case_of(case_id, scope)
    if values["ready"]:
        yield Panel(Place.next_step, "messages/_hand_next.html", values, rank=5)
    if values["channels"]:
        yield Panel(Place.action, "messages/_hand_reply.html", values, rank=6)


def case_of(case_id: UUID, scope: Scope) -> dict[str, Any]:
    """The values of those panels: what stands ready, and the channels by which an answer can have come."""
    case, now = cases.head(case_id, scope), clock.now()
    channels = hand_queries.by_hand() if case.mobile else []
    ready = hand_queries.ready_of(case_id, scope, now)
    if ready and hand_service.refusal() is not None:
        ready = []
    return {"case": case, "ready": ready, "channels": channels, "words": words}
