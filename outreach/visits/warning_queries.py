"""Reads of warnings about addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from outreach import clock, db
from outreach.cases.models import Case, Person
from outreach.staff.models import User
from outreach.staff.scope import RoleName, Scope
from outreach.visits.models import AddressWarning

GOES_THERE = (RoleName.coach, RoleName.coordinator, RoleName.administrator)


def sees_all(scope: Scope) -> bool:
    """Whether this person sees what is only for who goes there."""
    return scope.has(*GOES_THERE)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that holds today; `who` wrote it."""

    id: UUID
    text: str
    until: date
    seen_by: str
    who: str


def of_case(case_id: UUID, *, for_coaches: bool) -> list[Warned]:
    """What holds today of the address of a case; without `for_coaches` only what everybody may see."""
    warning, case, person, user = (db.table(one) for one in (AddressWarning, Case, Person, User))
    query = (
        select(
            warning.c.id,
            warning.c.text,
            warning.c.until,
            warning.c.seen_by,
            user.c.given_name,
            user.c.family_name,
        )
        .join_from(case, person, person.c.id == case.c.person_id)
        .join(warning, warning.c.household_id == person.c.household_id)
        .outerjoin(user, user.c.id == warning.c.made_by)
        .where(case.c.id == case_id, warning.c.until >= clock.today(), warning.c.ended_at.is_(None))
        .order_by(warning.c.made_at)
    )
    if not for_coaches:
        query = query.where(warning.c.seen_by == "staff")
    return [
        Warned(id_, text, until, seen_by, f"{given or ''} {family or ''}".strip())
        for id_, text, until, seen_by, given, family in db.session().execute(query)
    ]


def for_households(
    household_ids: Collection[UUID], day: date, *, for_coaches: bool = True
) -> dict[UUID, list[str]]:
    """Household to what is to be known before somebody stands at that door on this day, as `of_case`."""
    warning = db.table(AddressWarning).c
    query = (
        select(warning.household_id, warning.text)
        .where(warning.household_id.in_(household_ids), warning.until >= day, warning.ended_at.is_(None))
        .order_by(warning.made_at)
    )
    if not for_coaches:
        query = query.where(warning.seen_by == "staff")
    found: dict[UUID, list[str]] = {}
    for household_id, text in db.session().execute(query):
        found.setdefault(household_id, []).append(text)
    return found
