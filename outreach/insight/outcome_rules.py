"""How outcomes stand in a table as the annual reports print it: which rows, which columns, which days. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from uuid import UUID

from outreach.cases.outcomes import SHIPPED, OutcomeKind, OutcomeList, RegionLists
from outreach.insight.table import Rate
from outreach.regions.municipalities import in_report_order, report_of


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality and the region that it belongs to."""

    code: str
    name: str
    region: UUID


@dataclass(frozen=True, slots=True)
class Area:
    """The municipalities that are asked about, and the outcome lists of their regions."""

    places: tuple[Place, ...]
    lists: Mapping[UUID, RegionLists]

    @property
    def regions(self) -> list[RegionLists]:
        """The lists of each region; what ships when there is no region."""
        return list(self.lists.values()) or [SHIPPED]

    def by_lists(self) -> Iterator[tuple[list[str], RegionLists]]:
        """The codes of the municipalities of each region, and its lists."""
        for region, lists in self.lists.items():
            yield sorted(place.code for place in self.places if place.region == region), lists

    def by_code(self) -> dict[str, RegionLists]:
        """The lists of each municipality."""
        return {place.code: self.lists[place.region] for place in self.places}


@dataclass(frozen=True, slots=True)
class Reported:
    """A table of a report: a line of whole numbers, one per place, under each label.

    `persons` counts different people per place and `everybody` all of them: who has processes in two places is in
    both, and once in everybody. None where people are what is counted. `unreached` are those approached in vain, per
    place, where a list names only who was reached. `positive`: how many ended well, by what the list's outcomes mean.
    `adds_up`: whether its lines are parts of a whole.
    """

    name: str
    title: str
    unit: str
    places: tuple[Place, ...]
    lines: Mapping[str, tuple[int, ...]]
    positive: int | None = None
    persons: tuple[int, ...] | None = None
    everybody: int | None = None
    unreached: tuple[int, ...] | None = None
    adds_up: bool = True

    @property
    def totals(self) -> tuple[int, ...]:
        """Of each place."""
        return tuple(sum(line[place] for line in self.lines.values()) for place in range(len(self.places)))

    @property
    def total(self) -> int:
        """Of all places together."""
        return sum(self.totals)


def shown(places: Iterable[Place], present: Collection[str]) -> tuple[Place, ...]:
    """The places that a table has columns for, in the order of the reports.

    Those where something was ever counted (`present`, codes), and with them the others of the same report, so that a
    municipality with nothing to count stands there with zeros. Nothing counted anywhere: all of them.
    """
    by_code = {place.code: place for place in places}
    reports = {_report(place) for code, place in by_code.items() if code in present}
    names = {code: place.name for code, place in by_code.items() if not reports or _report(place) in reports}
    return tuple(by_code[code] for code in in_report_order(names))


def _report(place: Place) -> tuple[UUID, int | None]:
    return place.region, report_of(place.code)


def the_list(name: str, regions: Iterable[RegionLists]) -> OutcomeList | None:
    """A list as these regions have it together; None when none has it.

    Where regions differ, the first one's title, unit and order stand, and what only others have comes after.
    """
    found = [each.lists[name] for each in regions if name in each.lists]
    if not found:
        return None
    kinds: dict[str, OutcomeKind] = {}
    for each in found:
        kinds |= {label: kind for label, kind in each.kinds.items() if label not in kinds}
    return OutcomeList(
        name,
        found[0].title,
        found[0].unit,
        kinds,
        uncounted=frozenset().union(*(each.uncounted for each in found)),
        retired=frozenset().union(*(each.retired for each in found)),
    )


def counted_as(lists: RegionLists, to: str) -> dict[str, dict[str, str]]:
    """By the name of another list: its labels, and names they had before, that count in the list `to`, and as what.

    Only lists that the region has said to be translated: the same word in two lists is no reason to count it twice.
    """
    found: dict[str, dict[str, str]] = {}
    for name, target in lists.counted_as:
        if target == to and name != to:
            own = lists.lists[name]
            labels = {label: lists.report_label(name, label, to) for label in (*own.labels, *own.former)}
            found[name] = {label: there for label, there in labels.items() if there is not None}
    return found


def label_of(lists: RegionLists, name: str, label: str, to: str) -> str:
    """As what an outcome stands in the table of the list `to`; its own words when the list has no place for it."""
    there = lists.report_label(name, label, to) if to in lists.lists else None
    return label if there is None else there


def lines(
    outcome_list: OutcomeList, places: Iterable[Place], counts: Mapping[tuple[str, str], int]
) -> dict[str, tuple[int, ...]]:
    """The lines of a list's table by label, in the list's order; `counts` by label and code of the place.

    Labels that are not counted, or cannot be chosen any more, stand there only when there is something to count.
    What cases have and the list does not comes last, by name: nothing that was counted falls out of the total.
    """
    codes = [place.code for place in places]
    labels = [*outcome_list.labels, *sorted({label for label, _code in counts} - set(outcome_list.labels))]
    found = {label: tuple(counts.get((label, code), 0) for code in codes) for label in labels}
    at_need = outcome_list.uncounted | outcome_list.retired
    return {label: line for label, line in found.items() if label not in at_need or any(line)}


def year_before(since: date, until: date) -> tuple[date, date]:
    """The same days a year earlier. What ends with February ends with February."""
    return _a_year_earlier(since), _a_year_earlier(until)


def _a_year_earlier(day: date) -> date:
    if day.month == 2 and (day + timedelta(days=1)).month == 3:
        return date(day.year - 1, 3, 1) - timedelta(days=1)
    return day.replace(year=day.year - 1)


FIRST_MONTH = 8
"""A school year begins on the first of August, in secondary and in vocational education."""


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """A school year by the calendar year in which it begins."""

    begins: int

    @property
    def name(self) -> str:
        """As people say it: 2024-2025."""
        return f"{self.begins}-{self.begins + 1}"

    @property
    def since(self) -> date:
        """Its first day."""
        return date(self.begins, FIRST_MONTH, 1)

    @property
    def until(self) -> date:
        """Its last day."""
        return date(self.begins + 1, FIRST_MONTH, 1) - timedelta(days=1)

    @property
    def a_year_later(self) -> date:
        """The day on which it is seen what became of who left in it."""
        return SchoolYear(self.begins + 1).until


def school_year_of(day: date) -> SchoolYear:
    """The school year in which a day lies."""
    return SchoolYear(day.year if day.month >= FIRST_MONTH else day.year - 1)


def settled_school_year(today: date) -> SchoolYear:
    """The last school year of which it is known where its leavers are a year later."""
    return SchoolYear(school_year_of(today).begins - 2)


TARGET = 0.3
"""Of the leavers of a school year: so many back at school a year later, and so many at work (ZKIJ 2023-2024)."""


def still_needed(rate: Rate, target: float = TARGET) -> int:
    """How many more it takes to reach a target; 0 when it is reached."""
    # Whole numbers: 0.3 times 10 is a little more than 3 in floating point.
    return max(0, ceil(round(target * rate.whole, 6)) - rate.part)
