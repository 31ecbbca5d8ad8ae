"""E-mail addresses of a list. Pure: a domain is checked for its form, not looked up."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

# The library checks 9,000 addresses a second. A plain local part needs no more than this, and the few
# domains of a list are checked once. A property test compares both.
_PLAIN_LOCAL = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*", re.ASCII | re.IGNORECASE)


def read_email(text: str) -> str | None:
    """The address with its domain in lower case; None when mail cannot be sent to it."""
    local, _, domain = text.strip().rpartition("@")
    if len(local) <= 64 and _PLAIN_LOCAL.fullmatch(local) and len(domain) < 190:
        normal = _domain(domain)
        return f"{local}@{normal}" if normal else None
    return _validated(text.strip())


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str | None:
    address = _validated(f"a@{domain}")
    return address.rpartition("@")[2] if address else None


def _validated(address: str) -> str | None:
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return None
