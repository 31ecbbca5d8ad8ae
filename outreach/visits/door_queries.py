"""What the coach's day and her list of visits show of a visit: who goes, and what to know before ringing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.round_queries import Door
from outreach.attempts.rules import AttemptStatus
from outreach.cases.models import Case, Person
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads, mine
from outreach.staff import queries as staff
from outreach.staff.scope import Scope
from outreach.visits import warning_queries
from outreach.visits.models import Appointment

UNDER_WAY = timedelta(hours=1)
"""For so long after its moment somebody may still be on her way to a visit."""

MOST = 20


def goes(scope: Scope) -> ColumnElement[bool]:
    """Visits that she was given, alone or with another, and those of her own cases that nobody was given."""
    attempt, appointment = db.table(ContactAttempt).c, db.table(Appointment).c
    given = exists().where(appointment.attempt_id == attempt.id)
    hers = given.where(
        or_(appointment.coach_id == scope.user_id, appointment.second_coach_id == scope.user_id)
    )
    return hers.correlate(db.table(ContactAttempt)) | (
        mine(scope) & ~given.correlate(db.table(ContactAttempt))
    )


def doors(attempt_ids: Collection[UUID], scope: Scope) -> Mapping[UUID, Door]:
    """Attempt to who comes along and what to know; three queries, whatever their number."""
    attempt, case, person = (db.table(one) for one in (ContactAttempt, Case, Person))
    appointment = db.table(Appointment)
    query = (
        select(
            attempt.c.id,
            person.c.household_id,
            appointment.c.coach_id,
            appointment.c.second_coach_id,
        )
        .join_from(attempt, case, case.c.id == attempt.c.case_id)
        .join(person, person.c.id == case.c.person_id)
        .outerjoin(appointment, appointment.c.attempt_id == attempt.c.id)
        .where(attempt.c.id.in_(attempt_ids), case.c.municipality_code.in_(scope.municipalities))
    )
    rows = db.session().execute(query).all()
    households = {row[1] for row in rows if row[1]}
    sees_all = warning_queries.sees_all(scope)
    warned = warning_queries.for_households(households, clock.today(), for_coaches=sees_all)
    others = {row[0]: _other(row[2], row[3], scope) for row in rows}
    named = staff.users_by_id(id_ for id_ in others.values() if id_)
    found = {}
    for attempt_id, household, coach_id, _second in rows:
        other = others[attempt_id]
        companion = named[other].name if other in named else ""
        found[attempt_id] = Door(coach_id is not None, companion, warned.get(household, ()))
    return found


def _other(coach_id: UUID | None, second_id: UUID | None, scope: Scope) -> UUID | None:
    """Who comes along with her."""
    return coach_id if second_id == scope.user_id else second_id


def warnings(case_id: UUID, scope: Scope) -> Sequence[str]:
    """What holds today of the address of a case."""
    found = warning_queries.of_case(case_id, for_coaches=warning_queries.sees_all(scope))
    return [one.text for one in found]


def called_off(scope: Scope, now: datetime) -> list[tuple[CaseHead, datetime]]:
    """Visits to a colleague's cases that she was to make and that a response made needless, the soonest first.

    The case's own coach has a notice of it; whoever goes in her place or goes along has not.
    """
    attempt, appointment, case = (db.table(one) for one in (ContactAttempt, Appointment, Case))
    query = (
        heads(scope)
        .add_columns(attempt.c.due_at)
        .join(attempt, attempt.c.case_id == case.c.id)
        .join(appointment, appointment.c.attempt_id == attempt.c.id)
        .where(
            or_(appointment.c.coach_id == scope.user_id, appointment.c.second_coach_id == scope.user_id),
            appointment.c.called_off_at.is_not(None),
            attempt.c.status == AttemptStatus.cancelled.value,
            attempt.c.due_at >= now - UNDER_WAY,
            case.c.coach_id != scope.user_id,
        )
        .order_by(attempt.c.due_at, attempt.c.id)
        .limit(MOST)
    )
    return [(head_of(row), row[HEAD_WIDTH]) for row in db.session().execute(query)]
