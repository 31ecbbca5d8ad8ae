"""How sure a rate is, and a difference between two. Pure; each formula names its source."""

from collections.abc import Sequence
from math import ceil, comb, erfc, sqrt

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution: intervals of 95 %."""
Z_POWER = 0.8416212335729143
"""The 80th percentile: a chance of 80 % to find what is there."""
FEW = 5
"""Below so many expected in a cell only the exact test holds (W.G. Cochran, Biometrics 10, 1954)."""


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a rate by Wilson's score (E.B. Wilson, JASA 1927), without continuity correction.

    It stays within 0 and 1 and is sensible for small numbers and rates near 0. Nothing counted: (0, 1).
    Raises ValueError unless 0 <= part <= whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no rate")
    if whole == 0:
        return 0.0, 1.0
    rate, square = part / whole, Z * Z
    centre = (rate + square / (2 * whole)) / (1 + square / whole)
    half = Z * sqrt(rate * (1 - rate) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    # At 0 and at 1 the formula meets the edge exactly; rounding must not carry it beyond, nor off the rate itself.
    return max(0.0, min(centre - half, rate)), min(1.0, max(centre + half, rate))


def newcombe(a: int, n1: int, b: int, n2: int) -> tuple[float, float]:
    """The 95 % interval of a/n1 - b/n2 (R.G. Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10).

    The hybrid score interval without continuity correction: both Wilson intervals, squared and added. An arm in which
    nothing was counted says nothing: (-1, 1). Raises ValueError unless both are rates.
    """
    (low1, high1), (low2, high2) = wilson(a, n1), wilson(b, n2)
    if not n1 or not n2:
        return -1.0, 1.0
    rate1, rate2 = a / n1, b / n2
    below = sqrt((rate1 - low1) ** 2 + (high2 - rate2) ** 2)
    above = sqrt((high1 - rate1) ** 2 + (rate2 - low2) ** 2)
    return rate1 - rate2 - below, rate1 - rate2 + above


def fisher(a: int, n1: int, b: int, n2: int) -> float:
    """The two-sided p of Fisher's exact test (R.A. Fisher, JRSS 98, 1935).

    Of all tables with these sums, those that are no likelier than this one. In whole numbers, so that tables that are
    equally likely are so exactly; each follows from the one before it.
    """
    both, fewest = a + b, max(0, a + b - n2)
    weight = comb(n1, fewest) * comb(n2, both - fewest)
    weights = [weight]
    for k in range(fewest, min(n1, both)):
        weight = weight * (n1 - k) * (both - k) // ((k + 1) * (n2 - both + k + 1))
        weights.append(weight)
    seen = weights[a - fewest]
    return sum(each for each in weights if each <= seen) / sum(weights)


def score(a: int, n1: int, b: int, n2: int) -> float:
    """The two-sided p of the score test of two rates: chi-square without correction (K. Pearson, 1900)."""
    both = (a + b) / (n1 + n2)
    spread = sqrt(both * (1 - both) * (1 / n1 + 1 / n2))
    return erfc(abs(a / n1 - b / n2) / spread / sqrt(2)) if spread else 1.0


def p_value(a: int, n1: int, b: int, n2: int) -> float:
    """How often chance alone makes two rates differ as much.

    By Fisher where an expected count is under FEW, else by score; 1 where an arm is empty. Raises ValueError unless
    both are rates.
    """
    if not (0 <= a <= n1 and 0 <= b <= n2):
        raise ValueError(f"{a} of {n1} or {b} of {n2} is no rate")
    if not n1 or not n2:
        return 1.0
    least = min(n1, n2) * min(a + b, n1 + n2 - a - b) / (n1 + n2)
    return (fisher if least < FEW else score)(a, n1, b, n2)


def holm(ps: Sequence[float]) -> list[float]:
    """The ps of comparisons made together, each made so much larger that one false alarm in twenty stays one.

    Step-down (S. Holm, Scandinavian Journal of Statistics 6, 1979): as safe as Bonferroni's, and it sees more.
    """
    adjusted, largest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(sorted(range(len(ps)), key=lambda each: ps[each])):
        largest = max(largest, min(1.0, ps[place] * (len(ps) - rank)))
        adjusted[place] = largest
    return adjusted


def needed(p1: float, p2: float) -> int:
    """How many per arm to find a difference between these rates in 80 % of trials, at 5 % two-sided.

    J.L. Fleiss, B. Levin and M.C. Paik, Statistical Methods for Rates and Proportions (2003), 4.14, without continuity
    correction. Raises ValueError for rates that are the same or lie outside 0 and 1.
    """
    if p1 == p2 or not (0 <= p1 <= 1 and 0 <= p2 <= 1):
        raise ValueError(f"{p1} and {p2} are not two different rates")
    mean = (p1 + p2) / 2
    spread = Z * sqrt(2 * mean * (1 - mean)) + Z_POWER * sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return ceil((spread / (p1 - p2)) ** 2)
