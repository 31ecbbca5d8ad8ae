"""Who may open which page. Every route is closed unless it says otherwise.

`@open_to_all` opens a view to the world, `@roles(...)` to some roles; without either a view is for any
signed-in member of staff. tests/meta walks all routes.
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from htmx_flask import request as htmx_request

from outreach.errors import NotAllowed
from outreach.i18n import _, _l
from outreach.staff.scope import RoleName, current

View = TypeVar("View", bound=Callable[..., object])

OPEN = "open"
OPEN_ENDPOINTS = frozenset({"security.login", "security.logout"})
"""Views that are not ours and must be reachable without being signed in."""


def open_to_all(view: View) -> View:
    """Let everybody open this view, signed in or not."""
    view.__dict__["outreach_access"] = OPEN
    return view


def roles(*names: RoleName) -> Callable[[View], View]:
    """Let only these roles open the view; administrators always may."""

    def decorate(view: View) -> View:
        view.__dict__["outreach_access"] = frozenset(names) | {RoleName.administrator}
        return view

    return decorate


def access_of(app: Flask, endpoint: str) -> object:
    """'open', a set of roles, or None for any member of staff."""
    if endpoint in OPEN_ENDPOINTS:
        return OPEN
    return getattr(app.view_functions[endpoint], "outreach_access", None)


def init_app(app: Flask) -> None:
    """Ask at the door of every request."""

    @app.before_request
    def door() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None
        access = access_of(current_app, request.endpoint)
        if access is OPEN:
            return None
        if not current_user.is_authenticated:
            return _to_sign_in()
        if access is not None and not current().roles & access:  # type: ignore[operator]  # a set of roles
            raise NotAllowed(_l("This page is not part of your role."))
        return None


API = "/field/api/"
"""What a program speaks to: its answers are JSON, and it is never sent elsewhere."""


def _to_sign_in() -> ResponseReturnValue:
    if request.path.startswith(API):
        return jsonify(error=_("Sign in again."), sign_in=url_for("security.login", next="/field/")), 401
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    there = url_for("security.login", next=back)
    if htmx_request.htmx:
        return "", 204, {"HX-Redirect": there}
    return redirect(there)
