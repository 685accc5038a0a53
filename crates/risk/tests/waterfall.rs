//! The waterfall: insurance, then depositors, every atom accounted for (INV-WATERFALL).
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod seeded;

use plimsoll_risk::RiskError;
use plimsoll_risk::position::{ReservePosition, ReserveTotals, credit};
use plimsoll_risk::quantities::{Amount, Index, Shares, Value};
use plimsoll_risk::waterfall::{Bankruptcy, resolve_bankruptcy};
use proptest::prelude::*;
use seeded::seeded;

/// 1,000 deposited and `insurance` on top, of which `debts` are lent.
fn reserve(insurance: u64, debts: u64) -> ReserveTotals {
    ReserveTotals {
        liquidity: Amount(1_000 + insurance - debts),
        deposit_shares: Shares(1_000),
        debt_shares: Shares(debts),
        insurance: Amount(insurance),
        ..ReserveTotals::EMPTY
    }
}

fn owing(shares: u64) -> ReservePosition {
    ReservePosition { deposit_shares: Shares(0), debt_shares: Shares(shares) }
}

fn resolve(totals: &ReserveTotals, shares: u64) -> Bankruptcy {
    resolve_bankruptcy(totals, &owing(shares), Value(0), Value(0)).unwrap()
}

#[test]
fn insurance_pays_first() {
    let outcome = resolve(&reserve(300, 200), 200);
    assert_eq!((outcome.deficit, outcome.insurance_loss, outcome.socialised), (Amount(200), Amount(200), Amount(0)));
    assert_eq!(outcome.totals.insurance, Amount(100));
    assert_eq!(outcome.totals.deposit_index, Index::ONE);
    assert_eq!(outcome.totals.debt_shares, Shares(0));
}

#[test]
fn depositors_share_what_insurance_cannot_pay() {
    let outcome = resolve(&reserve(50, 300), 300);
    assert_eq!((outcome.deficit, outcome.insurance_loss, outcome.socialised), (Amount(300), Amount(50), Amount(250)));
    assert_eq!(outcome.totals.deposit_index, Index::from_bits(3 << 94));
    assert_eq!(outcome.totals.insurance, Amount(0));
}

#[test]
fn a_reserve_that_loses_everything_closes() {
    let outcome = resolve(&reserve(0, 1_000), 1_000);
    assert_eq!(outcome.socialised, Amount(1_000));
    assert!(outcome.totals.deposit_index < Index::DEPOSIT_FLOOR);
    let mut totals = outcome.totals;
    let refused = credit(&mut ReservePosition::default(), &mut totals, Amount(5));
    assert_eq!(refused, Err(RiskError::ReserveClosed));
}

#[test]
fn an_account_with_assets_or_without_debt_is_not_bankrupt() {
    let totals = reserve(0, 100);
    let rich = resolve_bankruptcy(&totals, &owing(100), Value(11), Value(10));
    assert_eq!(rich, Err(RiskError::NotBankrupt));
    assert!(resolve_bankruptcy(&totals, &owing(100), Value(10), Value(10)).is_ok());
    let debtless = resolve_bankruptcy(&totals, &owing(0), Value(0), Value(10));
    assert_eq!(debtless, Err(RiskError::NotBankrupt));
}

proptest! {
    #![proptest_config(seeded(4096))]

    /// INV-WATERFALL and INV-SOLVENT, for books at any indices that were solvent before.
    #[test]
    fn losses_add_up_and_claims_stay_covered(
        deposit_bits in (1u128 << 64)..(1u128 << 100),
        debt_bits in (1u128 << 96)..(1u128 << 104),
        deposit_shares in 1u64..1 << 55,
        debt_shares in 1u64..1 << 55,
        failed_ppm in 1u64..=1_000_000,
        insurance in prop_oneof![Just(0u64), 0u64..1 << 55],
    ) {
        let mut totals = ReserveTotals {
            liquidity: Amount(0),
            deposit_shares: Shares(deposit_shares),
            debt_shares: Shares(debt_shares),
            deposit_index: Index::from_bits(deposit_bits),
            debt_index: Index::from_bits(debt_bits),
            insurance: Amount(insurance),
        };
        let claims = totals.deposits_up().unwrap().0 + insurance;
        totals.liquidity = Amount(claims.saturating_sub(totals.debts_down().unwrap().0));
        let failed = (u128::from(debt_shares) * u128::from(failed_ppm) / 1_000_000).max(1) as u64;

        let outcome = resolve(&totals, failed);
        let after = outcome.totals;
        prop_assert_eq!(outcome.insurance_loss.0 + outcome.socialised.0, outcome.deficit.0);
        prop_assert_eq!(totals.debts_down().unwrap().0 - after.debts_down().unwrap().0, outcome.deficit.0);
        prop_assert_eq!(totals.deposits_up().unwrap().0 - after.deposits_up().unwrap().0, outcome.socialised.0);
        prop_assert!(outcome.socialised.is_zero() || after.insurance.is_zero());
        let claims = after.deposits_up().unwrap().0 + after.insurance.0;
        prop_assert!(claims <= after.liquidity.0 + after.debts_down().unwrap().0);
    }
}
