"""What becomes of a message by what its provider says."""

from datetime import UTC, datetime, timedelta

import pytest

from outreach.attempts.rules import AttemptStatus
from outreach.messages.outcomes import Fate, Outcome, Reason
from outreach.messages.rules import BACKOFF, MOST_TRIES, PROVIDER_BUSY, settle

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fate", "status"),
    [
        (Fate.accepted, AttemptStatus.sent),
        (Fate.delivered, AttemptStatus.delivered),
        (Fate.read, AttemptStatus.read),
        (Fate.unknown, AttemptStatus.unknown),
    ],
)
def test_what_was_or_may_have_been_taken_over(fate: Fate, status: AttemptStatus) -> None:
    assert settle(Outcome(fate), 0, NOW).status is status


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.too_late])
def test_a_refusal_says_why(reason: Reason) -> None:
    settled = settle(Outcome(Fate.refused, reason=reason), 0, NOW)
    assert (settled.status, settled.result) == (AttemptStatus.failed, reason.value)


def test_a_message_whose_time_was_over_has_expired() -> None:
    assert settle(Outcome(Fate.refused, reason=Reason.too_late), 0, NOW).status is AttemptStatus.expired


def test_what_was_not_taken_over_is_tried_later_and_later_and_then_given_up() -> None:
    waits = []
    for tries in range(MOST_TRIES):
        settled = settle(Outcome(Fate.later), tries, NOW)
        if settled.status is AttemptStatus.planned:
            assert settled.retry_at is not None
            waits.append((settled.retry_at - NOW).total_seconds())
    assert waits == list(BACKOFF[: MOST_TRIES - 1])
    assert (settled.status, settled.result) == (AttemptStatus.failed, PROVIDER_BUSY)


def test_a_provider_that_says_how_long_to_wait_is_heeded() -> None:
    settled = settle(Outcome(Fate.later, retry_after=timedelta(hours=2)), 0, NOW)
    assert settled.retry_at == NOW + timedelta(hours=2)
