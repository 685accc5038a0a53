"""Cases for orders: timing, conditions, and what a trade must keep to. All exact."""

from .. import orders
from ..orders import Limits, OrderRule, Publication
from ..perp_ledger import value_down, value_up
from .draw import Draw, nearby_price, price_bits

ARMED_AT = 1_760_000_000
KINDS = ("limit", "take_profit", "stop_loss")


def timings(draw: Draw) -> list[dict]:
    """Publications around the due time and moments around the window's end, at delays from none on."""
    spans = [(before, after) for before in (-1, 0, 1) for after in (-1, 0, 1, 5) if before < after]
    cases = [_timing_case((1, 30), (1 + before, 1 + after), 2) for before, after in spans]
    cases += [_timing_case((1, 30), (0, 1 + late), 1 + late + age) for late in (0, 40) for age in (-3, 0, 29, 30, 31)]
    cases += [_timing_case((0, 0), (-1, after), now) for after in (-1, 0, 1) for now in (0, 1)]
    while len(cases) < 120:
        rule = (draw.integer(0, 5), draw.integer(0, 60))
        before = draw.integer(-4, 8)
        after = before + draw.integer(1, 6)
        cases.append(_timing_case(rule, (before, after), draw.integer(-2, 80)))
    return cases


def _timing_case(rule: tuple[int, int], published: tuple[int, int], now: int) -> dict:
    before, after = (ARMED_AT + seconds for seconds in published)
    terms = OrderRule(*rule)
    return {
        "armed_at": ARMED_AT,
        "delay_seconds": rule[0],
        "window_seconds": rule[1],
        "prev_publish_time": before,
        "publish_time": after,
        "now": ARMED_AT + now,
        "due": terms.due(ARMED_AT),
        "outcome": orders.outcome(Publication(before, after), ARMED_AT, ARMED_AT + now, terms),
        "binds": terms.binds(ARMED_AT, ARMED_AT + now),
    }


def conditions(draw: Draw) -> list[dict]:
    """Each kind, bought and sold, at its trigger, a mantissa off, and anywhere."""
    trigger = price_bits("0.2")
    prices = [(trigger + step, trigger) for step in (-1, 0, 1)]
    while len(prices) < 20:
        trigger = draw.magnitude(1 << 20, 1 << 50)
        prices.append((nearby_price(draw, trigger, 50_000), trigger))
    return [
        {
            "kind": kind,
            "is_purchase": is_purchase,
            "price": str(price),
            "trigger": str(trigger),
            "holds": orders.condition_holds(kind, is_purchase, price, trigger),
        }
        for price, trigger in prices
        for kind in KINDS
        for is_purchase in (True, False)
    ]


def trades(draw: Draw) -> list[dict]:
    """Positions that grow, shrink, close and turn, by sizes around the minimum, at quotes around the worst price."""
    edges = [(base, delta) for base in (-10, 0, 10) for delta in (-21, -20, -15, -10, -6, -5, -4, 0, 4, 5, 6, 10, 15, 20)]
    cases = [_trade_case(draw, edge, False) for edge in edges] + [_trade_case(draw, edge, True) for edge in edges]
    while len(cases) < 180:
        pair = (draw.integer(-40, 40), draw.integer(-40, 40))
        cases.append(_trade_case(draw, pair, draw.one_in(2)))
    return cases


def _trade_case(draw: Draw, pair: tuple[int, int], reduce_only: bool) -> dict:
    base, delta = pair
    worst = draw.magnitude(1 << 36, 1 << 44)
    exactly = value_down(-delta, worst) if delta < 0 else -value_up(delta, worst)
    quote = exactly + draw.integer(-1, 1)
    limits = Limits(worst=worst, reduce_only=reduce_only, min_base=5)
    return {
        "base": str(base),
        "delta": str(delta),
        "quote": str(quote),
        "worst": str(worst),
        "reduce_only": reduce_only,
        "min_base": "5",
        "refusals": orders.refusals(base, delta, quote, limits),
    }
