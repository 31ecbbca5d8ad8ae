"""Reads about letters: what waits to be printed, what cannot be and why, batches and texts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, tuple_
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.campaigns.models import Campaign
from outreach.campaigns.visit_queries import visit_days
from outreach.cases.models import Case, Household, OptOut, Person
from outreach.i18n import _l
from outreach.letters.compose import Address, Recipient
from outreach.letters.models import Letter
from outreach.regions.models import Municipality
from outreach.staff.models import User

_attempt = db.table(ContactAttempt).c
_household = db.table(Household).c
_user = db.table(User).c


class Hindrance(StrEnum):
    """Why a letter cannot be printed that its case already shows."""

    opted_out = "opted_out"
    no_address = "no_address"
    incomplete = "incomplete"
    came_back = "came_back"


HINDRANCE_SENTENCES = {
    Hindrance.opted_out: _l("This person does not want letters."),
    Hindrance.no_address: _l("There is no address."),
    Hindrance.incomplete: _l("The address is not complete."),
    Hindrance.came_back: _l("An earlier letter to this address came back."),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits, with all that stands in it."""

    attempt_id: UUID
    case_id: UUID
    reference: str
    due_at: datetime
    step: str
    template: str
    variant: str
    language: str
    recipient: Recipient
    address: Address
    household_key: str
    visit_on: date | None


def _came_back() -> ColumnElement[bool]:
    """Whether a letter to the person's present address came back."""
    earlier, letter = db.table(ContactAttempt).alias("earlier"), db.table(Letter)
    return exists(
        select(letter.c.page)
        .join(earlier, earlier.c.id == letter.c.attempt_id)
        .where(
            earlier.c.case_id == _attempt.case_id,
            earlier.c.status == AttemptStatus.returned.value,
            letter.c.household_key == _household.key,
        )
    )


def _opted_out() -> ColumnElement[bool]:
    return exists(
        select(col(OptOut.person_id)).where(
            col(OptOut.person_id) == col(Case.person_id), col(OptOut.channel).in_(("all", "letter"))
        )
    )


def _hindrance() -> ColumnElement[str | None]:
    complete = and_(*(_household[name] != "" for name in ("street", "house_number", "postcode", "town")))
    return case(
        (_opted_out(), Hindrance.opted_out.value),
        (_household.id.is_(None), Hindrance.no_address.value),
        (~complete, Hindrance.incomplete.value),
        (_came_back(), Hindrance.came_back.value),
        else_=None,
    )


def _waiting(
    query: Select[Any], municipalities: Collection[str], now: datetime, campaign_id: UUID | None = None
) -> Select[Any]:
    """`query` over the letters that are laid ready, not held and not past their latest moment."""
    query = (
        query.select_from(db.table(ContactAttempt))
        .join(Case, col(Case.id) == _attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .outerjoin(Campaign, col(Campaign.id) == _attempt.campaign_id)
        .where(
            _attempt.status == AttemptStatus.planned.value,
            _attempt.channel == Channel.letter.value,
            _attempt.held.is_(False),
            or_(_attempt.latest_at.is_(None), _attempt.latest_at >= now),
            col(Case.municipality_code).in_(set(municipalities)),
        )
    )
    return query.where(_attempt.campaign_id == campaign_id) if campaign_id else query


def to_print(
    region_id: UUID,
    municipalities: Collection[str],
    now: datetime,
    *,
    campaign_id: UUID | None,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[Waiting]:
    """The letters that can be printed as far as their cases show, the oldest first; three queries.

    `after` is (due_at, attempt_id) of the last one seen, to go on from there.
    """
    query = (
        _waiting(select(*_COLUMNS), municipalities, now, campaign_id)
        .join(Municipality, col(Municipality.code) == col(Case.municipality_code))
        .outerjoin(User, _user.id == col(Case.coach_id))
        .where(col(Case.region_id) == region_id, _hindrance().is_(None))
        .order_by(_attempt.due_at, _attempt.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(_attempt.due_at, _attempt.id) > after)
    rows = db.session().execute(query).all()
    visits = visit_days(row.enrolment_id for row in rows if row.enrolment_id)
    return [_as_waiting(row, visits) for row in rows]


_COLUMNS = (
    _attempt.id,
    _attempt.case_id,
    _attempt.enrolment_id,
    _attempt.due_at,
    _attempt.step,
    _attempt.template,
    _attempt.variant,
    col(Case.reference),
    col(Person.given_name),
    col(Person.infix),
    col(Person.family_name),
    col(Person.language),
    col(Municipality.name).label("municipality"),
    *(_household[name] for name in ("street", "house_number", "house_addition", "postcode", "town", "key")),
    _user.given_name.label("coach_given_name"),
    _user.family_name.label("coach_family_name"),
    _user.phone.label("coach_phone"),
    _user.hours.label("coach_hours"),
)


def _as_waiting(row: Any, visits: dict[UUID, date]) -> Waiting:
    return Waiting(
        attempt_id=row.id,
        case_id=row.case_id,
        reference=row.reference,
        due_at=row.due_at,
        step=row.step,
        template=row.template or row.step,
        variant=row.variant or "",
        language=row.language,
        recipient=Recipient(
            row.given_name,
            row.infix,
            row.family_name,
            row.municipality,
            row.coach_given_name or "",
            row.coach_family_name or "",
            row.coach_phone or "",
            row.coach_hours or "",
        ),
        address=Address(row.street, row.house_number, row.house_addition, row.postcode, row.town),
        household_key=row.key,
        visit_on=visits.get(row.enrolment_id),
    )


@dataclass(frozen=True, slots=True)
class Hindered:
    """A letter that waits for something to be mended first, until `latest_at` at the latest."""

    case_id: UUID
    reference: str
    name: str
    step: str
    campaign: str
    reason: Hindrance
    due_at: datetime
    latest_at: datetime | None


def hindered(
    municipalities: Collection[str],
    now: datetime,
    *,
    region_id: UUID | None = None,
    campaign_id: UUID | None = None,
    limit: int | None = None,
) -> list[Hindered]:
    """Letters that are laid ready but cannot be printed, the oldest first; one query."""
    hindrance = _hindrance()
    columns: tuple[Any, ...] = (
        _attempt.case_id,
        _attempt.step,
        _attempt.due_at,
        _attempt.latest_at,
        col(Case.reference),
        col(Person.given_name),
        col(Person.infix),
        col(Person.family_name),
        col(Campaign.name).label("campaign"),
        hindrance.label("hindrance"),
    )
    query = (
        _waiting(select(*columns), municipalities, now, campaign_id)
        .where(hindrance.is_not(None))
        .order_by(_attempt.due_at, _attempt.id)
        .limit(limit)
    )
    if region_id is not None:
        query = query.where(col(Case.region_id) == region_id)
    return [
        Hindered(
            row.case_id,
            row.reference,
            Recipient(row.given_name, row.infix, row.family_name, "").name,
            row.step,
            row.campaign or "",
            Hindrance(row.hindrance),
            row.due_at,
            row.latest_at,
        )
        for row in db.session().execute(query)
    ]


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many letters of one step of one campaign wait: those that can be printed and those that cannot."""

    region_id: UUID
    campaign_id: UUID | None
    campaign: str
    plan_name: str
    step: str
    ready: int
    hindered: int
    latest_at: datetime | None


def waiting_counts(municipalities: Collection[str], now: datetime) -> list[WaitingCount]:
    """What waits, by campaign and step, what runs out first on top; one query."""
    seen = _waiting(
        select(
            col(Case.region_id),
            _attempt.campaign_id,
            col(Campaign.name).label("campaign"),
            col(Campaign.plan_name),
            _attempt.step,
            _attempt.latest_at,
            _hindrance().label("hindrance"),
        ),
        municipalities,
        now,
    ).subquery()
    query = select(
        seen.c.region_id,
        seen.c.campaign_id,
        seen.c.campaign,
        seen.c.plan_name,
        seen.c.step,
        func.sum(case((seen.c.hindrance.is_(None), 1), else_=0)),
        func.sum(case((seen.c.hindrance.is_not(None), 1), else_=0)),
        func.min(seen.c.latest_at, type_=db.UtcDateTime()).label("latest"),
    ).group_by(seen.c.region_id, seen.c.campaign_id, seen.c.campaign, seen.c.plan_name, seen.c.step)
    rows = db.session().execute(query.order_by("latest", seen.c.campaign, seen.c.step)).all()
    return [
        WaitingCount(
            region_id=row[0],
            campaign_id=row[1],
            campaign=row[2] or "",
            plan_name=row[3] or "",
            step=row[4],
            ready=row[5],
            hindered=row[6],
            latest_at=row[7],
        )
        for row in rows
    ]


def count_ready(
    region_id: UUID, municipalities: Collection[str], now: datetime, campaign_id: UUID | None = None
) -> int:
    """How many letters can be printed as far as their cases show; one query."""
    query = _waiting(select(func.count()), municipalities, now, campaign_id)
    return db.session().scalar(query.where(col(Case.region_id) == region_id, _hindrance().is_(None))) or 0
