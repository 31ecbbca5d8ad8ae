"""The read behind the response table: contact attempts by whatever matters, in one grouped statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, literal, select, type_coerce
from sqlalchemy.types import NULLTYPE

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.reach import Reach
from outreach.campaigns.models import Campaign
from outreach.cases.models import Case
from outreach.insight import measure_queries as measure
from outreach.insight.rules import Count, counted
from outreach.insight.wanted import Wanted
from outreach.regions.queries import all_municipality_names


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the response table: a step by one channel with one variant, in one campaign and municipality."""

    campaign: str
    campaign_name: str
    plan: str
    step: str
    channel: str
    variant: str | None
    municipality: str
    count: Count


@dataclass(frozen=True, slots=True)
class Group:
    """So many attempts alike: of one campaign (None outside any), step, channel, variant and municipality (a code).

    `campaign` is its id as the database has it, since there are thousands of groups and few campaigns. All came as far
    (`reach`); `contact` and `outcome` say, of what was answered, how their cases stand. `due` is when the first was.
    """

    campaign: Any
    step: str
    channel: str
    variant: str | None
    municipality: str
    reach: Reach
    contact: bool
    outcome: bool
    number: int
    due: datetime


def groups(wanted: Wanted, *, by_case: bool = True) -> list[Group]:
    """The attempts that are due on a day of the period (local time), by how far they came.

    For this the database reads one index and the cases; what each figure counts is worked out over the groups. Not by
    case (where no municipality is shown, nor what became of cases) the index alone tells it, if all cases are wanted.
    """
    return [
        Group(campaign, step, channel, variant, code, Reach(reach), bool(contact), bool(outcome), number, due)
        for campaign, step, channel, variant, code, reach, contact, outcome, number, due in db.session().execute(
            _groups(wanted) if by_case else _groups_alone(wanted)
        )
    ]


Key = tuple[Any, str, str, str | None, str]


def responses(wanted: Wanted, among: list[Group] | None = None) -> list[Row]:
    """The response table, oldest campaign first, its steps in the order in which they were first due.

    Counted are the attempts of campaigns `among` the groups of what is wanted, which are read when they are not given.
    """
    found: dict[Key, Count] = {}
    first: dict[Key, datetime] = {}
    for one in groups(wanted) if among is None else among:
        if one.campaign is None:
            continue
        key = (one.campaign, one.step, one.channel, one.variant, one.municipality)
        count = counted(one.number, one.reach, contact=one.contact, outcome=one.outcome)
        found[key] = found[key] + count if key in found else count
        first[key] = min(first.get(key, one.due), one.due)
    campaigns, towns = _campaigns({key[0] for key in found}), all_municipality_names() | {"": ""}
    rows = sorted(found, key=lambda key: (key[0], first[key], *key[1:3], key[3] or "", towns[key[4]]))
    return [Row(*campaigns[key[0]], *key[1:4], towns[key[4]], found[key]) for key in rows]


def _groups(wanted: Wanted) -> Any:
    attempt, file = db.table(ContactAttempt).c, db.table(Case).c
    keys = (
        type_coerce(attempt.campaign_id, NULLTYPE),
        attempt.step,
        attempt.channel,
        attempt.variant,
        file.municipality_code,
        attempt.reach,
    )
    # Only of what was answered, as nothing else asks for it: so there are half as many groups.
    came = and_(measure.reached(Reach.answered), measure.in_contact())
    contact = case((came, 1), else_=0).label("contact")
    outcome = case((and_(came, file.outcome.is_not(None)), 1), else_=0).label("outcome")
    return (
        select(*keys, contact, outcome, func.count(), func.min(attempt.due_at, type_=db.UtcDateTime()))
        .join_from(db.table(ContactAttempt), db.table(Case), file.id == attempt.case_id)
        .where(*measure.within(attempt.due_at, wanted))
        .where(*measure.of_case(wanted), *measure.in_campaign(attempt.campaign_id, wanted))
        .group_by(*keys, contact, outcome)
    )


def _groups_alone(wanted: Wanted) -> Any:
    attempt, file = db.table(ContactAttempt), db.table(Case)
    campaign = type_coerce(attempt.c.campaign_id, NULLTYPE)
    keys = (campaign, attempt.c.step, attempt.c.channel, attempt.c.variant)
    none = (literal(""), attempt.c.reach, literal(0), literal(0))
    query = select(*keys, *none, func.count(), func.min(attempt.c.due_at, type_=db.UtcDateTime()))
    limits = measure.of_case(wanted)
    if limits:
        query = query.join_from(attempt, file, file.c.id == attempt.c.case_id).where(*limits)
    else:
        query = query.select_from(attempt)
    return (
        query.where(*measure.within(attempt.c.due_at, wanted))
        .where(*measure.in_campaign(attempt.c.campaign_id, wanted))
        .group_by(*keys, attempt.c.reach)
    )


def _campaigns(ids: set[Any]) -> dict[Any, tuple[str, str, str]]:
    """Short name, name and plan of campaigns, by their ids as the database has them."""
    campaign = db.table(Campaign).c
    id_ = type_coerce(campaign.id, NULLTYPE)
    query = select(id_, campaign.slug, campaign.name, campaign.plan_name).where(id_.in_(ids))
    return {key: (slug, name, plan) for key, slug, name, plan in db.session().execute(query)}
