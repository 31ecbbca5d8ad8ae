"""The writing of one chunk of a list: a fixed number of statements, however many rows. Called by service."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update
from sqlmodel import Session, SQLModel

from outreach import clock, db
from outreach.cases import name_service, timeline
from outreach.cases.events import EventKind
from outreach.cases.imports import queries
from outreach.cases.imports.deciding import Changed, Decided
from outreach.cases.imports.differences import (
    ADDRESS_FIELDS,
    CASE_FIELDS,
    PERSON_FIELDS,
    Differences,
    KnownCase,
    incomplete_key,
    standing_of,
)
from outreach.cases.imports.judging import Accepted
from outreach.cases.imports.models import ImportedCase
from outreach.cases.imports.row import CaseRow
from outreach.cases.imports.same_person import match_key
from outreach.cases.models import Case, CoachNotice, Household, Person
from outreach.cases.rules import CaseStatus
from outreach.cases.timeline import NewEvent

NAME_FIELDS = frozenset({"given_name", "infix", "family_name"})


def write(session: Session, region_id: UUID, run_id: UUID, actor: str, decided: Decided) -> list[UUID]:
    """Write a chunk inside the transaction of `session`; the ids of its cases in the order new, changed, same."""
    new, changed = decided.new, decided.changed
    homes = _households(session, region_id, new, changed)
    created = _create(session, region_id, homes, new)
    _update(session, homes, changed)
    events = [
        NewEvent(case_id, EventKind.imported, actor, data=standing_of(accepted.row))
        for case_id, accepted in zip(created, new, strict=True)
    ]
    for _, known, found in changed:
        events += _events(known, found, actor)
    ids = {accepted.row.reference: case_id for case_id, accepted in zip(created, new, strict=True)}
    events += [
        NewEvent(one.case_id or ids[one.reference], EventKind.duplicate_flagged, data={"others": [*others]})
        for one, others in decided.alike
    ]
    timeline.record_many(events)
    changed_ids = [known.case_id for _, known, _ in changed]
    same_ids = [known.case_id for known in decided.same]
    _link(session, run_id, {"created": created, "updated": changed_ids, "unchanged": same_ids})
    return [*created, *changed_ids, *same_ids]


def _key(row: CaseRow) -> str | None:
    """The household of a new case: shared by usable address, its own for half an address, or none."""
    key = row.household_key
    if key is None and (row.street or row.house_number or row.postcode or row.town):
        return incomplete_key(row)
    return key


def _address(row: CaseRow) -> dict[str, str]:
    return {name: getattr(row, name) for name in ADDRESS_FIELDS}


def _households(
    session: Session, region_id: UUID, new: Sequence[Accepted], changed: Sequence[Changed]
) -> dict[str, UUID]:
    """Ids of all households that the chunk needs, made where they are missing and completed where empty."""
    wanted: dict[str, dict[str, str]] = {}
    corrected: set[str] = set()
    arriving = [(_key(accepted.row), _address(accepted.row)) for accepted in new]
    arriving += [(found.key, _address(accepted.row)) for accepted, _, found in changed]
    for key, address in arriving:
        if key is not None:
            present = wanted.setdefault(key, address)
            present |= {name: value for name, value in address.items() if value and not present[name]}
    for _, known, found in changed:
        if found.key is None and found.address and known.household_key is not None:
            address = wanted.setdefault(known.household_key, dict.fromkeys(ADDRESS_FIELDS, ""))
            address |= found.address
            corrected.add(known.household_key)
    if not wanted:
        return {}
    there = queries.households(region_id, wanted.keys())
    ids = {key: id_ for key, (id_, _) in there.items()}
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for key, address in wanted.items():
        if key not in there:
            ids[key] = db.new_id()
            rows.append({"id": ids[key], "region_id": region_id, "key": key, **address})
            continue
        id_, present = there[key]
        better = {
            name: value
            for name, value in address.items()
            if value and value != present[name] and (key in corrected or not present[name])
        }
        if better:
            changes.append({"id": id_, **present, **better})
    if rows:
        session.execute(insert(db.table(Household)), rows)
    _change_rows(session, Household, tuple(ADDRESS_FIELDS), changes)
    return ids


def _create(
    session: Session, region_id: UUID, homes: Mapping[str, UUID], new: Sequence[Accepted]
) -> list[UUID]:
    now = clock.now()
    persons: list[dict[str, Any]] = []
    cases: list[dict[str, Any]] = []
    for accepted in new:
        row = accepted.row
        key = _key(row)
        person = {name: getattr(row, name) for name in PERSON_FIELDS}
        person |= {
            "id": db.new_id(),
            "region_id": region_id,
            "household_id": homes[key] if key else None,
            "match_key": row.match_key,
        }
        persons.append(person)
        case = {name: getattr(row, name) for name in CASE_FIELDS}
        case |= {
            "id": db.new_id(),
            "region_id": region_id,
            "person_id": person["id"],
            "reference": row.reference,
            "coach_id": row.coach_id,
            "opened_at": now,
            "event_count": 0,
            "status": CaseStatus.nieuw.value,
            "target_group": row.target_group.value,
        }
        cases.append(case)
    if cases:
        session.execute(insert(db.table(Person)), persons)
        name_service.add_names(session, persons)
        session.execute(insert(db.table(Case)), cases)
    return [case["id"] for case in cases]


def _update(session: Session, homes: Mapping[str, UUID], changed: Sequence[Changed]) -> None:
    persons, renamed, cases, notices = [], [], [], []
    for _accepted, known, found in changed:
        if found.person or found.key:
            person = dict(known.person) | found.person
            persons.append(
                person
                | {
                    "id": known.person_id,
                    "household_id": homes[found.key] if found.key else known.household_id,
                    "match_key": match_key(person["family_name"], person["birth_date"], person["given_name"]),
                }
            )
            if not found.person.keys().isdisjoint(NAME_FIELDS):
                renamed.append(persons[-1])
        if found.case or found.coach_id:
            case = dict(known.case) | found.case
            cases.append(case | {"id": known.case_id, "coach_id": found.coach_id or known.coach_id})
        if found.coach_id:
            notices.append({"which": known.case_id, "new_coach_id": found.coach_id})
    _change_rows(session, Person, (*PERSON_FIELDS, "household_id", "match_key"), persons)
    name_service.change_names(session, renamed)
    _change_rows(session, Case, (*CASE_FIELDS, "coach_id"), cases)
    if notices:  # what waits on a case goes to the new coach with it
        notice = db.table(CoachNotice)
        session.connection().execute(
            update(notice)
            .where(notice.c.case_id == bindparam("which"), notice.c.handled_at.is_(None))
            .values(coach_id=bindparam("new_coach_id")),
            notices,
        )


def _change_rows(
    session: Session, model: type[SQLModel], names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """One prepared UPDATE of these columns for all rows, each with its `id`."""
    if not rows:
        return
    table: Table = db.table(model)
    statement = (
        update(table)
        .where(table.c.id == bindparam("which"))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    session.connection().execute(
        statement, [{"which": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
    )


def _events(known: KnownCase, found: Differences, actor: str) -> list[NewEvent]:
    events = []
    if found.standing:
        events.append(NewEvent(known.case_id, EventKind.imported, actor, data=found.standing))
    if found.changed:
        events.append(NewEvent(known.case_id, EventKind.updated, actor, data={"changed": found.changed}))
    if found.coach_id:
        data = {"coach": str(found.coach_id)}
        events.append(NewEvent(known.case_id, EventKind.coach_assigned, actor, data=data))
    return events


def _link(session: Session, run_id: UUID, cases: Mapping[str, Sequence[UUID]]) -> None:
    """Remember which cases the list was about; what a run that broke off had noted before stays as it was."""
    before = queries.linked(run_id, [case_id for ids in cases.values() for case_id in ids])
    rows = [
        {"run_id": run_id, "case_id": case_id, "change": change}
        for change, ids in cases.items()
        for case_id in ids
        if case_id not in before
    ]
    if rows:
        session.execute(insert(db.table(ImportedCase)), rows)
