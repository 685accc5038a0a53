"""Section 13 of docs/risk.md: who pays what a failed perp account cannot. All exact, in atoms; the price is a mantissa."""

from dataclasses import dataclass
from typing import Optional

from .loss_sharing import Side
from .perp_ledger import Position, value_down, value_up


@dataclass(frozen=True)
class Market:
    """The market's books in quote atoms, its mid, and its two sides; `skew` is long less short.

    `settled` is what the pool has received less what it has paid when positions settled.
    """

    mid: int
    long: Side
    short: Side
    pool_quote: int
    settled: int
    insurance: int

    def skew(self) -> int:
        """Long less short, in base atoms."""
        return self.long.open_base - self.short.open_base

    def pool_gain(self) -> int:
        """What the pool earned in this market so far, its position at mid and rounded down."""
        return self.pool_quote + self.settled - value_up(self.skew(), self.mid)


@dataclass(frozen=True)
class Failure:
    """The failed position, touched; the account's quote balance and the sum of its profits at mid; what the pool may lose."""

    position: Position
    quote_balance: int
    total_profit: int
    pool_share_left: int
    pool_equity: int


@dataclass(frozen=True)
class Resolution:
    """Who pays the deficit, and how the position closes.

    `closed_against_side` base atoms leave for `side_quote`, which the other side gets in total; `to_pool_quote` is what the
    pool gets for the rest. `winners_pay` of the deficit falls on the other side, `pool_pays_rest` where nobody is there,
    `unpaid` stays on the account, whose `realised_after` is what is left in this market.
    """

    deficit: int
    insurance_pays: int
    pool_pays: int
    winners_pay: int
    pool_pays_rest: int
    unpaid: int
    closed_against_side: int
    side_quote: int
    closed_against_pool: int
    to_pool_quote: int
    realised_after: int


def deficit(failure: Failure, mid: int) -> int:
    """What this market's loss leaves uncovered; not above 0 means that there is nothing to resolve."""
    return min(-failure.position.profit(mid), -(failure.quote_balance + failure.total_profit))


def closing_quote(base: int, rest: int, mid: int, loss: int) -> int:
    """What the other side gets in total for closing all but `rest` (same sign) of `base`, if it loses `loss` against mid."""
    return value_down(rest, mid) - value_down(base, mid) - loss


def resolve(market: Market, failure: Failure) -> Optional[Resolution]:
    """Insurance, then the pool's gain and its day's share, then the winning side; None without a deficit."""
    uncovered = deficit(failure, market.mid)
    if uncovered <= 0:
        return None
    insurance_pays = min(uncovered, market.insurance)
    left = uncovered - insurance_pays
    pool_pays = min(left, max(0, market.pool_gain()) + failure.pool_share_left)
    left -= pool_pays
    base = failure.position.base
    other = market.short if base > 0 else market.long
    size = min(abs(base), other.may_close()) if left > 0 else 0
    rest = base - size if base > 0 else base + size
    winners_pay = left if size > 0 else 0
    pool_pays_rest = 0 if size > 0 else min(left, max(0, failure.pool_equity - pool_pays))
    unpaid = left - winners_pay - pool_pays_rest
    return Resolution(
        deficit=uncovered,
        insurance_pays=insurance_pays,
        pool_pays=pool_pays,
        winners_pay=winners_pay,
        pool_pays_rest=pool_pays_rest,
        unpaid=unpaid,
        closed_against_side=size,
        side_quote=closing_quote(base, rest, market.mid, winners_pay) if size > 0 else 0,
        closed_against_pool=abs(rest),
        to_pool_quote=-value_down(rest, market.mid),
        realised_after=failure.position.profit(market.mid) + uncovered - unpaid,
    )
