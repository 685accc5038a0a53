"""Portfolio margin against published numbers, and the laws of section 16 on the very inputs that the vectors hold."""

import unittest
from fractions import Fraction

from . import portfolio
from .cases.portfolio import healths, legs_of, model_of, ratios
from .cases.draw import Draw
from .portfolio import LIFT, Account, Leg, Model, Row
from .real import dec, sqrt

FAR_BELOW = Fraction(-(1 << 80))


def model(pairs: list[list[str]], shrinkage: str = "0", floor: str = "0", rows: tuple = ()) -> Model:
    """Of decimal texts."""
    matrix = [[Fraction(cell) for cell in row] for row in pairs]
    return Model(matrix, Fraction(shrinkage), Fraction(floor), list(rows))


class CorrelationMargin(unittest.TestCase):
    """IM = k·√(xᵀΣx) in closed form."""

    def reading(self, exposures: list[int], margins: list[Fraction], estimate: Model):
        """The largest reading without the lift of the diagonal, which only the estimate carries."""
        kinds = [Leg(factor, "long" if x > 0 else "short", abs(x)) for factor, x in enumerate(exposures)]
        nets = portfolio.netted(kinds, len(exposures))
        squares = sum((x * margin) ** 2 for x, margin in zip(exposures, margins))
        found = max(portfolio.forms(nets, margins, estimate))
        return sqrt(found - LIFT * squares * (1 - estimate.shrinkage))

    def test_a_hedge_at_five_correlations(self):
        k = Fraction("2.337803")
        margins = [k * Fraction("0.04"), k * Fraction("0.05")]
        for text, published in [("0", 149_692), ("0.5", 107_132), ("0.8", 70_134), ("0.95", 40_492), ("1", 23_378)]:
            found = self.reading([10**6, -(10**6)], margins, model([["1", text], [text, "1"]]))
            self.assertAlmostEqual(found, dec(published), delta=1)

    def test_shrinkage_toward_identity_and_all_ones(self):
        k = Fraction("2.727802")
        margins = [k * Fraction(sigma) for sigma in ("0.035", "0.045", "0.06")]
        exposures = [10**6, -600_000, -300_000]
        pairs = [["1", "0.85", "0.75"], ["0.85", "1", "0.70"], ["0.75", "0.70", "1"]]
        for shrinkage, published in [("0", "55024.57"), ("0.25", "80674.48"), ("0.5", "99945.19")]:
            found = self.reading(exposures, margins, model(pairs, shrinkage))
            self.assertAlmostEqual(found, dec(Fraction(published)), delta=dec(Fraction("0.01")))


class MinimumDelta(unittest.TestCase):
    def test_paradex_perp_against_calls(self):
        # (2 %·|net Δ| + 1 %·hedged Δ)·S: +1 perp, −5 calls of delta 0.3 at 70,000
        legs = [Leg(0, "long", 70_000), Leg(0, "debt", 105_000)]
        rows = (Row([Fraction(1)], Fraction(1, 2)), Row([Fraction(-1)], Fraction(1, 2)))
        found = portfolio.requirement(legs, [Fraction(2, 100)], model([["1"]], rows=rows))
        self.assertEqual(found, 1_400)


class Laws(unittest.TestCase):
    def test_initial_health_is_at_most_maintenance_health_between_the_ends_of_all_paths(self):
        draw = Draw(11)
        for case in healths(Draw(7)):
            legs = legs_of([leg | {name: int(leg[name]) for name in ("value", "size_margin")} for leg in case["legs"]])
            models = {name: self.real(fields) for name, fields in case["models"].items()}
            low, high = ([Fraction(int(text), 1 << 32) for text in case[name]] for name in ("lowest", "highest"))
            between = [least + (most - least) * draw.integer(0, 100) / 100 for least, most in zip(low, high)]
            walked = Fraction(int(case["walked"]), 1 << 32)
            walked += (1 - walked) * draw.integer(0, 100) / 100
            then = Account(legs, between, models["in_force"], models["announced"], walked).maintenance(FAR_BELOW)
            self.assertLessEqual(dec(Fraction(case["initial_expected"])), then + 1)

    def real(self, fields: dict) -> Model:
        return model_of(fields | {name: int(fields[name]) for name in ("shrinkage", "hedged_floor")})

    def test_the_highest_margins_alone_do_not_bound_the_way_there(self):
        legs = [Leg(0, "deposit", 8_000), Leg(1, "debt", 7_000)]
        together = model([["1", "1"], ["1", "1"]])
        on_the_way = portfolio.requirement(legs, ratios([5 << 28, 1 << 30]), together)
        highest = portfolio.requirement(legs, ratios([5 << 28, 5 << 28]), together)
        self.assertGreater(on_the_way, highest)


if __name__ == "__main__":
    unittest.main()
