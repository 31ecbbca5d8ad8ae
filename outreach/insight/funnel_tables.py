"""The funnel as tables: of young people by whatever divides them, and of contact attempts by step. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from outreach.i18n import _l
from outreach.insight.definitions import ATTEMPTS, INTERVAL, PEOPLE, column
from outreach.insight.people_queries import Dimension, Funnel
from outreach.insight.queries import Row
from outreach.insight.rules import Count, together
from outreach.insight.table import Cell, Frame, Rate, Table

UNITS = {"people": _l("young people"), "attempts": _l("contact attempts")}

PLAIN = (
    column("campaign"),
    column("step"),
    column("channel"),
    column("variant"),
    column("municipality"),
    column("assigned", "count", ATTEMPTS),
    column("sent", "count", ATTEMPTS),
    column("delivered", "count", ATTEMPTS),
    column("responded", "count", ATTEMPTS),
    column("rate", "share", ATTEMPTS),
    column("low", "share", ATTEMPTS),
    column("high", "share", ATTEMPTS),
    column("seen", "count", ATTEMPTS),
    column("scanned", "count", ATTEMPTS),
    column("contact", "count", ATTEMPTS),
    column("outcome", "count", ATTEMPTS),
)
"""The response table as programs know it: the first twelve keep their names and places."""


def responses(rows: Sequence[Row], frame: Frame) -> Table:
    """The response table in full, one row for each campaign, step, channel, variant and municipality."""
    return frame.table("responses", _l("Responses in full"), UNITS["attempts"], PLAIN, map(_plain, rows))


def _plain(row: Row) -> list[Cell]:
    count = row.count
    low, high = count.interval or (None, None)
    return [
        row.campaign,
        row.step,
        row.channel,
        row.variant,
        row.municipality,
        count.assigned,
        count.sent,
        count.delivered,
        count.responded,
        count.rate,
        low,
        high,
        count.seen,
        count.scanned,
        count.contact,
        count.outcome,
    ]


OF_PEOPLE = (
    column("people", "count", PEOPLE),
    column("approached", "rate", PEOPLE),
    column("delivered", "rate", PEOPLE),
    column("seen", "rate", PEOPLE),
    column("responded", "rate", PEOPLE),
    column("scanned", "rate", PEOPLE),
    column("contact", "rate", PEOPLE),
    column("outcome", "rate", PEOPLE),
    column("cannot", "rate", PEOPLE),
)


def of_people(
    name: str, dimension: Dimension, groups: Mapping[str, Funnel], together: Funnel, frame: Frame
) -> Table:
    """The funnel of young people, a row for each group by the name that is shown, and all of them as the total."""
    return frame.table(
        name,
        TITLES[dimension],
        UNITS["people"],
        (column(dimension.value), *OF_PEOPLE),
        ([label, *stages(funnel)] for label, funnel in groups.items()),
        total=[_l("Altogether"), *stages(together)] if len(groups) != 1 else None,
        notes=(INTERVAL,),
    )


def stages(funnel: Funnel) -> list[Cell]:
    """The cells of OF_PEOPLE."""
    everybody, sent, responded = funnel.assigned, funnel.sent, funnel.responded
    return [
        everybody,
        Rate(sent, everybody),
        Rate(funnel.delivered, sent),
        Rate(funnel.seen, sent),
        Rate(responded, everybody),
        Rate(funnel.scanned, everybody),
        Rate(funnel.contact, responded),
        Rate(funnel.outcome, funnel.contact),
        Rate(funnel.cannot, everybody),
    ]


TITLES: Mapping[Dimension, Any] = {
    Dimension.municipality: _l("By municipality"),
    Dimension.campaign: _l("By campaign"),
    Dimension.target_group: _l("By target group"),
    Dimension.school: _l("By school"),
    Dimension.coach: _l("By coach"),
    Dimension.language: _l("By language"),
    Dimension.week: _l("By week in which the plan began"),
}

OF_ATTEMPTS = (
    column("assigned", "count", ATTEMPTS),
    column("sent", "rate", ATTEMPTS),
    column("delivered", "rate", ATTEMPTS),
    column("seen", "rate", ATTEMPTS),
    column("responded", "rate", ATTEMPTS),
    column("scanned", "rate", ATTEMPTS),
    column("contact", "rate", ATTEMPTS),
    column("outcome", "rate", ATTEMPTS),
)


K = TypeVar("K", bound=Hashable)


def of_attempts(
    name: str,
    title: Any,
    headings: Sequence[str],
    rows: Iterable[Row],
    key: Callable[[Row], K],
    words: Callable[[K], tuple[Cell, ...]],
    place: Callable[[K], Any],
    frame: Frame,
) -> Table:
    """The funnel of contact attempts by a key of its rows, shown by its words under `headings`, in order of place.

    Rows of the same words are one: a step that two plans share.
    """
    by_key = together(rows, key, lambda row: row.count)
    ordered = sorted(by_key.items(), key=lambda item: place(item[0]))
    found = together(ordered, lambda item: words(item[0]), lambda item: item[1])
    everything = sum(found.values(), Count())
    rest = [None] * (len(headings) - 1)
    return frame.table(
        name,
        title,
        UNITS["attempts"],
        (*(column(heading) for heading in headings), *OF_ATTEMPTS),
        ([*shown, *_steps(count)] for shown, count in found.items()),
        total=[_l("Altogether"), *rest, *_steps(everything)] if len(found) != 1 else None,
        notes=(INTERVAL,),
    )


def _steps(count: Count) -> list[Cell]:
    return [
        count.assigned,
        Rate(count.sent, count.assigned),
        Rate(count.delivered, count.sent),
        Rate(count.seen, count.told) if count.told else None,
        Rate(count.responded, count.sent),
        Rate(count.scanned, count.sent),
        Rate(count.contact, count.responded),
        Rate(count.outcome, count.contact),
    ]
