"""Section 10 of docs/risk.md: a market's books, and how trades, fees and funding move them. All exact, in atoms."""

from dataclasses import dataclass, replace

from . import funding
from .loss_sharing import SIZE_ONE, Shared, Side
from .perp_ledger import Position, value_up


@dataclass(frozen=True)
class Books:
    """Both sides and the market's sums of quote atoms.

    `unapplied` is booked in total already, on accounts when they are next touched; `settled` is what settlements brought the pool.
    """

    long: Side = Side(0, SIZE_ONE, 0)
    short: Side = Side(0, SIZE_ONE, 0)
    pool_quote: int = 0
    insurance: int = 0
    unapplied: int = 0
    settled: int = 0

    def skew(self) -> int:
        """Long less short, in base atoms."""
        return self.long.open_base - self.short.open_base

    def side(self, base: int) -> Side:
        """The side on which a position of `base` stands; an empty one counts as long."""
        return self.short if base < 0 else self.long

    def with_side(self, base: int, side: Side) -> "Books":
        """With the side of a position of `base` replaced."""
        return replace(self, short=side) if base < 0 else replace(self, long=side)

    def pool_gain(self, mid: int) -> int:
        """What the pool earned in this market so far, its position at `mid` and rounded down."""
        return self.pool_quote + self.settled - value_up(self.skew(), mid)

    def left(self, base: int) -> "Books":
        """Without a position of `base`; the size factor of a side that is empty is 1 again."""
        side = self.side(base)
        open_base = max(0, side.open_base - abs(base))
        size_factor = side.size_factor if open_base > 0 else SIZE_ONE
        return self.with_side(base, replace(side, open_base=open_base, size_factor=size_factor))

    def entered(self, base: int) -> "Books":
        """With a position of `base` more."""
        side = self.side(base)
        return self.with_side(base, replace(side, open_base=side.open_base + abs(base)))

    def touched(self, held: Shared) -> tuple["Books", Shared]:
        """A position brought up to date, and the books that no longer owe it the difference."""
        after = held.touched(self.side(held.position.base))
        booked = after.position.entry + after.position.realised - held.position.entry - held.position.realised
        return replace(self, unapplied=self.unapplied - booked), after

    def traded(self, held: Shared, delta: int, quote: int) -> tuple["Books", Shared]:
        """A touched position after a trade with the pool."""
        position = held.position.traded(delta, quote, 0)
        books = self.left(held.position.base).entered(position.base)
        side = books.side(position.base)
        books = replace(books, pool_quote=books.pool_quote - quote)
        return books, Shared(position, side.size_factor, side.profit_per_unit)

    def charged(self, held: Shared, fee: int, to_insurance: int) -> tuple["Books", Shared]:
        """A fee taken out of a position."""
        position = replace(held.position, realised=held.position.realised - fee)
        books = replace(
            self, insurance=self.insurance + to_insurance, pool_quote=self.pool_quote + fee - to_insurance
        )
        return books, replace(held, position=position)

    def settled_with(self, held: Shared, amount: int) -> tuple["Books", Shared]:
        """`amount` of a position's realised profit paid out of the pool's deposits, or a loss (negative) into them."""
        position = replace(held.position, realised=held.position.realised - amount)
        books = replace(self, pool_quote=self.pool_quote + amount, settled=self.settled - amount)
        return books, replace(held, position=position)

    def funded(self, due: int) -> "Books":
        """After each long base atom paid `due` (64 bits) and each short one received it."""
        received = funding.booked_by_pool(self.skew(), due)
        return replace(
            self,
            long=self.long.paid(due),
            short=self.short.paid(-due),
            pool_quote=self.pool_quote + received,
            unapplied=self.unapplied - received,
        )

    def swept(self) -> "Books":
        """Once nobody holds a position: the pool has what rounding left, and the sides are as new but for Π."""
        return replace(
            self,
            long=replace(self.long, open_base=0, size_factor=SIZE_ONE),
            short=replace(self.short, open_base=0, size_factor=SIZE_ONE),
            pool_quote=self.pool_quote + self.unapplied,
            unapplied=0,
        )


EMPTY_POSITION = Shared(Position(0, 0, 0), SIZE_ONE, 0)


def ledger_sum(books: Books, held: list[Shared]) -> int:
    """What must be 0 after every step."""
    on_accounts = sum(each.position.entry + each.position.realised for each in held)
    return on_accounts + books.pool_quote + books.insurance + books.unapplied
