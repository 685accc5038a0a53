"""Cases that need an account: health, metrics, and the accounts that liquidation draws on."""

from fractions import Fraction

from .. import metrics
from ..health import Leg, health
from ..prices import PRICE_MANTISSA_MAX, PRICE_MANTISSA_MIN
from ..real import PRICE_BITS, RATIO_BITS, VARIANCE_BITS, printed, scaled
from .draw import Draw, nearby_price, price_bits, ratio_bits, variance_between

ONE = 1 << RATIO_BITS
BUFFER = ratio_bits("0.1")
# Price mantissas of tokens with 9, 8, 6 and 18-with-9-kept decimals, and a quote of 6: SOL, BTC, USDC, ETH.
USUAL_MIDS = [price_bits("0.2"), price_bits("1100"), price_bits("1"), price_bits("4")]
LARGEST_LEG = 1 << 52


def leg_fields(draw: Draw, kind: str, value: int, margin: int) -> dict:
    """A leg worth about `value` quote atoms with maintenance margin `margin` (mantissa)."""
    mid = draw.pick(USUAL_MIDS) if not draw.one_in(5) else draw.magnitude(1 << 21, 1 << 49)
    tilt = nearby_price(draw, mid, draw.pick([0, 1_000, 50_000]))
    weight = ONE if not draw.one_in(6) else draw.integer(0, ONE)
    return {
        "kind": kind,
        "amount": value * (1 << PRICE_BITS) // mid,
        "mid": mid,
        "initial_price": min(mid, tilt) if kind == "deposit" else max(mid, tilt),
        "maintenance_margin": margin,
        "initial_margin": margin * 5 // 4 + draw.pick([0, 0, draw.integer(0, ratio_bits("0.1"))]),
        "collateral_weight_maintenance": weight,
        "collateral_weight_initial": weight if draw.one_in(2) else draw.integer(0, weight),
    }


def as_leg(fields: dict) -> Leg:
    """The leg of the model that `fields` describes."""
    ratios = ["maintenance_margin", "initial_margin", "collateral_weight_maintenance", "collateral_weight_initial"]
    return Leg(
        is_deposit=fields["kind"] == "deposit",
        amount=fields["amount"],
        mid=scaled(fields["mid"], PRICE_BITS),
        initial_price=scaled(fields["initial_price"], PRICE_BITS),
        **{name: scaled(fields[name], RATIO_BITS) for name in ratios},
    )


def as_json(fields: dict) -> dict:
    """The leg's fields with numbers as text."""
    return {name: value if name == "kind" else str(value) for name, value in fields.items()}


def as_maintenance_json(fields: dict) -> dict:
    """The leg's fields without those of initial margin."""
    return as_json({name: value for name, value in fields.items() if "initial" not in name})


def simple_leg(kind: str, amount: int, price: str, margins: tuple[str, str]) -> dict:
    """A leg with its initial price at mid and full collateral weight."""
    mid = price_bits(price)
    return {
        "kind": kind,
        "amount": amount,
        "mid": mid,
        "initial_price": mid,
        "maintenance_margin": ratio_bits(margins[0]),
        "initial_margin": ratio_bits(margins[1]),
        "collateral_weight_maintenance": ONE,
        "collateral_weight_initial": ONE,
    }


WORKED_EXAMPLE = [
    simple_leg("deposit", 10 * 10**9, "0.2", ("0.10", "0.125")),
    simple_leg("debt", 1_200 * 10**6, "1", ("0.01", "0.0125")),
]
HEALTH_EDGES = [
    [],
    WORKED_EXAMPLE,
    WORKED_EXAMPLE[:1],
    WORKED_EXAMPLE[1:],
    [simple_leg("deposit", 1, "1", ("0.1", "0.125"))],
    [simple_leg("debt", 1, "1", ("0.1", "0.125"))],
    [simple_leg("deposit", 0, "1", ("0.1", "0.125"))],
    [simple_leg("debt", 10**12, "1", ("0", "0"))],
    [simple_leg("deposit", 10**12, "1", ("0", "0"))],
    [simple_leg("deposit", 10**12, "1", ("1", "1"))],
    [simple_leg("deposit", 10**12, "1", ("0.95", "1.5"))],
    [simple_leg("debt", 10**12, "1", ("1", "1.5"))],
    [simple_leg("debt", LARGEST_LEG, "1", ("0.5", "0.625"))],
    [simple_leg("deposit", (1 << 64) - 1, "1/1048576", ("0.5", "0.625"))],
    [simple_leg("deposit", 1, "8192", ("0.1", "0.125")), simple_leg("debt", 8_192, "1", ("0.1", "0.125"))],
]


def healths(draw: Draw) -> list[dict]:
    """The worked example, single legs at every clamp of a weight, then accounts of 1 to 16 legs."""
    cases = [_health_case(legs) for legs in HEALTH_EDGES]
    sizes = [1] * 30 + [2] * 60 + [3] * 40 + [4] * 20 + [8] * 6 + [16] * 4
    for size in sizes:
        legs = []
        for _ in range(size):
            value, margin = draw.magnitude(1, 1 << 50), draw.integer(ratio_bits("0.005"), ratio_bits("0.6"))
            legs.append(leg_fields(draw, draw.pick(["deposit", "debt"]), value, margin))
        cases.append(_health_case([leg for leg in legs if leg["amount"] < 1 << 64]))
    return cases


def _health_case(legs: list[dict]) -> dict:
    seen = health([as_leg(leg) for leg in legs], scaled(BUFFER, RATIO_BITS))
    names = ["initial", "maintenance", "liquidation_end", "equity"]
    return {
        "legs": [as_json(leg) for leg in legs],
        "liquidation_buffer": str(BUFFER),
    } | {f"{name}_expected": printed(getattr(seen, name)) for name in names}


def owner_metrics(draw: Draw) -> list[dict]:
    """Liquidation prices above, below and absent; horizons from none to a year."""
    variance = variance_between(draw, "0.04", "0.04")
    cases = [_metrics_case(WORKED_EXAMPLE, 0, variance, horizon) for horizon in (0, 1, 3_600, 86_400, 31_536_000)]
    cases += [_metrics_case(WORKED_EXAMPLE, 1, variance, 3_600)]
    cases += [_metrics_case(legs, 0, variance, 3_600) for legs in (WORKED_EXAMPLE[:1], WORKED_EXAMPLE[1:])]
    worthless = WORKED_EXAMPLE[0] | {"maintenance_margin": ONE}
    cases.append(_metrics_case([worthless, WORKED_EXAMPLE[1]], 0, variance, 3_600))
    while len(cases) < 150:
        value, kinds = draw.magnitude(1 << 20, 1 << 44), draw.pick([("deposit", "debt"), ("debt", "deposit")])
        margin = ratio_bits("0.02")
        legs = [leg_fields(draw, kinds[0], value, draw.integer(margin, 10 * margin))]
        legs.append(leg_fields(draw, kinds[1], value * draw.integer(200_000, 1_500_000) // 1_000_000, margin))
        if draw.one_in(3):
            legs.append(leg_fields(draw, draw.pick(kinds), value // draw.integer(2, 40), 5 * margin))
        if all(0 < leg["amount"] < 1 << 64 for leg in legs):
            horizon = draw.pick([60, 3_600, 14_400, 86_400, 604_800])
            case = _metrics_case(legs, 0, variance_between(draw, "0.005", "0.2"), horizon)
            if _fits_price(case["liquidation_price_expected"]):
                cases.append(case)
    return cases


def _fits_price(expected: str | None) -> bool:
    """Whether the core's `Price` holds the expected one, if there is one."""
    return expected is None or PRICE_MANTISSA_MIN < Fraction(expected) * (1 << PRICE_BITS) < PRICE_MANTISSA_MAX


def _metrics_case(legs: list[dict], factor_leg: int, variance: int, horizon_seconds: int) -> dict:
    account = [as_leg(leg) for leg in legs]
    price = metrics.liquidation_price(account, factor_leg)
    case = {
        "legs": [as_maintenance_json(leg) for leg in legs],
        "factor_leg": factor_leg,
        "variance_now": str(variance),
        "horizon_seconds": horizon_seconds,
        "liquidation_price_expected": None,
        "distance_expected": None,
        "probability_expected": None,
    }
    if price is None:
        return case
    distance = metrics.distance_in_sigmas(account[factor_leg].mid, price, scaled(variance, VARIANCE_BITS))
    chance = metrics.touch_probability(distance, horizon_seconds)
    return case | {
        "liquidation_price_expected": printed(price),
        "distance_expected": printed(distance),
        "probability_expected": printed(chance),
    }
