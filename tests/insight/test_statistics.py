"""The formulas against scipy and statsmodels over made-up counts, against published values, and what always holds."""

from itertools import pairwise
from math import ceil
from time import perf_counter

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    samplesize_proportions_2indep_onetail,
)

from outreach.insight.statistics import FEW, fisher, holm, needed, newcombe, p_value, score, wilson


def some_of(most: int, least: int = 1) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(least, most).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


arms = st.one_of(some_of(40), some_of(2_000))


@given(arms)
def test_the_interval_of_a_rate_is_that_of_statsmodels(arm: tuple[int, int]) -> None:
    assert wilson(*arm) == pytest.approx(proportion_confint(*arm, method="wilson"), abs=1e-9)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_that_of_newcombe_s_table(
    table: tuple[int, int, int, int], low: float, high: float
) -> None:
    assert [round(edge, 4) for edge in newcombe(*table)] == [low, high]


@given(arms, arms)
def test_the_interval_of_a_difference_is_that_of_statsmodels(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    expected = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    assert newcombe(*first, *second) == pytest.approx(expected, abs=1e-9)


@given(arms, arms)
def test_a_difference_lies_in_its_interval_and_swapped_it_is_the_mirror(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    low, high = newcombe(*first, *second)
    assert -1 - 1e-12 <= low <= first[0] / first[1] - second[0] / second[1] <= high <= 1 + 1e-12
    assert newcombe(*second, *first) == pytest.approx((-high, -low))


def table(first: tuple[int, int], second: tuple[int, int]) -> list[list[int]]:
    return [[first[0], first[1] - first[0]], [second[0], second[1] - second[0]]]


@given(arms, arms)
@example((5, 10), (5, 10))
@example((3, 12), (9, 12))
def test_the_exact_p_is_that_of_scipy(first: tuple[int, int], second: tuple[int, int]) -> None:
    # scipy takes tables as equally likely that its floats cannot tell apart; here they are compared as whole numbers.
    assert fisher(*first, *second) == pytest.approx(
        float(stats.fisher_exact(table(first, second)).pvalue), rel=1e-6, abs=1e-12
    )


@given(arms, arms)
def test_the_p_of_larger_counts_is_that_of_scipy(first: tuple[int, int], second: tuple[int, int]) -> None:
    assume(0 < first[0] + second[0] < first[1] + second[1])
    expected = stats.chi2_contingency(table(first, second), correction=False)
    assert score(*first, *second) == pytest.approx(float(expected.pvalue), rel=1e-7, abs=1e-12)


@given(arms, arms)
def test_fisher_is_taken_where_an_expected_count_is_small(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    found = p_value(*first, *second)
    expected = stats.contingency.expected_freq(table(first, second))
    assume(abs(expected.min() - FEW) > 1e-9)
    assert found == (fisher if expected.min() < FEW else score)(*first, *second)
    assert 0 <= found <= 1
    assert p_value(*second, *first) == pytest.approx(found)


def test_where_all_or_nobody_answered_nothing_differs() -> None:
    assert score(0, 50, 0, 60) == score(50, 50, 60, 60) == 1.0
    assert p_value(0, 50, 0, 60) == 1.0
    assert p_value(0, 0, 3, 60) == 1.0
    assert newcombe(0, 0, 3, 60) == (-1.0, 1.0)


def test_thousands_are_tested_exactly_in_no_time() -> None:
    began = perf_counter()
    fisher(2_000, 5_000, 2_100, 5_000)
    assert perf_counter() - began < 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10))
def test_comparisons_made_together_are_those_of_statsmodels(ps: list[float]) -> None:
    found = holm(ps)
    assert found == pytest.approx(list(multipletests(ps, method="holm")[1]))
    in_order = [found[place] for place in sorted(range(len(ps)), key=lambda each: ps[each])]
    assert all(one <= next_ for one, next_ in pairwise(in_order))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
@example(0.2, 0.3)
def test_how_many_are_needed_is_that_of_statsmodels(p1: float, p2: float) -> None:
    assume(abs(p1 - p2) > 0.005)
    expected = samplesize_proportions_2indep_onetail(p1 - p2, p2, 0.8, ratio=1, alpha=0.05)
    assert abs(needed(p1, p2) - ceil(expected)) <= 1
    assert needed(p1, p2) == needed(p2, p1)


def test_how_many_are_needed_from_a_book() -> None:
    # Fleiss, Levin and Paik (2003), table A.4 less its continuity correction: 20 against 30 per cent.
    assert needed(0.2, 0.3) == 294
    assert needed(0.0, 1.0) == 2


@pytest.mark.parametrize(("p1", "p2"), [(0.3, 0.3), (-0.1, 0.3), (0.3, 1.1)])
def test_of_no_difference_no_number_is_enough(p1: float, p2: float) -> None:
    with pytest.raises(ValueError, match="are not two different rates"):
        needed(p1, p2)


@pytest.mark.parametrize("table", [(-1, 10, 1, 10), (11, 10, 1, 10), (1, 10, 11, 10)])
def test_what_is_no_rate_is_refused(table: tuple[int, int, int, int]) -> None:
    for ask in (p_value, newcombe):
        with pytest.raises(ValueError, match="is no rate"):
            ask(*table)
