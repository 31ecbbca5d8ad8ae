"""The status of a case as a fold over its events, by one explicit table. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from outreach.cases.events import Effect, EventKind, effect_of, is_response


class CaseStatus(StrEnum):
    """Where a case stands. The values are the words that people see and lists contain."""

    nieuw = "nieuw"
    in_benadering = "in_benadering"
    in_contact = "in_contact"
    in_begeleiding = "in_begeleiding"
    overgedragen = "overgedragen"
    nazorg = "nazorg"
    onbereikbaar = "onbereikbaar"
    afgesloten = "afgesloten"


_S = CaseStatus

STATUS_CHANGES: dict[tuple[CaseStatus, Effect], CaseStatus] = {
    (_S.nieuw, Effect.approached): _S.in_benadering,
    (_S.onbereikbaar, Effect.approached): _S.in_benadering,
    (_S.nieuw, Effect.contacted): _S.in_contact,
    (_S.in_benadering, Effect.contacted): _S.in_contact,
    (_S.onbereikbaar, Effect.contacted): _S.in_contact,
    (_S.in_benadering, Effect.unanswered): _S.onbereikbaar,
}
"""What an effect makes of a status. A pair that is not here leaves the status as it is."""

ALLOWED_STATUS_CHOICES: dict[CaseStatus, frozenset[CaseStatus]] = {
    _S.nieuw: frozenset({_S.in_contact, _S.in_begeleiding, _S.overgedragen, _S.afgesloten}),
    _S.in_benadering: frozenset({_S.in_contact, _S.in_begeleiding, _S.onbereikbaar, _S.afgesloten}),
    _S.in_contact: frozenset({_S.in_begeleiding, _S.overgedragen, _S.nazorg, _S.onbereikbaar, _S.afgesloten}),
    _S.in_begeleiding: frozenset({_S.in_contact, _S.overgedragen, _S.nazorg, _S.onbereikbaar, _S.afgesloten}),
    _S.overgedragen: frozenset({_S.in_contact, _S.in_begeleiding, _S.nazorg, _S.afgesloten}),
    _S.nazorg: frozenset({_S.in_contact, _S.in_begeleiding, _S.overgedragen, _S.afgesloten}),
    _S.onbereikbaar: frozenset({_S.in_contact, _S.in_begeleiding, _S.afgesloten}),
    _S.afgesloten: frozenset({_S.in_contact, _S.in_begeleiding, _S.nazorg}),
}
"""What a person may choose from each status; opening a closed case again is one of these."""


@dataclass(frozen=True, slots=True)
class CaseState:
    """What a case's events make of it; the columns on the case are a cache of this.

    `status_since` and `responded_at` are moments, `outcome_on` a day.
    """

    status: CaseStatus = CaseStatus.nieuw
    status_since: datetime | None = None
    responded_at: datetime | None = None
    outcome: str | None = None
    outcome_list: str | None = None
    outcome_on: date | None = None


def next_status(status: CaseStatus, kind: EventKind, data: Mapping[str, Any]) -> CaseStatus:
    """The status after an event. Raises ValueError when a chosen status is not allowed from here."""
    effect = effect_of(kind, data)
    if effect is Effect.taken_over:
        return CaseStatus(data["status"]) if data.get("status") else status
    if effect is Effect.chosen:
        chosen = CaseStatus(data["status"])
        if chosen is not status and chosen not in ALLOWED_STATUS_CHOICES[status]:
            raise ValueError(f"{status} may not become {chosen}")
        return chosen
    return STATUS_CHANGES.get((status, effect), status)


def advance(state: CaseState, kind: EventKind, data: Mapping[str, Any], at: datetime) -> CaseState:
    """The state after one more event. Raises ValueError when the event is not allowed in this state."""
    status = next_status(state.status, kind, data)
    if status is not state.status or state.status_since is None:
        state = replace(state, status=status, status_since=at)
    if is_response(kind, data):
        state = replace(state, responded_at=at)
    if kind in (EventKind.imported, EventKind.status_chosen) and "outcome" in data:
        outcome_on = data.get("outcome_on")
        state = replace(
            state,
            outcome=data["outcome"],
            outcome_list=data.get("outcome_list"),
            outcome_on=date.fromisoformat(outcome_on) if outcome_on else None,
        )
    return state


def given_here(kind: EventKind, data: Mapping[str, Any]) -> bool:
    """Whether an event says where a case stands by the work done here, so that no list may say otherwise."""
    return effect_of(kind, data) not in (Effect.nothing, Effect.taken_over)


def fold(events: Iterable[tuple[EventKind, Mapping[str, Any], datetime]]) -> CaseState:
    """The state that a whole timeline, in the order of recording, leads to."""
    state = CaseState()
    for kind, data, at in events:
        state = advance(state, kind, data, at)
    return state
