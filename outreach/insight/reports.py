"""Every table of figures by its name: what pages show is what files and commands give."""

from collections.abc import Callable, Mapping
from functools import partial

from outreach.attempts.rules import Channel
from outreach.campaigns import words as campaign_words
from outreach.cases.words import CHANNELS, word
from outreach.i18n import _l
from outreach.insight import effect, funnel_tables, outcome_reports, queries, reach_queries, reach_tables
from outreach.insight.asking import frame
from outreach.insight.naming import coach_names, named
from outreach.insight.people_queries import Dimension, Divided, people
from outreach.insight.queries import Row
from outreach.insight.table import Table
from outreach.insight.wanted import Wanted
from outreach.regions.queries import all_municipality_names

Builder = Callable[[Wanted, Mapping[str, str]], Table]
"""From what is asked for, and what else the address says, to a table."""


def responses(wanted: Wanted) -> Table:
    """The response table in full."""
    return funnel_tables.responses(queries.responses(wanted), frame(wanted))


def by_dimension(wanted: Wanted, dimension: Dimension, divided: Divided | None = None) -> Table:
    """The funnel of young people by one of its dimensions; `divided` when it was read already."""
    found = divided or people(wanted, dimension)
    groups = named(dimension, found.by[dimension])
    return funnel_tables.of_people(f"by-{dimension}", dimension, groups, found.together, frame(wanted))


def steps(wanted: Wanted, rows: list[Row] | None = None) -> Table:
    """The funnel of contact attempts by step and channel."""
    known = campaign_words.steps_by_plan()

    def place(key: tuple[str, str, str]) -> tuple[str, int]:
        plan, step, _channel = key
        names = known.get(plan, [])
        return plan, names.index(step) if step in names else len(names)

    return funnel_tables.of_attempts(
        "steps",
        _l("By step"),
        ("step", "channel"),
        queries.responses(wanted) if rows is None else rows,
        lambda row: (row.plan, row.step, row.channel),
        lambda key: (campaign_words.title_of_step(*key[:2]), word(CHANNELS, key[2])),
        place,
        frame(wanted),
    )


def channels(wanted: Wanted, rows: list[Row] | None = None) -> Table:
    """The funnel of contact attempts by channel."""
    return funnel_tables.of_attempts(
        "channels",
        _l("By channel"),
        ("channel",),
        queries.responses(wanted) if rows is None else rows,
        lambda row: row.channel,
        lambda channel: (word(CHANNELS, channel),),
        lambda channel: list(Channel).index(Channel(channel)),
        frame(wanted),
    )


def variants(wanted: Wanted, rows: list[Row] | None = None) -> Table:
    """The funnel of contact attempts that have variants, by campaign, step and variant."""
    found = queries.responses(wanted) if rows is None else rows
    return funnel_tables.of_attempts(
        "variants",
        _l("By variant"),
        ("variant", "step", "campaign"),
        (row for row in found if row.variant),
        lambda row: (row.campaign_name, row.plan, row.step, row.variant or ""),
        lambda key: (key[3], campaign_words.title_of_step(*key[1:3]), key[0]),
        lambda key: key,
        frame(wanted),
    )


def days(wanted: Wanted) -> Table:
    """How soon young people respond."""
    return reach_tables.time_to_response(reach_queries.waited(wanted), frame(wanted))


def call_hours(wanted: Wanted, hours: reach_queries.Hours | None = None) -> Table:
    """When calls reach somebody."""
    found = (hours or reach_queries.hours(wanted))[Channel.call]
    return reach_tables.week("call-hours", _l("When calls reach somebody"), _l("calls"), found, frame(wanted))


def visit_hours(wanted: Wanted, hours: reach_queries.Hours | None = None) -> Table:
    """When home visits reach somebody."""
    found = (hours or reach_queries.hours(wanted))[Channel.visit]
    title = _l("When home visits reach somebody")
    return reach_tables.week("visit-hours", title, _l("home visits"), found, frame(wanted))


def response_hours(wanted: Wanted) -> Table:
    """When responses come in."""
    return reach_tables.response_hours(reach_queries.response_hours(wanted), frame(wanted))


def reached(wanted: Wanted, divided: Divided | None = None) -> Table:
    """Who was approached, reached and not reached."""
    found = divided or people(wanted, Dimension.municipality)
    groups = named(Dimension.municipality, found.by[Dimension.municipality])
    return reach_tables.reached(groups, found.together, frame(wanted))


def calls(wanted: Wanted, done: list[reach_queries.Done] | None = None) -> Table:
    """How many calls it takes to reach somebody."""
    found = reach_queries.done(wanted) if done is None else done
    return reach_tables.calls(found, reach_queries.called(wanted), frame(wanted))


def visits(wanted: Wanted, done: list[reach_queries.Done] | None = None) -> Table:
    """Home visits with and without contact."""
    found = reach_queries.done(wanted) if done is None else done
    return reach_tables.visits(found, all_municipality_names(), frame(wanted))


def coaches(wanted: Wanted, done: list[reach_queries.Done] | None = None) -> Table:
    """The work of each coach."""
    found = reach_queries.done(wanted) if done is None else done
    cases = reach_queries.open_cases(wanted)
    names = coach_names({*cases, *(one.coach_id for one in found)})
    return reach_tables.workload(found, cases, names, frame(wanted))


def _plain(build: Callable[[Wanted], Table]) -> Builder:
    return lambda wanted, _given: build(wanted)


TABLES: dict[str, Builder] = {
    "responses": _plain(responses),
    **{f"by-{one}": _plain(partial(by_dimension, dimension=one)) for one in Dimension},
    "steps": _plain(steps),
    "channels": _plain(channels),
    "variants": _plain(variants),
    "effect": _plain(effect.arms),
    "effect-pairs": _plain(effect.pairs),
    "days": _plain(days),
    "call-hours": _plain(call_hours),
    "visit-hours": _plain(visit_hours),
    "response-hours": _plain(response_hours),
    "reached": _plain(reached),
    "calls": _plain(calls),
    "visits": _plain(visits),
    "coaches": _plain(coaches),
    **outcome_reports.TABLES,
}
"""The tables that can be had as files, by the names that their addresses carry."""
