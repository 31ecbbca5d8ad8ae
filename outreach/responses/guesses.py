"""Guessing codes: misses are counted per address, right codes are not.

A family or a school shares an address, so somebody else's typing errors must not lock a right code out:
who missed too often gets no more answers about wrong codes, but a right code still opens. Only an address
that missed far more often than people ever do is a machine, and gets nothing at all for the rest of the hour.
The numbers are per process unless OUTREACH_RATE_LIMIT_STORAGE names a shared store.
"""

import ipaddress
import logging

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import StorageError

log = logging.getLogger(__name__)

SOME: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(10), RateLimitItemPerHour(50))
"""So many wrong codes are answered."""

MACHINE: RateLimitItem = RateLimitItemPerHour(300, namespace="MACHINE")
"""So many wrong codes shut the address out."""


def init_app(app: Flask, storage: str) -> None:
    """Set up the counters; `storage` as in Flask-Limiter (memory://, redis://…)."""
    limiter = Limiter(
        _address, storage_uri=storage, strategy="fixed-window", storage_options={"wrap_exceptions": True}
    )
    # Flask-Limiter would look at each request of the whole application; only misses are counted here, by
    # hand. An extension that is already registered adds no hooks.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
    app.extensions["outreach_guesses"] = limiter


def shut_out() -> bool:
    """Whether this address guessed like a machine."""
    try:
        return not _limiter().limiter.test(MACHINE, _address())
    except StorageError:
        log.exception("the store of the rate limit does not answer")
        return False


def missed() -> bool:
    """Count a wrong code; True when this address had its number of them."""
    address = _address()
    try:
        kept = [_limiter().limiter.hit(limit, address) for limit in (*SOME, MACHINE)]
    except StorageError:
        log.exception("the store of the rate limit does not answer")
        return False
    return not all(kept)


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions["outreach_guesses"]
    return found


def _address() -> str:
    """Whom to count: the IPv4 address, or the /64 that one IPv6 household has to itself."""
    text = request.remote_addr or ""
    if ":" not in text:
        return text
    try:
        return str(ipaddress.ip_network((text.partition("%")[0], 64), strict=False))
    except ValueError:
        return text
