"""Reads behind the outcome tables. Everything comes from what a case has now: its outcome, list and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns.models import Campaign, Enrolment
from outreach.cases.models import Case, Person
from outreach.cases.outcome_queries import lists_of
from outreach.cases.outcomes import OutcomeKind
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.insight import measure_queries as measure
from outreach.insight.outcome_rules import Area, Place, SchoolYear, counted_as, label_of
from outreach.insight.table import Rate
from outreach.insight.wanted import Wanted
from outreach.regions.models import Municipality
from outreach.regions.queries import regions_of


def area(wanted: Wanted) -> Area:
    """The municipalities asked for, and the outcome lists of their regions by the name of the region."""
    place = db.table(Municipality).c
    query = select(place.code, place.name, place.region_id)
    if wanted.municipalities is not None:
        query = query.where(place.code.in_(sorted(wanted.municipalities)))
    if wanted.municipality:
        query = query.where(place.code == wanted.municipality)
    places = tuple(Place(*row) for row in db.session().execute(query))
    regions = regions_of({place.region for place in places})
    return Area(places, {region.id: lists_of(region.settings) for region in regions})


def present(name: str, of: Area) -> set[str]:
    """In which of these places (codes) a case ever had an outcome that counts in a list; one look per place."""
    place, file = db.table(Municipality).c, db.table(Case)
    there = exists().where(file.c.municipality_code == place.code, _counts_in(name, of))
    query = select(place.code).where(place.code.in_([each.code for each in of.places]), there)
    return set(db.session().scalars(query))


def most_used(wanted: Wanted) -> str | None:
    """The list by which most of these cases were closed on a day of the period; None when none was."""
    file = db.table(Case).c
    query = (
        select(file.outcome_list, func.count())
        .where(file.outcome_list.is_not(None), *measure.on_days(file.outcome_on, wanted), *_limits(wanted))
        .group_by(file.outcome_list)
        .order_by(func.count().desc(), file.outcome_list)
        .limit(1)
    )
    return db.session().scalar(query)


@dataclass(frozen=True, slots=True)
class Counted:
    """Outcomes by label and code of the municipality; different persons by code, and all of them."""

    outcomes: Mapping[tuple[str, str], int]
    persons: Mapping[str, int]
    everybody: int


def counted(name: str, wanted: Wanted, of: Area) -> Counted:
    """The cases with an outcome of this list on a day of the period, by one statement.

    A case closed by another list counts where its region translates that list into this one.
    """
    file = db.table(Case).c
    each = (
        select(file.municipality_code, file.outcome_list, file.outcome, _person())
        .join_from(db.table(Case), db.table(Person), db.table(Person).c.id == file.person_id)
        .where(_counts_in(name, of), *measure.on_days(file.outcome_on, wanted), *_limits(wanted))
        .cte("each_case")
    )
    outcomes: dict[tuple[str, str], int] = {}
    persons: dict[str, int] = {}
    everybody, lists = 0, of.by_code()
    for code, own, outcome, number in db.session().execute(_sums(each)):
        if outcome is not None:
            label = label_of(lists[code], own, outcome, name)
            outcomes[label, code] = outcomes.get((label, code), 0) + number
        elif code is not None:
            persons[code] = number
        else:
            everybody = number
    return Counted(outcomes, persons, everybody)


def _sums(each: CTE) -> CompoundSelect[Any]:
    """Processes by place and outcome, persons by place, and persons altogether: lines of one answer."""
    code, person = each.c.municipality_code, each.c.person
    groups = (code, each.c.outcome_list, each.c.outcome)
    # Grouped, not counted as distinct: PostgreSQL sorts for that, and sorting words is slow.
    here = select(code, person).group_by(code, person).cte("person_here")
    everywhere = select(here.c.person).group_by(here.c.person).subquery()
    return union_all(
        select(*groups, func.count()).group_by(*groups),
        select(here.c.municipality_code, null(), null(), func.count()).group_by(here.c.municipality_code),
        select(null(), null(), null(), func.count()).select_from(everywhere),
    )


def _person() -> ColumnElement[str]:
    """A mark by which one person under two numbers is one: name, initial and birth date, else the person's own id.

    An import makes a person for every number, so persons would be as many as processes otherwise.
    """
    person = db.table(Person).c
    mark = case((person.match_key != "", person.match_key), else_=cast(person.id, String))
    return mark.label("person")


def _counts_in(name: str, of: Area) -> ColumnElement[bool]:
    file = db.table(Case).c
    others = [
        and_(file.municipality_code.in_(codes), file.outcome_list == other, file.outcome.in_(sorted(labels)))
        for codes, lists in of.by_lists()
        for other, labels in counted_as(lists, name).items()
    ]
    return and_(or_(file.outcome_list == name, *others), file.outcome.is_not(None))


def _limits(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which cases, and of which campaign they are in."""
    found = measure.of_case(wanted)
    if wanted.campaign:
        enrolment, campaign = db.table(Enrolment), db.table(Campaign)
        inside = (
            select(enrolment.c.case_id)
            .join_from(enrolment, campaign, campaign.c.id == enrolment.c.campaign_id)
            .where(campaign.c.slug == wanted.campaign)
        )
        found.append(db.table(Case).c.id.in_(inside))
    return found


def approached(wanted: Wanted) -> dict[str, int]:
    """By municipality: cases for which an attempt that was due in the period was carried out."""
    file, attempt = db.table(Case).c, db.table(ContactAttempt).c
    query = (
        select(file.municipality_code, func.count(file.id.distinct()))
        .join_from(db.table(ContactAttempt), db.table(Case), file.id == attempt.case_id)
        .where(measure.sent(), *measure.within(attempt.due_at, wanted), *_limits(wanted))
        .group_by(file.municipality_code)
    )
    return {row[0]: row[1] for row in db.session().execute(query)}


@dataclass(frozen=True, slots=True)
class Exits:
    """Cases that got an outcome, and those of them with a positive one."""

    all: int = 0
    positive: int = 0


def exits(wanted: Wanted, of: Area) -> dict[str, Exits]:
    """By municipality: cases with an outcome, of whatever list, on a day of the period."""
    file = db.table(Case).c
    groups = (file.municipality_code, file.outcome_list, file.outcome)
    query = (
        select(*groups, func.count())
        .where(file.outcome.is_not(None), *measure.on_days(file.outcome_on, wanted), *_limits(wanted))
        .group_by(*groups)
    )
    found: dict[str, Exits] = {}
    lists = of.by_code()
    for code, name, outcome, number in db.session().execute(query):
        kind = lists[code].kind(name, outcome)
        so_far = found.get(code, Exits())
        found[code] = Exits(so_far.all + number, so_far.positive + number * kind.positive)
    return found


def unreached(groups: Sequence[TargetGroup], wanted: Wanted) -> dict[str, int]:
    """By municipality: cases of these target groups that were approached in the period and never responded.

    Without an outcome and without any response: an attempt that was due in the period was carried out, or the case
    became out of reach in the period (taken over from a list, or at the end of a plan).
    """
    file, attempt = db.table(Case).c, db.table(ContactAttempt)
    tried = exists().where(
        attempt.c.case_id == file.id, measure.sent(), *measure.within(attempt.c.due_at, wanted)
    )
    silent = and_(file.status == CaseStatus.onbereikbaar.value, *measure.within(file.status_since, wanted))
    query = (
        select(file.municipality_code, func.count())
        .where(
            file.target_group.in_(measure.values(groups)),
            file.status.in_([CaseStatus.in_benadering.value, CaseStatus.onbereikbaar.value]),
            file.outcome.is_(None),
            file.responded_at.is_(None),
            or_(silent, tried),
            *_limits(wanted),
        )
        .group_by(file.municipality_code)
    )
    return {row[0]: row[1] for row in db.session().execute(query)}


@dataclass(frozen=True, slots=True)
class Leavers:
    """Who left school in a school year: how many persons, where a year later, and where now."""

    all: int
    school: int
    work: int
    school_now: int
    work_now: int

    def rate(self, goal: str) -> Rate:
        """So many of all leavers; `goal` is a name of this class."""
        return Rate(getattr(self, goal), self.all)


NOBODY = Leavers(0, 0, 0, 0, 0)
"""Where no one left."""


def leavers(year: SchoolYear, wanted: Wanted, of: Area) -> dict[str, Leavers]:
    """By municipality, and under '' altogether: new early leavers who left school in this year.

    Counted are persons; whoever has two cases is where one of them says. The period of `wanted` says nothing here.
    """
    file = db.table(Case).c
    back, working = _of_kind(OutcomeKind.school, of), _of_kind(OutcomeKind.work, of)
    in_time = file.outcome_on <= year.a_year_later
    flags = {
        "school": and_(back, in_time),
        "work": and_(working, in_time),
        "school_now": back,
        "work_now": working,
    }
    # Grouped by person, not counted as distinct: PostgreSQL sorts for that, and sorting words is slow.
    here = (
        select(
            file.municipality_code,
            _person(),
            *(func.max(case((condition, 1), else_=0)).label(name) for name, condition in flags.items()),
        )
        .join_from(db.table(Case), db.table(Person), db.table(Person).c.id == file.person_id)
        .where(
            file.target_group == TargetGroup.nieuwe_vsv.value,
            file.left_on.between(year.since, year.until),
            *_limits(replace(wanted, target_group=None)),
        )
        .group_by(file.municipality_code, literal_column("person"))
        .cte("leaver_here")
    )
    everywhere = (
        select(here.c.person, *(func.max(here.c[name]).label(name) for name in flags))
        .group_by(here.c.person)
        .subquery()
    )
    query: CompoundSelect[Any] = union_all(
        select(here.c.municipality_code, func.count(), *(func.sum(here.c[name]) for name in flags)).group_by(
            here.c.municipality_code
        ),
        select(
            literal(""), func.count(), *(func.coalesce(func.sum(everywhere.c[name]), 0) for name in flags)
        ),
    )
    return {code: Leavers(*found) for code, *found in db.session().execute(query)}


def _of_kind(kind: OutcomeKind, of: Area) -> ColumnElement[bool]:
    """Whether a case has an outcome of this kind by the lists of its region, also by a name that a label had before."""
    file = db.table(Case).c
    found: list[ColumnElement[bool]] = [false()]
    for codes, lists in of.by_lists():
        pairs = [
            (name, label)
            for name, own in sorted(lists.lists.items())
            for label in sorted({*own.labels, *own.former})
            if own.kind(label) is kind
        ]
        outcome = tuple_(file.outcome_list, file.outcome).in_(pairs)
        found.append(and_(file.municipality_code.in_(codes), outcome))
    return or_(*found)
