"""Refusals and errors become a page, a fragment or JSON here, and nowhere else."""

import logging

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from htmx_flask import request as htmx_request
from werkzeug.exceptions import HTTPException

from outreach import db
from outreach.errors import Refused
from outreach.i18n import _
from outreach.web.access import API

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer refusals, HTTP errors and crashes in the reader's words."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return page(error.status, error.message)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> ResponseReturnValue:
        if request.path.startswith(API):
            return jsonify(error=_("Ask for a new token and send it once more."), token=True), 400
        return page(400, _("This page was open for too long. Go back, load it again and send it once more."))

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        return page(error.code, _sentence(error.code))

    @app.errorhandler(Exception)
    def crash(error: Exception) -> ResponseReturnValue:
        log.exception("request failed: %s", request.endpoint)
        # PostgreSQL answers nothing more in a transaction in which a statement failed, and the page reads who looks.
        db.session().rollback()
        return page(500, _sentence(500))


def page(status: int, message: str) -> ResponseReturnValue:
    """The error page of the zone, the fragment when htmx asked, or JSON for a program."""
    if request.path.startswith(API):
        return jsonify(error=message), status
    context = {"error": {"title": _title(status), "message": message, "href": None, "link_label": None}}
    if htmx_request.htmx:
        return render_template("web/_error.html", **context), status
    public = request.blueprint == "responses" or request.path.startswith("/r/")
    name = "web/public_error.html" if public else "web/error.html"
    return render_template(name, phone=None, **context), status


def _title(status: int) -> str:
    titles: dict[int, str] = {
        403: _("You may not open this"),
        404: _("We cannot find this"),
        405: _("This does not work this way"),
        409: _("Something changed in the meantime"),
        413: _("This file is too large"),
        429: _("Too many tries"),
        500: _("Something went wrong on our side"),
    }
    return titles.get(status) or str(_("This did not work"))


def _sentence(status: int) -> str:
    sentences: dict[int, str] = {
        404: _("The page does not exist, or you may not see it. Check the address."),
        405: _("Go back and use the buttons on the page."),
        413: _("Nothing was saved. Choose a smaller file."),
        429: _("Wait a minute and try again."),
        500: _("What was saved before is safe. Try again; if it keeps happening, tell your administrator."),
    }
    return sentences.get(status) or str(_("Check what you filled in and try again. Nothing was lost."))
