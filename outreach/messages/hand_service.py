"""Messages by hand: laid ready with their text, sent from a coach's own phone, and answered on it.

Such a message is a contact attempt as any other, with the coach as its owner. It stays `planned` until she says that it
went, so that an answer, a stop or a pause takes it off her day as it takes calls and visits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update
from sqlmodel import Session

from outreach import clock, db, jobs
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Owner
from outreach.attempts.service import NewAttempt, change, plan_many
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.timeline import PERSON, SYSTEM, NewEvent, Recorded, staff_actor
from outreach.config import Settings
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _, _l
from outreach.messages import (
    composing_service,
    conversation_service,
    hand_queries,
    outbox_service,
    queries,
    service,
    stop_words,
)
from outreach.messages.hand_rules import NotSent
from outreach.messages.models import Message
from outreach.messages.outcomes import Outgoing, Reason
from outreach.messages.stop_words import Meaning
from outreach.regions.models import Region

AT_ONCE = 200
"""Messages that are written in one transaction."""

NOT_WANTED = "not_wanted"
"""Reason of a message that its coach did not want to send any more."""

ANSWERS_BY_CODE = (EventKind.responded, EventKind.contact_declined, EventKind.wrong_person_reported)
"""The kinds of events that name the attempt whose code was used, for `answered`."""

_S = AttemptStatus
_OVER = (_S.cancelled.value, _S.expired.value)
_SENT = (_S.sent.value, _S.delivered.value, _S.read.value)


def prepare() -> int:
    """Write what is due for coaches: its text and its response code; how many.

    1. Nothing in the sandbox, and nothing when the database holds made-up people: the links would open WhatsApp to
       numbers that may be somebody's.
    2. What was laid ready for the worker before this channel went by hand is the coach's now.
    3. What somebody has opted out of meanwhile is cancelled.
    4. Quiet hours, opt-outs and latest moments hold as for all messages.
    """
    settings: Settings = current_app.extensions["outreach_settings"]
    if settings.sandbox or refusal() is not None:
        return 0
    _take_over()
    now, done = clock.now(), 0
    quiet = hand_queries.quiet_regions(now)
    regions = {region.id: region for region in db.session().scalars(select(Region))}
    awake = regions.keys() - quiet.keys()
    while True:
        with db.write() as session:
            ids = session.scalars(hand_queries.unwritten(now, awake, AT_ONCE)).all()
            if not ids:
                return done
            done += _write(session, ids, regions)


def refusal() -> Refused | None:
    """Why nothing may go by hand here, if that is so."""
    try:
        outbox_service.refuse_made_up_people()
    except Refused as refused:
        return refused
    return None


def _take_over() -> None:
    attempt = db.table(ContactAttempt)
    channels = hand_queries.by_hand()
    waiting = db.session().scalars(hand_queries.left_to_the_system(channels)).all() if channels else []
    unwanted = db.session().scalars(hand_queries.unwanted()).all()
    if not waiting and not unwanted:
        return
    with db.write() as session:
        for start in range(0, len(waiting), AT_ONCE):
            session.execute(
                update(attempt)
                .where(
                    attempt.c.id.in_(waiting[start : start + AT_ONCE]), attempt.c.status == _S.planned.value
                )
                .values(owner=Owner.coach.value)
            )
        for attempt_id in unwanted:
            change(session, attempt_id, _S.cancelled, reason=Reason.opted_out.value, ended_at=clock.now())


def _write(session: Session, ids: Sequence[UUID], regions: dict[UUID, Region]) -> int:
    """Text and codes for these attempts, which are claimed for as long as this transaction lasts."""
    attempt, claim = db.table(ContactAttempt), db.new_id()
    session.execute(
        update(attempt)
        .where(attempt.c.id.in_(ids), attempt.c.status == _S.planned.value)
        .values(status=_S.claimed.value, claim=claim)
    )
    written = composing_service.write(session, ids, regions)
    session.execute(
        update(attempt)
        .where(attempt.c.claim == claim, attempt.c.status == _S.claimed.value)
        .values(status=_S.planned.value, claim=None)
    )
    return len(written)


def sent(case_id: UUID, attempt_id: UUID, *, by: UUID) -> str:
    """The coach sent it: it counts as sent, and the timeline and the conversation hear of it. Gives its channel.

    Said twice, it is once. What took place is never refused: a message that was called off or ran out meanwhile gets
    a successor. Raises NotFound for a message that is not this case's, Conflict when it was noted that it could not be
    sent.
    """
    now = clock.now()
    with db.write() as session:
        found = _found(case_id, attempt_id)
        if found.status in _SENT:
            return str(found.channel)
        more: dict[str, Any] = {}
        if found.status in _OVER:
            more = {"unplanned": True, "instead_of": str(attempt_id)}
            attempt_id = _successor(session, case_id, found.channel)
        if not change(session, attempt_id, _S.sent, sent_at=now):
            raise Conflict(_l("This was noted already. Look at the case to see what came of it."))
        message = db.table(Message)
        session.execute(
            update(message).where(message.c.id == found.message_id).values(at=now, attempt_id=attempt_id)
        )
        conversation_service.sent(session, [_outgoing(found)], now)
        timeline.record_many([_went(found, attempt_id, now, staff_actor(by), more)])
        return str(found.channel)


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(row.id, row.case_id, row.person_id, row.channel, row.step, row.address, row.body)


def _went(
    row: Any, attempt_id: UUID, at: datetime, actor: str, more: Mapping[str, Any] | None = None
) -> NewEvent:
    return NewEvent(
        row.case_id,
        EventKind.message_sent,
        actor,
        row.channel,
        {"step": row.step, "text": row.body, **(more or {})},
        at,
        attempt_id,
    )


def _successor(session: Session, case_id: UUID, channel: str) -> UUID:
    new = NewAttempt(
        case_id, None, None, channel, 1, channel, Owner.coach.value, None, None, clock.now(), None
    )
    return plan_many(session, [new])[0]


def not_sent(case_id: UUID, attempt_id: UUID, why: NotSent, *, by: UUID) -> None:
    """The coach did not send it: its plan takes the fallback, it stays ready, or it is no longer wanted.

    Raises NotFound for a message that is not this case's, Conflict when it is not ready any more.
    """
    now = clock.now()
    with db.write() as session:
        found = _found(case_id, attempt_id)
        if why is NotSent.later:
            return
        if why is NotSent.not_needed:
            changed = change(session, attempt_id, _S.cancelled, reason=NOT_WANTED, ended_at=now)
        else:
            changed = change(session, attempt_id, _S.failed, result=Reason.not_reachable.value, ended_at=now)
        if not changed:
            raise Conflict(_l("This message is not ready any more. Look at the case to see why."))
        if why is NotSent.no_such_number:
            timeline.record(
                case_id,
                EventKind.message_failed,
                actor=staff_actor(by),
                channel=found.channel,
                data={"step": found.step, "reason": Reason.not_reachable.value},
                attempt_id=attempt_id,
            )
            jobs.soon("send")


def _found(case_id: UUID, attempt_id: UUID) -> Any:
    found = hand_queries.message_of(case_id, attempt_id)
    if found is None:
        raise NotFound(_l("This message does not exist."))
    return found


def reply(case_id: UUID, channel: str, body: str, *, by: UUID) -> None:
    """An answer came in on the coach's own phone: it counts as any response, and stops the plan.

    1. Without its words it says that it is on her phone.
    2. What she had sent by this channel has arrived: it was answered.
    3. Words that stop messages are heeded. Its own coach has read it, so it waits for nobody.

    Raises Refused for a channel that does not go by hand, or when no number is known.
    """
    if channel not in hand_queries.by_hand():
        raise Refused(_l("Choose how the answer came."))
    number = hand_queries.number_of(case_id, channel)
    if number is None:
        raise Refused(_l("There is no number or address for this way. Add it to the details first."))
    address, coach_id = number
    with db.write() as session:
        attempt = db.table(ContactAttempt)
        session.execute(
            update(attempt)
            .where(attempt.c.case_id == case_id, attempt.c.channel == channel)
            .where(attempt.c.owner == Owner.coach.value, attempt.c.status == _S.sent.value)
            .values(status=_S.delivered.value, delivered_at=clock.now())
        )
        service.receive(case_id, channel, address, body.strip() or _("(Answer on the coach's own phone.)"))
        if stop_words.meaning(body) is Meaning.stop:
            cases.opted_out_herself(case_id, channel)
        if coach_id in (None, by):
            cases.handle_messages(case_id, by=by)
            conversation_service.read(session, queries.person_of(case_id))


def answered(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: an answer by a message's own code proves that it went and arrived.

    Also when its coach never said so: then it counts as sent when it stood ready, since nobody knows better. Must hear
    of it before whoever notes for which attempt a response counts, and before the plan stops.
    """
    at = {event.attempt_id: event.at for event in events if event.attempt_id and event.actor == PERSON}
    rows = hand_queries.written(at) if at else []
    went = [
        row
        for row in rows
        if row.status == _S.planned.value and change(session, row.id, _S.sent, sent_at=row.at)
    ]
    for row in rows:
        change(session, row.id, _S.delivered, delivered_at=at[row.id])
    for row in went:
        conversation_service.sent(session, [_outgoing(row)], row.at)
    timeline.record_many([_went(row, row.id, row.at, SYSTEM) for row in went])
