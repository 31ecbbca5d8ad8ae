"""Counting tries: one limiter for the whole application (Flask-Limiter).

Rooms say what they count (wrong codes, sign-ins) and how many are too many; here is only where the numbers are.
They are per process unless OUTREACH_RATE_LIMIT_STORAGE names a shared store. A store that does not answer stops
nobody: the pages go on without limit, and the log says so.
"""

import ipaddress
import logging
from collections.abc import Iterable

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem
from limits.errors import StorageError

log = logging.getLogger(__name__)


def init_app(app: Flask, storage: str) -> None:
    """Set up the counters; `storage` as in Flask-Limiter (memory://, redis://…)."""
    limiter = Limiter(
        address, storage_uri=storage, strategy="fixed-window", storage_options={"wrap_exceptions": True}
    )
    # Flask-Limiter would look at each request of the whole application; only tries are counted here, by
    # hand. An extension that is already registered adds no hooks.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)
    app.extensions["outreach_limiter"] = limiter


def left(limits: Iterable[RateLimitItem], *whose: str) -> bool:
    """Whether there is a try left under all of these limits; counts nothing."""
    try:
        return all(_limiter().limiter.test(limit, *whose) for limit in limits)
    except StorageError:
        log.exception("the store of the rate limit does not answer")
        return True


def count(limits: Iterable[RateLimitItem], *whose: str) -> bool:
    """Count a try under all of these limits; False when it is one too many for any of them."""
    try:
        kept = [_limiter().limiter.hit(limit, *whose) for limit in limits]
    except StorageError:
        log.exception("the store of the rate limit does not answer")
        return True
    return all(kept)


def forget(limits: Iterable[RateLimitItem], *whose: str) -> None:
    """Begin counting anew."""
    try:
        for limit in limits:
            _limiter().limiter.clear(limit, *whose)
    except StorageError:
        log.exception("the store of the rate limit does not answer")


def address() -> str:
    """Whom to count: the IPv4 address, or the /64 that one IPv6 household has to itself."""
    text = request.remote_addr or ""
    if ":" not in text:
        return text
    try:
        return str(ipaddress.ip_network((text.partition("%")[0], 64), strict=False))
    except ValueError:
        return text


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions["outreach_limiter"]
    return found
