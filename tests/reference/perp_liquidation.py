"""Section 13 of docs/risk.md: how much of a perp position a liquidation closes, and who gets what for it."""

from dataclasses import dataclass, replace
from fractions import Fraction

from .health import Health
from .liquidation import ROUNDING_ATOMS, LiquidationRule, is_urgent, urged_bonus
from .perp_health import Account, PerpLeg, exposed, health, maintenance, price_of
from .perp_ledger import ceil_div, value_down
from .real import PRICE_BITS

SPIRAL_SHARE = Fraction(7, 8)


@dataclass(frozen=True)
class Situation:
    """An unhealthy account, the position named, and what limits the liquidation.

    `slip` is what closing costs beyond mid (0 between accounts); `throughput_left` in quote units, `request` in base atoms.
    """

    account: Account
    perp: int
    slip: Fraction
    seconds_unhealthy: int
    throughput_left: int
    request: int

    def leg(self) -> PerpLeg:
        """The position that is liquidated."""
        return self.account.perps[self.perp]


@dataclass(frozen=True)
class Plan:
    """`closed` in base atoms; `limit` names what bounded it: target, position, request, throughput or dust."""

    before: Health
    urgent: bool
    bonus: Fraction
    cut: Fraction
    closed: int
    to_liquidator: Fraction
    to_insurance: Fraction
    limit: str
    sensitivity: Fraction
    maintenance_after: Fraction


def spiral_bound(situation: Situation) -> Fraction:
    """The bonus that leaves an eighth of what closing frees."""
    freed = situation.leg().maintenance_part() / situation.account.quote.atom_cost()
    return max(Fraction(0), SPIRAL_SHARE * freed - situation.slip)


def bonus_and_cut(situation: Situation, rule: LiquidationRule, before: Health) -> tuple[Fraction, Fraction]:
    """The liquidator's bonus and the insurance's cut, each a part of the notional closed."""
    spiral = spiral_bound(situation)
    if before.equity <= 0:
        return min(rule.bonus_min, spiral), Fraction(0)
    kept = max(Fraction(0), before.equity - ROUNDING_ATOMS)
    room = max(Fraction(0), kept / exposed(situation.account) - situation.slip)
    bonus = min(urged_bonus(before, situation.seconds_unhealthy, rule), spiral, room)
    return bonus, min(rule.insurance_cut, min(spiral, room) - bonus)


def largest_slip(skew: int, delta: int, price: tuple[Fraction, Fraction], skew_scale: int) -> Fraction:
    """What a fill of up to `delta` loses of its value at mid, at most; `price`: mid and confidence."""
    mid, confidence = price
    edge = mid + confidence if delta > 0 else mid - confidence
    premium = Fraction(2 * skew + delta, 2 * skew_scale) * (1 if delta > 0 else -1)
    return (confidence + edge * max(Fraction(0), premium)) / mid


def target_value(shortage: Fraction, part: Fraction, given: Fraction, atom_cost: Fraction) -> Fraction:
    """The notional whose closing makes up `shortage` when closing gives `given` of it away."""
    return shortage / (part - given * atom_cost)


def sensitivity(situation: Situation, rule: LiquidationRule, given: Fraction) -> Fraction:
    """The notional that each unit of shortage takes."""
    end = 1 + rule.liquidation_buffer
    part, atom_cost = situation.leg().maintenance_part(end), situation.account.quote.atom_cost(end)
    return target_value(Fraction(1), part, given, atom_cost)


def plan(situation: Situation, rule: LiquidationRule, profit_weight: Fraction) -> Plan:
    """The liquidation of an account whose maintenance health is below 0."""
    before = health(situation.account, profit_weight, rule.liquidation_buffer)
    bonus, cut = bonus_and_cut(situation, rule, before)
    leg, urgent = situation.leg(), is_urgent(before, rule)
    each = sensitivity(situation, rule, bonus + cut + situation.slip)
    target = max(Fraction(0), -before.liquidation_end) * each / price_of(leg.mid)
    size = abs(leg.position.base)
    limits = {"target": ceil_div(target.numerator, target.denominator), "position": size, "request": situation.request}
    if not urgent:
        limits["throughput"] = (situation.throughput_left << PRICE_BITS) // leg.mid
    closed, limit = closed_base(limits, size, leg.mid, rule.dust)
    given = closed * price_of(leg.mid)
    return Plan(
        before=before,
        urgent=urgent,
        bonus=bonus,
        cut=cut,
        closed=closed,
        to_liquidator=bonus * given,
        to_insurance=cut * given,
        limit=limit,
        sensitivity=each,
        maintenance_after=maintenance(after(situation, closed, int((bonus + cut + situation.slip) * given))),
    )


def closed_base(limits: dict[str, int], size: int, mid: int, dust: int) -> tuple[int, str]:
    """The least of `limits`, or the whole position when the rest would be dust and only the target forbids it."""
    name = min(limits, key=lambda limit: limits[limit])
    closed = limits[name]
    others = min(value for limit, value in limits.items() if limit != "target")
    if closed < size <= others and (size - closed) * price_of(mid) < dust:
        return size, "dust"
    return closed, name


def after(situation: Situation, closed: int, given: int) -> Account:
    """The account once `closed` base atoms left it at mid, less `given` quote atoms."""
    leg = situation.leg()
    delta = -closed if leg.position.base > 0 else closed
    position = leg.position.traded(delta, value_down(-delta, leg.mid), given)
    perps = list(situation.account.perps)
    perps[situation.perp] = replace(leg, position=position)
    return replace(situation.account, perps=perps)
