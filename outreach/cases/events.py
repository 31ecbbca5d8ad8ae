"""What can happen to a case: the closed list of kinds of events and what each means. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """One word for each thing that can happen to a case."""

    imported = "imported"
    updated = "updated"
    duplicate_flagged = "duplicate_flagged"
    coach_assigned = "coach_assigned"
    enrolled = "enrolled"
    plan_paused = "plan_paused"
    plan_resumed = "plan_resumed"
    plan_stopped = "plan_stopped"
    plan_finished = "plan_finished"
    message_sent = "message_sent"
    message_delivered = "message_delivered"
    message_read = "message_read"
    message_failed = "message_failed"
    message_received = "message_received"
    letter_printed = "letter_printed"
    letter_returned = "letter_returned"
    call_logged = "call_logged"
    visit_planned = "visit_planned"
    visit_cancelled = "visit_cancelled"
    visit_called_off = "visit_called_off"
    visit_logged = "visit_logged"
    report_settled = "report_settled"
    card_left = "card_left"
    card_flagged = "card_flagged"
    responded = "responded"
    contact_declined = "contact_declined"
    wrong_person_reported = "wrong_person_reported"
    status_chosen = "status_chosen"
    note_added = "note_added"
    opted_out = "opted_out"
    opted_in = "opted_in"
    taken_back = "taken_back"


class Effect(StrEnum):
    """What an event does to the status of its case (the table is in rules.py)."""

    nothing = "nothing"
    taken_over = "taken_over"
    approached = "approached"
    contacted = "contacted"
    unanswered = "unanswered"
    chosen = "chosen"


_EFFECTS: dict[EventKind, Effect] = {
    EventKind.imported: Effect.taken_over,
    EventKind.enrolled: Effect.approached,
    EventKind.responded: Effect.contacted,
    EventKind.contact_declined: Effect.contacted,
    EventKind.message_received: Effect.contacted,
    EventKind.plan_finished: Effect.unanswered,
    EventKind.status_chosen: Effect.chosen,
}

SPOKEN_TO = frozenset({"spoke", "met", "refused"})
"""Results of a call or visit by which the young person was really spoken to."""


def effect_of(kind: EventKind, data: Mapping[str, Any]) -> Effect:
    """What an event of this kind, with this data, does to the status.

    A call or visit counts as contact only when the young person was spoken to (`data["result"]`); the end
    of a plan says something about the young person only when an attempt was made (`data["reason"]`).
    """
    if kind is EventKind.plan_finished and data.get("reason") == "not_attempted":
        return Effect.nothing
    if kind in (EventKind.call_logged, EventKind.visit_logged):
        return Effect.contacted if data.get("result") in SPOKEN_TO else Effect.nothing
    return _EFFECTS.get(kind, Effect.nothing)


def is_response(kind: EventKind, data: Mapping[str, Any]) -> bool:
    """Whether the young person reacted: this stops every running plan of the case."""
    return effect_of(kind, data) is Effect.contacted


RESPONSE_KINDS = (
    EventKind.responded,
    EventKind.contact_declined,
    EventKind.message_received,
    EventKind.call_logged,
    EventKind.visit_logged,
)
"""The kinds that can be a response; `is_response` says whether an event is one."""


def ends_approach(kind: EventKind, data: Mapping[str, Any]) -> bool:
    """Whether the plan must stop: a response, somebody else at the address, or a status beyond approaching.

    The status may be chosen by a person or taken over from a list.
    """
    if kind in (EventKind.status_chosen, EventKind.imported):
        return data.get("status") not in (None, "nieuw", "in_benadering")
    return kind is EventKind.wrong_person_reported or is_response(kind, data)


_NOTICES = frozenset(
    {
        EventKind.responded,
        EventKind.contact_declined,
        EventKind.wrong_person_reported,
        EventKind.message_received,
        EventKind.letter_returned,
        EventKind.visit_called_off,
        EventKind.card_flagged,
        EventKind.report_settled,
    }
)


def tells_the_coach(kind: EventKind) -> bool:
    """Whether the coach must hear of it: what came from outside, not what she logged herself."""
    return kind in _NOTICES


ENDS_APPROACH_KINDS = (
    *RESPONSE_KINDS,
    EventKind.wrong_person_reported,
    EventKind.status_chosen,
    EventKind.imported,
)
"""Kinds that can end an approach; whether one does is for `ends_approach` to say."""

GIVES_STATUS_KINDS = (
    *RESPONSE_KINDS,
    EventKind.enrolled,
    EventKind.plan_finished,
    EventKind.status_chosen,
)
"""Kinds by which the work done here, not a list, can give a case its status; `effect_of` says whether one does."""

CHANGES_WHAT_IS_DUE = frozenset(
    {
        EventKind.call_logged,
        EventKind.visit_logged,
        EventKind.letter_returned,
        EventKind.message_failed,
        EventKind.updated,
        EventKind.plan_resumed,
        EventKind.taken_back,
    }
)
"""Kinds after which a running plan is looked at again at once, since its next step may have changed."""
