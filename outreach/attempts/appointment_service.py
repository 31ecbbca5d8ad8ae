"""Giving a visit its day and time."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l

FURTHEST = timedelta(days=60)
END_OF_DAY = time(23, 59)


def appoint(
    case_id: UUID, attempt_id: UUID, at: datetime, *, by: UUID, more: Mapping[str, Any] | None = None
) -> None:
    """Plan a visit at an (aware) moment.

    The visit may still be logged until the end of that day, also when the plan would have let it go earlier:
    the coach decides. The timeline hears of it, with `more` beside the moment.

    Raises Refused for a moment that has passed or is more than FURTHEST away, NotFound for another case's
    visit, Conflict when the visit is no longer open.
    """
    now = clock.now()
    if at < now:
        raise Refused(_l("This moment has passed. Choose a later one."))
    if at > now + FURTHEST:
        raise Refused(_l("This is more than two months away. Choose an earlier day."))
    end_of_day = datetime.combine(clock.local(at).date(), END_OF_DAY, clock.TIMEZONE)
    with db.write() as session:
        attempt = db.table(ContactAttempt)
        mine = (
            (attempt.c.id == attempt_id)
            & (attempt.c.case_id == case_id)
            & (attempt.c.channel == Channel.visit.value)
        )
        row = session.execute(select(attempt.c.status, attempt.c.latest_at).where(mine)).first()
        if row is None:
            raise NotFound(_l("This visit does not exist."))
        latest_at = max(row.latest_at, end_of_day) if row.latest_at else None
        still_open = session.scalars(
            update(attempt)
            .where(mine, attempt.c.status == AttemptStatus.planned.value)
            .values(due_at=at, latest_at=latest_at)
            .returning(attempt.c.id)
        ).first()
        if still_open is None:
            raise Conflict(_l("This visit is no longer open. Look at the case to see why."))
        timeline.record(
            case_id,
            EventKind.visit_planned,
            actor=timeline.staff_actor(by),
            channel=Channel.visit,
            data={"at": at.isoformat(), **(more or {})},
            attempt_id=attempt_id,
        )
