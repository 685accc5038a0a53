"""Sections 10 and 13 of docs/risk.md: the two numbers a side by which funding and waterfalls reach its positions. Exact."""

from dataclasses import dataclass, replace

from .perp_ledger import Position, toward_zero

SIZE_BITS = 62
PROFIT_BITS = 64
SIZE_ONE = 1 << SIZE_BITS
SIZE_FLOOR = 1 << (SIZE_BITS - 30)
LARGEST_SHARE = (15, 16)


@dataclass(frozen=True)
class Side:
    """One side's open interest (base atoms), size factor S (62 bits) and profit per unit Π (64 bits)."""

    open_base: int
    size_factor: int
    profit_per_unit: int

    def closable(self, base: int) -> int:
        """How many of `base` atoms a waterfall may close against the side; none where S is used up, or would be.

        S is used up below its floor, or where its mantissa would fall below what is left of the side: then rounding could
        take more than an atom from a position.
        """
        numerator, denominator = LARGEST_SHARE
        closed = min(base, self.open_base * numerator // denominator)
        if closed == 0 or self.size_factor < SIZE_FLOOR or self._size_after(closed) < self.open_base - closed:
            return 0
        return closed

    def closed(self, base: int, total_quote: int) -> "Side":
        """After `base` atoms of the side were closed for `total_quote` together."""
        share = total_quote * self.size_factor << (PROFIT_BITS - SIZE_BITS)
        return Side(
            open_base=self.open_base - base,
            size_factor=self._size_after(base),
            profit_per_unit=self.profit_per_unit + share // self.open_base,
        )

    def _size_after(self, base: int) -> int:
        return self.size_factor * (self.open_base - base) // self.open_base

    def paid(self, due: int) -> "Side":
        """After each base atom paid `due` quote atoms (64 bits, negative: received)."""
        return replace(self, profit_per_unit=self.profit_per_unit + (-due * self.size_factor >> SIZE_BITS))


@dataclass(frozen=True)
class Shared:
    """A position and the side's two numbers when it was last touched."""

    position: Position
    size_factor: int
    profit_per_unit: int

    def touched(self, side: Side) -> "Shared":
        """Brought up to the side: the same fraction closed, at the same price."""
        return Shared(self.due(side), side.size_factor, side.profit_per_unit)

    def due(self, side: Side) -> Position:
        """The position as it stands now. What was closed moves its entry like a trade does."""
        before = self.position
        base = toward_zero(before.base * side.size_factor, self.size_factor)
        gained = abs(before.base) * (side.profit_per_unit - self.profit_per_unit)
        quote = gained // (self.size_factor << (PROFIT_BITS - SIZE_BITS))
        if before.base == 0:
            return before
        moved = before.entry * abs(before.base - base) // abs(before.base)
        realised = before.realised + moved + quote
        return replace(before, base=base, entry=before.entry - moved, realised=realised)
