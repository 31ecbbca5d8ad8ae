"""The page behind 'unsubscribe' in a mail program, at /unsubscribe/. No session, no cookie: the token is the key.

Opening it changes nothing, since mail scanners open every link. A mail program posts to it by itself when somebody
presses its own button (List-Unsubscribe-Post), from a machine of its maker; so only wrong tokens are counted.
"""

from flask import Blueprint, Flask, g, render_template
from flask.typing import ResponseReturnValue
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from outreach import rate_limits
from outreach.messages import unsubscribe_service
from outreach.responses.queries import phone_of
from outreach.web.access import open_to_all

WRONG: tuple[RateLimitItem, ...] = (
    RateLimitItemPerMinute(20, namespace="UNSUBSCRIBE"),
    RateLimitItemPerHour(100, namespace="UNSUBSCRIBE"),
)
"""So many wrong tokens are answered; an address that tried more gets nothing for the rest of the hour."""

blueprint = Blueprint("unsubscribe", __name__, url_prefix="/unsubscribe")


def init_app(app: Flask) -> None:
    """Open the address; mail programs know no CSRF token."""
    app.extensions["csrf"].exempt(blueprint)
    app.register_blueprint(blueprint)


@blueprint.get("/<token>")
@open_to_all
def ask(token: str) -> ResponseReturnValue:
    """One button: no e-mail any more."""
    return _page(token, leave=False)


@blueprint.post("/<token>")
@open_to_all
def leave(token: str) -> ResponseReturnValue:
    """Somebody pressed the button, here or in her mail program; 200 however often."""
    return _page(token, leave=True)


def _page(token: str, *, leave: bool) -> ResponseReturnValue:
    g.no_cookies = True
    if not rate_limits.left(WRONG, rate_limits.address()):
        return render_template("messages/unsubscribe.html", step="too_often"), 429, {"Retry-After": "60"}
    whose = unsubscribe_service.behind(token)
    if whose is None:
        rate_limits.count(WRONG, rate_limits.address())
        return render_template("messages/unsubscribe.html", step="unknown"), 404
    if leave:
        unsubscribe_service.leave(whose)
    settings = whose.region.settings
    return render_template(
        "messages/unsubscribe.html",
        step="done" if leave else "ask",
        region=whose.region,
        service=settings.service_name,
        phone=phone_of(settings.phone),
    )
