"""Section 10 of docs/risk.md: fills, average entry, profit and loss. All exact, in atoms; prices are mantissas."""

from dataclasses import dataclass

from .real import PRICE_BITS, RATIO_BITS, clamp


def ceil_div(dividend: int, divisor: int) -> int:
    """The quotient, rounded up."""
    return -(-dividend // divisor)


def toward_zero(dividend: int, divisor: int) -> int:
    """The quotient of a positive divisor, rounded toward zero."""
    return dividend // divisor if dividend >= 0 else -(-dividend // divisor)


def value_down(base: int, price: int) -> int:
    """⌊base·price⌋ in quote atoms, toward -∞."""
    return base * price >> PRICE_BITS


def value_up(base: int, price: int) -> int:
    """⌈base·price⌉ in quote atoms, toward +∞."""
    return -value_down(-base, price)


@dataclass(frozen=True)
class FillRule:
    """`skew_scale` (s) in base atoms; fees and the insurance's share of them are mantissas of `Ratio`."""

    skew_scale: int
    fee: int
    fee_reducing: int
    insurance_share: int


@dataclass(frozen=True)
class Fill:
    """What the trader gets for a trade (`quote`, negative for a purchase), what he pays for it, and who gets the fee."""

    quote: int
    impact: int
    fee: int
    fee_to_insurance: int

    def fee_to_pool(self) -> int:
        """What the insurance leaves of the fee."""
        return self.fee - self.fee_to_insurance


def edge(mid: int, confidence: int, delta: int) -> int:
    """The worse side of the confidence for a trade of `delta`."""
    return mid + confidence if delta > 0 else mid - confidence


def impact(delta: int, price: int, skew: int, skew_scale: int) -> int:
    """The premium in quote atoms, added to what a purchase pays and to what a sale receives; at most a quarter of the value."""
    doubled = clamp(2 * skew + delta, -(skew_scale // 2), skew_scale // 2)
    is_against_trader = (delta > 0) == (doubled >= 0)
    value = value_up(abs(delta), price) if is_against_trader else value_down(abs(delta), price)
    return ceil_div(value * doubled, 2 * skew_scale) if delta > 0 else value * doubled // (2 * skew_scale)


def reducing_part(delta: int, skew: int) -> int:
    """How much of |delta| brings the skew to 0 or nearer."""
    return min(abs(delta), abs(skew)) if delta * skew < 0 else 0


def fee(delta: int, price: int, skew: int, rule: FillRule) -> int:
    """The trade's fee: two rates, each on its own part."""
    reducing = reducing_part(delta, skew)
    parts = [(rule.fee_reducing, reducing), (rule.fee, abs(delta) - reducing)]
    return sum(ceil_div(rate * value_up(part, price), 1 << RATIO_BITS) for rate, part in parts)


def fill(delta: int, price: int, skew: int, rule: FillRule) -> Fill:
    """A trade of `delta` base atoms at the edge `price`, which finds the skew at `skew`. A sale brings at least 0."""
    premium = impact(delta, price, skew, rule.skew_scale)
    quote = -(value_up(delta, price) + premium) if delta > 0 else max(0, value_down(-delta, price) + premium)
    charged = fee(delta, price, skew, rule)
    return Fill(quote, premium, charged, charged * rule.insurance_share >> RATIO_BITS)


def is_within_worst_price(delta: int, quote: int, worst: int) -> bool:
    """Whether the fill keeps to the order's worst price; the fee is not counted."""
    return -quote <= value_up(delta, worst) if delta > 0 else quote >= value_down(-delta, worst)


@dataclass(frozen=True)
class Position:
    """Of one account in one market: signed base atoms, quote atoms of the open size, quote atoms not yet settled."""

    base: int
    entry: int
    realised: int

    def traded(self, delta: int, quote: int, charged: int) -> "Position":
        """After a trade of `delta` for `quote`, less a fee. A trade through zero closes, then opens."""
        closed = min(abs(self.base), abs(delta)) if self.base * delta < 0 else 0
        moved = self.entry * closed // abs(self.base) if closed else 0
        quote_closing = quote * closed // abs(delta) if closed else 0
        return Position(
            base=self.base + delta,
            entry=self.entry - moved + quote - quote_closing,
            realised=self.realised + moved + quote_closing - charged,
        )

    def unrealised(self, price: int) -> int:
        """The open size at `price`, a long's value rounded down and a short's up, and what was paid for it."""
        return value_down(self.base, price) + self.entry

    def profit(self, price: int) -> int:
        """Unrealised and realised."""
        return self.unrealised(price) + self.realised


def open_interest_limit(cap: int, depth_multiple: int, depth: int, mid: int) -> int:
    """Base atoms that a side may reach by trading; `depth` in quote atoms, `depth_multiple` a mantissa of `Ratio`."""
    return min(cap, (depth_multiple * depth << PRICE_BITS) // (mid << RATIO_BITS))
