"""Reads of what a coach's phone takes along: today's visits with what is needed at the door, and no more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel, Owner
from outreach.cases.event_words import say
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, Person
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads, mine
from outreach.cases.taking_back_queries import taken_back
from outreach.staff import queries as staff
from outreach.staff.scope import Scope
from outreach.visits import warning_queries
from outreach.visits.models import Appointment

MOST = 60
CONTACTS = 3
USUAL_MINUTES = 30

_SHOWN = (
    EventKind.message_sent,
    EventKind.message_received,
    EventKind.letter_printed,
    EventKind.call_logged,
    EventKind.visit_logged,
    EventKind.card_left,
    EventKind.responded,
)
"""Kinds of events that are a contact."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An earlier contact: its day and what it was, without what was said."""

    at: date
    title: str


@dataclass(frozen=True, slots=True)
class RoundVisit:
    """A visit of today's round. `at` is aware; `companion` is who comes along, or ''; `variant` the way by lot."""

    attempt_id: UUID
    case: CaseHead
    at: datetime
    minutes: int
    companion: str
    variant: str | None = None
    warnings: Sequence[str] = ()
    contacts: Sequence[Contact] = field(default_factory=list)

    @property
    def time(self) -> str:
        """The time of day as people say it: '14.00'."""
        return f"{clock.local(self.at):%H.%M}"


def todays_round(scope: Scope) -> list[RoundVisit]:
    """Today's visits of this coach in the order of the round; four queries, whatever their number.

    Those that she (or she and another) was appointed to, else those of her own cases; also what was not done on an
    earlier day and still may be.
    """
    rows = _visits(scope)
    people = staff.users_by_id(id_ for row in rows for id_ in row[HEAD_WIDTH + 3 : HEAD_WIDTH + 5] if id_)
    warnings = warning_queries.for_households(
        {row[HEAD_WIDTH + 5] for row in rows if row[HEAD_WIDTH + 5]}, clock.today()
    )
    contacts = _contacts({row[0] for row in rows})
    found = []
    for row in rows:
        attempt_id, at, minutes, first, second, household, variant = row[HEAD_WIDTH:]
        other = second if first == scope.user_id else first
        found.append(
            RoundVisit(
                attempt_id,
                head_of(row),
                at,
                minutes or USUAL_MINUTES,
                people[other].name if other in people and other != scope.user_id else "",
                variant,
                warnings.get(household, ()),
                contacts.get(row[0], ()),
            )
        )
    return found


def _visits(scope: Scope) -> Sequence[Any]:
    attempt, appointment = db.table(ContactAttempt), db.table(Appointment)
    now = clock.now()
    hers = or_(appointment.c.coach_id == scope.user_id, appointment.c.second_coach_id == scope.user_id)
    query = (
        heads(scope)
        .add_columns(
            attempt.c.id,
            attempt.c.due_at,
            appointment.c.minutes,
            appointment.c.coach_id,
            appointment.c.second_coach_id,
            db.table(Person).c.household_id,
            attempt.c.variant,
        )
        .join(attempt, attempt.c.case_id == db.table(Case).c.id)
        .outerjoin(appointment, appointment.c.attempt_id == attempt.c.id)
        .where(
            attempt.c.status == AttemptStatus.planned.value,
            attempt.c.channel == Channel.visit.value,
            attempt.c.owner == Owner.coach.value,
            attempt.c.held.is_(False),
            attempt.c.latest_at.is_(None) | (attempt.c.latest_at >= now),
            attempt.c.due_at < clock.end_of_day(),
            hers | (appointment.c.attempt_id.is_(None) & mine(scope)),
        )
        .order_by(attempt.c.due_at, attempt.c.id)
        .limit(MOST)
    )
    return db.session().execute(query).all()


def _contacts(case_ids: Collection[UUID]) -> dict[UUID, list[Contact]]:
    event = db.table(CaseEvent).c
    place = func.row_number().over(partition_by=event.case_id, order_by=event.seq.desc()).label("place")
    newest = (
        select(event.case_id, event.kind, event.at, event.channel, event.data, place)
        .where(event.case_id.in_(case_ids), event.kind.in_([kind.value for kind in _SHOWN]))
        .where(event.id.not_in(taken_back(case_ids)))
        .subquery()
    )
    query = select(newest).where(newest.c.place <= CONTACTS).order_by(newest.c.case_id, newest.c.place)
    found: dict[UUID, list[Contact]] = {}
    for case_id, kind, at, channel, data, _place in db.session().execute(query):
        said = say(kind, data, channel)
        found.setdefault(case_id, []).append(Contact(clock.local(at).date(), said.title))
    return found
