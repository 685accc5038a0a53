"""Cases for what reaches positions lazily: markets that trade, fund and fail, step by step. All exact."""

from ..perp_ledger import value_up
from .draw import Draw, price_bits
from .perp_market import OWNERS, Market

PLENTY = 1 << 60


def markets(draw: Draw) -> list[dict]:
    """The worst that a side can meet, by hand; then markets of five positions at random."""
    written = [_worn_side(1), _worn_side(-1), _tiny_side(), _late_comer(1), _late_comer(-1), _equal_shares(), _alone()]
    written += [_emptied_side(1), _emptied_side(-1), _regrown_side(1), _regrown_side(-1), _pool_that_lost(1), _pool_that_lost(-1)]
    written += [_larger_than_its_side(1), _larger_than_its_side(-1), _booked_before(1), _booked_before(-1)]
    while len(written) < 32:
        written.append(_at_random(draw))
    return [{"steps": market.steps} for market in written]


def _worn_side(sign: int) -> Market:
    """A side that eight failures wear down to 2^-32, below its size factor's floor: to the ninth, nobody is there."""
    market = Market()
    market.trade(0, -sign * (1 << 50))
    market.trade(1, -sign * 10_007)
    for _ in range(8):
        market.trade(2, sign * (1 << 50))
        market.ruin(2, 1)
        market.fund(sign * (1 << 45), 3_600)
    market.trade(2, sign * (1 << 50))
    market.ruin(2, 1, (0, 1_000))
    market.trade(3, sign * 1_000_000)
    market.ruin(3, 10, (0, 60))
    for owner in (1, 0):
        market.look(owner)
    market.close_all()
    return market


def _tiny_side() -> Market:
    """A side of one atom, of which fifteen sixteenths are none, and one of two atoms."""
    market = Market(mid=price_bits("1100"))
    market.trade(0, -1)
    market.trade(1, 5)
    market.ruin(1, 3, (0, 7))
    market.trade(2, -1)
    market.trade(1, 3)
    market.ruin(1, 50)
    for owner in (0, 2):
        market.look(owner)
    return market


def _late_comer(sign: int) -> Market:
    """A position opened after a failure on its side, then funding and a second failure."""
    market = Market()
    market.trade(0, sign * 9_000_000)
    market.trade(1, -sign * 4_000_000)
    market.ruin(1, 10)
    market.trade(2, sign * 3_000_001)
    market.fund(sign * (1 << 44), 86_400)
    market.trade(3, -sign * 5_000_000)
    market.ruin(3, 20, (1_000, PLENTY))
    for owner in (2, 0):
        market.look(owner)
    return market


def _equal_shares() -> Market:
    """Four winners of one size, who look at different times."""
    market = Market()
    for owner in range(4):
        market.trade(owner, 1_000_000_007)
    market.trade(4, -3_000_000_000)
    market.look(0)
    market.ruin(4, 25, (5_555, PLENTY))
    market.look(1)
    market.fund(-(1 << 43), 12_345)
    market.trade(4, -(1 << 30))
    market.ruin(4, 2)
    for owner in range(4):
        market.look(owner)
    market.close_all()
    return market


def _alone() -> Market:
    """Nobody on the other side: the pool pays as far as its equity reaches, or nothing can be paid; and no deficit at all."""
    market = Market()
    market.trade(0, 10_000_000)
    market.fail(0, 0, (0, PLENTY))
    market.ruin(0, 50)
    market.fail(0, -100_000, (0, 40_000))
    market.settle(0)
    market.trade(1, -10_000_000)
    market.fail(1, 5, (0, PLENTY))
    market.ruin(1, 50, (3_000, PLENTY))
    return market


def _emptied_side(sign: int) -> Market:
    """A worn side whose only position closes to the last atom: its size factor is 1 again, for those who come after."""
    market = Market()
    market.trade(0, -sign * (1 << 36))
    market.trade(1, sign * (1 << 36))
    market.ruin(1, 5)
    market.look(0)
    market.trade(0, sign * (1 << 32))
    market.trade(2, -sign * 999_999_937)
    market.fund(sign * (1 << 42), 600)
    market.trade(1, sign * 123_456_789)
    market.ruin(1, 5)
    market.trade(0, -sign * 1_000)
    for owner in (2, 0):
        market.look(owner)
    return market


def _regrown_side(sign: int) -> Market:
    """A worn side that grows again beyond the bits that its size factor has left: it closes no more until it is small again."""
    market = Market()
    market.trade(0, -sign * (1 << 40))
    for _ in range(6):
        market.trade(1, sign * (1 << 40))
        market.ruin(1, 1)
    market.trade(2, -sign * (1 << 46), 500)
    for size in (1 << 40, (1 << 46) - (1 << 38)):
        market.trade(3, sign * size)
        market.ruin(3, 1, (0, PLENTY))
    market.trade(2, sign * ((1 << 46) - (1 << 30)))
    market.trade(3, sign * (1 << 29))
    market.ruin(3, 10)
    for owner in (0, 2):
        market.look(owner)
    return market


def _pool_that_lost(sign: int) -> Market:
    """The pool has earned nothing here, and nobody is on the other side: insurance, the day's share, then what equity reaches."""
    market = Market()
    market.trade(1, sign * 10_000_000, 400)
    market.move(market.mid * (100 + sign * 50) // 100)
    market.trade(1, -sign * 10_000_000, 400)
    market.trade(0, sign * 8_000_000, 1_000)
    market.ruin(0, 20, (3_000, PLENTY))
    market.trade(2, sign * 8_000_000)
    market.ruin(2, 20, (3_000, 2_000))
    market.trade(3, sign * 8_000_000, 500)
    market.ruin(3, 20, (3_000, 100_000))
    return market


def _larger_than_its_side(sign: int) -> Market:
    """Positions larger than the other side: the pool closes the rest at the same price, while its equity lasts."""
    market = Market()
    market.trade(0, -sign * 3_000_001)
    market.trade(1, -sign * 1_000_000)
    for pool in ((500, PLENTY), (500, 10_000), (0, 0)):
        market.trade(2, sign * 70_000_003)
        market.ruin(2, 5, pool)
        market.look(1)
    market.close_all()
    return market


def _booked_before(sign: int) -> Market:
    """Losses that were booked before: the winners bear the open one alone. At last what rounding left of a side is there, and nobody."""
    market = Market()
    market.trade(0, -sign * 9_000_000)
    market.trade(1, sign * 12_000_001)
    market.move(market.mid * (100 - sign * 30) // 100)
    market.trade(1, -sign * 11_999_000)
    market.fail(1, -400_000, (1_000, PLENTY))
    market.trade(2, -sign * 7_000_003)
    for _ in range(3):
        market.trade(3, sign * 1_234_567)
        market.ruin(3, 20)
        market.look(0)
        market.look(2)
    for owner in (0, 2):
        market.trade(owner, -market.held[owner].position.base)
    market.trade(4, sign * 1_000_000)
    market.move(market.mid * (100 - sign * 10) // 100)
    market.trade(4, -sign * 999_999)
    market.ruin(4, 10, (0, PLENTY))
    return market


def _at_random(draw: Draw) -> Market:
    market = Market(mid=draw.magnitude(1 << 30, 1 << 46))
    top = draw.magnitude(64, (1 << 42 << 40) // market.mid)
    for _ in range(10):
        owner, action = draw.integer(0, OWNERS - 1), draw.integer(0, 9)
        if action < 5:
            market.trade(owner, draw.integer(-top, top) or 1, draw.pick([0, 0, 500, 10_000]))
        elif action == 5:
            market.fund(draw.integer(-(1 << 46), 1 << 46), draw.pick([1, 60, 3_600, 86_400]))
        elif action == 6:
            market.settle(owner)
        else:
            _fail_at_random(draw, market, owner)
    if draw.one_in(2):
        market.close_all()
    for owner in range(OWNERS):
        market.look(owner)
    return market


def _fail_at_random(draw: Draw, market: Market, owner: int) -> None:
    """Whoever has a position loses up to 30 %, with little or much in the pool."""
    market.touch(owner)
    worth = value_up(abs(market.held[owner].position.base), market.mid)
    if worth > 0:
        market.ruin(owner, draw.integer(1, 30), (draw.integer(0, worth // 20), draw.pick([0, worth // 10, PLENTY])))
    else:
        market.move(market.mid * draw.integer(80, 125) // 100)
