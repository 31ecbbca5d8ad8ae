"""Which language a page speaks: asked for in the address, else the person's own, else the browser's."""

from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel

from outreach.i18n import LANGUAGES

COOKIE = "language"


def choose() -> str:
    """The language of this request; Dutch outside a request."""
    if not has_request_context():
        return "nl"
    chosen: str | None = g.get("language")
    if chosen is None:
        chosen = g.language = _choose()
    return chosen


def _choose() -> str:
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    return request.accept_languages.best_match(list(LANGUAGES), default="nl") or "nl"


def languages() -> list[dict[str, object]]:
    """The language switch of the layout: a link a language."""
    if request.method != "GET":
        return []
    present = choose()
    links = []
    for code, label in LANGUAGES.items():
        query = request.args.copy()
        query["lang"] = code
        href = f"{request.path}?{'&'.join(f'{k}={v}' for k, v in query.items())}"
        links.append({"code": code, "label": label, "href": href, "current": code == present})
    return links


def init_app(app: Flask) -> None:
    """Set up Flask-Babel; on staff pages the choice is kept in a cookie, on public pages in the address."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=choose, default_locale="nl", default_timezone="Europe/Amsterdam")

    @app.after_request
    def keep(response: Response) -> Response:
        if request.blueprint == "responses":
            return response
        wanted = request.args.get("lang")
        if wanted in LANGUAGES and not g.get("no_cookies"):
            response.set_cookie(
                COOKIE, wanted, max_age=31536000, samesite="Lax", httponly=True, secure=request.is_secure
            )
        return response
