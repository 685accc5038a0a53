"""Cases for fills, positions and funding. All exact."""

from .. import funding, perp_ledger
from ..loss_sharing import SIZE_FLOOR, SIZE_ONE, Side
from ..perp_books import EMPTY_POSITION, Books
from ..perp_ledger import FillRule
from ..real import PRICE_BITS
from .draw import Draw, price_bits, ratio_bits

LARGEST_VALUE = 1 << 52
USUAL_MIDS = [price_bits("0.2"), price_bits("1100"), price_bits("1"), price_bits("4")]
SCALE = 4_000_000
USUAL_FEES = {"fee": ratio_bits("0.0005"), "fee_reducing": ratio_bits("0.0002"), "insurance_share": ratio_bits("0.2")}


def fills(draw: Draw) -> list[dict]:
    """Purchases and sales from, through and to a skew of zero, on both signs of the premium, of one atom and of the most."""
    rule = USUAL_FEES | {"skew_scale": SCALE}
    skews = (0, 1, -1, 500_000, -500_000, 1_000_000, -1_000_000)
    sizes = (1, -1, 500_000, -500_000, 1_000_000, -1_000_000, 2_000_000, -2_000_000)
    pairs = [(skew, delta) for skew in skews for delta in sizes if abs(skew + delta) <= SCALE // 4]
    cases = [_fill_case((price_bits("0.2"), 7), skew, delta, rule) for skew, delta in pairs]
    cases.append(_fill_case((price_bits("1"), 0), 3, -6, rule))
    # a scale lowered under open positions
    beyond = [(k, d) for k in (SCALE, -SCALE, 3_000_001, -3_000_001) for d in (1, -1, 999_999, -999_999)]
    cases += [_fill_case((price_bits("0.2"), 7), skew, delta, rule) for skew, delta in beyond + [(9 * SCALE, -10 * SCALE)]]
    for fee, share in ((0, 1 << 32), (ratio_bits("0.01"), 0), (ratio_bits("0.01"), 1 << 32), (1, 1)):
        extreme = rule | {"fee": fee, "fee_reducing": fee, "insurance_share": share}
        cases.append(_fill_case((price_bits("3.5"), 1 << 30), 250_001, -600_001, extreme))
    while len(cases) < 240:
        mid = draw.pick(USUAL_MIDS) if draw.one_in(2) else draw.magnitude(1 << 20, 1 << 50)
        scale = draw.magnitude(16, min(1 << 60, (LARGEST_VALUE << PRICE_BITS) // mid))
        before, after = (draw.integer(-scale // 4, scale // 4) // draw.pick([1, 1, 100, 100_000]) for _ in range(2))
        if before != after:
            fees = USUAL_FEES if draw.one_in(3) else {name: draw.integer(0, bits) for name, bits in _fee_tops().items()}
            confidence = draw.pick([0, mid // 2_000, mid // 50])
            cases.append(_fill_case((mid, confidence), before, after - before, fees | {"skew_scale": scale}))
    return cases


def _fee_tops() -> dict[str, int]:
    return {"fee": ratio_bits("0.01"), "fee_reducing": ratio_bits("0.01"), "insurance_share": 1 << 32}


def _fill_case(price: tuple[int, int], skew: int, delta: int, rule: dict) -> dict:
    mid, confidence = price
    edge = perp_ledger.edge(mid, confidence, delta)
    seen = perp_ledger.fill(delta, edge, skew, FillRule(**rule))
    # the last price that is refused and the first that is not lie an atom from the quote, on the side of the order
    limit = ((abs(seen.quote) + (1 if delta < 0 else -1)) << PRICE_BITS) // abs(delta)
    worst = [limit + step for step in (-1, 0, 1, 2) if 0 < limit + step < 1 << 64]
    return {
        "mid": str(mid),
        "confidence": str(confidence),
        "skew": str(skew),
        "delta": str(delta),
        **{name: str(value) for name, value in rule.items()},
        "quote": str(seen.quote),
        "charged": str(seen.fee),
        "to_insurance": str(seen.fee_to_insurance),
        "worst_prices": [[str(w), perp_ledger.is_within_worst_price(delta, seen.quote, w)] for w in worst],
    }


def open_interests(draw: Draw) -> list[dict]:
    """Sides at, below and past their cap and their depth; mids at which a base atom is worth whole quote atoms."""
    edges = [(1_000, "1", 1_000), (1_000, "1", 999), (999, "4", 4_000), (2_000, "4", 4_000), (0, "1", 0), (1, "2", 1)]
    cases = [_open_interest_case(cap, price_bits(mid), (1 << 32, depth)) for cap, mid, depth in edges]
    while len(cases) < 100:
        mid = price_bits(draw.pick(["1", "2", "64", "1024"]))
        cap, depth = draw.magnitude(1, 1 << 40), draw.magnitude(1, 1 << 50)
        cases.append(_open_interest_case(cap, mid, (draw.pick([1 << 31, 1 << 32, 3 << 32]), depth)))
    return cases


def _open_interest_case(cap: int, mid: int, depth: tuple[int, int]) -> dict:
    return {
        "max_open_interest": str(cap),
        "mid": str(mid),
        "depth_multiple": str(depth[0]),
        "depth": str(depth[1]),
        "limit": str(perp_ledger.open_interest_limit(cap, *depth, mid)),
    }


def positions(draw: Draw) -> list[dict]:
    """Rows of trades with the pool: growing, closing in parts and whole, turning; ties, one atom, and nothing at all."""
    edges = [
        [(1, -1), (-1, 1)],
        [(-1, 1), (1, -2), (1, 0)],
        [(3, -10), (-1, 3), (-1, 4), (-1, 3)],
        [(-3, 10), (1, -3), (1, -4), (1, -3)],
        [(3, -10), (-7, 23), (4, -13)],
        [(-3, 10), (7, -23), (-4, 13)],
        [(2, -1), (-1, 0), (-1, 0)],
        [(5, 0), (-5, 0), (-5, 0), (5, 0)],
        [(10, -1), (-3, 0), (-3, 0), (-3, 0), (-1, 0)],
        [(1 << 52, -(1 << 52)), (-(1 << 53), (1 << 53) - 1), (1 << 52, -(1 << 52) - 7)],
    ]
    cases = [_position_case(draw, trades) for trades in edges]
    while len(cases) < 110:
        top, price, held, trades = draw.pick([6, 1_000, 1 << 40]), draw.pick([1, 7, 1_000]), 0, []
        for _ in range(draw.integer(2, 6)):
            delta = -held if held and draw.one_in(5) else draw.integer(-top, top) or 1
            held += delta
            trades.append((delta, -delta * price + draw.integer(-abs(delta), abs(delta))))
        cases.append(_position_case(draw, trades))
    return cases


def _position_case(draw: Draw, trades: list[tuple[int, int]]) -> dict:
    books, held, steps = Books(), EMPTY_POSITION, []
    for delta, quote in trades:
        charged = draw.pick([0, 0, abs(quote) // 1_000])
        to_insurance = charged // draw.integer(1, 3)
        price = draw.magnitude(1 << 20, 1 << 42)
        books, held = books.traded(held, delta, quote)
        books, held = books.charged(held, charged, to_insurance)
        numbers = {"delta": delta, "quote": quote, "charged": charged, "to_insurance": to_insurance, "price": price}
        position = held.position
        numbers |= {"base": position.base, "entry": position.entry, "realised": position.realised}
        numbers |= {"unrealised": position.unrealised(price), "long": books.long.open_base}
        numbers |= {"short": books.short.open_base, "pool_quote": books.pool_quote, "insurance": books.insurance}
        steps.append({name: str(value) for name, value in numbers.items()})
    return {"steps": steps}


def fundings(draw: Draw) -> list[dict]:
    """No skew, no time, a rate beyond a cap that fell, a cap met in between, through zero, longer than a week."""
    usual = {
        "rate": 0,
        "skew": SCALE // 8,
        "skew_scale": SCALE,
        "max_velocity": 36 << 48,
        "funding_cap": ratio_bits("0.1"),
        "initial_margin": ratio_bits("0.125"),
        "maintenance_margin": ratio_bits("0.1"),
        "mid": price_bits("0.2"),
        "seconds": 60,
        "open_short": 10**9,
        "size_long": SIZE_ONE,
        "size_short": SIZE_ONE,
    }
    day = 1 << 48
    edges = [{"skew": skew} for skew in (0, 1, -1, SCALE, -SCALE, 2 * SCALE, -2 * SCALE)]
    edges += [{"seconds": seconds} for seconds in (0, 1, 7 * 86_400 - 1, 7 * 86_400, 7 * 86_400 + 1, 10**9)]
    edges += [{"rate": rate, "skew": skew} for rate in (day, -day) for skew in (0, SCALE // 8, -SCALE // 8)]
    edges += [{"rate": sign * day // 20, "skew": -sign * SCALE // 9, "seconds": 7_777} for sign in (1, -1)]
    edges += [{"rate": sign * day // 30, "skew": sign * SCALE // 9, "seconds": 7_777} for sign in (1, -1)]
    edges += [{"initial_margin": margin} for margin in (0, ratio_bits("0.1"), ratio_bits("0.1") + 1, 1 << 32)]
    edges += [{"max_velocity": speed} for speed in (0, 1, 1 << 16, 1_000 << 48)]
    edges += [{"size_long": SIZE_FLOOR, "size_short": SIZE_FLOOR + 1, "rate": rate} for rate in (-day, day)]
    cases = [_funding_case(usual | edge) for edge in edges]
    while len(cases) < 200:
        scale = draw.magnitude(1 << 10, 1 << 50)
        maintenance = draw.integer(ratio_bits("0.02"), ratio_bits("0.4"))
        fields = usual | {
            "rate": draw.integer(-day, day) // draw.pick([1, 10, 1_000]),
            "skew": draw.integer(-scale // 4, scale // 4),
            "skew_scale": scale,
            "max_velocity": draw.magnitude(1 << 30, 100 << 48),
            "initial_margin": maintenance * draw.integer(100, 200) // 100,
            "maintenance_margin": maintenance,
            "mid": draw.magnitude(1 << 20, min(1 << 50, (LARGEST_VALUE << PRICE_BITS) // scale)),
            "seconds": draw.pick([1, 5, 60, 3_600, 86_400, 10**6]),
            "open_short": draw.integer(scale // 4, scale // 2),
            "size_long": draw.pick([SIZE_ONE, draw.magnitude(SIZE_FLOOR, SIZE_ONE)]),
            "size_short": draw.pick([SIZE_ONE, draw.magnitude(SIZE_FLOOR, SIZE_ONE)]),
        }
        cases.append(_funding_case(fields))
    return cases


def _funding_case(fields: dict) -> dict:
    margins = (fields["initial_margin"], fields["maintenance_margin"])
    cap = funding.cap_per_day(fields["funding_cap"], *margins)
    speed = funding.velocity(fields["skew"], fields["skew_scale"], fields["max_velocity"])
    rate, integral = funding.accrue(fields["rate"], speed, cap, fields["seconds"])
    long = Side(fields["skew"] + fields["open_short"], fields["size_long"], 0)
    short = Side(fields["open_short"], fields["size_short"], 0)
    books = Books(long, short).funded(funding.due_per_atom(integral, fields["mid"]))
    return {name: value if name == "seconds" else str(value) for name, value in fields.items()} | {
        "cap": str(cap),
        "rate_after": str(rate),
        "integral": str(integral),
        "profit_long": str(books.long.profit_per_unit),
        "profit_short": str(books.short.profit_per_unit),
        "pool_quote": str(books.pool_quote),
    }
