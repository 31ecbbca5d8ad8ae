"""What a row of a list changes about a case that is already there. Pure.

A list adds and corrects; it never takes away. An empty cell, a column that is not there and a value that
cannot be used all say nothing: school systems leave empty what they do not know, and a phone number that
is lost this way is a young person who is lost. What has to go is taken away on the page of the case.

- The name is one thing: another family name brings its own prefix, also an empty one.
- The address is one thing: a usable one replaces the old one whole, a part of one only completes a part.
  Who moves gets another household; the street of a household that several share is not spelled anew.
- Status and outcome are taken over, and corrected by later lists, as long as only lists have said where the
  case stands: after that our own timeline knows better than the older system.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from outreach.cases.imports.headers import Field
from outreach.cases.imports.row import CaseRow
from outreach.cases.imports.takeover import ENDED
from outreach.cases.rules import CaseStatus

_IDENTITY = frozenset({"given_name", "family_name", "birth_date", "mobile", "email"})
INCOMPLETE = "? "
"""Begins the key of an address that no letter reaches; it is followed by the case's own number."""

PERSON_FIELDS = {
    "given_name": Field.given_name,
    "infix": Field.infix,
    "family_name": Field.family_name,
    "birth_date": Field.birth_date,
    "mobile": Field.phone,
    "landline": Field.phone,
    "email": Field.email,
    "language": Field.language,
}
CASE_FIELDS = {
    "municipality_code": Field.municipality,
    "target_group": Field.target_group,
    "school": Field.school,
    "brin": Field.brin,
    "programme": Field.programme,
    "left_on": Field.left_on,
}
ADDRESS_FIELDS = {
    "street": Field.street,
    "house_number": Field.house_number,
    "house_addition": Field.house_addition,
    "postcode": Field.postcode,
    "town": Field.town,
}


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case with its person and address as they stand in the database.

    `worked_on`: its status is not only what lists have said, as it was approached, spoken to or changed here.
    """

    case_id: UUID
    person_id: UUID
    household_id: UUID | None
    household_key: str | None
    coach_id: UUID | None
    status: CaseStatus
    outcome: str | None
    outcome_list: str | None
    outcome_on: date | None
    case: Mapping[str, Any]
    person: Mapping[str, Any]
    address: Mapping[str, str]
    lives_alone: bool = True
    worked_on: bool = False


@dataclass(slots=True)
class Differences:
    """New values by column of each table; `key` is the household to live in, None to stay.

    `standing` is the data of an `imported` event; `standing_refused` are fields that the list says in vain.
    """

    person: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    coach_id: UUID | None = None
    standing: dict[str, Any] = field(default_factory=dict)
    standing_refused: list[Field] = field(default_factory=list)

    @property
    def changed(self) -> list[str]:
        """What changed, in the words of the `updated` event."""
        return [*self.person, *self.case, *(["address"] if self.address else [])]

    @property
    def identity(self) -> bool:
        """Whether what people are recognised by has changed."""
        return not self.person.keys().isdisjoint(_IDENTITY)

    def __bool__(self) -> bool:
        return bool(self.changed or self.coach_id or self.standing)


def given_fields(raw: Mapping[Field, str], row: CaseRow) -> frozenset[Field]:
    """The fields that this row itself says something usable about, so not by a default."""
    unused = {note.column for note in row.notes if note.column == Field.language}
    return frozenset(name for name, text in raw.items() if text.strip() and name not in unused)


def differences(known: KnownCase, row: CaseRow, given: frozenset[Field]) -> Differences:
    """What the row changes; nothing at all when the list was imported before."""
    found = Differences()
    for name, said in PERSON_FIELDS.items():
        value = getattr(row, name)
        renamed = name == "infix" and row.family_name != known.person["family_name"]
        if ((value and said in given) or renamed) and value != known.person[name]:
            found.person[name] = value
    for name, said in CASE_FIELDS.items():
        value = getattr(row, name)
        if value and (said in given or name == "municipality_code") and value != known.case[name]:
            found.case[name] = value
    _address(found, known, row)
    if row.coach_id and row.coach_id != known.coach_id:
        found.coach_id = row.coach_id
    _standing(found, known, row, given)
    return found


def _address(found: Differences, known: KnownCase, row: CaseRow) -> None:
    key = row.household_key
    new = {name: getattr(row, name) for name in ADDRESS_FIELDS}
    complete = known.household_key is not None and not known.household_key.startswith(INCOMPLETE)
    if key is None:
        if complete or not any(new.values()):
            return
        key = incomplete_key(row)
    if key != known.household_key:
        found.key = key
        found.address = {name: value for name, value in new.items() if value != known.address.get(name, "")}
    else:
        for name, value in new.items():
            old = known.address.get(name, "")
            # Two who live there may each have the street spelled their own way: then the first one stays.
            if value and value != old and (not old or known.lives_alone):
                found.address[name] = value
        if complete:  # the same door by its key: two ways to write an addition are no change
            found.address.pop("house_addition", None)


def incomplete_key(row: CaseRow) -> str:
    """The key for an address that is not complete: of this case alone, as half an address makes no household."""
    return INCOMPLETE + row.reference


def standing_of(row: CaseRow) -> dict[str, Any]:
    """What an `imported` event says of a new case: nothing, or where one that is taken over stands."""
    if row.status is CaseStatus.nieuw and row.outcome is None:
        return {}
    return {"status": row.status.value} | (_outcome(row) if row.outcome else {})


def _standing(found: Differences, known: KnownCase, row: CaseRow, given: frozenset[Field]) -> None:
    says = _said_otherwise(known, row, given)
    if not says:
        return
    if known.worked_on:
        # 'New' in the older system is no news of a case that has moved on here.
        if row.status is not CaseStatus.nieuw or row.outcome is not None:
            found.standing_refused = says
        return
    # An outcome without a status closes the case, but for one that has come to another end.
    status = known.status if Field.status not in given and known.status in ENDED else row.status
    found.standing = {"status": status.value}
    if row.outcome is not None:
        found.standing |= _outcome(row)
        if row.outcome == known.outcome:  # what the row leaves to a default stays as it is
            found.standing |= {} if Field.outcome_list in given else {"outcome_list": known.outcome_list}
            found.standing |= {} if Field.outcome_on in given else {"outcome_on": _iso(known.outcome_on)}
    elif known.outcome is not None and status is not CaseStatus.afgesloten:
        found.standing |= {"outcome": None, "outcome_list": None, "outcome_on": None}


def _said_otherwise(known: KnownCase, row: CaseRow, given: frozenset[Field]) -> list[Field]:
    """The fields in which the row itself says something else about status and outcome than is known."""
    says = [Field.status] if Field.status in given and row.status is not known.status else []
    if row.outcome is not None:
        if row.outcome != known.outcome:
            says.append(Field.outcome)
        elif Field.outcome_list in given and row.outcome_list != known.outcome_list:
            says.append(Field.outcome_list)
        elif Field.outcome_on in given and row.outcome_on != known.outcome_on:
            says.append(Field.outcome_on)
    return says


def _outcome(row: CaseRow) -> dict[str, Any]:
    return {
        "outcome": row.outcome,
        "outcome_list": row.outcome_list,
        "outcome_on": _iso(row.outcome_on),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
