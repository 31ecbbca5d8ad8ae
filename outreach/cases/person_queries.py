"""Reads about a person behind a case: who lives at the same address, and whether mail still comes through there."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from outreach import db
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, Person
from outreach.staff.scope import Scope


def others_at_home(person_id: UUID, scope: Scope) -> list[UUID]:
    """The other persons of the same household who have a case that she may see."""
    case, person = db.table(Case).c, db.table(Person)
    own = select(person.c.household_id).where(person.c.id == person_id).scalar_subquery()
    query = (
        select(person.c.id)
        .join(db.table(Case), case.person_id == person.c.id)
        .where(person.c.household_id == own, person.c.id != person_id)
        .where(case.municipality_code.in_(scope.municipalities))
        .distinct()
    )
    return list(db.session().scalars(query.order_by(person.c.id)))


def living_at(household_id: UUID) -> list[UUID]:
    """All persons of a household."""
    person = db.table(Person).c
    query = select(person.id).where(person.household_id == household_id).order_by(person.id)
    return list(db.session().scalars(query))


def cases_of(person_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """The ids of the cases of these persons, each with its person's."""
    case = db.table(Case).c
    query = select(case.id, case.person_id).where(case.person_id.in_(person_ids)).order_by(case.id)
    return [(row[0], row[1]) for row in db.session().execute(query)]


def came_back(case_id: UUID) -> datetime | None:
    """When a letter came back, unless the address was changed after that; None when none did."""
    event = db.table(CaseEvent).c
    query = (
        select(event.kind, event.at, event.data)
        .where(event.case_id == case_id)
        .where(event.kind.in_([EventKind.letter_returned.value, EventKind.updated.value]))
        .order_by(event.at.desc(), event.seq.desc())
    )
    for kind, at, data in db.session().execute(query):
        if kind == EventKind.letter_returned:
            returned: datetime = at
            return returned
        if "address" in data.get("changed", ()):
            return None
    return None
