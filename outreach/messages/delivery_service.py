"""What became of messages: recorded in bulk after sending, one by one as providers tell of it later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, before
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.timeline import NewEvent
from outreach.messages import conversation_service
from outreach.messages.models import Message
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.messages.rules import Settled, settle

_S = AttemptStatus
_ARRIVED = (_S.delivered, _S.read)
_LEFT = (_S.sent, *_ARRIVED)
_EVENTS = {
    _S.delivered: EventKind.message_delivered,
    _S.read: EventKind.message_read,
    _S.failed: EventKind.message_failed,
    _S.expired: EventKind.message_failed,
}


@dataclass(frozen=True, slots=True)
class Release:
    """What a claimed message becomes that does not leave after all. `held`: it waits for its plan to go on."""

    status: AttemptStatus
    result: str | None = None
    reason: str | None = None
    held: bool = False


def release(session: Session, claim: UUID | None, released: Sequence[tuple[UUID, Release]]) -> None:
    """Let claimed messages go that do not leave after all; with `claim`, only while they are still its own.

    The timeline hears of those that failed, so that their plan may take the fallback. Inside `db.write()`.
    """
    attempt = db.table(ContactAttempt)
    now = clock.now()
    for attempt_id, what in released:
        mine = [attempt.c.id == attempt_id, attempt.c.status == _S.claimed.value]
        if claim is not None:
            mine.append(attempt.c.claim == claim)
        session.execute(
            update(attempt)
            .where(*mine)
            .values(
                status=what.status.value,
                result=what.result,
                reason=what.reason,
                held=what.held,
                claim=None,
                claimed_until=None,
                ended_at=None if what.status is _S.planned else now,
            )
        )
    failed = {attempt_id: what for attempt_id, what in released if what.status is _S.failed}
    if failed:
        rows = session.execute(
            select(attempt.c.id, attempt.c.case_id, attempt.c.channel, attempt.c.step).where(
                attempt.c.id.in_(failed)
            )
        )
        timeline.record_many(
            [
                _event(
                    row.case_id,
                    EventKind.message_failed,
                    row.channel,
                    row.id,
                    row.step,
                    failed[row.id].result,
                )
                for row in rows
            ]
        )


def _event(
    case_id: UUID,
    kind: EventKind,
    channel: str,
    attempt_id: UUID,
    step: str,
    reason: str | None,
    error_code: str | None = None,
) -> NewEvent:
    data: dict[str, Any] = {"step": step}
    if reason is not None:
        data["reason"] = reason
    if error_code is not None:
        data["code"] = error_code
    return NewEvent(case_id, kind, channel=channel, attempt_id=attempt_id, data=data)


def record(session: Session, landed: Sequence[tuple[Outgoing, Outcome]]) -> None:
    """Record what providers said of messages that were handed to them. Inside `db.write()`.

    1. Each sending is recorded once: its claim stays until then, and two workers may have looked the same one up.
    2. Each attempt takes its new status if its present one allows that: a callback may have been faster.
    3. What was taken over keeps its provider's id; the conversation and the timeline hear of it.
    4. What was refused is told to the timeline, so that its plan may take the fallback; whoever has blocked us has
       opted out.
    """
    now = clock.now()
    open_ones = _not_recorded(session, [message.attempt_id for message, _outcome in landed])
    settled = [
        (message, outcome, settle(outcome, message.tries, now))
        for message, outcome in landed
        if message.attempt_id in open_ones
    ]
    left = [(m, o, s) for m, o, s in settled if s.status in _LEFT]
    _take_over(session, left, now)
    for message, outcome, what in settled:
        if what.status not in _LEFT:
            _not_taken_over(session, message, outcome, what, now)
    events = [_sent(message) for message, _outcome, _what in left]
    for message, outcome, what in settled:
        if what.status in (_S.failed, _S.expired):
            events.append(
                _event(
                    message.case_id,
                    EventKind.message_failed,
                    message.channel,
                    message.attempt_id,
                    message.step,
                    what.result,
                    outcome.error_code,
                )
            )
    timeline.record_many(events)
    for message, outcome, _what in settled:
        if outcome.reason is Reason.opted_out:
            cases.opted_out_herself(message.case_id, message.channel)


def _not_recorded(session: Session, attempt_ids: Sequence[UUID]) -> set[UUID]:
    """Those whose sending nobody has recorded yet, locked until the end of the transaction."""
    attempt = db.table(ContactAttempt)
    query = select(attempt.c.id).where(attempt.c.id.in_(attempt_ids), attempt.c.claim.is_not(None))
    return set(session.scalars(query.order_by(attempt.c.id).with_for_update()))


def _sent(message: Outgoing) -> NewEvent:
    data = {"step": message.step, "text": message.body}
    return NewEvent(
        message.case_id,
        EventKind.message_sent,
        channel=message.channel,
        attempt_id=message.attempt_id,
        data=data,
    )


def _take_over(session: Session, left: Sequence[tuple[Outgoing, Outcome, Settled]], now: datetime) -> None:
    if not left:
        return
    attempt, message = db.table(ContactAttempt), db.table(Message)
    waits = or_(attempt.c.status == _S.claimed.value, attempt.c.status == _S.unknown.value)
    session.connection().execute(
        update(attempt)
        .where(attempt.c.id == bindparam("which"))
        .values(
            status=case((waits, bindparam("new_status")), else_=attempt.c.status),
            provider_id=func.coalesce(attempt.c.provider_id, bindparam("theirs")),
            sent_at=func.coalesce(attempt.c.sent_at, bindparam("sent", type_=db.UtcDateTime())),
            delivered_at=func.coalesce(attempt.c.delivered_at, bindparam("arrived", type_=db.UtcDateTime())),
            claim=None,
            claimed_until=None,
            retry_at=None,
        ),
        [
            {
                "which": out.attempt_id,
                "new_status": what.status.value,
                "theirs": outcome.provider_id,
                "sent": now,
                "arrived": now if what.status in _ARRIVED else None,
            }
            for out, outcome, what in left
        ],
    )
    session.connection().execute(
        update(message)
        .where(message.c.attempt_id == bindparam("which"), message.c.provider_id.is_(None))
        .values(provider_id=bindparam("theirs"), at=bindparam("sent", type_=db.UtcDateTime())),
        [
            {"which": out.attempt_id, "theirs": outcome.provider_id, "sent": now}
            for out, outcome, _what in left
        ],
    )
    conversation_service.sent(session, [out for out, _outcome, _what in left], now)


def _not_taken_over(
    session: Session, message: Outgoing, outcome: Outcome, what: Settled, now: datetime
) -> None:
    attempt = db.table(ContactAttempt)
    later = what.status is _S.planned
    ended = what.status in (_S.failed, _S.expired)
    session.execute(
        update(attempt)
        .where(attempt.c.id == message.attempt_id, attempt.c.status == _S.claimed.value)
        .values(
            status=what.status.value,
            result=what.result,
            error_code=outcome.error_code,
            tries=message.tries + 1 if later else 0,
            retry_at=what.retry_at,
            **({} if what.status is _S.unknown else {"claim": None, "claimed_until": None}),
            ended_at=now if ended else None,
        )
    )


def arrived(attempt_id: UUID, outcome: Outcome) -> bool:
    """Take in what a provider says later of a message; whether that was news.

    1. One conditional UPDATE: a status only moves forward, in whatever order and however often it is told, also
       before our own record of the sending.
    2. That an earlier sending failed says nothing of one that a person had sent once more: it has another id.
    3. Only what was news reaches the timeline; whoever has blocked us has opted out.
    """
    now = clock.now()
    what = settle(outcome, 0, now)
    if what.status not in (_S.sent, *_EVENTS):
        return False
    attempt = db.table(ContactAttempt)
    of_this_sending = [attempt.c.status != _S.planned.value]
    if what.status not in _ARRIVED and outcome.provider_id is not None:
        of_this_sending.append(
            func.coalesce(attempt.c.provider_id, outcome.provider_id) == outcome.provider_id
        )
    with db.write() as session:
        found = session.execute(
            update(attempt)
            .where(attempt.c.id == attempt_id, attempt.c.status.in_([s.value for s in before(what.status)]))
            .where(*of_this_sending)
            .values(_later_columns(attempt, outcome, what, now))
            .returning(attempt.c.case_id, attempt.c.channel, attempt.c.step)
        ).first()
        if found is None:
            return False
        kind = _EVENTS.get(what.status)
        if kind is not None:
            timeline.record_many(
                [
                    _event(
                        found.case_id,
                        kind,
                        found.channel,
                        attempt_id,
                        found.step,
                        what.result,
                        outcome.error_code,
                    )
                ]
            )
        if outcome.reason is Reason.opted_out:
            cases.opted_out_herself(found.case_id, found.channel)
    return True


def _later_columns(attempt: Any, outcome: Outcome, what: Settled, now: datetime) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "status": what.status.value,
        "retry_at": None,
        "sent_at": func.coalesce(attempt.c.sent_at, now),
    }
    if outcome.provider_id is not None:
        columns["provider_id"] = func.coalesce(attempt.c.provider_id, outcome.provider_id)
    if what.status in _ARRIVED:
        columns["delivered_at"] = func.coalesce(attempt.c.delivered_at, now)
    if what.status in (_S.failed, _S.expired):
        columns |= {"result": what.result, "error_code": outcome.error_code, "ended_at": now}
    return columns


def settle_unknown(message: Outgoing, outcome: Outcome) -> bool:
    """A message of unknown fate was found at its provider: record it as taken over, or as what came of it.

    False when that says nothing, also because what was found is another message of ours with the same words.
    """
    if outcome.fate in (Fate.later, Fate.unknown):
        return False
    with db.write() as session:
        if outcome.provider_id is not None and _is_another(session, message, outcome.provider_id):
            return False
        if outcome.fate is Fate.refused:
            return arrived(message.attempt_id, outcome)
        record(session, [(message, outcome)])
    return True


def _is_another(session: Session, message: Outgoing, provider_id: str) -> bool:
    other = db.table(Message).c
    query = select(other.id).where(
        other.channel == message.channel,
        other.provider_id == provider_id,
        or_(other.attempt_id.is_(None), other.attempt_id != message.attempt_id),
    )
    return session.execute(query).first() is not None
