"""The read behind the response table: contact attempts by whatever matters, in one grouped statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, type_coerce
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


def groups(wanted: Wanted) -> list[Group]:
    """The attempts that are due on a day of the period (local time), by municipality and by how far they came.

    For this the database reads one index and the cases; what each figure counts is worked out over the groups.
    """
    return _read(_by_case(wanted, municipality=True))


def groups_together(wanted: Wanted, *, contact: bool) -> list[Group]:
    """The same of all municipalities together ('' in each group), and with `contact` how the cases stand.

    The index alone tells it when all cases are wanted; with `contact`, the cases of what was answered are looked up.
    """
    if not contact:
        return _read(_by_index(wanted))
    if measure.of_case(wanted):
        return _read(_by_case(wanted, municipality=False))
    answered = measure.reached(Reach.answered)
    return _read(_by_index(wanted).where(~answered)) + _read(
        _by_case(wanted, municipality=False).where(answered)
    )


def _read(query: Select[Any]) -> list[Group]:
    rows = db.session().execute(query)
    return [
        Group(campaign, step, channel, variant, code, Reach(reach), bool(contact), bool(outcome), number, due)
        for campaign, step, channel, variant, reach, code, contact, outcome, number, due in rows
    ]


KEYS = ("step", "channel", "variant", "reach")
TOGETHER = literal("")
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


def _by_case(wanted: Wanted, *, municipality: bool) -> Select[Any]:
    """The attempts with their cases."""
    attempt, file = db.table(ContactAttempt).c, db.table(Case).c
    # Only of what was answered, as nothing else asks for it: so there are half as many groups.
    came = and_(measure.reached(Reach.answered), measure.in_contact())
    by = [
        *([file.municipality_code] if municipality else []),
        case((came, 1), else_=0),
        case((and_(came, file.outcome.is_not(None)), 1), else_=0),
    ]
    query = _attempts(wanted, *([] if municipality else [TOGETHER]), *by).group_by(*by)
    return query.join(db.table(Case), file.id == attempt.case_id).where(*measure.of_case(wanted))


def _by_index(wanted: Wanted) -> Select[Any]:
    """The attempts alone, as the index has them."""
    return measure.among(
        _attempts(wanted, TOGETHER, literal(0), literal(0)), db.table(ContactAttempt).c.case_id, wanted
    )


def _attempts(wanted: Wanted, *place: ColumnElement[Any]) -> Select[Any]:
    """The columns of Group, of which `place` gives municipality, contact and outcome."""
    attempt = db.table(ContactAttempt)
    keys = (type_coerce(attempt.c.campaign_id, NULLTYPE), *(attempt.c[name] for name in KEYS))
    return (
        select(*keys, *place, func.count(), func.min(attempt.c.due_at, type_=db.UtcDateTime()))
        .select_from(attempt)
        .where(*measure.within(attempt.c.due_at, wanted))
        .where(*measure.in_campaign(attempt.c.campaign_id, wanted))
        .group_by(*keys)
    )


def _campaigns(ids: set[Any]) -> dict[Any, tuple[str, str, str]]:
    """Short name, name and plan of campaigns, by their ids as the database has them."""
    campaign = db.table(Campaign).c
    id_ = type_coerce(campaign.id, NULLTYPE)
    query = select(id_, campaign.slug, campaign.name, campaign.plan_name).where(id_.in_(ids))
    return {key: (slug, name, plan) for key, slug, name, plan in db.session().execute(query)}
