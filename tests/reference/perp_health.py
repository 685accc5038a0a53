"""Section 10 of docs/risk.md: health of an account with perp positions. Profits and losses are whole atoms, the rest exact."""

from dataclasses import dataclass
from fractions import Fraction

from .health import Health, Leg
from .perp_ledger import Position, value_up
from .real import PRICE_BITS, scaled

ONE = Fraction(1)


@dataclass(frozen=True)
class PerpLeg:
    """A position that was just touched, with its market's terms. Prices are mantissas, margins ratios.

    `initial_price` is the edge at which the position's profit counts in initial margin.
    """

    position: Position
    mid: int
    initial_price: int
    maintenance_margin: Fraction
    initial_margin: Fraction
    size_margin_maintenance: Fraction
    size_margin_initial: Fraction
    skew_scale: int

    def notional(self) -> int:
        """|base| at mid, rounded up."""
        return value_up(abs(self.position.base), self.mid)

    def margin(self, margin: Fraction, size_margin: Fraction) -> Fraction:
        """The requirement as a part of the notional; a short pays for convexity too."""
        convexity = margin * margin if self.position.base < 0 else 0
        return margin + convexity + size_margin * Fraction(abs(self.position.base), self.skew_scale)

    def maintenance_part(self, margin_multiple: Fraction = ONE) -> Fraction:
        """The maintenance requirement's part of the notional at `margin_multiple` times the factor's margin."""
        return self.margin(self.maintenance_margin * margin_multiple, self.size_margin_maintenance)

    def maintenance_requirement(self, margin_multiple: Fraction = ONE) -> Fraction:
        """In quote units."""
        return self.maintenance_part(margin_multiple) * self.notional()

    def initial_requirement(self) -> Fraction:
        """A long's notional counts at mid, a short's at its edge."""
        price = self.mid if self.position.base >= 0 else self.initial_price
        part = self.margin(self.initial_margin, self.size_margin_initial)
        return part * value_up(abs(self.position.base), price)

    def maintenance_profit(self) -> int:
        """In full, at mid."""
        return self.position.profit(self.mid)

    def initial_profit(self, profit_weight: Fraction) -> int:
        """An unrealised gain counts `profit_weight`, rounded down."""
        unrealised = self.position.unrealised(self.initial_price)
        counted = int(unrealised * profit_weight) if unrealised > 0 else unrealised
        return counted + self.position.realised


@dataclass(frozen=True)
class QuoteReserve:
    """The account's balance in the quote reserve (atoms, a debt negative) and the reserve's terms."""

    balance: int
    mid: Fraction
    asset_initial: Fraction
    debt_initial: Fraction
    maintenance_margin: Fraction
    initial_margin: Fraction
    collateral_weight_maintenance: Fraction
    collateral_weight_initial: Fraction

    def leg(self, profit: int) -> Leg:
        """The leg of section 5 that balance and profit make together."""
        net = self.balance + profit
        return Leg(
            is_deposit=net >= 0,
            amount=abs(net),
            mid=self.mid,
            initial_price=self.asset_initial if net >= 0 else self.debt_initial,
            maintenance_margin=self.maintenance_margin,
            initial_margin=self.initial_margin,
            collateral_weight_maintenance=self.collateral_weight_maintenance,
            collateral_weight_initial=self.collateral_weight_initial,
        )

    def atom_cost(self, margin_multiple: Fraction = ONE) -> Fraction:
        """What an atom owed costs health, its price included, at `margin_multiple` times the maintenance margin."""
        margin = self.maintenance_margin * margin_multiple
        return self.mid * (1 + margin + margin * margin)


@dataclass(frozen=True)
class Account:
    """Legs in other reserves, the quote reserve, and perp positions."""

    legs: list[Leg]
    quote: QuoteReserve
    perps: list[PerpLeg]

    def maintenance_legs(self) -> list[Leg]:
        """All legs of section 5 once the profits at mid have joined the quote balance."""
        return [*self.legs, self.quote.leg(sum(perp.maintenance_profit() for perp in self.perps))]

    def initial_legs(self, profit_weight: Fraction) -> list[Leg]:
        """The same with the profits that count in initial margin."""
        return [*self.legs, self.quote.leg(sum(perp.initial_profit(profit_weight) for perp in self.perps))]


def signed_sum(legs: list[Leg], weighted) -> Fraction:
    """Σ of `weighted(leg)`, debts negative."""
    return sum((leg.signed(weighted(leg)) for leg in legs), Fraction(0))


def maintenance(account: Account, margin_multiple: Fraction = ONE) -> Fraction:
    """Maintenance health with every maintenance margin times `margin_multiple`."""
    value = signed_sum(account.maintenance_legs(), lambda leg: leg.value() * leg.maintenance_weight(margin_multiple))
    return value - sum(perp.maintenance_requirement(margin_multiple) for perp in account.perps)


def equity(account: Account) -> Fraction:
    """At mid, without margins."""
    return signed_sum(account.maintenance_legs(), Leg.value)


def health(account: Account, profit_weight: Fraction, liquidation_buffer: Fraction) -> Health:
    """The account's healths, in quote units."""
    initial = signed_sum(
        account.initial_legs(profit_weight), lambda leg: leg.amount * leg.initial_price * leg.initial_weight()
    )
    return Health(
        initial=initial - sum(perp.initial_requirement() for perp in account.perps),
        maintenance=maintenance(account),
        liquidation_end=maintenance(account, 1 + liquidation_buffer),
        equity=equity(account),
    )


def exposed(account: Account) -> Fraction:
    """All debts and the notional of all positions at mid, at the price of what a liquidation gives up: the quote token."""
    debts = sum((leg.value() for leg in account.maintenance_legs() if not leg.is_deposit), Fraction(0))
    return account.quote.mid * (debts + sum(perp.notional() for perp in account.perps))


def price_of(mantissa: int) -> Fraction:
    """Quote atoms per atom."""
    return scaled(mantissa, PRICE_BITS)
