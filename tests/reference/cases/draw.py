"""Seeded draws that are the same on every machine and Python, and parameters as mantissas."""

from fractions import Fraction

from ..real import PRICE_BITS, RATE_BITS, RATIO_BITS, SECONDS_PER_YEAR, VARIANCE_BITS

_WORD = (1 << 64) - 1


class Draw:
    """SplitMix64 (Steele, Lea and Flood 2014), with the draws that cases need."""

    def __init__(self, seed: int):
        self._state = seed & _WORD

    def word(self) -> int:
        """64 uniform bits."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _WORD
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
        return z ^ (z >> 31)

    def integer(self, low: int, high: int) -> int:
        """Uniform in [low, high]."""
        return low + ((self.word() << 128 | self.word() << 64 | self.word()) % (high - low + 1))

    def magnitude(self, low: int, high: int) -> int:
        """In [low, high], each power of two about equally likely; 0 < low."""
        bits = self.integer(low.bit_length(), high.bit_length())
        return min(high, max(low, self.integer(1 << (bits - 1), (1 << bits) - 1)))

    def one_in(self, count: int) -> bool:
        """True once in `count` draws on average."""
        return self.integer(1, count) == 1

    def pick(self, choices):
        """One of `choices`."""
        return choices[self.integer(0, len(choices) - 1)]


def ratio_bits(text: str) -> int:
    """The mantissa of `Ratio` nearest below `text`."""
    return int(Fraction(text) * (1 << RATIO_BITS))


def price_bits(text: str) -> int:
    """The mantissa of `Price` nearest below `text`, in quote atoms per atom."""
    return int(Fraction(text) * (1 << PRICE_BITS))


def variance_bits(sigma: str) -> int:
    """The mantissa of `Variance` for a σ per √day."""
    return int(Fraction(sigma) ** 2 * (1 << VARIANCE_BITS))


def rate_bits(per_year: str) -> int:
    """The mantissa of `Rate` for a rate a year."""
    return int(Fraction(per_year) / SECONDS_PER_YEAR * (1 << RATE_BITS))


def variance_between(draw: Draw, low_sigma: str, high_sigma: str) -> int:
    """A mantissa of `Variance`, uniform in σ between two values."""
    root_bits = VARIANCE_BITS // 2
    low, high = (int(Fraction(sigma) * (1 << root_bits)) for sigma in (low_sigma, high_sigma))
    return draw.integer(low, high) ** 2


def nearby_price(draw: Draw, price: int, spread_ppm: int) -> int:
    """A price within ±`spread_ppm` of `price`, at least 1."""
    return max(1, price + price * draw.integer(-spread_ppm, spread_ppm) // 1_000_000)
