"""Choosing who comes into a campaign: by municipality, target group and school, or from a list just imported."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach.campaigns import page_queries, queries, service, words
from outreach.campaigns.forms import ChoiceForm
from outreach.campaigns.models import Campaign
from outreach.campaigns.queries import Choice
from outreach.campaigns.views import mine
from outreach.cases.imports import queries as imports
from outreach.cases.target_groups import TargetGroup
from outreach.errors import Conflict, NotFound
from outreach.i18n import _, _l, ngettext
from outreach.regions.queries import municipality_names
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("adding", __name__)


@blueprint.route("/campaigns/<slug>/add", methods=["GET", "POST"])
@roles(RoleName.coordinator)
def add(slug: str) -> ResponseReturnValue:
    """Count who would come in, and on POST let them come in. With htmx only the count."""
    scope = current()
    campaign = mine(slug, scope)
    if campaign.status == "stopped":
        raise Conflict(_l("This campaign is stopped."))
    run_id = _run_id()
    if run_id is not None:
        return _from_list(campaign, run_id, scope)
    form = _form(campaign, scope)
    choice = Choice(form.municipality.data or None, form.target_group.data or None, form.school.data or None)
    if request.method == "POST":
        return _added(campaign, page_queries.eligible_ids(campaign.region_id, scope, choice))
    number = queries.count_eligible(campaign.region_id, scope.municipalities, choice)
    template = "campaigns/_count.html" if htmx_request.htmx else "campaigns/add.html"
    return render_template(template, campaign=campaign, form=form, number=number, words=words)


def _run_id() -> UUID | None:
    wanted = request.values.get("import")
    if not wanted:
        return None
    try:
        return UUID(wanted)
    except ValueError:
        raise NotFound(_l("This import does not exist.")) from None


def _from_list(campaign: Campaign, run_id: UUID, scope: Scope) -> ResponseReturnValue:
    listed = list(imports.cases_of(run_id, scope))
    free = page_queries.eligible_among(campaign.region_id, scope, listed)
    if request.method == "POST":
        return _added(campaign, free)
    return render_template(
        "campaigns/add_list.html", campaign=campaign, run_id=run_id, listed=len(listed), number=len(free)
    )


def _form(campaign: Campaign, scope: Scope) -> ChoiceForm:
    form = ChoiceForm(request.values)
    names = municipality_names([campaign.region_id])
    hers = [(code, name) for code, name in names.items() if code in scope.municipalities]
    everybody = ("", _("All"))
    form.municipality.choices = [everybody, *hers]
    form.target_group.choices = [everybody, *((group.value, group.label) for group in TargetGroup)]
    schools = page_queries.schools(campaign.region_id, scope)
    form.school.choices = [everybody, *((school, school) for school in schools)]
    return form


def _added(campaign: Campaign, case_ids: list[UUID]) -> ResponseReturnValue:
    added = service.add_cases(campaign.id, case_ids)
    flash(
        ngettext(
            "%(num)d young person came into the campaign.",
            "%(num)d young people came into the campaign.",
            added.enrolled,
        ),
        "ok" if added.enrolled else "warn",
    )
    return redirect(url_for("campaigns.show", slug=campaign.slug))
