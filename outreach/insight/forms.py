"""The filters of the reports; sent by GET, so that they stay in the address."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import Optional, ValidationError

from outreach.i18n import _, _l


class ReportForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Municipality, campaign, target group and period; the choices are set by the view."""

    class Meta:
        """Looking changes nothing and so needs no token."""

        csrf = False

    municipality = SelectField(_l("Municipality"), validate_choice=False)
    campaign = SelectField(_l("Campaign"), validate_choice=False)
    target_group = SelectField(_l("Target group"), validate_choice=False)
    since = DateField(_l("From"), [Optional()], name="from")
    by = SelectField(_l("Divide by"), validate_choice=False)
    until = DateField(_l("Up to and including"), [Optional()], name="to")

    def validate_until(self, field: Any) -> None:
        """The period runs forward."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(_("The last day comes before the first."))
