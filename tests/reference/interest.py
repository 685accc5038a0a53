"""Section 8 of docs/risk.md: the adaptive curve, compounding, and shares. Rates per second, amounts in atoms."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .real import LN_2, SECONDS_PER_YEAR, clamp, dec, exp

VIRTUAL_SHARES = 10**6


@dataclass(frozen=True)
class CurveRule:
    """Target utilisation, steepness C, speed per year, and the bounds of the rate at target."""

    target: Fraction
    steepness: Fraction
    speed_per_year: Fraction
    rate_min: Fraction
    rate_max: Fraction


@dataclass(frozen=True)
class Accrued:
    """The curve over an interval: error, rate now, rate at target after it, mean rate, and the growth of debts."""

    error: Fraction
    rate_now: Decimal
    rate_at_target: Decimal
    mean_rate: Decimal
    growth: Decimal


def utilisation(debts: int, deposits: int) -> Fraction:
    """debts/deposits, at most 1; 0 without debts."""
    if debts >= deposits:
        return Fraction(1 if debts else 0)
    return Fraction(debts, deposits)


def utilisation_error(used: Fraction, target: Fraction) -> Fraction:
    """How far utilisation lies from its target: -1 at zero, 0 at the target, 1 at full use."""
    return (used - target) / (1 - target if used > target else target)


def curve(error, rate_at_target, steepness) -> Decimal:
    """The borrow rate at `error`."""
    slope = steepness - 1 if error >= 0 else 1 - 1 / steepness
    return (dec(slope) * dec(error) + 1) * dec(rate_at_target)


def adapted(rate_at_target, error, seconds, rule: CurveRule) -> Decimal:
    """The rate at target after `seconds` at a constant `error`, within its bounds."""
    power = dec(rule.speed_per_year) * dec(error) * dec(seconds) / SECONDS_PER_YEAR
    return clamp(dec(rate_at_target) * exp(power), dec(rule.rate_min), dec(rule.rate_max))


def growth(mean_rate, seconds: int):
    """Three terms of the exponential series, less 1; the exponent at most ln 2."""
    y = min(dec(mean_rate) * seconds, LN_2)
    return y + y * y / 2 + y * y * y / 6


def accrue(used: Fraction, rate_at_target: Fraction, seconds: int, rule: CurveRule) -> Accrued:
    """The curve over `seconds` at a constant utilisation."""
    error = utilisation_error(used, rule.target)
    end = adapted(rate_at_target, error, seconds, rule)
    middle = adapted(rate_at_target, error, Fraction(seconds, 2), rule)
    mean_at_target = (dec(rate_at_target) + end + 2 * middle) / 4
    mean_rate = curve(error, mean_at_target, rule.steepness)
    return Accrued(error, curve(error, rate_at_target, rule.steepness), end, mean_rate, growth(mean_rate, seconds))


@dataclass(frozen=True)
class Ledger:
    """A reserve's shares and indices (atoms per share)."""

    debt_shares: int
    debt_index: Fraction
    deposit_shares: int
    deposit_index: Fraction


@dataclass(frozen=True)
class Distribution:
    """The indices after an interest payment, the interest and the part of it that insurance takes, in atoms."""

    debt_index: object
    interest: object
    to_insurance: object
    deposit_index: object


def distribute(ledger: Ledger, debt_growth, protocol_share: Fraction) -> Distribution:
    """Grows the debts, and the deposits by their part of it; insurance takes what is left. Debts below one atom do not grow."""
    debts = ledger.debt_shares * ledger.debt_index
    if debts < 1:
        return Distribution(ledger.debt_index, Fraction(0), Fraction(0), ledger.deposit_index)
    counted = (ledger.deposit_shares + VIRTUAL_SHARES) * ledger.deposit_index
    deposit_growth = dec(debt_growth) * dec(min(Fraction(1), debts / counted) * (1 - protocol_share))
    interest = dec(debts) * dec(debt_growth)
    return Distribution(
        debt_index=dec(ledger.debt_index) * (1 + dec(debt_growth)),
        interest=interest,
        to_insurance=interest - dec(ledger.deposit_shares * ledger.deposit_index) * deposit_growth,
        deposit_index=dec(ledger.deposit_index) * (1 + deposit_growth),
    )
