"""A coach's devices: turn notices on, try them, take a device away; and what a browser needs to show them."""

from pathlib import Path
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_security import current_user

from outreach.errors import Conflict
from outreach.i18n import _
from outreach.staff import push_keys, push_queries, push_service
from outreach.staff.scope import RoleName
from outreach.web.access import open_to_all, roles
from outreach.web.assets import DIST

blueprint = Blueprint("devices", __name__, url_prefix="/me/devices")


@blueprint.get("")
@roles(RoleName.coach)
def overview() -> ResponseReturnValue:
    """Her devices, a button for this one, and instructions."""
    signer = push_keys.signer()
    return render_template(
        "staff/devices.html",
        devices=push_queries.devices_of(current_user.id),
        key=push_keys.public_key(signer) if signer else "",
    )


@blueprint.post("")
@roles(RoleName.coach)
def subscribe() -> ResponseReturnValue:
    """What the browser gave after she said yes (static/src/staff/push.ts fills the form)."""
    given = request.form
    try:
        device = push_service.subscribe(
            current_user.id,
            endpoint=given.get("endpoint", ""),
            p256dh=given.get("p256dh", ""),
            auth=given.get("auth", ""),
            user_agent=request.user_agent.string,
        )
    except Conflict as refusal:
        flash(refusal.message, "bad")
    else:
        flash(_("Notices are on: %(device)s.", device=device.device), "ok")
    return redirect(url_for("devices.overview"), 303)


@blueprint.post("/<uuid:device_id>/remove")
@roles(RoleName.coach)
def remove(device_id: UUID) -> ResponseReturnValue:
    """Take one of her devices away."""
    push_service.remove(device_id, current_user.id)
    flash(_("That device gets no more notices."), "ok")
    return redirect(url_for("devices.overview"), 303)


@blueprint.post("/<uuid:device_id>/test")
@roles(RoleName.coach)
def try_out(device_id: UUID) -> ResponseReturnValue:
    """Send a test to one of her devices."""
    push_service.try_out(device_id, current_user.id)
    flash(_("A test is on its way. It shows within some seconds."), "info")
    return redirect(url_for("devices.overview"), 303)


@blueprint.get("/worker.js")
@open_to_all
def worker() -> ResponseReturnValue:
    """The service worker that shows notices. It stands here for its scope, which is this folder and no page.

    Open, since browsers look for a newer one long after a sign-in has ended; it holds nothing about anybody.
    """
    built = DIST / Path(_asset("push-worker.js")).name
    if not built.is_file():
        abort(404)
    return Response(built.read_bytes(), mimetype="text/javascript")


@blueprint.get("/outreach.webmanifest")
@open_to_all
def manifest() -> ResponseReturnValue:
    """What lets an iPhone put the pages on its home screen, without which it shows no notices."""
    answer = jsonify(
        id="/today",
        name="Outreach",
        short_name="Outreach",
        start_url="/today",
        scope="/",
        display="standalone",
        icons=[{"src": _asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    answer.mimetype = "application/manifest+json"
    return answer


def _asset(name: str) -> str:
    found: str = current_app.jinja_env.globals["asset"](name)  # type: ignore[operator]  # set by web/assets.py
    return found
