"""Section 4 of docs/risk.md: from variance to the goal of maintenance margin, its announced path, initial margin."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .real import SECONDS_PER_DAY, clamp, dec, sqrt

BUFFER = Decimal("1.25")
CALM_LEVEL = Decimal("1.2")
UP_PER_HOUR = Fraction(2, 100)
UP_PER_HOUR_LEAST = Fraction(25, 10_000)
DOWN_SHARE = Fraction(1, 4)
SECONDS_PER_HOUR = 3_600


@dataclass(frozen=True)
class MarginRule:
    """A factor's margin parameters: variances per day, ratios, the margin period of risk in seconds."""

    variance_floor: Fraction
    variance_stress: Fraction
    stress_weight: Fraction
    expected_shortfall_multiple: Fraction
    risk_period_seconds: int
    costs: Fraction
    margin_min: Fraction
    margin_max: Fraction


@dataclass(frozen=True)
class Goal:
    """The goal of maintenance margin and what it was made of."""

    variance_now: Decimal
    variance_mitigated: Decimal
    expected_shortfall: Decimal
    raw: Decimal
    buffered: Decimal
    goal: Decimal


def costs(spread: Fraction, bonus_max: Fraction, insurance_cut: Fraction) -> Fraction:
    """What closing out costs, as a part of the position's value."""
    return spread / 2 + bonus_max + insurance_cut


def _mitigated(rule: MarginRule, variance_now: Decimal) -> Decimal:
    """Variance with the floor and the weight on stress."""
    weight = dec(rule.stress_weight)
    return max(dec(rule.variance_floor), (1 - weight) * variance_now + weight * dec(rule.variance_stress))


def _shortfall(rule: MarginRule, variance: Decimal) -> Decimal:
    period_days = Fraction(rule.risk_period_seconds, SECONDS_PER_DAY)
    return dec(rule.expected_shortfall_multiple) * sqrt(variance) * sqrt(period_days)


def goal(variances: list, rule: MarginRule) -> Goal:
    """`variances`: fast, slow and implied variance per day."""
    now = max(dec(variance) for variance in variances)
    mitigated = _mitigated(rule, now)
    shortfall = _shortfall(rule, mitigated)
    raw = shortfall + dec(rule.costs)
    calm = _mitigated(rule, CALM_LEVEL**2 * dec(rule.variance_floor))
    buffered = BUFFER * (_shortfall(rule, calm) + dec(rule.costs))
    wanted = max(raw, min(BUFFER * raw, buffered))
    return Goal(now, mitigated, shortfall, raw, buffered, clamp(wanted, dec(rule.margin_min), dec(rule.margin_max)))


def point_at(time: int, path_step: int, last_point: int, grid_seconds: int) -> int:
    """The index of the path's point in force at `time`."""
    return clamp(time // grid_seconds - path_step, 0, last_point)


def slide(path: list, steps: int, margin_goal, grid_seconds: int) -> list:
    """The path after a fold `steps` grid steps later: announced points keep their values, only the last one moves."""
    end = len(path) - 1
    held = [path[min(n + steps, end)] for n in range(end)]
    before_last = held[-1]
    up = max(UP_PER_HOUR * before_last, UP_PER_HOUR_LEAST) * Fraction(grid_seconds, SECONDS_PER_HOUR)
    return held + [clamp(margin_goal, before_last - up * DOWN_SHARE, before_last + up)]


def initial_margin(path: list, margin_goal, jump, initial_gap):
    """Initial margin: above every announced point and the goal, plus the jump level."""
    return (max(max(path), margin_goal) + jump) * (1 + initial_gap)
