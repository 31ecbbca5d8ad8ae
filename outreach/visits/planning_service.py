"""Verbs of planning: give visits their moment and who goes, move one, take one off the round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import appointment_service
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.timeline import Recorded
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.staff.scope import Scope
from outreach.visits import planning_queries
from outreach.visits.models import Appointment
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


def plan(wanted: Sequence[Wanted], scope: Scope) -> None:
    """Plan visits, or move them, all in one transaction or none.

    1. The cases are locked, in the order in which every writer locks them.
    2. Each moment must be to come, nobody can be at two doors at once, and the coaches work there.
    3. The attempt gets its moment, the timeline hears of it, the appointment says who goes.

    Raises RoundRefused with a sentence for each visit that cannot be, and NotFound for one that is not there.
    """
    assert scope.user_id is not None, "a signed-in person has an id"
    with db.write() as session:
        visits = {one.attempt_id: planning_queries.visit(one.attempt_id, scope) for one in wanted}
        ids = {visit.case.id for visit in visits.values()}
        session.execute(
            select(col(Case.id)).where(col(Case.id).in_(ids)).order_by(col(Case.id)).with_for_update()
        )
        problems = _problems(wanted, scope)
        if problems:
            raise RoundRefused(problems)
        for one in wanted:
            visit = visits[one.attempt_id]
            more: dict[str, Any] = {"reason": one.reason} if one.reason else {}
            if visit.coach_id is not None and visit.at != one.at:
                more["from"] = visit.at.isoformat()
            try:
                appointment_service.appoint(
                    visit.case.id, one.attempt_id, one.at, by=scope.user_id, more=more
                )
            except Refused as refusal:
                raise RoundRefused({one.attempt_id: refusal.message}) from refusal
            _keep(session, one, scope.user_id)


def _keep(session: Session, one: Wanted, by: UUID) -> None:
    kept = session.get(Appointment, one.attempt_id) or Appointment(
        attempt_id=one.attempt_id, coach_id=one.coach_id, made_at=clock.now()
    )
    kept.coach_id, kept.second_coach_id, kept.minutes = one.coach_id, one.second_id, one.minutes
    kept.made_at, kept.made_by = clock.now(), by
    session.add(kept)
    session.flush()


def _problems(wanted: Sequence[Wanted], scope: Scope) -> dict[UUID, Any]:
    coaches = dict(planning_queries.coaches(scope))
    people = {id_ for one in wanted for id_ in (one.coach_id, one.second_id) if id_ is not None}
    moving = {one.attempt_id for one in wanted}
    since, until = min(one.at for one in wanted), max(one.at for one in wanted) + timedelta(hours=8)
    busy = planning_queries.busy(people, since, until)
    found: dict[UUID, Any] = {}
    for place, one in enumerate(wanted):
        going = _going(one)
        if one.coach_id not in coaches or not going <= (coaches.keys() | {scope.user_id}):
            found[one.attempt_id] = _l("Choose a coach from the list.")
        elif one.coach_id == one.second_id:
            found[one.attempt_id] = _l("Choose two different coaches.")
        elif not SHORTEST <= one.minutes <= LONGEST:
            found[one.attempt_id] = _l(
                "Give a number of minutes from %(least)d to %(most)d.", least=SHORTEST, most=LONGEST
            )
        elif _meets(one, wanted[:place], going) or any(
            overlaps(one.at, one.minutes, other.at, other.minutes)
            for id_ in going
            for other in busy.get(id_, ())
            if other.attempt_id not in moving
        ):
            found[one.attempt_id] = _l("Somebody would be at two doors at once. Choose another time.")
    return found


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
        visit = planning_queries.visit(attempt_id, scope)
        session.execute(select(col(Case.id)).where(col(Case.id) == visit.case.id).with_for_update())
        kept = session.get(Appointment, attempt_id)
        if kept is not None:
            session.delete(kept)
            session.flush()
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


def call_off(session: Session, events: Sequence[Recorded]) -> None:
    """Subscriber of the timeline, after plans have stopped: a visit that a response made needless leaves the round.

    Its coach hears of it, once; a visit that took place itself is none of these, since it was done and not cancelled.
    """
    attempt, appointment = db.table(ContactAttempt), db.table(Appointment)
    cases = {event.case_id for event in events}
    query = (
        select(attempt.c.id, attempt.c.case_id, attempt.c.due_at, attempt.c.reason)
        .join_from(attempt, appointment, appointment.c.attempt_id == attempt.c.id)
        .where(
            attempt.c.case_id.in_(cases),
            attempt.c.status == AttemptStatus.cancelled.value,
            attempt.c.due_at >= clock.now() - timedelta(hours=1),
            appointment.c.called_off_at.is_(None),
        )
    )
    for attempt_id, case_id, at, reason in session.execute(query).all():
        session.execute(
            update(appointment)
            .where(appointment.c.attempt_id == attempt_id)
            .values(called_off_at=clock.now())
        )
        timeline.record(
            case_id,
            EventKind.visit_called_off,
            channel=Channel.visit,
            data={"reason": reason or "responded", "at": at.isoformat()},
            attempt_id=attempt_id,
        )
