"""Section 10 of docs/risk.md: how much of a realised loss an account can pay, in exact numbers of atoms."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class QuoteWeights:
    """Of the quote reserve in maintenance health: the price of an atom, what a deposit's value counts and a debt's requires."""

    price: Fraction
    asset: Fraction
    debt: Fraction


def payable(deposit: int, balances_health: Fraction, weights: QuoteWeights) -> Fraction:
    """The deposit, then the debt that takes the rest of the health of the account's balances, its deposit gone."""
    left = max(Fraction(0), balances_health - deposit * weights.price * weights.asset)
    return deposit + left / (weights.price * weights.debt)
