"""Forms of the inbox."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from outreach.i18n import _l


class InboxSearchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Whose conversation is looked for; sent by GET, so that it stays in the address."""

    class Meta:
        """A search changes nothing and so needs no token."""

        csrf = False

    q = StringField(_l("Name, case number or phone"), [Length(max=200)])


class WriteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A message in one's own words; what is wrong with it, writing_service says. `key` makes it go once."""

    channel = SelectField(_l("By"), validate_choice=False)
    body = TextAreaField(_l("Your message"))
    key = HiddenField()


class AssignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The colleague who answers."""

    staff = SelectField(_l("Colleague"))
