"""What a person decides about messages of unknown fate: send them once more, or leave it at that."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns.models import Enrolment
from outreach.jobs import soon

LEFT_AT_THAT = "left_in_doubt"
"""Reason of a message that somebody decided not to send again."""


def send_again(attempt_ids: Sequence[UUID]) -> int:
    """Let messages in doubt go once more, with the same text and code; how many.

    Only while nobody else has decided, and not where the plan has stopped meanwhile. They may arrive twice.
    """
    attempt = db.table(ContactAttempt)
    now = clock.now()
    stopped = db.session().scalars(
        attempt.select()
        .with_only_columns(attempt.c.id)
        .join(Enrolment, col(Enrolment.id) == attempt.c.enrolment_id)
        .where(attempt.c.id.in_(attempt_ids), col(Enrolment.status) == "stopped")
    )
    wanted = set(attempt_ids) - set(stopped)
    with db.write() as session:
        done = session.execute(
            update(attempt)
            .where(attempt.c.id.in_(wanted), attempt.c.status == AttemptStatus.unknown.value)
            .values(status=AttemptStatus.planned.value, tries=0, retry_at=None, due_at=now, claim=None)
            .returning(attempt.c.id)
        ).all()
        soon("send")
    return len(done)


def leave_it(attempt_ids: Sequence[UUID]) -> int:
    """Leave messages in doubt at that: they count as not sent, and nobody is asked about them again; how many."""
    attempt = db.table(ContactAttempt)
    with db.write() as session:
        done = session.execute(
            update(attempt)
            .where(attempt.c.id.in_(attempt_ids), attempt.c.status == AttemptStatus.unknown.value)
            .values(
                status=AttemptStatus.cancelled.value, reason=LEFT_AT_THAT, retry_at=None, ended_at=clock.now()
            )
            .returning(attempt.c.id)
        ).all()
    return len(done)
