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
from outreach.attempts.reach import Reach
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.visit_queries import plans_with_visits
from outreach.cases.models import Case, Person
from outreach.cases.outcome_queries import ended_as
from outreach.cases.outcomes import OutcomeKind
from outreach.insight import measure_queries as measure
from outreach.insight.dialects import bits_of, week_of
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
    """One row for each plan of the period: whose it is, where it belongs, how far it came.

    The plans of the period come first, by their day; all else is looked up for them alone, so that what came before
    costs nothing. SQLite must be told to keep them; PostgreSQL reads side by side what it need not keep.
    """
    enrolment, attempt, file = db.table(Enrolment), db.table(ContactAttempt), db.table(Case)
    days = measure.on_days(enrolment.c.began_on, wanted)
    begun = (
        select(
            *(enrolment.c[name] for name in ("id", "case_id", "campaign_id", "began_on", "stop_reason")),
            case((enrolment.c.plan_version_id.in_(plans_with_visits()), 1), else_=0).label("visit_planned"),
        )
        .where(*days, *measure.in_campaign(enrolment.c.campaign_id, wanted))
        .cte("begun")
        .prefix_with("MATERIALIZED", dialect="sqlite")
        .prefix_with("NOT MATERIALIZED", dialect="postgresql")
    )
    # Joined from the left: so SQLite begins with the plans, however many attempts there ever were.
    came = (
        select(begun.c.id.label("plan"), bits_of(func.coalesce(attempt.c.reach, 0)).label("reach"))
        .join_from(begun, attempt, attempt.c.enrolment_id == begun.c.id, isouter=True)
        .group_by(begun.c.id)
        .cte("came")
        .prefix_with("MATERIALIZED", dialect="sqlite")
    )
    query = (
        select(
            file.c.person_id.label("person"),
            *(_key(dimension, begun).label(dimension.value) for dimension in dimensions),
            *(value.label(name) for name, value in _reach(begun, came).items()),
        )
        .join_from(begun, file, file.c.id == begun.c.case_id)
        .join(came, came.c.plan == begun.c.id)
        .where(*measure.of_case(wanted))
    )
    if Dimension.language in dimensions:
        query = query.join(db.table(Person), db.table(Person).c.id == file.c.person_id)
    return query.cte("each_plan").prefix_with("MATERIALIZED")


def _key(dimension: Dimension, begun: CTE) -> ColumnElement[str]:
    file = db.table(Case).c
    keys: dict[Dimension, Any] = {
        Dimension.municipality: file.municipality_code,
        Dimension.campaign: cast(begun.c.campaign_id, String),
        Dimension.target_group: file.target_group,
        Dimension.school: file.school,
        Dimension.coach: func.coalesce(cast(file.coach_id, String), ""),
        Dimension.language: db.table(Person).c.language,
        Dimension.week: week_of(begun.c.began_on),
    }
    found: ColumnElement[str] = keys[dimension]
    return found


def _reach(begun: CTE, came: CTE) -> dict[str, ColumnElement[Any]]:
    """What became of a plan, each as 0 or 1."""
    file = db.table(Case).c
    reach = came.c.reach

    def has(bit: Reach) -> ColumnElement[bool]:
        return reach.bitwise_and(bit.value) != 0

    conditions = {
        "sent": has(Reach.sent),
        "delivered": has(Reach.delivered),
        "seen": has(Reach.seen),
        "scanned": has(Reach.scanned),
        "responded": or_(begun.c.stop_reason.is_not_distinct_from("responded"), has(Reach.answered)),
        "reachable": measure.in_contact(),
        "ended": and_(file.outcome.is_not(None), file.outcome_on >= begun.c.began_on),
        "not_there": or_(
            has(Reach.not_there),
            begun.c.stop_reason.is_not_distinct_from("wrong_person"),
            ended_as(OutcomeKind.gone),
        ),
        "visited": has(Reach.visited),
    }
    found: dict[str, ColumnElement[Any]] = {
        name: case((holds, 1), else_=0) for name, holds in conditions.items()
    }
    return found | {"visit_planned": begun.c.visit_planned}


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
