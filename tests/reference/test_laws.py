"""Laws that docs/risk.md states of the model, on the very inputs that the vectors hold."""

import unittest
from fractions import Fraction

from . import interest, threshold
from .cases.draw import Draw
from .generate import FILES, LARGEST_FILE_BYTES, VECTORS, differences, rendered
from .real import SECONDS_PER_DAY, VARIANCE_BITS, dec, exp, half_life_decay, scaled


def cases(name: str) -> list[dict]:
    """The cases of a file, drawn anew."""
    return FILES[name](Draw(7))


class Vectors(unittest.TestCase):
    def test_drawing_twice_gives_the_same_bytes(self):
        for name in FILES:
            text = rendered(name)
            self.assertEqual(text, rendered(name))
            self.assertLessEqual(len(text), LARGEST_FILE_BYTES, name)

    def test_committed_files_are_what_the_reference_gives(self):
        self.assertEqual(differences(VECTORS), [])

    def test_every_file_has_at_least_a_hundred_cases_or_rows_of_many_steps(self):
        rows = {"prices_stable_path", "volatility_row", "threshold_walk", "perp_market"}
        for name in FILES.keys() - rows:
            self.assertGreaterEqual(len(cases(name)), 100, name)


class Influence(unittest.TestCase):
    def test_one_fold_multiplies_variance_by_no_more_than_its_bound(self):
        for case in cases("volatility_fold"):
            names = ("variance_fast", "variance_slow", "variance_floor")
            fast, slow, floor = (dec(scaled(int(case[name]), VARIANCE_BITS)) for name in names)
            decay = half_life_decay(case["seconds"], case["fast_half_life_seconds"])
            largest = decay * fast + (1 - decay) * 36 * max(slow, floor)
            self.assertLessEqual(dec(case["variance_fast_expected"]), largest * (1 + dec(10) ** -29))


class Path(unittest.TestCase):
    def test_initial_margin_covers_maintenance_margin_of_the_hour_ahead(self):
        draw = Draw(11)
        path = [Fraction(1, 10)] * 13
        gap = Fraction(1, 4)
        for _ in range(300):
            goal = Fraction(draw.integer(1, 50), 100)
            path = threshold.slide(path, draw.pick([1, 1, 2, 20]), goal, 300)
            initial = threshold.initial_margin(path, goal, Fraction(0), gap)
            self.assertTrue(all(initial >= (1 + gap) * point for point in path))

    def test_announced_points_keep_their_values(self):
        for case in cases("threshold_slide"):
            steps = case["fold_step"] - case["path_step"]
            kept = case["path"][steps:]
            self.assertEqual(case["path_after"][: len(kept)], kept[: len(case["path_after"])])

    def test_an_hour_of_folds_moves_the_far_end_by_no_more_than_two_percent_or_a_quarter_point(self):
        path = [Fraction(1, 10)] * 13
        for _ in range(12):
            path = threshold.slide(path, 1, Fraction(1, 2), 300)
        self.assertEqual(path[-1], Fraction(1, 10) + Fraction(25, 10_000))


class Liquidation(unittest.TestCase):
    def test_each_step_raises_maintenance_health(self):
        moved = [case for case in cases("liquidation_plan") if case["repaid_expected"] != "0"]
        self.assertGreater(len(moved), 100)
        for case in moved:
            self.assertGreater(dec(case["maintenance_after_expected"]), dec(case["maintenance_expected"]))

    def test_bonus_and_cut_never_exceed_the_equity_that_is_left(self):
        for case in cases("liquidation_plan"):
            equity, debt = dec(case["equity_expected"]), dec(case["repaid_expected"])
            given = (dec(case["bonus_expected"]) + dec(case["cut_expected"])) * debt
            if equity > 0 and debt > 0:
                self.assertLessEqual(given, equity * (1 + dec(10) ** -25))


class Weights(unittest.TestCase):
    def test_debt_weight_is_at_least_the_exponential_up_to_one(self):
        for percent in range(0, 101):
            margin = dec(Fraction(percent, 100))
            self.assertGreaterEqual(1 + margin + margin**2, exp(margin))


class Interest(unittest.TestCase):
    def test_growth_stays_below_the_exponential(self):
        for per_day in (Fraction(1, 10_000), Fraction(1, 100), Fraction(1)):
            rate = per_day / SECONDS_PER_DAY
            grown = interest.growth(rate, 10 * SECONDS_PER_DAY)
            self.assertLess(dec(grown), exp(10 * per_day) - 1)

    def test_interest_is_shared_out_and_no_more(self):
        for case in cases("interest_distribution"):
            to_deposits = dec(case["deposit_index_expected"]) - dec(int(case["deposit_index"])) / (1 << 96)
            spread = to_deposits * int(case["deposit_shares"])
            total = dec(case["interest_expected"])
            self.assertLessEqual(spread + dec(case["to_insurance_expected"]), total * (1 + dec(10) ** -9) + 1)


class Goal(unittest.TestCase):
    def test_goal_rises_with_each_variance(self):
        for case in cases("threshold_goal")[:40]:
            rule = threshold.MarginRule(
                variance_floor=Fraction(case["floor_volatility_ppm"], 1_000_000) ** 2,
                variance_stress=Fraction(case["stress_volatility_ppm"], 1_000_000) ** 2,
                stress_weight=Fraction(1, 4),
                expected_shortfall_multiple=Fraction(case["shortfall_multiple_ppm"], 1_000_000),
                risk_period_seconds=3_600,
                costs=Fraction(5, 100),
                margin_min=Fraction(1, 100),
                margin_max=Fraction(9, 10),
            )
            variance = scaled(int(case["variance_fast"]), VARIANCE_BITS)
            lower, higher = (threshold.goal([v, Fraction(0), Fraction(0)], rule).goal for v in (variance, 2 * variance))
            self.assertLessEqual(lower, higher)


if __name__ == "__main__":
    unittest.main()
