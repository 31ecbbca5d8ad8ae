"""Small numbers in tables that anybody may read are hidden, and so that nobody can work them out. Pure.

The usual rule of statistical offices for tables of counts (CBS; Eurostat and the ESSnet handbook on disclosure
control; 'primary and secondary cell suppression'), in our own words:

1. A count from 1 up to SMALL may point at somebody, so it is hidden. A 0 stays: it tells of nobody in particular.
2. What stands alone in a row or a column is the total less the others. So another cell is hidden beside it, and
   another one in the rows and columns that this one touches, until nothing can be worked out.
3. All that is hidden looks the same, so that nobody sees which cell was the small one.

Whoever reads the table may know all of this. `determined` therefore asks exactly: is there another table of whole
numbers, hidden cells at least 1, with all that is shown the same, in which this cell is another?
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

SMALL = 5
"""The smallest count above 0 that may be shown, and the least that the hidden cells of a line add up to."""

Shown = int | None
"""A count as it is published; None where it is hidden."""

Cell = tuple[int, int]
"""Row and column from 0; the last row and the last column are the totals."""


@dataclass(frozen=True, slots=True)
class Published:
    """A table of counts with totals of rows and columns as it may be published."""

    rows: tuple[tuple[Shown, ...], ...]
    row_totals: tuple[Shown, ...]
    column_totals: tuple[Shown, ...]
    total: Shown

    @property
    def hides(self) -> bool:
        """Whether something is hidden."""
        cells = (*self.row_totals, *self.column_totals, self.total)
        return any(cell is None for cell in (*cells, *(cell for row in self.rows for cell in row)))


@dataclass(frozen=True, slots=True)
class PublishedSeries:
    """Counts that add up to a total as they may be published."""

    counts: tuple[Shown, ...]
    total: Shown


def published(rows: Sequence[Sequence[int]], few: Set[Cell] = frozenset()) -> Published:
    """A table as it may be published. Raises ValueError for a negative count or rows that differ in length.

    `few` are cells, totals too, that count SMALL or more but tell of fewer persons: somebody may have several cases.
    The smallest counts are hidden that do, and totals only when nothing else is left: they are what people look for.
    """
    if len({len(row) for row in rows}) > 1 or any(count < 0 for row in rows for count in row):
        raise ValueError("this is no table of counts")
    whole = _with_totals(rows)
    hidden = _hidden(whole, few)
    shown = [
        [None if (i, j) in hidden else whole[i][j] for j in range(len(whole[i]))] for i in range(len(whole))
    ]
    return Published(
        tuple(tuple(row[:-1]) for row in shown[:-1]),
        tuple(row[-1] for row in shown[:-1]),
        tuple(shown[-1][:-1]),
        shown[-1][-1],
    )


def published_series(counts: Sequence[int]) -> PublishedSeries:
    """A row of counts and its total as they may be published. Raises ValueError for a negative count."""
    if any(count < 0 for count in counts):
        raise ValueError("this is no row of counts")
    total = sum(counts)
    by_size = sorted((place for place, count in enumerate(counts) if count), key=lambda place: counts[place])
    hidden = [place for place in by_size if counts[place] < SMALL]
    left = by_size[len(hidden) :]
    hides_total = 0 < total < SMALL
    while hidden and not hides_total and not _is_safe_sum([counts[place] for place in hidden]):
        if left:
            hidden.append(left.pop(0))
        else:
            hides_total = True
    return PublishedSeries(
        tuple(None if place in hidden else count for place, count in enumerate(counts)),
        None if hides_total else total,
    )


def _is_safe_sum(hidden: Sequence[int]) -> bool:
    """Whether counts of which the sum is known keep their values: several, not few, and not all of them 1."""
    return len(hidden) > 1 and sum(hidden) >= SMALL and max(hidden) > 1


def _with_totals(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    lines = [[*row, sum(row)] for row in rows]
    return [*lines, [sum(column) for column in zip(*lines, strict=True)] if lines else [0]]


def _hidden(whole: Sequence[Sequence[int]], few: Set[Cell]) -> set[Cell]:
    """The cells of a table with its totals that are to be hidden."""
    hidden = {
        (i, j)
        for i, row in enumerate(whole)
        for j, count in enumerate(row)
        if 0 < count < SMALL or (count and (i, j) in few)
    }
    while (weak := _weak_line(whole, hidden)) is not None:
        hidden.add(_cheapest(whole, hidden, weak))
    return hidden


def _weak_line(whole: Sequence[Sequence[int]], hidden: Set[Cell]) -> list[Cell] | None:
    """The cells of a row or column in which more must be hidden; None when all is safe."""
    for line in _lines(whole):
        inside = [cell for cell in line if cell in hidden]
        # With its total shown, the sum of what is hidden in a line is known.
        known = line[-1] not in hidden
        if len(inside) == 1 or (inside and known and sum(whole[i][j] for i, j in inside) < SMALL):
            return line
    for i, j in sorted(hidden):
        if determined(whole, hidden, (i, j)):
            row, column = [(i, k) for k in range(len(whole[i]))], [(k, j) for k in range(len(whole))]
            return [cell for cell in (*row, *column) if cell != (i, j)]
    return None


def _lines(whole: Sequence[Sequence[int]]) -> Iterator[list[Cell]]:
    height, width = len(whole), len(whole[0])
    yield from ([(i, j) for j in range(width)] for i in range(height))
    yield from ([(i, j) for i in range(height)] for j in range(width))


def _cheapest(whole: Sequence[Sequence[int]], hidden: Set[Cell], among: Sequence[Cell]) -> Cell:
    """The cell to hide next: no total if it can be, one that makes no other line weak, the smallest.

    When all of these are hidden already, any other cell will do: with everything above 0 hidden a table is safe,
    since each cell may be one more together with its totals.
    """
    height, width = len(whole) - 1, len(whole[0]) - 1

    def cost(cell: Cell) -> tuple[int, bool, int, Cell]:
        i, j = cell
        alone = not any(other != cell and (other[0] == i or other[1] == j) for other in hidden - set(among))
        return (i == height) + (j == width), alone, whole[i][j], cell

    open_cells = [cell for cell in among if whole[cell[0]][cell[1]] and cell not in hidden]
    everywhere = [
        cell for line in _lines(whole) for cell in line if whole[cell[0]][cell[1]] and cell not in hidden
    ]
    return min(open_cells or everywhere, key=cost)


def determined(whole: Sequence[Sequence[int]], hidden: Set[Cell], cell: Cell) -> bool:
    """Whether a hidden cell of a table with totals follows from what is shown and from hidden cells being 1 or more.

    Two tables that look alike differ by steps in rings: a step takes one hidden cell up by 1, the next one in that
    line down by 1, and so on around until the first line is reached again (totals count the other way). A cell is
    free when a ring leads through it along which no cell falls below 1; rows and columns are the places of the
    walk, hidden cells its ways.
    """
    row, column = ("row", cell[0]), ("column", cell[1])
    steps = _steps(whole, hidden - {cell})
    up, down = _may(whole, cell)
    return not ((up and _leads(steps, column, row)) or (down and _leads(steps, row, column)))


Place = tuple[str, int]


def _steps(whole: Sequence[Sequence[int]], hidden: Set[Cell]) -> dict[Place, list[Place]]:
    """From each row to the columns, and from each column to the rows, that a step may lead to."""
    found: dict[Place, list[Place]] = {}
    for i, j in hidden:
        up, down = _may(whole, (i, j))
        if up:
            found.setdefault(("row", i), []).append(("column", j))
        if down:
            found.setdefault(("column", j), []).append(("row", i))
    return found


def _may(whole: Sequence[Sequence[int]], cell: Cell) -> tuple[bool, bool]:
    """Whether a cell may go a step up, and down, in a table in which every line adds up to 0.

    It does so with the totals counted negative, and the total of all counted positive again.
    """
    i, j = cell
    can_be_less = whole[i][j] > 1
    negative = (i == len(whole) - 1) != (j == len(whole[0]) - 1)
    return (can_be_less, True) if negative else (True, can_be_less)


def _leads(steps: dict[Place, list[Place]], start: Place, goal: Place) -> bool:
    seen, to_see = {start}, [start]
    while to_see:
        place = to_see.pop()
        if place == goal:
            return True
        new = [other for other in steps.get(place, ()) if other not in seen]
        seen.update(new)
        to_see.extend(new)
    return False
