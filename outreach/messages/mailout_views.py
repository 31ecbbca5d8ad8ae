"""The page of a campaign's mail-out: how far it is, when it will be done, and what needs a person."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock, db
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns.models import Campaign
from outreach.campaigns.queries import by_slug, planner_settings
from outreach.cases.words import CHANNELS
from outreach.config import Settings
from outreach.i18n import ngettext
from outreach.messages import inbox_words, mailout_queries, mailout_rules, mailout_service, outbox_queries
from outreach.messages.mailout_rules import Pace
from outreach.messages.outbox_queries import DAY
from outreach.regions.models import Region
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("mailout", __name__)

SHOWN = 100
"""Messages in doubt on the page; once these are decided the next ones come."""


@blueprint.get("/campaigns/<slug>/messages")
@roles(RoleName.coordinator, RoleName.clerk)
def show(slug: str) -> ResponseReturnValue:
    """How far the messages of a campaign are. With htmx only the figures, every five seconds while some wait."""
    scope = current()
    campaign = by_slug(slug, scope.regions)
    template = "messages/_mailout.html" if htmx_request.htmx else "messages/mailout.html"
    return render_template(template, campaign=campaign, **_values(campaign, scope))


def _values(campaign: Campaign, scope: Scope) -> dict[str, Any]:
    standing = mailout_queries.standing(campaign.id, scope)
    doubts = mailout_queries.in_doubt(campaign.id, scope, SHOWN) if standing.of(AttemptStatus.unknown) else []
    return {
        "standing": standing,
        "S": AttemptStatus,
        "no_longer_wanted": mailout_queries.NO_LONGER_WANTED,
        "in_doubt": doubts,
        "done_at": _done_at(campaign, standing),
        "why": inbox_words.WHY,
        "channels": CHANNELS,
        "may_act": scope.has(RoleName.coordinator, RoleName.administrator),
        "left_at_that": mailout_service.LEFT_AT_THAT,
    }


def _done_at(campaign: Campaign, standing: mailout_queries.Standing) -> object:
    """When the last one that waits will have left; None while nothing waits or nothing goes."""
    settings: Settings = current_app.extensions["outreach_settings"]
    waiting = {
        channel: number
        for channel, number in standing.waiting().items()
        if channel in settings.providers.by_system
    }
    region = db.session().get(Region, campaign.region_id)
    if campaign.status != "running" or not waiting or region is None:
        return None
    left = None
    if settings.providers.ways.get("whatsapp") == "twilio" and waiting.get("whatsapp"):
        written = outbox_queries.written_to_first(clock.now() - DAY)
        left = max(0, settings.whatsapp_new_a_day - len(written))
    pace = Pace({} if settings.sandbox else settings.pace, settings.whatsapp_new_a_day, left)
    return mailout_rules.done_at(waiting, pace, planner_settings(region).quiet, clock.now())


@blueprint.get("/campaigns/<slug>/messages/failed")
@roles(RoleName.coordinator, RoleName.clerk)
def failed(slug: str) -> ResponseReturnValue:
    """Whose message failed for one reason, with links to their cases."""
    scope = current()
    campaign = by_slug(slug, scope.regions)
    reason = request.args.get("reason", "")
    found = mailout_queries.failed(campaign.id, reason, scope, SHOWN)
    return render_template(
        "messages/mailout_failed.html",
        campaign=campaign,
        reason=reason,
        found=found,
        why=inbox_words.WHY,
        shown=SHOWN,
    )


@blueprint.post("/campaigns/<slug>/messages/doubts/<any(again,leave):verb>")
@roles(RoleName.coordinator)
def decide(slug: str, verb: str) -> ResponseReturnValue:
    """Send messages in doubt once more, or leave them: one, or all that the page shows."""
    scope = current()
    campaign = by_slug(slug, scope.regions)
    shown = {one.attempt_id for one in mailout_queries.in_doubt(campaign.id, scope, SHOWN)}
    one = request.form.get("attempt", "")
    chosen = [attempt_id for attempt_id in shown if not one or attempt_id == _uuid(one)]
    if verb == "again":
        done = mailout_service.send_again(chosen)
        words = ngettext("%(num)d message goes out once more.", "%(num)d messages go out once more.", done)
    else:
        done = mailout_service.leave_it(chosen)
        words = ngettext("%(num)d message was left at that.", "%(num)d messages were left at that.", done)
    flash(words, "ok")
    return redirect(url_for("mailout.show", slug=campaign.slug), 303)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
