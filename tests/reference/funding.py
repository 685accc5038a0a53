"""Section 10 of docs/risk.md: funding by velocity, in the text's integers, and once more in real numbers."""

from fractions import Fraction

from .perp_ledger import toward_zero
from .real import RATIO_BITS, SECONDS_PER_DAY, clamp

SKEW_BITS = 32
RATE_BITS = 48
LONGEST_SECONDS = 7 * SECONDS_PER_DAY
HOURS_PER_DAY = 24


def cap_per_day(funding_cap: int, initial_margin: int, maintenance_margin: int) -> int:
    """The largest rate a day; `funding_cap` is a part of the margins' difference an hour, all three mantissas of `Ratio`."""
    hourly = funding_cap * max(0, initial_margin - maintenance_margin) >> RATIO_BITS
    return hourly * HOURS_PER_DAY << RATE_BITS - RATIO_BITS


def velocity(skew: int, skew_scale: int, max_velocity: int) -> int:
    """How fast the rate changes, per day each day."""
    share = clamp(toward_zero(skew << SKEW_BITS, skew_scale), -1 << SKEW_BITS, 1 << SKEW_BITS)
    return toward_zero(share * max_velocity, 1 << SKEW_BITS)


def accrue(rate: int, speed: int, cap: int, seconds: int) -> tuple[int, int]:
    """The rate after `seconds` and its integral over them in days, both with 48 bits."""
    elapsed = min(seconds, LONGEST_SECONDS)
    first = clamp(rate, -cap, cap)
    wanted = first + toward_zero(speed * elapsed, SECONDS_PER_DAY)
    last = clamp(wanted, -cap, cap)
    moving = elapsed if last == wanted else (cap - first if speed > 0 else cap + first) * SECONDS_PER_DAY // abs(speed)
    area = (first + last) * moving + 2 * last * (elapsed - moving)
    return last, toward_zero(area, 2 * SECONDS_PER_DAY)


def due_per_atom(integral: int, mid: int) -> int:
    """What a long base atom owes for an integral at `mid` (a mantissa of `Price`), in quote atoms with 64 bits."""
    return toward_zero(integral * mid, 1 << 24)


def booked_by_pool(skew: int, due: int) -> int:
    """Quote atoms that the pool books; `unapplied` takes the other side."""
    return skew * due >> 64


def real_accrual(rate: Fraction, speed: Fraction, cap: Fraction, elapsed: Fraction) -> tuple[Fraction, Fraction]:
    """The same without rounding, in any one unit of time: the rate afterwards and its integral."""
    first = clamp(rate, -cap, cap)
    last = clamp(first + speed * elapsed, -cap, cap)
    moving = elapsed if speed == 0 else min(elapsed, (last - first) / speed)
    return last, (first + last) / 2 * moving + last * (elapsed - moving)
