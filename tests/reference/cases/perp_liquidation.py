"""Cases for the liquidation of a perp position."""

from fractions import Fraction

from .. import perp_liquidation
from ..liquidation import LiquidationRule
from ..perp_health import health
from ..perp_liquidation import Plan, Situation
from ..real import PRICE_BITS, RATIO_BITS, printed, scaled
from .accounts import BUFFER, ONE, leg_fields
from .draw import Draw, ratio_bits
from .liquidation import RULE, UNLIMITED
from .perp_accounts import PERP, PROFIT_WEIGHT, QUOTE, as_account, as_perp, maintenance_json, perp_fields, quote_fields

CLEARANCE = Fraction(1, 1_000_000)
# What an account has, in thousandths of what it needs: a little short, far short, next to nothing, below zero.
NETS_PER_MILLE = [(960, 1_000), (950, 999), (850, 990), (700, 950), (500, 900), (0, 100), (0, 5), (-200, 0), (-3_000, -200)]


def plans(draw: Draw) -> list[dict]:
    """Shortfalls from a hair to beyond the equity, against accounts and the pool, with each limit binding."""
    cases = []
    for legs, quote, perps in _edges():
        for _ in range(3):
            cases.append(_case(*_drawn(draw, (legs, quote, perps))))
    while len(cases) < 150:
        account = _account(draw, NETS_PER_MILLE[len(cases) % len(NETS_PER_MILLE)])
        model = as_account(*account)
        before = health(model, scaled(PROFIT_WEIGHT, RATIO_BITS), scaled(BUFFER, RATIO_BITS))
        if before.maintenance > -1 or any(not 0 < leg["amount"] < 1 << 63 for leg in account[0]):
            continue
        fields, situation, seen = _drawn(draw, account)
        if _is_clear(fields, situation, seen):
            cases.append(_case(fields, situation, seen))
    return cases


def slips(draw: Draw) -> list[dict]:
    """Trades that enlarge the skew, reduce it, and turn it; with and without confidence."""
    edges = [(skew, delta) for skew in (0, 1_000, -1_000) for delta in (1, -1, 999, -999, 2_000, -2_000, 5_000, -5_000)]
    cases = [_slip_case((1 << 40, 1 << 32), edge, 1_000_000) for edge in edges]
    while len(cases) < 120:
        mid, scale = draw.magnitude(1 << 20, 1 << 52), draw.magnitude(16, 1 << 60)
        skew, delta = (draw.integer(-scale // 4, scale // 4) // draw.pick([1, 100, 10**6]) for _ in range(2))
        if delta != 0:
            cases.append(_slip_case((mid, draw.pick([0, mid // 10_000, mid // 50])), (skew, delta), scale))
    return cases


def _slip_case(price: tuple[int, int], trade: tuple[int, int], scale: int) -> dict:
    mid, confidence = price
    exact = (scaled(mid, PRICE_BITS), scaled(confidence, PRICE_BITS))
    numbers = {"mid": mid, "confidence": confidence, "skew": trade[0], "delta": trade[1], "skew_scale": scale}
    seen = perp_liquidation.largest_slip(*trade, exact, scale)
    return {name: str(value) for name, value in numbers.items()} | {"slip_expected": printed(seen)}


def _edges() -> list[tuple[list, dict, list]]:
    """Equity of two atoms, one, none and minus one; the requirement of a long and of a short, less one atom."""
    edges = []
    for sign in (1, -1):
        perp = PERP | {"base": sign * 5 * 10**12, "entry": -sign * 10**12}
        profit = as_perp(perp).position.profit(perp["mid"])
        for equity in (3, 2, 1, 0, -1, -(10**9), 5 * 10**9):
            edges.append(([], QUOTE | {"balance": equity - profit}, [perp]))
    return edges


def _account(draw: Draw, net_per_mille: tuple[int, int]) -> tuple[list, dict, list]:
    """Position 0 with a net within these parts of the requirement; perhaps other legs with it."""
    notional = draw.magnitude(1 << 22, 1 << 44)
    margin = draw.integer(ratio_bits("0.02"), ratio_bits("0.25"))
    perps = [perp_fields(draw, notional, margin)]
    if draw.one_in(4):
        perps.append(perp_fields(draw, notional // draw.integer(2, 30), ratio_bits("0.08")))
    legs = []
    if draw.one_in(4):
        kind = draw.pick(["deposit", "debt"])
        legs.append(leg_fields(draw, kind, notional // draw.integer(20, 400), ratio_bits("0.08")))
    quote = quote_fields(draw, 0) | {"collateral_weight_maintenance": ONE}
    free = as_account(legs, quote, perps)
    required = sum(int(perp.maintenance_requirement()) for perp in free.perps)
    profits = sum(perp.maintenance_profit() for perp in free.perps)
    others = int(sum(leg.signed(leg.value()) for leg in free.legs))
    net = required * draw.integer(*net_per_mille) // 1_000 - others
    return legs, quote | {"balance": net - profits}, perps


def _drawn(draw: Draw, account: tuple[list, dict, list]) -> tuple[dict, Situation, Plan]:
    """Parameters, the situation, and the plan that follows."""
    model = as_account(*account)
    leg = model.perps[0]
    size, notional = abs(leg.position.base), leg.notional()
    dust = draw.pick([0, 1_000_000, notional // 3, notional * 9 // 10])
    fields = RULE | {"account": account, "bonus_min": draw.pick([0, ratio_bits("0.005"), ratio_bits("0.01")]), "dust": dust}
    slip = draw.pick([0, 0, int(leg.maintenance_part() * ONE) * draw.integer(1, 400) // 1_000])
    situation = Situation(
        account=model,
        perp=0,
        slip=scaled(slip, RATIO_BITS),
        seconds_unhealthy=draw.pick([0, 0, 1, 60, 1_800, 86_400]),
        throughput_left=draw.pick([UNLIMITED, UNLIMITED, 0, notional // 10, notional + 1]),
        request=draw.pick([UNLIMITED, UNLIMITED, UNLIMITED, size, size // 7 + 1]),
    )
    fields["slip"] = slip
    return fields, situation, perp_liquidation.plan(situation, _rule(fields), scaled(PROFIT_WEIGHT, RATIO_BITS))


def _is_clear(fields: dict, situation: Situation, seen: Plan) -> bool:
    """Whether rounding in a health cannot change what is urgent and what is dust."""
    rule = _rule(fields)
    requirement = seen.before.equity - seen.before.maintenance
    urgent_by = abs(-seen.before.maintenance - rule.urgent_fraction * requirement)
    notional = situation.leg().notional()
    target_leaves = notional + seen.before.liquidation_end * seen.sensitivity
    return (
        seen.sensitivity > 0
        and urgent_by > CLEARANCE * abs(requirement)
        and abs(target_leaves - rule.dust) > CLEARANCE * notional
    )


def _case(fields: dict, situation: Situation, seen: Plan) -> dict:
    names = ["bonus", "cut", "to_liquidator", "to_insurance", "sensitivity", "maintenance_after"]
    healths = {name: printed(getattr(seen.before, name)) for name in ("maintenance", "liquidation_end", "equity")}
    return (
        maintenance_json(*fields["account"])
        | {name: str(fields[name]) for name in (*RULE, "slip")}
        | {
            "liquidation_buffer": str(BUFFER),
            "seconds_unhealthy": situation.seconds_unhealthy,
            "throughput_left": str(situation.throughput_left),
            "request": str(situation.request),
            "limit": seen.limit,
            "urgent": seen.urgent,
            "closed_expected": str(seen.closed),
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
