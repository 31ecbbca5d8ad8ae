"""Reads about messages: what must go out, and the conversations of the sandbox."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from outreach import db
from outreach.cases.models import Case, Person
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.messages.models import Message
from outreach.staff.scope import Scope


def person_of(case_id: UUID) -> UUID:
    """The person whose case it is. Raises NotFound."""
    found: UUID | None = db.session().scalar(_person(), {"case": case_id})
    if found is None:
        raise NotFound(_l("This case does not exist."))
    return found


@cache
def _person() -> Any:
    case = db.table(Case).c
    return select(case.person_id).where(case.id == bindparam("case"))


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
