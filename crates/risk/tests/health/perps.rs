//! Perp positions in cross health: margins, the profit with the quote balance, the haircut, admission.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{
    ADMITTED_LEG_LIMIT, CollateralWeights, CrossHealth, FactorTerms, LiquidationHealth, QuoteBalance,
};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms, position_margin_up, size_margin_up};
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount};

use crate::{factor, price};

pub(crate) const START: Sides<SideIndices> = Sides { long: SideIndices::START, short: SideIndices::START };

pub(crate) fn perp_terms(mid: Price, maintenance_ppm: u32, initial_ppm: u32) -> PerpTerms {
    PerpTerms {
        mid,
        long_initial: mid,
        short_initial: mid,
        maintenance: Ratio::from_ppm_up(maintenance_ppm),
        initial: Ratio::from_ppm_up(initial_ppm),
        size_maintenance: 0,
        size_initial: 0,
        profit_weight: Ratio::from_ppm_down(500_000),
        impact: Impact::default(),
        impact_initial: Impact::default(),
    }
}

pub(crate) fn position(base: i64, entry: i64, realised: i64) -> PerpPosition {
    PerpPosition {
        base: SignedAmount(base),
        entry: SignedAmount(entry),
        realised: SignedAmount(realised),
        ..PerpPosition::default()
    }
}

/// A position bought or sold at a price: nothing is gained yet.
pub(crate) fn even(base: i64, at: Price) -> PerpPosition {
    let size = Amount(base.unsigned_abs());
    let value = if base < 0 { at.value_up(size) } else { at.value_down(size) };
    position(base, -base.signum() * value.unwrap().0 as i64, 0)
}

pub(crate) fn balance(atoms: i64) -> QuoteBalance {
    let amount = Amount(atoms.unsigned_abs());
    if atoms < 0 {
        QuoteBalance { debt: amount, ..QuoteBalance::default() }
    } else {
        QuoteBalance { deposit: amount, ..QuoteBalance::default() }
    }
}

pub(crate) fn usdc() -> FactorTerms {
    factor(price(1.0, 6), 10_000, 12_500)
}

/// The health of a quote balance and positions of markets with the same terms.
pub(crate) fn health_of(
    positions: &[PerpPosition],
    terms: &PerpTerms,
    sides: &Sides<SideIndices>,
    quote: i64,
) -> CrossHealth {
    let mut health = CrossHealth::default();
    for position in positions {
        health.add_perp(position, sides, terms).unwrap();
    }
    health.add_quote(&balance(quote), &usdc(), &CollateralWeights::FULL).unwrap();
    health
}

#[test]
fn the_perps_worked_example_of_the_risk_model() {
    let terms = PerpTerms {
        // 10 of a skew scale of 10,000 SOL, 0.1 %: a size margin of one over 10¹³ lamports, with 96 fractional bits
        size_maintenance: ((1u128 << 96) / 10_000_000_000_000) as u64,
        size_initial: ((1u128 << 96) / 10_000_000_000_000) as u64,
        ..perp_terms(price(210.0, 9), 100_000, 125_000)
    };
    let bought_at_200 = position(10_000_000_000, -2_000_000_000, 0);
    let health = health_of(&[bought_at_200], &terms, &START, 1_000_000_000);
    assert!((876_900_000 - health.maintenance.0).abs() <= 4, "{:?}", health.maintenance);
    assert!((772_275_000 - health.initial.0).abs() <= 4, "{:?}", health.initial);
    assert!((1_100_000_000 - health.equity().0).abs() <= 2, "{:?}", health.equity());
}

#[test]
fn the_published_margin_with_size() {
    // Synthetix v3: 100 of a skew scale of 10⁶, r = 1, r_min = 2 %: 2.01 %, and 6,030 of 300,000
    let size_margin = size_margin_up(Amount(100_000_000), ((1u128 << 96) / 1_000_000_000_000) as u64).unwrap();
    let margin = position_margin_up(false, Ratio::from_ppm_up(20_000), size_margin).unwrap();
    assert!(margin.to_bits().abs_diff(Ratio::from_ppm_up(20_100).to_bits()) <= 2, "{margin:?}");
    let terms = PerpTerms {
        size_maintenance: ((1u128 << 96) / 1_000_000_000_000) as u64,
        ..perp_terms(price(3_000.0, 6), 20_000, 20_000)
    };
    let mut health = CrossHealth::default();
    health.add_perp(&even(100_000_000, terms.mid), &START, &terms).unwrap();
    assert!((6_030_000_000 + health.maintenance.0).abs() <= 300, "{:?}", health.maintenance);
}

#[test]
fn a_position_makes_the_limit_count_without_a_debt() {
    let one = perp_terms(Price::from_bits(1 << 40), 0, 0);
    let half = (ADMITTED_LEG_LIMIT.0 / 2) as i64;
    let admit = |sizes: &[i64], quote: i64| {
        let positions: Vec<_> = sizes.iter().map(|&base| even(base, one.mid)).collect();
        let mut health = CrossHealth::default();
        for position in &positions {
            health.add_perp(position, &START, &one).unwrap();
        }
        let terms = factor(Price::from_bits(1 << 40), 0, 0);
        health.add_quote(&balance(quote), &terms, &CollateralWeights::FULL).unwrap();
        health.admit()
    };
    assert_eq!(admit(&[2 * half - 1], 10), Ok(()));
    assert_eq!(admit(&[half, 1 - half], 10), Ok(()));
    assert_eq!(admit(&[half, -half], 10), Err(RiskError::LegTooLarge), "the sum of the sizes");
    assert_eq!(admit(&[1], 2 * half), Err(RiskError::LegTooLarge), "the quote leg");
    assert_eq!(admit(&[], 2 * half), Ok(()));
    assert_eq!(admit(&[1], -1), Err(RiskError::InitialHealthNegative));
}

/// INV-EVALUABLE.
#[test]
fn admitted_positions_can_be_evaluated_at_prices_a_thousand_times_higher() {
    let mid = Price::from_bits(1 << 40);
    let size = (ADMITTED_LEG_LIMIT.0 / 8) as i64 - 1;
    let legs = ADMITTED_LEG_LIMIT.0 as i64 - 1;
    let higher = perp_terms(Price::from_bits(mid.to_bits() << 10), 1_000_000, 1_000_000);
    for base in [size, -size] {
        let health = health_of(&[even(base, mid); 8], &higher, &START, base.signum() * legs);
        assert!(health.maintenance.0 < 0, "a margin of one takes more than everything");
    }
    let gained = health_of(&[even(size, mid); 8], &higher, &START, legs);
    assert_eq!(gained.equity().0, i128::from(legs) + 8 * i128::from(size) * 1_023);
}

#[test]
fn a_size_that_cannot_be_counted_is_refused() {
    let dear = perp_terms(Price::from_bits(Price::MAX_MANTISSA), 0, 0);
    let mut health = CrossHealth::default();
    assert_eq!(health.add_perp(&position(1 << 50, 0, 0), &START, &dear), Err(RiskError::Overflow));
    // exactly 2⁶³ quote atoms
    assert_eq!(health.add_perp(&position(-(1 << 50), 0, 0), &START, &dear), Err(RiskError::Overflow));
    assert_eq!(health.add_perp(&position((1 << 50) - 1, 0, 0), &START, &dear), Ok(()));
    let mut sizeable = perp_terms(Price::from_bits(1 << 40), 0, 0);
    sizeable.size_maintenance = u64::MAX;
    assert_eq!(health.add_perp(&position(1 << 62, 0, 0), &START, &sizeable), Ok(()), "a margin of 2³⁰");
    let all_profit = QuoteBalance { deposit: Amount(u64::MAX), debt: Amount(0) };
    assert_eq!(health.add_quote(&all_profit, &usdc(), &CollateralWeights::FULL), Err(RiskError::Overflow));
}

#[test]
fn a_stale_leg_counts_at_the_edge_that_favours_the_account() {
    let terms = PerpLiquidationTerms {
        long_price: Price::from_bits(3 << 40),
        short_price: Price::from_bits(1 << 40),
        maintenance: Ratio::ZERO,
        liquidation_end: Ratio::ZERO,
        size_maintenance: 0,
        impact: Impact::default(),
    };
    let profit = |base: i64| {
        let mut health = LiquidationHealth::default();
        health.add_perp(&position(base, -2 * base, 0), &START, &terms).unwrap();
        (health.profit, health.perp_sizes)
    };
    assert_eq!(profit(1_000), (1_000, 3_000));
    assert_eq!(profit(-1_000), (1_000, 1_000));
}

#[test]
fn a_loans_liquidation_may_exchange_what_the_net_leaves_of_a_balance() {
    let of = |atoms: i64, profit: i128| {
        let left = balance(atoms).exchangeable(profit);
        (left.deposit.0, left.debt.0)
    };
    assert_eq!(of(100, 50), (100, 0));
    assert_eq!(of(100, -30), (70, 0));
    assert_eq!(of(100, -100), (0, 0));
    assert_eq!(of(100, -101), (0, 0), "the net is a debt, the balance none");
    assert_eq!(of(-100, -50), (0, 100));
    assert_eq!(of(-100, 30), (0, 70));
    assert_eq!(of(-100, 200), (0, 0));
    assert_eq!(of(-100, -i128::from(i64::MAX) * 4), (0, 100));
}
