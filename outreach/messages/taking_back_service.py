"""A message that did not go by hand after all: it stands ready again, and is not the newest word any more."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlmodel import Session

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import REACHED_OUT
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.taking_back_queries import Logged, logged
from outreach.cases.timeline import Recorded
from outreach.messages import conversation_service, queries
from outreach.messages.models import Message


def not_sent_after_all(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber, after the attempt is planned again: the message and its conversation stand as before."""
    for event in events:
        original = logged(UUID(event.data["event"]))
        if original.kind is EventKind.message_sent:
            _to_its_own_attempt(session, original)
            person_id = queries.person_of(original.case_id)
            conversation_service.newest_is(session, person_id, _newest(person_id))


def _to_its_own_attempt(session: Session, original: Logged) -> None:
    """A message that had been called off got another attempt when it went all the same; that one was cancelled."""
    first = original.data.get("instead_of")
    if first is None:
        return
    message = db.table(Message)
    session.execute(
        update(message).where(message.c.attempt_id == original.attempt_id).values(attempt_id=UUID(str(first)))
    )


def _newest(person_id: UUID) -> Any:
    """The newest message with this person that came in or went, a row by name; None when there is none."""
    message, attempt, case = db.table(Message), db.table(ContactAttempt), db.table(Case)
    went = attempt.c.status.in_([status.value for status in REACHED_OUT])
    query = (
        select(message.c.case_id, message.c.at, message.c.channel, message.c.direction, message.c.body)
        .join_from(message, case, case.c.id == message.c.case_id)
        .outerjoin(attempt, attempt.c.id == message.c.attempt_id)
        .where(case.c.person_id == person_id, or_(message.c.direction == "in", went))
        .order_by(message.c.at.desc(), message.c.id.desc())
    )
    return db.session().execute(query.limit(1)).first()
