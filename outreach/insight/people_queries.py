"""Reads behind the funnel of young people: one statement, however many ways they are divided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Channel
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.visit_queries import plans_with_visits
from outreach.cases.models import Case, Person
from outreach.insight import measure_queries as measure
from outreach.insight.dialects import week_of
from outreach.insight.wanted import Wanted


class Dimension(StrEnum):
    """By what young people are divided. `week`: the Monday of the week in which their plan began."""

    municipality = "municipality"
    campaign = "campaign"
    target_group = "target_group"
    school = "school"
    coach = "coach"
    language = "language"
    week = "week"


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many different young people came how far; the words are in definitions.py.

    `unreached` were approached and did not respond, `cannot` did not and could not. `visited` had a home visit,
    `saved` responded in a plan that held a visit, and at whose door nobody has been.
    """

    assigned: int = 0
    sent: int = 0
    delivered: int = 0
    seen: int = 0
    responded: int = 0
    scanned: int = 0
    contact: int = 0
    outcome: int = 0
    unreached: int = 0
    cannot: int = 0
    visited: int = 0
    saved: int = 0


STAGES = tuple(field.name for field in fields(Funnel))


@dataclass(frozen=True, slots=True)
class Divided:
    """The funnel altogether, and by the keys of each dimension that was asked for.

    Keys: a municipality's code, a campaign's or a coach's id ('' for nobody), an ISO day for a week.
    """

    together: Funnel
    by: Mapping[Dimension, Mapping[str, Funnel]]


def people(wanted: Wanted, *dimensions: Dimension) -> Divided:
    """The funnel of the young people whose plan began on a day of the period.

    Somebody in several campaigns counts once in each group, with what any of her plans brought.
    """
    each = _enrolments(wanted, dimensions)
    parts = [_counted(each, None), *(_counted(each, dimension) for dimension in dimensions)]
    together = Funnel()
    by: dict[Dimension, dict[str, Funnel]] = {dimension: {} for dimension in dimensions}
    for name, key, *counts in db.session().execute(union_all(*parts)):
        if name == "":
            together = Funnel(*counts)
        else:
            by[Dimension(name)][key] = Funnel(*counts)
    return Divided(together, {dimension: dict(sorted(found.items())) for dimension, found in by.items()})


def _enrolments(wanted: Wanted, dimensions: Sequence[Dimension]) -> CTE:
    """One row for each enrolment of the period: whose it is, where it belongs, how far it came."""
    attempt, enrolment, file = db.table(ContactAttempt), db.table(Enrolment), db.table(Case)
    reach = _reach()
    query = (
        select(
            enrolment.c.id.label("enrolment"),
            file.c.person_id.label("person"),
            *(_key(dimension).label(dimension.value) for dimension in dimensions),
            *(expression.label(name) for name, expression in reach.items()),
        )
        .join_from(enrolment, db.table(Campaign), db.table(Campaign).c.id == enrolment.c.campaign_id)
        .outerjoin(attempt, attempt.c.enrolment_id == enrolment.c.id)
    )
    query = measure.limited(query, enrolment.c.case_id, wanted)
    if Dimension.language in dimensions:
        query = query.join(db.table(Person), db.table(Person).c.id == file.c.person_id)
    return _grouped(query, dimensions, wanted).cte("each_enrolment")


def _grouped(query: Select[Any], dimensions: Sequence[Dimension], wanted: Wanted) -> Select[Any]:
    began = db.table(Enrolment).c.began_on
    days = measure.on_days(began, wanted) or [began.is_not(None)]
    return query.where(*days).group_by(
        db.table(Enrolment).c.id, db.table(Case).c.id, *(_key(dimension) for dimension in dimensions)
    )


def _key(dimension: Dimension) -> ColumnElement[str]:
    file, enrolment = db.table(Case).c, db.table(Enrolment).c
    keys: dict[Dimension, Any] = {
        Dimension.municipality: file.municipality_code,
        Dimension.campaign: cast(enrolment.campaign_id, String),
        Dimension.target_group: file.target_group,
        Dimension.school: file.school,
        Dimension.coach: func.coalesce(cast(file.coach_id, String), ""),
        Dimension.language: db.table(Person).c.language,
        Dimension.week: week_of(enrolment.began_on),
    }
    found: ColumnElement[str] = keys[dimension]
    return found


def _reach() -> dict[str, ColumnElement[Any]]:
    """What became of an enrolment, as 0 or 1; `responded` and what follows from it are worked out after these."""
    attempt, enrolment, file = db.table(ContactAttempt).c, db.table(Enrolment).c, db.table(Case).c
    stopped = enrolment.stop_reason
    ended = and_(file.outcome.is_not(None), file.outcome_on >= enrolment.began_on)
    visit = attempt.channel == Channel.visit.value
    planned = enrolment.plan_version_id.in_(plans_with_visits())
    return {
        "sent": measure.flag(measure.sent()),
        "delivered": measure.flag(measure.delivered()),
        "seen": measure.flag(measure.seen()),
        "scanned": measure.flag(measure.scanned()),
        "responded": func.max(
            case((or_(stopped == "responded", attempt.response_event_id.is_not(None)), 1), else_=0)
        ),
        "reachable": func.max(case((measure.in_contact(), 1), else_=0)),
        "ended": func.max(case((ended, 1), else_=0)),
        "not_there": func.max(
            case((or_(measure.not_there(), stopped == "wrong_person", measure.gone()), 1), else_=0)
        ),
        "visited": measure.flag(and_(visit, measure.carried_out())),
        "visit_planned": func.max(case((planned, 1), else_=0)),
    }


def _counted(each: CTE, dimension: Dimension | None) -> Select[Any]:
    """How many persons came how far, altogether or by a dimension; whoever is in a group twice counts once."""
    key = literal("") if dimension is None else each.c[dimension.value]
    person = (
        select(
            key.label("key"),
            func.max(each.c.sent).label("sent"),
            func.max(each.c.delivered).label("delivered"),
            func.max(each.c.seen).label("seen"),
            func.max(each.c.responded).label("responded"),
            func.max(each.c.scanned).label("scanned"),
            func.max(each.c.responded * each.c.reachable).label("contact"),
            func.max(each.c.responded * each.c.reachable * each.c.ended).label("outcome"),
            func.max(each.c.not_there).label("not_there"),
            func.max(each.c.visited).label("visited"),
            (func.max(each.c.responded * each.c.visit_planned) * (1 - func.max(each.c.visited))).label(
                "saved"
            ),
        )
        .group_by(key, each.c.person)
        .subquery()
    )
    silent = 1 - person.c.responded
    apart = {"unreached": person.c.sent * silent, "cannot": person.c.not_there * silent}
    sums = [func.sum(apart.get(name, person.c.get(name))) for name in STAGES if name != "assigned"]
    query = select(literal("" if dimension is None else dimension.value), person.c.key, func.count(), *sums)
    return query.group_by(person.c.key)


def campaign_names(keys: Iterable[str]) -> dict[str, str]:
    """The names of campaigns by the keys of their groups."""
    campaign = db.table(Campaign).c
    query = select(cast(campaign.id, String), campaign.name).where(
        campaign.id.in_([UUID(key) for key in keys])
    )
    return {row[0]: row.name for row in db.session().execute(query)}
