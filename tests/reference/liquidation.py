"""Section 6 of docs/risk.md: how much is repaid, what is seized for it, and how fast. All exact, in quote atoms."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from .health import Health, Leg, health

ROUNDING_ATOMS = 2


@dataclass(frozen=True)
class LiquidationRule:
    """`rate` is bonus per second; `dust` in quote atoms; the others are ratios."""

    slope: Fraction
    rate: Fraction
    bonus_min: Fraction
    bonus_max: Fraction
    insurance_cut: Fraction
    liquidation_buffer: Fraction
    urgent_fraction: Fraction
    dust: int


@dataclass(frozen=True)
class Situation:
    """An unhealthy account, the two legs named, and what limits the liquidation (quote atoms, seconds)."""

    legs: list[Leg]
    seized_leg: int
    repaid_leg: int
    seconds_unhealthy: int
    throughput_left: int
    insurance: Fraction


@dataclass(frozen=True)
class Plan:
    """`limit` names what bounded `repaid`: target, debt, collateral, throughput or dust."""

    before: Health
    urgent: bool
    bonus: Fraction
    cut: Fraction
    repaid: Fraction
    seized: Fraction
    to_insurance: Fraction
    top_up: Fraction
    limit: str
    sensitivity: Fraction
    maintenance_after: Fraction


def spiral_frontier(asset_weight: Fraction, debt_weight: Fraction) -> Optional[Fraction]:
    """The bonus at which a step no longer raises health; None when the asset weighs nothing."""
    return None if asset_weight == 0 else debt_weight / asset_weight - 1


def spiral_bound(asset_weight: Fraction, debt_weight: Fraction) -> Optional[Fraction]:
    """Seven eighths of the frontier."""
    frontier = spiral_frontier(asset_weight, debt_weight)
    return None if frontier is None else Fraction(7, 8) * frontier


def urged_bonus(before: Health, seconds_unhealthy: int, rule: LiquidationRule) -> Fraction:
    """The bonus that shortfall and time ask for, within its own limits."""
    shortfall_ratio = -before.maintenance / (before.equity - before.maintenance)
    urged = max(rule.slope * shortfall_ratio, rule.rate * seconds_unhealthy)
    return max(rule.bonus_min, min(urged, rule.bonus_max))


def bonus_and_cut(situation: Situation, rule: LiquidationRule, before: Health) -> tuple[Fraction, Fraction]:
    """The liquidator's bonus and the insurance's cut, each a part of what is repaid."""
    seized, repaid = situation.legs[situation.seized_leg], situation.legs[situation.repaid_leg]
    spiral = spiral_bound(seized.maintenance_weight(), repaid.maintenance_weight())
    if before.equity <= 0:
        return rule.bonus_min if spiral is None else min(rule.bonus_min, spiral), Fraction(0)
    urged = urged_bonus(before, situation.seconds_unhealthy, rule)
    assets = sum(leg.value() for leg in situation.legs if leg.is_deposit)
    debts = sum(leg.value() for leg in situation.legs if not leg.is_deposit)
    room = max(Fraction(0), (assets - debts - ROUNDING_ATOMS) / debts)
    bound = room if spiral is None else min(spiral, room)
    bonus = min(urged, bound)
    return bonus, min(rule.insurance_cut, bound - bonus)


def is_urgent(before: Health, rule: LiquidationRule) -> bool:
    """Whether the shortfall lifts the limit on throughput."""
    return -before.maintenance > rule.urgent_fraction * (before.equity - before.maintenance)


def repaid_value(limits: dict[str, Fraction], debt: Fraction, dust: int) -> tuple[Fraction, str]:
    """The least of `limits`, or the whole debt when the rest would be dust and nothing but the target forbids it."""
    name = min(limits, key=lambda limit: limits[limit])
    repaid = limits[name]
    others = min(value for limit, value in limits.items() if limit != "target")
    if repaid < debt and debt - repaid < dust and debt <= others:
        return debt, "dust"
    return repaid, name


def plan(situation: Situation, rule: LiquidationRule) -> Plan:
    """The liquidation of an account whose maintenance health is below 0."""
    before = health(situation.legs, rule.liquidation_buffer)
    seized_leg, repaid_leg = situation.legs[situation.seized_leg], situation.legs[situation.repaid_leg]
    bonus, cut = bonus_and_cut(situation, rule, before)
    end = 1 + rule.liquidation_buffer
    gain = repaid_leg.maintenance_weight(end) - seized_leg.maintenance_weight(end) * (1 + bonus + cut)
    limits = {
        "target": -before.liquidation_end / gain,
        "debt": repaid_leg.value(),
        "collateral": seized_leg.value() / (1 + bonus + cut),
    }
    urgent = is_urgent(before, rule)
    if not urgent:
        limits["throughput"] = Fraction(situation.throughput_left)
    repaid, limit = repaid_value(limits, repaid_leg.value(), rule.dust)
    wanted = max(Fraction(0), rule.bonus_min - bonus) * repaid if before.equity > 0 else Fraction(0)
    given = repaid * (1 + bonus + cut)
    change = repaid_leg.maintenance_weight() * repaid - seized_leg.maintenance_weight() * given
    return Plan(
        before=before,
        urgent=urgent,
        bonus=bonus,
        cut=cut,
        repaid=repaid,
        seized=repaid * (1 + bonus),
        to_insurance=repaid * cut,
        top_up=min(wanted, situation.insurance),
        limit=limit,
        sensitivity=1 / gain,
        maintenance_after=before.maintenance + change,
    )


def bucket_level(level: Fraction, seconds: int, capacity: Fraction, refill_per_second: Fraction) -> Fraction:
    """A throughput bucket's level `seconds` after it stood at `level`."""
    return min(capacity, level + refill_per_second * seconds)


def account_bucket(share: Fraction, capacity: int, refill_per_second: int) -> tuple[Fraction, Fraction]:
    """Capacity and refill of an account's own bucket, from those of the factor with the smaller capacity."""
    return share * capacity, share * refill_per_second
