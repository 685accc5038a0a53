//! Cross health: the worked examples of docs/risk.md and the laws of its sections 5 and 10.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../seeded/mod.rs"]
mod seeded;

mod perp_laws;
mod perps;

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{
    ADMITTED_LEG_LIMIT, CollateralWeights, CrossHealth, FactorTerms, LiquidationFactorTerms, LiquidationHealth,
    asset_weight_down, debt_weight_up,
};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::quantities::{Price, Ratio, Shares, SignedValue};
use proptest::prelude::*;
use seeded::seeded;

const INDEX_ONE: u64 = 1 << 48;

/// Quote atoms per atom, for tokens of `decimals` against a quote of six.
fn price(usd: f64, decimals: i32) -> Price {
    Price::from_bits((usd * 10f64.powi(6 - decimals) * 2f64.powi(40)).round() as u64)
}

fn factor(mid: Price, maintenance_ppm: u32, initial_ppm: u32) -> FactorTerms {
    FactorTerms {
        mid,
        asset_initial: mid,
        debt_initial: mid,
        maintenance: Ratio::from_ppm_up(maintenance_ppm),
        initial: Ratio::from_ppm_up(initial_ppm),
        impact: Impact::default(),
        impact_initial: Impact::default(),
    }
}

#[test]
fn the_worked_example_of_the_risk_model() {
    let mut health = CrossHealth::default();
    let sol = factor(price(200.0, 9), 100_000, 125_000);
    let usdc = factor(price(1.0, 6), 10_000, 12_500);
    health.add_deposit(Shares(10_000_000_000), INDEX_ONE, &sol, &CollateralWeights::FULL).unwrap();
    health.add_debt(Shares(1_200_000_000), INDEX_ONE, &usdc).unwrap();
    // 587.88 and 534.8125, less the atoms by which 10 % is not a multiple of 2⁻³² and prices not one of 2⁻⁴⁰
    assert!((587_880_000 - health.maintenance.0).abs() <= 3, "{:?}", health.maintenance);
    assert!((534_812_500 - health.initial.0).abs() <= 3, "{:?}", health.initial);
    assert!((800_000_000 - health.equity().0).abs() <= 2);
}

#[test]
fn weights_follow_the_formulas_at_their_edges() {
    let half = Ratio::from_bits(1 << 31);
    assert_eq!(asset_weight_down(Ratio::ZERO, Ratio::ONE), Ratio::ONE);
    assert_eq!(asset_weight_down(half, half), Ratio::from_bits(1 << 30));
    assert_eq!(asset_weight_down(Ratio::MAX, Ratio::ONE), Ratio::ZERO);
    assert_eq!(asset_weight_down(half, Ratio::MAX), half);
    assert_eq!(debt_weight_up(half), Ok(Ratio::from_bits(7 << 30)));
    assert_eq!(debt_weight_up(Ratio::ONE), Ok(Ratio::from_bits(3 << 32)));
    assert_eq!(debt_weight_up(Ratio::from_bits(2 << 32)), Ok(Ratio::from_bits(7 << 32)));
    assert_eq!(debt_weight_up(Ratio::MAX), Err(RiskError::Overflow));
}

#[test]
fn admission_needs_initial_health_and_legs_below_the_limit() {
    let quote = factor(Price::from_bits(1 << 40), 0, 0);
    let with = |deposit: u64, debt: u64| {
        let mut health = CrossHealth::default();
        health.add_deposit(Shares(deposit), INDEX_ONE, &quote, &CollateralWeights::FULL).unwrap();
        health.add_debt(Shares(debt), INDEX_ONE, &quote).unwrap();
        health.admit()
    };
    assert_eq!(with(100, 100), Ok(()));
    assert_eq!(with(100, 101), Err(RiskError::InitialHealthNegative));
    assert_eq!(with(ADMITTED_LEG_LIMIT.0 - 1, 1), Ok(()));
    assert_eq!(with(ADMITTED_LEG_LIMIT.0, 1), Err(RiskError::LegTooLarge));
}

#[test]
fn the_limit_counts_the_initial_price_too() {
    let mut quote = factor(Price::from_bits(1 << 40), 0, 0);
    quote.debt_initial = Price::from_bits(1 << 41);
    let mut health = CrossHealth::default();
    health.add_deposit(Shares(1), INDEX_ONE, &quote, &CollateralWeights::FULL).unwrap();
    health.add_debt(Shares(1 << 52), INDEX_ONE, &quote).unwrap();
    health.initial = SignedValue::ZERO;
    assert_eq!(health.admit(), Err(RiskError::LegTooLarge));
}

#[test]
fn who_owes_nothing_may_withdraw_from_the_largest_deposit() {
    let quote = factor(Price::from_bits(1 << 40), 0, 0);
    let mut health = CrossHealth::default();
    for shares in [ADMITTED_LEG_LIMIT.0, u64::MAX] {
        health.add_deposit(Shares(shares), INDEX_ONE, &quote, &CollateralWeights::FULL).unwrap();
        assert_eq!(health.admit(), Ok(()));
    }
    // the first atom of debt brings the limit back
    health.add_debt(Shares(1), INDEX_ONE, &quote).unwrap();
    assert_eq!(health.admit(), Err(RiskError::LegTooLarge));
}

/// INV-EVALUABLE.
#[test]
fn what_was_admitted_can_be_evaluated_at_prices_a_thousand_times_higher() {
    let mid = Price::from_bits(1 << 40);
    let higher = factor(Price::from_bits(mid.to_bits() << 10), 1_000_000, 1_000_000);
    let mut health = CrossHealth::default();
    for _ in 0..16 {
        let shares = Shares(ADMITTED_LEG_LIMIT.0 - 1);
        health.add_deposit(shares, INDEX_ONE, &higher, &CollateralWeights::FULL).unwrap();
        health.add_debt(shares, INDEX_ONE, &higher).unwrap();
    }
    assert_eq!(health.maintenance.0, -((48 * ((1i128 << 53) - 1)) << 10));
    assert!(health.equity().0 == 0);
}

#[test]
fn a_leg_that_cannot_be_counted_is_refused() {
    let dear = factor(Price::from_bits(Price::MAX_MANTISSA), 0, 0);
    let mut health = CrossHealth::default();
    let refused = health.add_deposit(Shares(u64::MAX), INDEX_ONE, &dear, &CollateralWeights::FULL);
    assert_eq!(refused, Err(RiskError::Overflow));
    assert_eq!(health.add_debt(Shares(1 << 63), INDEX_ONE * 3, &dear), Err(RiskError::Overflow));
}

prop_compose! {
    fn any_factor()(
        mid in Price::MIN_MANTISSA..Price::MAX_MANTISSA,
        half_width in 0u64..1 << 18,
        maintenance in 0u64..1 << 32,
        gap in 0u64..1 << 33,
    ) -> FactorTerms {
        FactorTerms {
            mid: Price::from_bits(mid),
            asset_initial: Price::from_bits(mid - half_width),
            debt_initial: Price::from_bits(mid + half_width),
            maintenance: Ratio::from_bits(maintenance),
            initial: Ratio::from_bits(maintenance + gap),
            impact: Impact::default(),
            impact_initial: Impact::default(),
        }
    }
}

fn deposit(shares: u64, terms: &FactorTerms, weight: u64) -> CrossHealth {
    let weights = CollateralWeights { initial: Ratio::from_bits(weight), maintenance: Ratio::from_bits(weight) };
    let mut health = CrossHealth::default();
    health.add_deposit(Shares(shares), INDEX_ONE + 12_345, terms, &weights).unwrap();
    health
}

fn debt(shares: u64, terms: &FactorTerms) -> CrossHealth {
    let mut health = CrossHealth::default();
    health.add_debt(Shares(shares), INDEX_ONE + 12_345, terms).unwrap();
    health
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// INV-LAW: initial health is at most maintenance health, and both at most equity.
    #[test]
    fn initial_is_below_maintenance_is_below_equity(terms in any_factor(), shares in 0u64..1 << 50, weight in 0u64..=1 << 32) {
        for health in [deposit(shares, &terms, weight), debt(shares, &terms)] {
            prop_assert!(health.initial <= health.maintenance);
            prop_assert!(health.maintenance <= health.equity());
        }
    }

    /// INV-LAW: a larger margin, a wider band and a lower collateral weight never raise a health.
    #[test]
    fn risk_never_raises_health(terms in any_factor(), shares in 0u64..1 << 50, extra in 1u64..1 << 18, weight in 0u64..1 << 32) {
        let riskier = FactorTerms {
            asset_initial: Price::from_bits(terms.asset_initial.to_bits() - extra),
            debt_initial: Price::from_bits(terms.debt_initial.to_bits() + extra),
            maintenance: Ratio::from_bits(terms.maintenance.to_bits() + extra),
            initial: Ratio::from_bits(terms.initial.to_bits() + extra),
            ..terms
        };
        for (calm, rough) in [
            (deposit(shares, &terms, weight), deposit(shares, &riskier, weight)),
            (deposit(shares, &terms, weight + 1), deposit(shares, &terms, weight)),
            (debt(shares, &terms), debt(shares, &riskier)),
        ] {
            prop_assert!(rough.initial <= calm.initial && rough.maintenance <= calm.maintenance);
        }
    }

    /// INV-LAW: a larger deposit never lowers a health, a larger debt never raises one.
    #[test]
    fn size_moves_health_in_one_direction(terms in any_factor(), shares in 0u64..1 << 50, more in 1u64..1 << 50, weight in 0u64..=1 << 32) {
        let (small, large) = (deposit(shares, &terms, weight), deposit(shares + more, &terms, weight));
        prop_assert!(small.initial <= large.initial && small.maintenance <= large.maintenance);
        let (small, large) = (debt(shares, &terms), debt(shares + more, &terms));
        prop_assert!(small.initial >= large.initial && small.maintenance >= large.maintenance);
    }

    /// The 64-bit halves of a weight's product are the exact product.
    #[test]
    fn an_asset_is_weighed_exactly(value: u64, weight in 0u64..=1 << 32) {
        let quote = LiquidationFactorTerms {
            asset_price: Price::from_bits(1 << 40),
            debt_price: Price::from_bits(1 << 40),
            maintenance: Ratio::ZERO,
            liquidation_end: Ratio::ONE,
            impact: Impact::default(),
        };
        let mut health = LiquidationHealth::default();
        health.add_deposit(Shares(value), INDEX_ONE, &quote, Ratio::from_bits(weight)).unwrap();
        prop_assert_eq!(health.maintenance.0, ((u128::from(value) * u128::from(weight)) >> 32) as i128);
        prop_assert_eq!(health.liquidation_end.0, 0);
    }

    /// A debt's weight is at least e^m up to a margin of one.
    #[test]
    fn a_debt_covers_the_exponential(margin in 0u64..=1 << 32) {
        let weight = debt_weight_up(Ratio::from_bits(margin)).unwrap().to_bits() as f64 / 2f64.powi(32);
        prop_assert!(weight >= (margin as f64 / 2f64.powi(32)).exp() - 1e-12);
    }
}
