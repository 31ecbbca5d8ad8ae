"""Verbs on enrolments: begin a plan, see what is due, stop, pause. The rules themselves are in rules.py."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.attempts.service import NewAttempt
from outreach.campaigns import queries
from outreach.campaigns.models import Campaign, Enrolment, VariantAssignment
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.plan_files import stored_plan
from outreach.campaigns.queries import Looked
from outreach.campaigns.rules import ALLOWED_ENROLMENT_CHANGES, Decision, EnrolmentStatus, decide
from outreach.cases import timeline
from outreach.cases.events import EventKind, ends_approach
from outreach.cases.timeline import NewEvent, Recorded
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l
from outreach.regions.models import Region

BATCH = 500
"""Enrolments in one transaction: short enough that others who write hardly notice."""


@dataclass(slots=True)
class Planned:
    """What a look brought: attempts that came into being, by channel, and plans that ended."""

    attempts: Counter[str] = field(default_factory=Counter)
    finished: int = 0

    def __iadd__(self, other: "Planned") -> "Planned":
        self.attempts += other.attempts
        self.finished += other.finished
        return self


def look(now: datetime) -> Planned:
    """Look at all enrolments that are due, in transactions of BATCH; each sees every due one once."""
    found = Planned()
    while True:
        with db.write() as session:
            ids = session.scalars(queries.due_enrolments(now, BATCH)).all()
            if not ids:
                return found
            found += advance(session, ids, now)


def advance(session: Session, enrolment_ids: Sequence[UUID], now: datetime) -> Planned:
    """Decide for running enrolments and store what came of it.

    1. Facts of all of them in three queries.
    2. The pure planner decides for each.
    3. New attempts are laid ready; the unique key (enrolment, step, ordinal) keeps each to once.
    4. The next moment to look is stored, and plans that ended in silence are recorded as finished.
    """
    looked = queries.looked_at(enrolment_ids)
    plans = {key: stored_plan(text) for key, text in _documents(looked).items()}
    regions = {row.region_id for row in looked}
    settings = {
        region.id: queries.planner_settings(region)
        for region in session.scalars(select(Region).where(col(Region.id).in_(regions)))
    }
    decisions = [
        (row, decide(plans[row.plan_version_id], row.facts, now, settings[row.region_id])) for row in looked
    ]
    planned = _lay_ready(session, decisions, plans)
    _remember(session, decisions)
    finished = [(row, d.finished) for row, d in decisions if d.finished is not None]
    timeline.record_many(
        [
            NewEvent(
                row.case_id,
                EventKind.plan_finished,
                data={
                    "campaign": row.campaign_slug,
                    "campaign_name": row.campaign_name,
                    "reason": reason.value,
                },
            )
            for row, reason in finished
        ]
    )
    return Planned(planned, len(finished))


def _documents(looked: Iterable[Looked]) -> dict[UUID, str]:
    return queries.plan_documents({row.plan_version_id for row in looked})


def _lay_ready(
    session: Session, decisions: Sequence[tuple[Looked, Decision]], plans: dict[UUID, ContactPlan]
) -> Counter[str]:
    variants = _variants(session, decisions, plans)
    new = [
        NewAttempt(
            case_id=row.case_id,
            enrolment_id=row.enrolment_id,
            campaign_id=row.campaign_id,
            step=due.step,
            ordinal=due.ordinal,
            channel=due.channel,
            owner=due.owner,
            template=due.template,
            variant=variants.get((row.campaign_id, due.step, row.household_key)),
            due_at=due.due_at,
            latest_at=due.latest_at,
        )
        for row, decision in decisions
        for due in decision.due
    ]
    attempts.plan_many(session, new)
    return Counter(attempt.channel for attempt in new)


VariantKey = tuple[UUID, str, str]


def _variants(
    session: Session, decisions: Sequence[tuple[Looked, Decision]], plans: dict[UUID, ContactPlan]
) -> dict[VariantKey, str]:
    """The frozen variant of each household for each step that has variants, drawn where there is none yet."""
    wanted: dict[VariantKey, str] = {}
    for row, decision in decisions:
        for due in decision.due:
            among = plans[row.plan_version_id].step(due.step).variants
            if among:
                key = (row.campaign_id, due.step, row.household_key)
                wanted[key] = draw(row.campaign_slug, due.step, row.household_key, among)
    if not wanted:
        return {}
    rows = [
        {"campaign_id": key[0], "step": key[1], "household_key": key[2], "variant": variant}
        for key, variant in wanted.items()
    ]
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(db.table(VariantAssignment)).on_conflict_do_nothing(), rows)
    frozen = select(VariantAssignment).where(
        col(VariantAssignment.campaign_id).in_({key[0] for key in wanted}),
        col(VariantAssignment.household_key).in_({key[2] for key in wanted}),
    )
    return {(a.campaign_id, a.step, a.household_key): a.variant for a in session.scalars(frozen)}


def draw(campaign: str, step: str, household_key: str, variants: Sequence[str]) -> str:
    """A variant by lot: even over households, and the same for all who live together.

    The lot is the hash of campaign, step and household, so that nobody can steer it and a second draw
    gives the same.
    """
    lot = hashlib.sha256(f"{campaign}\0{step}\0{household_key}".encode()).digest()
    return variants[int.from_bytes(lot[:8], "big") % len(variants)]


def _remember(session: Session, decisions: Sequence[tuple[Looked, Decision]]) -> None:
    table = db.table(Enrolment)
    statement = (
        update(table)
        .where(table.c.id == bindparam("which"))
        .values(next_look_at=bindparam("look"), status=bindparam("new_status"), stopped_at=bindparam("at"))
    )
    now = clock.now()
    rows = [
        {
            "which": row.enrolment_id,
            "look": decision.next_look,
            "new_status": "finished" if decision.finished else "running",
            "at": now if decision.finished else None,
        }
        for row, decision in decisions
    ]
    session.connection().execute(statement, rows)


def stop(session: Session, case_ids: Iterable[UUID], reason: str, actor: str = timeline.SYSTEM) -> int:
    """Stop the plans of these cases: what had not gone out is cancelled. Returns how many stopped."""
    found = session.execute(_open_of_cases(), {"cases": list(set(case_ids))})
    return _stop(session, found.all(), reason, actor)


def stop_campaign(session: Session, campaign: Campaign, actor: str) -> int:
    """Stop the plans of all in a campaign. Returns how many stopped."""
    found = session.execute(_open_ones(db.table(Enrolment).c.campaign_id == campaign.id))
    return _stop(session, found.all(), "campaign_stopped", actor)


@cache
def _open_of_cases() -> Any:
    return _open_ones(db.table(Enrolment).c.case_id.in_(bindparam("cases", expanding=True)))


def _open_ones(which: ColumnElement[bool]) -> Any:
    enrolment, campaign = db.table(Enrolment), db.table(Campaign)
    return (
        select(enrolment.c.id, enrolment.c.case_id, campaign.c.slug, campaign.c.name)
        .join_from(enrolment, campaign, campaign.c.id == enrolment.c.campaign_id)
        .where(which, enrolment.c.status.in_(queries.OPEN_ENROLMENTS))
    )


def _stop(session: Session, rows: Sequence[Row[Any]], reason: str, actor: str) -> int:
    for start in range(0, len(rows), BATCH):
        ids = [row.id for row in rows[start : start + BATCH]]
        _set_status(session, ids, EnrolmentStatus.stopped, reason)
    timeline.record_many(
        [
            NewEvent(
                row.case_id,
                EventKind.plan_stopped,
                actor,
                data={"campaign": row.slug, "campaign_name": row.name, "reason": reason},
            )
            for row in rows
        ]
    )
    return len(rows)


def _set_status(session: Session, ids: Sequence[UUID], status: EnrolmentStatus, reason: str | None) -> None:
    now = clock.now()
    values: dict[str, Any] = {"status": status}
    if status is EnrolmentStatus.stopped:
        values |= {"stopped_at": now, "stop_reason": reason, "next_look_at": None}
    if status is EnrolmentStatus.running:
        values |= {"resumed_at": now, "next_look_at": now}
    session.execute(update(Enrolment).where(col(Enrolment.id).in_(ids)).values(values))
    if status is EnrolmentStatus.stopped:
        attempts.cancel_open(session, ids, reason or "stopped")
    else:
        attempts.hold(session, ids, status is EnrolmentStatus.paused)


def stop_on_response(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: any response stops the plan and cancels what had not gone out."""
    by_reason: dict[str, set[UUID]] = {}
    for event in events:
        if ends_approach(event.kind, event.data):
            by_reason.setdefault(_reason(event), set()).add(event.case_id)
    for reason, case_ids in by_reason.items():
        stop(session, case_ids, reason)


def _reason(event: Recorded) -> str:
    if event.kind in (EventKind.status_chosen, EventKind.imported):
        return "status"
    return "wrong_person" if event.kind is EventKind.wrong_person_reported else "responded"


def look_again(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: what happened may change what is due, so look at these cases at once."""
    ids = session.scalars(
        select(col(Enrolment.id))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(
            col(Enrolment.case_id).in_({event.case_id for event in events}),
            col(Enrolment.status) == EnrolmentStatus.running,
            col(Campaign.status) == "running",
        )
    ).all()
    now = clock.now()
    for start in range(0, len(ids), BATCH):
        advance(session, ids[start : start + BATCH], now)


RECORDS = {
    EnrolmentStatus.stopped: EventKind.plan_stopped,
    EnrolmentStatus.paused: EventKind.plan_paused,
    EnrolmentStatus.running: EventKind.plan_resumed,
}


def change_one(enrolment_id: UUID, status: EnrolmentStatus, actor: str) -> None:
    """Pause, resume or stop the plan of one case, by hand.

    Raises NotFound, or Conflict when the plan has ended or stands so already.
    """
    with db.write() as session:
        row = session.execute(
            select(Enrolment, Campaign)
            .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
            .where(col(Enrolment.id) == enrolment_id)
            .with_for_update(of=Enrolment)
        ).one_or_none()
        if row is None:
            raise NotFound(_l("This plan does not exist."))
        enrolment, campaign = row
        if status not in ALLOWED_ENROLMENT_CHANGES[EnrolmentStatus(enrolment.status)]:
            raise Conflict(_l("The plan has changed in the meantime. Look at the case again."))
        _set_status(session, [enrolment_id], status, "by_hand")
        data = {"campaign": campaign.slug, "campaign_name": campaign.name, "reason": "by_hand"}
        timeline.record(enrolment.case_id, RECORDS[status], actor=actor, data=data)
