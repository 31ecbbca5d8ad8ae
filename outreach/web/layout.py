"""What every page's frame needs: the menu of the person's roles, her region, the language switch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_security import current_user
from htmx_flask import request as htmx_request

from outreach import db, i18n
from outreach.errors import NotFound
from outreach.i18n import _, _l
from outreach.regions.models import Region
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.language import choose, languages

COACH, CLERK, COORDINATOR, ADMINISTRATOR = RoleName

MENU: tuple[tuple[str, object, str, frozenset[RoleName]], ...] = (
    ("attempts.today", _l("Today"), "today", frozenset({COACH})),
    ("inbox.conversations", _l("Messages"), "chat", frozenset({COACH})),
    ("attempts.visits", _l("Visits"), "visits", frozenset({COACH})),
    ("cases.search", _l("Search"), "search", frozenset({COACH})),
    ("letters.work", _l("Letters"), "letters", frozenset({CLERK, ADMINISTRATOR})),
    ("imports.start", _l("Import"), "import", frozenset({CLERK})),
    ("campaigns.overview", _l("Campaigns"), "campaigns", frozenset({COORDINATOR, CLERK, ADMINISTRATOR})),
    ("insight.overview", _l("Figures"), "report", frozenset({COORDINATOR, ADMINISTRATOR})),
    ("cases.search", _l("Cases"), "search", frozenset({CLERK, COORDINATOR, ADMINISTRATOR})),
    ("inbox.conversations", _l("Messages"), "chat", frozenset({CLERK, COORDINATOR})),
    ("staff.people", _l("Administration"), "settings", frozenset({ADMINISTRATOR})),
    ("planning.round_", _l("Visits"), "visits", frozenset({CLERK})),
    ("parked.overview", _l("Reports"), "edit", frozenset({COORDINATOR})),
    ("messages.sandbox", _l("Sandbox"), "sandbox", frozenset({COACH, COORDINATOR})),
)
"""Endpoint, label, icon and roles of each item. At most five fit the bar on a phone; the clerk finds the sandbox among
the messages.
"""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One item of the main menu."""

    href: str
    label: str
    icon: str
    current: bool
    count: int = 0


def count_in_menu(app: Flask, endpoint: str, counter: Callable[[Scope], int]) -> None:
    """Let a room say what waits on one of its pages; asked on every page, so it must be quick."""
    app.extensions.setdefault("outreach_menu_counts", {})[endpoint] = counter


def alarm_by(app: Flask, alarms: Callable[[Scope], Sequence[object]]) -> None:
    """Let a room say what must be seen on whatever page somebody has before her; asked on every page."""
    app.extensions["outreach_alarms"] = alarms


def menu() -> list[NavItem]:
    """The main menu of whoever is signed in; each page once."""
    scope = current()
    mine = scope.roles
    counters: dict[str, Callable[[Scope], int]] = current_app.extensions.get("outreach_menu_counts", {})
    items: dict[str, NavItem] = {}
    for endpoint, label, icon, roles in MENU:
        if endpoint in items or endpoint not in current_app.view_functions:
            continue
        if not mine & roles:
            continue
        here = request.endpoint == endpoint
        number = counters[endpoint](scope) if endpoint in counters else 0
        items[endpoint] = NavItem(url_for(endpoint), str(label), icon, here, number)
    return list(items.values())


def region() -> Region | None:
    """The region of whoever is signed in (her first one)."""
    if "region" not in g:
        regions = current().regions if current_user.is_authenticated else frozenset()
        g.region = db.session().get(Region, min(regions)) if regions else None
    found: Region | None = g.region
    return found


def own_region() -> Region:
    """The region that whoever is signed in works for. Raises NotFound when there is none."""
    found = region()
    if found is None:
        raise NotFound(_l("You do not work for a region yet. Ask your administrator."))
    return found


def _in_the_demo(mine: Region | None) -> bool:
    """Whether there is a page to choose who one is; never in production, which has no such page."""
    return mine is not None and mine.demo and "demo.welcome" in current_app.view_functions


def role_names() -> dict[RoleName, str]:
    """The roles in words."""
    return {
        RoleName.coach: _("Coach"),
        RoleName.clerk: _("Clerk"),
        RoleName.coordinator: _("Coordinator"),
        RoleName.administrator: _("Administrator"),
    }


def init_app(app: Flask) -> None:
    """Give all templates the frame's values and the words for dates."""
    app.jinja_env.globals.update(day=i18n.day, moment=i18n.moment, percent=i18n.percent)

    @app.context_processor
    def frame() -> dict[str, Any]:
        if not has_request_context():
            return {}
        context: dict[str, Any] = {
            "language": choose(),
            "languages": languages(),
            "region": None,
            "home_href": "/",
        }
        if request.blueprint == "responses" or not current_user.is_authenticated:
            return context
        names = role_names()
        mine = region()
        alarms = current_app.extensions.get("outreach_alarms")
        return context | {
            "alarms": alarms(current()) if alarms and not htmx_request.htmx else (),
            "region": mine,
            "nav": menu(),
            "who": {
                "name": current_user.name,
                "role": ", ".join(names[RoleName(role.name)] for role in current_user.roles),
                "details_href": url_for("me.details") if "me.details" in current_app.view_functions else None,
                "other_role_href": url_for("demo.welcome") if _in_the_demo(mine) else None,
                "sign_out_href": url_for("security.logout"),
            },
        }
