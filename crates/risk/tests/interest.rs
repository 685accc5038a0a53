//! Interest: Morpho's published vectors, conservation to the atom, gaps of any length.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod seeded;

use plimsoll_risk::RiskError;
use plimsoll_risk::interest::{CurveTerms, InterestTerms, MAX_DEBT_INDEX, accrue, utilisation_down};
use plimsoll_risk::position::ReserveTotals;
use plimsoll_risk::quantities::{Amount, DAY_SECONDS, Index, Rate, Ratio, Shares, YEAR_SECONDS};
use proptest::prelude::*;
use seeded::seeded;

fn curve() -> CurveTerms {
    CurveTerms {
        target_utilisation: Ratio::from_ppm_down(900_000),
        steepness: Ratio::from_bits(4 << 32),
        adaptation_speed: Rate::from_ppm_per_year_down(50_000_000),
        min_rate_at_target: Rate::from_ppm_per_year_down(1_000),
        max_rate_at_target: Rate::from_ppm_per_year_down(2_000_000),
    }
    .checked()
    .unwrap()
}

fn terms() -> InterestTerms {
    InterestTerms::new(curve(), Ratio::from_ppm_down(100_000)).unwrap()
}

fn yearly(rate: Rate) -> f64 {
    rate.to_bits() as f64 / 2f64.powi(64) * YEAR_SECONDS as f64
}

fn reserve(deposits: u64, debts: u64) -> ReserveTotals {
    ReserveTotals {
        liquidity: Amount(deposits - debts),
        deposit_shares: Shares(deposits),
        debt_shares: Shares(debts),
        ..ReserveTotals::EMPTY
    }
}

const FOUR_PERCENT: Rate = Rate::from_ppm_per_year_down(40_000);

#[test]
fn borrow_rate_matches_morpho_at_once() {
    for (utilisation_ppm, expected) in
        [(0, 0.01), (450_000, 0.025), (900_000, 0.04), (950_000, 0.10), (1_000_000, 0.16)]
    {
        let rate = curve().borrow_rate_down(FOUR_PERCENT, Ratio::from_ppm_down(utilisation_ppm)).unwrap();
        assert!((yearly(rate) - expected).abs() < 1e-8, "{utilisation_ppm}: {}", yearly(rate));
    }
}

#[test]
fn level_adapts_as_morphos_does_in_five_days() {
    for (utilisation, end, mean) in [(Ratio::ONE, 0.079_345, 0.232_019), (Ratio::ZERO, 0.020_165, 0.007_310)] {
        let adapted = curve().adapt(FOUR_PERCENT, utilisation, 5 * DAY_SECONDS).unwrap();
        assert!((yearly(adapted.rate_at_target) - end).abs() < 6e-7, "{}", yearly(adapted.rate_at_target));
        assert!((yearly(adapted.mean_borrow_rate) - mean).abs() < 6e-7, "{}", yearly(adapted.mean_borrow_rate));
    }
}

#[test]
fn level_stands_still_at_target_and_stops_at_its_bounds() {
    let at_target = curve().adapt(FOUR_PERCENT, curve().target_utilisation, 30 * DAY_SECONDS).unwrap();
    assert_eq!(at_target.rate_at_target, FOUR_PERCENT);
    for elapsed in [YEAR_SECONDS, u64::MAX] {
        let full = curve().adapt(FOUR_PERCENT, Ratio::ONE, elapsed).unwrap();
        assert_eq!(full.rate_at_target, curve().max_rate_at_target);
        let empty = curve().adapt(FOUR_PERCENT, Ratio::ZERO, elapsed).unwrap();
        assert_eq!(empty.rate_at_target, curve().min_rate_at_target);
    }
}

#[test]
fn many_short_steps_adapt_like_one_long_one() {
    let mut rate = FOUR_PERCENT;
    for _ in 0..5 * 24 * 60 {
        rate = curve().adapt(rate, Ratio::ONE, 60).unwrap().rate_at_target;
    }
    assert!((yearly(rate) - 0.079_345).abs() < 6e-7, "{}", yearly(rate));
}

#[test]
fn no_time_changes_nothing() {
    assert_eq!(accrue(&reserve(1_000_000, 900_000), FOUR_PERCENT, &terms(), 0), Ok(None));
}

#[test]
fn a_year_at_target_charges_the_rate_and_splits_it() {
    let totals = reserve(1_000_000_000_000, 900_000_000_000);
    let accrual = accrue(&totals, FOUR_PERCENT, &terms(), YEAR_SECONDS).unwrap().unwrap();
    // y = 4 % (the virtual shares move utilisation by 10⁻⁶); 900,000 · (e^0.04 − 1 up to the third power) = 36,729.6
    let expected = 900_000_000_000.0 * (0.04 + 0.04_f64.powi(2) / 2.0 + 0.04_f64.powi(3) / 6.0);
    let interest = accrual.interest.0 as f64;
    assert!((interest / expected - 1.0).abs() < 3e-4, "{interest} against {expected}");
    assert!((accrual.protocol.0 as f64 / interest - 0.1).abs() < 1e-5);
    let gained = accrual.totals.deposits_up().unwrap().0 - totals.deposits_up().unwrap().0;
    assert_eq!(gained + accrual.protocol.0, accrual.interest.0);
}

#[test]
fn a_reserve_left_alone_or_at_the_end_of_its_index_is_not_bricked() {
    let totals = reserve(1_000_000_000, 1_000_000_000);
    let accrual = accrue(&totals, curve().max_rate_at_target, &terms(), u64::MAX).unwrap().unwrap();
    let factor = accrual.totals.debt_index.to_bits() as f64 / 2f64.powi(96);
    assert!(factor > 1.98 && factor < 2.0, "{factor}");

    let mut grown = totals;
    let mut rate = FOUR_PERCENT;
    for _ in 0..100 {
        let accrual = accrue(&grown, rate, &terms(), YEAR_SECONDS).unwrap().unwrap();
        (grown, rate) = (accrual.totals, accrual.rate_at_target);
    }
    assert!(grown.debt_index <= MAX_DEBT_INDEX);
    assert!(grown.debt_index > Index::from_bits(MAX_DEBT_INDEX.to_bits() / 2));
    assert_eq!(accrue(&grown, rate, &terms(), YEAR_SECONDS).unwrap().unwrap().interest, Amount(0));
}

#[test]
fn debts_owed_to_insurance_alone_do_not_raise_the_deposit_index_faster_than_the_debt_index() {
    let totals = ReserveTotals {
        liquidity: Amount(0),
        deposit_shares: Shares(1),
        debt_shares: Shares(50_000_000_000),
        insurance: Amount(49_999_999_999),
        ..ReserveTotals::EMPTY
    };
    let accrual = accrue(&totals, FOUR_PERCENT, &terms(), YEAR_SECONDS).unwrap().unwrap();
    assert!(accrual.totals.deposit_index < accrual.totals.debt_index);
    assert!(accrual.protocol.0 >= accrual.interest.0 - 1);
}

#[test]
fn terms_outside_their_bounds_are_refused() {
    let edits: [fn(&mut CurveTerms); 9] = [
        |terms| terms.target_utilisation = Ratio::ZERO,
        |terms| terms.target_utilisation = Ratio::ONE,
        |terms| terms.steepness = Ratio::from_bits((1 << 32) - 1),
        |terms| terms.steepness = Ratio::from_bits((16 << 32) + 1),
        |terms| terms.adaptation_speed = Rate::from_ppm_per_year_down(366_000_000),
        |terms| terms.min_rate_at_target = Rate::ZERO,
        |terms| terms.min_rate_at_target = Rate::from_ppm_per_year_down(2_100_000),
        |terms| terms.max_rate_at_target = Rate::from_ppm_per_year_down(10_100_000),
        |terms| terms.min_rate_at_target = Rate::from_ppm_per_year_down(1),
    ];
    for edit in edits {
        let mut terms = curve();
        edit(&mut terms);
        assert_eq!(terms.checked(), Err(RiskError::ParameterOutOfBounds), "{terms:?}");
    }
    let above_one = Ratio::from_bits((1 << 32) + 1);
    assert_eq!(InterestTerms::new(curve(), above_one), Err(RiskError::ParameterOutOfBounds));
}

proptest! {
    #![proptest_config(seeded(1024))]

    #[test]
    fn utilisation_is_close_and_never_above(debts: u64, deposits: u64) {
        let utilisation = utilisation_down(Amount(debts), Amount(deposits));
        let exact = if deposits == 0 { f64::from(u8::from(debts > 0)) } else { (debts as f64 / deposits as f64).min(1.0) };
        let found = utilisation.to_bits() as f64 / 2f64.powi(32);
        prop_assert!(found <= exact + 1e-15 && found > exact - 2f64.powi(-30), "{found} {exact}");
    }

    #[test]
    fn a_higher_utilisation_never_lowers_the_rate(low in 0u64..=1 << 32, high in 0u64..=1 << 32, elapsed in 0u64..YEAR_SECONDS) {
        let (low, high) = (Ratio::from_bits(low.min(high)), Ratio::from_bits(low.max(high)));
        let (slower, faster) = (curve().adapt(FOUR_PERCENT, low, elapsed).unwrap(), curve().adapt(FOUR_PERCENT, high, elapsed).unwrap());
        prop_assert!(slower.rate_at_target <= faster.rate_at_target);
        prop_assert!(slower.mean_borrow_rate <= faster.mean_borrow_rate);
    }

    #[test]
    fn interest_is_what_depositors_and_insurance_gain(
        deposits in 0u64..1 << 60,
        lent_ppm in 0u64..=1_000_000,
        rate_ppm in 1_000u32..2_000_000,
        elapsed in 1u64..YEAR_SECONDS,
    ) {
        let totals = reserve(deposits, (u128::from(deposits) * u128::from(lent_ppm) / 1_000_000) as u64);
        let accrual = accrue(&totals, Rate::from_ppm_per_year_down(rate_ppm), &terms(), elapsed).unwrap().unwrap();
        let gained = accrual.totals.deposits_up().unwrap().0 - totals.deposits_up().unwrap().0;
        prop_assert_eq!(gained + accrual.protocol.0, accrual.interest.0);
        prop_assert!(accrual.totals.deposit_index >= totals.deposit_index);
        prop_assert!(accrual.totals.deposit_index <= accrual.totals.debt_index);
    }
}
