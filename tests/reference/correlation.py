"""Section 3 of docs/risk.md: one covariance matrix from the winsorised returns of all factors."""

from decimal import Decimal
from fractions import Fraction

from .real import SECONDS_PER_DAY, clamp, dec, sqrt

DECAY_BITS = 32


def kept(decay) -> Fraction:
    """λ rounded to 32 bits, from which 1 - λ is taken."""
    return Fraction(int(dec(decay) * (1 << DECAY_BITS) + dec("0.5")), 1 << DECAY_BITS)


def fold(matrix: list[list], returns: list, seconds: int, decay) -> list[list[Decimal]]:
    """decay·C + y·yᵀ, y_i = r_i·√((1-decay)/Δt); a return of None contributes 0. Covariances per day."""
    days = Fraction(seconds, SECONDS_PER_DAY)
    weight = (1 - dec(decay)) / dec(days)
    seen = [dec(0) if value is None else dec(value) for value in returns]
    size = len(seen)
    return [[dec(decay) * dec(matrix[i][j]) + seen[i] * seen[j] * weight for j in range(size)] for i in range(size)]


def correlation(covariance, variance_i, variance_j) -> Decimal:
    """ρ within ±1; 0 where a variance is 0."""
    if variance_i == 0 or variance_j == 0:
        return dec(0)
    ratio = dec(covariance) / sqrt(dec(variance_i) * dec(variance_j))
    return clamp(ratio, dec(-1), dec(1))
