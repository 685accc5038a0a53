"""Section 12 of docs/risk.md: what the pool is worth, what it must hold, and its shares. Prices are mantissas."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .correlation import correlation
from .perp_ledger import value_up
from .real import PRICE_BITS, dec, scaled, sqrt

VIRTUAL = 10**6


@dataclass(frozen=True)
class PoolMarket:
    """A market as the pool sees it: skew (long less short) in base atoms, the pool's quote atoms, the factor's goal."""

    skew: int
    pool_quote: int
    mid: int
    confidence: int
    goal: Fraction

    def worse_price(self) -> int:
        """The edge that is worse for the pool, which is short where traders are long."""
        return self.mid + self.confidence if self.skew > 0 else self.mid - self.confidence

    def better_price(self) -> int:
        """The other edge."""
        return self.mid - self.confidence if self.skew > 0 else self.mid + self.confidence

    def worth(self, price: int) -> int:
        """The pool's quote and position, rounded down."""
        return self.pool_quote - value_up(self.skew, price)

    def exposure(self) -> Fraction:
        """What its position may lose, with the skew's sign."""
        return self.skew * scaled(self.mid, PRICE_BITS) * self.goal


@dataclass(frozen=True)
class PoolEquity:
    """At mid and at the edges, in quote atoms."""

    mid: int
    worse: int
    better: int


def equity(deposits: int, markets: list[PoolMarket]) -> PoolEquity:
    """Deposits and every market's worth."""
    return PoolEquity(
        mid=deposits + sum(market.worth(market.mid) for market in markets),
        worse=deposits + sum(market.worth(market.worse_price()) for market in markets),
        better=deposits + sum(market.worth(market.better_price()) for market in markets),
    )


def requirement(exposures: list[Fraction], covariances: list[list[Fraction]]) -> Decimal:
    """√(xᵀρx) of the factors that have a variance, and the sizes of those that have none: they may move with every other."""
    known = [i for i in range(len(exposures)) if covariances[i][i] != 0]
    square = Decimal(0)
    for i in known:
        for j in known:
            ratio = 1 if i == j else correlation(covariances[i][j], covariances[i][i], covariances[j][j])
            square += dec(exposures[i] * exposures[j]) * ratio
    unknown = sum(abs(exposures[i]) for i in range(len(exposures)) if i not in known)
    return sqrt(max(Decimal(0), square)) + unknown


def shares_minted(atoms: int, total_shares: int, equity_better: int) -> int:
    """Shares for a deposit."""
    return atoms * (total_shares + VIRTUAL) // (max(0, equity_better) + VIRTUAL)


def atoms_paid(shares: int, total_shares: int, equity_worse: int, deposits: int) -> int:
    """Atoms for a withdrawal, at most what lies there."""
    return min(deposits, shares * (max(0, equity_worse) + VIRTUAL) // (total_shares + VIRTUAL))
