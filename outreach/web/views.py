"""The first page and whether the process is alive."""

from flask import Blueprint, current_app, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import text

from outreach import db
from outreach.staff.scope import RoleName, current
from outreach.web.access import open_to_all

blueprint = Blueprint("web", __name__)

HOMES = {
    RoleName.coach: "attempts.today",
    RoleName.clerk: "letters.work",
    RoleName.coordinator: "campaigns.overview",
    RoleName.administrator: "campaigns.overview",
}
"""Where each role begins her day."""


def home() -> str:
    """The address of the first page of whoever is signed in."""
    mine = current().roles
    for role, endpoint in HOMES.items():
        if role in mine and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("cases.search")


@blueprint.get("/")
@open_to_all
def first() -> ResponseReturnValue:
    """Your own first page; who is not signed in is asked to, or in a demo is shown around; in public the codes."""
    if "security.login" not in current_app.view_functions:
        return redirect(url_for("responses.type_code"))
    if current_user.is_authenticated:
        return redirect(home())
    if "demo.welcome" in current_app.view_functions:
        return redirect(url_for("demo.welcome"))
    return redirect(url_for("security.login"))


@blueprint.get("/healthz")
@open_to_all
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@open_to_all
def ready() -> ResponseReturnValue:
    """The database answers as well."""
    db.session().execute(text("SELECT 1"))
    return jsonify(status="ok")
