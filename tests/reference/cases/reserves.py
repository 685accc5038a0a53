"""Cases for bankruptcy, the interest curve, its distribution, and shares."""

from .. import bankruptcy, interest
from ..interest import CurveRule, Ledger
from ..real import INDEX_BITS, RATE_BITS, RATIO_BITS, printed, scaled
from .draw import Draw, rate_bits, ratio_bits

INDEX_ONE = 1 << INDEX_BITS
DAY = 86_400
YEAR = 365 * DAY

BANKRUPTCIES = [
    (1, 0, 10**12),
    (1, 1, 10**12),
    (10**9, 0, 10**12),
    (10**9, 1, 10**12),
    (10**9, 10**9 - 1, 10**12),
    (10**9, 10**9, 10**12),
    (10**9, 10**9 + 1, 10**12),
    (10**12, 0, 10**12),
    (10**12 - 1, 0, 10**12),
    (10**12, 5 * 10**11, 10**12),
    (1, 0, 1),
    ((1 << 63) - 1, 0, (1 << 63) - 1),
]


def bankruptcies(draw: Draw) -> list[dict]:
    """Insurance empty, partial and full; losses from an atom to everything that depositors have."""
    cases = [_bankruptcy_case(*case, INDEX_ONE) for case in BANKRUPTCIES]
    cases.append(_bankruptcy_case(465, 0, 10**12, INDEX_ONE >> 31))
    cases.append(_bankruptcy_case(233, 0, 10**12, INDEX_ONE >> 31))
    while len(cases) < 150:
        shares, index = draw.magnitude(1 << 10, 1 << 55), draw.magnitude(INDEX_ONE >> 8, INDEX_ONE << 4)
        debt = draw.magnitude(1, bankruptcy.deposits_up(shares, index))
        insurance = draw.pick([0, debt // 3, debt - 1, debt, 2 * debt])
        cases.append(_bankruptcy_case(debt, insurance, shares, index))
    return cases


def _bankruptcy_case(debt: int, insurance: int, deposit_shares: int, index: int) -> dict:
    seen = bankruptcy.resolve(debt, insurance, deposit_shares, index)
    return {
        "debt": str(debt),
        "insurance": str(insurance),
        "deposit_shares": str(deposit_shares),
        "deposit_index": str(index),
        "insurance_pays": str(seen.insurance_pays),
        "depositors_pay": str(seen.depositors_pay),
        "deposit_index_after": str(seen.deposit_index),
        "closed": seen.closed,
    }


CURVE = {
    "target": ratio_bits("0.9"),
    "steepness": ratio_bits("4"),
    "speed_per_year": ratio_bits("50"),
    "rate_min": rate_bits("0.001"),
    "rate_max": rate_bits("2"),
}
GAPS = [0, 1, 60, 3_600, DAY, 5 * DAY, 30 * DAY, YEAR]
USES = [(0, 0), (0, 10**12), (45, 100), (899, 1_000), (9, 10), (901, 1_000), (95, 100), (1, 1), (11, 10), (5, 0)]


def curves(draw: Draw) -> list[dict]:
    """Utilisation at zero, at the target, at one and over it; both bounds of the rate; gaps up to a year."""
    cases = [_curve_case(*use, rate_bits("0.04"), gap) for use in USES for gap in GAPS]
    for rate in ("0.001", "2"):
        cases += [_curve_case(*use, rate_bits(rate), gap) for use in ((0, 1), (1, 1)) for gap in (0, DAY, YEAR)]
    while len(cases) < 220:
        deposits = draw.magnitude(1, 1 << 60)
        debts = deposits * draw.integer(0, 1_000_000) // 1_000_000
        rate = draw.integer(CURVE["rate_min"], rate_bits(draw.pick(["0.01", "0.2", "2"])))
        cases.append(_curve_case(debts, deposits, rate, draw.integer(0, draw.pick(GAPS))))
    return cases


def _curve_case(debts: int, deposits: int, rate_at_target: int, seconds: int) -> dict:
    rates = {"rate_min", "rate_max"}
    rule = CurveRule(**{n: scaled(v, RATE_BITS if n in rates else RATIO_BITS) for n, v in CURVE.items()})
    seen = interest.accrue(interest.utilisation(debts, deposits), scaled(rate_at_target, RATE_BITS), seconds, rule)
    names = ["error", "rate_now", "rate_at_target", "mean_rate", "growth"]
    return (
        {"debts": str(debts), "deposits": str(deposits), "rate_at_target": str(rate_at_target), "seconds": seconds}
        | {name: str(value) for name, value in CURVE.items()}
        | {f"{name}_expected": printed(getattr(seen, name)) for name in names}
    )


def distributions(draw: Draw) -> list[dict]:
    """Empty and tiny reserves, no and full protocol share, long gaps."""
    usual = (10**12, INDEX_ONE, 2 * 10**12, INDEX_ONE)
    cases = [_distribution_case(usual, rate_bits("0.04"), gap, ratio_bits("0.1")) for gap in GAPS]
    cases += [_distribution_case(usual, rate_bits("0.04"), DAY, share) for share in (0, 1, 1 << RATIO_BITS)]
    for shares in ((0, 0), (0, 10**9), (1, 1), (1, 10**6), (10**6, 10**6)):
        ledger = (shares[0], INDEX_ONE, shares[1], INDEX_ONE)
        cases.append(_distribution_case(ledger, rate_bits("0.16"), DAY, ratio_bits("0.1")))
    while len(cases) < 150:
        deposit_shares = draw.magnitude(1, 1 << 58)
        debt_index, deposit_index = (draw.magnitude(INDEX_ONE, INDEX_ONE << 4) for _ in range(2))
        debt_shares = min(deposit_shares, deposit_shares * deposit_index // debt_index) * draw.integer(0, 100) // 100
        ledger = (debt_shares, debt_index, deposit_shares, deposit_index)
        rate = draw.integer(0, rate_bits(draw.pick(["0.05", "0.5", "8"])))
        gap, share = draw.integer(0, draw.pick(GAPS)), draw.integer(0, 1 << RATIO_BITS)
        cases.append(_distribution_case(ledger, rate, gap, share))
    return cases


def _distribution_case(ledger: tuple[int, int, int, int], rate: int, seconds: int, share: int) -> dict:
    debt_shares, debt_index, deposit_shares, deposit_index = ledger
    growth = interest.growth(scaled(rate, RATE_BITS), seconds)
    indices = [scaled(index, INDEX_BITS) for index in (debt_index, deposit_index)]
    seen = interest.distribute(
        Ledger(debt_shares, indices[0], deposit_shares, indices[1]), growth, scaled(share, RATIO_BITS)
    )
    return {
        "debt_shares": str(debt_shares),
        "debt_index": str(debt_index),
        "deposit_shares": str(deposit_shares),
        "deposit_index": str(deposit_index),
        "mean_rate": str(rate),
        "seconds": seconds,
        "protocol_share": str(share),
        "growth_expected": printed(growth),
        "debt_index_expected": printed(seen.debt_index),
        "interest_expected": printed(seen.interest),
        "to_insurance_expected": printed(seen.to_insurance),
        "deposit_index_expected": printed(seen.deposit_index),
    }


def shares(draw: Draw) -> list[dict]:
    """Amounts to shares and back, both roundings, exact to the atom."""
    near_one = (INDEX_ONE, INDEX_ONE + 1, INDEX_ONE - 1)
    pairs = [(amount, index) for amount in (0, 1, 2, 10**9, 1 << 60) for index in near_one]
    pairs += [(3, INDEX_ONE * 2), (4, INDEX_ONE * 2), (7, INDEX_ONE // 2)]
    while len(pairs) < 200:
        pairs.append((draw.magnitude(1, 1 << 56), draw.magnitude(INDEX_ONE >> 6, INDEX_ONE << 6)))
    cases = []
    for count, index in pairs:
        in_shares, in_atoms = count * INDEX_ONE, count * index
        cases.append(
            {
                "count": str(count),
                "index": str(index),
                "atoms_to_shares_down": str(in_shares // index),
                "atoms_to_shares_up": str(-(-in_shares // index)),
                "shares_to_atoms_down": str(in_atoms // INDEX_ONE),
                "shares_to_atoms_up": str(-(-in_atoms // INDEX_ONE)),
            }
        )
    return cases
