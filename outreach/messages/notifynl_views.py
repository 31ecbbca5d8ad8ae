"""What NotifyNL tells of messages on its way, at /notifynl/status. No session, no cookie: a bearer token is the key."""

import hmac
import json
import logging
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from outreach.config import Settings
from outreach.messages import delivery_service
from outreach.messages.channels.notifynl import outcome_of
from outreach.web.access import open_to_all

log = logging.getLogger(__name__)

MOST_BYTES = 16 * 1024
"""A callback of NotifyNL is under 1,000 bytes."""

blueprint = Blueprint("notifynl", __name__)


def init_app(app: Flask) -> None:
    """Open the address; NotifyNL knows no CSRF token."""
    app.extensions["csrf"].exempt(blueprint)
    app.register_blueprint(blueprint)


@blueprint.post("/notifynl/status")
@open_to_all
def status() -> ResponseReturnValue:
    """Take in what became of a message.

    204 also for what was told before, for a status that we do not know and for a message that is not ours: NotifyNL
    does not mend it by telling it again. 401 without the right token, 413 and 422 for what is no callback.
    """
    g.no_cookies = True
    if not _known():
        return "", 401, {"WWW-Authenticate": "Bearer"}
    request.max_content_length = MOST_BYTES
    try:
        told = _read(request.get_data(cache=False))
    except RequestEntityTooLarge:
        return "", 413
    if told is None:
        log.warning("a callback of NotifyNL could not be read")
        return "", 422
    _take_in(told)
    return "", 204


def _known() -> bool:
    """Whether it brings the token; when none is set nobody is known."""
    settings: Settings = current_app.extensions["outreach_settings"]
    token = settings.providers.notifynl.callback_token
    kind, _space, brought = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(brought.strip().encode(), token.encode())
    return bool(token) and kind.lower() == "bearer" and same


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _take_in(told: dict[str, Any]) -> None:
    attempt_id, theirs = _uuid(told.get("reference")), _uuid(told.get("id"))
    if attempt_id is None:
        log.info("NotifyNL told of a message that is not ours: %s", theirs)
        return
    outcome = outcome_of(told.get("status"), str(theirs) if theirs else None)
    if outcome is None:
        log.warning("NotifyNL told a status of %s that is not known: %.40r", attempt_id, told.get("status"))
        return
    delivery_service.arrived(attempt_id, outcome)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
