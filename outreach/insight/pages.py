"""What the pages of figures show, each from as few reads as it can do with."""

from dataclasses import dataclass
from typing import Any

from outreach.attempts.reach import Reach
from outreach.i18n import _, ngettext, percent
from outreach.insight import queries, reach_queries, reports
from outreach.insight.definitions import LABELS
from outreach.insight.naming import named
from outreach.insight.people_queries import Dimension, Funnel, people
from outreach.insight.table import Rate, Table
from outreach.insight.wanted import Wanted
from outreach.insight.words import number

SENTENCES = 6
"""Municipalities that are told of in sentences; more than these are read in the table."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures that matter: sentences, a few large numbers, the funnel as shares of everybody, and tables."""

    everybody: Funnel
    sentences: list[str]
    numbers: list[tuple[str, str]]
    funnel: list[tuple[Any, Rate]]
    municipalities: Table
    weeks: Table
    steps: Table


def overview(wanted: Wanted) -> Overview:
    """The page that a coordinator begins with."""
    divided = people(wanted, Dimension.municipality, Dimension.week)
    groups = queries.groups_together(wanted, contact=False)
    everybody = divided.together
    return Overview(
        everybody=everybody,
        sentences=[_responded("", everybody), *_saved(everybody)],
        numbers=_numbers(everybody, groups),
        funnel=[
            (LABELS[key], Rate(value, everybody.assigned))
            for key, value in (
                ("approached", everybody.sent),
                ("delivered", everybody.delivered),
                ("seen", everybody.seen),
                ("responded", everybody.responded),
                ("contact", everybody.contact),
                ("outcome", everybody.outcome),
                ("cannot", everybody.cannot),
            )
        ],
        municipalities=reports.reached(wanted, divided),
        weeks=reports.by_dimension(wanted, Dimension.week, divided),
        steps=reports.steps(wanted, queries.responses(wanted, groups)).only(
            "step", "channel", "sent", "responded"
        ),
    )


def _numbers(everybody: Funnel, groups: list[queries.Group]) -> list[tuple[str, str]]:
    visits = sum(one.number for one in groups if Reach.visited in one.reach)
    calls = sum(one.number for one in groups if Reach.called in one.reach)
    talks = sum(one.number for one in groups if Reach.called in one.reach and Reach.spoken in one.reach)
    found = [
        (number(everybody.assigned), _("young people")),
        (percent(everybody.responded, everybody.assigned), _("responded")),
    ]
    if talks:
        found.append((number(calls / talks), _("calls for each talk by phone")))
    if visits:
        found.append((number(visits), _("home visits made")))
    if everybody.saved:
        found.append((number(everybody.saved), _("home visits not needed, as contact came before")))
    return found


def _responded(name: str, funnel: Funnel) -> str:
    rate = percent(funnel.responded, funnel.assigned)
    if not name:
        sentence = ngettext(
            "Of %(num)d young person, %(part)s has responded (%(rate)s).",
            "Of %(num)d young people, %(part)s have responded (%(rate)s).",
            funnel.assigned,
            part=funnel.responded,
            rate=rate,
        )
    else:
        sentence = ngettext(
            "Of %(num)d young person in %(name)s, %(part)s has responded (%(rate)s).",
            "Of the %(num)d young people in %(name)s, %(part)s have responded (%(rate)s).",
            funnel.assigned,
            name=name,
            part=funnel.responded,
            rate=rate,
        )
    return str(sentence)


def _saved(everybody: Funnel) -> list[str]:
    found = []
    if everybody.saved:
        found.append(
            ngettext(
                "%(num)d young person responded before a coach had to visit.",
                "%(num)d young people responded before a coach had to visit.",
                everybody.saved,
            )
        )
    if everybody.cannot:
        found.append(
            ngettext(
                "%(num)d young person could not respond: moved, a wrong address or a letter that came back.",
                "%(num)d young people could not respond: moved, a wrong address or a letter that came back.",
                everybody.cannot,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Responses:
    """Who responded to what: sentences by municipality, people by one dimension, attempts by step and channel."""

    everybody: Funnel
    sentences: list[str]
    people: Table
    steps: Table
    channels: Table
    variants: Table


def responses(wanted: Wanted, by: Dimension) -> Responses:
    """The page of response rates."""
    divided = people(wanted, *dict.fromkeys((Dimension.municipality, by)))
    rows = queries.responses(wanted, queries.groups_together(wanted, contact=True))
    towns = named(Dimension.municipality, divided.by[Dimension.municipality])
    sentences = [_responded(name, funnel) for name, funnel in towns.items()]
    if len(towns) != 1:
        sentences = [_responded("", divided.together), *(sentences if len(sentences) <= SENTENCES else [])]
    return Responses(
        everybody=divided.together,
        sentences=sentences,
        people=reports.by_dimension(wanted, by, divided),
        steps=reports.steps(wanted, rows),
        channels=reports.channels(wanted, rows),
        variants=reports.variants(wanted, rows),
    )


@dataclass(frozen=True, slots=True)
class Moments:
    """When young people respond and are reached."""

    sentences: list[str]
    days: Table
    calls_by_hour: Table
    visits_by_hour: Table
    responses_by_hour: Table


def moments(wanted: Wanted) -> Moments:
    """The page of days and hours."""
    days, hours = reports.days(wanted), reach_queries.hours(wanted)
    return Moments(
        sentences=_soon(days),
        days=days,
        calls_by_hour=reports.call_hours(wanted, hours),
        visits_by_hour=reports.visit_hours(wanted, hours),
        responses_by_hour=reports.response_hours(wanted),
    )


def _soon(days: Table) -> list[str]:
    """After how many days half of those who ever respond have done so."""
    responded = [(row[0], row[1]) for row in days.rows]
    everybody = sum(int(str(number_of)) for _day, number_of in responded)
    so_far = 0
    for day_number, number_of in responded:
        so_far += int(str(number_of))
        if so_far * 2 >= everybody > 0:
            sentence = ngettext(
                "Half of those who respond do so within %(num)d day of the first attempt.",
                "Half of those who respond do so within %(num)d days of the first attempt.",
                int(str(day_number)) + 1,
            )
            return [sentence]
    return []


@dataclass(frozen=True, slots=True)
class Work:
    """What was done, and for whom."""

    calls: Table
    visits: Table
    coaches: Table


def work(wanted: Wanted) -> Work:
    """The page of the work: calls, visits, coaches."""
    done = reach_queries.done(wanted)
    return Work(
        calls=reports.calls(wanted, done),
        visits=reports.visits(wanted, done),
        coaches=reports.coaches(wanted, done),
    )
