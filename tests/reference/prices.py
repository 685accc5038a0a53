"""Section 2 of docs/risk.md: which publications enter, and the bands around a price."""

from dataclasses import dataclass
from fractions import Fraction

from .real import PRICE_BITS, SECONDS_PER_DAY, dec, sqrt

EXPONENT_MIN, EXPONENT_MAX = -18, 6
FUTURE_TOLERANCE_SECONDS = 30
PRICE_MANTISSA_MIN, PRICE_MANTISSA_MAX = 1 << 20, 1 << 53
ZERO_AFTER_MAX_AGES = 5
WIDENING_MAX = 512
AGEING_SECONDS_MAX = 1 << 23


@dataclass(frozen=True)
class Publication:
    """What the oracle signed: price and confidence in units of 10^exponent, times in Unix seconds."""

    price: int
    confidence: int
    exponent: int
    publish_time: int


@dataclass(frozen=True)
class Screen:
    """The factor's side of screening. `base_decimals` and `quote_decimals` turn USD per token into atoms per atom."""

    factor_publish_time: int
    now: int
    max_age_seconds: int
    max_confidence: Fraction
    base_decimals: int
    quote_decimals: int


def price_mantissa(publication: Publication, screen: Screen) -> Fraction:
    """The published price as a mantissa of `Price`, before rounding."""
    power = publication.exponent + screen.quote_decimals - screen.base_decimals
    return publication.price * Fraction(10) ** power * (1 << PRICE_BITS)


def refusals(publication: Publication, screen: Screen) -> list[str]:
    """Every rule that the publication breaks, in the order of the text; empty when it enters."""
    mantissa = price_mantissa(publication, screen)
    rules = [
        ("price_not_positive", publication.price <= 0),
        ("exponent", not EXPONENT_MIN <= publication.exponent <= EXPONENT_MAX),
        ("not_newer", publication.publish_time <= screen.factor_publish_time),
        ("future", publication.publish_time > screen.now + FUTURE_TOLERANCE_SECONDS),
        ("stale", screen.now - publication.publish_time > screen.max_age_seconds),
        ("uncertain", publication.confidence > screen.max_confidence * publication.price),
        ("too_small", mantissa < PRICE_MANTISSA_MIN),
        ("too_large", mantissa > PRICE_MANTISSA_MAX),
    ]
    return [name for name, broken in rules if broken]


@dataclass(frozen=True)
class Quote:
    """A factor's price as a margin check sees it: prices in quote atoms per atom, variance per day."""

    mid: Fraction
    confidence: Fraction
    stable: Fraction
    age_seconds: int
    variance_now: Fraction


@dataclass(frozen=True)
class BandRule:
    """`k_c`, `age_sigmas`, and the ages after which a band widens."""

    confidence_multiple: Fraction
    age_sigmas: Fraction
    max_age_seconds: int
    liquidation_max_age_seconds: int


@dataclass(frozen=True)
class Bands:
    """Prices at which a leg counts, in quote atoms per atom."""

    half: object
    asset_initial: object
    debt_initial: object
    asset_liquidation: object
    debt_liquidation: object
    exchangeable: bool


def half_width(quote: Quote, rule: BandRule, from_age_seconds: int):
    """Half the band when age widens it past `from_age_seconds`."""
    half = dec(rule.confidence_multiple * quote.confidence)
    if quote.age_seconds <= from_age_seconds:
        return half
    age_days = Fraction(min(quote.age_seconds, AGEING_SECONDS_MAX), SECONDS_PER_DAY)
    sigmas = dec(rule.age_sigmas) * sqrt(quote.variance_now * age_days)
    return half + dec(quote.mid) * min(sigmas, dec(WIDENING_MAX))


def bands(quote: Quote, rule: BandRule) -> Bands:
    """Initial-margin prices, and those of a liquidation in which a stale leg gets its most favourable edge."""
    mid, stable = dec(quote.mid), dec(quote.stable)
    half = half_width(quote, rule, rule.max_age_seconds)
    dead = quote.age_seconds > ZERO_AFTER_MAX_AGES * rule.max_age_seconds
    fresh = quote.age_seconds <= rule.liquidation_max_age_seconds
    edge = dec(0) if fresh else half_width(quote, rule, rule.liquidation_max_age_seconds)
    return Bands(
        half=half,
        asset_initial=dec(0) if dead else max(dec(0), min(mid - half, stable)),
        debt_initial=max(mid + half, stable),
        asset_liquidation=mid + edge,
        debt_liquidation=max(dec(0), mid - edge),
        exchangeable=fresh,
    )
