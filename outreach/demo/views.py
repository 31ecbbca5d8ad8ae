"""The first page of a demo: who you can be and what to try."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user

from outreach.config import Settings
from outreach.demo import queries
from outreach.demo.cast import COACHES, OTHERS, PASSWORD
from outreach.demo.hurry import hurry
from outreach.errors import NotFound
from outreach.i18n import _l, ngettext
from outreach.responses import codes
from outreach.staff.scope import RoleName, current
from outreach.web.access import open_to_all, roles

ROLES = {"coach": COACHES[0][1]} | {role.value: account for role, account, *_names in OTHERS}


def blueprint(settings: Settings) -> Blueprint:
    """The pages of the demo, on this installation."""
    pages = Blueprint("demo", __name__)

    @pages.get("/demo")
    @open_to_all
    def welcome() -> ResponseReturnValue:
        """Who you can be: coach, clerk, coordinator, or the young person with this letter."""
        region = queries.demo_region()
        if region is None:
            raise NotFound(_l("There is no demo in this database."))
        letter = queries.letter_in_hand(region.id)
        return render_template(
            "demo/welcome.html",
            name=region.name,
            letter=letter,
            code=codes.display(letter.code) if letter else None,
            accounts=queries.accounts(region.id),
            password=PASSWORD,
        )

    @pages.post("/demo/sign-in/<role>")
    @open_to_all
    def be(role: str) -> ResponseReturnValue:
        """Sign in as somebody of the demo, with one button."""
        region = queries.demo_region()
        if region is None or role not in ROLES:
            raise NotFound(_l("There is no demo in this database."))
        email = f"{ROLES[role]}@demo.example.org"
        user = next(user for user in queries.accounts(region.id) if user.email == email)
        login_user(user)
        return redirect("/")

    @pages.post("/demo/hurry")
    @roles(RoleName.coach, RoleName.clerk, RoleName.coordinator)
    def messages_now() -> ResponseReturnValue:
        """Let the first messages of a campaign that has just begun go out, whatever the hour."""
        region = queries.demo_region()
        if region is None or region.id not in current().regions:
            raise NotFound(_l("There is no demo in this database."))
        sent = hurry(region.id)
        flash(ngettext("%(num)d message went out.", "%(num)d messages went out.", sent), "ok")
        return redirect(url_for("messages.sandbox"))

    @pages.app_context_processor
    def for_the_sandbox() -> dict[str, Any]:
        """How many first messages wait for their hour; asked for by the sandbox page alone."""
        return {"messages_waiting": _waiting}

    return pages


def _waiting() -> int:
    region = queries.demo_region()
    return len(queries.before_first_message(region.id)) if region and region.id in current().regions else 0
