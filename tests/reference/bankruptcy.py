"""Section 7 of docs/risk.md: a debt that nothing backs. All exact, in atoms of the debt's token."""

from dataclasses import dataclass

from .real import INDEX_BITS

INDEX_FLOOR = 1 << (INDEX_BITS - 32)


@dataclass(frozen=True)
class Resolution:
    """Who loses what, the deposit index's mantissa after it, and whether the reserve is closed for deposits."""

    insurance_pays: int
    depositors_pay: int
    deposit_index: int
    closed: bool


def deposits_up(deposit_shares: int, deposit_index: int) -> int:
    """What all depositors may claim together; the index as a mantissa."""
    return -(-deposit_shares * deposit_index >> INDEX_BITS)


def resolve(debt: int, insurance: int, deposit_shares: int, deposit_index: int) -> Resolution:
    """Insurance first, then the reserve's depositors through their index.

    The debt is at most what insurance and deposits, which are above 0, can lose together.
    """
    insurance_pays = min(debt, insurance)
    depositors_pay = debt - insurance_pays
    index = deposit_index
    if depositors_pay > 0:
        left = deposits_up(deposit_shares, deposit_index) - depositors_pay
        index = (left << INDEX_BITS) // deposit_shares
    return Resolution(insurance_pays, depositors_pay, index, closed=index < INDEX_FLOOR)
