"""The reference against numbers that others published, or that follow from a closed form of another kind."""

import unittest
from decimal import Decimal, localcontext
from fractions import Fraction

from . import correlation, interest, liquidation, metrics, real, stable_price, threshold, volatility
from .health import Health, Leg, health
from .real import SECONDS_PER_DAY, SECONDS_PER_YEAR, dec, half_life_decay, ln, normal_cdf, sqrt


def rounded(value, places: int) -> Decimal:
    """`value` to `places` decimal places."""
    return dec(value).quantize(Decimal(1).scaleb(-places))


class Volatility(unittest.TestCase):
    def test_hull_ewma_example_of_one_percent_and_two_percent(self):
        variance = volatility.ewma(Decimal("0.01") ** 2, Decimal("0.02") ** 2, Decimal("0.90"))
        self.assertEqual(variance, Decimal("0.00013"))
        self.assertEqual(rounded(sqrt(variance) * 100, 6), Decimal("1.140175"))

    def test_hull_ewma_problem_with_lambda_094(self):
        variance = volatility.ewma(Decimal("0.018") ** 2, Decimal("0.023") ** 2, Decimal("0.94"))
        self.assertEqual(variance, Decimal("0.00033630"))
        self.assertEqual(rounded(sqrt(variance) * 100, 4), Decimal("1.8338"))

    def test_riskmetrics_daily_lambda_has_a_half_life_of_11_days(self):
        half_life = -ln(2) / ln(Decimal("0.94"))
        self.assertEqual(rounded(half_life, 4), Decimal("11.2023"))
        five_minutes = half_life_decay(Fraction(300, SECONDS_PER_DAY), half_life)
        self.assertEqual(rounded(five_minutes, 10), Decimal("0.9997851779"))

    def test_parkinson_of_a_day_between_105_and_98(self):
        variance = volatility.parkinson_variance(ln(Fraction(105, 98)), 1)
        self.assertEqual(rounded(variance, 10), Decimal("0.0017168130"))


class Correlation(unittest.TestCase):
    def test_riskmetrics_covariance_path(self):
        matrix = [[Decimal("0.0016"), Decimal("0.0012")], [Decimal("0.0012"), Decimal("0.0025")]]
        path = [
            (("-0.05", "-0.08"), ("0.001654", "0.002734", "0.001368", "0.64330820")),
            (("0.02", "0.01"), ("0.00157876", "0.00257596", "0.00129792", "0.64360633")),
            (("-0.03", "0.01"), ("0.0015380344", "0.0024274024", "0.0012020448", "0.62210937")),
        ]
        for returns, (variance_a, variance_b, covariance, rho) in path:
            day_returns = [Decimal(value) for value in returns]
            matrix = correlation.fold(matrix, day_returns, SECONDS_PER_DAY, Decimal("0.94"))
            self.assertEqual(matrix[0][0], Decimal(variance_a))
            self.assertEqual(matrix[1][1], Decimal(variance_b))
            self.assertEqual(matrix[0][1], Decimal(covariance))
            self.assertEqual(rounded(correlation.correlation(covariance, variance_a, variance_b), 8), Decimal(rho))


def t4_tail(t) -> Decimal:
    """P(T > t) of Student's t with four degrees of freedom, in closed form."""
    unit = dec(t) / sqrt(4 + dec(t) ** 2)
    return Decimal("0.5") - unit * (3 - unit * unit) / 4


def t4_expected_shortfall(tail) -> Decimal:
    """Expected shortfall of a unit-variance t4 beyond the tail probability (McNeil, Frey and Embrechts)."""
    low, high = Decimal(0), Decimal(100)
    for _ in range(140):
        middle = (low + high) / 2
        low, high = (middle, high) if t4_tail(middle) > tail else (low, middle)
    density = Decimal("0.375") / sqrt((1 + low * low / 4) ** 5)
    return sqrt(Decimal("0.5")) * density / tail * (4 + low * low) / 3


class ExpectedShortfall(unittest.TestCase):
    def test_table_of_unit_variance_t4(self):
        table = {"0.05": "2.264771", "0.025": "2.823871", "0.01": "3.691510", "0.005": "4.472331", "0.001": "6.849191"}
        for tail, expected in table.items():
            self.assertEqual(rounded(t4_expected_shortfall(Decimal(tail)), 6), Decimal(expected))

    def test_quantitative_risk_management_table_of_daily_loss(self):
        daily_sigma = Decimal("0.2") * 10_000 / sqrt(250)
        table = {"0.05": "286.5", "0.025": "357.2", "0.01": "466.9", "0.005": "565.7"}
        for tail, expected in table.items():
            self.assertEqual(rounded(daily_sigma * t4_expected_shortfall(Decimal(tail)), 1), Decimal(expected))

    def test_margin_of_one_hour_scales_with_the_root_of_time(self):
        rule = threshold.MarginRule(
            variance_floor=Fraction(1, 100),
            variance_stress=Fraction(1, 100),
            stress_weight=Fraction(1, 4),
            expected_shortfall_multiple=Fraction(1),
            risk_period_seconds=3_600,
            costs=Fraction(0),
            margin_min=Fraction(0),
            margin_max=Fraction(1),
        )
        goal = threshold.goal([Fraction(1, 100)] * 3, rule)
        self.assertEqual(rounded(goal.expected_shortfall * 100, 5), Decimal("2.04124"))

    def test_exhaustible_buffer_of_a_calm_four_percent_is_five_percent(self):
        rule = threshold.MarginRule(
            variance_floor=Fraction(16, 10_000),
            variance_stress=Fraction(16, 10_000),
            stress_weight=Fraction(1, 4),
            expected_shortfall_multiple=Fraction(1),
            risk_period_seconds=SECONDS_PER_DAY,
            costs=Fraction(0),
            margin_min=Fraction(0),
            margin_max=Fraction(1),
        )
        self.assertEqual(threshold.goal([Fraction(16, 10_000)] * 3, rule).goal, Decimal("0.05"))


class StablePrice(unittest.TestCase):
    def follow(self, price: str, legs: list[tuple[int, int]]) -> list[Decimal]:
        """The stable price after each (hours, seconds between updates), from 1 with the oracle at `price`."""
        model = stable_price.StablePrice(1, 0)
        now, seen = 0, []
        for hours, every_seconds in legs:
            for _ in range(hours * 3_600 // every_seconds):
                now += every_seconds
                model.update(Decimal(price), now)
            seen.append(rounded(model.stable, 4))
        return seen

    def test_mango_jump_from_1_to_10_after_1_2_and_25_hours(self):
        # The published figures come from updates every 60 s, then every 10 s, then every 300 s.
        expected = [Decimal("1.7806"), Decimal("2.3089"), Decimal("7.4452")]
        self.assertEqual(self.follow("10", [(1, 60), (1, 10), (23, 300)]), expected)

    def test_mango_jump_from_1_to_half(self):
        self.assertEqual(self.follow("0.5", [(1, 60)]), [Decimal("0.5598")])


class Curve(unittest.TestCase):
    rule = interest.CurveRule(
        target=Fraction(9, 10),
        steepness=Fraction(4),
        speed_per_year=Fraction(50),
        rate_min=Fraction(1, 1_000) / SECONDS_PER_YEAR,
        rate_max=Fraction(2) / SECONDS_PER_YEAR,
    )
    four_percent = Fraction(4, 100) / SECONDS_PER_YEAR

    def percent_a_year(self, rate) -> Decimal:
        return rounded(dec(rate) * SECONDS_PER_YEAR * 100, 4)

    def test_morpho_instantaneous_rates(self):
        table = {"0": "1", "0.45": "2.5", "0.9": "4", "0.95": "10", "1": "16"}
        for used, percent in table.items():
            accrued = interest.accrue(Fraction(used), self.four_percent, 0, self.rule)
            self.assertEqual(self.percent_a_year(accrued.rate_now), Decimal(percent))
            self.assertEqual(self.percent_a_year(accrued.mean_rate), Decimal(percent))

    def test_morpho_adaptation_over_five_days(self):
        full = interest.accrue(Fraction(1), self.four_percent, 5 * SECONDS_PER_DAY, self.rule)
        self.assertEqual(self.percent_a_year(full.rate_at_target), Decimal("7.9345"))
        self.assertEqual(self.percent_a_year(full.mean_rate), Decimal("23.2019"))
        idle = interest.accrue(Fraction(0), self.four_percent, 5 * SECONDS_PER_DAY, self.rule)
        self.assertEqual(self.percent_a_year(idle.rate_at_target), Decimal("2.0165"))
        self.assertEqual(self.percent_a_year(idle.mean_rate), Decimal("0.7310"))


def leg(is_deposit: bool, amount: int, mid: str, margins: tuple[str, str], initial_price: str | None = None) -> Leg:
    """A leg with maintenance and initial margin and full collateral weight."""
    return Leg(
        is_deposit=is_deposit,
        amount=amount,
        mid=Fraction(mid),
        initial_price=Fraction(initial_price or mid),
        maintenance_margin=Fraction(margins[0]),
        initial_margin=Fraction(margins[1]),
        collateral_weight_maintenance=Fraction(1),
        collateral_weight_initial=Fraction(1),
    )


class Account(unittest.TestCase):
    worked_example = [
        leg(True, 10 * 10**9, "0.2", ("0.10", "0.125")),
        leg(False, 1_200 * 10**6, "1", ("0.01", "0.0125")),
    ]

    def test_worked_example_of_the_text(self):
        result = health(self.worked_example, Fraction(1, 10))
        self.assertEqual(result.maintenance, Fraction("587.88") * 10**6)
        self.assertEqual(result.initial, Fraction("534.8125") * 10**6)
        price = metrics.liquidation_price(self.worked_example, 0)
        self.assertEqual(rounded(price * 1_000, 2), Decimal("134.68"))
        self.assertEqual(rounded((1 - price / Fraction("0.2")) * 100, 2), Decimal("32.66"))

    def test_liquidate_to_target(self):
        # c = 100, q = 85, v = 0.8, i = 5 %, target 1.05: 44.047619 is repaid, leaving 53.75 against 40.952381.
        gain = Fraction("1.05") - Fraction("0.8") * Fraction("1.05")
        target = -(Fraction("0.8") * 100 - Fraction("1.05") * 85) / gain
        debt, collateral = Fraction(85), Fraction(100)
        repaid, limit = liquidation.repaid_value({"target": target, "debt": debt, "collateral": collateral}, debt, 0)
        self.assertEqual((rounded(repaid, 6), limit), (Decimal("44.047619"), "target"))
        self.assertEqual(rounded(collateral - repaid * Fraction("1.05"), 2), Decimal("53.75"))
        self.assertEqual(rounded(debt - repaid, 6), Decimal("40.952381"))

    def test_toxic_frontier_of_five_percent(self):
        # Warmuz et al. 2022: a step of bonus i lowers the loan-to-value only below 1/(1+i).
        self.assertEqual(rounded(1 / (1 + Fraction(5, 100)), 6), Decimal("0.952381"))
        self.assertEqual(liquidation.spiral_frontier(Fraction(1) / Fraction("1.05"), Fraction(1)), Fraction(5, 100))

    def test_urgent_compares_shortfall_with_requirement(self):
        rule = liquidation.LiquidationRule(
            slope=Fraction(1),
            rate=Fraction(0),
            bonus_min=Fraction(0),
            bonus_max=Fraction(0),
            insurance_cut=Fraction(0),
            liquidation_buffer=Fraction(0),
            urgent_fraction=Fraction(1, 2),
            dust=0,
        )
        none, equity = Fraction(0), Fraction(10)
        at_limit = Health(initial=none, maintenance=Fraction(-10), liquidation_end=none, equity=equity)
        beyond = Health(initial=none, maintenance=Fraction(-11), liquidation_end=none, equity=equity)
        self.assertFalse(liquidation.is_urgent(at_limit, rule))
        self.assertTrue(liquidation.is_urgent(beyond, rule))


class Probability(unittest.TestCase):
    def test_normal_distribution_at_known_quantiles(self):
        table = {"-1.644854": "0.05", "-1.959964": "0.025", "-2.326348": "0.01", "0": "0.5", "3.090232": "0.999"}
        for quantile, probability in table.items():
            self.assertEqual(rounded(normal_cdf(Decimal(quantile)), 6), Decimal(probability).quantize(Decimal("1e-6")))
        # Abramowitz and Stegun, table 26.2: -log10 Q(8) = 15.20614 and -log10 Q(20) = 88.56010.
        for z, exponent in {8: "15.20614", 20: "88.56010"}.items():
            self.assertEqual(rounded(-normal_cdf(-z).log10(), 5), Decimal(exponent))

    def test_series_and_continued_fraction_agree_where_they_meet(self):
        with localcontext() as context:
            context.prec = real.WORKING_DIGITS
            x = Decimal(real.SERIES_END)
            density = (-x * x / 2).exp() / (2 * real._pi()).sqrt()
            central = Decimal("0.5") - density * real._central_series(x)
            outer = density * real._mills_ratio(x)
            self.assertLess(abs(central / outer - 1), Decimal("1e-40"))

    def test_reflection_principle(self):
        one_sigma = metrics.touch_probability(1, SECONDS_PER_DAY)
        self.assertEqual(rounded(one_sigma, 9), Decimal("0.317310508"))
        self.assertEqual(metrics.touch_probability(2, 4 * SECONDS_PER_DAY), one_sigma)
        self.assertEqual(metrics.touch_probability(0, SECONDS_PER_DAY), 1)


if __name__ == "__main__":
    unittest.main()
