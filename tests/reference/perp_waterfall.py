"""Section 13 of docs/risk.md: who pays what a failed perp account cannot. All exact, in atoms; prices are mantissas."""

from dataclasses import dataclass, replace
from typing import Optional

from .loss_sharing import Side
from .perp_books import Books
from .perp_ledger import Position, value_down


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

    `closed_against_side` base atoms leave for `side_quote`, which the other side gets in total, and `winners_pay` of the deficit
    falls on it; `to_pool_quote` is what the pool gets for the rest. `pool_share_used` counts against the pool's day;
    `unpaid` stays on the account, whose `realised_after` is what is left in this market.
    """

    deficit: int
    insurance_pays: int
    pool_pays: int
    pool_share_used: int
    winners_pay: int
    unpaid: int
    closed_against_side: int
    side_quote: int
    to_pool_quote: int
    realised_after: int


def deficit(failure: Failure, mid: int) -> int:
    """What this market's loss leaves uncovered; not above 0 means that there is nothing to resolve."""
    return min(-failure.position.profit(mid), -(failure.quote_balance + failure.total_profit))


def closing_quote(base: int, rest: int, mid: int, loss: int) -> int:
    """What the other side gets in total for closing all but `rest` (same sign) of `base`, if it loses `loss` against mid."""
    return value_down(rest, mid) - value_down(base, mid) - loss


def winners_part(other: Side, size: int, shared: int) -> tuple[int, int]:
    """How many of the failed position's `size` atoms close against the other side, and what it pays of the loss `shared` by size."""
    closed = other.closable(size)
    pays = shared * closed // size if size > 0 else 0
    return (closed, pays) if pays > 0 else (0, 0)


def resolve(books: Books, failure: Failure, mid: int) -> Optional[Resolution]:
    """Insurance, then the pool's gain and its day's share, then the winning side for what closes against it; None without a deficit.

    The pool pays for what closes against it, and for losses booked before, as far as its equity reaches.
    """
    uncovered = deficit(failure, mid)
    if uncovered <= 0:
        return None
    insurance_pays = min(uncovered, books.insurance)
    gain, equity = max(0, books.pool_gain(mid)), max(0, failure.pool_equity)
    as_counterparty = min(uncovered - insurance_pays, gain + failure.pool_share_left, equity)
    base = failure.position.base
    other = books.short if base > 0 else books.long
    own_loss = max(0, -failure.position.unrealised(mid))
    size, winners_pay = winners_part(other, abs(base), min(uncovered - insurance_pays - as_counterparty, own_loss))
    rest = base - size if base > 0 else base + size
    pool_pays = min(uncovered - insurance_pays - winners_pay, equity)
    unpaid = uncovered - insurance_pays - winners_pay - pool_pays
    return Resolution(
        deficit=uncovered,
        insurance_pays=insurance_pays,
        pool_pays=pool_pays,
        pool_share_used=max(0, as_counterparty - gain),
        winners_pay=winners_pay,
        unpaid=unpaid,
        closed_against_side=size,
        side_quote=closing_quote(base, rest, mid, winners_pay) if size > 0 else 0,
        to_pool_quote=-value_down(rest, mid),
        realised_after=failure.position.profit(mid) + uncovered - unpaid,
    )


def applied(books: Books, base: int, resolution: Resolution) -> Books:
    """The books once a position of `base` was resolved."""
    left = books.left(base)
    other = left.side(-base)
    if resolution.closed_against_side > 0:
        other = other.closed(resolution.closed_against_side, resolution.side_quote)
    return replace(
        left.with_side(-base, other),
        pool_quote=books.pool_quote + resolution.to_pool_quote - resolution.pool_pays,
        insurance=books.insurance - resolution.insurance_pays,
        unapplied=books.unapplied + resolution.side_quote,
    )
