"""The outcome tables of the annual reports, their lists, and the targets, as tables and as documents."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from outreach import clock
from outreach.cases.outcomes import OutcomeKind, OutcomeList
from outreach.errors import NotFound
from outreach.i18n import _, _l, day, percent
from outreach.insight import outcome_queries as queries
from outreach.insight.asking import frame
from outreach.insight.definitions import INTERVAL, LABELS, OUTCOMES, column
from outreach.insight.outcome_queries import Exits
from outreach.insight.outcome_rules import Area, Place, Reported, lines, shown, the_list, year_before
from outreach.insight.table import Cell, Column, Rate, Table
from outreach.insight.target_tables import NAME as TARGETS
from outreach.insight.target_tables import TITLE as TARGETS_TITLE
from outreach.insight.wanted import Wanted

EXITS = "zhz-benaderd-uitgestroomd"
EXITS_TITLE = "Benaderd en uitgestroomd"
APPROACHED = "Benaderd"
LEFT = "Uitgestroomd (inclusief overloop vorig schooljaar)"
POSITIVE = "Positief uitstroomresultaat"
"""The report of ZHZ and its lines, in its own words."""


def names(wanted: Wanted) -> dict[str, str]:
    """Name and title of the tables of the regions asked for: lists that target groups close with first."""
    return _names(queries.area(wanted))


def _names(area: Area) -> dict[str, str]:
    regions = area.regions
    own = {name: each.lists[name].title for each in regions for name in each.own.values()}
    others = {name: found.title for each in regions for name, found in each.lists.items() if name not in own}
    return own | others | {EXITS: EXITS_TITLE, TARGETS: TARGETS_TITLE}


def reported(name: str, wanted: Wanted) -> Reported:
    """The figures of a table, by list or ZHZ's. Raises NotFound with the names that there are."""
    area = queries.area(wanted)
    if name == EXITS:
        return _exits(area, wanted)
    outcome_list = the_list(name, area.regions)
    if outcome_list is None:
        known = ", ".join(_names(area))
        raise NotFound(
            _l("There is no outcome table '%(name)s'. There are: %(names)s.", name=name, names=known)
        )
    return _of_list(outcome_list, area, wanted)


def _of_list(outcome_list: OutcomeList, area: Area, wanted: Wanted) -> Reported:
    columns = shown(area.places, queries.present(outcome_list.name, area))
    counted = queries.counted(outcome_list.name, wanted, area)
    return Reported(
        outcome_list.name,
        outcome_list.title,
        outcome_list.unit,
        columns,
        found := lines(outcome_list, columns, counted.outcomes),
        positive=sum(sum(line) for label, line in found.items() if outcome_list.kind(label).positive),
        persons=tuple(counted.persons.get(place.code, 0) for place in columns),
        everybody=counted.everybody,
        unreached=_unreached(outcome_list, columns, area, wanted),
    )


def _unreached(
    outcome_list: OutcomeList, columns: Iterable[Place], area: Area, wanted: Wanted
) -> tuple[int, ...] | None:
    """How many were approached in vain, for a list that has no outcome for them and is a target group's own."""
    if OutcomeKind.unreachable in outcome_list.kinds.values():
        return None
    groups = {group for each in area.regions for group, name in each.own.items() if name == outcome_list.name}
    if not groups:
        return None
    found = queries.unreached(sorted(groups), wanted)
    return tuple(found.get(place.code, 0) for place in columns)


def _exits(area: Area, wanted: Wanted) -> Reported:
    approached, exits = queries.approached(wanted), queries.exits(wanted, area)
    columns = shown(area.places, approached.keys() | exits.keys())
    left = [exits.get(place.code, Exits()) for place in columns]
    return Reported(
        EXITS,
        EXITS_TITLE,
        _("cases"),
        columns,
        {
            APPROACHED: tuple(approached.get(place.code, 0) for place in columns),
            LEFT: tuple(each.all for each in left),
            POSITIVE: tuple(each.positive for each in left),
        },
        adds_up=False,
    )


def document(figures: Reported, wanted: Wanted) -> dict[str, Any]:
    """A table as a program reads it: the lines of the report by label, a number for each municipality.

    `totals` and `persons` are per municipality too; `everybody` is how many different persons there are altogether.
    """
    about = frame(wanted)
    found: dict[str, Any] = {
        "table": figures.name,
        "title": figures.title,
        "unit": figures.unit,
        "municipalities": [place.name for place in figures.places],
        "rows": {label: list(line) for label, line in figures.lines.items()},
        "period": {
            "from": about.since and about.since.isoformat(),
            "to": about.until and about.until.isoformat(),
        },
        "peildatum": about.reference_day.isoformat(),
        "source": about.source,
    }
    if figures.adds_up:
        found |= {"totals": list(figures.totals), "total": figures.total, "positive": figures.positive}
    if figures.persons is not None:
        found |= {"persons": list(figures.persons), "everybody": figures.everybody}
    if figures.unreached is not None:
        found |= {"not_reached": list(figures.unreached)}
    return found


def table(figures: Reported, wanted: Wanted) -> Table:
    """A table as the report prints it: a column per municipality, the total, and the share of it."""
    places = [Column(place.name, place.name, "count") for place in figures.places]
    last = (
        column("share", "share", OUTCOMES)
        if figures.adds_up
        else Column("positive", LABELS["positive"], "rate", OUTCOMES["positive"])
    )
    return frame(wanted).table(
        "outcomes",
        figures.title,
        figures.unit,
        (column("result", "text", OUTCOMES), *places, column("total", "count", OUTCOMES), last),
        _rows(figures),
        total=_total(figures),
        below=_below(figures),
        notes=_notes(figures),
    )


def _rows(figures: Reported) -> Iterable[list[Cell]]:
    for label, line in figures.lines.items():
        yield [label, *line, sum(line), _part(figures, label)]


def _part(figures: Reported, label: str) -> Cell:
    total = sum(figures.lines[label])
    if figures.adds_up:
        return total / figures.total if figures.total else None
    return Rate(total, sum(figures.lines[LEFT])) if label == POSITIVE else None


def _total(figures: Reported) -> list[Cell] | None:
    if not figures.adds_up:
        return None
    whole = 1.0 if figures.total else None
    return [_("Total (%(unit)s)", unit=figures.unit), *figures.totals, figures.total, whole]


def in_short(figures: Reported) -> str:
    """What a table comes to, in one sentence; '' where there is nothing to say."""
    if figures.positive is None or not figures.total:
        return ""
    return _(
        "Of %(total)s (%(unit)s), %(part)s ended well: to school, at work or on another route (%(rate)s).",
        total=figures.total,
        unit=figures.unit,
        part=figures.positive,
        rate=percent(figures.positive, figures.total),
    )


def _below(figures: Reported) -> list[list[Cell]]:
    found: list[list[Cell]] = []
    if figures.persons is not None:
        found.append([_("Different young people"), *figures.persons, figures.everybody, None])
    if figures.unreached is not None:
        missed = sum(figures.unreached)
        found.append([_("Not reached"), *figures.unreached, missed, Rate(missed, missed + figures.total)])
    return found


def _notes(figures: Reported) -> list[Any]:
    found: list[Any] = []
    if figures.everybody is not None and figures.total:
        found.append(
            _(
                "Altogether %(total)s (%(unit)s), of %(people)s different young people.",
                total=figures.total,
                unit=figures.unit,
                people=figures.everybody,
            )
        )
    if figures.unreached is not None:
        missed = sum(figures.unreached)
        found.append(
            _(
                "Not reached: %(missed)s of %(all)s approached (%(rate)s). The shares are of those reached.",
                missed=missed,
                all=missed + figures.total,
                rate=percent(missed, missed + figures.total),
            )
        )
        found.append(OUTCOMES["unreached"])
    if not figures.adds_up:
        found += [OUTCOMES["approached"], OUTCOMES["exits"], INTERVAL]
    return found


def beside_the_year_before(now: Reported, wanted: Wanted) -> dict[str, Table]:
    """These figures beside the same days a year earlier, by name: by outcome, and by municipality where lines add up.

    Nothing when the period has no first day. One without a last day ends today.
    """
    if wanted.since is None:
        return {}
    # Days that are still to come have nothing to stand beside.
    today = clock.today()
    since, until = year_before(wanted.since, min(wanted.until or today, max(today, wanted.since)))
    then = reported(now.name, replace(wanted, since=since, until=until))
    before = _(
        "A year before: %(since)s – %(until)s.", since=day(since, year=True), until=day(until, year=True)
    )
    by_outcome = {
        label: (sum(now.lines.get(label, ())), sum(then.lines.get(label, ())))
        for label in {**now.lines, **then.lines}
    }
    title = _("%(title)s, beside the year before", title=now.title)
    divided = {"outcomes-years": (title, column("result", "text", OUTCOMES), by_outcome)}
    if now.adds_up:
        # Which places have a column does not hang on the period, so both have the same.
        pairs = zip(now.places, now.totals, then.totals, strict=True)
        by_place = {place.name: (this, that) for place, this, that in pairs}
        title = _("%(title)s by municipality, beside the year before", title=now.title)
        divided["outcomes-years-places"] = (title, column("municipality"), by_place)
    return {
        name: frame(wanted).table(
            name,
            title,
            now.unit,
            (
                first,
                column("this_period", "count"),
                column("year_before", "count", OUTCOMES),
                column("difference", "count"),
            ),
            ([label, this, that, this - that] for label, (this, that) in rows.items()),
            total=_beside(now, then) if now.adds_up else None,
            notes=(before,),
        )
        for name, (title, first, rows) in divided.items()
    }


def _beside(now: Reported, then: Reported) -> list[Cell]:
    return [_("Total (%(unit)s)", unit=now.unit), now.total, then.total, now.total - then.total]
