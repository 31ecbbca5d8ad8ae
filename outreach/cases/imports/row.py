"""One row of a list: either a clean `CaseRow` or all that is wrong with it. Pure.

The rule behind the table: a young person must not be lost for a detail. What makes the case another
case (who, which number, which group, where it belongs, what became of it) rejects the row; what only
closes a way to reach somebody is left out and noted.

| field | empty | cannot be used |
|---|---|---|
| dossiernummer, achternaam, geboortedatum | rejected | rejected; also an impossible age |
| voornaam, tussenvoegsel, school, opleiding, straat, woonplaats, toevoeging | empty | too long: rejected |
| huisnummer, postcode | kept empty | noted, left out: no letters, but calls and messages |
| gemeente | the town, the default or the only one; else rejected | rejected, with the known ones |
| telefoon, email, brin | kept empty | noted, left out |
| taal | `nl` | noted, `nl` |
| doelgroep | the default of the context | rejected: another group is another plan |
| uitschrijfdatum | kept empty | rejected; also before birth or more than a year ahead |
| coach | kept empty | noted, left out: a coordinator assigns the case |
| status | `nieuw`, or `afgesloten` where there is an outcome | rejected |
| uitkomst, uitkomstlijst | kept empty | rejected, as tables would count it wrong |
| uitkomstdatum | with an outcome: today, noted | rejected; also in the future or before birth |

Noted besides: closed without an outcome, an outcome on a case that is still open, somebody over the age
limit, letters lost by a wrong encoding.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from outreach.cases.imports.addresses import (
    LONGEST_ADDITION,
    household_key,
    read_house_number,
    read_postcode,
    split_street,
)
from outreach.cases.imports.cells import Cells
from outreach.cases.imports.context import RowContext
from outreach.cases.imports.emails import read_email
from outreach.cases.imports.headers import Field, words
from outreach.cases.imports.languages import read_language
from outreach.cases.imports.phones import read_phones
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.same_person import match_key
from outreach.cases.imports.takeover import read_standing
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.i18n import _l

YOUNGEST = 4
"""Years; luxe verzuim begins in primary school."""
OVER_THE_LIMIT = 15
"""Years over the region's age limit that a case of an older system may be; beyond it the date is a slip."""
YEAR = timedelta(days=366)

_BRIN = re.compile(r"\d\d[A-Z]{2}(?:\d\d)?", re.ASCII)
_NO_POSTCODE = _l("This is not a Dutch postcode, so no letters can be sent.")
_NO_MAIL = _l("Mail cannot be sent to this address.")
_NO_LANGUAGE = _l("This is not a language code such as nl or ar; Dutch was taken.")
_NO_BRIN = _l("This is not a BRIN code, such as 25LX or 25LX03.")
_NO_COACH = _l("No coach here has this e-mail address, so the case has no coach yet.")
_TARGET_GROUPS = {
    words(text).replace(" ", ""): group for group in TargetGroup for text in (group.value, group.label)
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """The clean values of a row. Text is empty where there is none; `postcode` is `1234AB`, phones are E.164.

    `notes` are what was left out or supposed; they do not make two rows different.
    """

    reference: str
    family_name: str
    birth_date: date
    municipality_code: str
    target_group: TargetGroup
    status: CaseStatus = CaseStatus.nieuw
    given_name: str = ""
    infix: str = ""
    street: str = ""
    house_number: str = ""
    house_addition: str = ""
    postcode: str = ""
    town: str = ""
    mobile: str | None = None
    landline: str | None = None
    email: str | None = None
    language: str = "nl"
    school: str = ""
    brin: str = ""
    programme: str = ""
    left_on: date | None = None
    coach_id: UUID | None = None
    outcome: str | None = None
    outcome_list: str | None = None
    outcome_on: date | None = None
    notes: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def household_key(self) -> str | None:
        """The key shared by all at this address, None without a usable one."""
        return household_key(self.postcode, self.house_number, self.house_addition)

    @property
    def match_key(self) -> str:
        """Name and birth date as one mark, to find the same person under another number."""
        return match_key(self.family_name, self.birth_date, self.given_name)


def parse_row(raw: Mapping[Field, str], context: RowContext) -> CaseRow | list[Problem]:
    """The case that a row describes, or every problem that it has. Never raises, whatever the values."""
    cells = Cells(raw)
    reference = _reference(cells)
    given_name, infix = cells.text(Field.given_name), cells.text(Field.infix)
    family_name = _family_name(cells)
    birth_date = _birth_date(cells, context)
    street, number, addition = _address(cells)
    postcode = cells.usable(Field.postcode, read_postcode, _NO_POSTCODE)
    town = cells.text(Field.town)
    municipality = _municipality(cells, context, town)
    phones = read_phones(cells.value(Field.phone))
    if phones.unusable:
        cells.note(Field.phone, _l("There is no phone number in this that can be used."))
    email = cells.usable(Field.email, read_email, _NO_MAIL)
    language = cells.usable(Field.language, read_language, _NO_LANGUAGE)
    target_group = _target_group(cells, context)
    school, programme = cells.text(Field.school), cells.text(Field.programme)
    brin = cells.usable(Field.brin, _brin, _NO_BRIN)
    left_on = _left_on(cells, context, birth_date)
    coach_id = cells.usable(
        Field.coach,
        lambda text: context.staff.get(text.casefold()),
        _NO_COACH,
    )
    standing = read_standing(cells, context, target_group, birth_date)
    if cells.problems or birth_date is None or municipality is None or target_group is None:
        return cells.problems
    return CaseRow(
        reference=reference,
        family_name=family_name,
        birth_date=birth_date,
        municipality_code=municipality,
        target_group=target_group,
        status=standing.status,
        given_name=given_name,
        infix=infix,
        street=street,
        house_number=number,
        house_addition=addition,
        postcode=postcode or "",
        town=town,
        mobile=phones.mobile,
        landline=phones.landline,
        email=email,
        language=language or "nl",
        school=school,
        brin=brin or "",
        programme=programme,
        left_on=left_on,
        coach_id=coach_id,
        outcome=standing.outcome,
        outcome_list=standing.outcome_list,
        outcome_on=standing.outcome_on,
        notes=tuple(cells.notes),
    )


def _reference(cells: Cells) -> str:
    value = cells.text(Field.reference)
    if not value:
        cells.reject(Field.reference, _l("This may not be empty."))
    return value


def _family_name(cells: Cells) -> str:
    value = cells.text(Field.family_name)
    if not value:
        cells.reject(Field.family_name, _l("This may not be empty."))
    elif not any(char.isalpha() for char in value):
        cells.reject(Field.family_name, _l("There is no letter in this name."))
    return value


def _birth_date(cells: Cells, context: RowContext) -> date | None:
    if not cells.value(Field.birth_date):
        cells.reject(Field.birth_date, _l("This may not be empty."))
        return None
    born = cells.day(Field.birth_date)
    if born is None:
        return None
    if born > context.today:
        cells.reject(Field.birth_date, _l("This day is still to come."))
        return None
    age = _age(born, context.today)
    if age < YOUNGEST or age > context.age_limit + OVER_THE_LIMIT:
        cells.reject(
            Field.birth_date, _l("This makes the person %(age)s years old. Is the year right?", age=age)
        )
        return None
    if age > context.age_limit:
        cells.note(
            Field.birth_date,
            _l(
                "At %(age)s this person is over the age limit of %(limit)s.", age=age, limit=context.age_limit
            ),
        )
    return born


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _address(cells: Cells) -> tuple[str, str, str]:
    """Street, house number and addition; a number that stands in the street column is found there."""
    street, addition = cells.text(Field.street), cells.text(Field.house_addition)
    number = cells.value(Field.house_number)
    if not number and street:
        street, number, behind = split_street(street)
        addition = addition or behind
    if not number:
        return street, "", addition
    house = read_house_number(number, addition)
    if house is None or len(house.addition) > LONGEST_ADDITION:
        cells.note(Field.house_number, _l("This is not a house number, so no letters can be sent."))
        return street, "", addition
    return street, house.number, house.addition


def _municipality(cells: Cells, context: RowContext, town: str) -> str | None:
    value = cells.value(Field.municipality)
    known = ", ".join(context.municipalities.values())
    if value:
        name = words(value)
        code = context.codes.get(name) or context.codes.get(name.removeprefix("gemeente "))
        if code is None:
            cells.reject(
                Field.municipality,
                _l("This municipality does not belong to the region. Known are: %(names)s.", names=known),
            )
        return code
    only = next(iter(context.municipalities)) if len(context.municipalities) == 1 else None
    code = context.codes.get(words(town)) or context.default_municipality or only
    if code is None:
        cells.reject(Field.municipality, _l("Fill in a municipality: %(names)s.", names=known))
    return code


def _target_group(cells: Cells, context: RowContext) -> TargetGroup | None:
    value = cells.value(Field.target_group)
    if not value:
        return context.default_target_group
    group = _TARGET_GROUPS.get(words(value).replace(" ", ""))
    if group is None:
        cells.reject(
            Field.target_group,
            _l("This target group is not known. Known are: %(names)s.", names=", ".join(TargetGroup)),
        )
    return group


def _brin(text: str) -> str | None:
    code = text.upper().replace(" ", "").replace("-", "").replace("|", "")
    return code if _BRIN.fullmatch(code) else None


def _left_on(cells: Cells, context: RowContext, born: date | None) -> date | None:
    left_on = cells.day(Field.left_on)
    if left_on and born and left_on <= born:
        cells.reject(Field.left_on, _l("This day is before the person was born."))
    elif left_on and left_on > context.today + YEAR:
        cells.reject(Field.left_on, _l("This day is more than a year ahead."))
    return left_on
