"""Reads for the pages of campaigns. All counts are of cases that the person may see."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import REACHED_OUT, AttemptStatus, Channel
from outreach.campaigns.forecast import Group
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion
from outreach.campaigns.queries import OPEN_ENROLMENTS, Choice, eligible
from outreach.campaigns.rules import FinishReason
from outreach.cases.models import Case, Household, OptOut, Person
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.scope import Scope

IDS_AT_ONCE = 500


def has_responded() -> ColumnElement[bool]:
    """Whether somebody in a campaign reacted: her plan was stopped by it, or it came after her plan's end.

    The one definition of 'responded' for people, on the pages of campaigns and in the reports.
    """
    attempt, enrolment = db.table(ContactAttempt).c, db.table(Enrolment).c
    later = exists().where(attempt.enrolment_id == enrolment.id, attempt.response_event_id.is_not(None))
    return or_(enrolment.stop_reason.is_not_distinct_from("responded"), later.correlate(db.table(Enrolment)))


def was_tried() -> ColumnElement[bool]:
    """Whether at least one attempt was made to reach somebody in a campaign, as the planner counts it at the end."""
    attempt = db.table(ContactAttempt).c
    tried = exists().where(
        attempt.enrolment_id == col(Enrolment.id),
        attempt.status.in_([*(status.value for status in REACHED_OUT), AttemptStatus.failed.value]),
    )
    return tried.correlate(Enrolment)


def _number(condition: Any) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign in the overview: how many are in it, how far they are and how many reacted."""

    campaign: Campaign
    enrolled: int
    running: int
    responded: int


def overview(scope: Scope) -> list[CampaignLine]:
    """The campaigns of the person's regions, newest first; only cases that she may see are counted."""
    counts = (
        select(
            col(Enrolment.campaign_id),
            func.count().label("enrolled"),
            _number(col(Enrolment.status).in_(OPEN_ENROLMENTS)).label("running"),
            _number(has_responded()).label("responded"),
        )
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .where(col(Case.municipality_code).in_(scope.municipalities))
        .group_by(col(Enrolment.campaign_id))
        .subquery()
    )
    query = (
        select(Campaign, counts.c.enrolled, counts.c.running, counts.c.responded)
        .outerjoin(counts, counts.c.campaign_id == col(Campaign.id))
        .where(col(Campaign.region_id).in_(scope.regions))
        .order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc())
    )
    return [
        CampaignLine(row[0], row[1] or 0, row[2] or 0, row[3] or 0) for row in db.session().execute(query)
    ]


def slugs(region_id: UUID) -> set[str]:
    """The short names of a region's campaigns."""
    return set(db.session().scalars(select(col(Campaign.slug)).where(col(Campaign.region_id) == region_id)))


def names(regions: Collection[UUID]) -> dict[str, str]:
    """The names of the campaigns of these regions by their short names, newest first; drafts have nothing to tell."""
    query = (
        select(col(Campaign.slug), col(Campaign.name))
        .where(col(Campaign.region_id).in_(regions), col(Campaign.status) != "draft")
        .order_by(col(Campaign.created_at).desc(), col(Campaign.id).desc())
    )
    return {row.slug: row.name for row in db.session().execute(query)}


@dataclass(slots=True)
class Standing:
    """How far the young people of a campaign are.

    `by_status`: number by EnrolmentStatus. `stopped`: number by reason of the stop. `finished`: number by
    FinishReason. `next`: when a plan in it next wants something; None when no plan runs.
    """

    by_status: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    responded: int = 0
    next: datetime | None = None

    @property
    def enrolled(self) -> int:
        """All of them."""
        return self.by_status.total()


def standing(campaign_id: UUID, scope: Scope) -> Standing:
    """How far the young people of a campaign are; one grouped statement."""
    groups = (
        select(
            col(Enrolment.status).label("status"),
            col(Enrolment.stop_reason).label("reason"),
            case((was_tried(), 1), else_=0).label("tried"),
            case((has_responded(), 1), else_=0).label("responded"),
            col(Enrolment.next_look_at).label("look"),
        )
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .where(
            col(Enrolment.campaign_id) == campaign_id,
            col(Case.municipality_code).in_(scope.municipalities),
        )
        .subquery()
    )
    keys = (groups.c.status, groups.c.reason, groups.c.tried, groups.c.responded)
    query = select(*keys, func.count(), func.min(groups.c.look, type_=db.UtcDateTime())).group_by(*keys)
    found = Standing()
    for status, reason, tried, responded, number, look in db.session().execute(query):
        found.by_status[status] += number
        found.responded += number if responded else 0
        if status == "stopped":
            found.stopped[reason or ""] += number
        if status == "finished":
            found.finished[FinishReason.unreachable if tried else FinishReason.not_attempted] += number
        if status == "running" and look is not None:
            found.next = min(found.next or look, look)
    return found


@dataclass(frozen=True, slots=True)
class StepLine:
    """What came of one step in a campaign so far: `assigned` is the sum of the four after it.

    `ended`: called off by a response or a stop, or past its latest moment.
    """

    step: str
    channel: str
    variant: str | None
    assigned: int
    waiting: int
    sent: int
    failed: int
    ended: int
    responded: int


def steps_of(campaign_id: UUID, scope: Scope) -> list[StepLine]:
    """The attempts of a campaign by step, channel and variant; one query."""
    attempt = db.table(ContactAttempt).c
    reached = attempt.status.in_([status.value for status in REACHED_OUT])
    query = (
        select(
            attempt.step,
            attempt.channel,
            attempt.variant,
            func.count(),
            _number(attempt.status.in_(["planned", "claimed"])),
            _number(reached),
            _number(attempt.status == "failed"),
            _number(attempt.status.in_(["cancelled", "expired"])),
            _number(reached & attempt.response_event_id.is_not(None)),
        )
        .join(Case, col(Case.id) == attempt.case_id)
        .where(attempt.campaign_id == campaign_id, col(Case.municipality_code).in_(scope.municipalities))
        .group_by(attempt.step, attempt.channel, attempt.variant)
        .order_by(attempt.step, attempt.channel, attempt.variant)
    )
    return [StepLine(*row) for row in db.session().execute(query)]


def plan_document(campaign_id: UUID) -> str | None:
    """The newest plan that somebody in the campaign was enrolled with, as YAML; None before the start."""
    used = select(col(Enrolment.plan_version_id)).where(col(Enrolment.campaign_id) == campaign_id)
    newest = col(PlanVersion.stored_at).desc()
    query = select(col(PlanVersion.document)).where(col(PlanVersion.id).in_(used)).order_by(newest).limit(1)
    found: str | None = db.session().scalar(query)
    return found


def others_in(campaign_id: UUID, scope: Scope) -> bool:
    """Whether young people of municipalities that are not hers are in the campaign."""
    query = (
        select(col(Enrolment.id))
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .where(
            col(Enrolment.campaign_id) == campaign_id,
            col(Case.municipality_code).not_in(scope.municipalities),
        )
    )
    return db.session().scalar(query.limit(1)) is not None


def waiting_groups(campaign_id: UUID) -> list[Group]:
    """Those who wait for the campaign's start, grouped by the ways in which they can be reached; one statement."""
    opted_out = [
        exists().where(col(OptOut.person_id) == col(Person.id), col(OptOut.channel).in_((channel, "all")))
        for channel in Channel
    ]
    keys = [
        col(Person.mobile).is_not(None),
        col(Person.landline).is_not(None),
        col(Person.email).is_not(None),
        (col(Household.street) != "")
        & (col(Household.house_number) != "")
        & (col(Household.postcode) != "")
        & (col(Household.town) != ""),
        *(condition.correlate(Person) for condition in opted_out),
    ]
    # Numbered in a subquery, as PostgreSQL cannot group by an expression with a parameter in it.
    each = (
        select(*(case((key, 1), else_=0).label(f"k{number}") for number, key in enumerate(keys)))
        .select_from(Enrolment)
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(col(Enrolment.campaign_id) == campaign_id, col(Enrolment.status) == "waiting")
        .subquery()
    )
    found = db.session().execute(select(*each.c, func.count()).group_by(*each.c))
    return [
        Group(
            number=row[-1],
            mobile=bool(row[0]),
            landline=bool(row[1]),
            email=bool(row[2]),
            address=bool(row[3]),
            opted_out=frozenset(channel for channel, out in zip(Channel, row[4:-1], strict=True) if out),
        )
        for row in found
    ]


def schools(region_id: UUID, scope: Scope) -> list[str]:
    """The schools of young people whom nobody approaches yet, by name."""
    free = eligible(region_id, scope.municipalities, Choice()).subquery()
    query = select(col(Case.school)).join(free, free.c.id == col(Case.id)).where(col(Case.school) != "")
    return list(db.session().scalars(query.distinct().order_by(col(Case.school))))


def eligible_ids(region_id: UUID, scope: Scope, choice: Choice) -> list[UUID]:
    """The cases that a choice enrols."""
    return list(db.session().scalars(eligible(region_id, scope.municipalities, choice)))


def eligible_among(region_id: UUID, scope: Scope, case_ids: Sequence[UUID]) -> list[UUID]:
    """Of these cases (those of a list that was imported), the ones that nobody approaches yet."""
    found: list[UUID] = []
    query = eligible(region_id, scope.municipalities, Choice())
    for start in range(0, len(case_ids), IDS_AT_ONCE):
        chunk = case_ids[start : start + IDS_AT_ONCE]
        found += db.session().scalars(query.where(col(Case.id).in_(chunk)))
    return found


def enrolments_of_case(case_id: UUID) -> list[tuple[Enrolment, Campaign]]:
    """The campaigns a case is or was in, newest first."""
    query = (
        select(Enrolment, Campaign)
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .where(col(Enrolment.case_id) == case_id)
        .order_by(col(Enrolment.id).desc())
    )
    return [(row[0], row[1]) for row in db.session().execute(query)]


def enrolment_in_scope(enrolment_id: UUID, scope: Scope) -> tuple[Enrolment, Campaign]:
    """An enrolment of a case that the person may see. Raises NotFound for all others."""
    query = (
        select(Enrolment, Campaign)
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .where(col(Enrolment.id) == enrolment_id, col(Case.municipality_code).in_(scope.municipalities))
    )
    row = db.session().execute(query).one_or_none()
    if row is None:
        raise NotFound(_l("This plan does not exist."))
    return row[0], row[1]
