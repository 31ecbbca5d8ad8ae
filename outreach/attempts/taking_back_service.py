"""What was logged of an attempt, undone: it is to be done again, and what came of it is gone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import TAKEN_BACK_FROM, AttemptStatus, Channel, Owner
from outreach.attempts.service import change
from outreach.cases.events import EventKind
from outreach.cases.taking_back_queries import Logged, logged
from outreach.cases.timeline import Recorded
from outreach.errors import Conflict
from outreach.i18n import _l

REASON = "taken_back"
"""Why an attempt was cancelled that only the logging had brought about."""


def put_back(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: the attempt of what was taken back is planned again.

    1. Its result, its moments and its response are cleared; a response noted on an earlier attempt as well.
    2. What nobody had planned before it was logged is cancelled, with the call or visit that was agreed on in it.
    3. What the plan laid ready since, because of it, goes; the plan lays ready once more what is due all the same.

    Raises Conflict when the plan has carried out something since.
    """
    for event in events:
        original = logged(UUID(event.data["event"]))
        _planned_again(session, original)
        if original.data.get("unplanned") and original.attempt_id is not None:
            _cancel(session, original.attempt_id)
        for attempt_id in _agreed(session, original):
            _cancel(session, attempt_id)
        if original.kind is not EventKind.message_sent:
            _forget_what_followed(session, original)


def _planned_again(session: Session, original: Logged) -> None:
    attempt = db.table(ContactAttempt)
    session.execute(
        update(attempt)
        .where(attempt.c.case_id == original.case_id, attempt.c.response_event_id == original.id)
        .values(response_event_id=None, responded_at=None)
    )
    done = session.execute(
        update(attempt)
        .where(attempt.c.id == original.attempt_id)
        .where(attempt.c.status.in_([status.value for status in TAKEN_BACK_FROM]))
        .values(
            status=AttemptStatus.planned.value,
            result=None,
            reason=None,
            sent_at=None,
            delivered_at=None,
            ended_at=None,
        )
    )
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        raise Conflict(_l("This has changed in the meantime. Look at the case again."))


def _cancel(session: Session, attempt_id: UUID) -> None:
    change(session, attempt_id, AttemptStatus.cancelled, reason=REASON, ended_at=clock.now())


def _agreed(session: Session, original: Logged) -> list[UUID]:
    """The call or visit that was laid ready together with the log.

    A call names it. A report of a visit says only what kind it wants: it is the first by that channel outside a plan
    that was laid ready after the event, since the case was locked meanwhile.
    """
    named = [UUID(one) for one in original.data.get("laid_ready", ())]
    wanted = (original.data.get("next") or {}).get("kind")
    if named or wanted not in (Channel.call, Channel.visit):
        return named
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.id)
        .where(attempt.case_id == original.case_id, attempt.channel == wanted)
        .where(attempt.enrolment_id.is_(None), attempt.owner == Owner.coach.value)
        .where(attempt.id != original.attempt_id, attempt.id > original.id)
        .order_by(attempt.id)
    )
    return list(session.scalars(query.limit(1)))


def _forget_what_followed(session: Session, original: Logged) -> None:
    attempt = db.table(ContactAttempt)
    since = (
        (attempt.c.case_id == original.case_id)
        & attempt.c.enrolment_id.is_not(None)
        & (attempt.c.id > original.id)  # Ids are ordered by time.
    )
    try:
        session.execute(delete(attempt).where(since, attempt.c.status == AttemptStatus.planned.value))
    except IntegrityError as error:  # Its text is written: a code may be on its way.
        raise _went_on() from error
    if session.execute(select(attempt.c.id).where(since).limit(1)).first() is not None:
        raise _went_on()


def _went_on() -> Conflict:
    return Conflict(_l("The contact plan has gone on since. Write a note if this is not right."))
