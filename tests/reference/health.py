"""Section 5 of docs/risk.md: what an account is worth after each leg's margin. All exact, in quote atoms."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Leg:
    """A deposit or a debt. Prices in quote atoms per atom; `initial_price` is the band's edge for this kind of leg."""

    is_deposit: bool
    amount: int
    mid: Fraction
    initial_price: Fraction
    maintenance_margin: Fraction
    initial_margin: Fraction
    collateral_weight_maintenance: Fraction
    collateral_weight_initial: Fraction

    def value(self) -> Fraction:
        """Amount at mid."""
        return self.amount * self.mid

    def maintenance_weight(self, margin_multiple: Fraction = Fraction(1)) -> Fraction:
        """The weight at `margin_multiple` times the maintenance margin."""
        return weight(self.is_deposit, self.maintenance_margin * margin_multiple, self.collateral_weight_maintenance)

    def initial_weight(self) -> Fraction:
        """The weight in initial margin."""
        return weight(self.is_deposit, self.initial_margin, self.collateral_weight_initial)

    def signed(self, magnitude: Fraction) -> Fraction:
        """`magnitude` with the leg's sign."""
        return magnitude if self.is_deposit else -magnitude


@dataclass(frozen=True)
class Health:
    """Three healths and the equity, in quote atoms."""

    initial: Fraction
    maintenance: Fraction
    liquidation_end: Fraction
    equity: Fraction


def weight(is_deposit: bool, margin, collateral_weight):
    """What a value of one counts for, or requires."""
    return max(0, 1 - margin) * collateral_weight if is_deposit else 1 + margin + margin * margin


def health(legs: list[Leg], liquidation_buffer: Fraction) -> Health:
    """The account's healths; liquidation end multiplies each maintenance margin by 1 + `liquidation_buffer`."""
    end = 1 + liquidation_buffer
    return Health(
        initial=sum((leg.signed(leg.amount * leg.initial_price * leg.initial_weight()) for leg in legs), Fraction(0)),
        maintenance=sum((leg.signed(leg.value() * leg.maintenance_weight()) for leg in legs), Fraction(0)),
        liquidation_end=sum((leg.signed(leg.value() * leg.maintenance_weight(end)) for leg in legs), Fraction(0)),
        equity=sum((leg.signed(leg.value()) for leg in legs), Fraction(0)),
    )
