"""Reads for a message that comes in: whose number it is, and whether we have the message already."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlmodel import col

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
    query = (
        select(col(Person.id), col(Person.language), col(Case.id), col(Case.status))
        .join(Case, col(Case.person_id) == col(Person.id))
        .where(col(Person.mobile) == number)
        .order_by(col(Case.opened_at).desc(), col(Case.id).desc())
    )
    by_person: dict[UUID, list[tuple[str, UUID, str]]] = {}
    for person_id, language, case_id, status in db.session().execute(query):
        by_person.setdefault(person_id, []).append((language, case_id, status))
    return [_owner(person_id, files) for person_id, files in by_person.items()]


def _owner(person_id: UUID, files: Sequence[tuple[str, UUID, str]]) -> Owner:
    still_open = [case_id for _language, case_id, status in files if status != CaseStatus.afgesloten]
    return Owner(person_id, files[0][0], still_open[0] if still_open else None, files[0][1])


def known(channel: str, provider_id: str) -> bool:
    """Whether this message came in before, claimed or not."""
    before = [
        exists().where(table.channel == channel, table.provider_id == provider_id)
        for table in (db.table(Message).c, db.table(UnclaimedMessage).c)
    ]
    return bool(db.session().scalar(select(or_(*before))))
