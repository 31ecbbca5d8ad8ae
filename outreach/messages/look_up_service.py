"""Asking providers what became of messages: those of unknown fate soon, those of which nobody told each night."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.messages import delivery_service, outbox_queries
from outreach.messages.composing_service import address
from outreach.messages.outbox_service import ways
from outreach.messages.outcomes import Fate, Outcome, Outgoing
from outreach.messages.rules import LOOK_UPS

AT_ONCE = 100
SINCE = timedelta(days=2)
"""How far back a provider is asked for a message of unknown fate."""

ASK_AFTER = timedelta(hours=1)
"""How old a message is at least of which we ask each night what became of it."""

ASK_UNTIL = timedelta(days=5)
"""And at most: after that no network still delivers it."""


def look_up_unknown() -> int:
    """Look for messages of unknown fate at their providers; how many were found.

    1. What the provider has becomes what the provider says.
    2. What it does not have is looked for again later (LOOK_UPS), then it waits for a person: it is never sent again
       by itself, since a provider may find a message late.
    """
    now = clock.now()
    record_overtaken()
    found = 0
    while True:
        rows = outbox_queries.unknown(now, ways(), AT_ONCE)
        for row in rows:
            outcome = ways()[row.channel].find(_as_sent(row), now - SINCE)
            if outcome is None:
                _later(row)
            elif delivery_service.settle_unknown(_as_sent(row), outcome):
                found += 1
            else:
                _later(row)
        if len(rows) < AT_ONCE:
            return found


def record_overtaken() -> int:
    """Record the sending of messages whose worker died after their provider had told of them already; how many."""
    told = outbox_queries.overtaken(clock.now(), AT_ONCE)
    if told:
        rows = outbox_queries.to_compose(list(told))
        with db.write() as session:
            left = [(_as_sent(row), Outcome(Fate.accepted, told[row.id])) for row in rows]
            delivery_service.record(session, left)
    return len(told)


def _as_sent(row: Any) -> Outgoing:
    return Outgoing(
        row.id, row.case_id, row.person_id, row.channel, row.step, address(row) or "", row.body or ""
    )


def _later(row: Any) -> None:
    now = clock.now()
    place = row.tries + 1
    attempt = db.table(ContactAttempt)
    with db.write() as session:
        session.execute(
            update(attempt)
            .where(attempt.c.id == row.id, attempt.c.status == AttemptStatus.unknown.value)
            .values(tries=place, retry_at=now + LOOK_UPS[place] if place < len(LOOK_UPS) else None)
        )


def ask_after(attempt_ids: Sequence[UUID] | None = None) -> int:
    """Ask what became of messages that left and of which their provider told nothing more; how many had news."""
    now = clock.now()
    news = 0
    for row in outbox_queries.without_news(now - ASK_AFTER, now - ASK_UNTIL, ways(), attempt_ids):
        outcome = ways()[row.channel].fetch(row.provider_id)
        if outcome is not None and delivery_service.arrived(row.id, outcome):
            news += 1
    return news
