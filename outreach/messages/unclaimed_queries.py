"""Reads of messages of which nobody knows yet whose they are, for who may say it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.cases.models import Case, Person
from outreach.cases.queries import CaseHead, head_of, heads
from outreach.cases.rules import CaseStatus
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.messages.models import UnclaimedMessage
from outreach.staff.scope import RoleName, Scope

SHOWN = 20
"""The oldest of them; the others follow when these are settled."""


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A message, and who it may be from: everybody with that number or address, one case each."""

    id: UUID
    channel: str
    address: str
    body: str
    at: datetime
    candidates: list[CaseHead]


def waiting(scope: Scope) -> list[Unclaimed]:
    """What waits to be claimed by this person, the oldest first."""
    return _with_candidates(_mine(scope).order_by(col(UnclaimedMessage.at)).limit(SHOWN), scope)


def waiting_of(unclaimed_id: UUID, scope: Scope) -> Unclaimed:
    """One that she may claim, also when it is settled meanwhile. Raises NotFound."""
    query = _mine(scope, settled=True).where(col(UnclaimedMessage.id) == unclaimed_id)
    found = _with_candidates(query, scope)
    if not found:
        raise NotFound(_l("This message does not exist, or it is not for you to say whose it is."))
    return found[0]


def count(scope: Scope) -> int:
    """How many wait for this person."""
    query = select(func.count()).select_from(_mine(scope).subquery())
    found: int = db.session().execute(query).scalar_one()
    return found


def _mine(scope: Scope, *, settled: bool = False) -> Select[UnclaimedMessage]:
    """A coach: from a number that one of her cases has, or one of nobody yet. Clerk and coordinator: from a number in
    their municipalities, and from a number that nobody has at all.
    """
    here = col(Case.municipality_code).in_(scope.municipalities)
    if scope.has(RoleName.clerk, RoleName.coordinator, RoleName.administrator):
        may = or_(_has_it(here), ~_has_it())
    else:
        may = _has_it(here, or_(col(Case.coach_id) == scope.user_id, col(Case.coach_id).is_(None)))
    query = select(UnclaimedMessage).where(may)
    return query if settled else query.where(col(UnclaimedMessage.settled_at).is_(None))


def _has_it(*limits: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether some person has this number or address; one way each, so that the phones go by their indexes."""
    message, person, file = (db.table(model).c for model in (UnclaimedMessage, Person, Case))
    return or_(
        *(
            exists().where(file.person_id == person.id, same, *limits)
            for same in (
                person.mobile == message.address,
                person.landline == message.address,
                and_(message.channel == "email", func.lower(person.email) == func.lower(message.address)),
            )
        )
    )


def _with_candidates(query: Select[UnclaimedMessage], scope: Scope) -> list[Unclaimed]:
    found = db.session().scalars(query.execution_options(populate_existing=True)).all()
    known = _people({one.address for one in found}, scope) if found else []
    return [
        Unclaimed(
            one.id,
            one.channel,
            one.address,
            one.body,
            one.at,
            [head for head in known if one.address in (head.mobile, head.landline, head.email)],
        )
        for one in found
    ]


def _people(addresses: set[str], scope: Scope) -> list[CaseHead]:
    """Everybody with one of these, by name; of somebody with several cases the newest that is not closed."""
    person, file = db.table(Person).c, db.table(Case).c
    ways = [select(person.id).where(way.in_(addresses)) for way in (person.mobile, person.landline)]
    emails = {address for address in addresses if "@" in address}
    if emails:
        ways.append(select(person.id).where(person.email.in_(emails)))
    query = (
        heads(scope)
        .where(person.id.in_(ways[0].union(*ways[1:])))
        .order_by(file.status == CaseStatus.afgesloten.value, file.id.desc())
    )
    by_person: dict[UUID, CaseHead] = {}
    for row in db.session().execute(query):
        head = head_of(row)
        by_person.setdefault(head.person_id, head)
    return sorted(by_person.values(), key=lambda head: (head.given_name, head.family_name, head.reference))
