"""The read behind the response table: contact attempts by whatever matters, in one grouped statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

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


Key = tuple[UUID, str, str, str | None, str]


def responses(wanted: Wanted) -> list[Row]:
    """The response table, oldest campaign first, its steps in the order in which they were first due.

    Counted are the attempts of a campaign that are due on a day of the period (local time). Attempts outside any
    campaign are left out. The database groups them by how far they came (attempts.reach), for which it reads one index
    and the cases; what each figure counts is worked out here, over the groups.
    """
    found: dict[Key, Count] = {}
    first: dict[Key, datetime] = {}
    for *key, reach, contact, outcome, number, due in db.session().execute(_groups(wanted)):
        group: Key = tuple(key)
        count = counted(number, Reach(reach), contact=bool(contact), outcome=bool(outcome))
        found[group] = found.get(group, Count()) + count
        first[group] = min(first.get(group, due), due)
    campaigns, towns = _campaigns({key[0] for key in found}), all_municipality_names()
    rows = sorted(found, key=lambda key: (key[0], first[key], *key[1:3], key[3] or "", towns[key[4]]))
    return [
        Row(
            *campaigns[campaign],
            step,
            channel,
            variant,
            towns[code],
            found[campaign, step, channel, variant, code],
        )
        for campaign, step, channel, variant, code in rows
    ]


def _groups(wanted: Wanted) -> Any:
    attempt, file = db.table(ContactAttempt).c, db.table(Case).c
    keys = (
        attempt.campaign_id,
        attempt.step,
        attempt.channel,
        attempt.variant,
        file.municipality_code,
        attempt.reach,
    )
    contact = case((measure.in_contact(), 1), else_=0).label("contact")
    outcome = case((file.outcome.is_not(None), 1), else_=0).label("outcome")
    return (
        select(*keys, contact, outcome, func.count(), func.min(attempt.due_at, type_=db.UtcDateTime()))
        .join_from(db.table(ContactAttempt), db.table(Case), file.id == attempt.case_id)
        .where(attempt.campaign_id.is_not(None), *measure.within(attempt.due_at, wanted))
        .where(*measure.of_case(wanted), *measure.in_campaign(attempt.campaign_id, wanted))
        .group_by(*keys, contact, outcome)
    )


def _campaigns(ids: set[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """Short name, name and plan of campaigns."""
    campaign = db.table(Campaign).c
    query = select(campaign.id, campaign.slug, campaign.name, campaign.plan_name).where(campaign.id.in_(ids))
    return {id_: (slug, name, plan) for id_, slug, name, plan in db.session().execute(query)}
