"""What becomes of a message's attempt once a provider has spoken. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.attempts.rules import AttemptStatus
from outreach.messages.outcomes import Fate, Outcome, Reason

MOST_TRIES = 8
"""Calls that a provider may refuse for the moment before the message is given up; with BACKOFF that is over a day."""

BACKOFF = (30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
"""Seconds until the next try after the first, second, … refusal for the moment."""

PROVIDER_BUSY = "provider_busy"
"""Result of a message that was refused for the moment too often."""

LOOK_UPS = (
    timedelta(0),
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""After which time a message of unknown fate is looked up at its provider again; after the last a person decides."""

_SETTLED = {
    Fate.accepted: AttemptStatus.sent,
    Fate.delivered: AttemptStatus.delivered,
    Fate.read: AttemptStatus.read,
    Fate.unknown: AttemptStatus.unknown,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """The status that the attempt takes; `result`: why it failed; `retry_at`: when it is tried or looked up again."""

    status: AttemptStatus
    result: str | None = None
    retry_at: datetime | None = None


def settle(outcome: Outcome, tries: int, now: datetime) -> Settled:
    """What an attempt becomes by what its provider said; `tries` counts the refusals for the moment before this one.

    1. Taken over: sent, or what the provider knows beyond that.
    2. Refused: failed with the reason, or expired when its time was over.
    3. Not taken over for the moment: planned again, later each time, until MOST_TRIES.
    4. Perhaps taken over: unknown. It is looked up, never sent again unasked (Twilio has no idempotency key).
    """
    if outcome.fate is Fate.refused:
        if outcome.reason is Reason.too_late:
            return Settled(AttemptStatus.expired, Reason.too_late.value)
        return Settled(AttemptStatus.failed, (outcome.reason or Reason.provider).value)
    if outcome.fate is Fate.later:
        if tries + 1 >= MOST_TRIES:
            return Settled(AttemptStatus.failed, PROVIDER_BUSY)
        wait = max(timedelta(seconds=BACKOFF[tries]), outcome.retry_after or timedelta(0))
        return Settled(AttemptStatus.planned, retry_at=now + wait)
    retry_at = now + LOOK_UPS[0] if outcome.fate is Fate.unknown else None
    return Settled(_SETTLED[outcome.fate], retry_at=retry_at)
