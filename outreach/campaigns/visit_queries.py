"""Reads about home visits of plans: when somebody is to be visited, as the letter before it says."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.campaigns.calendar import QuietHours
from outreach.campaigns.models import Enrolment, PlanVersion
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.plan_files import parse_plan
from outreach.campaigns.timetable import timetable

CHUNK = 500


def visit_days(enrolment_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The day of the home visit of each enrolment that has one, in local time.

    A visit that is laid ready already says its own day; before that it is the day of the plan's first visit.
    """
    wanted = sorted(set(enrolment_ids))
    found: dict[UUID, date] = {}
    for start in range(0, len(wanted), CHUNK):
        ids = wanted[start : start + CHUNK]
        found |= _from_plans(ids) | _laid_ready(ids)
    return found


def _laid_ready(ids: list[UUID]) -> dict[UUID, date]:
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.enrolment_id, func.min(attempt.due_at, type_=db.UtcDateTime()))
        .where(attempt.enrolment_id.in_(ids), attempt.channel == Channel.visit.value)
        .where(attempt.status == AttemptStatus.planned.value)
        .group_by(attempt.enrolment_id)
    )
    return {row[0]: clock.local(row[1]).date() for row in db.session().execute(query)}


def _from_plans(ids: list[UUID]) -> dict[UUID, date]:
    enrolments = select(col(Enrolment.id), col(Enrolment.plan_version_id), col(Enrolment.began_on)).where(
        col(Enrolment.id).in_(ids), col(Enrolment.began_on).is_not(None)
    )
    rows = db.session().execute(enrolments).all()
    documents = select(col(PlanVersion.id), col(PlanVersion.document)).where(
        col(PlanVersion.id).in_({row.plan_version_id for row in rows})
    )
    plans = {row.id: _plan(row.document) for row in db.session().execute(documents)}
    found: dict[UUID, date] = {}
    for row in rows:
        plan = plans.get(row.plan_version_id)
        visit = _first_visit(plan, row.began_on) if plan else None
        if visit:
            found[row.id] = visit
    return found


def plans_with_visits() -> list[UUID]:
    """The versions of plans, ever used, that hold a home visit."""
    rows = db.session().execute(select(col(PlanVersion.id), col(PlanVersion.document)))
    return [
        row.id for row in rows if any(Channel.visit in step.channels for step in _plan(row.document).steps)
    ]


@lru_cache(maxsize=64)
def _plan(document: str) -> ContactPlan:
    return parse_plan(document, "plan")


def _first_visit(plan: ContactPlan, began_on: date) -> date | None:
    for times in timetable(plan, began_on, QuietHours()):
        if times.step.channel is Channel.visit:
            return clock.local(times.due).date()
    return None


def card_answer_within(enrolment_id: UUID | None, step: str) -> int | None:
    """Working days within which the card of this step of an enrolment's plan asks for an answer; None: it does not."""
    if enrolment_id is None:
        return None
    query = (
        select(col(PlanVersion.document))
        .join(Enrolment, col(Enrolment.plan_version_id) == col(PlanVersion.id))
        .where(col(Enrolment.id) == enrolment_id)
    )
    document: str | None = db.session().execute(query).scalar()
    found = _plan(document).step_by_name.get(step) if document else None
    return found.answer_within if found else None


def checklists_of(attempt_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The checklist that the plan names for each of these visits; a visit without one is not in it. Two queries."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.id, attempt.step, col(Enrolment.plan_version_id))
        .join(Enrolment, col(Enrolment.id) == attempt.enrolment_id)
        .where(attempt.id.in_(set(attempt_ids)), attempt.channel == Channel.visit.value)
    )
    rows = db.session().execute(query).all()
    documents = select(col(PlanVersion.id), col(PlanVersion.document)).where(
        col(PlanVersion.id).in_({row.plan_version_id for row in rows})
    )
    plans = {row.id: _plan(row.document) for row in db.session().execute(documents)}
    found: dict[UUID, str] = {}
    for row in rows:
        step = plans[row.plan_version_id].step_by_name.get(row.step) if row.plan_version_id in plans else None
        if step is not None and step.checklist is not None:
            found[row.id] = step.checklist
    return found
