"""The proof that an answer came in, carried in the address of the thank-you page.

There is no cookie to remember it by, and the page must not tell whoever else holds the letter whether
somebody answered: without the receipt it does not open.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from outreach import clock
from outreach.responses.rules import Intent

VALID = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which button was pressed and when the answer came in."""

    intent: Intent
    at: datetime


def give(code: str, intent: Intent, at: datetime) -> str:
    """A signed receipt for this code, fit for an address."""
    return str(_signer().dumps([code, intent.value, int(at.timestamp())]))


def read(code: str, text: str) -> Receipt | None:
    """The receipt, or None when it is not ours, of another code, or older than an hour."""
    try:
        of, intent, seconds = _signer().loads(text)
        receipt = Receipt(Intent(intent), datetime.fromtimestamp(seconds, clock.TIMEZONE))
    except (BadData, ValueError, TypeError):
        return None
    return receipt if of == code and clock.now() - receipt.at < VALID else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="response receipt")
