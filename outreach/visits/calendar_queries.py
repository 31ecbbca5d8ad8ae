"""What a coach's calendar program reads of her visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, Household, Person
from outreach.visits.models import Appointment

MOST = 500
_OFF = (AttemptStatus.cancelled.value, AttemptStatus.expired.value)


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """A visit with a moment. `sequence` counts how often it was planned; `off`: it is not made."""

    attempt_id: UUID
    case_id: UUID
    at: datetime
    minutes: int
    made_at: datetime
    postcode: str
    town: str
    sequence: int
    off: bool


def visits(user_id: UUID, since: datetime, until: datetime) -> Sequence[CalendarVisit]:
    """Her visits between these moments, alone or with a colleague."""
    attempt, appointment = db.table(ContactAttempt), db.table(Appointment)
    case, person, home, event = (db.table(one) for one in (Case, Person, Household, CaseEvent))
    times = (
        select(func.count())
        .where(event.c.attempt_id == attempt.c.id, event.c.case_id == attempt.c.case_id)
        .where(event.c.kind == EventKind.visit_planned.value)
        .correlate(attempt)
        .scalar_subquery()
    )
    query: Any = (
        select(
            attempt.c.id,
            attempt.c.case_id,
            attempt.c.due_at,
            appointment.c.minutes,
            appointment.c.made_at,
            home.c.postcode,
            home.c.town,
            times,
            attempt.c.status,
        )
        .join_from(attempt, appointment, appointment.c.attempt_id == attempt.c.id)
        .join(case, case.c.id == attempt.c.case_id)
        .join(person, person.c.id == case.c.person_id)
        .outerjoin(home, home.c.id == person.c.household_id)
        .where(or_(appointment.c.coach_id == user_id, appointment.c.second_coach_id == user_id))
        .where(attempt.c.due_at >= since, attempt.c.due_at < until)
        .order_by(attempt.c.due_at, attempt.c.id)
        .limit(MOST)
    )
    return [
        CalendarVisit(
            id_, case_id, at, minutes, made, postcode or "", town or "", number or 0, status in _OFF
        )
        for id_, case_id, at, minutes, made, postcode, town, number, status in db.session().execute(query)
    ]
