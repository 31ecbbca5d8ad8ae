"""A plan that ended only by what was logged goes on when that is taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.queries import OPEN_ENROLMENTS
from outreach.campaigns.rules import EnrolmentStatus
from outreach.cases.events import EventKind
from outreach.cases.models import CaseEvent
from outreach.cases.timeline import Recorded
from outreach.errors import Conflict
from outreach.i18n import _l

BY_RESPONSE = "responded"
"""Why a plan stopped, and its attempts were cancelled, that a logged contact ended."""


def go_on(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: plans that ended by an event that is taken back stand as before.

    1. The ends are among the events taken back along with it: plan_stopped and plan_finished, each with its campaign.
    2. The enrolment is running, paused or waiting again, and what was cancelled then is planned again.
    3. Was the campaign stopped meanwhile, then that is why this plan stays stopped.
    4. What is planned is held as its plan and campaign are now.

    It looks at its next step by `look_again`, which hears of this after it. Raises Conflict when a campaign that had
    not begun has begun without this case.
    """
    for event in events:
        for slug in _ended_by(session, [UUID(one) for one in event.data.get("also", ())]):
            # The campaign is locked as well, so that nobody stops it while one of its plans begins to run again.
            row = session.execute(
                select(Enrolment, Campaign)
                .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
                .where(col(Enrolment.case_id) == event.case_id, col(Campaign.slug) == slug)
                .with_for_update()
            ).one_or_none()
            if row is not None:
                _restore(session, row[0], row[1])
        _hold(session, event.case_id)


def _ended_by(session: Session, event_ids: Sequence[UUID]) -> list[str]:
    """The short names of the campaigns of which these events say that the plan ended."""
    event = db.table(CaseEvent).c
    ends = (EventKind.plan_stopped.value, EventKind.plan_finished.value)
    query = select(event.data).where(event.id.in_(event_ids), event.kind.in_(ends)).order_by(event.seq)
    return [str(data["campaign"]) for data in session.scalars(query)] if event_ids else []


def _restore(session: Session, enrolment: Enrolment, campaign: Campaign) -> None:
    stopped = enrolment.status == EnrolmentStatus.stopped and enrolment.stop_reason == BY_RESPONSE
    if not stopped and enrolment.status != EnrolmentStatus.finished:
        return
    if campaign.status == "stopped":
        enrolment.status, enrolment.stop_reason = EnrolmentStatus.stopped, "campaign_stopped"
        session.flush()
        return
    enrolment.status = _was(session, enrolment, campaign.slug)
    if enrolment.status == EnrolmentStatus.waiting and campaign.status != "draft":
        raise Conflict(_l("The campaign has begun since. Write a note if this is not right."))
    enrolment.stopped_at = enrolment.stop_reason = None
    enrolment.next_look_at = None if enrolment.status == EnrolmentStatus.waiting else clock.now()
    if campaign.status == "finished":  # Nobody else was left in it, and a tick came by.
        campaign.status, campaign.ended_at = "running", None
    session.flush()
    attempt = db.table(ContactAttempt)
    session.execute(
        update(attempt)
        .where(attempt.c.enrolment_id == enrolment.id, attempt.c.reason == BY_RESPONSE)
        .where(attempt.c.status == AttemptStatus.cancelled.value)
        .values(status=AttemptStatus.planned.value, reason=None, ended_at=None)
    )


def _was(session: Session, enrolment: Enrolment, slug: str) -> EnrolmentStatus:
    """What this plan was before it ended: only a plan that began can have been paused by hand."""
    if enrolment.began_on is None and enrolment.plan_version_id is None:
        return EnrolmentStatus.waiting
    event = db.table(CaseEvent).c
    kinds = (EventKind.plan_paused.value, EventKind.plan_resumed.value)
    query: Any = (
        select(event.kind, event.data)
        .where(event.case_id == enrolment.case_id, event.kind.in_(kinds))
        .order_by(event.seq.desc())
    )
    last: Any = next((kind for kind, data in session.execute(query) if data.get("campaign") == slug), None)
    return EnrolmentStatus.paused if last == EventKind.plan_paused else EnrolmentStatus.running


def _hold(session: Session, case_id: UUID) -> None:
    query: Any = (
        select(col(Enrolment.id), col(Enrolment.status), col(Campaign.status).label("campaign"))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(col(Enrolment.case_id) == case_id, col(Enrolment.status).in_(OPEN_ENROLMENTS))
    )
    for id_, status, campaign in session.execute(query).all():
        attempts.hold(session, [id_], status == EnrolmentStatus.paused or campaign == "paused")
