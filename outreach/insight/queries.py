"""The read behind the response table: one grouped statement over the contact attempts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns.models import Campaign
from outreach.cases.models import Case
from outreach.insight import measure_queries as measure
from outreach.insight.rules import TELLS_SEEN, Count
from outreach.insight.wanted import Wanted
from outreach.regions.models import Municipality


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


def responses(wanted: Wanted) -> list[Row]:
    """The response table, oldest campaign first, its steps in the order in which they were first due.

    Counted are the attempts of a campaign that are due on a day of the period (local time), by the conditions of
    measure_queries. Attempts outside any campaign are left out. One grouped statement.
    """
    attempt = db.table(ContactAttempt).c
    campaign, municipality = db.table(Campaign).c, db.table(Municipality).c
    sent, arrived = measure.sent(), measure.delivered()
    responded = sent & attempt.response_event_id.is_not(None)
    contact = responded & measure.in_contact()
    groups = (
        campaign.slug,
        campaign.name,
        campaign.plan_name,
        attempt.step,
        attempt.channel,
        attempt.variant,
        municipality.name,
    )
    query = measure.limited(
        select(
            *groups,
            func.count(),
            measure.number(sent),
            measure.number(arrived),
            measure.number(arrived & attempt.channel.in_(measure.values(TELLS_SEEN))),
            measure.number(measure.seen()),
            measure.number(responded),
            measure.number(sent & measure.scanned()),
            measure.number(contact),
            measure.number(contact & db.table(Case).c.outcome.is_not(None)),
        ).join_from(db.table(ContactAttempt), db.table(Campaign), campaign.id == attempt.campaign_id),
        attempt.case_id,
        wanted,
    )
    query = (
        query.where(*measure.within(attempt.due_at, wanted))
        .group_by(*groups, campaign.id, municipality.code)
        .order_by(
            campaign.id,
            func.min(attempt.due_at),
            attempt.step,
            attempt.channel,
            attempt.variant,
            municipality.name,
        )
    )
    return [_row(tuple(found)) for found in db.session().execute(query)]


def _row(found: tuple[Any, ...]) -> Row:
    campaign, name, plan, step, channel, variant, municipality, *counts = found
    return Row(campaign, name, plan, step, channel, variant, municipality, Count(*counts))
