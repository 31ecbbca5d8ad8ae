"""The spine: `record` is the only way in which anything that happens to a case becomes known.

Other rooms subscribe to kinds of events (listed in create_app) and are called inside the same transaction.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.cases.events import EventKind, tells_the_coach
from outreach.cases.models import Case, CaseEvent, CoachNotice
from outreach.cases.rules import CaseState, CaseStatus, advance, fold
from outreach.cases.taking_back_rules import names, standing
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l

CHUNK = 500
SYSTEM = "system"
PERSON = "person"


def staff_actor(user_id: UUID) -> str:
    """How an event names the member of staff who caused it."""
    return f"staff:{user_id}"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What is told to the timeline. `at` is when it happened, the present when left out."""

    case_id: UUID
    kind: EventKind
    actor: str = SYSTEM
    channel: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    attempt_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What subscribers hear: the event as stored and the status of its case before and after."""

    id: UUID
    case_id: UUID
    kind: EventKind
    actor: str
    channel: str | None
    data: Mapping[str, Any]
    at: datetime
    attempt_id: UUID | None
    before: CaseStatus
    after: CaseStatus


class Subscriber(Protocol):
    """Called with all recorded events of its kinds, in order, inside the recording transaction."""

    def __call__(self, session: Session, events: Sequence[Recorded]) -> None:
        """Act on the events."""


Subscriptions = dict[EventKind, list[Subscriber]]


def record(
    case_id: UUID,
    kind: EventKind,
    *,
    actor: str = SYSTEM,
    channel: str | None = None,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    attempt_id: UUID | None = None,
) -> Recorded:
    """Record one event; see `record_many`."""
    event = NewEvent(case_id, kind, actor, channel, data or {}, at, attempt_id)
    return record_many([event])[0]


def record_many(events: Sequence[NewEvent]) -> list[Recorded]:
    """Record events, in this order, in one transaction (joining an open one).

    1. The cases are locked, so that the events of one case are counted without gaps.
    2. Each event is appended and the state of its case advanced by the status table.
    3. The cached columns of the changed cases are written.
    4. Notices for the coach are laid ready for what came from outside.
    5. The rooms that subscribed to these kinds are called, in the order of create_app.

    Raises NotFound when a case does not exist, Conflict when a chosen status is not allowed from the
    present one; then nothing of it is recorded.
    """
    if not events:
        return []
    with db.write() as session:
        cases = _lock(session, {event.case_id for event in events})
        now = clock.now()
        recorded: list[Recorded] = []
        rows: list[dict[str, Any]] = []
        notices: list[dict[str, Any]] = []
        for event in events:
            case = cases[event.case_id]
            at = event.at or now
            before = case.state.status
            try:
                if event.kind is EventKind.taken_back:
                    case.state = _without(session, event.case_id, names(event.kind, event.data), rows)
                else:
                    case.state = advance(case.state, event.kind, event.data, at)
            except ValueError as error:
                raise Conflict(_l("The case has changed. Look at it again and choose once more.")) from error
            case.count += 1
            told = Recorded(
                id=db.new_id(),
                case_id=event.case_id,
                kind=event.kind,
                actor=event.actor,
                channel=event.channel,
                data=event.data,
                at=at,
                attempt_id=event.attempt_id,
                before=before,
                after=case.state.status,
            )
            recorded.append(told)
            rows.append(_row(told, case.count, now))
            if tells_the_coach(event.kind):
                notices.append(_notice(told, case.coach_id))
        session.execute(insert(db.table(CaseEvent)), rows)
        _write_cache(session, cases)
        if notices:
            session.execute(insert(db.table(CoachNotice)), notices)
        _tell_subscribers(session, recorded)
        return recorded


def _row(event: Recorded, seq: int, now: datetime) -> dict[str, Any]:
    return {
        "id": event.id,
        "case_id": event.case_id,
        "seq": seq,
        "at": event.at,
        "recorded_at": now,
        "kind": event.kind.value,
        "channel": event.channel,
        "actor": event.actor,
        "attempt_id": event.attempt_id,
        "data": dict(event.data),
    }


def _notice(event: Recorded, coach_id: UUID | None) -> dict[str, Any]:
    return {
        "id": db.new_id(),
        "case_id": event.case_id,
        "event_id": event.id,
        "coach_id": coach_id,
        "kind": event.kind.value,
        "created_at": event.at,
    }


def _without(
    session: Session, case_id: UUID, away: Collection[UUID], rows: Sequence[Mapping[str, Any]]
) -> CaseState:
    """The state of a case without the events that are taken back now; `rows` are not stored yet.

    What was taken back is no longer part of the fold, so a step from the present state is not enough.
    """
    event = db.table(CaseEvent).c
    query = select(event.id, event.kind, event.data, event.at).where(event.case_id == case_id)
    told = [
        (id_, EventKind(kind), data, at) for id_, kind, data, at in session.execute(query.order_by(event.seq))
    ]
    told += [
        (row["id"], EventKind(row["kind"]), row["data"], row["at"])
        for row in rows
        if row["case_id"] == case_id
    ]
    return fold(standing([one for one in told if one[0] not in away]))


@dataclass(slots=True)
class _Locked:
    count: int
    coach_id: UUID | None
    state: CaseState


def _lock(session: Session, ids: set[UUID]) -> dict[UUID, _Locked]:
    """The present state of the cases, locked in the order of their ids so that two writers never deadlock."""
    wanted = sorted(ids)
    found: dict[UUID, _Locked] = {}
    for start in range(0, len(wanted), CHUNK):
        for row in session.execute(_present(), {"ids": wanted[start : start + CHUNK]}):
            state = CaseState(CaseStatus(row[3]), *row[4:])
            found[row[0]] = _Locked(row[1], row[2], state)
    if len(found) < len(wanted):
        raise NotFound(_l("This case does not exist."))
    return found


# Each event asks for these two, and putting them together took longer than running them.
@cache
def _present() -> Any:
    case = db.table(Case).c
    columns = [case[name] for name in ("id", "event_count", "coach_id", *_CACHED)]
    chosen = select(*columns).where(case.id.in_(bindparam("ids", expanding=True)))
    return chosen.order_by(case.id).with_for_update()


@cache
def _new_state() -> Any:
    table = db.table(Case)
    return (
        update(table)
        .where(table.c.id == bindparam("which"))
        .values({name: bindparam(f"new_{name}") for name in (*_CACHED, "event_count")})
    )


def _write_cache(session: Session, cases: Mapping[UUID, _Locked]) -> None:
    session.connection().execute(
        _new_state(),
        [
            {"which": id_, "new_event_count": case.count}
            | {f"new_{name}": getattr(case.state, name) for name in _CACHED}
            for id_, case in cases.items()
        ],
    )


_CACHED = ("status", "status_since", "responded_at", "outcome", "outcome_list", "outcome_on")


def _tell_subscribers(session: Session, recorded: Sequence[Recorded]) -> None:
    subscriptions: Subscriptions = current_app.extensions["outreach_subscriptions"]
    told: dict[Callable[..., None], list[Recorded]] = {}
    for event in recorded:
        for subscriber in subscriptions.get(event.kind, ()):
            told.setdefault(subscriber, []).append(event)
    for subscriber, events in told.items():
        subscriber(session, events)


def subscribe(subscriptions: Subscriptions, kinds: Iterable[EventKind], subscriber: Subscriber) -> None:
    """Let `subscriber` hear of these kinds of events."""
    for kind in kinds:
        subscriptions.setdefault(kind, []).append(subscriber)
