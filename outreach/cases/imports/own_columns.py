"""The columns that a file of rejected rows has beside those of the list, known again when it comes back. Pure.

`rij` and `probleem` say what was wrong where: they are for the clerk, and passed over. `te veel 1` and on hold
the values that fitted into no column: as long as one is filled, its row stays out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROW_COLUMN = "rij"
PROBLEM_COLUMN = "probleem"
SURPLUS_COLUMN = "te veel"
OURS = " (Outreach)"
"""Stands behind the name of ours when the list has a column of that name itself."""

_SURPLUS = re.compile(rf"{SURPLUS_COLUMN} \d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a row of a file the values of the list stand (`kept`) and those without a column (`surplus`)."""

    headings: tuple[str, ...]
    kept: tuple[int, ...]
    surplus: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings of the list itself."""
        return tuple(self.headings[place] for place in self.kept)

    def values(self, cells: Sequence[str]) -> tuple[str, ...]:
        """A value for each column of the list, empty where the row is too short."""
        return tuple(cells[place] if place < len(cells) else "" for place in self.kept)

    def surplus_values(self, cells: Sequence[str]) -> tuple[str, ...]:
        """What stands in no column of the list, up to the last that is filled."""
        found = [cells[place] for place in self.surplus if place < len(cells)]
        found += cells[len(self.headings) :]
        while found and not found[-1]:
            found.pop()
        return tuple(found)


def layout_of(headings: Sequence[str]) -> Layout:
    """The layout of a file. A list's own column may be called `rij` or `probleem`: ours stand there both."""
    ours = {name + OURS if name + OURS in headings else name for name in (ROW_COLUMN, PROBLEM_COLUMN)}
    if not ours <= set(headings):
        ours = set()
    surplus = tuple(place for place, heading in enumerate(headings) if _SURPLUS.fullmatch(heading))
    kept = (place for place, heading in enumerate(headings) if place not in surplus and heading not in ours)
    return Layout(tuple(headings), tuple(kept), surplus)


def closing_headings(headings: Sequence[str]) -> list[str]:
    """What our two columns are called behind the columns of a list."""
    return [name + OURS if name in headings else name for name in (ROW_COLUMN, PROBLEM_COLUMN)]


def surplus_headings(number: int) -> list[str]:
    """The headings for so many values without a column."""
    return [f"{SURPLUS_COLUMN} {n}" for n in range(1, number + 1)]
