"""What is counted, as conditions on rows: the definitions of definitions.py in SQL. Every report counts by these."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.reach import Reach
from outreach.campaigns.models import Campaign, Enrolment
from outreach.cases.models import Case
from outreach.cases.outcome_queries import ended_as
from outreach.cases.outcomes import OutcomeKind
from outreach.insight.rules import NOT_IN_CONTACT
from outreach.insight.wanted import Wanted


def reached(*reach: Reach) -> ColumnElement[bool]:
    """Whether an attempt came so far: whether it has one of these bits."""
    return db.table(ContactAttempt).c.reach.bitwise_and(sum(reach)) != 0


def sent() -> ColumnElement[bool]:
    """Whether an attempt was carried out, whatever came of it."""
    return reached(Reach.sent)


def in_contact() -> ColumnElement[bool]:
    """Whether a case has got beyond approaching."""
    return db.table(Case).c.status.not_in(values(NOT_IN_CONTACT))


def gone() -> ColumnElement[bool]:
    """Whether a case ended since the young person moved away, died, or left the group."""
    return ended_as(OutcomeKind.gone)


def values(members: Collection[Any]) -> list[str]:
    """Members of an enum as the database has them."""
    return sorted(member.value for member in members)


def of_case(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which cases."""
    file = db.table(Case).c
    found: list[ColumnElement[bool]] = []
    if wanted.municipalities is not None:
        found.append(db.unindexed(file.municipality_code).in_(sorted(wanted.municipalities)))
    if wanted.municipality:
        found.append(db.unindexed(file.municipality_code) == wanted.municipality)
    if wanted.target_group:
        found.append(file.target_group == wanted.target_group)
    return found


def among(query: Select[*tuple[Any, ...]], case_id: ColumnElement[Any], wanted: Wanted) -> Select[Any]:
    """A statement kept to the wanted cases, by a column that holds their id. Of all of them, none is looked up."""
    limits = of_case(wanted)
    if not limits:
        return query
    return query.join(db.table(Case), db.table(Case).c.id == case_id).where(*limits)


def begun(wanted: Wanted, *more: ColumnElement[Any]) -> CTE:
    """The plans that began on a day of the period: id, case_id, and `more` of the enrolment.

    They come first and all else is looked up for them alone, so that what came before costs nothing. SQLite must be
    told to keep them; PostgreSQL reads side by side what it need not keep.
    """
    enrolment = db.table(Enrolment).c
    return (
        select(enrolment.id, enrolment.case_id, *more)
        .where(*on_days(enrolment.began_on, wanted), *in_campaign(enrolment.campaign_id, wanted))
        .cte("begun")
        .prefix_with("MATERIALIZED", dialect="sqlite")
        .prefix_with("NOT MATERIALIZED", dialect="postgresql")
    )


def of_campaign(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which campaign, for a query that has it."""
    return [db.table(Campaign).c.slug == wanted.campaign] if wanted.campaign else []


def in_campaign(campaign_id: ColumnElement[Any], wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which campaign, by a column that holds its id: a handful of rows, so that nothing need be joined."""
    campaign = db.table(Campaign).c
    if not wanted.campaign:
        return []
    return [campaign_id.in_(select(campaign.id).where(campaign.slug == wanted.campaign))]


FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)
"""What an open side of a period means. With both ends said, every database sees that few rows are asked for."""


def on_days(day: ColumnElement[Any], wanted: Wanted) -> list[ColumnElement[bool]]:
    """Within the period, by a column that holds local days."""
    return [day >= (wanted.since or FIRST), day <= (wanted.until or LAST)]


def within(moment: ColumnElement[Any], wanted: Wanted) -> list[ColumnElement[bool]]:
    """Within the period, by a column that holds moments: days begin and end at local midnight."""
    ends = (wanted.until or LAST) + timedelta(days=1)
    return [moment >= _midnight(wanted.since or FIRST), moment < _midnight(ends)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.TIMEZONE)
