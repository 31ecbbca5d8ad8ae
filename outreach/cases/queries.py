"""Reads about one case: who it is, what happened, what waits for its coach. All within somebody's scope."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy import Row as SqlRow
from sqlmodel import col

from outreach import clock, db
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, Household, OptOut, Person
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.cases.words import shown_postcode
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.regions.models import Municipality
from outreach.staff.models import StaffMunicipality, User
from outreach.staff.queries import users_by_id
from outreach.staff.scope import Scope

PAGE = 50
"""Events on one page of a timeline."""


@dataclass(frozen=True, slots=True)
class CaseHead:
    """A case with its person, address and coach: all that stands above a timeline. Phones are E.164."""

    id: UUID
    reference: str
    status: str
    status_since: datetime | None
    target_group: str
    outcome: str | None
    outcome_on: date | None
    school: str
    programme: str
    left_on: date | None
    coach_id: UUID | None
    municipality_code: str
    region_id: UUID
    municipality: str
    person_id: UUID
    given_name: str
    infix: str
    family_name: str
    birth_date: date
    mobile: str | None
    landline: str | None
    email: str | None
    person_language: str
    street: str | None
    house_number: str | None
    house_addition: str | None
    postcode: str | None
    town: str | None
    coach_given_name: str | None
    coach_family_name: str | None

    @property
    def name(self) -> str:
        """The full name as one says it."""
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)

    @property
    def short_name(self) -> str:
        """What one calls her: the first name, else the last."""
        return self.given_name or self.family_name

    @property
    def phone(self) -> str | None:
        """The number to call: the mobile, else the landline."""
        return self.mobile or self.landline

    @property
    def coach(self) -> str:
        """The coach's full name; empty when there is none."""
        return f"{self.coach_given_name} {self.coach_family_name}" if self.coach_given_name else ""

    @property
    def age(self) -> int:
        """The age in whole years today."""
        today = clock.today()
        before = (today.month, today.day) < (self.birth_date.month, self.birth_date.day)
        return today.year - self.birth_date.year - before

    @property
    def address(self) -> str:
        """Street and number, as on an envelope; empty when not known."""
        number = f"{self.house_number or ''}{' ' + self.house_addition if self.house_addition else ''}"
        return f"{self.street or ''} {number}".strip()

    @property
    def place(self) -> str:
        """Postcode and town, '3135 SX Vlaardingen'; empty when not known."""
        return f"{shown_postcode(self.postcode)} {self.town or ''}".strip()

    @property
    def group(self) -> str:
        """The label of the target group."""
        known = self.target_group in TargetGroup.__members__
        return TargetGroup(self.target_group).label if known else self.target_group


_CASE_COLUMNS = (
    "id",
    "reference",
    "status",
    "status_since",
    "target_group",
    "outcome",
    "outcome_on",
    "school",
    "programme",
    "left_on",
    "coach_id",
    "municipality_code",
    "region_id",
)
_PERSON_COLUMNS = ("given_name", "infix", "family_name", "birth_date", "mobile", "landline", "email")
_ADDRESS_COLUMNS = ("street", "house_number", "house_addition", "postcode", "town")


def heads(scope: Scope) -> Select[Any]:
    """The statement of which each row makes a CaseHead (see `head_of`), for rooms that join more to it."""
    case, person, home = db.table(Case).c, db.table(Person).c, db.table(Household).c
    place, coach = db.table(Municipality).c, db.table(User).c
    return (
        select(
            *(case[name] for name in _CASE_COLUMNS),
            place.name.label("municipality"),
            person.id.label("person_id"),
            *(person[name] for name in _PERSON_COLUMNS),
            person.language.label("person_language"),
            *(home[name] for name in _ADDRESS_COLUMNS),
            coach.given_name.label("coach_given_name"),
            coach.family_name.label("coach_family_name"),
        )
        .join_from(db.table(Case), db.table(Person), person.id == case.person_id)
        .join(db.table(Municipality), place.code == case.municipality_code)
        .outerjoin(db.table(Household), home.id == person.household_id)
        .outerjoin(db.table(User), coach.id == case.coach_id)
        .where(case.municipality_code.in_(scope.municipalities))
    )


HEAD_WIDTH = len(CaseHead.__slots__)


def head_of(row: SqlRow[Any]) -> CaseHead:
    """The CaseHead in the first columns of a row of `heads`."""
    return CaseHead(*row[:HEAD_WIDTH])


def head(case_id: UUID, scope: Scope) -> CaseHead:
    """One case. Raises NotFound when there is none or it is of a municipality that is not hers."""
    row = db.session().execute(heads(scope).where(db.table(Case).c.id == case_id)).first()
    if row is None:
        raise NotFound(_l("This case does not exist, or it is not one of your municipalities."))
    return head_of(row)


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A case that is mentioned by its number; `case_id` and `name` only where the person who reads may see it."""

    reference: str
    status: str
    case_id: UUID | None = None
    name: str = ""


def mentioned(region_id: UUID, references: Collection[str], scope: Scope) -> dict[str, Mentioned]:
    """The cases of a region that have these numbers, by number."""
    case, person = db.table(Case).c, db.table(Person).c
    names = (person.given_name, person.infix, person.family_name)
    query = (
        select(case.reference, case.status, case.id, case.municipality_code, *names)
        .join_from(db.table(Case), db.table(Person), person.id == case.person_id)
        .where(case.region_id == region_id, case.reference.in_(references))
    )
    return {
        row[0]: Mentioned(row[0], row[1], row[2], " ".join(filter(None, row[4:])))
        if row[3] in scope.municipalities
        else Mentioned(row[0], row[1])
        for row in db.session().execute(query)
    }


def look_alikes(head: CaseHead, scope: Scope) -> list[Mentioned]:
    """The other cases of perhaps the same person, by number; none any more when this or the other one is closed."""
    if head.status == CaseStatus.afgesloten:
        return []
    event = db.table(CaseEvent).c
    query = select(event.data).where(
        event.case_id == head.id, event.kind == EventKind.duplicate_flagged.value
    )
    numbers = {number for data in db.session().scalars(query) for number in data.get("others", ())}
    found = mentioned(head.region_id, numbers, scope) if numbers else {}
    return [found[number] for number in sorted(found) if found[number].status != CaseStatus.afgesloten]


def mine(scope: Scope) -> ColumnElement[bool]:
    """What limits cases to those of this coach, and those of nobody yet in her municipalities."""
    coach = db.table(Case).c.coach_id
    return (coach == scope.user_id) | coach.is_(None)


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a timeline with the name of whoever of the staff did it (else empty)."""

    id: UUID
    seq: int
    at: datetime
    kind: str
    channel: str | None
    actor: str
    data: dict[str, Any]
    who: str


def events(case_id: UUID, page: int = 1) -> tuple[list[Event], int]:
    """A page of a timeline, newest first, and how many events there are. Pages count from 1."""
    event = db.table(CaseEvent).c
    total = func.count().over().label("total")
    query = (
        select(event.id, event.seq, event.at, event.kind, event.channel, event.actor, event.data, total)
        .where(event.case_id == case_id)
        .order_by(event.at.desc(), event.seq.desc())
        .limit(PAGE)
        .offset(PAGE * (max(page, 1) - 1))
    )
    rows = db.session().execute(query).all()
    if rows:
        return _named(rows), rows[0].total
    # A page behind the last one.
    return [], db.session().execute(select(func.count()).where(event.case_id == case_id)).scalar_one()


def all_events(case_id: UUID) -> list[Event]:
    """A whole timeline in the order of recording."""
    event = db.table(CaseEvent).c
    query = (
        select(event.id, event.seq, event.at, event.kind, event.channel, event.actor, event.data)
        .where(event.case_id == case_id)
        .order_by(event.seq)
    )
    return [
        Event(r.id, r.seq, r.at, r.kind, r.channel, r.actor, r.data, "") for r in db.session().execute(query)
    ]


def _named(rows: Sequence[SqlRow[Any]]) -> list[Event]:
    """Events with the names of staff, and of coaches that were assigned, instead of their ids."""
    found = [Event(r.id, r.seq, r.at, r.kind, r.channel, r.actor, r.data, "") for r in rows]
    staff = {id_ for event in found if (id_ := _staff_id(event.actor)) is not None}
    coaches = {id_ for event in found if (id_ := _as_id(event.data.get("coach"))) is not None}
    names = {id_: user.name for id_, user in users_by_id(staff | coaches).items()}
    return [_with_names(event, names) for event in found]


def _with_names(event: Event, names: dict[UUID, str]) -> Event:
    actor, coach = _staff_id(event.actor), _as_id(event.data.get("coach"))
    data = event.data | {"name": names[coach]} if coach in names else event.data
    who = names.get(actor, "") if actor else ""
    if event.kind == EventKind.taken_back and who:
        data = data | {"name": who}
    return Event(event.id, event.seq, event.at, event.kind, event.channel, event.actor, data, who)


def _staff_id(actor: str) -> UUID | None:
    return _as_id(actor.removeprefix("staff:")) if actor.startswith("staff:") else None


def _as_id(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def opt_outs(person_id: UUID) -> frozenset[str]:
    """The channels by which a person does not want to be reached; 'all' for none at all."""
    query = select(col(OptOut.channel)).where(col(OptOut.person_id) == person_id)
    return frozenset(db.session().execute(query).scalars())


def coaches_for(municipality_code: str) -> list[tuple[UUID, str]]:
    """Who of the staff may be the coach of a case there: id and name, by name."""
    user, link = db.table(User).c, db.table(StaffMunicipality).c
    query = (
        select(user.id, user.given_name, user.family_name)
        .join(db.table(StaffMunicipality), link.user_id == user.id)
        .where(link.municipality_code == municipality_code, user.active.is_(True))
        .order_by(user.given_name, user.family_name)
    )
    return [(row[0], f"{row[1]} {row[2]}") for row in db.session().execute(query)]
