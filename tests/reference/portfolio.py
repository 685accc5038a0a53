"""Section 16 of docs/risk.md: exposures netted per factor, three readings of the covariance, a grid, a floor.

Exact but for roots.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .real import dec, sqrt

LONG_LIMIT = 1 - Fraction(1, 1 << 11)
LIFT = Fraction(1, 1 << 10)
ROUNDING = Fraction(1, 1 << 27)
ROUNDING_ATOMS = 64
SIGNS = {"deposit": 1, "debt": -1, "long": 1, "short": -1}


@dataclass(frozen=True)
class Leg:
    """A leg worth `value` quote atoms, a deposit's already weighted; `addition` is what it adds whatever hedges it."""

    factor: int
    kind: str
    value: int
    addition: Fraction = Fraction(0)

    def signed(self) -> int:
        """With its sign."""
        return SIGNS[self.kind] * self.value

    def is_perp(self) -> bool:
        """Whether its profit is somewhere else."""
        return self.kind in ("long", "short")


@dataclass(frozen=True)
class Row:
    """A row of the grid: a simple return of each factor in margins, and what a hedge loses."""

    shocks: list[Fraction]
    basis: Fraction


@dataclass(frozen=True)
class Model:
    """Correlations as a full matrix, θ, the floor, the grid."""

    correlations: list[list[Fraction]]
    shrinkage: Fraction
    hedged_floor: Fraction
    rows: list[Row]

    def largest_basis(self) -> Fraction:
        """Of all rows."""
        return max((row.basis for row in self.rows), default=Fraction(0))

    def steepest(self) -> Fraction:
        """S: the largest shock or basis, at least 1."""
        shocks = (abs(shock) for row in self.rows for shock in row.shocks)
        return max(Fraction(1), self.largest_basis(), *shocks)


@dataclass(frozen=True)
class Net:
    """One factor of an account."""

    spot: int
    perp: int
    gross: int

    def exposure(self) -> int:
        """x."""
        return self.spot + self.perp

    def hedged(self) -> int:
        """What one kind of leg hedges of the other."""
        return min(abs(self.spot), abs(self.perp)) if self.spot * self.perp < 0 else 0

    def margin(self, margin: Fraction) -> Fraction:
        """What the exposure is weighed with."""
        return margin if self.exposure() < 0 else min(margin, LONG_LIMIT)

    def loss(self, shock: Fraction, basis: Fraction, margin: Fraction) -> Fraction:
        """In one row."""
        own = self.margin(margin)
        furthest = max(Fraction(0), 1 - basis * own) if self.exposure() < 0 else Fraction(1)
        return -max(shock * own, -furthest) * self.exposure() + basis * self.hedged() * min(margin, LONG_LIMIT)


def netted(legs: list[Leg], factors: int) -> list[Net]:
    """All factors of an account."""

    def total(factor: int, value) -> int:
        return sum(value(leg) for leg in legs if leg.factor == factor)

    return [
        Net(
            spot=total(factor, lambda leg: 0 if leg.is_perp() else leg.signed()),
            perp=total(factor, lambda leg: leg.signed() if leg.is_perp() else 0),
            gross=total(factor, lambda leg: leg.value),
        )
        for factor in range(factors)
    ]


def counted(legs: list[Leg]) -> int:
    """The sum of weighted values without margins."""
    return sum(leg.signed() for leg in legs if not leg.is_perp())


def added(legs: list[Leg]) -> Fraction:
    """What all legs add."""
    return sum((leg.addition for leg in legs), Fraction(0))


def forms(nets: list[Net], margins: list[Fraction], model: Model) -> list[Fraction]:
    """The squares of the three readings."""
    y = [net.exposure() * net.margin(margin) for net, margin in zip(nets, margins)]
    squares = sum(value * value for value in y)
    pairs = sum(y[i] * y[j] * model.correlations[i][j] for i in range(len(y)) for j in range(len(y)) if i != j)
    estimated = squares * (1 + LIFT) + pairs
    kept = 1 - model.shrinkage
    apart, together = squares, sum(y, Fraction(0)) ** 2
    return [estimated, kept * estimated + model.shrinkage * apart, kept * estimated + model.shrinkage * together]


def losses(nets: list[Net], margins: list[Fraction], model: Model) -> list[Fraction]:
    """What each row loses."""
    return [
        sum((net.loss(shock, row.basis, margin) for net, shock, margin in zip(nets, row.shocks, margins)), Fraction(0))
        for row in model.rows
    ]


def requirement(legs: list[Leg], margins: list[Fraction], model: Model) -> Decimal:
    """R."""
    nets = netted(legs, len(margins))
    root = sqrt(max(Fraction(0), *forms(nets, margins, model)))
    convexity = sum(
        (-net.exposure() * margin * margin for net, margin in zip(nets, margins) if net.exposure() < 0), Fraction(0)
    )
    floor = model.hedged_floor * sum(net.gross * min(margin, LONG_LIMIT) for net, margin in zip(nets, margins))
    rows = max(losses(nets, margins, model), default=Fraction(0))
    return max(root + dec(convexity), dec(rows), dec(floor)) + dec(added(legs))


@dataclass(frozen=True)
class Account:
    """Legs and margins with their models. `walked` is τ."""

    legs: list[Leg]
    margins: list[Fraction]
    in_force: Model
    announced: Model
    walked: Fraction

    def requirements(self) -> tuple[Decimal, Decimal]:
        """Of the model in force and of the announced one."""
        return requirement(self.legs, self.margins, self.in_force), requirement(self.legs, self.margins, self.announced)

    def maintenance(self, cross: Fraction) -> Decimal:
        """H_M."""
        now, then = self.requirements()
        return max(dec(cross), counted(self.legs) - now - dec(self.walked) * (then - now))

    def growth(self, highest: list[Fraction], lowest: list[Fraction]) -> Fraction:
        """What R can rise by while each margin moves between the ends of its path, what legs add apart."""
        if highest == lowest:
            return Fraction(0)
        paths = list(zip(netted(self.legs, len(self.margins)), self.margins, highest, lowest))
        models = (self.in_force, self.announced)
        net = sum(abs(net.exposure()) * max(high - now, now - low) for net, now, high, low in paths)
        convexity = sum(
            -net.exposure() * (high**2 - now**2) for net, now, high, _ in paths if net.exposure() < 0
        )
        hedged = sum(net.hedged() * (high - now) for net, now, high, _ in paths)
        gross = sum(net.gross * (high - now) for net, now, high, _ in paths)
        root = (1 + Fraction(1, 1 << 11)) * net + convexity
        rows = max(model.steepest() for model in models) * net
        rows += max(model.largest_basis() for model in models) * hedged
        floor = max(model.hedged_floor for model in models) * gross
        rounding = ROUNDING * sum(net.gross for net, *_ in paths) + ROUNDING_ATOMS
        return max(root, rows, floor) + rounding

    def ahead(self, highest: list[Fraction], lowest: list[Fraction], added_ahead: Fraction) -> Decimal:
        """R_ahead."""
        now, then = self.requirements()
        worst = then if self.walked == 1 else max(now, then)
        more = max(Fraction(0), added_ahead - added(self.legs))
        return worst + dec(self.growth(highest, lowest)) + dec(more)


def initial(now: Account, initial_margins: list[Fraction], newest: Model, ahead: Decimal, gap: Fraction) -> Decimal:
    """H_I of an account whose prices and weights are the same in both, without cross health."""
    models = (now.in_force, now.announced, newest)
    required = max(requirement(now.legs, initial_margins, model) for model in models)
    return min(counted(now.legs) - required, counted(now.legs) - (1 + dec(gap)) * ahead)
