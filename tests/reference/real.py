"""Real numbers: exact fractions, and decimals of 80 digits where a function is transcendental.

Inputs of the model are fixed-point mantissas and become exact `Fraction`s. Logarithms, exponentials and roots are
`Decimal`s whose error stays below 10^-70 of the value; results are printed with 30 digits.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext, setcontext
from fractions import Fraction

PRECISION_DIGITS = 80
PRINTED_DIGITS = 30
PRINTED_PLACES = 60
WORKING_DIGITS = 160
SERIES_END = 10

PRICE_BITS = 40
RATIO_BITS = 32
LOG_BITS = 48
VARIANCE_BITS = 96
COVARIANCE_BITS = 56
INDEX_BITS = 96
RATE_BITS = 64

SECONDS_PER_DAY = 86_400
SECONDS_PER_YEAR = 365 * SECONDS_PER_DAY

setcontext(Context(prec=PRECISION_DIGITS, rounding=ROUND_HALF_EVEN))

LN_2 = Decimal(2).ln()


def scaled(mantissa: int, bits: int) -> Fraction:
    """The exact value of a fixed-point mantissa with `bits` fractional bits."""
    return Fraction(mantissa, 1 << bits)


def dec(value) -> Decimal:
    """`value` (int, Fraction or Decimal) as a Decimal of 80 digits."""
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return +Decimal(value)


def ln(value) -> Decimal:
    """Natural logarithm."""
    return dec(value).ln()


def sqrt(value) -> Decimal:
    """Square root."""
    return dec(value).sqrt()


def exp(value) -> Decimal:
    """e to the power of `value`."""
    return dec(value).exp()


def half_life_decay(elapsed, half_life) -> Decimal:
    """2^(-elapsed/half_life); both in the same unit of time."""
    return exp(-LN_2 * dec(elapsed) / dec(half_life))


def clamp(value, low, high):
    """`value` brought into [low, high]."""
    return max(low, min(value, high))


def normal_cdf(z) -> Decimal:
    """Standard normal distribution function, its smaller tail to 30 digits and more."""
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        x = abs(dec(z))
        density = (-x * x / 2).exp() / (2 * _pi()).sqrt()
        tail = density * _mills_ratio(x) if x > SERIES_END else Decimal("0.5") - density * _central_series(x)
        below = tail if dec(z) < 0 else 1 - tail
    return +below


def _central_series(x: Decimal) -> Decimal:
    """(Phi(x) - 1/2)/phi(x) = x + x³/3 + x⁵/15 + ... (Abramowitz and Stegun 26.2.11), in the context's precision."""
    term, total, odd = x, x, 1
    while term > total * Decimal(10) ** -WORKING_DIGITS:
        odd += 2
        term = term * x * x / odd
        total += term
    return total


def _mills_ratio(x: Decimal) -> Decimal:
    """(1 - Phi(x))/phi(x) = 1/(x + 1/(x + 2/(x + 3/...))) (Abramowitz and Stegun 26.2.14), for large x."""
    denominator = x
    for k in range(400, 0, -1):
        denominator = x + k / denominator
    return 1 / denominator


def _pi() -> Decimal:
    """Pi by Machin's formula, in the precision of the context in force."""

    def arctan_of_inverse(n: int) -> Decimal:
        power = Decimal(1) / n
        total, k = power, 1
        while abs(power) > Decimal(10) ** -165:
            power = -power / (n * n)
            k += 2
            total += power / k
        return total

    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))


def printed(value) -> str:
    """`value` as plain decimal text, rounded to 30 significant digits and 60 places, without trailing zeros."""
    with localcontext() as context:
        context.prec = PRINTED_DIGITS
        shown = +dec(value)
        if shown.as_tuple().exponent < -PRINTED_PLACES:
            context.prec = PRINTED_PLACES + PRINTED_DIGITS
            shown = shown.quantize(Decimal(1).scaleb(-PRINTED_PLACES))
    if shown == 0:
        return "0"
    text = format(shown, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
