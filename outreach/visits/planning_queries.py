"""Reads for planning visits: what is wished for, what is planned, who can go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlmodel
from sqlalchemy import ColumnElement, Select, or_, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel, Owner
from outreach.cases.models import Case, Person
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.regions.models import Region
from outreach.staff import queries as staff
from outreach.staff.models import Role, StaffMunicipality, StaffRole, User
from outreach.staff.scope import RoleName, Scope
from outreach.visits import warning_queries
from outreach.visits.models import Appointment
from outreach.visits.round_rules import Wish

MOST = 200
_NAMES = ("id", "due_at", "latest_at")
_APPOINTED = ("coach_id", "second_coach_id", "minutes")


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit that is wished for, or planned when `coach_id` is there. `at` and `latest_at` are aware moments."""

    attempt_id: UUID
    case: CaseHead
    at: datetime
    latest_at: datetime | None
    coach_id: UUID | None = None
    second_id: UUID | None = None
    minutes: int = 30
    coach: str = ""
    second: str = ""
    warnings: Sequence[str] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        """The day for which it is asked."""
        return clock.local(self.at).date()

    @property
    def last_day(self) -> date | None:
        """The last day on which it may be."""
        return clock.local(self.latest_at).date() if self.latest_at else None

    @property
    def wish(self) -> Wish:
        """What the rules of rounds need of it."""
        return Wish(self.attempt_id, self.case.postcode or "", self.case.house_number or "", self.last_day)


def _open_visits(scope: Scope) -> Select[Any]:
    attempt, appointment = db.table(ContactAttempt), db.table(Appointment)
    now = clock.now()
    return (
        heads(scope)
        .add_columns(
            *(attempt.c[name] for name in _NAMES),
            *(appointment.c[name] for name in _APPOINTED),
            db.table(Person).c.household_id,
        )
        .join(attempt, attempt.c.case_id == db.table(Case).c.id)
        .outerjoin(appointment, appointment.c.attempt_id == attempt.c.id)
        .where(
            attempt.c.status == AttemptStatus.planned.value,
            attempt.c.channel == Channel.visit.value,
            attempt.c.owner == Owner.coach.value,
            attempt.c.held.is_(False),
            attempt.c.latest_at.is_(None) | (attempt.c.latest_at >= now),
        )
    )


def _read(query: Select[Any], scope: Scope) -> list[PlannedVisit]:
    rows = db.session().execute(query.limit(MOST)).all()
    named = staff.users_by_id(id_ for row in rows for id_ in row[HEAD_WIDTH + 3 : HEAD_WIDTH + 5] if id_)
    warned = warning_queries.for_households(
        {row[-1] for row in rows if row[-1]}, clock.today(), for_coaches=warning_queries.sees_all(scope)
    )
    found = []
    for row in rows:
        attempt_id, at, latest_at, coach_id, second_id, minutes, household = row[HEAD_WIDTH:]
        found.append(
            PlannedVisit(
                attempt_id,
                head_of(row),
                at,
                latest_at,
                coach_id,
                second_id,
                minutes or 30,
                named[coach_id].name if coach_id in named else "",
                named[second_id].name if second_id in named else "",
                warned.get(household, ()),
            )
        )
    return found


def wished(scope: Scope, coach_id: UUID | None, day: date) -> list[PlannedVisit]:
    """Visits without a moment that may be on this day, in order of postcode: of this coach's cases and of nobody's."""
    attempt, case = db.table(ContactAttempt).c, db.table(Case).c
    begin = datetime.combine(day, datetime.min.time(), clock.TIMEZONE)
    query = _open_visits(scope).where(
        db.table(Appointment).c.attempt_id.is_(None),
        attempt.latest_at.is_(None) | (attempt.latest_at >= begin),
        # What somebody agreed on outside a plan has its own day; a plan's visit may be as soon as it lies ready.
        attempt.enrolment_id.is_not(None) | (attempt.due_at < begin + timedelta(days=1)),
        (case.coach_id == coach_id) | case.coach_id.is_(None),
    )
    found = _read(query.order_by(attempt.due_at, attempt.id), scope)
    return sorted(found, key=lambda visit: (visit.case.postcode or "9999ZZ", visit.case.house_number or ""))


def _hers(coach_id: UUID | None) -> ColumnElement[bool]:
    appointment = db.table(Appointment).c
    return or_(appointment.coach_id == coach_id, appointment.second_coach_id == coach_id)


def planned(scope: Scope, coach_id: UUID | None, since: datetime, until: datetime) -> list[PlannedVisit]:
    """Her visits with a moment between these two, in the order of the round."""
    attempt = db.table(ContactAttempt).c
    query = _open_visits(scope).where(_hers(coach_id), attempt.due_at >= since, attempt.due_at < until)
    return _read(query.order_by(attempt.due_at, attempt.id), scope)


def visits(attempt_ids: Collection[UUID], scope: Scope) -> dict[UUID, PlannedVisit]:
    """Those of these visits that are open, by attempt."""
    found = _read(_open_visits(scope).where(db.table(ContactAttempt).c.id.in_(attempt_ids)), scope)
    return {one.attempt_id: one for one in found}


def visit(attempt_id: UUID, scope: Scope) -> PlannedVisit:
    """One open visit. Raises NotFound."""
    found = visits([attempt_id], scope).get(attempt_id)
    if found is None:
        raise NotFound(_l("This visit is no longer open. Look at the case to see why."))
    return found


def quiet_hours(scope: Scope) -> tuple[time, time]:
    """Before and after which nobody is to be disturbed in her regions; the strictest of them."""
    regions = [
        region.settings
        for region in db.session().exec(
            sqlmodel.select(Region).where(db.table(Region).c.id.in_(scope.regions))
        )
    ]
    return (
        max((one.quiet_before for one in regions), default=time.min),
        min((one.quiet_after for one in regions), default=time.max),
    )


def coaches(scope: Scope) -> list[tuple[UUID, str]]:
    """The coaches of her municipalities, by name."""
    user, place, role = db.table(User).c, db.table(StaffMunicipality).c, db.table(Role)
    coaching = (
        select(db.table(StaffRole).c.user_id)
        .join(role, role.c.id == db.table(StaffRole).c.role_id)
        .where(role.c.name == RoleName.coach)
    )
    there = select(place.user_id).where(place.municipality_code.in_(scope.municipalities))
    query = (
        select(user.id, user.given_name, user.family_name)
        .where(user.id.in_(coaching), user.id.in_(there), user.active)
        .order_by(user.given_name, user.family_name)
    )
    return [(row[0], f"{row[1]} {row[2]}".strip()) for row in db.session().execute(query)]


def workplaces(user_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """The municipalities (codes) for which each of these people works."""
    place = db.table(StaffMunicipality).c
    query = select(place.user_id, place.municipality_code).where(place.user_id.in_(user_ids))
    found: dict[UUID, set[str]] = {user_id: set() for user_id in user_ids}
    for user_id, code in db.session().execute(query):
        found[user_id].add(code)
    return found


@dataclass(frozen=True, slots=True)
class Busy:
    """Where a coach is planned to be: `at` for `minutes`."""

    attempt_id: UUID
    at: datetime
    minutes: int


def busy(coach_ids: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, list[Busy]]:
    """What is planned for these coaches around this time, whatever municipality it is in."""
    attempt, appointment = db.table(ContactAttempt), db.table(Appointment)
    query = (
        select(
            attempt.c.id,
            attempt.c.due_at,
            appointment.c.minutes,
            appointment.c.coach_id,
            appointment.c.second_coach_id,
        )
        .join_from(attempt, appointment, appointment.c.attempt_id == attempt.c.id)
        .where(
            attempt.c.status == AttemptStatus.planned.value,
            attempt.c.due_at > since - timedelta(hours=8),
            attempt.c.due_at < until,
            or_(appointment.c.coach_id.in_(coach_ids), appointment.c.second_coach_id.in_(coach_ids)),
        )
        .order_by(attempt.c.due_at)
    )
    found: dict[UUID, list[Busy]] = {coach_id: [] for coach_id in coach_ids}
    for id_, at, minutes, first, second in db.session().execute(query):
        for coach_id in {first, second} & set(coach_ids):
            found[coach_id].append(Busy(id_, at, minutes))
    return found
