"""What is counted, as conditions on rows: the definitions of definitions.py in SQL. Every report counts by these."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import CONTACT, NOT_REACHED, REACHED_OUT, AttemptStatus, Channel, Result
from outreach.campaigns.models import Campaign
from outreach.cases.models import Case
from outreach.cases.outcome_queries import ended_as
from outreach.cases.outcomes import OutcomeKind
from outreach.insight.rules import DELIVERED_LETTER, DELIVERED_STATUSES, NOT_IN_CONTACT
from outreach.insight.wanted import Wanted
from outreach.regions.models import Municipality
from outreach.responses.models import Response


def sent() -> ColumnElement[bool]:
    """Whether an attempt was carried out, whatever came of it."""
    return db.table(ContactAttempt).c.status.in_(values(REACHED_OUT))


def delivered() -> ColumnElement[bool]:
    """rules.is_delivered in SQL; a test walks all channels, statuses and results and compares the two."""
    attempt = db.table(ContactAttempt).c
    done = attempt.status == AttemptStatus.done.value
    by_people = [Channel.letter.value, Channel.call.value, Channel.visit.value, Channel.card.value]
    return or_(
        and_(attempt.channel.not_in(by_people), attempt.status.in_(values(DELIVERED_STATUSES))),
        and_(attempt.channel == Channel.letter.value, attempt.status.in_(values(DELIVERED_LETTER))),
        spoken_to(),
        and_(attempt.channel == Channel.card.value, done),
    )


def spoken_to() -> ColumnElement[bool]:
    """Whether an attempt was a call or a visit at which the young person was spoken to."""
    attempt = db.table(ContactAttempt).c
    return and_(
        attempt.channel.in_([Channel.call.value, Channel.visit.value]),
        attempt.status == AttemptStatus.done.value,
        attempt.result.in_(values(CONTACT)),
    )


def seen() -> ColumnElement[bool]:
    """rules.is_seen in SQL: read on WhatsApp, or spoken to."""
    attempt = db.table(ContactAttempt).c
    read = and_(
        attempt.channel == Channel.whatsapp.value,
        attempt.status == AttemptStatus.read.value,
    )
    return or_(read, spoken_to())


def carried_out() -> ColumnElement[bool]:
    """Whether a call or a visit took place, also one that reached somebody else."""
    attempt = db.table(ContactAttempt).c
    return or_(
        attempt.status == AttemptStatus.done.value,
        and_(attempt.status == AttemptStatus.failed.value, attempt.result.in_(values(NOT_REACHED))),
    )


def scanned() -> ColumnElement[bool]:
    """Whether somebody answered by the very code that an attempt carried."""
    attempt = db.table(ContactAttempt)
    answered = exists().where(db.table(Response).c.attempt_id == attempt.c.id)
    return answered.correlate(attempt)


def not_there() -> ColumnElement[bool]:
    """Whether an attempt showed that nobody of that name can be reached there: moved, wrong address, letter back."""
    attempt = db.table(ContactAttempt).c
    return or_(
        attempt.status == AttemptStatus.returned.value,
        attempt.result.in_([Result.moved.value, Result.wrong_address.value]),
    )


def in_contact() -> ColumnElement[bool]:
    """Whether a case has got beyond approaching."""
    return db.table(Case).c.status.not_in(values(NOT_IN_CONTACT))


def gone() -> ColumnElement[bool]:
    """Whether a case ended since the young person moved away, died, or left the group."""
    return ended_as(OutcomeKind.gone)


def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group a condition holds for."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 when a condition holds for some row of a group, else 0."""
    return func.coalesce(func.max(case((condition, 1), else_=0)), 0)


def values(members: Collection[Any]) -> list[str]:
    """Members of an enum as the database has them."""
    return sorted(member.value for member in members)


def limited(query: Select[Any], case_id: ColumnElement[UUID], wanted: Wanted) -> Select[Any]:
    """A query joined to case and municipality, and limited to what was asked for; not by days."""
    file, municipality = db.table(Case).c, db.table(Municipality).c
    query = query.join(db.table(Case), file.id == case_id).join(
        db.table(Municipality), municipality.code == file.municipality_code
    )
    return query.where(*of_case(wanted), *of_campaign(wanted))


def of_case(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which cases."""
    file = db.table(Case).c
    found: list[ColumnElement[bool]] = []
    if wanted.municipalities is not None:
        found.append(file.municipality_code.in_(sorted(wanted.municipalities)))
    if wanted.municipality:
        found.append(file.municipality_code == wanted.municipality)
    if wanted.target_group:
        found.append(file.target_group == wanted.target_group)
    return found


def of_campaign(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which campaign, for a query that has it."""
    return [db.table(Campaign).c.slug == wanted.campaign] if wanted.campaign else []


def on_days(day: ColumnElement[date], wanted: Wanted) -> list[ColumnElement[bool]]:
    """Within the period, by a column that holds local days."""
    found = [day >= wanted.since] if wanted.since is not None else []
    return [*found, *([day <= wanted.until] if wanted.until is not None else [])]


def within(moment: ColumnElement[datetime], wanted: Wanted) -> list[ColumnElement[bool]]:
    """Within the period, by a column that holds moments: days begin and end at local midnight."""
    found = [moment >= _midnight(wanted.since)] if wanted.since is not None else []
    ends = _midnight(wanted.until + timedelta(days=1)) if wanted.until is not None else None
    return [*found, *([moment < ends] if ends is not None else [])]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.TIMEZONE)
