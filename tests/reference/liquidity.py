"""Sections 14 and 15 of docs/risk.md: the tide, impact, profiles, measured volume, crowding, implied volatility."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .health import Health, Leg, weight
from .real import SECONDS_PER_DAY, clamp, dec, sqrt

MAX_IMPACT = 4
MAX_SPREAD_PPM = 200_000
MIN_PROFILE_VALUE = 1_000
SPREAD_DEVIATIONS = 3
PROFILE_SPACING_SECONDS = 21_600
IMPLIED_MAX_AGE_SECONDS = 3_600
FUTURE_SECONDS = 30
DAYS_PER_YEAR = 365


def walked(announced_at: int, grace: int, now: int) -> Fraction:
    """Tau: how far what was announced has walked in."""
    return clamp(Fraction(now - announced_at - grace, grace), Fraction(0), Fraction(1))


def walk(start, end, tau: Fraction) -> Fraction:
    """A number under way from `start` to `end`."""
    return start + tau * (end - start)


@dataclass(frozen=True)
class ImpactRule:
    """Y, k and phi as fractions, h in seconds."""

    multiple: Fraction
    shortfall_multiple: Fraction
    horizon_seconds: int
    concentration_share: Fraction


@dataclass(frozen=True)
class Impact:
    """A unit per root of a quote atom, and the least multiple of each side."""

    unit: object
    concentrated_long: object
    concentrated_short: object

    def multiple(self, value, is_long: bool) -> Decimal:
        """What a leg worth `value` adds to its margin, as a multiple of it."""
        least = self.concentrated_long if is_long else self.concentrated_short
        return min(Decimal(MAX_IMPACT), max(dec(self.unit) * sqrt(value), dec(least)))

    def margin(self, margin, value, is_long: bool) -> Decimal:
        """m·(1 + multiple); what it adds to a deposit or a long takes at most two thirds of 1 - m."""
        if self.unit == 0:
            return dec(margin)
        addition = dec(margin) * self.multiple(value, is_long)
        if is_long:
            addition = min(addition, Decimal(2) * max(Decimal(0), 1 - dec(margin)) / 3)
        return dec(margin) + addition


def impact(rule: ImpactRule, daily_volume: int, long: int, short: int) -> Impact:
    """A factor's impact; none without volume."""
    if daily_volume == 0 or rule.multiple == 0:
        return Impact(Decimal(0), Decimal(0), Decimal(0))
    horizon = sqrt(Fraction(rule.horizon_seconds, SECONDS_PER_DAY))
    unit = dec(rule.multiple) / (dec(rule.shortfall_multiple) * horizon * sqrt(daily_volume))
    concentrated = [min(Decimal(MAX_IMPACT), unit * sqrt(rule.concentration_share * side)) for side in (long, short)]
    return Impact(unit, *concentrated)


@dataclass(frozen=True)
class SizedLeg:
    """A leg with the impacts of its factor."""

    leg: Leg
    maintenance: Impact
    initial: Impact

    def maintenance_weight(self, margin_multiple: Fraction = Fraction(1)):
        """The weight at `margin_multiple` times the maintenance margin."""
        leg = self.leg
        margin = self.maintenance.margin(leg.maintenance_margin * margin_multiple, leg.value(), leg.is_deposit)
        return weight(leg.is_deposit, margin, dec(leg.collateral_weight_maintenance))

    def initial_weight(self):
        """The weight in initial margin."""
        leg = self.leg
        margin = self.initial.margin(leg.initial_margin, leg.amount * leg.initial_price, leg.is_deposit)
        return weight(leg.is_deposit, margin, dec(leg.collateral_weight_initial))


def sized_health(legs: list[SizedLeg], liquidation_buffer: Fraction) -> Health:
    """The account's healths with impact."""
    end = 1 + liquidation_buffer
    totals = {"initial": Decimal(0), "maintenance": Decimal(0), "liquidation_end": Decimal(0), "equity": Decimal(0)}
    for sized in legs:
        leg, value = sized.leg, dec(sized.leg.value())
        totals["initial"] += leg.signed(dec(leg.amount * leg.initial_price) * sized.initial_weight())
        totals["maintenance"] += leg.signed(value * sized.maintenance_weight())
        totals["liquidation_end"] += leg.signed(value * sized.maintenance_weight(end))
        totals["equity"] += leg.signed(value)
    return Health(**totals)


@dataclass(frozen=True)
class Profile:
    """What the markets elsewhere bear; a daily volume of zero: none was set."""

    depth: int
    daily_volume: int
    spread_ppm: int
    spread_deviation_ppm: int


def charged_spread_ppm(profile: Profile, parameter_ppm: int) -> int:
    """The spread that closing out is charged with."""
    worst = profile.spread_ppm + SPREAD_DEVIATIONS * profile.spread_deviation_ppm
    return min(MAX_SPREAD_PPM, max(parameter_ppm, worst))


def counted_depth(profile: Profile, parameter: int) -> int:
    """The depth that a cap counts with."""
    return min(parameter, profile.depth) if profile.daily_volume else parameter


def profile_refusals(old: Profile, new: Profile, set_at: int, now: int) -> list[str]:
    """Every rule that the new profile breaks."""
    broken = []
    if min(new.depth, new.daily_volume) < MIN_PROFILE_VALUE:
        broken.append("bounds")
    elif max(new.spread_ppm, new.spread_deviation_ppm) > MAX_SPREAD_PPM:
        broken.append("bounds")
    if set_at == 0:
        return broken
    if now - set_at < PROFILE_SPACING_SECONDS:
        broken.append("too_soon")
    for name in ("depth", "daily_volume"):
        was, goes = getattr(old, name), getattr(new, name)
        if not Fraction(was, 2) <= goes <= Fraction(5 * was, 4):
            broken.append(name)
    for name in ("spread_ppm", "spread_deviation_ppm"):
        was, goes = getattr(old, name), getattr(new, name)
        if not Fraction(3 * was, 4) <= goes <= max(2 * was, 1):
            broken.append(name)
    return broken


def volume_of_last_day(trades: list[tuple[int, int]], now: int) -> int:
    """Traded on the day before the one of `now`; `trades` are pairs of a time and a value."""
    return sum(value for time, value in trades if time // SECONDS_PER_DAY == now // SECONDS_PER_DAY - 1)


def counted_volume(profile: int, measured: int, multiple: Fraction) -> Fraction:
    """ADV: the profile's, lowered to a quarter at most by what the program measured."""
    if multiple == 0:
        return Fraction(profile)
    return min(Fraction(profile), max(Fraction(profile, 4), multiple * measured))


def crowding(open_interest: int, cap: int, start: Fraction) -> Fraction:
    """f: how full a market is, from its start to its cap."""
    if open_interest >= cap:
        return Fraction(1)
    beyond = open_interest - start * cap
    return beyond / (cap - start * cap) if beyond > 0 else Fraction(0)


def crowded_margin(margin: Fraction, crowd: Fraction) -> Fraction:
    """Initial margin of a crowded market."""
    return margin + crowd * max(Fraction(0), 1 - margin)


@dataclass(frozen=True)
class ImpliedQuote:
    """A publication of implied volatility, in percent a year."""

    percent: Fraction
    confidence: Fraction
    exponent: int
    publish_time: int


def implied_refusals(quote: ImpliedQuote, known_time: int, now: int) -> list[str]:
    """Every rule that a publication breaks."""
    rules = {
        "exponent": -18 <= quote.exponent <= 6,
        "not_newer": quote.publish_time > known_time,
        "future": quote.publish_time <= now + FUTURE_SECONDS,
        "stale": now - quote.publish_time <= IMPLIED_MAX_AGE_SECONDS,
        "absurd": 1 <= quote.percent <= 1_000,
        "uncertain": quote.confidence * 10 <= quote.percent,
    }
    return [name for name, holds in rules.items() if not holds]


def implied_variance(percent: Fraction) -> Fraction:
    """Variance a day of a volatility in percent a year."""
    return (percent / 100) ** 2 / DAYS_PER_YEAR


def implied_counts(publish_time: int, now: int) -> bool:
    """Whether an accepted publication still counts."""
    return now - publish_time <= 2 * IMPLIED_MAX_AGE_SECONDS


def funding_ahead(rate: Fraction, base: int, mid: Fraction, seconds: int) -> Fraction:
    """What a position pays in the seconds ahead at a rate a day that stands still."""
    return max(Fraction(0), rate * base * mid * seconds / SECONDS_PER_DAY)
