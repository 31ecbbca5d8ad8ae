"""Whose plan wants a letter now, but who has no usable address: the planner says so, since no attempt does."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlmodel import col

from outreach import db
from outreach.attempts.rules import Channel
from outreach.campaigns import queries
from outreach.campaigns.forecast import letter_wanting_address
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.plan_files import parse_plan
from outreach.campaigns.rules import PlannerSettings
from outreach.campaigns.timetable import timetable
from outreach.cases.models import Case, Household, Person
from outreach.regions.models import Region

CHUNK = 500

Began = tuple[UUID, date]
"""Those who began with the same version of a plan on the same day: their steps have the same windows."""


@dataclass(frozen=True, slots=True)
class WithoutAddress:
    """A letter that comes into being as soon as the address is mended. `partly`: a part of the address is known.

    `due_at` and `latest_at` in UTC, as its attempt would have them.
    """

    case_id: UUID
    region_id: UUID
    reference: str
    given_name: str
    infix: str
    family_name: str
    campaign_id: UUID
    campaign: str
    plan_name: str
    step: str
    due_at: datetime
    latest_at: datetime
    partly: bool


def letters_wanting_address(
    municipalities: Collection[str],
    now: datetime,
    *,
    region_id: UUID | None = None,
    campaign_id: UUID | None = None,
) -> list[WithoutAddress]:
    """Everybody in these municipalities whose plan wants a letter now for which only the address lacks.

    1. The days on which people without an address began: without any, one query is all.
    2. Those days whose plan has a letter in its window now.
    3. The facts of those people; the planner decides for each.
    """
    where = _without_address(municipalities)
    if region_id is not None:
        where.append(col(Case.region_id) == region_id)
    if campaign_id is not None:
        where.append(col(Campaign.id) == campaign_id)
    keys = (col(Enrolment.plan_version_id), col(Enrolment.began_on), col(Case.region_id))
    groups = db.session().execute(_people(*keys).where(*where).distinct()).all()
    if not groups:
        return []
    plans = {
        version: _plan(document)
        for version, document in queries.plan_documents({group[0] for group in groups}).items()
    }
    settings = _settings({group[2] for group in groups})
    windows: list[Began] = [
        (version, began_on)
        for version, began_on, region in groups
        if _wants_letters(plans[version], began_on, now, settings[region])
    ]
    if not windows:
        return []
    rows = db.session().execute(_people(*_COLUMNS).where(*where, tuple_(*keys[:2]).in_(windows))).all()
    return _decided(rows, plans, settings, now)


_COLUMNS: tuple[Any, ...] = (
    col(Enrolment.id).label("enrolment_id"),
    col(Case.id).label("case_id"),
    col(Case.region_id),
    col(Case.reference),
    col(Person.given_name),
    col(Person.infix),
    col(Person.family_name),
    col(Person.household_id),
    col(Campaign.id).label("campaign_id"),
    col(Campaign.name).label("campaign"),
    col(Campaign.plan_name),
)


def _people(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Enrolment)
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
    )


def _without_address(municipalities: Collection[str]) -> list[ColumnElement[bool]]:
    parts = (Household.street, Household.house_number, Household.postcode, Household.town)
    return [
        col(Enrolment.status) == queries.RUNNING,
        col(Campaign.status) == "running",
        col(Case.municipality_code).in_(set(municipalities)),
        or_(col(Household.id).is_(None), *(col(part) == "" for part in parts)),
    ]


def _settings(regions: Collection[UUID]) -> dict[UUID, PlannerSettings]:
    found = db.session().scalars(select(Region).where(col(Region.id).in_(regions)))
    return {region.id: queries.planner_settings(region) for region in found}


@lru_cache(maxsize=64)
def _plan(document: str) -> ContactPlan:
    return parse_plan(document, "plan")


def _wants_letters(plan: ContactPlan, began_on: date, now: datetime, settings: PlannerSettings) -> bool:
    """Whether a step by letter is in its window: far quicker than deciding for each of many people."""
    return any(
        Channel.letter in times.step.channels and times.ready <= now < times.closes
        for times in timetable(plan, began_on, settings.quiet)
    )


def _decided(
    rows: Collection[Any],
    plans: dict[UUID, ContactPlan],
    settings: dict[UUID, PlannerSettings],
    now: datetime,
) -> list[WithoutAddress]:
    by_id = {row.enrolment_id: row for row in rows}
    ids = sorted(by_id)
    found = []
    for start in range(0, len(ids), CHUNK):
        for looked in queries.looked_at(ids[start : start + CHUNK]):
            letter = letter_wanting_address(
                plans[looked.plan_version_id], looked.facts, now, settings[looked.region_id]
            )
            if letter is not None:
                row = by_id[looked.enrolment_id]
                found.append(
                    WithoutAddress(
                        case_id=row.case_id,
                        region_id=row.region_id,
                        reference=row.reference,
                        given_name=row.given_name,
                        infix=row.infix,
                        family_name=row.family_name,
                        campaign_id=row.campaign_id,
                        campaign=row.campaign,
                        plan_name=row.plan_name,
                        step=letter.step,
                        due_at=letter.due_at,
                        latest_at=letter.latest_at,
                        partly=row.household_id is not None,
                    )
                )
    return sorted(found, key=lambda one: (one.due_at, one.reference))
