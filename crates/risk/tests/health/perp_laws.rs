//! The laws of perp positions in both health sums.

use plimsoll_risk::health::{
    CollateralWeights, CrossHealth, LiquidationFactorTerms, LiquidationHealth, debt_weight_up,
};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms};
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{PerUnit, Price, Ratio, Shares, SignedAmount, SizeFactor};
use proptest::prelude::*;

use crate::INDEX_ONE;
use crate::perps::{START, balance, even, health_of, position, usdc};
use crate::seeded::seeded;

fn liquidation_usdc() -> LiquidationFactorTerms {
    let terms = usdc();
    LiquidationFactorTerms {
        asset_price: terms.mid,
        debt_price: terms.mid,
        maintenance: terms.maintenance,
        liquidation_end: terms.initial,
        impact: Impact::default(),
    }
}

prop_compose! {
    fn any_terms()(
        mid in (1u64 << 30)..1 << 46,
        half_width in 0u64..1 << 28,
        maintenance in 0u64..1 << 32,
        gap in 0u64..1 << 33,
        size in 0u64..1 << 52,
        size_gap in prop_oneof![Just(0), 0u64..1 << 50],
        profit_weight in 0u64..=1 << 32,
    ) -> PerpTerms {
        PerpTerms {
            mid: Price::from_bits(mid),
            long_initial: Price::from_bits(mid - half_width),
            short_initial: Price::from_bits(mid + half_width),
            maintenance: Ratio::from_bits(maintenance),
            initial: Ratio::from_bits(maintenance + gap),
            size_maintenance: size,
            size_initial: size + size_gap,
            profit_weight: Ratio::from_bits(profit_weight),
            impact: Impact::default(),
            impact_initial: Impact::default(),
        }
    }
}

prop_compose! {
    fn any_position()(
        base in -(1i64 << 46)..1 << 46,
        entry in -(1i64 << 53)..1 << 53,
        realised in -(1i64 << 50)..1 << 50,
    ) -> PerpPosition {
        position(base, entry, realised)
    }
}

fn any_quote() -> impl Strategy<Value = i64> {
    -(1i64 << 53)..1 << 53
}

/// Section 10's margin of a position in plain 128-bit arithmetic.
fn margin_required(base: i64, at: Price, margin: Ratio, size_per_atom: u64) -> i128 {
    let notional = (u128::from(base.unsigned_abs()) * u128::from(at.to_bits())).div_ceil(1 << 40);
    let size = (u128::from(base.unsigned_abs()) * u128::from(size_per_atom)).div_ceil(1 << 64);
    let own =
        u128::from(if base < 0 { debt_weight_up(margin).unwrap().to_bits() - (1 << 32) } else { margin.to_bits() });
    (notional * (own + size)).div_ceil(1 << 32) as i128
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// INV-LAW: initial health is at most maintenance health, and both at most equity.
    #[test]
    fn initial_is_below_maintenance_is_below_equity(
        terms in any_terms(), positions in prop::collection::vec(any_position(), 1..5), quote in any_quote(),
    ) {
        let health = health_of(&positions, &terms, &START, quote);
        prop_assert!(health.initial <= health.maintenance);
        prop_assert!(health.maintenance <= health.equity());
    }

    /// Both requirements are those of the formula, and equity is the quote balance with the profits.
    #[test]
    fn a_position_requires_its_formula(terms in any_terms(), held in any_position(), quote in any_quote()) {
        let terms = PerpTerms { profit_weight: Ratio::ONE, ..terms };
        let base = held.base.0;
        let with = health_of(&[held], &terms, &START, quote);
        let profit_alone = |at: Price| {
            let profit = held.unrealised_down(at).unwrap().0 + held.realised.0;
            health_of(&[position(0, 0, profit)], &terms, &START, quote)
        };
        let required = margin_required(base, terms.mid, terms.maintenance, terms.size_maintenance);
        prop_assert_eq!(profit_alone(terms.mid).maintenance.0 - with.maintenance.0, required);
        prop_assert_eq!(profit_alone(terms.mid).equity(), with.equity());
        let (profit_at, size_at) =
            if base < 0 { (terms.short_initial, terms.short_initial) } else { (terms.long_initial, terms.mid) };
        let required = margin_required(base, size_at, terms.initial, terms.size_initial);
        prop_assert_eq!(profit_alone(profit_at).initial.0 - with.initial.0, required);
    }

    /// INV-LAW: a larger margin or size margin, a wider band and a deeper haircut never raise a health.
    #[test]
    fn risk_never_raises_health(
        terms in any_terms(), held in any_position(), quote in any_quote(), extra in 1u64..1 << 18,
    ) {
        let riskier = PerpTerms {
            long_initial: Price::from_bits(terms.long_initial.to_bits() - extra),
            short_initial: Price::from_bits(terms.short_initial.to_bits() + extra),
            maintenance: Ratio::from_bits(terms.maintenance.to_bits() + extra),
            initial: Ratio::from_bits(terms.initial.to_bits() + extra),
            size_maintenance: terms.size_maintenance + extra,
            size_initial: terms.size_initial + extra,
            profit_weight: Ratio::from_bits(terms.profit_weight.to_bits().saturating_sub(extra)),
            ..terms
        };
        let (calm, rough) = (health_of(&[held], &terms, &START, quote), health_of(&[held], &riskier, &START, quote));
        prop_assert!(rough.initial <= calm.initial && rough.maintenance <= calm.maintenance);
    }

    /// INV-LAW: a larger position at the same profit never has a higher health, but for an atom of rounding in its profit at the initial price.
    #[test]
    fn size_never_raises_health(
        terms in any_terms(), base in 1i64..1 << 45, more in 1i64..1 << 45, is_short: bool, quote in any_quote(),
    ) {
        let sign = if is_short { -1 } else { 1 };
        let health = |base: i64| health_of(&[even(sign * base, terms.mid)], &terms, &START, quote);
        let (small, large) = (health(base), health(base + more));
        prop_assert!(large.maintenance <= small.maintenance);
        prop_assert!(large.initial.0 <= small.initial.0 + 3);
    }

    /// INV-SETTLE: what is settled moves from a position to the balance, and no health moves.
    #[test]
    fn settling_changes_no_health(
        terms in any_terms(), held in any_position(), quote in any_quote(), settled in -(1i64 << 52)..1 << 52,
    ) {
        let after = PerpPosition { realised: SignedAmount(held.realised.0 - settled), ..held };
        let (before, after) = (health_of(&[held], &terms, &START, quote), health_of(&[after], &terms, &START, quote + settled));
        prop_assert_eq!((before.initial, before.maintenance), (after.initial, after.maintenance));
        prop_assert_eq!((before.assets, before.debts), (after.assets, after.debts));
    }

    /// The haircut takes from a position that gains, and from nothing else.
    #[test]
    fn only_an_unrealised_profit_is_cut(terms in any_terms(), held in any_position(), quote in 0..1i64 << 53) {
        let full = PerpTerms { profit_weight: Ratio::ONE, ..terms };
        let none = PerpTerms { profit_weight: Ratio::ZERO, ..terms };
        let [in_full, cut, not_counted] = [&full, &terms, &none].map(|terms| health_of(&[held], terms, &START, quote));
        prop_assert_eq!(in_full.maintenance, cut.maintenance);
        let at = if held.base.is_negative() { terms.short_initial } else { terms.long_initial };
        let gains = !held.base.is_zero() && held.unrealised_down(at).unwrap().0 > 0;
        if gains {
            let counted = held.unrealised_down(at).unwrap().0;
            let without = position(held.base.0, held.entry.0 - counted, held.realised.0);
            prop_assert_eq!(not_counted.initial, health_of(&[without], &terms, &START, quote).initial);
            prop_assert!(not_counted.initial <= cut.initial && cut.initial <= in_full.initial);
        } else {
            prop_assert_eq!(not_counted.initial, in_full.initial);
        }
    }

    /// What a side's indices hold for a position counts before it is touched as it does after.
    #[test]
    fn an_untouched_position_counts_as_a_touched_one(
        terms in any_terms(),
        held in any_position(),
        quote in any_quote(),
        start in prop_oneof![Just(1u64 << 62), 1u64 << 60..=1 << 62],
        left_ppm in 0u64..=1_000_000,
        profit in prop_oneof![-(1i128 << 66)..1 << 66, -(1i128 << 50)..1 << 50],
    ) {
        let stored = PerpPosition { size: SizeFactor::from_bits(start), ..held };
        let left = (u128::from(start) * u128::from(left_ppm) / 1_000_000) as u64;
        let indices = SideIndices { size: SizeFactor::from_bits(left), profit: PerUnit::from_bits(profit) };
        let sides = Sides { long: indices, short: indices };
        let mut touched = stored;
        let booked = touched.touch(&sides).unwrap();
        // |base|·ΔΠ/S₀: 64 fractional bits over 62
        let earned = (i128::from(held.base.magnitude().0) * profit).div_euclid(i128::from(start) * 4);
        prop_assert_eq!(i128::from(booked.0), if held.base.is_zero() { 0 } else { earned });
        prop_assert_eq!(health_of(&[stored], &terms, &sides, quote), health_of(&[touched], &terms, &sides, quote));
    }

    #[test]
    fn the_order_of_positions_does_not_matter(
        terms in any_terms(), positions in prop::collection::vec(any_position(), 2..6), quote in any_quote(),
    ) {
        let mut reversed = positions.clone();
        reversed.reverse();
        prop_assert_eq!(health_of(&positions, &terms, &START, quote), health_of(&reversed, &terms, &START, quote));
    }

    /// A quote balance without perps counts as any reserve's, in both sums.
    #[test]
    fn a_balance_alone_is_a_leg_of_lending(atoms in 0u64..1 << 53, is_debt: bool) {
        let (terms, at_end) = (usdc(), liquidation_usdc());
        let (mut health, mut lending) = (CrossHealth::default(), CrossHealth::default());
        let (mut ending, mut lending_end) = (LiquidationHealth::default(), LiquidationHealth::default());
        let quote = balance(if is_debt { -(atoms as i64) } else { atoms as i64 });
        health.add_quote(&quote, &terms, &CollateralWeights::FULL).unwrap();
        ending.add_quote(&quote, &at_end, Ratio::ONE).unwrap();
        if is_debt {
            lending.add_debt(Shares(atoms), INDEX_ONE, &terms).unwrap();
            lending_end.add_debt(Shares(atoms), INDEX_ONE, &at_end).unwrap();
        } else {
            lending.add_deposit(Shares(atoms), INDEX_ONE, &terms, &CollateralWeights::FULL).unwrap();
            lending_end.add_deposit(Shares(atoms), INDEX_ONE, &at_end, Ratio::ONE).unwrap();
        }
        prop_assert_eq!(health, lending);
        prop_assert_eq!(ending, lending_end);
    }

    /// Both sums see the same maintenance health and equity where no price is stale.
    #[test]
    fn the_liquidation_sum_agrees_with_the_cross_sum(
        terms in any_terms(), positions in prop::collection::vec(any_position(), 1..5), quote in any_quote(),
    ) {
        let cross = health_of(&positions, &terms, &START, quote);
        let at_end = PerpLiquidationTerms {
            long_price: terms.mid,
            short_price: terms.mid,
            maintenance: terms.maintenance,
            liquidation_end: Ratio::from_bits(terms.maintenance.to_bits() + terms.maintenance.to_bits() / 10),
            size_maintenance: terms.size_maintenance,
            impact: terms.impact,
        };
        let mut ending = LiquidationHealth::default();
        for held in &positions {
            ending.add_perp(held, &START, &at_end).unwrap();
        }
        ending.add_quote(&balance(quote), &liquidation_usdc(), Ratio::ONE).unwrap();
        prop_assert_eq!(ending.maintenance, cross.maintenance);
        prop_assert_eq!((ending.assets, ending.debts), (cross.assets, cross.debts));
        prop_assert!(ending.liquidation_end <= ending.maintenance);
        let sizes: u128 = positions.iter().map(|held| u128::from(terms.mid.value_up(held.base.magnitude()).unwrap().0)).sum();
        prop_assert_eq!(ending.perp_sizes, sizes);
    }
}
