"""The reference of perps against numbers that other venues published, where a formula is shared."""

import unittest
from decimal import Decimal
from fractions import Fraction

from . import funding, liquidation, perp_ledger, perp_liquidation, perp_waterfall
from .health import Health
from .liquidation import LiquidationRule
from .perp_health import PerpLeg
from .perp_ledger import FillRule, Position
from .real import PRICE_BITS
from .test_published import rounded

PRICE_ONE = 1 << PRICE_BITS
CENTS = 100


class Gmx(unittest.TestCase):
    def test_adaptive_funding_of_six_percent_skew_for_600_seconds(self):
        # 0.0001 % a second for each unit of skew: 6 % over 600 s add 0.0036 %; the decrease of 0.000002 % a second over 600 s is 0.0012 %.
        percent = Fraction(1, 100)
        rate, _ = funding.real_accrual(Fraction(0), Fraction(1, 10_000) * percent * Fraction(6, 100), percent, Fraction(600))
        self.assertEqual(rate, Fraction(36, 10_000) * percent)
        rate, _ = funding.real_accrual(rate, -Fraction(2, 10**6) * percent, percent, Fraction(600))
        self.assertEqual(rate, Fraction(24, 10_000) * percent)

    def test_price_impact_with_exponent_two(self):
        # factor·(d₀² − d₁²), factor 0.01/50,000: opening an imbalance of 50,000 costs 500, halving it brings 375.
        scale = 2_500_000
        self.assertEqual(perp_ledger.impact(50_000, PRICE_ONE, 0, scale), 500)
        self.assertEqual(perp_ledger.impact(-25_000, PRICE_ONE, 50_000, scale), 375)


class Synthetix(unittest.TestCase):
    def test_margins_with_skew_scale(self):
        # size 100, skewScale 10⁶, r 1, r_min 2 %, scalar 1/2, price 3,000; 50 of each are a least margin of the position.
        leg = PerpLeg(
            position=Position(100, 0, 0),
            mid=3_000 * PRICE_ONE,
            initial_price=3_000 * PRICE_ONE,
            maintenance_margin=Fraction(1, 100),
            initial_margin=Fraction(2, 100),
            size_margin_maintenance=Fraction(1, 2),
            size_margin_initial=Fraction(1),
            skew_scale=10**6,
        )
        self.assertEqual(leg.margin(leg.initial_margin, leg.size_margin_initial), Fraction("0.0201"))
        self.assertEqual(leg.initial_requirement(), 6_080 - 50)
        self.assertEqual(leg.maintenance_requirement(), 3_065 - 50)

    def test_fill_price_is_the_mean_of_the_skew_before_and_after(self):
        # BIP-free form of the same rule: from no skew, a tenth of the scale fills 5 % above the mid.
        rule = FillRule(skew_scale=10**6, fee=0, fee_reducing=0, insurance_share=0)
        self.assertEqual(perp_ledger.fill(10**5, 100 * PRICE_ONE, 0, rule).quote, -105 * 10**5)


class Drift(unittest.TestCase):
    def test_base_that_covers_a_shortage_of_ten_at_a_price_of_one_hundred(self):
        # math/liquidation/tests.rs: margin 10 %; no fee, 1 % to the liquidator, and 1 % more to the insurance.
        margin = Fraction(10, 100)
        for fees, base in (("0", Fraction(1)), ("0.01", Fraction(10, 9)), ("0.02", Fraction(5, 4))):
            value = perp_liquidation.target_value(Fraction(10), margin, Fraction(fees), Fraction(1))
            self.assertEqual(value / 100, base)


class Dydx(unittest.TestCase):
    mid = 50_000 * CENTS * PRICE_ONE
    mmf = Fraction(3, 100)

    def fillable_price(self, net_collateral: int) -> Decimal:
        """Mid less the bonus of a liquidation with slope 1.5·MMF, one base unit long."""
        required = self.mmf * 50_000
        rule = LiquidationRule(
            slope=Fraction(3, 2) * self.mmf,
            rate=Fraction(0),
            bonus_min=Fraction(0),
            bonus_max=Fraction(1),
            insurance_cut=Fraction(0),
            liquidation_buffer=Fraction(0),
            urgent_fraction=Fraction(1),
            dust=0,
        )
        equity = Fraction(net_collateral)
        before = Health(initial=equity, maintenance=equity - required, liquidation_end=equity, equity=equity)
        return rounded(50_000 * (1 - liquidation.urged_bonus(before, 0, rule)), 2)

    def test_fillable_prices(self):
        self.assertEqual(self.fillable_price(750), Decimal("48875.00"))
        self.assertEqual(self.fillable_price(0), Decimal("47750.00"))

    def test_bankruptcy_price(self):
        # With 750 left, the other side may gain 750 against mid before anything is lost: a loss of -750.
        quote = perp_waterfall.closing_quote(1, 0, self.mid, -750 * CENTS)
        self.assertEqual(-quote, 49_250 * CENTS)


if __name__ == "__main__":
    unittest.main()
