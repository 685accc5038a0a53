//! Health with impact: the laws of section 5 where a leg's own size is part of its margin.

use plimsoll_risk::health::{
    CollateralWeights, CrossHealth, FactorTerms, LiquidationFactorTerms, LiquidationHealth, QuoteBalance,
};
use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms};
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedAmount, SignedValue, Value};
use proptest::prelude::*;

use crate::impacts::{any_impact, some_impact};
use crate::seeded::seeded;

const INDEX_ONE: u64 = 1 << 48;
const START: Sides<SideIndices> = Sides { long: SideIndices::START, short: SideIndices::START };

prop_compose! {
    fn any_factor()(
        mid in (1u64 << 30)..1 << 50,
        half_width in 0u64..1 << 29,
        maintenance in 0u64..=1 << 32,
        gap in 0u64..1 << 32,
        impact in any_impact(),
        worse in any_impact(),
    ) -> FactorTerms {
        FactorTerms {
            mid: Price::from_bits(mid),
            asset_initial: Price::from_bits(mid - half_width),
            debt_initial: Price::from_bits(mid + half_width),
            maintenance: Ratio::from_bits(maintenance),
            initial: Ratio::from_bits(maintenance + gap),
            impact,
            impact_initial: impact.worst(&worse),
        }
    }
}

const fn at_end(terms: &FactorTerms) -> LiquidationFactorTerms {
    LiquidationFactorTerms {
        asset_price: terms.mid,
        debt_price: terms.mid,
        maintenance: terms.maintenance,
        liquidation_end: terms.initial,
        impact: terms.impact,
    }
}

const fn perp(terms: &FactorTerms) -> PerpTerms {
    PerpTerms {
        mid: terms.mid,
        long_initial: terms.asset_initial,
        short_initial: terms.debt_initial,
        maintenance: terms.maintenance,
        initial: terms.initial,
        size_maintenance: 1 << 40,
        size_initial: 1 << 40,
        profit_weight: Ratio::ONE,
        impact: terms.impact,
        impact_initial: terms.impact_initial,
    }
}

fn deposit(amount: u64, terms: &FactorTerms, weight: u64) -> CrossHealth {
    let weights = CollateralWeights { initial: Ratio::from_bits(weight), maintenance: Ratio::from_bits(weight) };
    let mut health = CrossHealth::default();
    health.add_deposit(Shares(amount), INDEX_ONE, terms, &weights).unwrap();
    health
}

fn debt(amount: u64, terms: &FactorTerms) -> CrossHealth {
    let mut health = CrossHealth::default();
    health.add_debt(Shares(amount), INDEX_ONE, terms).unwrap();
    health
}

/// A position without profit at mid.
fn position(base: i64, terms: &FactorTerms) -> CrossHealth {
    let value = terms.mid.value_up(Amount(base.unsigned_abs())).unwrap().0 as i64;
    let held = PerpPosition {
        base: SignedAmount(base),
        entry: SignedAmount(-base.signum() * value),
        ..PerpPosition::default()
    };
    let mut health = CrossHealth::default();
    health.add_perp(&held, &START, &perp(terms)).unwrap();
    health
}

/// The margin is rounded up by a few units of 2⁻³², on all of the leg.
fn rounding(amount: u64, terms: &FactorTerms) -> i128 {
    i128::from(terms.debt_initial.value_up(Amount(amount)).unwrap().0 >> 27) + 4
}

fn is_at_most(lower: SignedValue, higher: SignedValue, slack: i128) -> bool {
    lower.0 <= higher.0 + slack
}

#[test]
fn a_leg_carries_the_margin_of_its_size() {
    // 10 % and a multiple of one: 20 %; a multiple of 1/2 for the other side
    let impact = Impact { unit: 1 << 40, concentrated_long: Ratio::ONE, concentrated_short: Ratio::from_bits(1 << 31) };
    let (mid, margin) = (Price::from_bits(1 << 40), Ratio::from_ppm_up(100_000));
    let terms = FactorTerms {
        mid,
        asset_initial: mid,
        debt_initial: mid,
        maintenance: margin,
        initial: Ratio::from_ppm_up(125_000),
        impact,
        impact_initial: impact,
    };
    let near =
        |found: SignedValue, expected: f64| assert!((found.0 as f64 - expected).abs() < 4.0, "{found:?} {expected}");
    near(deposit(1_000_000, &terms, 1 << 32).maintenance, 1e6 * 0.8);
    near(deposit(1_000_000, &terms, 1 << 32).initial, 1e6 * 0.75);
    near(debt(1_000_000, &terms).maintenance, -1e6 * (1.0 + 0.15 + 0.15 * 0.15));
    let mut ending = LiquidationHealth::default();
    ending.add_debt(Shares(1_000_000), INDEX_ONE, &at_end(&terms)).unwrap();
    near(ending.liquidation_end, -1e6 * (1.0 + 0.1875 + 0.1875 * 0.1875));
    near(position(1_000_000, &terms).maintenance, -1e6 * 0.2);
    near(position(-1_000_000, &terms).maintenance, -1e6 * (0.15 + 0.15 * 0.15));
}

#[test]
fn a_netted_quote_balance_is_one_leg_of_its_sign() {
    // the root binds: 1 % and √v/2²⁴, for a net of 2⁴⁰: a multiple of 1/16
    let impact = Impact { unit: 1 << 40, ..Impact::default() };
    let mid = Price::from_bits(1 << 40);
    let terms = FactorTerms {
        mid,
        asset_initial: mid,
        debt_initial: mid,
        maintenance: Ratio::from_bits(1 << 28),
        initial: Ratio::from_bits(1 << 28),
        impact,
        impact_initial: impact,
    };
    let margin = (1.0 + 1.0 / 16.0) / 16.0;
    for (profit, expected) in [(-(3i64 << 40), -(1.0 + margin + margin * margin)), (-(1 << 40), 1.0 - margin)] {
        let mut health = CrossHealth::default();
        let lost = PerpPosition { realised: SignedAmount(profit), ..PerpPosition::default() };
        health.add_perp(&lost, &START, &perp(&terms)).unwrap();
        let balance = QuoteBalance { deposit: Amount(2 << 40), debt: Amount(0) };
        health.add_quote(&balance, &terms, &CollateralWeights::FULL).unwrap();
        let expected = expected * 2f64.powi(40);
        assert!((health.maintenance.0 as f64 - expected).abs() < 1_024.0, "{:?} {expected}", health.maintenance);
        assert_eq!(health.maintenance, health.initial);
    }
}

proptest! {
    #![proptest_config(seeded(8192))]

    /// INV-LAW: initial health is at most maintenance health, and both at most equity, but for the rounding of a margin.
    #[test]
    fn initial_is_below_maintenance_is_below_equity(terms in any_factor(), amount in 1u64..1 << 48, weight in 0u64..=1 << 32) {
        let slack = rounding(amount, &terms);
        for health in [deposit(amount, &terms, weight), debt(amount, &terms)] {
            prop_assert!(is_at_most(health.initial, health.maintenance, slack), "{health:?}");
            prop_assert!(health.maintenance <= health.equity());
        }
        for base in [amount as i64, -(amount as i64)] {
            let health = position(base, &terms);
            prop_assert!(health.initial <= health.maintenance && health.maintenance.0 <= 0, "{health:?}");
        }
    }

    /// INV-LAW: depositing never lowers a health, whatever the impact, but for the rounding of a margin; a larger debt or position never raises one.
    #[test]
    fn size_moves_health_in_one_direction(
        terms in any_factor(), amount in 1u64..1 << 48, more in 1u64..1 << 48, shift in 0u32..48, weight in 0u64..=1 << 32,
    ) {
        let larger = amount + (more >> shift).max(1);
        let slack = rounding(larger, &terms);
        let (small, large) = (deposit(amount, &terms, weight), deposit(larger, &terms, weight));
        prop_assert!(is_at_most(small.initial, large.initial, slack), "{small:?} {large:?}");
        prop_assert!(is_at_most(small.maintenance, large.maintenance, slack), "{small:?} {large:?}");
        let (small, large) = (debt(amount, &terms), debt(larger, &terms));
        prop_assert!(small.initial >= large.initial && small.maintenance >= large.maintenance);
        for sign in [1, -1] {
            let (small, large) = (position(sign * amount as i64, &terms), position(sign * larger as i64, &terms));
            prop_assert!(small.initial >= large.initial && small.maintenance >= large.maintenance);
        }
    }

    /// INV-LAW: a larger impact never raises a health.
    #[test]
    fn impact_never_raises_health(terms in any_factor(), worse in some_impact(), amount in 1u64..1 << 48, weight in 0u64..=1 << 32) {
        let riskier = FactorTerms { impact: terms.impact.worst(&worse), impact_initial: terms.impact_initial.worst(&worse), ..terms };
        let base = amount as i64;
        for (calm, rough) in [
            (deposit(amount, &terms, weight), deposit(amount, &riskier, weight)),
            (debt(amount, &terms), debt(amount, &riskier)),
            (position(base, &terms), position(base, &riskier)),
            (position(-base, &terms), position(-base, &riskier)),
        ] {
            prop_assert!(rough.initial <= calm.initial && rough.maintenance <= calm.maintenance);
        }
    }

    /// A unit of zero is no impact at all, whatever else stands beside it.
    #[test]
    fn without_a_unit_nothing_changes(terms in any_factor(), left in some_impact(), amount in 1u64..1 << 48) {
        let none = Impact { unit: 0, ..left };
        let (plain, with) = (
            FactorTerms { impact: Impact::default(), impact_initial: Impact::default(), ..terms },
            FactorTerms { impact: none, impact_initial: none, ..terms },
        );
        prop_assert_eq!(deposit(amount, &plain, 1 << 32), deposit(amount, &with, 1 << 32));
        prop_assert_eq!(debt(amount, &plain), debt(amount, &with));
        prop_assert_eq!(position(amount as i64, &plain), position(amount as i64, &with));
    }

    /// Both sums see the same maintenance health, and the margins that plans take are those that health counts.
    #[test]
    fn the_liquidation_sum_agrees_with_the_cross_sum(terms in any_factor(), amount in 1u64..1 << 48, weight in 0u64..=1 << 32, is_short: bool) {
        let ending = at_end(&terms);
        let mut health = LiquidationHealth::default();
        health.add_deposit(Shares(amount), INDEX_ONE, &ending, Ratio::from_bits(weight)).unwrap();
        prop_assert_eq!(health.maintenance, deposit(amount, &terms, weight).maintenance);
        let mut health = LiquidationHealth::default();
        health.add_debt(Shares(amount), INDEX_ONE, &ending).unwrap();
        prop_assert_eq!(health.maintenance, debt(amount, &terms).maintenance);

        let base = if is_short { -(amount as i64) } else { amount as i64 };
        let value = terms.mid.value_up(Amount(amount)).unwrap();
        let position_terms = PerpLiquidationTerms {
            long_price: terms.mid,
            short_price: terms.mid,
            maintenance: terms.maintenance,
            liquidation_end: terms.initial,
            size_maintenance: 1 << 40,
            impact: terms.impact,
        };
        let margins = position_terms.margins_up(SignedAmount(base), value).unwrap();
        prop_assert_eq!(-position(base, &terms).maintenance.0, i128::from(margins.maintenance.of_up(value).unwrap().0));
        prop_assert!(margins.liquidation_end >= margins.maintenance);
    }

    /// What a liquidation leaves of a leg needs no higher margin than the whole: INV-IMPROVE rests on it.
    #[test]
    fn what_is_left_needs_no_higher_margin(impact in some_impact(), margin in 0u64..=1 << 32, value: u64, taken: u64, shift in 0u32..64, is_short: bool) {
        let (value, side) = (value >> shift, LegSide::of_position(is_short));
        let left = value - taken % value.saturating_add(1).max(1);
        let of = |value| impact.margin_up(Ratio::from_bits(margin), Value(value), side).unwrap();
        prop_assert!(of(left) <= of(value));
    }
}
