"""Reads behind the response table: one grouped statement over the contact attempts, one over the enrolments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import CONTACT, REACHED_OUT, AttemptStatus, Channel
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.page_queries import has_responded
from outreach.cases.models import Case
from outreach.insight.rules import DELIVERED_LETTER, DELIVERED_STATUSES, Count
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

    What is counted is defined in definitions.py, which the page shows beside the figures:
    assigned: attempts of the campaign that are due on a day of the period (local time), whatever their status.
    sent: of those, the ones in REACHED_OUT. delivered: of those, what arrived (rules.is_delivered).
    responded: of those sent, the ones that carry a response. Attempts outside any campaign are left out.
    Everything comes from the attempts themselves, by one grouped statement.
    """
    attempt = db.table(ContactAttempt).c
    campaign, municipality = db.table(Campaign).c, db.table(Municipality).c
    sent = attempt.status.in_([status.value for status in REACHED_OUT])
    groups = (
        campaign.slug,
        campaign.name,
        campaign.plan_name,
        attempt.step,
        attempt.channel,
        attempt.variant,
        municipality.name,
    )
    query = _limited(
        select(
            *groups,
            func.count(),
            _number(sent),
            _number(_delivered()),
            _number(sent & attempt.response_event_id.is_not(None)),
        ).join_from(db.table(ContactAttempt), db.table(Campaign), campaign.id == attempt.campaign_id),
        attempt.case_id,
        wanted,
    )
    if wanted.since is not None:
        query = query.where(attempt.due_at >= _midnight(wanted.since))
    if wanted.until is not None:
        query = query.where(attempt.due_at < _midnight(wanted.until + timedelta(days=1)))
    query = query.group_by(*groups, campaign.id, municipality.code).order_by(
        campaign.id,
        func.min(attempt.due_at),
        attempt.step,
        attempt.channel,
        attempt.variant,
        municipality.name,
    )
    return [_row(tuple(found)) for found in db.session().execute(query)]


def _row(found: tuple[Any, ...]) -> Row:
    campaign, name, plan, step, channel, variant, municipality, *counts = found
    return Row(campaign, name, plan, step, channel, variant, municipality, Count(*counts))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _delivered() -> ColumnElement[bool]:
    """rules.is_delivered in SQL; a test walks all channels, statuses and results and compares the two."""
    attempt = db.table(ContactAttempt).c
    done = attempt.status == AttemptStatus.done.value
    by_people = [Channel.letter.value, Channel.call.value, Channel.visit.value, Channel.card.value]
    return or_(
        and_(attempt.channel.not_in(by_people), attempt.status.in_(_values(DELIVERED_STATUSES))),
        and_(attempt.channel == Channel.letter.value, attempt.status.in_(_values(DELIVERED_LETTER))),
        and_(
            attempt.channel.in_([Channel.call.value, Channel.visit.value]),
            done,
            attempt.result.in_(_values(CONTACT)),
        ),
        and_(attempt.channel == Channel.card.value, done),
    )


def _values(members: Collection[Any]) -> list[str]:
    return sorted(member.value for member in members)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.TIMEZONE)


def _limited(query: Select[Any], case_id: ColumnElement[UUID], wanted: Wanted) -> Select[Any]:
    file, municipality = db.table(Case).c, db.table(Municipality).c
    query = query.join(db.table(Case), file.id == case_id).join(
        db.table(Municipality), municipality.code == file.municipality_code
    )
    if wanted.municipalities is not None:
        query = query.where(municipality.code.in_(set(wanted.municipalities)))
    if wanted.municipality:
        query = query.where(municipality.code == wanted.municipality)
    if wanted.campaign:
        query = query.where(db.table(Campaign).c.slug == wanted.campaign)
    return query


@dataclass(frozen=True, slots=True)
class People:
    """Young people in one campaign (its short name and its name): how many, and how many of them responded."""

    campaign: str
    campaign_name: str
    all: int
    responded: int


def people_by_campaign(wanted: Wanted) -> list[People]:
    """The young people whose plan began on a day of the period, by campaign; somebody in two counts in each.

    Nobody is left out for having no phone or address. See definitions.py, 'people'.
    """
    campaign = db.table(Campaign).c
    groups = (campaign.id, campaign.slug, campaign.name)
    query = _people(wanted, campaign.slug, campaign.name).group_by(*groups).order_by(campaign.id)
    return [People(*row) for row in db.session().execute(query)]


@dataclass(frozen=True, slots=True)
class Persons:
    """Different persons in a municipality ('' for all that were asked for), and how many of them responded."""

    municipality: str
    all: int
    responded: int


def persons(wanted: Wanted) -> list[Persons]:
    """The same young people altogether and by municipality; whoever is in several campaigns counts once."""
    name = db.table(Municipality).c.name
    code = db.table(Municipality).c.code
    together = db.session().execute(_people(wanted)).one()
    apart = db.session().execute(_people(wanted, name).group_by(code, name).order_by(name))
    return [Persons("", *together), *(Persons(*row) for row in apart)]


def _people(wanted: Wanted, *groups: ColumnElement[Any]) -> Select[Any]:
    enrolment, campaign, file = db.table(Enrolment).c, db.table(Campaign).c, db.table(Case).c
    query = _limited(
        select(
            *groups,
            func.count(file.person_id.distinct()),
            func.count(case((has_responded(), file.person_id)).distinct()),
        ).join_from(db.table(Enrolment), db.table(Campaign), campaign.id == enrolment.campaign_id),
        enrolment.case_id,
        wanted,
    ).where(enrolment.began_on.is_not(None))
    if wanted.since is not None:
        query = query.where(enrolment.began_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(enrolment.began_on <= wanted.until)
    return query
