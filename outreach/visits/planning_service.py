"""Verbs of planning: give visits their moment and who goes, move one, take one off the round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import appointment_service
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.cases import timeline
from outreach.cases.events import EventKind, ends_approach
from outreach.cases.models import Case
from outreach.cases.timeline import NewEvent, Recorded
from outreach.errors import Refused
from outreach.i18n import _l, day, moment
from outreach.staff.models import User
from outreach.staff.scope import Scope
from outreach.visits import planning_queries
from outreach.visits.door_queries import UNDER_WAY
from outreach.visits.models import Appointment, TakenOff
from outreach.visits.planning_queries import PlannedVisit
from outreach.visits.round_rules import overlaps

SHORTEST, LONGEST = 5, 240


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit with the moment (aware) that it gets, who goes, perhaps with whom, and why it moves."""

    attempt_id: UUID
    at: datetime
    coach_id: UUID
    second_id: UUID | None = None
    minutes: int = 30
    reason: str = ""


class RoundRefused(Refused):
    """Nothing of a round was planned; `problems` says why, visit to sentence."""

    status = 422

    def __init__(self, problems: dict[UUID, Any]) -> None:
        super().__init__(_l("Nothing was planned yet: something is not right."))
        self.problems = problems


def plan(wanted: Sequence[Wanted], scope: Scope, *, new: bool = False) -> None:
    """Plan visits, or move them, all in one transaction or none. `new`: a round of visits that had no moment yet.

    1. The cases are locked, then the coaches, each in the order in which every writer locks them.
    2. Each moment must be to come, nobody can be at two doors at once, and the coaches work there.
    3. The attempt gets its moment, the timeline hears of it, the appointment says who goes.

    Raises RoundRefused with a sentence for each visit that cannot be.
    """
    assert scope.user_id is not None, "a signed-in person has an id"
    with db.write() as session:
        _lock(session, wanted)
        visits = planning_queries.visits([one.attempt_id for one in wanted], scope)
        problems = _problems(wanted, visits, scope, new=new)
        if problems:
            raise RoundRefused(problems)
        for one in wanted:
            visit = visits[one.attempt_id]
            more: dict[str, Any] = {"reason": one.reason} if one.reason else {}
            if visit.coach_id is not None and visit.at != one.at:
                more["from"] = visit.at.isoformat()
            appointment_service.appoint(visit.case.id, one.attempt_id, one.at, by=scope.user_id, more=more)
            _keep(session, one, scope.user_id)
            _not_going(session, visit, _going(one))


def _lock(session: Session, wanted: Sequence[Wanted]) -> None:
    """One at a time for these cases and these coaches: two planners cannot give one coach two doors at once."""
    attempt, case, user = db.table(ContactAttempt).c, db.table(Case), db.table(User)
    of_visits = select(attempt.case_id).where(attempt.id.in_([one.attempt_id for one in wanted]))
    session.execute(select(case.c.id).where(case.c.id.in_(of_visits)).order_by(case.c.id).with_for_update())
    people = {id_ for one in wanted for id_ in _going(one)}
    session.execute(
        select(user.c.id).where(user.c.id.in_(people)).order_by(user.c.id).with_for_update(key_share=True)
    )


def _not_going(session: Session, visit: PlannedVisit, going: set[UUID]) -> None:
    """Keep who had this visit and has it no more, so that her calendar says it is off; forget who has it again."""
    off = db.table(TakenOff)
    had = {id_ for id_ in (visit.coach_id, visit.second_id) if id_ is not None}
    session.execute(delete(off).where(off.c.attempt_id == visit.attempt_id, off.c.user_id.in_(going | had)))
    for user_id in sorted(had - going):
        session.add(
            TakenOff(
                attempt_id=visit.attempt_id,
                user_id=user_id,
                at=visit.at,
                minutes=visit.minutes,
                off_at=clock.now(),
            )
        )
    session.flush()


def _keep(session: Session, one: Wanted, by: UUID) -> None:
    kept = session.get(Appointment, one.attempt_id) or Appointment(
        attempt_id=one.attempt_id, coach_id=one.coach_id, made_at=clock.now()
    )
    kept.coach_id, kept.second_coach_id, kept.minutes = one.coach_id, one.second_id, one.minutes
    kept.made_at, kept.made_by = clock.now(), by
    session.add(kept)
    session.flush()


def _problems(
    wanted: Sequence[Wanted], visits: Mapping[UUID, PlannedVisit], scope: Scope, *, new: bool
) -> dict[UUID, Any]:
    """What is wrong with each, in the words for who plans."""
    coaches = dict(planning_queries.coaches(scope))
    people = {id_ for one in wanted for id_ in _going(one)}
    moving = {one.attempt_id for one in wanted}
    since, until = min(one.at for one in wanted), max(one.at for one in wanted) + timedelta(hours=8)
    busy, places = planning_queries.busy(people, since, until), planning_queries.workplaces(people)
    found: dict[UUID, Any] = {}
    for place, one in enumerate(wanted):
        going = _going(one)
        elsewhere = (other for id_ in going for other in busy.get(id_, ()) if other.attempt_id not in moving)
        visit = visits.get(one.attempt_id)
        problem = _not_possible(one, visit, new=new)
        if problem is not None:
            found[one.attempt_id] = problem
        elif one.coach_id not in coaches or not going <= (coaches.keys() | {scope.user_id}):
            found[one.attempt_id] = _l("Choose a coach from the list.")
        elif one.coach_id == one.second_id:
            found[one.attempt_id] = _l("Choose two different coaches.")
        elif visit and any(visit.case.municipality_code not in places[id_] for id_ in going):
            found[one.attempt_id] = _l(
                "Choose a coach who works in %(municipality)s.", municipality=visit.case.municipality
            )
        elif _meets(one, wanted[:place], going) or any(
            overlaps(one.at, one.minutes, other.at, other.minutes) for other in elsewhere
        ):
            found[one.attempt_id] = _l("Somebody would be at two doors at once. Choose another time.")
    return found


def _not_possible(one: Wanted, visit: PlannedVisit | None, *, new: bool) -> Any:
    """Why this visit cannot get this moment, whoever goes; None when it can."""
    now = clock.now()
    if visit is None:
        return _l("This visit is no longer open. Look at the case to see why.")
    if new and visit.coach_id is not None:
        return _l(
            "Somebody planned this visit meanwhile: %(when)s, %(who)s.",
            when=moment(visit.at),
            who=visit.coach,
        )
    if one.at < now:
        return _l("This moment has passed. Choose a later one.")
    if one.at > now + appointment_service.FURTHEST:
        return _l("This is more than two months away. Choose an earlier day.")
    if new and visit.last_day is not None and clock.local(one.at).date() > visit.last_day:
        return _l("This visit may be until %(day)s. Choose an earlier day.", day=day(visit.last_day))
    if not SHORTEST <= one.minutes <= LONGEST:
        return _l("Give a number of minutes from %(least)d to %(most)d.", least=SHORTEST, most=LONGEST)
    return None


def _going(one: Wanted) -> set[UUID]:
    return {one.coach_id} | ({one.second_id} if one.second_id is not None else set())


def _meets(one: Wanted, others: Sequence[Wanted], going: set[UUID]) -> bool:
    return any(
        going & _going(other) and overlaps(one.at, one.minutes, other.at, other.minutes) for other in others
    )


def take_off(attempt_id: UUID, reason: str, scope: Scope, *, for_good: bool) -> None:
    """Take a visit off the round, with the reason: wished for again, or not to be made at all.

    Raises NotFound when it is not open any more, Refused without a reason.
    """
    assert scope.user_id is not None, "a signed-in person has an id"
    if not reason.strip():
        raise Refused(_l("Say why, so that a colleague understands it later."))
    with db.write() as session:
        _lock(session, [Wanted(attempt_id, clock.now(), scope.user_id)])
        visit = planning_queries.visit(attempt_id, scope)
        _not_going(session, visit, set())
        session.execute(delete(Appointment).where(col(Appointment.attempt_id) == attempt_id))
        if for_good:
            attempts.change(
                session, attempt_id, AttemptStatus.cancelled, reason="by_hand", ended_at=clock.now()
            )
        timeline.record(
            visit.case.id,
            EventKind.visit_cancelled,
            actor=timeline.staff_actor(scope.user_id),
            channel=Channel.visit,
            data={"reason": reason.strip(), "at": visit.at.isoformat()},
            attempt_id=attempt_id,
        )


STOPPED = ("responded", "wrong_person", "status")
"""Why a plan stops by itself, as the attempts say that it cancelled; what somebody stopped by hand she knows of."""


def call_off(session: Session, events: Sequence[Recorded]) -> None:
    """Subscriber of the timeline, after plans have stopped: a visit that a response made needless leaves the round.

    Its coach hears of it, once; a visit that took place itself is none of these, since it was done and not cancelled.
    """
    cases = {event.case_id for event in events if ends_approach(event.kind, event.data)}
    if not cases:
        return
    since = clock.now() - UNDER_WAY
    found = session.execute(_needless(), {"cases": list(cases), "since": since}).all()
    if not found:
        return
    appointment = db.table(Appointment)
    session.execute(
        update(appointment)
        .where(appointment.c.attempt_id.in_([row.id for row in found]))
        .values(called_off_at=clock.now())
    )
    timeline.record_many(
        [
            NewEvent(
                row.case_id,
                EventKind.visit_called_off,
                channel=Channel.visit,
                data={"reason": row.reason, "at": row.due_at.isoformat()},
                attempt_id=row.id,
            )
            for row in found
        ]
    )


@cache
def _needless() -> Any:
    attempt, appointment = db.table(ContactAttempt), db.table(Appointment)
    return (
        select(attempt.c.id, attempt.c.case_id, attempt.c.due_at, attempt.c.reason)
        .join_from(attempt, appointment, appointment.c.attempt_id == attempt.c.id)
        .where(
            attempt.c.case_id.in_(bindparam("cases", expanding=True)),
            attempt.c.status == AttemptStatus.cancelled.value,
            attempt.c.reason.in_(STOPPED),
            attempt.c.due_at >= bindparam("since"),
            appointment.c.called_off_at.is_(None),
        )
    )
