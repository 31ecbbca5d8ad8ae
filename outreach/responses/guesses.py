"""Guessing codes: misses are counted per address, right codes are not.

A family or a school shares an address, so somebody else's typing errors must not lock a right code out:
who missed too often gets no more answers about wrong codes, but a right code still opens. Only an address
that missed far more often than people ever do is a machine, and gets nothing at all for the rest of the hour.
"""

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from outreach import rate_limits

SOME: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(10), RateLimitItemPerHour(50))
"""So many wrong codes are answered."""

MACHINE: RateLimitItem = RateLimitItemPerHour(300, namespace="MACHINE")
"""So many wrong codes shut the address out."""


def shut_out() -> bool:
    """Whether this address guessed like a machine."""
    return not rate_limits.left([MACHINE], rate_limits.address())


def missed() -> bool:
    """Count a wrong code; True when this address had its number of them."""
    return not rate_limits.count((*SOME, MACHINE), rate_limits.address())
