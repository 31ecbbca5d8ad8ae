"""What an import must know of the database, for a thousand rows in one query each."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, or_, select

from outreach import db
from outreach.cases.events import GIVES_STATUS_KINDS, EventKind
from outreach.cases.imports.differences import ADDRESS_FIELDS, CASE_FIELDS, PERSON_FIELDS, KnownCase
from outreach.cases.imports.models import ImportedCase
from outreach.cases.imports.same_person import LookAlike
from outreach.cases.models import Case, CaseEvent, Household, Person
from outreach.cases.rules import CaseStatus, given_here
from outreach.cases.taking_back_rules import gone
from outreach.staff.scope import Scope


def known_cases(region_id: UUID, references: Collection[str]) -> dict[str, KnownCase]:
    """The cases that have these numbers, by number; `worked_on` is not looked up, see there."""
    case, person, home = db.table(Case), db.table(Person), db.table(Household)
    other = db.table(Person).alias()
    with_them = (
        select(func.count()).where(other.c.household_id == person.c.household_id).correlate(person)
    ).scalar_subquery()
    own = ("id", "person_id", "coach_id", "status", "outcome", "outcome_list", "outcome_on", "reference")
    query = (
        select(
            *(case.c[name] for name in own),
            home.c.id,
            home.c.key,
            with_them,
            *(case.c[name] for name in CASE_FIELDS),
            *(person.c[name] for name in PERSON_FIELDS),
            *(home.c[name] for name in ADDRESS_FIELDS),
        )
        .select_from(case.join(person, person.c.id == case.c.person_id))
        .outerjoin(home, home.c.id == person.c.household_id)
        .where(case.c.region_id == region_id, case.c.reference.in_(references))
    )
    found = {}
    for row in db.session().execute(query):
        values = iter(row[11:])
        found[row[7]] = KnownCase(
            case_id=row[0],
            person_id=row[1],
            coach_id=row[2],
            status=CaseStatus(row[3]),
            outcome=row[4],
            outcome_list=row[5],
            outcome_on=row[6],
            household_id=row[8],
            household_key=row[9],
            lives_alone=row[10] <= 1,
            case={name: next(values) for name in CASE_FIELDS},
            person={name: next(values) for name in PERSON_FIELDS},
            address={name: next(values) or "" for name in ADDRESS_FIELDS},
        )
    return found


def worked_on(case_ids: Collection[UUID]) -> set[UUID]:
    """Which of these cases got their status, or a part of it, by work done here and not from a list."""
    event = db.table(CaseEvent)
    kinds = [kind.value for kind in GIVES_STATUS_KINDS]
    kinds.append(EventKind.taken_back.value)
    query = select(event.c.case_id, event.c.id, event.c.kind, event.c.data).where(
        event.c.case_id.in_(case_ids), event.c.kind.in_(kinds)
    )
    rows = [(row[0], row[1], EventKind(row[2]), row[3]) for row in db.session().execute(query)]
    away = gone((kind, data) for _case, _id, kind, data in rows)
    return {case_id for case_id, id_, kind, data in rows if id_ not in away and given_here(kind, data)}


def households(region_id: UUID, keys: Collection[str]) -> dict[str, tuple[UUID, dict[str, str]]]:
    """The households that have these keys: id and address by key."""
    home = db.table(Household)
    query = select(home.c.key, home.c.id, *(home.c[name] for name in ADDRESS_FIELDS)).where(
        home.c.region_id == region_id, home.c.key.in_(keys)
    )
    return {
        row[0]: (row[1], dict(zip(ADDRESS_FIELDS, row[2:], strict=True)))
        for row in db.session().execute(query)
    }


def look_alikes(region_id: UUID, match_keys: Collection[str], mobiles: Collection[str]) -> list[LookAlike]:
    """The cases of the region whose person has one of these marks of name and birth date, or mobiles."""
    case, person = db.table(Case), db.table(Person)
    query = (
        select(
            case.c.id,
            case.c.reference,
            person.c.family_name,
            person.c.birth_date,
            person.c.given_name,
            person.c.mobile,
            person.c.email,
        )
        .select_from(case.join(person, person.c.id == case.c.person_id))
        .where(
            case.c.region_id == region_id,
            or_(person.c.match_key.in_(match_keys), person.c.mobile.in_(mobiles)),
        )
    )
    return [LookAlike(*row) for row in db.session().execute(query)]


def flagged(case_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """Which cases were flagged as perhaps the same person as which other number."""
    event = db.table(CaseEvent)
    query = select(event.c.case_id, event.c.data).where(
        event.c.case_id.in_(case_ids), event.c.kind == EventKind.duplicate_flagged.value
    )
    return {
        (case_id, other) for case_id, data in db.session().execute(query) for other in data.get("others", ())
    }


def linked(run_id: UUID, case_ids: Collection[UUID]) -> set[UUID]:
    """Which of these cases this import has dealt with before, when it was begun earlier and broke off."""
    link = db.table(ImportedCase)
    query = select(link.c.case_id).where(link.c.run_id == run_id, link.c.case_id.in_(case_ids))
    return set(db.session().scalars(query))


def changes_of(run_id: UUID) -> dict[str, int]:
    """How many cases an import has created, updated and left unchanged."""
    link = db.table(ImportedCase)
    query = select(link.c.change, func.count()).where(link.c.run_id == run_id).group_by(link.c.change)
    return {row[0]: row[1] for row in db.session().execute(query)}


def cases_of(run_id: UUID, scope: Scope) -> list[UUID]:
    """The cases that stood in a list, as far as the person may see them; for putting them into a campaign."""
    link, case = db.table(ImportedCase), db.table(Case)
    query = (
        select(case.c.id)
        .select_from(link.join(case, case.c.id == link.c.case_id))
        .where(link.c.run_id == run_id, case.c.municipality_code.in_(scope.municipalities))
        .order_by(case.c.id)
    )
    return list(db.session().scalars(query))
