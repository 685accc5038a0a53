//! What the owner sees: liquidation price, distance, probability.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../impacts/mod.rs"]
mod impacts;
#[path = "../seeded/mod.rs"]
mod seeded;

mod perps;

use impacts::any_impact;
use plimsoll_risk::RiskError;
use plimsoll_risk::health::{CollateralWeights, CrossHealth, FactorTerms, asset_weight_down, debt_weight_up};
use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::metrics::{FactorExposure, MAX_DISTANCE, distance_down, touch_probability};
use plimsoll_risk::quantities::{Amount, DAY_SECONDS, Price, Ratio, Shares, SignedValue, Variance};
use proptest::prelude::*;
use seeded::seeded;

const INDEX_ONE: u64 = 1 << 48;

fn factor(mid: Price, maintenance: Ratio) -> FactorTerms {
    FactorTerms {
        mid,
        asset_initial: mid,
        debt_initial: mid,
        maintenance,
        initial: maintenance,
        impact: Impact::default(),
        impact_initial: Impact::default(),
    }
}

fn number(ratio: Ratio) -> f64 {
    ratio.to_bits() as f64 / 2f64.powi(32)
}

fn variance(deviation: f64) -> Variance {
    Variance::from_bits((deviation * deviation * 2f64.powi(96)) as u128)
}

#[test]
fn the_worked_examples_liquidation_price() {
    let sol = factor(Price::from_bits((0.2 * 2f64.powi(40)) as u64), Ratio::from_ppm_up(100_000));
    let usdc = factor(Price::from_bits(1 << 40), Ratio::from_ppm_up(10_000));
    let mut health = CrossHealth::default();
    health.add_deposit(Shares(10_000_000_000), INDEX_ONE, &sol, &CollateralWeights::FULL).unwrap();
    health.add_debt(Shares(1_200_000_000), INDEX_ONE, &usdc).unwrap();
    let mut exposure = FactorExposure::default();
    exposure.add_deposit(Amount(10_000_000_000), asset_weight_down(sol.maintenance, Ratio::ONE)).unwrap();
    let price = exposure.liquidation_price(health.maintenance, sol.mid).unwrap().unwrap();
    // quote atoms per lamport, times 1,000, are USDC per SOL
    let usd = price.to_bits() as f64 / 2f64.powi(40) * 1_000.0;
    assert!((usd - 134.68).abs() < 1e-6, "{usd}");
    assert!((1.0 - usd / 200.0 - 0.3266).abs() < 1e-6);
}

#[test]
fn some_accounts_have_no_liquidation_price() {
    let mid = Price::from_bits(1 << 40);
    let mut long = FactorExposure::default();
    long.add_deposit(Amount(1_000), Ratio::ONE).unwrap();
    assert_eq!(long.liquidation_price(SignedValue(1_500), mid), Ok(None), "others cover everything");
    let mut short = FactorExposure::default();
    short.add_debt(Amount(1_000), Ratio::ONE).unwrap();
    assert_eq!(short.liquidation_price(SignedValue(-1_500), mid), Ok(None), "unhealthy at any price");
    assert_eq!(FactorExposure::default().liquidation_price(SignedValue(5), mid), Ok(None), "not exposed");
    assert_eq!(short.liquidation_price(SignedValue(1 << 60), mid), Ok(None), "beyond the Book's prices");
    assert_eq!(short.liquidation_price(SignedValue(1_000), mid), Ok(Some(Price::from_bits(2 << 40))));
}

#[test]
fn distance_is_the_log_return_in_standard_deviations() {
    let at = |price: f64| Price::from_bits((price * 2f64.powi(40)) as u64);
    for (price, liquidation_price, deviation) in [(200.0, 134.68, 0.04), (1.0, 3.5, 0.1), (2.5e-6, 2.4e-6, 0.03)] {
        let found = number(distance_down(at(price), at(liquidation_price), variance(deviation)).unwrap());
        let expected = (price / liquidation_price).ln().abs() / deviation;
        assert!((found - expected).abs() < 1e-5 * expected.max(1.0), "{found} {expected}");
    }
    assert_eq!(distance_down(at(2.0), at(1.0), Variance::ZERO), Ok(MAX_DISTANCE));
    assert_eq!(distance_down(at(2.0), at(2.0), variance(0.1)), Ok(Ratio::ZERO));
    assert_eq!(distance_down(at(2.0), Price::ZERO, variance(0.1)), Err(RiskError::PriceNotPositive));
}

#[test]
fn touching_follows_the_normal_distributions_two_tails() {
    // 2·(1 − Φ(z)), from the table of section 5.3's quantiles and the usual ones
    for (sigmas, expected) in
        [(0.5, 0.617_075), (1.0, 0.317_311), (1.644_854, 0.1), (2.326_348, 0.02), (3.090_232, 0.002)]
    {
        let distance = Ratio::from_bits((sigmas * 2f64.powi(32)) as u64);
        let day = number(touch_probability(distance, DAY_SECONDS).unwrap());
        assert!((day - expected).abs() < 1e-6, "{sigmas}: {day}");
        let doubled = Ratio::from_bits(distance.to_bits() * 2);
        let four_days = number(touch_probability(doubled, 4 * DAY_SECONDS).unwrap());
        assert!((four_days - expected).abs() < 1e-6, "{sigmas}: {four_days}");
    }
    assert_eq!(touch_probability(Ratio::ZERO, 60), Ok(Ratio::ONE));
    assert_eq!(touch_probability(Ratio::ONE, 0), Ok(Ratio::ZERO));
    assert_eq!(touch_probability(Ratio::MAX, DAY_SECONDS), Ok(Ratio::ZERO));
}

proptest! {
    #![proptest_config(seeded(2048))]

    /// With the impact of the present size a deposit's liquidation price is met at or after it is shown (its impact falls with the price), a debt's
    /// at or before.
    #[test]
    fn impact_counts_at_the_present_size(impact in any_impact(), amount in 1u64 << 20..1 << 44, margin in 1u64 << 26..1 << 30, part in 1u64..1 << 32) {
        let mid = Price::from_bits(1 << 40);
        let terms = FactorTerms { impact, ..factor(mid, Ratio::from_bits(margin)) };
        let value = mid.value_up(Amount(amount)).unwrap();
        let margin_of = |side| impact.margin_up(terms.maintenance, value, side).unwrap();
        let at = |price, others: i128, is_debt: bool| {
            let (mut health, terms) = (CrossHealth::default(), FactorTerms { mid: price, ..terms });
            if is_debt {
                health.add_debt(Shares(amount), INDEX_ONE, &terms).unwrap();
            } else {
                health.add_deposit(Shares(amount), INDEX_ONE, &terms, &CollateralWeights::FULL).unwrap();
            }
            health.maintenance.0 + others
        };
        let slack = i128::from(value.0 >> 26) + 8;
        let (mut long, mut short) = (FactorExposure::default(), FactorExposure::default());
        long.add_deposit(Amount(amount), asset_weight_down(margin_of(LegSide::Long), Ratio::ONE)).unwrap();
        short.add_debt(Amount(amount), debt_weight_up(margin_of(LegSide::Short)).unwrap()).unwrap();
        let owed = -((i128::from(value.0) * i128::from(part)) >> 32);
        if let Some(price) = long.liquidation_price(SignedValue(at(mid, owed, false)), mid).unwrap().filter(|&price| price < mid) {
            prop_assert!(at(price, owed, false) >= -slack, "{price:?}");
        }
        let held = i128::from(value.0) * 2;
        if let Some(price) = short.liquidation_price(SignedValue(at(mid, held, true)), mid).unwrap().filter(|&price| price > mid) {
            prop_assert!(at(price, held, true) <= slack, "{price:?}");
        }
    }

    /// Maintenance health changes sign at the liquidation price, for longs and for shorts.
    #[test]
    fn health_changes_sign_at_the_liquidation_price(
        deposit in 0u64..1 << 44,
        debt in 0u64..1 << 44,
        others in -(1i128 << 50)..1i128 << 50,
        mid in (1u64 << 30)..1 << 46,
        margin in 0u64..1 << 31,
    ) {
        let (margin, mid) = (Ratio::from_bits(margin), Price::from_bits(mid));
        let mut exposure = FactorExposure::default();
        exposure.add_deposit(Amount(deposit), asset_weight_down(margin, Ratio::ONE)).unwrap();
        exposure.add_debt(Amount(debt), debt_weight_up(margin).unwrap()).unwrap();
        let maintenance = SignedValue(others + exposure.value_at(mid).unwrap());
        if let Some(price) = exposure.liquidation_price(maintenance, mid).unwrap() {
            let health_at = |bits: u64| others + exposure.value_at(Price::from_bits(bits)).unwrap();
            // two units of the last place on either side, and one atom of rounding in the value
            let (below, above) = (health_at(price.to_bits() - 2), health_at(price.to_bits() + 2));
            prop_assert!(below.min(above) <= 1 && below.max(above) >= -1, "{below} {above}");
        }
    }

    #[test]
    fn a_longer_horizon_or_a_shorter_distance_never_lowers_the_probability(
        near in 0u64..8 << 32, farther in 0u64..1 << 33, short in 1u64..1 << 24, longer in 0u64..1 << 24,
    ) {
        let probability = |distance, horizon| touch_probability(Ratio::from_bits(distance), horizon).unwrap().to_bits();
        // the approximation's own error, 1.5·10⁻⁷, may show between neighbours
        let slack = 1_300;
        prop_assert!(probability(near + farther, short) <= probability(near, short) + slack);
        prop_assert!(probability(near, short) <= probability(near, short + longer) + slack);
    }
}
