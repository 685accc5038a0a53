"""A market that trades, funds and fails step by step, and writes down each of them. All exact."""

from dataclasses import dataclass, field, replace

from .. import funding, perp_waterfall
from ..loss_sharing import Shared
from ..perp_books import EMPTY_POSITION, Books, ledger_sum
from ..perp_ledger import value_down, value_up
from ..perp_waterfall import Failure
from .draw import price_bits

OWNERS = 5


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
