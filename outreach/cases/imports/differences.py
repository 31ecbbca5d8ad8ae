"""What a row of a list changes about a case that is already there. Pure.

A list adds and corrects; it never takes away. An empty cell, a column that is not there and a value that
cannot be used all say nothing: school systems leave empty what they do not know, and a phone number that
is lost this way is a young person who is lost. What has to go is taken away on the page of the case.

- The name is one thing: another family name brings its own prefix, also an empty one.
- The address is one thing: a usable one replaces the old one whole, a part of one only completes a part.
  Who moves gets another household; the street of a household that several share is not spelled anew.
- Status and outcome are taken over only while the case is still `nieuw`: after that our own timeline
  knows better than the older system.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from outreach.cases.imports.headers import Field
from outreach.cases.imports.row import CaseRow
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
    """A case with its person and address as they stand in the database."""

    case_id: UUID
    person_id: UUID
    household_id: UUID | None
    household_key: str | None
    coach_id: UUID | None
    status: CaseStatus
    outcome: str | None
    outcome_list: str | None
    case: Mapping[str, Any]
    person: Mapping[str, Any]
    address: Mapping[str, str]
    lives_alone: bool = True


@dataclass(slots=True)
class Differences:
    """New values by column of each table; `key` is the household to live in, None to stay."""

    person: dict[str, Any] = field(default_factory=dict)
    case: dict[str, Any] = field(default_factory=dict)
    address: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    coach_id: UUID | None = None
    standing: bool = False
    standing_ignored: bool = False

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
    _standing(found, known, row)
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


def _standing(found: Differences, known: KnownCase, row: CaseRow) -> None:
    if row.status is CaseStatus.nieuw and row.outcome is None:
        return
    if (row.status, row.outcome) == (known.status, known.outcome):
        return
    if known.status is CaseStatus.nieuw:
        found.standing = True
    else:
        found.standing_ignored = True
