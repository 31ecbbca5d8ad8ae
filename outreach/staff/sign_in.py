"""The sign-in form with a limit on guesses, per account and per address.

An account's tries are counted before the password is looked at, so that many at once do not slip through, and
whether or not the account exists, so that the limit tells nobody who works here. A right password begins the
count anew. An office shares one address, so there only wrong passwords count.
"""

from typing import Any

from flask_security.forms import LoginForm
from flask_security.utils import validate_redirect_url
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from wtforms import Field

from outreach import rate_limits
from outreach.errors import Refused
from outreach.i18n import _l

PER_ACCOUNT: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(10, 15, namespace="ACCOUNT"),)
"""Ten tries in a quarter of an hour."""

PER_ADDRESS: tuple[RateLimitItem, ...] = (
    RateLimitItemPerMinute(20, namespace="SIGNIN"),
    RateLimitItemPerHour(100, namespace="SIGNIN"),
)
"""So many wrong passwords from one address."""

LONGEST_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321): no longer text is kept to count by."""


class TooManyTries(Refused):
    """Somebody tried one password after the other."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            _l(
                "There were too many tries to sign in. Wait a quarter of an hour, or ask your administrator for a "
                "new password."
            )
        )


def begin_try(email: str) -> None:
    """A password is about to be tried for this account. Raises TooManyTries."""
    if not rate_limits.left(PER_ADDRESS, rate_limits.address()):
        raise TooManyTries
    if not rate_limits.count(PER_ACCOUNT, _account(email)):
        raise TooManyTries


def failed() -> None:
    """It was wrong."""
    rate_limits.count(PER_ADDRESS, rate_limits.address())


def succeeded(email: str) -> None:
    """It was right: this person counts from nothing again."""
    rate_limits.forget(PER_ACCOUNT, _account(email))


def _account(email: str) -> str:
    return email.strip().lower()[:LONGEST_ADDRESS]


class SignInForm(LoginForm):
    """E-mail address and password."""

    def validate_next(self, field: Field) -> None:
        """A place to go on to that is not ours is forgotten; whoever signed in rightly comes to her own page."""
        if field.data and not validate_redirect_url(field.data):
            field.data = ""

    def validate(self, **kwargs: Any) -> bool:
        """Whether this is somebody who may come in. Raises TooManyTries."""
        email = self.email.data or ""
        begin_try(email)
        right = bool(super().validate(**kwargs))
        if right:
            succeeded(email)
        else:
            failed()
        return right
