"""Section 9 of docs/risk.md: what an owner sees. Prices in quote atoms per atom, time in seconds."""

from decimal import Decimal
from fractions import Fraction
from typing import Optional

from .health import Leg
from .real import SECONDS_PER_DAY, dec, ln, normal_cdf, sqrt


def liquidation_price(legs: list[Leg], factor_leg: int) -> Optional[Fraction]:
    """The mid of `factor_leg` at which maintenance health is 0, all else equal; None when no price does it."""
    leg = legs[factor_leg]
    rest = (other for n, other in enumerate(legs) if n != factor_leg)
    others = sum((other.signed(other.value() * other.maintenance_weight()) for other in rest), Fraction(0))
    slope = leg.signed(leg.amount * leg.maintenance_weight())
    if slope == 0:
        return None
    price = -others / slope
    return price if price > 0 else None


def distance_in_sigmas(price: Fraction, liquidation: Fraction, variance_now: Fraction) -> Decimal:
    """|ln(p/p_liq)| in standard deviations of one day."""
    return abs(ln(price / liquidation)) / sqrt(variance_now)


def touch_probability(distance, horizon_seconds: int) -> Decimal:
    """The probability that a driftless Brownian motion touches `distance` (σ of one day) within the horizon."""
    if horizon_seconds == 0:
        return dec(1 if distance == 0 else 0)
    days = Fraction(horizon_seconds, SECONDS_PER_DAY)
    return min(dec(1), 2 * normal_cdf(-dec(distance) / sqrt(days)))
