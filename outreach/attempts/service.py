"""Verbs on contact attempts: plan many, change one, cancel, expire, log a call or a visit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, bindparam, func, insert, select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts import rules
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import (
    CALL_RESULTS,
    REACHED_OUT,
    VISIT_RESULTS,
    AttemptStatus,
    Channel,
    Owner,
    Result,
)
from outreach.cases import timeline
from outreach.cases.events import EventKind, is_response
from outreach.cases.timeline import Recorded
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l

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


def attribute_response(session: Session, events: Sequence[Recorded]) -> None:
    """Note each response on the last attempt of its case that had reached out before it.

    An attempt keeps the first response that came after it. Subscribed to all kinds that can be a response;
    events that are none (a call without answer) are passed over.
    """
    responses: dict[UUID, list[Recorded]] = {}
    for event in events:
        if is_response(event.kind, event.data):
            responses.setdefault(event.case_id, []).append(event)
    attempt = db.table(ContactAttempt)
    moment = func.coalesce(attempt.c.sent_at, attempt.c.ended_at, type_=db.UtcDateTime)
    reached: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for ids in _chunks(responses):
        query = (
            select(attempt.c.id, attempt.c.case_id, moment)
            .where(attempt.c.case_id.in_(ids), attempt.c.status.in_([s.value for s in REACHED_OUT]))
            .where(moment.is_not(None))
            .order_by(moment, attempt.c.id)
        )
        for attempt_id, case_id, at in session.execute(query):
            reached.setdefault(case_id, []).append((attempt_id, at))
    found: list[dict[str, UUID]] = []
    for case_id, told in responses.items():
        for event in told:
            earlier = [attempt_id for attempt_id, at in reached.get(case_id, ()) if at <= event.at]
            if earlier:
                found.append({"which": earlier[-1], "response": event.id})
    if found:
        statement = (
            update(attempt)
            .where(attempt.c.id == bindparam("which"), attempt.c.response_event_id.is_(None))
            .values(response_event_id=bindparam("response"))
        )
        session.connection().execute(statement, found)


def log_call(
    case_id: UUID,
    result: Result,
    *,
    by: UUID,
    attempt_id: UUID | None = None,
    note: str = "",
    call_back_at: datetime | None = None,
) -> Recorded:
    """Log a call that took place.

    1. The attempt (the given one, else the call that was due, else a new one) is done, or failed when the
       number was wrong.
    2. The timeline hears of it; being spoken to counts as a response and stops the plan.
    3. With `call_back_at` a new call is laid ready for that moment.

    Raises NotFound for an unknown case or attempt, Conflict when the attempt was logged already, Refused for
    a result that a call cannot have.
    """
    if result not in CALL_RESULTS:
        raise Refused(_l("Choose what came of the call."))
    with db.write() as session:
        ended = _end(session, case_id, Channel.call, result, attempt_id)
        recorded = timeline.record(
            case_id,
            EventKind.call_logged,
            actor=timeline.staff_actor(by),
            channel=Channel.call,
            data={"result": result.value, "note": note.strip()},
            attempt_id=ended.attempt_id,
        )
        if call_back_at is not None:
            plan_many(session, [replace(_outside_plan(case_id, Channel.call), due_at=call_back_at)])
        return recorded


def log_visit(
    case_id: UUID,
    result: Result,
    *,
    by: UUID,
    attempt_id: UUID | None = None,
    note: str = "",
    card_left: bool = False,
) -> Recorded:
    """Log a home visit that took place, and the card that was left when nobody was home.

    1. The attempt (the given one, else the visit that was due, else a new one) is done, or failed when the
       address was wrong or the person has moved.
    2. The timeline hears of it; being spoken to counts as a response and stops the plan.
    3. With `card_left` the plan's card is done as well, so that it is not asked for again, and the timeline
       hears of the card.

    Raises as `log_call`; `card_left` is refused unless nobody was home.
    """
    if result not in VISIT_RESULTS:
        raise Refused(_l("Choose what came of the visit."))
    if card_left and result is not Result.nobody_home:
        raise Refused(_l("A card is only left when nobody is home."))
    with db.write() as session:
        ended = _end(session, case_id, Channel.visit, result, attempt_id)
        recorded = timeline.record(
            case_id,
            EventKind.visit_logged,
            actor=timeline.staff_actor(by),
            channel=Channel.visit,
            data={"result": result.value, "note": note.strip()},
            attempt_id=ended.attempt_id,
        )
        if card_left:
            _leave_card(session, case_id, ended, by)
        return recorded


@dataclass(frozen=True, slots=True)
class _Ended:
    """The attempt that is ended, the plan it belongs to and the status it had."""

    attempt_id: UUID
    enrolment_id: UUID | None
    campaign_id: UUID | None
    step: str
    status: str


def _end(
    session: Session, case_id: UUID, channel: Channel, result: Result, attempt_id: UUID | None
) -> _Ended:
    found = _find(session, case_id, channel, attempt_id)
    if found is None and attempt_id is not None:
        raise NotFound(_l("This task does not exist."))
    if found is None or found.status in (AttemptStatus.cancelled, AttemptStatus.expired):
        # What took place is never refused: a task that ran out or was called off meanwhile gets a successor.
        new = _outside_plan(case_id, channel)
        found = _Ended(plan_many(session, [new])[0], None, None, new.step, AttemptStatus.planned)
    after = rules.status_after(result)
    if not change(session, found.attempt_id, after, result=result.value, ended_at=clock.now()):
        raise Conflict(_l("This was logged already. Look at the case to see what came of it."))
    return found


def _find(session: Session, case_id: UUID, channel: Channel, attempt_id: UUID | None) -> _Ended | None:
    """The given attempt, or without one the earliest that was due: what was done is not asked for again."""
    attempt = db.table(ContactAttempt)
    names = ("id", "enrolment_id", "campaign_id", "step", "status")
    query = select(*(attempt.c[name] for name in names)).where(
        attempt.c.case_id == case_id, attempt.c.channel == channel.value
    )
    if attempt_id is not None:
        query = query.where(attempt.c.id == attempt_id)
    else:
        query = query.where(
            attempt.c.status == AttemptStatus.planned.value, attempt.c.due_at <= clock.now()
        ).order_by(attempt.c.due_at)
    row = session.execute(query.limit(1)).first()
    return _Ended(*row) if row else None


def _outside_plan(case_id: UUID, channel: Channel) -> NewAttempt:
    return NewAttempt(
        case_id=case_id,
        enrolment_id=None,
        campaign_id=None,
        step=channel.value,
        ordinal=1,
        channel=channel.value,
        owner=Owner.coach.value,
        template=None,
        variant=None,
        due_at=clock.now(),
        latest_at=None,
    )


def _leave_card(session: Session, case_id: UUID, visit: _Ended, by: UUID) -> None:
    attempt = db.table(ContactAttempt)
    query = (
        select(attempt.c.id)
        .where(attempt.c.case_id == case_id, attempt.c.channel == Channel.card.value)
        .where(attempt.c.status == AttemptStatus.planned.value)
        .order_by(attempt.c.due_at)
        .limit(1)
    )
    card: UUID | None = session.execute(query).scalar()
    if card is None:
        new = replace(
            _outside_plan(case_id, Channel.card),
            enrolment_id=visit.enrolment_id,
            campaign_id=visit.campaign_id,
            step=rules.card_step(visit.step) if visit.enrolment_id else Channel.card.value,
        )
        card = plan_many(session, [new])[0]
    change(session, card, AttemptStatus.done, result=Result.card_left.value, ended_at=clock.now())
    timeline.record(
        case_id,
        EventKind.card_left,
        actor=timeline.staff_actor(by),
        channel=Channel.card,
        data={},
        attempt_id=card,
    )
