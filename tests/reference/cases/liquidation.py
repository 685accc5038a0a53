"""Cases for the liquidation plan and its throughput buckets."""

from fractions import Fraction

from .. import liquidation
from ..health import health
from ..liquidation import LiquidationRule, Situation
from ..real import RATIO_BITS, printed, scaled
from .accounts import BUFFER, ONE, as_leg, as_maintenance_json, leg_fields, simple_leg
from .draw import Draw, ratio_bits

RULE = {
    "slope": ratio_bits("0.25"),
    "rate": ratio_bits("1/100000"),
    "bonus_min": ratio_bits("0.01"),
    "bonus_max": ratio_bits("0.05"),
    "insurance_cut": ratio_bits("0.005"),
    "urgent_fraction": ratio_bits("0.5"),
    "dust": 1_000_000,
}
UNLIMITED = (1 << 63) - 1


CLEARANCE = Fraction(1, 1_000_000)


def plans(draw: Draw) -> list[dict]:
    """Accounts just below the line, deep below it and under water; each limit binding; insurance in three states."""
    cases = [_plan_case(*_plan_of(draw, legs)) for legs in _edges() for _ in range(3)]
    while len(cases) < 165:
        legs = _account(draw, len(cases) % 6)
        before = health([as_leg(leg) for leg in legs], scaled(BUFFER, RATIO_BITS))
        if before.maintenance > -1 or any(not 0 < leg["amount"] < 1 << 63 for leg in legs):
            continue
        fields, situation = _plan_of(draw, legs)
        if _is_clear(situation, _rule(fields)):
            cases.append(_plan_case(fields, situation))
    return cases


def _edges() -> list[list[dict]]:
    """Equity of one atom, none and minus one, at prices of exactly 1; and a deposit that weighs nothing."""
    debt = 10**12
    margins, debt_margins = ("0.1", "0.125"), ("0.01", "0.0125")
    owed = simple_leg("debt", debt, "1", debt_margins)
    edges = [[simple_leg("deposit", debt + equity, "1", margins), owed] for equity in (1, 0, -1, debt // 200)]
    weightless = simple_leg("deposit", 2 * debt, "1", margins) | {"collateral_weight_maintenance": 0}
    return edges + [[weightless, owed]]


def _is_clear(situation: Situation, rule: LiquidationRule) -> bool:
    """Whether rounding in a health cannot change what is urgent and what is dust."""
    seen = liquidation.plan(situation, rule)
    requirement = seen.before.equity - seen.before.maintenance
    debt = situation.legs[situation.repaid_leg].value()
    urgent_by = abs(-seen.before.maintenance - rule.urgent_fraction * requirement)
    target_leaves = debt + seen.before.liquidation_end * seen.sensitivity
    return urgent_by > CLEARANCE * abs(requirement) and abs(target_leaves - rule.dust) > CLEARANCE * debt


def _account(draw: Draw, sort: int) -> list[dict]:
    """Deposit 0 against debt 1: a little too much debt, far too much, about nothing left, or under water."""
    margin = draw.integer(ratio_bits("0.06"), ratio_bits("0.25"))
    debt_value = draw.magnitude(1 << 21, 1 << 44)
    debt_margin = ratio_bits("0.01") + draw.integer(0, ratio_bits("0.05"))
    # The line lies at assets = debt·(1 + margin of the debt)/(1 - margin), about 1 + the sum of margins.
    line_ppm = 1_000_000 + (margin + debt_margin) * 1_000_000 // ONE
    span = {0: (line_ppm - 3_000, line_ppm + 10_000), 1: (1_020_000, line_ppm), 2: (1_000_000, 1_030_000)}
    span |= {3: (1_000_001, 1_010_000), 4: (900_000, 1_000_000), 5: (100_000, 900_000)}
    legs = [leg_fields(draw, "deposit", debt_value * draw.integer(*span[sort]) // 1_000_000, margin)]
    legs.append(leg_fields(draw, "debt", debt_value, debt_margin))
    if not draw.one_in(3):
        legs[0] |= {"collateral_weight_maintenance": ONE, "collateral_weight_initial": ONE}
    if draw.one_in(4):
        kind = draw.pick(["deposit", "debt"])
        legs.append(leg_fields(draw, kind, debt_value // draw.integer(3, 50), ratio_bits("0.08")))
    return legs


def _plan_of(draw: Draw, legs: list[dict]) -> tuple[dict, Situation]:
    """Parameters, and the situation of an account that `legs` describes."""
    account = [as_leg(leg) for leg in legs]
    debt_value = int(account[1].value())
    fields = RULE | {
        "legs": legs,
        "bonus_min": draw.pick([0, ratio_bits("0.01"), ratio_bits("0.02")]),
        "dust": draw.pick([0, 1_000_000, debt_value // 3, debt_value * 9 // 10]),
    }
    situation = Situation(
        legs=account,
        seized_leg=0,
        repaid_leg=1,
        seconds_unhealthy=draw.pick([0, 0, 1, 60, 1_800, 86_400]),
        throughput_left=draw.pick([UNLIMITED, UNLIMITED, 0, debt_value // 10, debt_value]),
        insurance=Fraction(draw.pick([0, 1, debt_value // 2_000, UNLIMITED])),
    )
    return fields, situation


def _plan_case(fields: dict, situation: Situation) -> dict:
    rule = _rule(fields)
    seen = liquidation.plan(situation, rule)
    names = ["bonus", "cut", "repaid", "seized", "to_insurance", "top_up", "sensitivity", "maintenance_after"]
    healths = {name: printed(getattr(seen.before, name)) for name in ("maintenance", "liquidation_end", "equity")}
    return (
        {"legs": [as_maintenance_json(leg) for leg in fields["legs"]], "seized_leg": 0, "repaid_leg": 1}
        | {name: str(fields[name]) for name in RULE}
        | {
            "liquidation_buffer": str(BUFFER),
            "seconds_unhealthy": situation.seconds_unhealthy,
            "throughput_left": str(situation.throughput_left),
            "insurance": str(situation.insurance),
            "limit": seen.limit,
            "urgent": seen.urgent,
        }
        | {f"{name}_expected": text for name, text in healths.items()}
        | {f"{name}_expected": printed(getattr(seen, name)) for name in names}
    )


def _rule(fields: dict) -> LiquidationRule:
    ratios = ["slope", "bonus_min", "bonus_max", "insurance_cut", "urgent_fraction"]
    return LiquidationRule(
        rate=scaled(fields["rate"], RATIO_BITS),
        dust=fields["dust"],
        liquidation_buffer=scaled(BUFFER, RATIO_BITS),
        **{name: scaled(fields[name], RATIO_BITS) for name in ratios},
    )


def buckets(draw: Draw) -> list[dict]:
    """Empty, full and overfilled buckets, and an account's own between two factors."""
    moments = [(level, seconds) for level in (0, 10**12) for seconds in (0, 1, 10_000)]
    cases = [_bucket_case((10**12, 10**8), (10**11, 10**6), *moment) for moment in moments]
    while len(cases) < 100:
        seized = (draw.magnitude(1, 1 << 50), draw.magnitude(1, 1 << 36))
        repaid = (draw.magnitude(1, 1 << 50), draw.magnitude(1, 1 << 36))
        if seized[0] != repaid[0]:
            cases.append(_bucket_case(seized, repaid, draw.integer(0, seized[0]), draw.pick([0, 1, 60, 3_600, 10**9])))
    return cases


def _bucket_case(seized: tuple[int, int], repaid: tuple[int, int], level: int, seconds: int) -> dict:
    share = ratio_bits("0.25")
    own_capacity, own_refill = liquidation.account_bucket(scaled(share, RATIO_BITS), *min(seized, repaid))
    return {
        "seized_capacity": str(seized[0]),
        "seized_refill_per_second": str(seized[1]),
        "repaid_capacity": str(repaid[0]),
        "repaid_refill_per_second": str(repaid[1]),
        "account_share": str(share),
        "seized_level": str(level),
        "seconds": seconds,
        "seized_level_after": str(liquidation.bucket_level(Fraction(level), seconds, *map(Fraction, seized))),
        "account_capacity_expected": printed(own_capacity),
        "account_level_from_empty_expected": printed(
            liquidation.bucket_level(Fraction(0), seconds, own_capacity, own_refill)
        ),
    }
