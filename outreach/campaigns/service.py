"""Verbs on campaigns: make, fill, start, pause, resume, stop, and the tick."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from flask import current_app
from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.campaigns import enrolments, queries, trial_service
from outreach.campaigns.calendar import moment
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion
from outreach.campaigns.plan_files import PLANS, shipped_plans
from outreach.campaigns.rules import EnrolmentStatus
from outreach.campaigns.spreading import beginners_a_day, spread
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.timeline import NewEvent
from outreach.config import Settings
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CHANGES: dict[str, frozenset[str]] = {
    "draft": frozenset({"running", "stopped"}),
    "running": frozenset({"paused", "stopped", "finished"}),
    "paused": frozenset({"running", "stopped"}),
    "stopped": frozenset(),
    "finished": frozenset({"running"}),
}
"""What may become of a campaign. A finished one runs again when new cases come in."""

REFUSALS: dict[tuple[str, str], object] = {
    ("draft", "paused"): _l("This campaign has not started yet, so there is nothing to pause."),
    ("running", "running"): _l("This campaign is running already."),
    ("paused", "paused"): _l("This campaign is paused already."),
    ("stopped", "running"): _l("This campaign is stopped for good, so it cannot be started."),
    ("stopped", "paused"): _l("This campaign is stopped for good, so it cannot be paused."),
    ("stopped", "stopped"): _l("This campaign is stopped already."),
    ("finished", "paused"): _l("This campaign is finished, so it cannot be paused."),
    ("finished", "stopped"): _l("This campaign is finished, so it cannot be stopped."),
}
"""What is said to whoever wants what CHANGES does not allow: how it stands and what is wanted."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a tick did: attempts that came into being by channel, plans that ended, the next look."""

    attempts: Counter[str]
    finished: int
    next: datetime | None


def create(region_id: UUID, slug: str, plan_name: str, name: str = "") -> Campaign:
    """A new campaign, still a draft.

    Raises NotFound for an unknown plan, Refused for a name that cannot stand in an address, Conflict when
    the region has one of that name.
    """
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        raise Refused(_l("A short name has small letters, digits and hyphens only, 60 at most."))
    if plan_name not in shipped_plans():
        known = ", ".join(sorted(shipped_plans()))
        raise NotFound(
            _l("There is no plan '%(name)s'. Choose from: %(known)s.", name=plan_name, known=known)
        )
    with db.write() as session:
        taken = select(Campaign).where(col(Campaign.region_id) == region_id, col(Campaign.slug) == slug)
        if session.scalars(taken).first():
            raise Conflict(_l("There is a campaign '%(slug)s' already.", slug=slug))
        campaign = Campaign(
            region_id=region_id, slug=slug, name=name or slug, plan_name=plan_name, created_at=clock.now()
        )
        session.add(campaign)
        session.flush()
        return campaign


@dataclass(frozen=True, slots=True)
class Added:
    """How many cases came into a campaign, and how many did not as they are in contact or approached already."""

    enrolled: int
    left_out: int


def add_cases(campaign_id: UUID, case_ids: Sequence[UUID]) -> Added:
    """Put cases into a campaign; where it runs already their plan begins at once.

    Left out are cases in contact, closed, or in a running plan. Raises Conflict when the campaign is stopped.
    """
    with db.write() as session:
        campaign = _locked(session, campaign_id)
        if campaign.status == "stopped":
            raise Conflict(_l("This campaign is stopped."))
        enrolled: list[UUID] = []
        for start in range(0, len(case_ids), enrolments.BATCH):
            chunk = case_ids[start : start + enrolments.BATCH]
            enrolled += _enrollable(session, campaign, chunk)
        if enrolled:
            rows = [
                {"id": db.new_id(), "campaign_id": campaign_id, "case_id": case_id, "status": "waiting"}
                for case_id in enrolled
            ]
            session.execute(insert(Enrolment), rows)
            if campaign.status == "finished":
                campaign.status = "running"
                campaign.ended_at = None
                session.add(campaign)
        if campaign.status == "running":
            _begin_waiting(session, campaign)
        return Added(len(enrolled), len(case_ids) - len(enrolled))


def _enrollable(session: Session, campaign: Campaign, case_ids: Sequence[UUID]) -> list[UUID]:
    in_a_plan = select(col(Enrolment.case_id)).where(
        col(Enrolment.case_id).in_(case_ids),
        col(Enrolment.status).in_(queries.OPEN_ENROLMENTS) | (col(Enrolment.campaign_id) == campaign.id),
    )
    wanted = select(col(Case.id)).where(
        col(Case.id).in_(case_ids),
        col(Case.region_id) == campaign.region_id,
        col(Case.status).in_(("nieuw", "in_benadering", "onbereikbaar")),
        col(Case.id).not_in(in_a_plan),
    )
    return list(session.scalars(wanted))


def start(campaign_id: UUID, trial_ends: date | None = None, actor: str = timeline.SYSTEM) -> Campaign:
    """Start a draft: the plan of everybody in it begins today.

    Variants are compared until `trial_ends`, or the usual day; it cannot be changed afterwards. Raises Conflict when it
    runs or ended, Refused for a day that will not do.
    """
    with db.write() as session:
        campaign = _change(session, campaign_id, "running")
        campaign.started_at = clock.now()
        session.add(campaign)
        last_begins = _begin_waiting(session, campaign)
        plan = shipped_plans()[campaign.plan_name]
        trial_service.set_up(session, campaign, plan, last_begins, trial_ends, actor)
        return campaign


def pause(campaign_id: UUID) -> Campaign:
    """Nothing more goes out until it is resumed; what is laid ready is held."""
    with db.write() as session:
        campaign = _change(session, campaign_id, "paused")
        attempts.hold_campaign(session, campaign_id, held=True)
        return campaign


def resume(campaign_id: UUID) -> Campaign:
    """Go on: steps still within their window follow at once, what was missed is skipped.

    Plans that were paused by hand, one by one, stay paused.
    """
    with db.write() as session:
        campaign = _change(session, campaign_id, "running")
        campaign.resumed_at = clock.now()
        session.add(campaign)
        attempts.hold_campaign(session, campaign_id, held=False)
        by_hand = (col(Enrolment.campaign_id) == campaign_id) & (col(Enrolment.status) == "paused")
        attempts.hold(session, session.scalars(select(col(Enrolment.id)).where(by_hand)), held=True)
        running = (col(Enrolment.campaign_id) == campaign_id) & (col(Enrolment.status) == "running")
        session.execute(update(Enrolment).where(running).values(next_look_at=clock.now()))
        _begin_waiting(session, campaign)
        return campaign


def stop(campaign_id: UUID, actor: str = timeline.SYSTEM) -> Campaign:
    """End a campaign for good: all its plans stop and what had not gone out is cancelled."""
    with db.write() as session:
        campaign = _change(session, campaign_id, "stopped")
        campaign.ended_at = clock.now()
        session.add(campaign)
        enrolments.stop_campaign(session, campaign, actor)
        return campaign


def stop_plans_of(case_id: UUID, actor: str) -> int:
    """Stop every plan of a case that has not ended, by hand; what had not gone out is called off. Gives how many."""
    with db.write() as session:
        return enrolments.stop(session, [case_id], "by_hand", actor)


def _locked(session: Session, campaign_id: UUID) -> Campaign:
    found = session.scalars(select(Campaign).where(col(Campaign.id) == campaign_id).with_for_update()).first()
    if found is None:
        raise NotFound(_l("This campaign does not exist."))
    return found


def _change(session: Session, campaign_id: UUID, status: str) -> Campaign:
    campaign = _locked(session, campaign_id)
    if status not in CHANGES[campaign.status]:
        raise Conflict(REFUSALS[campaign.status, status])
    campaign.status = status
    session.add(campaign)
    session.flush()
    return campaign


def _begin_waiting(session: Session, campaign: Campaign) -> date:
    """Begin the plan, in its newest version, for all in the campaign who wait for it.

    Today, or on the days over which a campaign spreads itself that is larger than a channel lets through in a day.
    Gives the last of these days.
    """
    now, today = clock.now(), clock.today()
    version = _version(session, campaign.plan_name)
    days = beginnings(campaign)
    begun: list[UUID] = []
    for day, places in days.items():
        look = now if day == today else moment(day, time(0), clock.TIMEZONE)
        for ids in _chunks([enrolment_id for enrolment_id, _case_id in places]):
            session.execute(
                update(Enrolment)
                .where(col(Enrolment.id).in_(ids), col(Enrolment.status) == "waiting")
                .values(
                    status=EnrolmentStatus.running,
                    plan_version_id=version,
                    began_on=day,
                    next_look_at=look,
                )
            )
        begun += [case_id for _enrolment_id, case_id in places]
    data = {"campaign": campaign.slug, "campaign_name": campaign.name, "plan": campaign.plan_name}
    timeline.record_many([NewEvent(case_id, EventKind.enrolled, data=data) for case_id in begun])
    return max(days, default=today)


def beginnings(campaign: Campaign) -> dict[date, list[tuple[UUID, UUID]]]:
    """On which day whoever waits in a campaign will begin (enrolment and case), if it starts now. See spreading.py.

    Whoever has no mobile phone begins today: no channel limits letters and calls.
    """
    today = clock.today()
    settings: Settings = current_app.extensions["outreach_settings"]
    by_whatsapp = settings.providers.ways.get("whatsapp") == "twilio"
    plan = shipped_plans()[campaign.plan_name]
    a_day = beginners_a_day(plan, settings.whatsapp_new_a_day if by_whatsapp else None)
    rows = queries.waiting(campaign.id)
    written = [((row.id, row.case_id), row.municipality_code) for row in rows if row.mobile]
    taken = queries.beginners_by_day(today) if a_day is not None else {}
    found = spread(written, today, a_day, taken)
    others = [(row.id, row.case_id) for row in rows if not row.mobile]
    if others:
        found[today] = [*found.get(today, []), *others]
    return dict(sorted(found.items()))


def _chunks(ids: Sequence[UUID], size: int = 500) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _version(session: Session, plan_name: str) -> UUID:
    """The id of the plan's present text among the stored versions, stored now if it is new."""
    document = (PLANS / f"{plan_name}.yaml").read_text()
    digest = hashlib.sha256(document.encode()).hexdigest()
    known = select(PlanVersion).where(col(PlanVersion.name) == plan_name, col(PlanVersion.digest) == digest)
    version = session.scalars(known).first()
    if version is None:
        version = PlanVersion(name=plan_name, digest=digest, document=document, stored_at=clock.now())
        session.add(version)
        session.flush()
    return version.id


def tick(now: datetime) -> Ticked:
    """Everything that plans want at `now`, in short transactions; a crash between two loses nothing."""
    found = enrolments.look(now)
    _finish_campaigns()
    return Ticked(found.attempts, found.finished, queries.next_look())


def _finish_campaigns() -> None:
    """Campaigns in which nobody is waiting, running or paused any more are finished."""
    with db.write() as session:
        still_open = select(col(Enrolment.campaign_id)).where(
            col(Enrolment.status).in_(queries.OPEN_ENROLMENTS)
        )
        ever = select(col(Enrolment.campaign_id))
        session.execute(
            update(Campaign)
            .where(
                col(Campaign.status) == "running",
                col(Campaign.id).not_in(still_open),
                col(Campaign.id).in_(ever),
            )
            .values(status="finished", ended_at=clock.now())
        )
