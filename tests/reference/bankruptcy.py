"""Section 7 of docs/risk.md: a debt that nothing backs. All exact, in atoms of the debt's token."""

from dataclasses import dataclass
from fractions import Fraction

INDEX_FLOOR = Fraction(1, 1 << 32)


@dataclass(frozen=True)
class Resolution:
    """Who loses what, the deposit index after it, and whether the reserve is closed for deposits."""

    insurance_pays: int
    depositors_pay: int
    deposit_index: Fraction
    closed: bool


def resolve(debt: int, insurance: int, deposits: int, deposit_index: Fraction) -> Resolution:
    """Insurance first, then the reserve's depositors through their index, no lower than its floor.

    The debt is at most what insurance and `deposits`, which are above 0, can lose together.
    """
    insurance_pays = min(debt, insurance)
    depositors_pay = debt - insurance_pays
    index = deposit_index * (1 - Fraction(depositors_pay, deposits))
    return Resolution(
        insurance_pays=insurance_pays,
        depositors_pay=depositors_pay,
        deposit_index=max(index, INDEX_FLOOR),
        closed=index <= INDEX_FLOOR,
    )
