"""Reads about campaigns: what the planner must know, and what the pages show."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, func, select
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.campaigns.calendar import QuietHours
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion
from outreach.campaigns.rules import EnrolmentStatus, Facts, PastAttempt, PlannerSettings
from outreach.cases.models import Case, Household, OptOut, Person
from outreach.config import Settings
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.regions.models import Region

RUNNING, PAUSED, WAITING = EnrolmentStatus.running, EnrolmentStatus.paused, EnrolmentStatus.waiting
OPEN_ENROLMENTS = (WAITING, RUNNING, PAUSED)
ALL_CHANNELS = frozenset(Channel)


@dataclass(frozen=True, slots=True)
class Looked:
    """One enrolment with all that is needed to decide and to store what was decided."""

    enrolment_id: UUID
    campaign_id: UUID
    campaign_slug: str
    campaign_name: str
    case_id: UUID
    region_id: UUID
    plan_version_id: UUID
    household_key: str
    facts: Facts


def due_enrolments(now: datetime, limit: int) -> Select[Any]:
    """Ids of running enrolments of running campaigns that want to be looked at, the longest waiting first."""
    return (
        select(col(Enrolment.id))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(
            col(Enrolment.status) == RUNNING,
            col(Campaign.status) == "running",
            col(Enrolment.next_look_at) <= now,
        )
        .order_by(col(Enrolment.next_look_at))
        .limit(limit)
        .with_for_update(of=Enrolment, skip_locked=True)
    )


def looked_at(enrolment_ids: Sequence[UUID]) -> list[Looked]:
    """The facts about these enrolments; three queries, whatever their number."""
    rows = db.session().execute(_looked(enrolment_ids)).all()
    history = _history(enrolment_ids)
    opted_out = _opt_outs({row.person_id for row in rows})
    return [
        Looked(
            enrolment_id=row.id,
            campaign_id=row.campaign_id,
            campaign_slug=row.slug,
            campaign_name=row.campaign_name,
            case_id=row.case_id,
            region_id=row.region_id,
            plan_version_id=row.plan_version_id,
            household_key=row.key or str(row.person_id),
            facts=Facts(
                began_on=row.began_on,
                mobile_known=row.mobile is not None,
                landline_known=row.landline is not None,
                email_known=row.email is not None,
                address_known=bool(row.street and row.house_number and row.postcode and row.town),
                responded_at=None,
                resumed_at=max(filter(None, (row.resumed_at, row.campaign_resumed_at)), default=None),
                opted_out=opted_out[row.person_id],
                history=tuple(history[row.id]),
            ),
        )
        for row in rows
    ]


def _looked(enrolment_ids: Sequence[UUID]) -> Any:
    return (
        select(
            col(Enrolment.id),
            col(Enrolment.campaign_id),
            col(Enrolment.case_id),
            col(Enrolment.plan_version_id),
            col(Enrolment.began_on),
            col(Enrolment.resumed_at),
            col(Campaign.slug),
            col(Campaign.name).label("campaign_name"),
            col(Campaign.resumed_at).label("campaign_resumed_at"),
            col(Case.region_id),
            col(Person.id).label("person_id"),
            col(Person.mobile),
            col(Person.landline),
            col(Person.email),
            col(Household.key),
            col(Household.street),
            col(Household.house_number),
            col(Household.postcode),
            col(Household.town),
        )
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(col(Enrolment.id).in_(enrolment_ids))
    )


def _history(enrolment_ids: Sequence[UUID]) -> dict[UUID, list[PastAttempt]]:
    attempt = db.table(ContactAttempt).c
    query = select(
        attempt.enrolment_id,
        attempt.step,
        attempt.ordinal,
        attempt.channel,
        attempt.status,
        attempt.due_at,
        attempt.result,
        func.coalesce(attempt.ended_at, attempt.sent_at, type_=attempt.ended_at.type),
        attempt.latest_at,
    ).where(attempt.enrolment_id.in_(enrolment_ids))
    found: dict[UUID, list[PastAttempt]] = defaultdict(list)
    for enrolment_id, step, ordinal, channel, status, *rest in db.session().execute(query):
        found[enrolment_id].append(PastAttempt(step, ordinal, Channel(channel), AttemptStatus(status), *rest))
    return found


def _opt_outs(person_ids: Iterable[UUID]) -> dict[UUID, frozenset[Channel]]:
    found: dict[UUID, frozenset[Channel]] = defaultdict(frozenset)
    query = select(col(OptOut.person_id), col(OptOut.channel)).where(
        col(OptOut.person_id).in_(set(person_ids))
    )
    for person_id, channel in db.session().execute(query):
        found[person_id] |= ALL_CHANNELS if channel == "all" else {Channel(channel)}
    return found


def planner_settings(region: Region) -> PlannerSettings:
    """What a region has set for its plans, and what this installation cannot do or leaves to coaches."""
    settings = region.settings
    base: Settings = current_app.extensions["outreach_settings"]
    return PlannerSettings(
        QuietHours(settings.quiet_before, settings.quiet_after, zone=clock.TIMEZONE),
        frozenset(Channel(name) for name in (*settings.channels_off, *base.providers.missing)),
        frozenset(Channel(name) for name in base.providers.by_hand),
    )


def waiting(campaign_id: UUID) -> Sequence[Any]:
    """Who waits for a campaign's start: id, case_id, municipality_code, mobile; those imported first come first."""
    query = (
        select(col(Enrolment.id), col(Enrolment.case_id), col(Case.municipality_code), col(Person.mobile))
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(col(Enrolment.campaign_id) == campaign_id, col(Enrolment.status) == WAITING)
        .order_by(col(Enrolment.id))
    )
    return db.session().execute(query).all()


def beginners_by_day(since: date) -> dict[date, int]:
    """How many with a mobile phone begin their plan on each day from `since` on, in all campaigns."""
    query = (
        select(col(Enrolment.began_on), func.count())
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(
            col(Enrolment.began_on) >= since,
            col(Enrolment.status).in_(OPEN_ENROLMENTS),
            col(Person.mobile).is_not(None),
        )
        .group_by(col(Enrolment.began_on))
    )
    return {day: number for day, number in db.session().execute(query) if day is not None}


def next_look() -> datetime | None:
    """The next moment at which a running plan wants to be looked at."""
    found: datetime | None = db.session().scalar(
        select(func.min(col(Enrolment.next_look_at), type_=db.UtcDateTime()))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(col(Enrolment.status) == RUNNING, col(Campaign.status) == "running")
    )
    return found


def by_slug(slug: str, regions: Iterable[UUID] | None = None) -> Campaign:
    """The campaign of this name, among the regions given (all when None).

    Raises NotFound when there is none, or when two regions each have one of that name.
    """
    query = select(Campaign).where(col(Campaign.slug) == slug)
    if regions is not None:
        query = query.where(col(Campaign.region_id).in_(set(regions)))
    found = db.session().scalars(query.limit(2)).all()
    if len(found) != 1:
        raise NotFound(_l("There is no campaign '%(slug)s'.", slug=slug))
    return found[0]


def plan_documents(version_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The stored YAML of plan versions."""
    query = select(col(PlanVersion.id), col(PlanVersion.document)).where(
        col(PlanVersion.id).in_(set(version_ids))
    )
    return {row.id: row.document for row in db.session().execute(query)}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cases a coordinator wants in a campaign."""

    municipality: str | None = None
    target_group: str | None = None
    school: str | None = None


def eligible(region_id: UUID, municipalities: Iterable[str], choice: Choice) -> Select[Any]:
    """Ids of cases that nobody has begun to approach: new or unreachable, and in no running plan."""
    query = select(col(Case.id)).where(
        col(Case.region_id) == region_id,
        col(Case.municipality_code).in_(set(municipalities)),
        col(Case.status).in_(("nieuw", "onbereikbaar")),
        ~select(col(Enrolment.id))
        .where(col(Enrolment.case_id) == col(Case.id), col(Enrolment.status).in_(OPEN_ENROLMENTS))
        .exists(),
    )
    for column, wanted in (
        (Case.municipality_code, choice.municipality),
        (Case.target_group, choice.target_group),
        (Case.school, choice.school),
    ):
        if wanted:
            query = query.where(col(column) == wanted)
    return query


def count_eligible(region_id: UUID, municipalities: Iterable[str], choice: Choice) -> int:
    """How many cases such a choice would enrol."""
    return (
        db.session().scalar(
            select(func.count()).select_from(eligible(region_id, municipalities, choice).subquery())
        )
        or 0
    )


def all_campaigns() -> list[Campaign]:
    """All campaigns of the installation, the oldest first."""
    return list(db.session().scalars(select(Campaign).order_by(col(Campaign.created_at), col(Campaign.slug))))
