"""Reads about contact attempts: what a coach has to do, and what is planned or was tried on a case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from outreach import clock, db
from outreach.attempts import round_queries as rounds
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AT_THE_DOOR, UNANSWERED, AttemptStatus, Channel, Owner, best_time, part_of
from outreach.cases.models import Case, Person
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.regions.models import Municipality, Region
from outreach.staff.models import User
from outreach.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Task:
    """A call or visit that a coach has to make, or a card to leave: the case, the attempt, and what was tried before.

    `tried` counts the attempts by this channel that took place, `last_tried` is the moment of the last one. Without
    `enrolment_id` somebody agreed on it, outside a plan. `variant`: the way to do it that the lot gave. Of a call:
    `unanswered`, the moments at which nobody picked up, the last one first, and `call_after`, when another hour of the
    day is better than now.
    """

    case: CaseHead
    attempt_id: UUID
    channel: str
    due_at: datetime
    latest_at: datetime | None
    enrolment_id: UUID | None
    variant: str | None
    tried: int
    last_tried: datetime | None
    unanswered: tuple[datetime, ...] = ()
    call_after: datetime | None = None

    @property
    def agreed(self) -> bool:
        """Whether somebody agreed on this moment, so that no plan may move it."""
        return self.enrolment_id is None

    @property
    def last_part(self) -> str:
        """The part of the day at which nobody picked up last; empty when there was no such call."""
        return part_of(clock.local(self.unanswered[0])).value if self.unanswered else ""


_TRIED = (AttemptStatus.done.value, AttemptStatus.failed.value)


def _open(now: datetime) -> list[ColumnElement[bool]]:
    """Planned for a coach, not held by a pause, and not past its latest moment."""
    attempt = db.table(ContactAttempt).c
    return [
        attempt.status == AttemptStatus.planned.value,
        attempt.owner == Owner.coach.value,
        attempt.held.is_(False),
        attempt.latest_at.is_(None) | (attempt.latest_at >= now),
    ]


def _tasks(scope: Scope, now: datetime) -> Select[Any]:
    attempt = db.table(ContactAttempt)
    earlier = attempt.alias("earlier")
    tried = [
        earlier.c.case_id == attempt.c.case_id,
        earlier.c.channel == attempt.c.channel,
        earlier.c.status.in_(_TRIED),
    ]
    how_often = select(func.count()).where(*tried).correlate(attempt).scalar_subquery()
    last = select(func.max(earlier.c.ended_at)).where(*tried).correlate(attempt).scalar_subquery()
    return (
        heads(scope)
        .add_columns(*(attempt.c[name] for name in _TASK), how_often, last)
        .join(attempt, attempt.c.case_id == db.table(Case).c.id)
        .where(*_open(now))
        .order_by(attempt.c.due_at, attempt.c.id)
    )


_TASK = ("id", "channel", "due_at", "latest_at", "enrolment_id", "variant")


def _task_of(row: Any) -> Task:
    return Task(head_of(row), *row[HEAD_WIDTH:])


Until = Mapping[Channel, datetime]
"""Channels, each with the moment before which a task by it must be due."""


def tasks(scope: Scope, until: Until, now: datetime, limit: int, since: datetime | None = None) -> list[Task]:
    """What this coach has to do, in order: her cases, those of nobody yet, and visits that she was given.

    With `since` only what is due from then on. Calls for which a later hour is better come after the others.
    """
    query = _tasks(scope, now).where(rounds.goes(scope), *_due(until, since))
    found = _with_better_hours([_task_of(row) for row in db.session().execute(query.limit(limit))], now)
    return sorted(found, key=lambda task: task.call_after or datetime.min.replace(tzinfo=UTC))


def _with_better_hours(found: list[Task], now: datetime) -> list[Task]:
    """Calls with the moments at which nobody picked up, in whatever plan, and the better hour where there is one."""
    calls = [task.case.id for task in found if task.channel == Channel.call]
    if not calls:
        return found
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.case_id, attempt.ended_at)
        .where(attempt.case_id.in_(calls), attempt.channel == Channel.call.value)
        .where(attempt.status == AttemptStatus.done.value)
        .where(attempt.result.in_([result.value for result in UNANSWERED]))
        .order_by(attempt.ended_at.desc())
    )
    tries: dict[UUID, list[datetime]] = {}
    for case_id, at in db.session().execute(query):
        tries.setdefault(case_id, []).append(at)
    return [
        _with_better_hour(task, tuple(tries.get(task.case.id, ())), now)
        if task.channel == Channel.call
        else task
        for task in found
    ]


def _with_better_hour(task: Task, unanswered: tuple[datetime, ...], now: datetime) -> Task:
    better = None
    if not task.agreed:
        planned = clock.local(max(task.due_at, now))
        latest = clock.local(task.latest_at) if task.latest_at else None
        at = best_time([clock.local(tried) for tried in unanswered], planned, latest)
        better = at if at > planned else None
    return replace(task, unanswered=unanswered, call_after=better)


def _due(until: Until, since: datetime | None) -> list[ColumnElement[bool]]:
    attempt = db.table(ContactAttempt).c
    due = or_(
        *((attempt.channel == channel.value) & (attempt.due_at < end) for channel, end in until.items())
    )
    return [due] if since is None else [due, attempt.due_at >= since]


def count_tasks(scope: Scope, until: Until, now: datetime, since: datetime | None = None) -> int:
    """How many there are of what `tasks` gives."""
    attempt, case = db.table(ContactAttempt), db.table(Case)
    query = (
        select(func.count())
        .select_from(attempt)
        .join(case, case.c.id == attempt.c.case_id)
        .where(case.c.municipality_code.in_(scope.municipalities), rounds.goes(scope), *_open(now))
        .where(*_due(until, since))
    )
    return int(db.session().execute(query).scalar_one())


def task(case_id: UUID, attempt_id: UUID, scope: Scope, now: datetime) -> Task | None:
    """One task of a case while it is still open; None when it is not."""
    attempt = db.table(ContactAttempt).c
    row = (
        db.session()
        .execute(_tasks(scope, now).where(attempt.case_id == case_id, attempt.id == attempt_id))
        .first()
    )
    return _with_better_hours([_task_of(row)], now)[0] if row else None


def next_task(case_id: UUID, scope: Scope, now: datetime, until: datetime) -> Task | None:
    """The call, visit or card on this case that comes first and is due before `until`, whoever its coach is."""
    attempt = db.table(ContactAttempt).c
    query = _tasks(scope, now).where(
        attempt.case_id == case_id,
        attempt.channel.in_((Channel.call, *AT_THE_DOOR)),
        attempt.due_at < until,
    )
    row = db.session().execute(query.limit(1)).first()
    return _with_better_hours([_task_of(row)], now)[0] if row else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as the page of a case and `outreach case show` tell of it."""

    id: UUID
    step: str
    channel: str
    owner: str
    status: str
    held: bool
    due_at: datetime
    provider_id: str | None


def attempts_of(case_id: UUID, *, only_planned: bool = False) -> list[Attempt]:
    """The attempts of a case in the order in which they are due."""
    attempt = db.table(ContactAttempt).c
    columns = [attempt[name] for name in Attempt.__slots__]
    query = select(*columns).where(attempt.case_id == case_id).order_by(attempt.due_at, attempt.id)
    if only_planned:
        query = query.where(attempt.status == AttemptStatus.planned.value)
    return [Attempt(*row) for row in db.session().execute(query)]


@dataclass(frozen=True, slots=True)
class Referred:
    """The case behind a reference, for the command line: no scope, since no person asks."""

    id: UUID
    reference: str
    status: str
    target_group: str
    municipality: str
    coach: str | None
    region: str


def by_reference(reference: str, region: str | None = None) -> Referred:
    """The case with this reference.

    Raises NotFound when there is none, Refused when several regions have one and none was named.
    """
    case, place, home, coach = (db.table(t).c for t in (Case, Municipality, Region, User))
    query = (
        select(case.id, case.reference, case.status, case.target_group, place.name, coach.email, home.slug)
        .join_from(db.table(Case), db.table(Person), db.table(Person).c.id == case.person_id)
        .join(db.table(Municipality), place.code == case.municipality_code)
        .join(db.table(Region), home.id == case.region_id)
        .outerjoin(db.table(User), coach.id == case.coach_id)
        .where(case.reference == reference)
        .order_by(home.slug)
    )
    if region:
        query = query.where(home.slug == region)
    found = [Referred(*row) for row in db.session().execute(query)]
    if not found:
        raise NotFound(_l("There is no case with number %(reference)s.", reference=reference))
    if len(found) > 1:
        names = ", ".join(one.region for one in found)
        raise Refused(
            _l(
                "Several regions have a case with this number: %(names)s. Say which with --region.",
                names=names,
            )
        )
    return found[0]
