"""Reads behind the funnel of young people: one statement, however many ways they are divided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntFlag, StrEnum
from functools import cache, reduce
from operator import add
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


class Progress(IntFlag):
    """What became of somebody's plans, a bit each: so the database folds them as one number, and gives few groups.

    `foreseen`: responded in a plan that held a visit. `not_there`: moved, deceased, a letter that came back.
    """

    sent = 1
    delivered = 2
    seen = 4
    responded = 8
    scanned = 16
    contact = 32
    outcome = 64
    not_there = 128
    visited = 256
    foreseen = 512


@cache
def stages(progress: Progress) -> tuple[bool, ...]:
    """Which of the STAGES somebody counts in who came so far."""
    responded, sent = Progress.responded in progress, Progress.sent in progress
    holds = {
        "assigned": True,
        "unreached": sent and not responded,
        "cannot": Progress.not_there in progress and not responded,
        "saved": Progress.foreseen in progress and Progress.visited not in progress,
    }
    return tuple(holds[name] if name in holds else Progress[name] in progress for name in STAGES)


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
    found: dict[tuple[str, str], list[int]] = {("", ""): [0] * len(STAGES)}
    for name, key, bits, number in db.session().execute(union_all(*parts)):
        counts = found.setdefault((name, key), [0] * len(STAGES))
        for place, holds in enumerate(stages(Progress(bits))):
            counts[place] += number * holds
    by: dict[Dimension, dict[str, Funnel]] = {dimension: {} for dimension in dimensions}
    for (name, key), counts in sorted(found.items()):
        if name:
            by[Dimension(name)][key] = Funnel(*counts)
    return Divided(Funnel(*found["", ""]), by)


def _enrolments(wanted: Wanted, dimensions: Sequence[Dimension]) -> CTE:
    """One row for each plan of the period: whose it is, where it belongs, how far it came."""
    enrolment, attempt, file = db.table(Enrolment).c, db.table(ContactAttempt), db.table(Case)
    visit_planned = case((enrolment.plan_version_id.in_(plans_with_visits()), 1), else_=0).label(
        "visit_planned"
    )
    begun = measure.begun(
        wanted, enrolment.campaign_id, enrolment.began_on, enrolment.stop_reason, visit_planned
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
            _progress(begun, came).label("progress"),
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


def _progress(begun: CTE, came: CTE) -> ColumnElement[int]:
    """What became of a plan: the bits of Progress."""
    file = db.table(Case).c

    def has(bit: Reach) -> ColumnElement[bool]:
        return came.c.reach.bitwise_and(bit.value) != 0

    responded = or_(begun.c.stop_reason.is_not_distinct_from("responded"), has(Reach.answered))
    contact = and_(responded, measure.in_contact())
    holds = {
        Progress.sent: has(Reach.sent),
        Progress.delivered: has(Reach.delivered),
        Progress.seen: has(Reach.seen),
        Progress.responded: responded,
        Progress.scanned: has(Reach.scanned),
        Progress.contact: contact,
        Progress.outcome: and_(contact, file.outcome.is_not(None), file.outcome_on >= begun.c.began_on),
        Progress.not_there: or_(
            has(Reach.not_there),
            begun.c.stop_reason.is_not_distinct_from("wrong_person"),
            ended_as(OutcomeKind.gone),
        ),
        Progress.visited: has(Reach.visited),
        Progress.foreseen: and_(responded, begun.c.visit_planned == 1),
    }
    bits = [case((condition, bit.value), else_=0) for bit, condition in holds.items()]
    return reduce(add, bits)


def _counted(each: CTE, dimension: Dimension | None) -> Select[Any]:
    """How many persons came how far, altogether or by a dimension; whoever is in a group twice counts once."""
    key = literal("") if dimension is None else each.c[dimension.value]
    person = select(key.label("key"), bits_of(each.c.progress).label("progress"))
    once = person.group_by(key, each.c.person).subquery()
    query = select(
        literal("" if dimension is None else dimension.value), once.c.key, once.c.progress, func.count()
    )
    return query.group_by(once.c.key, once.c.progress)


def campaign_names(keys: Iterable[str]) -> dict[str, str]:
    """The names of campaigns by the keys of their groups."""
    campaign = db.table(Campaign).c
    query = select(cast(campaign.id, String), campaign.name).where(
        campaign.id.in_([UUID(key) for key in keys])
    )
    return {row[0]: row.name for row in db.session().execute(query)}
