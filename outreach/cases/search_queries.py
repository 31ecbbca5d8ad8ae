"""Finding cases by name, reference, phone number or postcode, within somebody's scope."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Select, and_, exists, false, func, or_, select

from outreach import db
from outreach.cases.imports.addresses import read_postcode
from outreach.cases.imports.phones import read_phones
from outreach.cases.models import Case, Household, Person, PersonName
from outreach.cases.names import typed_words
from outreach.cases.queries import CaseHead, head_of, heads
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.models import StaffMunicipality, User
from outreach.staff.scope import Scope

PAGE = 25
MOST = 1000
"""Nobody leafs through more than this: beyond it one narrows the search."""

_LAST = "\U0010ffff"
_PHONE = re.compile(r"\+?[\d\s().-]{8,}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. Empty: no limit. `coach`: 'none' for cases of nobody yet, else her id."""

    words: str = ""
    status: str = ""
    target_group: str = ""
    coach: str = ""
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cases; `total` counts up to MOST, `more` says that there are more than that."""

    cases: list[CaseHead]
    total: int
    more: bool
    page: int
    pages: int


def search(wanted: Wanted, scope: Scope, page: int = 1) -> Found:
    """Cases that fit, by name when something was typed, else the newest first. Pages count from 1."""
    narrowed = limits(wanted, scope)
    counted = _ids(scope, narrowed).limit(MOST + 1).subquery()
    total: int = db.session().execute(select(func.count()).select_from(counted)).scalar_one()
    pages = max(1, -(-min(total, MOST) // PAGE))
    page = min(max(page, 1), pages)
    query = heads(scope).where(*narrowed).limit(PAGE).offset(PAGE * (page - 1))
    rows = db.session().execute(_in_order(query, wanted))
    return Found([head_of(row) for row in rows], min(total, MOST), total > MOST, page, pages)


def _in_order(query: Select[Any], wanted: Wanted) -> Select[Any]:
    case, person = db.table(Case).c, db.table(Person).c
    if wanted.words.strip():
        return query.order_by(person.family_name, person.given_name, case.id)
    return query.order_by(case.id.desc())


def _ids(scope: Scope, narrowed: list[ColumnElement[bool]]) -> Select[Any]:
    case, person, home = db.table(Case), db.table(Person), db.table(Household)
    return (
        select(case.c.id)
        .join(person, person.c.id == case.c.person_id)
        .outerjoin(home, home.c.id == person.c.household_id)
        .where(case.c.municipality_code.in_(scope.municipalities), *narrowed)
    )


def limits(wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    """What narrows `heads` down to the cases that fit."""
    case = db.table(Case).c
    found: list[ColumnElement[bool]] = []
    if wanted.words.strip():
        found.append(matches(wanted.words.strip(), scope))
    if wanted.status:
        found.append(case.status == wanted.status)
    if wanted.target_group:
        found.append(case.target_group == wanted.target_group)
    if wanted.municipality:
        found.append(case.municipality_code == wanted.municipality)
    if wanted.coach == "none":
        found.append(case.coach_id.is_(None))
    elif wanted.coach:
        found.append(_coach(wanted.coach))
    return found


def _coach(text: str) -> ColumnElement[bool]:
    try:
        return db.table(Case).c.coach_id == UUID(text)
    except ValueError:
        return false()


def matches(text: str, scope: Scope) -> ColumnElement[bool]:
    """Cases that fit what was typed: a postcode, a phone number, or else a reference or a name.

    For a statement that joins cases to persons and their households.
    """
    postcode = read_postcode(text)
    if postcode is not None:
        return db.table(Household).c.postcode == postcode
    case, person = db.table(Case), db.table(Person)
    if _PHONE.fullmatch(text):
        phones = read_phones(text)
        number = phones.mobile or phones.landline
        if number is not None:
            return or_(person.c.mobile == number, person.c.landline == number)
    # A union, so that each half goes by its own index.
    by_reference = select(case.c.id).where(
        case.c.region_id.in_(scope.regions), case.c.reference.in_({text, text.upper()})
    )
    by_name = select(case.c.id).join(person, person.c.id == case.c.person_id).where(_named(text))
    return case.c.id.in_(by_reference.union(by_name))


def _named(text: str) -> ColumnElement[bool]:
    """Every word is how a word of the name begins, whatever the order, capitals and accents.

    The longest word, which says most, goes by the index; the others only narrow it down.
    """
    words = typed_words(text)
    if not words:
        return false()
    name = db.table(PersonName)
    query = select(name.c.person_id).where(_begins(name.c.word, words[0]))
    for word in words[1:]:
        other = name.alias()
        query = query.where(
            exists().where(other.c.person_id == name.c.person_id, _begins(other.c.word, word))
        )
    return db.table(Person).c.id.in_(query)


def _begins(column: Column[str], text: str) -> ColumnElement[bool]:
    """Whether a word begins with `text`."""
    if db.engine().dialect.name == "sqlite":
        # SQLite's LIKE takes no index; a range does, since it compares bytes.
        return and_(column >= text, column < text + _LAST)
    return column.startswith(text, autoescape=True)


def coaches(scope: Scope) -> list[tuple[UUID, str]]:
    """Everybody who works in her municipalities: id and name, for the filter."""
    user, link = db.table(User).c, db.table(StaffMunicipality).c
    query = (
        select(user.id, user.given_name, user.family_name)
        .join(db.table(StaffMunicipality), link.user_id == user.id)
        .where(link.municipality_code.in_(scope.municipalities))
        .distinct()
        .order_by(user.given_name, user.family_name)
    )
    return [(row[0], f"{row[1]} {row[2]}") for row in db.session().execute(query)]


def id_of(reference: str, scope: Scope) -> UUID:
    """The case with this number that the person may see. Raises NotFound."""
    query = heads(scope).where(db.table(Case).c.reference == reference).limit(1)
    row = db.session().execute(query).first()
    if row is None:
        raise NotFound(_l("There is no case with number %(reference)s.", reference=reference))
    return head_of(row).id
