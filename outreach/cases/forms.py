"""Forms on the page of a case and of the search."""

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from outreach import clock
from outreach.cases.service import LONGEST_NOTE, OPT_OUT_CHANNELS
from outreach.cases.target_groups import TargetGroup
from outreach.cases.words import CHANNELS, STATUS_WORDS
from outreach.i18n import _l


class NoteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A note."""

    text = TextAreaField(
        _l("Note"),
        [
            DataRequired(_l("Write something in the note first.")),
            Length(
                max=LONGEST_NOTE, message=_l("The note is too long. Make it shorter, or split it in two.")
            ),
        ],
    )


class CoachForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who the coach of a case is; the choices are set by the view."""

    coach = SelectField(_l("Coach"), validate_choice=True)


class OptOutForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A way by which somebody does not want to be reached."""

    channel = SelectField(
        _l("Does not want to be reached by"),
        choices=[(channel, CHANNELS[channel]) for channel in OPT_OUT_CHANNELS],
    )


class StatusForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Another status, with the reason in her own words."""

    reason = TextAreaField(_l("Why"), [Optional(), Length(max=LONGEST_NOTE)])


class ClosingForm(StatusForm):
    """Closing: with an outcome; the choices are those of the case's target group."""

    outcome = RadioField(
        _l("How did it end?"), validators=[DataRequired(_l("Choose how it ended before you close the case."))]
    )
    outcome_on = DateField(
        _l("Since which day?"), default=clock.today, validators=[DataRequired(_l("Fill in a day."))]
    )


class SearchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What is looked for; sent by GET, so that it stays in the address."""

    class Meta:
        """A search changes nothing and so needs no token."""

        csrf = False

    q = StringField(_l("Name, case number, phone or postcode"), [Length(max=200)])
    status = SelectField(
        _l("Status"), choices=[("", _l("All")), *STATUS_WORDS.items()], validate_choice=False
    )
    target_group = SelectField(
        _l("Target group"),
        choices=[("", _l("All")), *((group.value, group.label) for group in TargetGroup)],
        validate_choice=False,
    )
    coach = SelectField(_l("Coach"), validate_choice=False)
    municipality = SelectField(_l("Municipality"), validate_choice=False)
