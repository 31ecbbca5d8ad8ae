"""What a region wants for those who left school, and how it stands: so many back at school, so many at work."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from outreach import clock
from outreach.i18n import _, day
from outreach.insight import outcome_queries as queries
from outreach.insight.asking import frame
from outreach.insight.definitions import INTERVAL, LABELS, OUTCOMES, column
from outreach.insight.outcome_queries import NOBODY, Leavers
from outreach.insight.outcome_rules import (
    TARGET,
    Place,
    SchoolYear,
    school_year_of,
    settled_school_year,
    shown,
    still_needed,
)
from outreach.insight.table import Cell, Table
from outreach.insight.wanted import Wanted

NAME = "zkij-doelen"
TITLE = "Doelen voor uitstromers"
GOALS = {"school": LABELS["to_school"], "work": LABELS["to_work"]}
YEARS = 6
"""School years to choose from."""


def school_years(today: date) -> list[SchoolYear]:
    """Those that a target can be looked at for, the newest first."""
    newest = school_year_of(today).begins
    return [SchoolYear(newest - ago) for ago in range(YEARS)]


def asked_year(text: str | None) -> SchoolYear:
    """The school year that somebody asked for (2024-2025, or 2024), else the last whose leavers are a year on."""
    begins = (text or "").split("-")[0]
    if begins.isascii() and begins.isdigit() and 1990 < int(begins) <= school_year_of(clock.today()).begins:
        return SchoolYear(int(begins))
    return settled_school_year(clock.today())


class Targets:
    """The leavers of a school year, by municipality and altogether, read once for both tables and the document."""

    def __init__(self, year: SchoolYear, wanted: Wanted) -> None:
        self.year = year
        area = queries.area(wanted)
        found = queries.leavers(year, wanted, area)
        self.all = found.pop("", NOBODY)
        self.by_place: Mapping[Place, Leavers] = {
            place: found.get(place.code, NOBODY) for place in shown(area.places, found)
        }
        self._frame = frame(replace(wanted, since=year.since, until=year.until))

    def table(self) -> Table:
        """A row for each goal."""
        return self._frame.table(
            "targets",
            _("Targets for those who left school in %(year)s", year=self.year.name),
            _("persons who left school"),
            (
                column("goal"),
                column("a_year_later", "rate", OUTCOMES),
                column("target", "share", OUTCOMES),
                column("still_needed", "count", OUTCOMES),
                column("as_it_stands", "rate", OUTCOMES),
            ),
            (
                [
                    str(label),
                    rate := self.all.rate(goal),
                    TARGET,
                    still_needed(rate),
                    self.all.rate(f"{goal}_now"),
                ]
                for goal, label in GOALS.items()
            ),
            notes=(*self._not_yet(), OUTCOMES["leavers"], INTERVAL),
        )

    def by_municipality(self) -> Table:
        """A row for each municipality: how many of its leavers are where a year later."""
        return self._frame.table(
            "targets-places",
            _("The same by municipality"),
            _("persons who left school"),
            (
                column("municipality"),
                column("leavers", "count", OUTCOMES),
                column("to_school", "rate", {"to_school": OUTCOMES["a_year_later"]}),
                column("to_work", "rate", {"to_work": OUTCOMES["a_year_later"]}),
            ),
            ([place.name, *_reached(leavers)] for place, leavers in self.by_place.items()),
            total=[_("Altogether"), *_reached(self.all)] if len(self.by_place) != 1 else None,
            notes=(*self._not_yet(), INTERVAL),
        )

    def _not_yet(self) -> list[str]:
        later = self.year.a_year_later
        if later < clock.today():
            return [_("A year later is: on %(day)s.", day=day(later, year=True))]
        return [
            _("A year later is: on %(day)s. Until then these figures still rise.", day=day(later, year=True))
        ]

    def document(self) -> dict[str, Any]:
        """The targets as a program reads them: lines per municipality as other tables, and each target by itself."""
        about = self._frame
        each = self.by_place.values()
        return {
            "table": NAME,
            "title": TITLE,
            "unit": _("persons who left school"),
            "municipalities": [place.name for place in self.by_place],
            "rows": {
                str(LABELS["leavers"]): [leavers.all for leavers in each],
                **{str(label): [getattr(leavers, goal) for leavers in each] for goal, label in GOALS.items()},
            },
            "period": {"from": self.year.since.isoformat(), "to": self.year.until.isoformat()},
            "peildatum": about.reference_day.isoformat(),
            "source": about.source,
            "targets": self.table().records(),
        }


def _reached(leavers: Leavers) -> list[Cell]:
    return [leavers.all, *(leavers.rate(goal) for goal in GOALS)]
