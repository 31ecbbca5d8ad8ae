"""Changing what is known of a person: name, ways to reach her, address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlmodel import Session

from outreach import db
from outreach.cases import name_service, person_queries, timeline
from outreach.cases.events import EventKind
from outreach.cases.imports import queries as lists
from outreach.cases.imports.addresses import household_key
from outreach.cases.imports.differences import ADDRESS_FIELDS, INCOMPLETE, PERSON_FIELDS, KnownCase
from outreach.cases.imports.same_person import match_key
from outreach.cases.models import Case, Household, Person
from outreach.cases.timeline import NewEvent, staff_actor
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Details:
    """All that the page shows of a person, as the import would keep it: phones in E.164, postcode `1234AB`."""

    given_name: str
    infix: str
    family_name: str
    birth_date: date
    mobile: str | None
    landline: str | None
    email: str | None
    language: str
    street: str
    house_number: str
    house_addition: str
    postcode: str
    town: str
    municipality_code: str

    @property
    def address(self) -> dict[str, str]:
        """The columns of the household."""
        return {name: getattr(self, name) for name in ADDRESS_FIELDS}

    @property
    def household_key(self) -> str | None:
        """The key of the household of this address; None when it is not complete enough to share."""
        return household_key(self.postcode, self.house_number, self.house_addition)


class OthersLiveHere(Refused):
    """The change touches others at the address: somebody must say whether it goes for them too."""

    status = 422


def change(case_id: UUID, wanted: Details, scope: Scope, *, with_others: bool = False) -> list[str]:
    """Let the person of a case be as `wanted`; gives the names of what changed, none when it was so already.

    1. Another address moves her to the household of that address, there already or new; `with_others` takes
       along the others of her household whom the scope may see.
    2. The same door written another way is changed for all who live there, so only `with_others`.
    3. Everybody of whom something changed gets an `updated` event, after which plans look again.

    Raises NotFound for a case out of scope, OthersLiveHere as in 2, Refused for a municipality that is not
    hers and for taking others to an address that is not complete.
    """
    with db.write() as session:
        region_id, known = _known(session, case_id, scope)
        others = person_queries.others_at_home(known.person_id, scope)
        changed = [name for name in PERSON_FIELDS if getattr(wanted, name) != known.person[name]]
        if changed:
            _change_person(session, known.person_id, wanted)
        moved = _change_address(session, region_id, known, wanted, others, with_others=with_others)
        of_case = _change_municipality(session, known, wanted, scope)
        by = staff_actor(scope.user_id) if scope.user_id else timeline.SYSTEM
        timeline.record_many(list(_events(known, changed, of_case, moved, by)))
        return [*changed, *of_case, *(["address"] if known.person_id in moved else [])]


def _known(session: Session, case_id: UUID, scope: Scope) -> tuple[UUID, KnownCase]:
    case = db.table(Case).c
    query = select(case.region_id, case.reference).where(
        case.id == case_id, case.municipality_code.in_(scope.municipalities)
    )
    row = session.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound(_l("This case does not exist, or it is not one of your municipalities."))
    return row.region_id, lists.known_cases(row.region_id, [row.reference])[row.reference]


def _change_person(session: Session, person_id: UUID, wanted: Details) -> None:
    values: dict[str, Any] = {name: getattr(wanted, name) for name in PERSON_FIELDS}
    person = db.table(Person)
    mark = match_key(wanted.family_name, wanted.birth_date, wanted.given_name)
    session.execute(update(person).where(person.c.id == person_id).values(**values, match_key=mark))
    name_service.change_names(session, [{"id": person_id, **values}])


def _change_municipality(session: Session, known: KnownCase, wanted: Details, scope: Scope) -> list[str]:
    if wanted.municipality_code == known.case["municipality_code"]:
        return []
    if wanted.municipality_code not in scope.municipalities:
        raise Refused(_l("Choose one of your own municipalities."))
    case = db.table(Case)
    session.execute(
        update(case).where(case.c.id == known.case_id).values(municipality_code=wanted.municipality_code)
    )
    return ["municipality_code"]


def _change_address(
    session: Session,
    region_id: UUID,
    known: KnownCase,
    wanted: Details,
    others: list[UUID],
    *,
    with_others: bool,
) -> set[UUID]:
    """The persons whose address is another now."""
    address, key = wanted.address, wanted.household_key
    if key is not None and key == known.household_key:
        # The same door by its key: two ways to write an addition are no change.
        address["house_addition"] = known.address["house_addition"]
    if address == known.address:
        return set()
    if with_others and others and key is None:
        raise OthersLiveHere(_l("Fill in the whole address to take the others along."))
    if key is None and any(address.values()):
        reference = session.execute(
            select(db.table(Case).c.reference).where(db.table(Case).c.id == known.case_id)
        ).scalar_one()
        key = INCOMPLETE + reference
    if key is not None and key == known.household_key and known.household_id is not None:
        if others and not with_others:
            raise OthersLiveHere(
                _l("Others live here too. Tick the box to change the address for them as well.")
            )
        _write_address(session, known.household_id, address)
        return set(person_queries.living_at(known.household_id))
    movers = {known.person_id, *(others if with_others else ())}
    home, completed = _household(session, region_id, key, address) if key else (None, set[UUID]())
    person = db.table(Person)
    session.execute(update(person).where(person.c.id.in_(movers)).values(household_id=home))
    return movers | completed


def _household(
    session: Session, region_id: UUID, key: str, address: Mapping[str, str]
) -> tuple[UUID, set[UUID]]:
    """The household of a key, made when missing, and who lived there while a gap in its address was filled."""
    there = lists.households(region_id, [key]).get(key)
    if there is None:
        id_ = db.new_id()
        session.execute(insert(db.table(Household)).values(id=id_, region_id=region_id, key=key, **address))
        return id_, set()
    id_, present = there
    living = person_queries.living_at(id_)
    # Whoever lives there keeps the spelling that she has: only what is missing is filled.
    better = {name: value for name, value in address.items() if value and not (living and present[name])}
    if all(present[name] == value for name, value in better.items()):
        return id_, set()
    _write_address(session, id_, present | better)
    return id_, set(living)


def _write_address(session: Session, household_id: UUID, address: Mapping[str, str]) -> None:
    home = db.table(Household)
    session.execute(update(home).where(home.c.id == household_id).values(**address))


def _events(
    known: KnownCase, of_person: list[str], of_case: list[str], moved: set[UUID], by: str
) -> Iterable[NewEvent]:
    for case_id, person_id in person_queries.cases_of({known.person_id, *moved}):
        changed = [*of_person] if person_id == known.person_id else []
        changed += of_case if case_id == known.case_id else []
        changed += ["address"] if person_id in moved else []
        if changed:
            yield NewEvent(case_id, EventKind.updated, by, data={"changed": changed})
