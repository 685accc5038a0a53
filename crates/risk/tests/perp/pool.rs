//! The pool: equity at three prices, its requirement against doubles, and shares that nobody can dilute.

use plimsoll_risk::RiskError;
use plimsoll_risk::correlation::{CELLS, CovarianceWeights, FACTORS, covariance, fold};
use plimsoll_risk::perp::pool::{
    PoolEquity, PoolMarket, exposure_up, payout_down, require_within, requirement_up, shares_down,
};
use plimsoll_risk::price::Quote;
use plimsoll_risk::quantities::{Amount, Decay, LogReturn, Shares, SignedValue, Value};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{base, ppm, price, quote};

fn market(skew: i64, pool_quote: i64) -> PoolMarket {
    let quote_at =
        Quote { mid: price(2.5), confidence: price(0.25), publish_time_seconds: 1_000, prev_publish_time_seconds: 999 };
    PoolMarket { skew: base(skew), pool_quote: quote(pool_quote), quote: quote_at }
}

#[test]
fn equity_stands_at_mid_and_at_either_edge() {
    let mut equity = PoolEquity::of_deposits(Amount(1_000));
    // traders are long 3: the pool owes ⌈3·p⌉, more at the upper edge
    equity.add(&market(3, 10)).unwrap();
    assert_eq!((equity.mid, equity.worse, equity.better), (SignedValue(1_002), SignedValue(1_001), SignedValue(1_003)));
    // traders are short 100: the pool holds ⌊100·p⌋, less at the lower edge
    equity.add(&market(-100, -300)).unwrap();
    assert_eq!((equity.mid, equity.worse, equity.better), (SignedValue(952), SignedValue(926), SignedValue(978)));
}

#[test]
fn an_exposure_is_what_the_skew_may_lose() {
    assert_eq!(exposure_up(base(100), price(2.5), ppm(125_000)), Ok(quote(32)));
    assert_eq!(exposure_up(base(-100), price(2.5), ppm(125_000)), Ok(quote(-32)));
    assert_eq!(exposure_up(base(0), price(2.5), ppm(125_000)), Ok(quote(0)));
    assert_eq!(exposure_up(base(i64::MAX), price(100.0), ppm(125_000)), Err(RiskError::Overflow));
}

/// Two factors with variances of 0.01 and 0.04 a day and this correlation, and a third without a variance.
fn cells(rho: f64) -> [i64; CELLS] {
    let mut cells = [0; CELLS];
    cells[0] = (0.01 * 2f64.powi(56)) as i64;
    cells[1] = (0.02 * rho * 2f64.powi(56)) as i64;
    cells[FACTORS] = (0.04 * 2f64.powi(56)) as i64;
    cells
}

fn exposed(values: &[i64]) -> [i64; FACTORS] {
    let mut exposures = [0; FACTORS];
    exposures[..values.len()].copy_from_slice(values);
    exposures
}

fn assert_requires(values: &[i64], rho: f64, expected: f64) {
    let found = requirement_up(&exposed(values), &cells(rho)).unwrap().0 as f64;
    assert!(found >= expected - 1e-3 && found <= expected * (1.0 + 1e-5) + 1.0, "{found} against {expected}");
}

#[test]
fn one_market_requires_its_size() {
    for size in [0, 1, 77, 1_000_000_007, (1 << 52) - 1, i64::MAX] {
        for value in [size, -size] {
            assert_eq!(requirement_up(&exposed(&[value]), &cells(0.5)), Ok(Value(size as u64)));
        }
    }
    assert_eq!(requirement_up(&exposed(&[i64::MIN]), &cells(0.5)), Ok(Value(1 << 63)));
}

#[test]
fn correlations_add_and_hedge() {
    assert_requires(&[3_000_000, 4_000_000], 0.0, 5_000_000.0);
    assert_requires(&[3_000_000, 4_000_000], 1.0, 7_000_000.0);
    assert_requires(&[3_000_000, -4_000_000], 1.0, 1_000_000.0);
    assert_requires(&[3_000_000, 4_000_000], -1.0, 1_000_000.0);
    assert_requires(&[3_000_000, 4_000_000], 0.5, 37e12f64.sqrt());
    assert_requires(&[-3_000_000, -4_000_000], 0.5, 37e12f64.sqrt());
}

#[test]
fn a_perfect_hedge_requires_no_more_than_the_bound() {
    let found = requirement_up(&exposed(&[1_000_000, -1_000_000]), &cells(1.0)).unwrap();
    assert!(found.0 <= 1_000_000 / 512, "{found:?}");
}

#[test]
fn a_factor_without_a_variance_moves_with_every_other() {
    assert_eq!(requirement_up(&exposed(&[0, 0, -900]), &cells(0.0)), Ok(Value(900)));
    assert_requires(&[3_000_000, 4_000_000, -1_000_000], 0.0, 6_000_000.0);
}

#[test]
fn the_requirement_stays_within_its_share_of_equity() {
    let check =
        |values: &[i64], equity| require_within(&exposed(values), &cells(0.0), ppm(500_000), SignedValue(equity));
    assert_eq!(check(&[3_000_000, 4_000_000], 14_000_000), Ok(())); // the sum of the sizes fits
    assert_eq!(check(&[3_000_000, 4_000_000], 10_000_100), Ok(())); // only the root does
    assert_eq!(check(&[3_000_000, 4_000_000], 9_999_999), Err(RiskError::PoolRequirement));
    assert_eq!(check(&[1], 0), Err(RiskError::PoolRequirement));
    assert_eq!(check(&[1], -5_000_000), Err(RiskError::PoolRequirement));
    assert_eq!(check(&[0], -5_000_000), Ok(()));
    assert_eq!(check(&[i64::MAX, i64::MAX, i64::MAX], 1), Err(RiskError::Overflow));
}

#[test]
fn shares_begin_at_one_atom_each() {
    assert_eq!(shares_down(Amount(5_000_000), Shares(0), SignedValue(0)), Ok(Shares(5_000_000)));
    assert_eq!(payout_down(Shares(5_000_000), Shares(5_000_000), SignedValue(5_000_000)), Ok(Amount(5_000_000)));
    // a pool that doubled pays twice, but for the virtual shares' part
    assert_eq!(shares_down(Amount(1_000), Shares(9_000_000), SignedValue(19_000_000)), Ok(Shares(500)));
    assert_eq!(payout_down(Shares(1_000), Shares(9_000_000), SignedValue(19_000_000)), Ok(Amount(2_000)));
    // below zero it counts as empty
    assert_eq!(payout_down(Shares(9_000_000), Shares(9_000_000), SignedValue(-5)), Ok(Amount(900_000)));
    assert_eq!(shares_down(Amount(u64::MAX), Shares(9), SignedValue(0)), Err(RiskError::Overflow));
}

/// √(x'ρx) in doubles, and the sum of the sizes.
fn exact(exposures: &[i64; FACTORS], cells: &[i64; CELLS]) -> (f64, f64) {
    let cell = |i, j| covariance(cells, i, j).to_bits() as f64;
    let mut square = 0.0;
    for i in 0..FACTORS {
        for j in 0..FACTORS {
            if exposures[i] != 0 && exposures[j] != 0 {
                let rho = if i == j { 1.0 } else { cell(i, j) / (cell(i, i) * cell(j, j)).sqrt() };
                square += exposures[i] as f64 * exposures[j] as f64 * rho;
            }
        }
    }
    (square.max(0.0).sqrt(), exposures.iter().map(|exposure| exposure.unsigned_abs() as f64).sum())
}

proptest! {
    #![proptest_config(seeded(1024))]

    /// Never below the exact value, nor above the sum of the sizes, nor further above than the stated bound; for every matrix that folds can make.
    #[test]
    fn the_requirement_lies_between_the_exact_value_and_its_bound(
        vectors in prop::collection::vec(prop::collection::vec(-0.2f64..0.2, FACTORS), 1..12),
        scales in prop::collection::vec(0i32..24, FACTORS),
        exposures in prop::collection::vec(-(1i64 << 50)..(1i64 << 50), FACTORS),
        shrinks in prop::collection::vec(0u32..50, FACTORS),
    ) {
        let weights = CovarianceWeights::new(Decay::over(86_400, 432_000).unwrap(), 288, 288).unwrap();
        let mut cells = [0; CELLS];
        for vector in &vectors {
            let returns = std::array::from_fn(|i| {
                LogReturn::from_bits((vector[i] * 2f64.powi(48 - scales[i])) as i64)
            });
            fold(&mut cells, &returns, &weights).unwrap();
        }
        let exposures = std::array::from_fn(|i| exposures[i] >> shrinks[i]);
        let (expected, sum) = exact(&exposures, &cells);
        let largest = exposures.iter().map(|exposure| exposure.unsigned_abs()).max().unwrap() as f64;
        let found = requirement_up(&exposures, &cells).unwrap().0 as f64;
        prop_assert!(found <= sum);
        let error = sum * 1e-7; // of the doubles, where exposures cancel
        prop_assert!(found >= expected - error - 1.0, "{found} against {expected}");
        let bound = (expected * expected + largest * largest * 2f64.powi(-18)).sqrt() + error + 1.0;
        prop_assert!(found <= bound * (1.0 + 1e-9), "{found} above {bound}");
    }

    /// Depositing and withdrawing at once gains nothing and costs the others nothing; worse and better prices only add to it.
    #[test]
    fn a_deposit_and_a_withdrawal_dilute_nobody(
        total in 0u64..1_000_000_000_000,
        equity in 0u64..1_000_000_000_000,
        spread in 0u64..1_000_000,
        deposit in 0u64..1_000_000_000_000,
    ) {
        let (total, worse) = (Shares(total), i128::from(equity));
        let minted = shares_down(Amount(deposit), total, SignedValue(worse + i128::from(spread))).unwrap();
        let after = worse + i128::from(deposit);
        let paid = payout_down(minted, total.plus(minted).unwrap(), SignedValue(after)).unwrap();
        prop_assert!(paid.0 <= deposit);
        // worth of a share, virtual ones included: never lower after either step
        let worth = |equity: i128, shares: u64| ((equity + 1_000_000) as u128, u128::from(shares) + 1_000_000);
        let is_at_least = |(a, b): (u128, u128), (c, d): (u128, u128)| a * d >= c * b;
        let shares = total.0 + minted.0;
        prop_assert!(is_at_least(worth(after, shares), worth(worse, total.0)));
        prop_assert!(is_at_least(worth(after - i128::from(paid.0), total.0), worth(after, shares)));
    }

    /// The first-depositor attack: whoever deposits first and gives to the pool (by losing to it) never takes out more than he put in.
    #[test]
    fn inflating_a_share_never_pays(
        first in 1u64..10_000_000_000,
        gift in 0u64..1_000_000_000_000,
        victims in prop::collection::vec(1u64..1_000_000_000_000, 1..4),
    ) {
        let held = shares_down(Amount(first), Shares(0), SignedValue(0)).unwrap();
        let (mut total, mut equity) = (held, i128::from(first) + i128::from(gift));
        for &victim in &victims {
            let minted = shares_down(Amount(victim), total, SignedValue(equity)).unwrap();
            let loss = i128::from(victim)
                - i128::from(payout_down(minted, total.plus(minted).unwrap(), SignedValue(equity + i128::from(victim))).unwrap().0);
            total = total.plus(minted).unwrap();
            equity += i128::from(victim);
            // at most a share, and an atom
            prop_assert!(loss <= (equity + 1_000_000) / (i128::from(total.0) + 1_000_000) + 2, "{loss}");
        }
        let paid = payout_down(held, total, SignedValue(equity)).unwrap();
        prop_assert!(u128::from(paid.0) <= u128::from(first) + u128::from(gift));
    }
}
