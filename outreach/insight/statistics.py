"""How sure a rate is, and a difference between two. Pure; each formula names its source."""

from math import sqrt

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution: intervals of 95 %."""


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
