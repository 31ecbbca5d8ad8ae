"""The plan of one case: its panel on the page of the case, and pausing, resuming and stopping it by hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from outreach import clock, db
from outreach.attempts.rules import OPEN
from outreach.campaigns import enrolments, forecast, page_queries, queries, words
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.plan_files import parse_plan
from outreach.campaigns.queries import Looked
from outreach.campaigns.rules import ALLOWED_ENROLMENT_CHANGES, EnrolmentStatus, PlannerSettings
from outreach.campaigns.views import me
from outreach.cases.timeline import staff_actor
from outreach.errors import Conflict
from outreach.i18n import _
from outreach.regions.models import Region
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles
from outreach.web.panels import Panel, Place

blueprint = Blueprint("enrolments", __name__)

VERBS = {
    "pause": EnrolmentStatus.paused,
    "resume": EnrolmentStatus.running,
    "stop": EnrolmentStatus.stopped,
}
ACTS = (RoleName.coach, RoleName.coordinator, RoleName.administrator)


@dataclass(frozen=True, slots=True)
class PlanOfCase:
    """One line of the panel: a plan that the case is or was in. `next_at` in UTC; `verbs` is what she may do."""

    enrolment: Enrolment
    campaign: Campaign
    title: str
    next_step: str
    next_at: datetime | None
    verbs: frozenset[str]


def panels(case_id: UUID, scope: Scope) -> Iterable[Panel]:
    """The panel of a case's plans; at most six queries, whatever their number. No panel without a plan."""
    found = page_queries.enrolments_of_case(case_id)
    if not found:
        return []
    looked = {row.enrolment_id: row for row in queries.looked_at([enrolment.id for enrolment, _c in found])}
    plans = _plans(enrolment for enrolment, _campaign in found)
    region = db.session().get(Region, found[0][1].region_id)
    assert region is not None
    settings = queries.planner_settings(region)
    lines = [
        _line(enrolment, campaign, looked[enrolment.id], plans, settings, acts=scope.has(*ACTS))
        for enrolment, campaign in found
    ]
    opens_campaign = scope.has(RoleName.clerk, RoleName.coordinator, RoleName.administrator)
    values = {"lines": lines, "words": words, "opens_campaign": opens_campaign}
    return [Panel(Place.planned, "campaigns/_case_panel.html", values, rank=20)]


def _plans(found: Iterable[Enrolment]) -> dict[UUID, ContactPlan]:
    versions = {enrolment.plan_version_id for enrolment in found if enrolment.plan_version_id}
    documents = queries.plan_documents(versions) if versions else {}
    return {version: parse_plan(document, "plan") for version, document in documents.items()}


def _line(
    enrolment: Enrolment,
    campaign: Campaign,
    looked: Looked,
    plans: dict[UUID, ContactPlan],
    settings: PlannerSettings,
    *,
    acts: bool,
) -> PlanOfCase:
    status = EnrolmentStatus(enrolment.status)
    allowed = ALLOWED_ENROLMENT_CHANGES[status]
    verbs = {verb for verb, after in VERBS.items() if after in allowed and acts}
    if campaign.status != "running":
        # A plan begins, and goes on, with its campaign.
        verbs.discard("resume")
    plan = plans.get(enrolment.plan_version_id) if enrolment.plan_version_id else None
    step, at = "", None
    if plan and status is EnrolmentStatus.running and campaign.status == "running":
        step, at = _next(plan, looked, settings)
    title = words.in_my_language(plan.title) if plan else words.plan_title(campaign.plan_name)
    return PlanOfCase(enrolment, campaign, title, step, at, frozenset(verbs))


def _next(plan: ContactPlan, looked: Looked, settings: PlannerSettings) -> tuple[str, datetime | None]:
    """What lies ready, soonest first; else what the plan will want next if nothing changes."""
    ready = [attempt for attempt in looked.facts.history if attempt.status in OPEN]
    if ready:
        first = min(ready, key=lambda attempt: attempt.due_at)
        return words.step_title(plan, first.step), first.due_at
    coming = forecast.coming(plan, looked.facts, clock.now(), settings)
    return (words.step_title(plan, coming.step), coming.due_at) if coming else ("", None)


@blueprint.get("/campaigns/enrolments/<uuid:enrolment_id>/stop")
@roles(RoleName.coach, RoleName.coordinator)
def ask_stop(enrolment_id: UUID) -> ResponseReturnValue:
    """Ask before the plan of one case is stopped for good."""
    enrolment, campaign = page_queries.enrolment_in_scope(enrolment_id, current())
    return render_template("campaigns/stop_one.html", enrolment=enrolment, campaign=campaign)


@blueprint.post("/campaigns/enrolments/<uuid:enrolment_id>/<any(pause,resume,stop):verb>")
@roles(RoleName.coach, RoleName.coordinator)
def change(enrolment_id: UUID, verb: str) -> ResponseReturnValue:
    """Pause, resume or stop the plan of one case."""
    scope = current()
    enrolment, campaign = page_queries.enrolment_in_scope(enrolment_id, scope)
    case_id = enrolment.case_id
    if verb == "resume" and campaign.status != "running":
        raise Conflict(_("The campaign does not run, so this plan cannot go on. Start the campaign first."))
    enrolments.change_one(enrolment_id, VERBS[verb], staff_actor(me(scope)))
    done = {
        "pause": _("The plan is paused. Nothing goes out until you let it go on."),
        "resume": _("The plan goes on."),
        "stop": _("The plan is stopped. What had not gone out is called off."),
    }
    flash(done[verb], "ok")
    return redirect(url_for("cases.show", case_id=case_id))
