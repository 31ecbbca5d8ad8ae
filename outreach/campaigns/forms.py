"""Forms on the pages of campaigns."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.service import SLUG
from outreach.campaigns.trial_rules import compared, problem_with, usual_end
from outreach.i18n import _l


class CampaignForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A new campaign; the choices of plan and region are set by the view."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Give the campaign a name.")),
            Length(max=100, message=_l("The name is too long: 100 letters at most.")),
        ],
    )
    plan = RadioField(_l("Plan"), validators=[DataRequired(_l("Choose a plan."))])
    slug = StringField(
        _l("Short name for addresses"),
        [
            Optional(),
            Length(
                max=60, message=_l("A short name has small letters, digits and hyphens only, 60 at most.")
            ),
            Regexp(
                f"^(?:{SLUG.pattern})$",
                message=_l("A short name has small letters, digits and hyphens only, 60 at most."),
            ),
        ],
    )
    region = SelectField(_l("Region"), validators=[Optional()], validate_choice=False)


class ChoiceForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which young people come into a campaign; counting is a GET, so that the choice stays in the address."""

    class Meta:
        """Only the adding changes anything, and the view asks for the token then."""

        csrf = False

    municipality = SelectField(_l("Municipality"), validate_choice=False)
    target_group = SelectField(_l("Target group"), validate_choice=False)
    school = SelectField(_l("School"), validate_choice=False)


class StartForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What is asked when a campaign starts: until when its variants are compared, if it has any."""

    trial_ends = DateField(_l("Compare up to and including"), [Optional()])

    def __init__(self, plan: ContactPlan, last_begins: date) -> None:
        super().__init__()
        self.plan, self.last_begins = plan, last_begins
        if not compared(plan):
            del self.trial_ends
        elif not self.is_submitted():
            self.trial_ends.data = usual_end(plan, last_begins)

    def validate_trial_ends(self, field: Any) -> None:
        """As the service will: answers count until a day after the step, and not for years."""
        if field.data and (problem := problem_with(field.data, self.plan, self.last_begins)):
            raise ValidationError(problem)
