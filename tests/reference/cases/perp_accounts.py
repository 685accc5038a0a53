"""Accounts with perp positions: their health, and what liquidation cases draw on."""

from .. import perp_health
from ..loss_sharing import SIZE_ONE, Shared, Side
from ..perp_health import Account, PerpLeg, QuoteReserve
from ..perp_ledger import Position
from ..real import PRICE_BITS, RATIO_BITS, printed, scaled
from .accounts import BUFFER, ONE, USUAL_MIDS, as_json, as_leg, as_maintenance_json, leg_fields
from .draw import Draw, nearby_price, price_bits, ratio_bits

PROFIT_WEIGHT = ratio_bits("0.5")
PRICES = ("mid", "initial_price")
MARGINS = ("maintenance_margin", "initial_margin")
SIZE_MARGINS = ("size_margin_maintenance", "size_margin_initial")
QUOTE_RATIOS = (*MARGINS, "collateral_weight_maintenance", "collateral_weight_initial")
QUOTE = {
    "balance": 0,
    "mid": price_bits("1"),
    "asset_initial": price_bits("1"),
    "debt_initial": price_bits("1"),
    "maintenance_margin": ratio_bits("0.01"),
    "initial_margin": ratio_bits("0.0125"),
    "collateral_weight_maintenance": ONE,
    "collateral_weight_initial": ONE,
}
PERP = {
    "base": 0,
    "entry": 0,
    "realised": 0,
    "size_factor": SIZE_ONE,
    "profit_per_unit": 0,
    "side_size_factor": SIZE_ONE,
    "side_profit_per_unit": 0,
    "mid": price_bits("0.2"),
    "initial_price": price_bits("0.2"),
    "maintenance_margin": ratio_bits("0.05"),
    "initial_margin": ratio_bits("0.0625"),
    "size_margin_maintenance": ratio_bits("0.5"),
    "size_margin_initial": ratio_bits("0.5"),
    "skew_scale": 1 << 50,
}


def as_perp(fields: dict) -> PerpLeg:
    """The position that `fields` describes, touched."""
    stored = Shared(
        Position(fields["base"], fields["entry"], fields["realised"]), fields["size_factor"], fields["profit_per_unit"]
    )
    position = stored.due(Side(0, fields["side_size_factor"], fields["side_profit_per_unit"]))
    ratios = {name: scaled(fields[name], RATIO_BITS) for name in (*MARGINS, *SIZE_MARGINS)}
    return PerpLeg(position=position, skew_scale=fields["skew_scale"], **{name: fields[name] for name in PRICES}, **ratios)


def as_quote(fields: dict) -> QuoteReserve:
    """The quote reserve that `fields` describes."""
    return QuoteReserve(
        balance=fields["balance"],
        **{name: scaled(fields[name], PRICE_BITS) for name in ("mid", "asset_initial", "debt_initial")},
        **{name: scaled(fields[name], RATIO_BITS) for name in QUOTE_RATIOS},
    )


def as_account(legs: list[dict], quote: dict, perps: list[dict]) -> Account:
    """The account of the model."""
    return Account([as_leg(leg) for leg in legs], as_quote(quote), [as_perp(perp) for perp in perps])


def account_json(legs: list[dict], quote: dict, perps: list[dict]) -> dict:
    """The account's fields, numbers as text."""
    return {
        "legs": [as_json(leg) for leg in legs],
        "quote": {name: str(value) for name, value in quote.items()},
        "perps": [{name: str(value) for name, value in perp.items()} for perp in perps],
    }


def maintenance_json(legs: list[dict], quote: dict, perps: list[dict]) -> dict:
    """The same without the fields of initial margin, and without those of a side to which nothing happened."""

    def kept(fields: dict) -> dict:
        dropped = ("initial", "size_factor", "profit_per_unit")
        return {name: str(value) for name, value in fields.items() if not any(part in name for part in dropped)}

    return {
        "legs": [as_maintenance_json(leg) for leg in legs],
        "quote": kept(quote),
        "perps": [kept(perp) for perp in perps],
    }


def perp_fields(draw: Draw, notional: int, margin: int) -> dict:
    """A position worth about `notional` at mid, either way, at a profit or a loss of up to a fifth."""
    mid = draw.pick(USUAL_MIDS) if draw.one_in(2) else draw.magnitude(1 << 24, 1 << 46)
    sign = draw.pick([1, -1])
    tilt = nearby_price(draw, mid, draw.pick([0, 1_000, 50_000]))
    size = max(1, min(1 << 58, (notional << PRICE_BITS) // mid))
    maintenance = draw.pick([0, draw.integer(0, ONE)])
    return PERP | {
        "base": sign * size,
        "entry": -sign * (size * mid >> PRICE_BITS) * draw.integer(800_000, 1_200_000) // 1_000_000,
        "realised": draw.pick([0, draw.integer(-notional // 10, notional // 10)]),
        "mid": mid,
        "initial_price": min(mid, tilt) if sign > 0 else max(mid, tilt),
        "maintenance_margin": margin,
        "initial_margin": margin * 5 // 4 + draw.pick([0, draw.integer(0, ratio_bits("0.1"))]),
        "size_margin_maintenance": maintenance,
        "size_margin_initial": maintenance + draw.pick([0, draw.integer(0, ONE)]),
        "skew_scale": max(1 << 34, min(1 << 62, size * draw.integer(8, 1_000))),
    }


def with_dues(draw: Draw, perp: dict) -> dict:
    """A position that its side has funded, or closed in part, since it was last touched."""
    mid = perp["mid"] >> PRICE_BITS - 24
    stored = draw.pick([SIZE_ONE, draw.magnitude(1 << 50, SIZE_ONE)])
    now = draw.pick([stored, stored // 16, draw.integer(1, stored)])
    earned = draw.integer(-mid, mid) << 36
    first = draw.integer(-(1 << 80), 1 << 80)
    return perp | {
        "size_factor": stored,
        "side_size_factor": now,
        "profit_per_unit": first,
        "side_profit_per_unit": first + (earned * stored >> 62),
    }


def quote_fields(draw: Draw, balance: int) -> dict:
    """The quote reserve around its peg, with a balance."""
    mid = nearby_price(draw, price_bits("1"), draw.pick([0, 500, 30_000]))
    spread = draw.pick([0, mid // 2_000, mid // 50])
    weight = draw.pick([ONE, ONE, draw.integer(0, ONE)])
    return QUOTE | {
        "balance": balance,
        "mid": mid,
        "asset_initial": mid - spread,
        "debt_initial": mid + spread,
        "collateral_weight_maintenance": weight,
        "collateral_weight_initial": draw.pick([weight, draw.integer(0, weight)]),
    }


def _edges() -> list[tuple[list, dict, list]]:
    """One position at a profit, at a loss and at nothing; a net of exactly 0 and one atom either side; no position."""
    long = PERP | {"base": 10**10, "entry": -(2 * 10**9)}
    short = PERP | {"base": -(10**10), "entry": 2 * 10**9}
    edges = [([], QUOTE | {"balance": balance}, []) for balance in (0, 1, -1, 10**9)]
    for perp in (long, short):
        net = as_perp(perp).position.profit(perp["mid"])
        edges += [([], QUOTE | {"balance": balance}, [perp]) for balance in (10**8, -net - 1, -net, -net + 1)]
        edges += [([], QUOTE, [perp | {"entry": perp["entry"] + change}]) for change in (-(10**8), 3, 10**8 + 1)]
        edges += [([], QUOTE, [perp | {"realised": realised}]) for realised in (-(10**8), 10**8 + 1)]
        whole = perp | {"maintenance_margin": ONE, "initial_margin": ONE * 5 // 4}
        edges.append(([], QUOTE | {"balance": 10**9}, [whole]))
        edges += [([], QUOTE | {"balance": 10**9}, [perp | {"base": perp["base"] // 10**10, "entry": 0}])]
    edges.append(([], QUOTE | {"balance": 10**8}, [long, short]))
    empty_but_owing = PERP | {"realised": -77}
    return edges + [([], QUOTE, [empty_but_owing]), ([], QUOTE | {"balance": 50}, [empty_but_owing])]


def healths(draw: Draw) -> list[dict]:
    """The edges, then accounts of one to eight positions with none to four other legs and a quote balance of either sign."""
    cases = [_health_case(*edge) for edge in _edges()]
    for size in [1] * 60 + [2] * 30 + [3] * 12 + [8] * 4:
        notional = draw.magnitude(1, 1 << 48)
        perps = [perp_fields(draw, notional, draw.integer(ratio_bits("0.01"), ratio_bits("0.4"))) for _ in range(size)]
        perps = [with_dues(draw, perp) if draw.one_in(2) else perp for perp in perps]
        legs = []
        for _ in range(draw.integer(0, 3) if draw.one_in(2) else 0):
            kind = draw.pick(["deposit", "debt"])
            legs.append(leg_fields(draw, kind, draw.magnitude(1, 1 << 48), draw.integer(ratio_bits("0.01"), ONE // 2)))
        balance = draw.integer(-notional // 4, notional // 2)
        cases.append(_health_case([leg for leg in legs if leg["amount"] < 1 << 63], quote_fields(draw, balance), perps))
    return cases


def _health_case(legs: list[dict], quote: dict, perps: list[dict]) -> dict:
    account = as_account(legs, quote, perps)
    seen = perp_health.health(account, scaled(PROFIT_WEIGHT, RATIO_BITS), scaled(BUFFER, RATIO_BITS))
    names = ["initial", "maintenance", "liquidation_end", "equity"]
    return (
        account_json(legs, quote, perps)
        | {"profit_weight": str(PROFIT_WEIGHT), "liquidation_buffer": str(BUFFER)}
        | {f"{name}_expected": printed(getattr(seen, name)) for name in names}
    )
