"""No session, no cookie and no signed-in person on the public pages: the code in the address is the key.

The same holds for the addresses that providers and mail programs call, where a signature or a token is the key.

What Flask and its extensions do for every request (open a session, look who is signed in) is left out
there. That keeps the pages free of cookies also for staff who try a letter in their own browser, and it is
half of what makes them fast.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

PREFIXES = ("/r/", "/notifynl/", "/twilio/", "/unsubscribe/")


class _NoSessionForAnswers(SecureCookieSessionInterface):
    """Flask's own sessions, but none under the public addresses."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(PREFIXES):
            return SecureCookieSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not request.path.startswith(PREFIXES):
            super().save_session(app, session, response)
        else:
            # A code stands in the address: not even our own pages are told where somebody came from.
            response.headers["Referrer-Policy"] = "no-referrer"


def init_app(app: Flask) -> None:
    """To be called after staff sign-in is set up."""
    app.session_interface = _NoSessionForAnswers()
    principal = app.extensions["security"].principal
    principal.identity_loaders = type(principal.identity_loaders)(
        _not_for_answers(loader) for loader in principal.identity_loaders
    )


def _not_for_answers(loader: Callable[[], Any]) -> Callable[[], Any]:
    def load() -> Any:
        return None if request.path.startswith(PREFIXES) else loader()

    return load
