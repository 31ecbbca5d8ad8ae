"""Forms about accounts."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Email, EqualTo, InputRequired, Length, Optional, ValidationError

from outreach.i18n import LANGUAGES, _l
from outreach.regions.rules import is_phone
from outreach.staff.service import LONGEST

_TOO_LONG = _l("Keep it within 60 characters.")


def _callable(_form: FlaskForm, field: StringField) -> None:
    if not is_phone(field.data):
        raise ValidationError(
            _l("This is not a phone number. Write it as 06 12 34 56 78, or leave it empty.")
        )


class DetailsForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What letters say of somebody."""

    given_name = StringField(
        _l("First name"),
        [DataRequired(_l("Fill in the first name.")), Length(max=LONGEST, message=_TOO_LONG)],
    )
    family_name = StringField(
        _l("Family name"),
        [DataRequired(_l("Fill in the family name.")), Length(max=LONGEST, message=_TOO_LONG)],
    )
    phone = StringField(_l("Phone number"), [Optional(), Length(max=LONGEST, message=_TOO_LONG), _callable])
    hours = StringField(_l("When to call"), [Optional(), Length(max=LONGEST, message=_TOO_LONG)])

    def details(self) -> dict[str, Any]:
        """Names, phone and hours as the service takes them."""
        return {name: self[name].data or "" for name in ("given_name", "family_name", "phone", "hours")}


class OwnForm(DetailsForm):
    """What everybody changes of herself."""

    language = RadioField(
        _l("Language"),
        [InputRequired(_l("Choose a language."))],
        choices=list(LANGUAGES.items()),
    )


class PersonForm(DetailsForm):
    """An account as an administrator changes it; the view sets the choices."""

    roles = SelectMultipleField(_l("Roles"), [DataRequired(_l("Choose at least one role."))])
    municipalities = SelectMultipleField(
        _l("Municipalities"), [DataRequired(_l("Choose at least one municipality."))]
    )


class NewPersonForm(PersonForm):
    """A new account."""

    email = StringField(
        _l("E-mail address"),
        [DataRequired(_l("Fill in the e-mail address.")), Email(_l("This is not an e-mail address."))],
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A new password of one's own."""

    present = PasswordField(_l("Your password now"), [InputRequired(_l("Fill in your password of now."))])
    new = PasswordField(_l("New password"), [InputRequired(_l("Fill in a new password."))])
    again = PasswordField(
        _l("New password once more"),
        [EqualTo("new", _l("The two passwords are not the same."))],
    )
