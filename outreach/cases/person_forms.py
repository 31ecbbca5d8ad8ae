"""The form with what is known of a person; it reads as the import reads."""

from collections.abc import Callable
from datetime import date
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, Field, SelectField, StringField, TelField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from outreach import clock
from outreach.cases.imports.addresses import (
    LONGEST_ADDITION,
    HouseNumber,
    read_house_number,
    read_postcode,
    split_street,
)
from outreach.cases.imports.dates import DateUnclear, read_date
from outreach.cases.imports.emails import read_email
from outreach.cases.imports.languages import read_language
from outreach.cases.imports.phones import read_phones
from outreach.cases.imports.row import OVER_THE_LIMIT, YOUNGEST
from outreach.cases.imports.text import clean
from outreach.cases.person_service import Details
from outreach.cases.queries import CaseHead
from outreach.cases.words import shown_phone, shown_postcode
from outreach.i18n import _l

OLDEST = 30 + OVER_THE_LIMIT
"""Years: the highest age limit that a region can set, and what the import allows over it."""

_EMPTY = _l("This may not be empty.")


def _at_most(number: int) -> Length:
    return Length(max=number, message=_l("At most %(max)d characters fit."))


def _text(label: object, *validators: object, kind: type[Field] = StringField) -> Any:
    return kind(label, validators, filters=[lambda text: clean(text or "")])


class PersonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Name, ways to reach her and address; the view sets the municipalities and who else lives there."""

    given_name = _text(_l("First name"), _at_most(100))
    infix = _text(_l("Name prefix"), _at_most(30))
    family_name = _text(_l("Last name"), InputRequired(_EMPTY), _at_most(100))
    birth_date = _text(_l("Date of birth"), InputRequired(_EMPTY))
    mobile = _text(_l("Mobile number"), Optional(), kind=TelField)
    landline = _text(_l("Landline"), Optional(), kind=TelField)
    email = _text(_l("E-mail address"), Optional(), kind=EmailField)
    language = SelectField(_l("Language"))
    street = _text(_l("Street"), _at_most(100))
    house_number = _text(_l("House number"), Optional())
    house_addition = _text(_l("Addition"), _at_most(LONGEST_ADDITION))
    postcode = _text(_l("Postal code"), Optional())
    town = _text(_l("Town"), _at_most(100))
    municipality = SelectField(_l("Municipality"))
    others = BooleanField()

    def __init__(self, case: CaseHead) -> None:
        super().__init__(data=shown(case))
        self.language.choices = _languages(case.person_language)

    def validate_family_name(self, field: Field) -> None:
        """A name has a letter."""
        if not any(char.isalpha() for char in field.data):
            raise ValidationError(_l("There is no letter in this name."))

    def validate_birth_date(self, field: Field) -> None:
        """A day that exists, of an age for which the service is there."""
        try:
            born = read_date(field.data)
        except DateUnclear as unclear:
            raise ValidationError(unclear.problem) from unclear
        today = clock.today()
        if born > today:
            raise ValidationError(_l("This day is still to come."))
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if not YOUNGEST <= age <= OLDEST:
            raise ValidationError(_l("This makes the person %(age)s years old. Is the year right?", age=age))

    def validate_mobile(self, field: Field) -> None:
        """A number for messages too."""
        if read_phones(field.data).mobile is None:
            raise ValidationError(_l("This is not a mobile number. Write it as 06 12345678."))

    def validate_landline(self, field: Field) -> None:
        """A number for calls only."""
        if read_phones(field.data).landline is None:
            raise ValidationError(_l("This is not a landline number. Write it as 010 1234567."))

    def validate_email(self, field: Field) -> None:
        """An address that mail can be sent to."""
        if read_email(field.data) is None:
            raise ValidationError(_l("Mail cannot be sent to this address."))

    def validate_house_number(self, _field: Field) -> None:
        """A number, perhaps with an addition behind it."""
        house = self._door[1]
        if house is None or len(house.addition) > LONGEST_ADDITION:
            raise ValidationError(_l("This is not a house number. Write it as 12 or 12a."))

    def validate_postcode(self, field: Field) -> None:
        """A Dutch postcode."""
        if read_postcode(field.data) is None:
            raise ValidationError(_l("This is not a Dutch postcode. Write it as 1234 AB."))

    @property
    def _door(self) -> tuple[str, HouseNumber | None]:
        """Street, and number with addition; a number that was typed behind the street is found there."""
        street, number, addition = self.street.data, self.house_number.data, self.house_addition.data
        if street and not number:
            street, number, behind = split_street(street)
            addition = addition or behind
        return street, read_house_number(number, addition) if number else HouseNumber("", addition)

    @property
    def details(self) -> Details:
        """What was filled in, once it is valid."""
        street, house = self._door
        born: date = read_date(self.birth_date.data)
        return Details(
            given_name=self.given_name.data,
            infix=self.infix.data,
            family_name=self.family_name.data,
            birth_date=born,
            mobile=_read(self.mobile, lambda text: read_phones(text).mobile),
            landline=_read(self.landline, lambda text: read_phones(text).landline),
            email=_read(self.email, read_email),
            language=read_language(self.language.data) or self.language.data,
            street=street,
            house_number=house.number if house else "",
            house_addition=house.addition if house else "",
            postcode=_read(self.postcode, read_postcode) or "",
            town=self.town.data,
            municipality_code=self.municipality.data,
        )


def _read(field: Field, read: Callable[[str], str | None]) -> str | None:
    return read(field.data) if field.data else None


def shown(case: CaseHead) -> dict[str, object]:
    """The values of the form for a case as it stands."""
    return {
        "given_name": case.given_name,
        "infix": case.infix,
        "family_name": case.family_name,
        "birth_date": f"{case.birth_date:%d-%m-%Y}",
        "mobile": shown_phone(case.mobile),
        "landline": shown_phone(case.landline),
        "email": case.email,
        "language": case.person_language,
        "street": case.street,
        "house_number": case.house_number,
        "house_addition": case.house_addition,
        "postcode": shown_postcode(case.postcode),
        "town": case.town,
        "municipality": case.municipality_code,
    }


def _languages(present: str) -> list[tuple[str, str]]:
    """All languages with a code of two letters, by name; the present one is always among them."""
    locale = Locale.parse(str(get_locale() or "nl"))
    names = {code: name for code, name in locale.languages.items() if len(code) == 2}
    names.setdefault(present, present)
    return sorted(names.items(), key=lambda item: item[1].casefold())
