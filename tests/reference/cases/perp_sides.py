"""Cases for what reaches positions lazily: markets that trade, fund and fail, step by step. All exact."""

from dataclasses import dataclass, field, replace

from .. import funding, perp_waterfall
from ..loss_sharing import Shared
from ..perp_books import EMPTY_POSITION, Books, ledger_sum
from ..perp_ledger import value_down, value_up
from ..perp_waterfall import Failure
from .draw import Draw, price_bits

OWNERS = 5
PLENTY = 1 << 60


@dataclass
class Market:
    """A market under way: its books, its positions, its price, and what has been written down of it."""

    books: Books = field(default_factory=Books)
    held: list[Shared] = field(default_factory=lambda: [EMPTY_POSITION] * OWNERS)
    mid: int = price_bits("0.2")
    steps: list[dict] = field(default_factory=list)

    def touch(self, owner: int) -> None:
        """Brings a position up to date."""
        self.books, self.held[owner] = self.books.touched(self.held[owner])

    def trade(self, owner: int, delta: int, fee_ppm: int = 0) -> None:
        """Trades with the pool at mid, rounded against the trader, for a fee of which a quarter goes to the insurance."""
        self.touch(owner)
        quote = value_down(-delta, self.mid) if delta < 0 else -value_up(delta, self.mid)
        charged = abs(quote) * fee_ppm // 1_000_000
        self.books, self.held[owner] = self.books.traded(self.held[owner], delta, quote)
        self.books, self.held[owner] = self.books.charged(self.held[owner], charged, charged // 4)
        numbers = {"delta": delta, "quote": quote, "charged": charged, "to_insurance": charged // 4}
        texts = {name: str(value) for name, value in numbers.items()}
        self._wrote({"kind": "trade", "owner": owner} | texts, owner)

    def look(self, owner: int) -> None:
        """Touches a position and does nothing else."""
        self.touch(owner)
        self._wrote({"kind": "touch", "owner": owner}, owner)

    def settle(self, owner: int) -> None:
        """Settles all that a position realised."""
        self.touch(owner)
        amount = self.held[owner].position.realised
        self.books, self.held[owner] = self.books.settled_with(self.held[owner], amount)
        self._wrote({"kind": "settle", "owner": owner, "amount": str(amount)}, owner)

    def fund(self, rate: int, seconds: int) -> None:
        """Funding at a rate that does not move."""
        _, integral = funding.accrue(rate, 0, abs(rate), seconds)
        self.books = self.books.funded(funding.due_per_atom(integral, self.mid))
        self._wrote({"kind": "fund", "rate": str(rate), "seconds": seconds})

    def fail(self, owner: int, equity: int, pool: tuple[int, int]) -> None:
        """Resolves a position whose account has nothing else and is worth `equity`; `pool`: today's share, equity."""
        self.touch(owner)
        position = self.held[owner].position
        profit = position.profit(self.mid)
        seen = perp_waterfall.resolve(self.books, Failure(position, equity - profit, profit, *pool), self.mid)
        step = {"kind": "fail", "owner": owner, "quote_net": str(equity)}
        step |= {"pool_share_left": str(pool[0]), "pool_equity": str(pool[1])}
        if seen is None or seen.unpaid == seen.deficit:
            self._wrote(step | {"refusal": "no_deficit" if seen is None else "exhausted"}, owner)
            return
        self.books = perp_waterfall.applied(self.books, position.base, seen)
        closed = replace(position, base=0, entry=0, realised=seen.realised_after)
        self.held[owner] = replace(self.held[owner], position=closed)
        names = ["deficit", "insurance_pays", "pool_pays", "pool_share_used", "winners_pay", "unpaid", "closed_against_side"]
        self._wrote(step | {name: str(getattr(seen, name)) for name in names}, owner)

    def ruin(self, owner: int, percent: int, pool: tuple[int, int] = (0, 0)) -> None:
        """The price moves against a position by `percent`, and its account lacks half of what that cost."""
        self.touch(owner)
        against = -percent if self.held[owner].position.base > 0 else percent
        self.move(self.mid * (100 + against) // 100)
        self.fail(owner, self.held[owner].position.profit(self.mid) // 2, pool)

    def close_all(self) -> None:
        """Everybody closes, and the market is swept."""
        for owner in range(OWNERS):
            self.touch(owner)
            base = self.held[owner].position.base
            if base != 0:
                self.trade(owner, -base)
        self.books = self.books.swept()
        self._wrote({"kind": "sweep"})

    def move(self, mid: int) -> None:
        """The price moves; nothing is booked."""
        self.mid = mid

    def _wrote(self, step: dict, owner: int | None = None) -> None:
        """Writes a step down with the position that it touched and the books after it."""
        if ledger_sum(self.books, self.held) != 0:
            raise ArithmeticError("the ledger does not sum to zero")
        books = self.books
        numbers = {"long": books.long.open_base, "short": books.short.open_base}
        numbers |= {"size_long": books.long.size_factor, "size_short": books.short.size_factor}
        numbers |= {"profit_long": books.long.profit_per_unit, "profit_short": books.short.profit_per_unit}
        numbers |= {name: getattr(books, name) for name in ("pool_quote", "insurance", "unapplied", "settled")}
        if owner is not None:
            position = self.held[owner].position
            numbers |= {"base": position.base, "entry": position.entry, "realised": position.realised}
        self.steps.append(step | {"mid": str(self.mid)} | {name: str(value) for name, value in numbers.items()})


def markets(draw: Draw) -> list[dict]:
    """The worst that a side can meet, by hand; then markets of five positions at random."""
    written = [_worn_side(1), _worn_side(-1), _tiny_side(), _late_comer(1), _late_comer(-1), _equal_shares(), _alone()]
    written += [_emptied_side(1), _emptied_side(-1), _regrown_side(1), _regrown_side(-1), _pool_that_lost(1), _pool_that_lost(-1)]
    while len(written) < 30:
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
