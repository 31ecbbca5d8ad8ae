"""Reads every case with its events and compares the cached state with what the events make of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from outreach import db
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.cases.rules import CaseState, CaseStatus, fold
from outreach.cases.taking_back_rules import standing


@dataclass(frozen=True, slots=True)
class Compared:
    """A case's cached state beside what its events make of it (None: they cannot be folded)."""

    case_id: UUID
    reference: str
    cached: CaseState
    cached_count: int
    folded: CaseState | None
    count: int

    @property
    def right(self) -> bool:
        """Whether cache and fold agree."""
        return self.cached == self.folded and self.cached_count == self.count


def count_cases() -> int:
    """How many cases there are."""
    return int(db.session().execute(select(func.count()).select_from(db.table(Case))).scalar_one())


_STATE = ("status", "status_since", "responded_at", "outcome", "outcome_list", "outcome_on")


def compare_with_events(chunk: int = 500) -> Iterator[Compared]:
    """Every case with its cache and its fold; reads `chunk` cases and their events at a time."""
    case = db.table(Case).c
    last: UUID | None = None
    while True:
        query = select(case.id, case.reference, case.event_count, *(case[name] for name in _STATE))
        query = query.order_by(case.id).limit(chunk)
        rows = db.session().execute(query.where(case.id > last) if last else query).all()
        if not rows:
            return
        last = rows[-1][0]
        told = _events_of([row[0] for row in rows])
        for row in rows:
            events_of_case = told.get(row[0], [])
            yield Compared(
                case_id=row[0],
                reference=row[1],
                cached=CaseState(CaseStatus(row[3]), *row[4:]),
                cached_count=row[2],
                folded=_folded(events_of_case),
                count=len(events_of_case),
            )


_Told = tuple[int, UUID, EventKind, dict[str, Any], datetime]


def _events_of(ids: list[UUID]) -> dict[UUID, list[_Told]]:
    event = db.table(CaseEvent).c
    query = (
        select(event.case_id, event.seq, event.id, event.kind, event.data, event.at)
        .where(event.case_id.in_(ids))
        .order_by(event.case_id, event.seq)
    )
    found: dict[UUID, list[_Told]] = {}
    for case_id, seq, id_, kind, data, at in db.session().execute(query):
        found.setdefault(case_id, []).append((seq, id_, EventKind(kind), data, at))
    return found


def _folded(told: list[_Told]) -> CaseState | None:
    if [seq for seq, *_event in told] != list(range(1, len(told) + 1)):
        return None
    try:
        return fold(standing([(id_, kind, data, at) for _seq, id_, kind, data, at in told]))
    except ValueError:
        return None
