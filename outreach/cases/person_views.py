"""The page on which staff change what is known of a person."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.cases import person_queries, person_service, queries
from outreach.cases.person_forms import PersonForm
from outreach.cases.person_service import OthersLiveHere
from outreach.i18n import _
from outreach.regions.queries import municipality_names
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("persons", __name__)


@blueprint.route("/cases/<uuid:case_id>/person", methods=["GET", "POST"])
@roles(RoleName.coach, RoleName.clerk, RoleName.coordinator)
def edit(case_id: UUID) -> ResponseReturnValue:
    """Change name, ways to reach her and address; what is wrong comes back beside its field."""
    scope = current()
    case = queries.head(case_id, scope)
    form = PersonForm(case)
    names = municipality_names([case.region_id])
    form.municipality.choices = [(code, name) for code, name in names.items() if code in scope.municipalities]
    if form.validate_on_submit():
        try:
            changed = person_service.change(case.id, form.details, scope, with_others=form.others.data)
        except OthersLiveHere as refusal:
            form.others.errors = [refusal.message]
        else:
            flash(_("The details are kept.") if changed else _("Nothing was changed."), "ok")
            return redirect(_back(case_id))
    page = render_template(
        "cases/person.html",
        case=case,
        form=form,
        others=len(person_queries.others_at_home(case.person_id, scope)),
        came_back=person_queries.came_back(case.id),
        back=_back(case_id),
    )
    return page, 422 if form.is_submitted() else 200


def _back(case_id: UUID) -> str:
    """Where she came from: the clerk's list of letters to mend, or the case."""
    if request.args.get("back") == "letters":
        return url_for("letters.work", _anchor="to-mend")
    return url_for("cases.show", case_id=case_id, _anchor="about")
