"""Verbs on contact attempts: plan many, change one, cancel, expire, note which one a response followed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, func, insert, select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts import rules
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import MAY_BE_ANSWERED, AttemptStatus
from outreach.cases.events import is_response
from outreach.cases.timeline import Recorded

CHUNK = 500


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt that must come into being; without an enrolment it is outside a plan.

    `due_at` and `latest_at` are aware moments.
    """

    case_id: UUID
    enrolment_id: UUID | None
    campaign_id: UUID | None
    step: str
    ordinal: int
    channel: str
    owner: str
    template: str | None
    variant: str | None
    due_at: datetime
    latest_at: datetime | None


def plan_many(session: Session, new: Sequence[NewAttempt]) -> list[UUID]:
    """Lay attempts ready (status planned), all in one statement; gives their ids in the same order.

    Call inside `db.write()`. Raises IntegrityError when a step of an enrolment is there already.
    """
    if not new:
        return []
    now = clock.now()
    rows = [_row(attempt, now) for attempt in new]
    session.execute(insert(db.table(ContactAttempt)), rows)
    return [row["id"] for row in rows]


def _row(new: NewAttempt, now: datetime) -> dict[str, Any]:
    return {
        "id": db.new_id(),
        "case_id": new.case_id,
        "enrolment_id": new.enrolment_id,
        "campaign_id": new.campaign_id,
        "step": new.step,
        "ordinal": new.ordinal,
        "channel": str(new.channel),
        "owner": str(new.owner),
        "template": new.template,
        "variant": new.variant,
        "status": AttemptStatus.planned.value,
        "planned_at": now,
        "due_at": new.due_at,
        "latest_at": new.latest_at,
    }


def change(session: Session, attempt_id: UUID, after: AttemptStatus, **columns: Any) -> bool:
    """Let an attempt become `after`, with other columns, by one conditional UPDATE.

    False when its present status does not allow it: somebody or something was faster, and nothing changed.
    Call inside `db.write()`.
    """
    attempt = db.table(ContactAttempt)
    allowed = [status.value for status in rules.before(after)]
    statement = (
        update(attempt)
        .where(attempt.c.id == attempt_id, attempt.c.status.in_(allowed))
        .values(status=after.value, **columns)
    )
    return _count(session, statement) == 1


def cancel_open(session: Session, enrolment_ids: Iterable[UUID], reason: str) -> int:
    """Cancel what is planned and that no worker has claimed yet; gives how many."""
    attempt = db.table(ContactAttempt)
    cancelled = 0
    for ids in _chunks(enrolment_ids):
        statement = (
            update(attempt)
            .where(attempt.c.enrolment_id.in_(ids), attempt.c.status == AttemptStatus.planned.value)
            .values(status=AttemptStatus.cancelled.value, reason=reason, ended_at=clock.now())
        )
        cancelled += _count(session, statement)
    return cancelled


def hold(session: Session, enrolment_ids: Iterable[UUID], held: bool) -> int:
    """Hold what is planned while a plan is paused, or let it go on; gives how many.

    What is held stays planned, expires at its latest moment as ever, and nobody carries it out.
    """
    attempt = db.table(ContactAttempt)
    return sum(
        _count(
            session,
            update(attempt)
            .where(attempt.c.enrolment_id.in_(ids), attempt.c.status == AttemptStatus.planned.value)
            .values(held=held),
        )
        for ids in _chunks(enrolment_ids)
    )


def hold_campaign(session: Session, campaign_id: UUID, *, held: bool) -> int:
    """Hold, or let go on, all that is planned in a campaign; gives how many."""
    attempt = db.table(ContactAttempt)
    statement = (
        update(attempt)
        .where(attempt.c.campaign_id == campaign_id, attempt.c.status == AttemptStatus.planned.value)
        .values(held=held)
    )
    return _count(session, statement)


def expire(session: Session, now: datetime) -> int:
    """Let what is planned and past its latest moment expire; gives how many.

    It ended at its latest moment, not when somebody looked, so that a late tick changes nothing.
    """
    attempt = db.table(ContactAttempt)
    statement = (
        update(attempt)
        .where(attempt.c.status == AttemptStatus.planned.value, attempt.c.latest_at < now)
        .values(status=AttemptStatus.expired.value, ended_at=attempt.c.latest_at)
    )
    return _count(session, statement)


def _count(session: Session, statement: Any) -> int:
    done = session.execute(statement)
    assert isinstance(done, CursorResult)
    return done.rowcount


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def note_scanned(session: Session, attempt_id: UUID, at: datetime) -> None:
    """Note on an attempt that the code that it carried was used to answer; the first time stays."""
    attempt = db.table(ContactAttempt)
    first = update(attempt).where(attempt.c.id == attempt_id, attempt.c.scanned_at.is_(None))
    session.execute(first.values(scanned_at=at))


def attribute_response(session: Session, events: Sequence[Recorded]) -> None:
    """Note each response on the last attempt of its case that had reached out before it and had not come back.

    An attempt keeps the first response that came after it. Subscribed to all kinds that can be a response;
    events that are none (a call without answer) are passed over.
    """
    responses: dict[UUID, list[Recorded]] = {}
    for event in events:
        if is_response(event.kind, event.data):
            responses.setdefault(event.case_id, []).append(event)
    reached: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for ids in _chunks(responses):
        for attempt_id, case_id, at in session.execute(_reached_out(), {"cases": ids}):
            reached.setdefault(case_id, []).append((attempt_id, at))
    found: list[dict[str, Any]] = []
    for case_id, told in responses.items():
        for event in told:
            earlier = [attempt_id for attempt_id, at in reached.get(case_id, ()) if at <= event.at]
            if earlier:
                found.append({"which": earlier[-1], "response": event.id, "at": event.at})
    if found:
        session.connection().execute(_first_response(), found)


@cache
def _reached_out() -> Any:
    attempt = db.table(ContactAttempt)
    moment = func.coalesce(attempt.c.sent_at, attempt.c.ended_at, type_=db.UtcDateTime)
    return (
        select(attempt.c.id, attempt.c.case_id, moment)
        .where(attempt.c.case_id.in_(bindparam("cases", expanding=True)))
        .where(attempt.c.status.in_([s.value for s in MAY_BE_ANSWERED]), moment.is_not(None))
        .order_by(moment, attempt.c.id)
    )


@cache
def _first_response() -> Any:
    attempt = db.table(ContactAttempt)
    return (
        update(attempt)
        .where(attempt.c.id == bindparam("which"), attempt.c.response_event_id.is_(None))
        .values(response_event_id=bindparam("response"), responded_at=bindparam("at"))
    )
