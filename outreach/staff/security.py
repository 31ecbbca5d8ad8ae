"""Staff sign-in by Flask-Security-Too. Passkeys, TOTP and OpenID Connect get their place here later."""

from datetime import timedelta
from typing import cast

from flask import Flask
from flask_security import Security, SQLAlchemySessionUserDatastore
from sqlalchemy.orm import scoped_session
from sqlmodel import Session
from werkzeug.local import LocalProxy

from outreach import db
from outreach.config import Settings
from outreach.staff import sessions
from outreach.staff.models import Role, User
from outreach.staff.passwords import SHORTEST
from outreach.staff.sign_in import SignInForm

HASHING: dict[str, object] = {}
"""Options of argon2, by which a guess costs what it costs; none: those that the package advises."""


class _Accounts(SQLAlchemySessionUserDatastore):
    """Flask-Security's own changes (a new password, say) commit through the one door, `db.write`."""

    def commit(self) -> None:
        """Write what Flask-Security changed."""
        session = db.session()
        changed = list(session.dirty) + list(session.new)
        with db.write() as unit:
            for account in changed:
                unit.add(account)


def init_app(app: Flask, settings: Settings, *, pages: bool = True) -> None:
    """Sign-in by e-mail and password; no registration, no mail, sessions in a strict cookie.

    Without `pages` there is no way to sign in: for the zone that faces the internet.
    """
    sessions.init_app(app, timedelta(hours=settings.session_hours))
    app.config.update(
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 (the name of a method)
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=HASHING,
        SECURITY_PASSWORD_SALT=app.secret_key,
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": _by_email, "case_insensitive": True}}],
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGIN_USER_TEMPLATE="staff/sign_in.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        # Nothing asks for the password a second time yet: below zero there is no page that does.
        SECURITY_FRESHNESS=timedelta(minutes=-1),
        SECURITY_STATIC_FOLDER=None,
    )
    Security(
        app,
        _Accounts(cast(scoped_session[Session], LocalProxy(db.session)), User, Role),
        register_blueprint=pages,
        login_form=SignInForm,
    )


def _by_email(identity: str) -> str:
    return identity.strip().lower()
