"""What of a timeline can be taken back, by whom and until when, and what is left of it then. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from outreach.cases.events import EventKind, is_response
from outreach.i18n import _l

WITHIN = timedelta(minutes=10)
"""How long after logging something can be taken back."""

LOGGED = frozenset({EventKind.call_logged, EventKind.visit_logged, EventKind.message_sent})
"""The kinds that a member of staff logs herself and may take back; a message only when it went by hand."""

QUIET = frozenset(
    {
        EventKind.note_added,
        EventKind.coach_assigned,
        EventKind.duplicate_flagged,
        EventKind.updated,
        EventKind.message_delivered,
        EventKind.message_read,
    }
)
"""Kinds of later events that go on from nothing: taking back what was before them leaves them right."""

STOPPED_BY_RESPONSE = "responded"


@dataclass(frozen=True, slots=True)
class Told:
    """An event as these rules need it. `recorded_at`: when we heard of it, which is what the ten minutes count from."""

    id: UUID
    kind: EventKind
    actor: str
    data: Mapping[str, Any]
    recorded_at: datetime


def names(kind: EventKind, data: Mapping[str, Any]) -> frozenset[UUID]:
    """The events that an event takes back: the one that was logged and what followed from it by itself."""
    if kind is not EventKind.taken_back or "event" not in data:
        return frozenset()
    return frozenset(UUID(one) for one in (data["event"], *data.get("also", ())))


def gone(told: Iterable[tuple[EventKind, Mapping[str, Any]]]) -> frozenset[UUID]:
    """The ids of all events that some event among these takes back."""
    return frozenset(id_ for kind, data in told for id_ in names(kind, data))


def standing(
    told: Sequence[tuple[UUID, EventKind, Mapping[str, Any], datetime]],
) -> list[tuple[EventKind, Mapping[str, Any], datetime]]:
    """What is left of a timeline to fold: its events without their ids, less those that were taken back."""
    away = gone((kind, data) for _id, kind, data, _at in told)
    return [(kind, data, at) for id_, kind, data, at in told if id_ not in away]


def followed(event: Told, later: Sequence[Told]) -> list[UUID]:
    """Which later events came by themselves from this one: a plan that it ended, a visit that it made needless.

    A response stops every plan, so a plan that stopped by one after a logged contact stopped by that contact: another
    response would be a later event of its own, and `why_not` refuses then.
    """
    return [one.id for one in later if _follows(event, one)]


def _follows(event: Told, one: Told) -> bool:
    if event.kind is EventKind.message_sent or one.actor != "system":
        return False
    if one.kind is EventKind.plan_stopped:
        return is_response(event.kind, event.data) and one.data.get("reason") == STOPPED_BY_RESPONSE
    return one.kind in (EventKind.plan_finished, EventKind.visit_called_off)


def why_not(event: Told, later: Sequence[Told], actor: str, now: datetime) -> Any:
    """Why `actor` cannot take this event back, in a sentence; None when she can.

    `later`: the events of the case after it, in order. Those that were taken back themselves count no more.
    """
    if event.kind not in LOGGED or event.actor == "system":
        return _l("This cannot be taken back. Write a note if it is not right.")
    if event.actor != actor:
        return _l("Only who logged this can take it back.")
    if now - event.recorded_at > WITHIN:
        return _l("This was logged more than ten minutes ago. Write a note if it is not right.")
    away = gone((one.kind, one.data) for one in later)
    for one in later:
        if one.id not in away and one.kind is not EventKind.taken_back and not _follows(event, one):
            sentence = _goes_on(event, one)
            if sentence is not None:
                return sentence
    return None


def _goes_on(event: Told, one: Told) -> Any:
    """What is said of a later event that goes on from this one; None when it does not."""
    if one.kind is EventKind.card_left:
        return _l(
            "A card was left at that visit, so it cannot be taken back. Write a note if it is not right."
        )
    if one.kind is EventKind.status_chosen:
        return _l("The status was chosen after this. Choose the right status, or write a note.")
    if one.kind in LOGGED and one.actor == event.actor:
        return _l("You logged something else after this. Take that back first.")
    if one.actor == "person" or is_response(one.kind, one.data):
        return _l(
            "An answer came in after this, so it cannot be taken back. Write a note if it is not right."
        )
    arrived = one.kind in (EventKind.message_delivered, EventKind.message_read)
    if one.kind in QUIET and not (arrived and event.kind is EventKind.message_sent):
        return None
    return _l("Something happened after this that goes on from it. Write a note if it is not right.")
