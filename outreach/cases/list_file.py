"""Cases as a list in the format that `outreach import` and the import page read. Pure.

What goes out can come in again: the same cases are then unchanged. Numbers and postcodes stand as people write
them, so that a spreadsheet takes no leading zero away.
"""

from collections.abc import Callable, Mapping
from datetime import date

from outreach.cases.imports.headers import Field
from outreach.cases.list_queries import Listed
from outreach.cases.words import shown_phone, shown_postcode

DELIMITER = ";"
"""By which Dutch Excel sees columns."""

_VALUES: Mapping[Field, Callable[[Listed], str | date | None]] = {
    Field.reference: lambda case: case.head.reference,
    Field.given_name: lambda case: case.head.given_name,
    Field.infix: lambda case: case.head.infix,
    Field.family_name: lambda case: case.head.family_name,
    Field.birth_date: lambda case: case.head.birth_date,
    Field.street: lambda case: case.head.street,
    Field.house_number: lambda case: case.head.house_number,
    Field.house_addition: lambda case: case.head.house_addition,
    Field.postcode: lambda case: shown_postcode(case.head.postcode),
    Field.town: lambda case: case.head.town,
    Field.municipality: lambda case: case.head.municipality,
    Field.phone: lambda case: _phones(case.head.mobile, case.head.landline),
    Field.email: lambda case: case.head.email,
    Field.language: lambda case: case.head.person_language,
    Field.target_group: lambda case: case.head.group,
    Field.school: lambda case: case.head.school,
    Field.brin: lambda case: case.brin,
    Field.programme: lambda case: case.head.programme,
    Field.left_on: lambda case: case.head.left_on,
    Field.coach: lambda case: case.coach_email,
    Field.status: lambda case: case.head.status,
    Field.outcome: lambda case: case.head.outcome,
    Field.outcome_list: lambda case: case.outcome_list,
    Field.outcome_on: lambda case: case.head.outcome_on,
}

HEADINGS = tuple(field.value for field in _VALUES)


def line(case: Listed) -> list[str | date]:
    """The cells of a case under HEADINGS; what is not known is empty."""
    return [value(case) or "" for value in _VALUES.values()]


def _phones(*numbers: str | None) -> str:
    """Both numbers in one cell, parted as the import reads them."""
    return " / ".join(shown_phone(number) for number in numbers if number)
