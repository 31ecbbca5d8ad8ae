"""Pages of campaigns: all of them, one of them, a new one, what starts and stops it, and the pictures of plans."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock, db
from outreach.campaigns import forecast, page_queries, queries, service, untried_queries, words
from outreach.campaigns.forms import CampaignForm, StartForm
from outreach.campaigns.models import Campaign
from outreach.campaigns.picture import draw
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.plan_files import parse_plan, shipped_plans
from outreach.campaigns.trial_rules import compared
from outreach.cases.timeline import staff_actor
from outreach.cases.words import CHANNELS
from outreach.errors import NotAllowed, NotFound
from outreach.i18n import _, _l
from outreach.regions.models import Region
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("campaigns", __name__)

COACH, CLERK, COORDINATOR = RoleName.coach, RoleName.clerk, RoleName.coordinator


def mine(slug: str, scope: Scope) -> Campaign:
    """The campaign of this name in the person's regions. Raises NotFound for every other."""
    return queries.by_slug(slug, scope.regions)


def may_act(scope: Scope) -> bool:
    """Whether the person starts and stops campaigns, or only looks."""
    return scope.has(COORDINATOR, RoleName.administrator)


def plan_of(campaign: Campaign) -> ContactPlan | None:
    """The plan that its people were enrolled with, before the start the one that ships; None when neither is there."""
    document = page_queries.plan_document(campaign.id)
    if document is not None:
        return parse_plan(document, campaign.plan_name)
    return shipped_plans().get(campaign.plan_name)


@blueprint.get("/campaigns")
@roles(COORDINATOR, CLERK)
def overview() -> ResponseReturnValue:
    """All campaigns of the person's regions, newest first."""
    scope = current()
    lines = page_queries.overview(scope)
    return render_template("campaigns/overview.html", lines=lines, words=words, may_act=may_act(scope))


@blueprint.route("/new-campaign", methods=["GET", "POST"])
@roles(COORDINATOR)
def new() -> ResponseReturnValue:
    """Make a campaign: a name and a plan, chosen by its picture."""
    scope = current()
    regions = _regions(scope)
    form = CampaignForm()
    plans = list(shipped_plans().values())
    form.plan.choices = [(plan.name, words.in_my_language(plan.title)) for plan in plans]
    form.region.choices = [(str(region.id), region.name) for region in regions]
    if not form.is_submitted():
        form.plan.data = plans[0].name
    if form.validate_on_submit():
        region = next((each for each in regions if str(each.id) == form.region.data), regions[0])
        name = form.name.data.strip()
        slug = form.slug.data or words.suggested_slug(name, page_queries.slugs(region.id)) or "campagne"
        campaign = service.create(region.id, slug, form.plan.data, name)
        flash(_("The campaign is there. Now choose who comes into it."), "ok")
        return redirect(url_for("adding.add", slug=campaign.slug))
    page = render_template(
        "campaigns/new.html", form=form, pictures=[draw(plan) for plan in plans], regions=regions
    )
    return page, 422 if form.is_submitted() else 200


def _regions(scope: Scope) -> list[Region]:
    found = [db.session().get(Region, region_id) for region_id in sorted(scope.regions)]
    regions = [region for region in found if region is not None]
    if not regions:
        raise NotAllowed(_l("You do not belong to a municipality yet. Ask your administrator."))
    return regions


@blueprint.get("/campaigns/<slug>")
@roles(COORDINATOR, CLERK)
def show(slug: str) -> ResponseReturnValue:
    """One campaign: how far everybody is, its steps, its plan. With htmx only how far it is, every 15 seconds."""
    scope = current()
    campaign = mine(slug, scope)
    plan = plan_of(campaign)
    steps = page_queries.steps_of(campaign.id, scope)
    steps.sort(key=lambda line: words.step_place(plan, line.step))
    template = "campaigns/_standing.html" if htmx_request.htmx else "campaigns/show.html"
    return render_template(
        template,
        campaign=campaign,
        plan=plan,
        picture=draw(plan) if plan else None,
        steps=steps,
        standing=page_queries.standing(campaign.id, scope),
        words=words,
        channels=CHANNELS,
        may_act=may_act(scope),
        allowed=service.CHANGES[campaign.status],
    )


@blueprint.get("/campaigns/<slug>/not-tried")
@roles(COORDINATOR, CLERK)
def not_tried(slug: str) -> ResponseReturnValue:
    """Whose plan in a campaign ended with nothing tried, and why."""
    scope = current()
    campaign = mine(slug, scope)
    found, page, pages = untried_queries.untried(campaign.id, scope, request.args.get("page", 1, int))
    return render_template(
        "campaigns/not_tried.html",
        campaign=campaign,
        found=found,
        sentences=untried_queries.WHY_SENTENCES,
        to_fill_in=untried_queries.TO_FILL_IN,
        page=page,
        pages=pages,
    )


@blueprint.get("/plans/<name>")
@roles(COORDINATOR, CLERK, COACH)
def plan(name: str) -> ResponseReturnValue:
    """A plan that ships, as a picture of its weeks."""
    found = shipped_plans().get(name)
    if found is None:
        raise NotFound(_l("There is no such plan."))
    return render_template("campaigns/plan.html", plan=found, picture=draw(found))


def _to_act_on(slug: str) -> tuple[Campaign, Scope]:
    """The campaign, if all who are in it are of the person's municipalities: what she does reaches them all."""
    scope = current()
    campaign = mine(slug, scope)
    if page_queries.others_in(campaign.id, scope):
        raise NotAllowed(
            _l(
                "Young people of other municipalities are in this campaign too. Ask a coordinator who works for "
                "all of them."
            )
        )
    return campaign, scope


def _to(campaign: Campaign) -> ResponseReturnValue:
    return redirect(url_for("campaigns.show", slug=campaign.slug))


@blueprint.route("/campaigns/<slug>/start", methods=["GET", "POST"])
@roles(COORDINATOR)
def start(slug: str) -> ResponseReturnValue:
    """Say what will happen first and when, and start it."""
    campaign, scope = _to_act_on(slug)
    region = db.session().get(Region, campaign.region_id)
    plan = shipped_plans().get(campaign.plan_name)
    if region is None or plan is None:
        raise NotFound(_l("There is no such plan."))
    last_begins = max(service.beginnings(campaign), default=clock.today())
    form = StartForm(plan, last_begins)
    if form.validate_on_submit():
        service.start(campaign.id, form.trial_ends.data if form.trial_ends else None, staff_actor(me(scope)))
        flash(_("The campaign has started."), "ok")
        return _to(campaign)
    start = forecast.at_start(
        plan,
        page_queries.waiting_groups(campaign.id),
        clock.now(),
        clock.today(),
        queries.planner_settings(region),
    )
    page = render_template(
        "campaigns/start.html",
        campaign=campaign,
        plan=plan,
        start=start,
        form=form,
        compared=compared(plan),
        last_begins=last_begins,
        today=clock.today(),
        words=words,
        channels=CHANNELS,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/campaigns/<slug>/pause")
@roles(COORDINATOR)
def pause(slug: str) -> ResponseReturnValue:
    """Let nothing more go out for now."""
    campaign, _scope = _to_act_on(slug)
    service.pause(campaign.id)
    flash(_("Paused. Nothing goes out until you let it go on."), "ok")
    return _to(campaign)


@blueprint.post("/campaigns/<slug>/resume")
@roles(COORDINATOR)
def resume(slug: str) -> ResponseReturnValue:
    """Let a paused campaign go on."""
    campaign, _scope = _to_act_on(slug)
    service.resume(campaign.id)
    flash(_("The campaign goes on."), "ok")
    return _to(campaign)


@blueprint.route("/campaigns/<slug>/stop", methods=["GET", "POST"])
@roles(COORDINATOR)
def stop(slug: str) -> ResponseReturnValue:
    """Ask, and end it for good."""
    campaign, scope = _to_act_on(slug)
    if request.method == "POST":
        service.stop(campaign.id, staff_actor(me(scope)))
        flash(_("The campaign is stopped. What had not gone out is called off."), "ok")
        return _to(campaign)
    values: dict[str, Any] = {"standing": page_queries.standing(campaign.id, scope)}
    return render_template("campaigns/stop.html", campaign=campaign, **values)


def me(scope: Scope) -> UUID:
    """The id of whoever is signed in."""
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
