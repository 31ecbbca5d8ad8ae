"""What a coach's calendar program reads of her visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, Household, Person
from outreach.staff.models import StaffMunicipality
from outreach.visits.models import Appointment, TakenOff

MOST = 500
_OFF = (AttemptStatus.cancelled.value, AttemptStatus.expired.value)
_CHANGES = (EventKind.visit_planned, EventKind.visit_cancelled, EventKind.visit_called_off)
"""Each of these makes another version of the visit in a calendar."""


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """A visit with a moment. `sequence` counts how often it changed; `off`: she does not go there (any more)."""

    attempt_id: UUID
    case_id: UUID
    at: datetime
    minutes: int
    changed_at: datetime
    postcode: str
    town: str
    sequence: int
    off: bool


def visits(user_id: UUID, since: datetime, until: datetime) -> Sequence[CalendarVisit]:
    """Her visits between these moments, alone or with a colleague, and those that were taken from her."""
    attempt, appointment, off = (db.table(one) for one in (ContactAttempt, Appointment, TakenOff))
    hers = or_(appointment.c.coach_id == user_id, appointment.c.second_coach_id == user_id)
    changed = func.coalesce(appointment.c.called_off_at, appointment.c.made_at, type_=db.UtcDateTime)
    going = _of(user_id, attempt.c.due_at, appointment.c.minutes, changed, attempt.c.status)
    going = going.join(appointment, appointment.c.attempt_id == attempt.c.id).where(hers)
    gone = _of(user_id, off.c.at, off.c.minutes, off.c.off_at)
    gone = gone.join(off, off.c.attempt_id == attempt.c.id).where(off.c.user_id == user_id)
    rows = [(*row[:8], row[8] in _OFF) for row in _between(going, attempt.c.due_at, since, until)]
    rows += [(*row, True) for row in _between(gone, off.c.at, since, until)]
    return [CalendarVisit(*row) for row in rows]


def _of(user_id: UUID, *times: Any) -> Select[Any]:
    """Visits in the municipalities for which she works, with the moment, minutes and last change that are named."""
    attempt, case, person, home, event, place = (
        db.table(one) for one in (ContactAttempt, Case, Person, Household, CaseEvent, StaffMunicipality)
    )
    sequence = (
        select(func.count())
        .where(event.c.attempt_id == attempt.c.id, event.c.case_id == attempt.c.case_id)
        .where(event.c.kind.in_([kind.value for kind in _CHANGES]))
        .correlate(attempt)
        .scalar_subquery()
    )
    at, minutes, changed, *more = times
    where = (func.coalesce(home.c.postcode, ""), func.coalesce(home.c.town, ""))
    return (
        select(attempt.c.id, attempt.c.case_id, at, minutes, changed, *where, sequence, *more)
        .select_from(attempt)
        .join(case, case.c.id == attempt.c.case_id)
        .join(person, person.c.id == case.c.person_id)
        .outerjoin(home, home.c.id == person.c.household_id)
        .where(
            case.c.municipality_code.in_(select(place.c.municipality_code).where(place.c.user_id == user_id))
        )
    )


def _between(query: Select[Any], at: Any, since: datetime, until: datetime) -> Sequence[Any]:
    return db.session().execute(query.where(at >= since, at < until).order_by(at).limit(MOST)).all()
