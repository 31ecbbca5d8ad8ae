"""What is hidden cannot be worked out: every table that would look the same is tried, on small tables."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.insight.suppression import SMALL, Published, determined, published, published_series

Grid = list[list[int]]
Shape = tuple[int | None, ...]


def with_totals(rows: Sequence[Sequence[int]]) -> Grid:
    lines = [[*row, sum(row)] for row in rows]
    return [*lines, [sum(column) for column in zip(*lines, strict=True)]]


def grid_of(table: Published) -> list[list[int | None]]:
    lines = [[*row, total] for row, total in zip(table.rows, table.row_totals, strict=True)]
    return [*lines, [*table.column_totals, table.total]]


def lines_of(grid: list[list[int | None]]) -> Iterator[list[tuple[int, int]]]:
    yield from ([(i, j) for j in range(len(grid[0]))] for i in range(len(grid)))
    yield from ([(i, j) for i in range(len(grid))] for j in range(len(grid[0])))


def that_look_the_same(shown: list[list[int | None]], most: int) -> Iterator[Grid]:
    """Every table of counts up to `most` that looks like this one; one above all that is drawn will do."""

    def rows(line: Sequence[int | None]) -> list[tuple[int, ...]]:
        choices = [range(1, most + 1) if cell is None else (cell,) for cell in line[:-1]]
        return [row for row in product(*choices) if line[-1] in (None, sum(row))]

    choices = [rows(line) for line in shown[:-1]]
    # Side by side first, where every row is another each time: mostly that is enough to see that nothing is certain.
    side_by_side = zip(*(line * 8 for line in choices), strict=False)
    for inside in chain(side_by_side, product(*choices)):
        grid = with_totals(inside)
        if all(
            (cell > 0 if seen is None else cell == seen)
            for line, kept in zip(grid, shown, strict=True)
            for cell, seen in zip(line, kept, strict=True)
        ):
            yield grid


def worked_out(shown: list[list[int | None]], most: int) -> set[tuple[int, int]]:
    """The hidden cells that are the same in every table that looks like this one."""
    hidden = {(i, j) for i, line in enumerate(shown) for j, cell in enumerate(line) if cell is None}
    first: Grid | None = None
    left = set(hidden)
    for grid in that_look_the_same(shown, most):
        first = first or grid
        left = {(i, j) for i, j in left if grid[i][j] == first[i][j]}
        if not left:
            break
    return left


def tables(most: int, sides: Iterable[tuple[int, int]]) -> st.SearchStrategy[Grid]:
    return st.sampled_from(list(sides)).flatmap(
        lambda side: st.lists(
            st.lists(st.integers(0, most), min_size=side[1], max_size=side[1]),
            min_size=side[0],
            max_size=side[0],
        )
    )


small = tables(5, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 2), (3, 1)])
of_any_size = st.tuples(st.integers(1, 7), st.integers(1, 6)).flatmap(
    lambda side: st.lists(
        st.lists(
            st.one_of(st.integers(0, 6), st.integers(0, 300)),
            min_size=side[1],
            max_size=side[1],
        ),
        min_size=side[0],
        max_size=side[0],
    )
)


@settings(max_examples=300, deadline=None)
@given(small)
def test_nobody_who_knows_the_totals_can_work_out_a_hidden_count(rows: Grid) -> None:
    assert worked_out(grid_of(published(rows)), most=6) == set()


@settings(max_examples=150, deadline=None)
@given(small, st.data())
def test_counts_of_few_persons_are_hidden_as_well_as_small_ones(rows: Grid, data: st.DataObject) -> None:
    whole = with_totals(rows)
    few = {(i, j) for i, line in enumerate(whole) for j in range(len(line)) if data.draw(st.booleans())}
    shown = grid_of(published(rows, few))
    assert all(shown[i][j] is None for i, j in few if whole[i][j])
    assert worked_out(shown, most=6) == set()


@settings(max_examples=150, deadline=None)
@given(tables(5, [(2, 2), (2, 3), (3, 2)]), st.data())
def test_what_can_be_worked_out_is_known_exactly(rows: Grid, data: st.DataObject) -> None:
    """Whatever is hidden, well or badly: the rings find what trying all tables finds."""
    whole = with_totals(rows)
    above = [(i, j) for i, line in enumerate(whole) for j, count in enumerate(line) if count]
    hidden = {cell for cell in above if data.draw(st.booleans())}
    shown = [[None if (i, j) in hidden else c for j, c in enumerate(line)] for i, line in enumerate(whole)]
    assert {cell for cell in hidden if determined(whole, hidden, cell)} == worked_out(shown, most=6)


@settings(deadline=None)
@given(of_any_size)
def test_small_counts_are_hidden_and_zeros_stay(rows: Grid) -> None:
    whole, shown = with_totals(rows), grid_of(published(rows))
    for line, kept in zip(whole, shown, strict=True):
        for count, cell in zip(line, kept, strict=True):
            assert cell in (None, count)
            if 0 < count < SMALL:
                assert cell is None
            if count == 0:
                assert cell == 0


@settings(deadline=None)
@given(of_any_size)
def test_no_line_hides_one_cell_or_a_few_young_people(rows: Grid) -> None:
    whole, shown = with_totals(rows), grid_of(published(rows))
    for line in lines_of(shown):
        hidden = [(i, j) for i, j in line if shown[i][j] is None]
        assert len(hidden) != 1
        total = line[-1]
        if hidden and shown[total[0]][total[1]] is not None:
            assert sum(whole[i][j] for i, j in hidden) >= SMALL


@settings(deadline=None)
@given(of_any_size)
def test_a_table_without_small_counts_is_published_whole(rows: Grid) -> None:
    large = [[count + SMALL if count else 0 for count in row] for row in rows]
    table = published(large)
    assert not table.hides
    assert grid_of(table) == with_totals(large)


def test_the_second_cell_that_is_hidden_is_a_small_one_and_no_total() -> None:
    assert published([[3, 20, 40], [50, 60, 70], [80, 90, 100]]) == Published(
        rows=((None, None, 40), (None, None, 70), (80, 90, 100)),
        row_totals=(63, 180, 270),
        column_totals=(133, 170, 210),
        total=513,
    )


def test_hidden_totals_are_not_given_away_by_the_total_of_all() -> None:
    table = published([[1, 2], [30, 40]])
    assert table.row_totals == (None, None)
    assert table.total == 73


def test_a_table_of_nothing_says_nothing() -> None:
    assert published([]).total == 0
    assert published([[0, 0]]) == Published(((0, 0),), (0,), (0, 0), 0)


@pytest.mark.parametrize("rows", [[[1, 2], [3]], [[-1]]])
def test_what_is_no_table_of_counts_is_refused(rows: Grid) -> None:
    with pytest.raises(ValueError, match="table"):
        published(rows)


@settings(deadline=None)
@given(st.lists(st.integers(0, 7), max_size=5))
def test_a_series_with_its_total_gives_no_hidden_count_away(counts: list[int]) -> None:
    series = published_series(counts)
    choices = [range(1, 10) if count is None else (count,) for count in series.counts]
    alike = [guess for guess in product(*choices) if series.total in (None, sum(guess))]
    for place, count in enumerate(series.counts):
        assert count in (None, counts[place])
        assert count is None or count == 0 or count >= SMALL
        if count is None:
            assert len({guess[place] for guess in alike}) > 1
    hidden = [whole for whole, count in zip(counts, series.counts, strict=True) if count is None]
    if hidden and series.total is not None:
        assert len(hidden) > 1
        assert sum(hidden) >= SMALL


@given(st.lists(st.one_of(st.just(0), st.integers(SMALL, 1000))))
def test_a_series_without_small_counts_is_published_whole(counts: list[int]) -> None:
    series = published_series(counts)
    assert (series.counts, series.total) == (tuple(counts), sum(counts))


def test_a_series_of_ones_hides_how_many_they_are() -> None:
    series: Shape = published_series([1] * 6).counts
    assert series == (None,) * 6
    assert published_series([1] * 6).total is None


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="row"):
        published_series([3, -1])
