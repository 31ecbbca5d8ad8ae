"""The page of outcomes: a table of the annual report, beside the year before if wanted, and the targets."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField

from outreach import clock
from outreach.i18n import _l
from outreach.insight import outcome_reports, outcome_tables
from outreach.insight.asking import asked
from outreach.insight.target_tables import asked_year, school_years
from outreach.insight.views import page
from outreach.insight.wanted import Wanted
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("outcomes", __name__)


class OutcomeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Which table, whether beside the year before, and the school year of the targets."""

    class Meta:
        """Looking changes nothing and so needs no token."""

        csrf = False

    table = SelectField(_l("Table"), validate_choice=False)
    compare = BooleanField(_l("Beside the year before"))
    school_year = SelectField(_l("School year of the targets"), validate_choice=False)


@blueprint.get("/reports/outcomes")
@roles(RoleName.coordinator)
def overview() -> ResponseReturnValue:
    """How cases ended, as the annual report tells it. Raises NotFound for a table that there is not."""
    scope = current()
    form = OutcomeForm(request.args)
    hers = Wanted(municipalities=scope.municipalities)
    form.table.choices = list(outcome_tables.names(hers).items())
    form.table.data = name = outcome_reports.asked_name(request.args, hers)
    year = asked_year(form.school_year.data)
    form.school_year.data = year.name
    form.school_year.choices = [
        (each.name, each.name) for each in dict.fromkeys([*school_years(clock.today()), year])
    ]
    compare = form.compare.data
    return page(
        "insight/_outcomes.html",
        _l("Outcomes"),
        _l("How cases ended, in the tables of the annual report."),
        lambda wanted: outcome_reports.shown(name, wanted, compare=compare, year=year),
        asked=asked(scope),
        own=form,
        template="insight/outcomes.html",
    )
