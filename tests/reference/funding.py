"""Section 10 of docs/risk.md: funding by velocity, in the text's integers, and once more in real numbers."""

from dataclasses import dataclass
from fractions import Fraction

from .perp_ledger import ceil_div, toward_zero
from .real import SECONDS_PER_DAY, clamp

SKEW_BITS = 32
FUNDING_BITS = 48
INDEX_BITS = 64
PPM = 1_000_000
LONGEST_SECONDS = 7 * SECONDS_PER_DAY
HOURS_PER_DAY = 24


@dataclass(frozen=True)
class Accrual:
    """A rate per day (48 bits) after an interval and what a base atom paid in it (64 bits)."""

    rate: int
    index_change: int


def cap_per_day(funding_cap: Fraction, initial_margin: Fraction, maintenance_margin: Fraction) -> Fraction:
    """The largest rate a day; `funding_cap` is a part of the margins' difference an hour."""
    return funding_cap * (initial_margin - maintenance_margin) * HOURS_PER_DAY


def velocity(skew: int, skew_scale: int, max_velocity_ppm: int) -> int:
    """How fast the rate changes, per day each day."""
    share = clamp(toward_zero(skew << SKEW_BITS, skew_scale), -1 << SKEW_BITS, 1 << SKEW_BITS)
    return toward_zero(share * (max_velocity_ppm << FUNDING_BITS - SKEW_BITS), PPM)


def accrue(rate: int, speed: int, cap: int, seconds: int) -> tuple[int, int]:
    """The rate after `seconds` and its integral over them in days, both with 48 bits."""
    elapsed = min(seconds, LONGEST_SECONDS)
    first = clamp(rate, -cap, cap)
    wanted = first + toward_zero(speed * elapsed, SECONDS_PER_DAY)
    last = clamp(wanted, -cap, cap)
    moving = elapsed if last == wanted else (cap - first if speed > 0 else cap + first) * SECONDS_PER_DAY // abs(speed)
    area = (first + last) * moving + 2 * last * (elapsed - moving)
    return last, toward_zero(area, 2 * SECONDS_PER_DAY)


def accrue_index(rate: int, speed: int, cap: int, mid: int, seconds: int) -> Accrual:
    """The rate after `seconds` and what a long of one base atom pays for them at `mid` (a mantissa of `Price`)."""
    last, integral = accrue(rate, speed, cap, seconds)
    return Accrual(last, toward_zero(integral * mid, 1 << 24))


def paid_by_position(base: int, index_change: int) -> int:
    """Quote atoms that a position pays, rounded up; negative where it receives, rounded down."""
    return ceil_div(base * index_change, 1 << INDEX_BITS)


def booked_by_pool(skew: int, index_change: int) -> int:
    """Quote atoms that the pool books; `unapplied` takes the other side."""
    return skew * index_change >> INDEX_BITS


def real_accrual(rate: Fraction, speed: Fraction, cap: Fraction, elapsed: Fraction) -> tuple[Fraction, Fraction]:
    """The same without rounding, in any one unit of time: the rate afterwards and its integral."""
    first = clamp(rate, -cap, cap)
    last = clamp(first + speed * elapsed, -cap, cap)
    moving = elapsed if speed == 0 else min(elapsed, (last - first) / speed)
    return last, (first + last) / 2 * moving + last * (elapsed - moving)
