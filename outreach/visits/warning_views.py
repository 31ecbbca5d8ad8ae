"""Warnings about an address, on the page of a case."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from outreach import clock
from outreach.cases import queries as cases
from outreach.errors import Refused
from outreach.i18n import _, _l
from outreach.staff.scope import RoleName, Scope, current
from outreach.visits import warning_queries, warning_service
from outreach.web.access import roles
from outreach.web.panels import Panel, Place

blueprint = Blueprint("warnings", __name__)

MAY_WARN = (RoleName.coach, RoleName.coordinator)
USUAL = timedelta(days=90)


class WarningForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What to know, who sees it, until when."""

    text = TextAreaField(
        _l("What must somebody know who goes there?"),
        [
            InputRequired(_l("Say it in one or two sentences.")),
            Length(max=warning_service.LONGEST, message=_l("Say it in one or two sentences.")),
        ],
    )
    seen_by = RadioField(
        _l("Who sees it?"),
        choices=[
            SelectChoice("coaches", _l("Coaches and coordinators")),
            SelectChoice("staff", _l("Everybody who sees the case")),
        ],
        default="coaches",
    )
    until = DateField(_l("Until which day?"), [InputRequired(_l("Choose a day."))])


@blueprint.route("/cases/<uuid:case_id>/warning", methods=["GET", "POST"])
@roles(*MAY_WARN)
def add(case_id: UUID) -> ResponseReturnValue:
    """Warn of the address of a case."""
    scope = current()
    case = cases.head(case_id, scope)
    form = WarningForm() if request.form else WarningForm(data={"until": usual(), "seen_by": "coaches"})
    if form.validate_on_submit():
        try:
            warning_service.add(case.id, form.text.data, form.until.data, form.seen_by.data, scope)
        except Refused as refusal:
            form.text.errors = [*form.text.errors, refusal.message]
        else:
            flash(_("Whoever goes to this address sees it."), "ok")
            return redirect(url_for("cases.show", case_id=case.id))
    page = render_template("visits/warning.html", case=case, form=form)
    return page, 422 if form.is_submitted() else 200


def usual() -> date:
    """Until when a warning holds unless another day is chosen."""
    return clock.today() + USUAL


@blueprint.post("/cases/<uuid:case_id>/warning/<uuid:warning_id>/end")
@roles(*MAY_WARN)
def end(case_id: UUID, warning_id: UUID) -> ResponseReturnValue:
    """It is not so any more."""
    warning_service.end(warning_id, case_id, current())
    flash(_("The warning is gone."), "ok")
    return redirect(url_for("cases.show", case_id=case_id))


def panels(case_id: UUID, scope: Scope) -> Iterator[Panel]:
    """The warnings about the address of a case, for who may see them; one query."""
    warns = scope.has(*MAY_WARN, RoleName.administrator)
    found = warning_queries.of_case(case_id, for_coaches=warns)
    if found or warns:
        values = {"warnings": found, "case_id": case_id, "warns": warns}
        yield Panel(Place.side, "visits/_warnings.html", values, rank=5)
