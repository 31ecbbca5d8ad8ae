"""Reads for a message that comes in: whose number it is, and whether we have the message already."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select

from outreach import db
from outreach.cases.models import Case, Person
from outreach.cases.rules import CaseStatus
from outreach.messages.models import Message, UnclaimedMessage


@dataclass(frozen=True, slots=True)
class Owner:
    """A person with this number: her newest open case, her newest case of all, and her language."""

    person_id: UUID
    language: str
    open_case_id: UUID | None
    case_id: UUID


def owners(number: str) -> list[Owner]:
    """Everybody with a case whose mobile number this is; `number` is E.164."""
    by_person: dict[UUID, list[tuple[str, UUID, str]]] = {}
    for person_id, language, case_id, status in db.session().execute(_of_number(), {"number": number}):
        by_person.setdefault(person_id, []).append((language, case_id, status))
    return [_owner(person_id, files) for person_id, files in by_person.items()]


@cache
def _of_number() -> Any:
    person, case = db.table(Person).c, db.table(Case).c
    return (
        select(person.id, person.language, case.id, case.status)
        .join_from(db.table(Person), db.table(Case), case.person_id == person.id)
        .where(person.mobile == bindparam("number"))
        .order_by(case.opened_at.desc(), case.id.desc())
    )


def _owner(person_id: UUID, files: Sequence[tuple[str, UUID, str]]) -> Owner:
    still_open = [case_id for _language, case_id, status in files if status != CaseStatus.afgesloten]
    return Owner(person_id, files[0][0], still_open[0] if still_open else None, files[0][1])


def known(channel: str, provider_id: str) -> bool:
    """Whether this message came in before, claimed or not."""
    return bool(db.session().scalar(_there(), {"on": channel, "sid": provider_id}))


def stored(channel: str, provider_id: str) -> UUID | None:
    """The message with this provider's id on a case, if it is there."""
    found: UUID | None = db.session().scalar(_stored(), {"on": channel, "sid": provider_id})
    return found


@cache
def _stored() -> Any:
    message = db.table(Message).c
    return select(message.id).where(
        message.channel == bindparam("on"), message.provider_id == bindparam("sid")
    )


@cache
def _there() -> Any:
    before = [
        exists().where(table.channel == bindparam("on"), table.provider_id == bindparam("sid"))
        for table in (db.table(Message).c, db.table(UnclaimedMessage).c)
    ]
    return select(or_(*before))
