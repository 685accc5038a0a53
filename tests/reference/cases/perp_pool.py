"""Cases for the pool: equity at three prices, the requirement under correlation, shares."""

from .. import pool
from ..pool import PoolMarket
from ..real import COVARIANCE_BITS, PRICE_BITS, RATIO_BITS, printed, scaled
from .accounts import USUAL_MIDS
from .draw import Draw, price_bits, ratio_bits
from .volatility import factor_matrix, upper


def equities(draw: Draw) -> list[dict]:
    """No market, no skew, one atom either way, a pool under water, and up to eight markets."""
    one = {"skew": 0, "pool_quote": 0, "mid": price_bits("0.2"), "confidence": price_bits("0.001")}
    one |= {"goal": ratio_bits("0.1")}
    edges = [(10**9, [])] + [(10**9, [one | {"skew": skew}]) for skew in (0, 1, -1, 10**12, -(10**12))]
    edges += [(0, [one | {"pool_quote": quote}]) for quote in (-5, 0, 5)]
    edges += [(10**9, [one | {"skew": 7 * sign, "confidence": 0}, one | {"skew": -7 * sign}]) for sign in (1, -1)]
    cases = [_equity_case(*edge) for edge in edges]
    while len(cases) < 110:
        markets = []
        for _ in range(draw.pick([1, 1, 2, 3, 8])):
            mid = draw.pick(USUAL_MIDS) if draw.one_in(2) else draw.magnitude(1 << 20, 1 << 50)
            skew = draw.pick([1, -1]) * draw.magnitude(1, (1 << 50 << PRICE_BITS) // mid)
            quote = (skew * mid >> PRICE_BITS) * draw.integer(700_000, 1_300_000) // 1_000_000
            confidence = draw.pick([0, mid // 2_000, mid // 50])
            goal = draw.integer(ratio_bits("0.01"), ratio_bits("0.9"))
            fields = {"skew": skew, "pool_quote": quote, "mid": mid, "confidence": confidence, "goal": goal}
            if abs(skew) < 1 << 62:
                markets.append(fields)
        cases.append(_equity_case(draw.magnitude(1, 1 << 50), markets))
    return cases


def _equity_case(deposits: int, markets: list[dict]) -> dict:
    model = [PoolMarket(**market | {"goal": scaled(market["goal"], RATIO_BITS)}) for market in markets]
    seen = pool.equity(deposits, model)
    return {
        "deposits": str(deposits),
        "markets": [{name: str(value) for name, value in market.items()} for market in markets],
        "mid": str(seen.mid),
        "worse": str(seen.worse),
        "better": str(seen.better),
        "exposures_expected": [printed(market.exposure()) for market in model],
    }


def requirements(draw: Draw) -> list[dict]:
    """None, one, equal and opposite exposures that move together, apart and alone; then up to sixteen factors."""
    same, apart = [[1 << 50, 1 << 50], [1 << 50, 1 << 50]], [[1 << 50, 0], [0, 1 << 50]]
    opposite = [[1 << 50, -(1 << 50)], [-(1 << 50), 1 << 50]]
    unknown = [[0, 0], [0, 1 << 50]]
    pairs = [(0, 0), (10**9, 0), (10**9, 10**9), (10**9, -(10**9)), (3 * 10**9, 4 * 10**9), (1, 1), (-1, 0)]
    cases = [_requirement_case(list(pair), matrix) for matrix in (same, apart, opposite, unknown) for pair in pairs]
    for size in [1] * 6 + [2] * 40 + [3] * 20 + [8] * 8 + [16] * 4:
        top = draw.magnitude(1, 1 << 52)
        exposures = [draw.pick([0, draw.integer(-top, top), draw.integer(-top, top)]) for _ in range(size)]
        cases.append(_requirement_case(exposures, factor_matrix(draw, size)))
    return cases


def _requirement_case(exposures: list[int], matrix: list[list[int]]) -> dict:
    cells = [[scaled(entry, COVARIANCE_BITS) for entry in row] for row in matrix]
    return {
        "exposures": [str(exposure) for exposure in exposures],
        "covariances": [str(entry) for entry in upper(matrix)],
        "requirement_expected": printed(pool.requirement(exposures, cells)),
    }


def shares(draw: Draw) -> list[dict]:
    """The first deposit, a pool under water, one that somebody tried to inflate, and what the pool's deposits do not cover."""
    edges = [(1, 0, 0), (10**6, 0, 0), (10**9, 10**9, 10**9), (10**9, 10**9, -5), (10**9, 10**9, 0), (1, 1, 10**15)]
    edges += [(10**9, 1, 10**9), (3, 7, 11), (0, 0, 0), (10**12, 10**12, 2 * 10**12 + 1)]
    cases = [_shares_case(*edge, deposits) for edge in edges for deposits in (0, 10**6, 1 << 62)]
    while len(cases) < 130:
        total = draw.magnitude(1, 1 << 50)
        equity = total * draw.integer(1, 3_000) // 1_000 - draw.pick([0, total * 2])
        cases.append(_shares_case(draw.magnitude(1, total + 10), total, equity, draw.magnitude(1, 1 << 52)))
    return cases


def _shares_case(count: int, total: int, equity: int, deposits: int) -> dict:
    return {
        "count": str(count),
        "total_shares": str(total),
        "equity": str(equity),
        "deposits": str(deposits),
        "minted": str(pool.shares_minted(count, total, equity)),
        "paid": str(pool.atoms_paid(count, total, equity, deposits)),
    }
