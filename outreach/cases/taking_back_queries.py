"""Reads about what can be taken back, and what was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from outreach import clock, db
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.cases.taking_back_rules import LOGGED, WITHIN, Told, gone, why_not


@dataclass(frozen=True, slots=True)
class Logged:
    """An event that is being taken back, with all that the rooms need who undo what they did for it."""

    id: UUID
    case_id: UUID
    kind: EventKind
    attempt_id: UUID | None
    data: dict[str, Any]
    recorded_at: datetime


def logged(event_id: UUID) -> Logged:
    """The event with this id, which is there."""
    event = db.table(CaseEvent).c
    columns = (event.id, event.case_id, event.kind, event.attempt_id, event.data, event.recorded_at)
    row = db.session().execute(select(*columns).where(event.id == event_id)).one()
    return Logged(row[0], row[1], EventKind(row[2]), *row[3:])


def since(case_id: UUID, event_id: UUID) -> list[Told]:
    """An event of a case and all that came after it, in the order of recording; empty when there is no such event."""
    event = db.table(CaseEvent).c
    first = select(event.seq).where(event.case_id == case_id, event.id == event_id).scalar_subquery()
    return _read(_told().where(event.case_id == case_id, event.seq >= first).order_by(event.seq))


def _told() -> Select[Any]:
    event = db.table(CaseEvent).c
    return select(event.id, event.kind, event.actor, event.data, event.recorded_at)


def _read(query: Select[Any]) -> list[Told]:
    rows = db.session().execute(query)
    return [Told(id_, EventKind(kind), actor, data, at) for id_, kind, actor, data, at in rows]


@dataclass(frozen=True, slots=True)
class Marks:
    """What a timeline shows beside its events: which were taken back, and which this actor can take back now."""

    taken_back: frozenset[UUID]
    takeable: frozenset[UUID]


def marks(case_id: UUID, actor: str) -> Marks:
    """The marks of a case's timeline, in one query."""
    event, now = db.table(CaseEvent).c, clock.now()
    taken = event.kind == EventKind.taken_back.value
    query = _told().where(event.case_id == case_id, taken | (event.recorded_at >= now - WITHIN))
    told = _read(query.order_by(event.seq))
    away = gone((one.kind, one.data) for one in told)
    return Marks(
        away,
        frozenset(
            one.id
            for place, one in enumerate(told)
            if one.kind in LOGGED
            and one.id not in away
            and why_not(one, told[place + 1 :], actor, now) is None
        ),
    )


def takeable(case_id: UUID, actor: str) -> frozenset[UUID]:
    """The events of a case that this actor can take back now."""
    return marks(case_id, actor).takeable


def taken_back(case_ids: Collection[UUID]) -> frozenset[UUID]:
    """The events of these cases that were taken back."""
    event = db.table(CaseEvent).c
    query = select(event.data).where(event.case_id.in_(case_ids), event.kind == EventKind.taken_back.value)
    return gone((EventKind.taken_back, data) for data in db.session().scalars(query))


def taken_back_in(municipalities: Collection[str] | None) -> frozenset[UUID]:
    """The events of all cases there that were taken back (None: everywhere); there are few of them among millions."""
    event, case = db.table(CaseEvent).c, db.table(Case).c
    query = (
        select(event.data)
        .join(db.table(Case), case.id == event.case_id)
        .where(event.kind == EventKind.taken_back.value)
    )
    if municipalities is not None:
        query = query.where(case.municipality_code.in_(set(municipalities)))
    return gone((EventKind.taken_back, data) for data in db.session().scalars(query))
