"""Who is reached when, by how much work: days until a response, hours of the week, calls, visits, coaches. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any
from uuid import UUID

from outreach.attempts.reach import Reach
from outreach.attempts.rules import MESSAGE_CHANNELS, Channel
from outreach.i18n import _l
from outreach.insight.definitions import INTERVAL, PEOPLE, WORK, column
from outreach.insight.people_queries import Funnel
from outreach.insight.reach_queries import Done, Hour, Tried, Waited
from outreach.insight.rules import NOT_IN_CONTACT
from outreach.insight.table import Cell, Frame, Rate, Table

LONGEST = 60
"""Days that the curve shows; whoever took longer is added to the last."""


def time_to_response(waited: Waited, frame: Frame) -> Table:
    """How many had responded after so many days: the curve."""
    days = Counter({LONGEST: 0})
    for day, number in waited.days.items():
        days[min(day, LONGEST)] += number
    shown = range(max((day for day, number in days.items() if number), default=-1) + 1)
    so_far = accumulate(days[day] for day in shown)
    return frame.table(
        "days",
        _l("How soon young people respond"),
        _l("plans of young people"),
        (column("days", "count"), column("that_day", "count", WORK), column("so_far", "rate", WORK)),
        ([day, days[day], Rate(total, waited.all)] for day, total in zip(shown, so_far, strict=True)),
        notes=(_l("Whoever took more than %(days)s days stands at the last day.", days=LONGEST), INTERVAL),
    )


def _tried(tried: Tried | None) -> Cell:
    return Rate(tried.contact, tried.done) if tried else None


def week(name: str, title: Any, unit: Any, found: Mapping[Hour, Tried], frame: Frame) -> Table:
    """When something was tried and whom it reached: a row for each hour, a column for each weekday."""
    weekdays = sorted({at.weekday for at in found})
    each = sorted({at.hour for at in found})
    columns = [column("hour")]
    columns += [column(f"weekday_{weekday}", "rate") for weekday in weekdays]
    rows = (
        [_hour(Hour(0, hour)), *(_tried(found.get(Hour(weekday, hour))) for weekday in weekdays)]
        for hour in each
    )
    return frame.table(name, title, unit, columns, rows, notes=(WORK["spoken"],))


def response_hours(found: Mapping[Hour, int], frame: Frame) -> Table:
    """When responses come in: a row for each hour, a column for each weekday."""
    weekdays = sorted({at.weekday for at in found})
    columns = [column("hour"), *(column(f"weekday_{weekday}", "count") for weekday in weekdays)]
    rows: list[list[Cell]] = [
        [_hour(Hour(0, hour)), *(found.get(Hour(weekday, hour), 0) for weekday in weekdays)]
        for hour in sorted({at.hour for at in found})
    ]
    title = _l("When responses come in")
    return frame.table("response-hours", title, _l("responses"), columns, rows, notes=(WORK["responses"],))


def _hour(at: Hour) -> str:
    return f"{at.hour}.00"


def reached(groups: Mapping[str, Funnel], together: Funnel, frame: Frame) -> Table:
    """Who was approached, reached and not reached, by municipality."""
    return frame.table(
        "reached",
        _l("Approached, reached and not reached"),
        _l("young people"),
        (
            column("municipality"),
            column("people", "count", PEOPLE),
            column("approached", "rate", PEOPLE),
            column("reached", "rate", PEOPLE),
            column("unreached", "rate", PEOPLE),
            column("cannot", "rate", PEOPLE),
            column("saved", "rate", PEOPLE),
        ),
        ([name, *_reached(funnel)] for name, funnel in groups.items()),
        total=[_l("Altogether"), *_reached(together)] if len(groups) != 1 else None,
        notes=(INTERVAL,),
    )


def _reached(funnel: Funnel) -> list[Cell]:
    return [
        funnel.assigned,
        Rate(funnel.sent, funnel.assigned),
        Rate(funnel.responded, funnel.assigned),
        Rate(funnel.unreached, funnel.assigned),
        Rate(funnel.cannot, funnel.assigned),
        Rate(funnel.saved, funnel.saved + funnel.visited),
    ]


def visits(done: Sequence[Done], names: Mapping[str, str], frame: Frame) -> Table:
    """Home visits with and without contact, by municipality."""
    kinds = ("with_contact", "nobody_home", "not_living_there", "other_result")
    found: dict[str, Counter[str]] = {}
    for one in done:
        if Reach.visited in one.reach:
            town = names.get(one.municipality, one.municipality)
            found.setdefault(town, Counter())[_kind_of_visit(one)] += one.number
    return frame.table(
        "visits",
        _l("Home visits with and without contact"),
        _l("home visits"),
        (
            column("municipality"),
            column("visits", "count", WORK),
            *(column(kind, "rate", WORK) for kind in kinds),
        ),
        ([name, *_shares(counts, kinds)] for name, counts in sorted(found.items())),
        total=[_l("Altogether"), *_shares(sum(found.values(), Counter()), kinds)]
        if len(found) != 1
        else None,
        notes=(INTERVAL,),
    )


def _kind_of_visit(one: Done) -> str:
    if Reach.spoken in one.reach:
        return "with_contact"
    if Reach.nobody_home in one.reach:
        return "nobody_home"
    return "not_living_there" if Reach.not_there in one.reach else "other_result"


def _shares(counts: Counter[str], kinds: Sequence[str]) -> list[Cell]:
    whole = counts.total()
    return [whole, *(Rate(counts[kind], whole) for kind in kinds)]


def calls(done: Sequence[Done], called: tuple[int, int], frame: Frame) -> Table:
    """How many calls it takes to reach somebody."""
    number = sum(one.number for one in done if Reach.called in one.reach)
    people, spoken = called
    return frame.table(
        "calls",
        _l("Calls for each young person reached"),
        _l("calls"),
        (
            column("calls", "count", WORK),
            column("called", "count", WORK),
            column("reached_by_call", "rate", WORK),
            column("calls_per_reached", "number", WORK),
        ),
        [[number, people, Rate(spoken, people), number / spoken if spoken else None]] if number else [],
    )


def workload(
    done: Sequence[Done],
    cases: Mapping[UUID | None, Mapping[str, int]],
    names: Mapping[UUID, str],
    frame: Frame,
) -> Table:
    """The work of each coach: her cases now, and what was done for them in the period."""
    work: dict[UUID | None, Counter[str]] = {coach: Counter() for coach in cases}
    for one in done:
        channel = "messages" if one.channel in MESSAGE_CHANNELS else _WORK[Channel(one.channel)]
        mine = work.setdefault(one.coach_id, Counter())
        mine[channel] += one.number
        if Reach.visited in one.reach and Reach.spoken in one.reach:
            mine["with_contact"] += one.number
    rows: list[list[Cell]] = [
        [names.get(coach, "") if coach else _l("Nobody"), *_load(cases.get(coach, {}), counts)]
        for coach, counts in work.items()
    ]
    rows.sort(key=lambda row: str(row[0]))
    return frame.table(
        "coaches",
        _l("The work of each coach"),
        _l("cases, and what was done for them"),
        (
            column("coach"),
            *(column(key, "count", WORK) for key in ("open_cases", "approaching", "guided")),
            *(column(key, "count", WORK) for key in ("messages", "letters", "calls", "visits")),
            column("with_contact", "rate", WORK),
            column("cards", "count", WORK),
        ),
        rows,
    )


_WORK = {Channel.letter: "letters", Channel.call: "calls", Channel.visit: "visits", Channel.card: "cards"}


def _load(cases: Mapping[str, int], counts: Counter[str]) -> list[Cell]:
    open_cases = sum(cases.values())
    approaching = sum(cases.get(status, 0) for status in NOT_IN_CONTACT)
    return [
        open_cases,
        approaching,
        open_cases - approaching,
        counts["messages"],
        counts["letters"],
        counts["calls"],
        counts["visits"],
        Rate(counts["with_contact"], counts["visits"]),
        counts["cards"],
    ]
