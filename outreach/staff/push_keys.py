"""The pair of keys by which push services know this installation (VAPID, RFC 8292).

The private key is 32 bytes in base64url; browsers get the public one when they subscribe. With another pair all
subscriptions are worth nothing.
"""

import base64
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from py_vapid import Vapid

from outreach import config
from outreach.config import Settings
from outreach.staff.push_rules import LOOPBACK


def new_private_key() -> str:
    """A private key as VAPID_PRIVATE_KEY takes it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return _text(number.to_bytes(32, "big"))


def signer() -> Vapid | None:
    """What signs notices; None where push is off.

    The key is a setting. Only the demo makes one by itself and keeps it, so that its subscriptions outlive a restart.
    """
    settings: Settings = current_app.extensions["outreach_settings"]
    private = settings.vapid_private_key
    if not private and not settings.production:
        private = config.kept("vapid_private_key", new_private_key)
    return Vapid.from_raw(private.rstrip("=").encode()) if private else None


def public_key(vapid: Vapid) -> str:
    """The public key as browsers take it (applicationServerKey): base64url of 65 bytes."""
    form = serialization.PublicFormat.UncompressedPoint
    return _text(vapid.public_key.public_bytes(serialization.Encoding.X962, form))


def subject() -> str:
    """Whom a push service may turn to: the address of this installation."""
    base = urlsplit(_base_url())
    # Services refuse an address on somebody's own machine; a demo there has nobody to turn to.
    return f"https://{base.hostname}" if base.scheme == "https" else "mailto:outreach@example.org"


def may_push_here() -> bool:
    """Whether a push service on this machine will do: outside production, when the pages are there as well."""
    settings: Settings = current_app.extensions["outreach_settings"]
    return not settings.production and urlsplit(_base_url()).hostname in LOOPBACK


def _base_url() -> str:
    settings: Settings = current_app.extensions["outreach_settings"]
    return settings.base_url


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
