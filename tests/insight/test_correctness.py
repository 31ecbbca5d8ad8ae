"""The figures of the reports against a slow count of the same rows, over worlds that Hypothesis draws."""

from collections import Counter
from dataclasses import asdict
from itertools import product
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.attempts.rules import Channel
from outreach.errors import NotFound
from outreach.i18n import _
from outreach.insight import people_queries, queries, reach_queries, reports, tables
from outreach.insight.people_queries import Dimension
from outreach.insight.table import Rate
from outreach.insight.wanted import Wanted
from tests.factories import MUNICIPALITIES, World
from tests.insight import reference
from tests.insight.worlds import DAYS, Story, stories, told, worlds

LIMITS: list[dict[str, Any]] = [
    {},
    {"municipality": "GM0622"},
    {"municipalities": {"GM0622", "GM0606"}},
    {"municipalities": {"GM0606"}, "municipality": "GM0622"},
    {"municipalities": set()},
    {"campaign": "maart"},
    {"campaign": "mei", "municipality": "GM0606"},
    {"target_group": "oud_vsv"},
    {"target_group": "jib", "campaign": "maart", "municipalities": {"GM0193", "GM0622"}},
]
EDGES = [None, *sorted(DAYS)[:5]]
PERIODS = [
    {"since": since, "until": until}
    for since, until in product(EDGES, EDGES)
    if since is None or until is None or since <= until
]
QUESTIONS = [
    *(Wanted(**limit) for limit in LIMITS),
    *(Wanted(**period) for period in PERIODS),
    *(Wanted(**limit, **period) for limit, period in product(LIMITS[-3:], PERIODS)),
]
questions = st.sampled_from(QUESTIONS)
asked = st.lists(questions, min_size=1, max_size=3).map(lambda more: [Wanted(), *more])


@worlds
@given(story=stories(), asked=asked)
def test_contact_attempts_come_as_far_as_a_slow_count_says(
    world: World, story: Story, asked: list[Wanted]
) -> None:
    keys = ("campaign", "municipality", "step", "channel", "variant")
    with told(world, story):
        rows = reference.read()
        for wanted in asked:
            found = queries.responses(wanted)
            # A short name is a region's own: here one municipality has cases in two campaigns of one name.
            got: dict[tuple[Any, ...], Counter[str]] = {}
            for row in found:
                got.setdefault(tuple(getattr(row, key) for key in keys), Counter()).update(asdict(row.count))
            expected = reference.attempts(rows, wanted, *keys)
            assert got == {key: Counter(asdict(count)) for key, count in expected.items()}
            for names in (("step", "channel"), ("variant",), ("campaign", "municipality")):
                assert _together(got, keys, names) == {
                    key: asdict(count) for key, count in reference.attempts(rows, wanted, *names).items()
                }


def _together(
    got: dict[tuple[Any, ...], Counter[str]], keys: tuple[str, ...], names: tuple[str, ...]
) -> dict[tuple[Any, ...], dict[str, int]]:
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for key, count in got.items():
        part = tuple(value for name, value in zip(keys, key, strict=True) if name in names)
        found.setdefault(part, Counter()).update(count)
    return {key: dict(count) for key, count in found.items()}


@worlds
@given(story=stories(), asked=asked, alone=st.sampled_from(Dimension))
def test_young_people_come_as_far_as_a_slow_count_says(
    world: World, story: Story, asked: list[Wanted], alone: Dimension
) -> None:
    with told(world, story):
        rows = reference.read()
        for wanted in asked:
            divided = people_queries.people(wanted, *Dimension)
            # Asked alone it is the same as asked with all others.
            assert people_queries.people(wanted, alone).by[alone] == divided.by[alone]
            everybody = reference.people(rows, wanted).get("", reference.People())
            assert asdict(divided.together) == asdict(everybody)
            for dimension in Dimension:
                got = {_key(dimension, key): asdict(count) for key, count in divided.by[dimension].items()}
                expected = reference.people(rows, wanted, dimension.value)
                assert got == {key: asdict(count) for key, count in expected.items()}, dimension


def _key(dimension: Dimension, key: str) -> str:
    of_id = dimension in (Dimension.campaign, Dimension.coach) and key
    return UUID(key).hex if of_id else key


@worlds
@given(story=stories(), asked=asked)
def test_days_until_a_response_are_those_of_a_slow_count(
    world: World, story: Story, asked: list[Wanted]
) -> None:
    with told(world, story):
        rows = reference.read()
        for wanted in asked:
            found = reach_queries.waited(wanted)
            assert (found.all, dict(found.days)) == _plain(reference.waited(rows, wanted))


def _plain(found: tuple[int, Counter[int]]) -> tuple[int, dict[int, int]]:
    return found[0], dict(found[1])


@worlds
@given(story=stories(), asked=asked)
def test_hours_and_work_are_those_of_a_slow_count(world: World, story: Story, asked: list[Wanted]) -> None:
    with told(world, story):
        rows = reference.read()
        for wanted in asked:
            for channel in (Channel.call, Channel.visit):
                got = {
                    (hour.weekday, hour.hour): (tried.done, tried.contact)
                    for hour, tried in reach_queries.hours(wanted)[channel].items()
                }
                assert got == reference.hours(rows, wanted, channel)
            answered = reach_queries.response_hours(wanted)
            expected = dict(reference.response_hours(rows, wanted))
            assert {(hour.weekday, hour.hour): number for hour, number in answered.items()} == expected
            done = reach_queries.done(wanted)
            counted: Counter[tuple[str, UUID | None, str]] = Counter()
            for one in done:
                counted[one.municipality, one.coach_id, one.channel] += one.number
            expected_done: Counter[tuple[str, UUID | None, str]] = Counter()
            for (code, coach, channel, _result), number in reference.done(rows, wanted).items():
                expected_done[code, coach, channel] += number
            assert counted == expected_done
            assert reach_queries.called(wanted) == reference.called(rows, wanted)[1:]
            assert reach_queries.open_cases(wanted) == reference.open_cases(rows, wanted)


@worlds
@given(story=stories(odd=False), asked=asked)
def test_tables_of_work_say_what_a_slow_count_says(world: World, story: Story, asked: list[Wanted]) -> None:
    names = {**MUNICIPALITIES, "GM0193": "Zwolle"}
    coaches = {user.id: user.name for user in (world.coach, world.coordinator)}
    with told(world, story):
        rows = reference.read()
        for wanted in asked:
            number, people, spoken = reference.called(rows, wanted)
            each = [number, people, Rate(spoken, people), number / spoken if spoken else None]
            assert [list(row) for row in reports.calls(wanted).rows] == ([each] if number else [])
            nobody = {row[0]: row[3].part for row in reports.visits(wanted).rows if isinstance(row[3], Rate)}
            assert nobody == {
                names[code]: alone for code, alone in reference.nobody_home(rows, wanted).items()
            }
            visits = {row[0]: (row[1], row[2]) for row in reports.visits(wanted).rows}
            assert visits == {
                names[code]: (made, Rate(contact, made))
                for code, (made, contact) in reference.visits(rows, wanted).items()
            }
            work = {str(row[0]): row[1:] for row in reports.coaches(wanted).rows}
            assert work == {
                coaches.get(coach) or _("Nobody"): tuple(counts)
                for coach, counts in _work(rows, wanted).items()
            }


def _work(rows: reference.Rows, wanted: Wanted) -> dict[UUID | None, list[Any]]:
    """The columns of the table of coaches, from the slow counts."""
    cases = reference.open_cases(rows, wanted)
    done: dict[UUID | None, Counter[str]] = {coach: Counter() for coach in cases}
    for (_municipality, coach, channel, result), number in reference.done(rows, wanted).items():
        mine = done.setdefault(coach, Counter())
        mine[channel] += number
        if channel == "visit" and result in reference.SPOKEN_TO:
            mine["met"] += number
    found: dict[UUID | None, list[Any]] = {}
    for coach, mine in done.items():
        statuses = cases.get(coach, {})
        approaching = sum(statuses.get(status, 0) for status in reference.NOT_IN_CONTACT)
        every = sum(statuses.values())
        found[coach] = [
            every,
            approaching,
            every - approaching,
            mine["whatsapp"] + mine["sms"] + mine["email"],
            mine["letter"],
            mine["call"],
            mine["visit"],
            Rate(mine["met"], mine["visit"]),
            mine["card"],
        ]
    return found


@given(story=stories(), wanted=questions)
@settings(worlds, max_examples=worlds.max_examples // 4)
def test_every_table_can_be_made_of_every_world(world: World, story: Story, wanted: Wanted) -> None:
    with told(world, story):
        for name, build in reports.TABLES.items():
            try:
                table = build(wanted, {})
            except NotFound:  # A year beside the year before is none without a first day.
                assert wanted.since is None, name
                continue
            rates = [
                cell for row in (*table.rows, table.total or ()) for cell in row if isinstance(cell, Rate)
            ]
            assert all(0 <= rate.part <= rate.whole for rate in rates), name
            assert tables.as_csv(table)
