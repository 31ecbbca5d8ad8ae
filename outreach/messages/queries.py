"""Reads about messages: what must go out, and the conversations of the sandbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import MESSAGE_CHANNELS, AttemptStatus
from outreach.cases.models import Case, Person
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.messages.models import Message
from outreach.regions.models import Municipality
from outreach.staff.models import User
from outreach.staff.scope import Scope

MESSAGE_NAMES = [channel.value for channel in MESSAGE_CHANNELS]


def due(now: datetime, region_ids: Sequence[UUID], limit: int) -> Select[Any]:
    """Ids of messages that must go out now in these regions, the longest waiting first."""
    attempt = db.table(ContactAttempt).c
    return (
        select(attempt.id)
        .join(Case, col(Case.id) == attempt.case_id)
        .where(
            attempt.status == AttemptStatus.planned,
            attempt.channel.in_(MESSAGE_NAMES),
            attempt.due_at <= now,
            or_(attempt.latest_at.is_(None), attempt.latest_at > now),
            attempt.held.is_(False),
            col(Case.region_id).in_(region_ids),
        )
        .order_by(attempt.due_at, attempt.id)
        .limit(limit)
        .with_for_update(of=db.table(ContactAttempt), skip_locked=True)
    )


def to_compose(attempt_ids: Sequence[UUID]) -> Sequence[Any]:
    """All that the texts of these messages mention; one query. Rows by name."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(
            attempt.id,
            attempt.case_id,
            attempt.channel,
            attempt.step,
            attempt.template,
            col(Case.region_id),
            col(Person.given_name),
            col(Person.mobile),
            col(Person.email),
            col(Person.language),
            col(Municipality.name).label("municipality"),
            col(User.given_name).label("coach"),
            col(User.phone).label("coach_phone"),
            col(User.hours).label("coach_hours"),
        )
        .join(Case, col(Case.id) == attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .join(Municipality, col(Municipality.code) == col(Case.municipality_code))
        .outerjoin(User, col(User.id) == col(Case.coach_id))
        .where(attempt.id.in_(attempt_ids))
        .order_by(attempt.id)
    )
    return db.session().execute(query).all()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A young person's phone in the sandbox: who it is and the last message on it."""

    case_id: UUID
    name: str
    channel: str
    at: datetime
    body: str
    direction: str


def conversations(scope: Scope, page: int, size: int) -> list[Conversation]:
    """The phones of the sandbox, the last message first; `size` from page `page` (from 1), and one more."""
    message = db.table(Message).c
    place = func.row_number().over(
        partition_by=message.case_id, order_by=(message.at.desc(), message.id.desc())
    )
    newest = (
        select(
            message.case_id, message.channel, message.at, message.body, message.direction, place.label("n")
        )
        .join(Case, col(Case.id) == message.case_id)
        .where(col(Case.municipality_code).in_(scope.municipalities))
        .subquery()
        .c
    )
    query = (
        select(newest.case_id, Person, newest.channel, newest.at, newest.body, newest.direction)
        .join(Case, col(Case.id) == newest.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(newest.n == 1)
        .order_by(newest.at.desc(), newest.case_id)
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return [Conversation(row[0], row[1].name, *row[2:]) for row in db.session().execute(query)]


def conversation(case_id: UUID, scope: Scope) -> tuple[Person, list[Message]]:
    """A young person and all messages with her, the oldest first. Raises NotFound outside the scope."""
    person = (
        db.session()
        .scalars(
            select(Person)
            .join(Case, col(Case.person_id) == col(Person.id))
            .where(col(Case.id) == case_id, col(Case.municipality_code).in_(scope.municipalities))
        )
        .one_or_none()
    )
    if person is None:
        raise NotFound(_l("This case does not exist."))
    query = select(Message).where(col(Message.case_id) == case_id).order_by(col(Message.at), col(Message.id))
    return person, list(db.session().scalars(query))


def last_channel(case_id: UUID) -> tuple[str, str] | None:
    """Channel and address of the newest message with this person; None when there was none yet."""
    row = (
        db.session()
        .execute(
            select(col(Message.channel), col(Message.address))
            .where(col(Message.case_id) == case_id)
            .order_by(col(Message.at).desc())
            .limit(1)
        )
        .first()
    )
    return (row.channel, row.address) if row else None
