"""Sections 14 and 15 of the reference: published numbers, closed forms and laws."""

import unittest
from decimal import Decimal
from fractions import Fraction

from . import liquidity
from .liquidity import ImpactRule, Profile
from .real import dec
from .test_published import rounded

DAY = ImpactRule(Fraction(1), Fraction(1), 86_400, Fraction(1, 20))
VOLUME = 10**12


class SquareRootLaw(unittest.TestCase):
    def test_basis_points_at_four_percent(self):
        seen = liquidity.impact(DAY, VOLUME, 0, 0)
        for part, points in {"0.001": "12.65", "0.01": "40.00", "0.05": "89.44", "0.1": "126.49"}.items():
            moved = seen.margin(Fraction(1, 25), Fraction(part) * VOLUME, False) - Decimal("0.04")
            self.assertEqual(rounded(10_000 * moved, 2), Decimal(points))

    def test_the_horizon_of_the_margin_cancels(self):
        hour = ImpactRule(Fraction(1), Fraction(3_691_510, 1_000_000), 3_600, Fraction(1, 20))
        seen = liquidity.impact(hour, VOLUME, 0, 0)
        margin = dec(Fraction(3_691_510, 1_000_000)) * Decimal("0.04") / Decimal(24).sqrt()
        self.assertEqual(rounded(10_000 * (seen.margin(margin, VOLUME // 100, False) - margin), 6), Decimal(40))

    def test_a_concentrated_share_is_the_least_size(self):
        seen = liquidity.impact(DAY, VOLUME, 4 * VOLUME, VOLUME)
        self.assertEqual(rounded(seen.multiple(1, True) ** 2, 12), Decimal("0.2"))
        self.assertEqual(rounded(seen.multiple(1, False) ** 2, 12), Decimal("0.05"))
        self.assertEqual(rounded(seen.multiple(VOLUME, False), 12), 1)
        self.assertEqual(seen.multiple(17 * VOLUME, True), 4)

    def test_a_larger_deposit_never_counts_for_less(self):
        seen = liquidity.impact(DAY, VOLUME, 0, 0)
        for percent in (1, 10, 20, 40, 90, 100):
            margin, counted = Fraction(percent, 100), Decimal(0)
            for step in range(1, 400):
                value = VOLUME * step // 10
                with_value = value * max(Decimal(0), 1 - seen.margin(margin, value, True))
                self.assertGreaterEqual(with_value, counted)
                counted = with_value


class Spread(unittest.TestCase):
    def test_bangia_and_others(self):
        # V = 100, sigma 2 %, z = 1.65, a spread of 1 %; and on a million 0.1 % and 1.96 deviations of 0.3 %
        constant = liquidity.charged_spread_ppm(Profile(0, 0, 10_000, 0), 0)
        self.assertEqual(100 * (Fraction(165, 100) * Fraction(2, 100) + Fraction(constant, 2_000_000)), Fraction("3.8"))
        varying = liquidity.charged_spread_ppm(Profile(0, 0, 1_000, 1_960), 0)
        self.assertEqual(Fraction(varying, 2), 3_440)


class Crowding(unittest.TestCase):
    def test_dydx_margin_of_open_interest(self):
        crowd = liquidity.crowding(1_234_567, 2_000_000, Fraction(1, 2))
        self.assertEqual(int(liquidity.crowded_margin(Fraction(1, 5), crowd) * 1_000_000), 387_653)
        crowd = liquidity.crowding(28_123_456_789_123, 60 * 10**12, Fraction(25, 60))
        self.assertEqual(rounded(500_000 * liquidity.crowded_margin(Fraction(1, 5), crowd), 0), 135_697)

    def test_from_start_to_cap(self):
        seen = [liquidity.crowding(interest, 100, Fraction(2, 5)) for interest in (0, 40, 70, 100, 150)]
        self.assertEqual(seen, [0, 0, Fraction(1, 2), 1, 1])


class Tide(unittest.TestCase):
    def test_nothing_moves_in_the_first_grace(self):
        seen = [liquidity.walked(1_000, 100, 1_000 + after) for after in (0, 100, 150, 200, 500)]
        self.assertEqual(seen, [0, 0, Fraction(1, 2), 1, 1])
        self.assertEqual(liquidity.walk(10, 20, Fraction(1, 4)), Fraction(25, 2))


class Volume(unittest.TestCase):
    def test_measured_volume_only_lowers(self):
        counted = [liquidity.counted_volume(1_000, measured, Fraction(2)) for measured in (0, 100, 400, 10_000)]
        self.assertEqual(counted, [250, 250, 800, 1_000])
        self.assertEqual(liquidity.counted_volume(1_000, 0, Fraction(0)), 1_000)


class Implied(unittest.TestCase):
    def test_a_year_of_volatility_in_a_day(self):
        self.assertEqual(rounded(dec(liquidity.implied_variance(Fraction(80))).sqrt(), 6), Decimal("0.041874"))


if __name__ == "__main__":
    unittest.main()
