"""How long a sign-in lasts: until it was not used for OUTREACH_SESSION_HOURS, on this server's clock."""

from datetime import timedelta
from typing import Any

from flask import Flask, request, session
from flask_login import user_logged_in  # type: ignore[import-untyped]  # no types are published

from outreach import clock

SEEN = "seen_at"
"""When the session was last used, in seconds, to within `STEP`."""

STEP = 300
"""Seconds: writing the cookie with each request would only make answers larger."""


def init_app(app: Flask, idle: timedelta) -> None:
    """End sessions that were not used for `idle`. Comes before whatever asks who is signed in."""
    app.config.update(PERMANENT_SESSION_LIFETIME=idle, SESSION_REFRESH_EACH_REQUEST=False)
    user_logged_in.connect(_begin, app)

    @app.before_request
    def in_use() -> None:
        if request.endpoint == "static" or "_user_id" not in session:
            return
        now = int(clock.now().timestamp())
        unused = now - session.get(SEEN, now)
        if unused > idle.total_seconds():
            session.clear()
        elif unused >= STEP or SEEN not in session:
            session[SEEN] = now


def _begin(_app: Flask, **_about: Any) -> None:
    session.permanent = True
    session[SEEN] = int(clock.now().timestamp())
