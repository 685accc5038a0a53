"""Cases for what an account can pay of a loss."""

from ..real import PRICE_BITS, RATIO_BITS, printed, scaled
from ..settlement import QuoteWeights, payable
from .draw import Draw, nearby_price, price_bits, ratio_bits

ONE = 1 << RATIO_BITS


def payables(draw: Draw) -> list[dict]:
    """No deposit, no health, a health below, at and an atom above what the deposit counts; at the peg and far from it."""
    peg = {"price": price_bits("1"), "asset": ratio_bits("0.99"), "debt": ratio_bits("1.0101")}
    edges = [(deposit, health) for deposit in (0, 1, 1_000_000) for health in (-5, 0, 1, 989_999, 990_000, 990_003, 10**12)]
    cases = [_case(peg, deposit, health) for deposit, health in edges]
    while len(cases) < 120:
        price = nearby_price(draw, price_bits("1"), 300_000) if draw.one_in(2) else draw.magnitude(1 << 20, 1 << 50)
        margin = draw.integer(0, ratio_bits("0.4"))
        weights = {"price": price, "asset": draw.integer(0, ONE - margin), "debt": ONE + margin + (margin * margin >> RATIO_BITS)}
        deposit = draw.pick([0, draw.magnitude(1, min(1 << 60, (1 << 52 << PRICE_BITS) // price))])
        counted = deposit * price * weights["asset"] >> PRICE_BITS + RATIO_BITS
        cases.append(_case(weights, deposit, counted + draw.pick([0, 1, -1]) * draw.magnitude(1, min(1 << 52, price << 20))))
    return cases


def _case(weights: dict, deposit: int, health: int) -> dict:
    exact = QuoteWeights(scaled(weights["price"], PRICE_BITS), *(scaled(weights[name], RATIO_BITS) for name in ("asset", "debt")))
    numbers = weights | {"deposit": deposit, "balances_health": health}
    texts = {name: str(value) for name, value in numbers.items()}
    return texts | {"payable_expected": printed(payable(deposit, health, exact))}
