"""A coach's phones and her calendar: which there are, and what to do when one is lost."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from limits import RateLimitItem, RateLimitItemPerMinute

from outreach import rate_limits
from outreach.config import Settings
from outreach.errors import NotFound
from outreach.i18n import _, _l
from outreach.staff.scope import RoleName, current
from outreach.visits import calendar_service, device_queries, device_service
from outreach.web.access import open_to_all, roles

blueprint = Blueprint("field_devices", __name__)

GOES_OUT = (RoleName.coach, RoleName.coordinator)
GUESSES: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(30, namespace="CALENDAR"),)
"""Addresses that lead nowhere, from one place."""


@blueprint.get("/visits/phones")
@roles(*GOES_OUT)
def overview() -> ResponseReturnValue:
    """Her own phones, for a coordinator those of her colleagues too, and her calendar."""
    return _page()


def _page(**more: Any) -> ResponseReturnValue:
    scope = current()
    leads = scope.has(RoleName.coordinator, RoleName.administrator)
    return render_template(
        "visits/phones.html",
        phones=device_service.of(current_user.id),
        others=device_queries.of_colleagues(scope) if leads else [],
        calendar_since=calendar_service.made_at(current_user.id),
        **more,
    )


@blueprint.post("/visits/phones/<uuid:phone_id>/lost")
@roles(*GOES_OUT)
def lost(phone_id: UUID) -> ResponseReturnValue:
    """A phone is lost: it empties itself, and its owner is signed out everywhere."""
    scope = current()
    phone = device_service.revoke(phone_id, scope)
    flash(_("This phone empties itself at its next contact, and is signed out."), "ok")
    if phone.user_id == scope.user_id:
        return redirect(url_for("security.login", next=url_for("field_devices.overview")))
    return redirect(url_for("field_devices.overview"))


@blueprint.post("/visits/calendar")
@roles(*GOES_OUT)
def make_calendar() -> ResponseReturnValue:
    """A new secret address, shown once."""
    secret = calendar_service.make(current_user.id)
    settings: Settings = current_app.extensions["outreach_settings"]
    path = url_for("field_devices.calendar", secret=secret)
    return _page(calendar_address=settings.base_url.rstrip("/") + path)


@blueprint.post("/visits/calendar/off")
@roles(*GOES_OUT)
def no_calendar() -> ResponseReturnValue:
    """The address leads nowhere from now on."""
    calendar_service.take_away(current_user.id)
    flash(_("The address of your calendar leads nowhere any more."), "ok")
    return redirect(url_for("field_devices.overview"))


@blueprint.get("/visits/calendar/<secret>.ics")
@open_to_all
def calendar(secret: str) -> ResponseReturnValue:
    """What a calendar program reads; the secret in the address is the key."""
    if not rate_limits.left(GUESSES, rate_limits.address()):
        return _("Too many tries"), 429
    owner = calendar_service.owner(secret)
    if owner is None:
        rate_limits.count(GUESSES, rate_limits.address())
        raise NotFound(_l("This calendar does not exist any more."))
    return Response(calendar_service.read(owner), mimetype="text/calendar")
