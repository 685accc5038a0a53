"""Section 3 of docs/risk.md: samples on a grid, winsorised returns, two variances and a jump level."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .real import LN_2, SECONDS_PER_DAY, clamp, dec, half_life_decay, ln, sqrt

FOLD_DEADLINE_SECONDS = 120
LARGER_OF_TWO_BIAS = Decimal("1.28")
JUMP_MAX = Decimal(1)


def is_sample(step: int, grid_seconds: int, prev_publish_time: int, publish_time: int) -> bool:
    """Whether a publication is the first one at or after the boundary of `step`."""
    return prev_publish_time < step * grid_seconds <= publish_time


def may_fold(step: int, grid_seconds: int, now: int, all_live_sampled: bool) -> bool:
    """Whether `step` may be folded at `now`."""
    boundary = step * grid_seconds
    return now >= boundary and (all_live_sampled or now >= boundary + FOLD_DEADLINE_SECONDS)


@dataclass(frozen=True)
class Estimate:
    """A factor's variances per day and its jump level."""

    fast: object
    slow: object
    jump: object


@dataclass(frozen=True)
class Window:
    """Two samples `seconds` apart and the highest and lowest accepted price between them."""

    first: Fraction
    last: Fraction
    high: Fraction
    low: Fraction
    seconds: int


@dataclass(frozen=True)
class EstimatorRule:
    """Half-lives in seconds, the winsorising bound in σ, the variance's floor per day."""

    winsor_sigmas: Fraction
    variance_floor: Fraction
    fast_half_life_seconds: int
    slow_half_life_seconds: int
    jump_half_life_seconds: int


@dataclass(frozen=True)
class Fold:
    """One fold's intermediate results and the estimate after it."""

    log_return: Decimal
    bound: Decimal
    winsorised: Decimal
    excess: Decimal
    range_variance: Decimal
    observed_variance: Decimal
    after: Estimate


def ewma(variance, observed, decay) -> Decimal:
    """The exponentially weighted mean of the variance so far and the one observed."""
    return dec(decay) * dec(variance) + (1 - dec(decay)) * dec(observed)


def parkinson_variance(log_range, days) -> Decimal:
    """Parkinson's variance per day of a range ln(H/L) seen over `days`."""
    return dec(log_range) ** 2 / (4 * LN_2 * dec(days))


def fold(before: Estimate, window: Window, rule: EstimatorRule) -> Fold:
    """One factor's fold over `window`."""
    days = Fraction(window.seconds, SECONDS_PER_DAY)
    reference_variance = max(dec(before.slow), dec(rule.variance_floor))
    bound = dec(rule.winsor_sigmas) * sqrt(reference_variance * dec(days))
    log_return = ln(window.last / window.first)
    winsorised = clamp(log_return, -bound, bound)
    excess = abs(log_return) - abs(winsorised)
    log_range = min(ln(window.high / window.low), bound)
    range_variance = parkinson_variance(log_range, days) / LARGER_OF_TWO_BIAS
    observed = max(winsorised**2 / dec(days), range_variance)
    fast_decay = half_life_decay(window.seconds, rule.fast_half_life_seconds)
    slow_decay = half_life_decay(window.seconds, rule.slow_half_life_seconds)
    jump_decay = half_life_decay(window.seconds, rule.jump_half_life_seconds)
    after = Estimate(
        fast=ewma(before.fast, observed, fast_decay),
        slow=ewma(before.slow, observed, slow_decay),
        jump=min(jump_decay * dec(before.jump) + excess, JUMP_MAX),
    )
    return Fold(log_return, bound, winsorised, excess, range_variance, observed, after)
