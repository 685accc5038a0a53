//! Folds: published vectors, the formula, gaps, jumps.

use plimsoll_risk::quantities::{Decay, Ratio};
use plimsoll_risk::volatility::{Decays, LogRange, Volatility};
use proptest::prelude::*;

use crate::seeded::seeded;
use crate::{as_f64, log, observed, start, terms};

fn decay(value: f64) -> Decay {
    Decay::from_bits((value * 2f64.powi(63)) as u64)
}

/// A daily grid's worth of one return: Δt = 1, so that published daily vectors apply.
fn fold_daily(fast: f64, log_return: f64, keep: f64) -> f64 {
    let decays = Decays { fast: decay(keep), slow: Decay::ONE, jump: Decay::ONE };
    // slow is high enough to cut nothing
    let observations = observed(log_return, 0.0, 0.0, terms().steps_per_day.into());
    as_f64(start(fast, 0.01).fold(&observations, &decays, &terms()).unwrap().volatility.fast)
}

#[test]
fn published_ewma_vectors_are_reproduced() {
    // Hull: λ = 0.90, σ = 1 %, r = 2 %: σ² = 0.00013
    assert!((fold_daily(0.0001, 0.02, 0.90) - 0.000_13).abs() < 1e-15);
    // RiskMetrics: λ = 0.94, σ = 1.8 %, r = −2.3 %: σ² = 0.0003363, and 1.9105 % for λ = 0.80
    assert!((fold_daily(0.000_324, -0.023, 0.94) - 0.000_336_3).abs() < 1e-15);
    assert!((fold_daily(0.000_324, -0.023, 0.80).sqrt() - 0.019_105).abs() < 5e-7);
}

#[test]
fn the_published_range_estimate_is_reproduced() {
    // Parkinson of H 105, L 98: 0.0017168130; divided by 1.28 it is 0.00134126, more than the squared return
    let range_log = (105.0f64 / 98.0).ln();
    let observations = observed(0.001, -0.03, -0.03 + range_log, terms().steps_per_day.into());
    let decays = Decays { fast: decay(0.0), slow: Decay::ONE, jump: Decay::ONE };
    let found = start(0.001, 0.01).fold(&observations, &decays, &terms()).unwrap().volatility.fast;
    assert!((as_f64(found) * 1.28 - 0.001_716_813_0).abs() < 1e-10);
}

#[test]
fn a_calm_fold_over_one_step_is_the_formula() {
    let decays = Decays::over(1, &terms()).unwrap();
    let folded = start(0.0016, 0.0009).fold(&observed(0.002, 0.0, 0.0, 1), &decays, &terms()).unwrap();
    let keep = 2f64.powf(-300.0 / 43_200.0);
    let expected = keep * 0.0016 + (1.0 - keep) * (0.002f64.powi(2) * 288.0);
    assert!((as_f64(folded.volatility.fast) - expected).abs() < 1e-15);
    assert_eq!((folded.winsorised.to_bits(), folded.steps), (log(0.002).to_bits(), 1));
    assert_eq!((folded.volatility.last_step, folded.volatility.jump), (101, Ratio::ZERO));
    assert_eq!(folded.observations.closed, LogRange::of(log(0.002)));
}

#[test]
fn a_wild_return_is_cut_and_the_rest_becomes_the_jump_level() {
    let decays = Decays::over(1, &terms()).unwrap();
    let before = Volatility { jump: Ratio::from_ppm_down(100_000), ..start(0.0016, 0.0016) };
    let folded = before.fold(&observed(-0.1, 0.0, 0.0, 1), &decays, &terms()).unwrap();
    let bound = 6.0 * 0.04 / 288f64.sqrt();
    let cut = folded.winsorised.to_bits() as f64 / 2f64.powi(48);
    assert!((cut + bound).abs() < 1e-9, "{cut}");
    let jump = folded.volatility.jump.to_bits() as f64 / 2f64.powi(32);
    let expected = 0.1 * 2f64.powf(-300.0 / 21_600.0) + 0.1 - bound;
    assert!((jump - expected).abs() < 1e-8, "{jump}");
    // a jump level never passes one
    let absurd = before.fold(&observed(40.0, 0.0, 0.0, 1), &decays, &terms()).unwrap();
    assert_eq!(absurd.volatility.jump, Ratio::ONE);
}

#[test]
fn a_gap_counts_with_its_true_length() {
    let decays = Decays::over(12, &terms()).unwrap();
    let folded = start(0.0016, 0.0016).fold(&observed(0.01, 0.0, 0.0, 12), &decays, &terms()).unwrap();
    let keep = 2f64.powf(-3_600.0 / 43_200.0);
    let expected = keep * 0.0016 + (1.0 - keep) * (0.0001 * 24.0);
    assert!((as_f64(folded.volatility.fast) - expected).abs() < 1e-15);
    assert_eq!(folded.steps, 12);
}

proptest! {
    #![proptest_config(seeded(2_000))]

    #[test]
    fn a_larger_return_never_lowers_a_variance(size in 0.0f64..0.2, more in 0.0f64..0.2, steps in 1u64..50) {
        let terms = terms();
        let decays = Decays::over(steps, &terms).unwrap();
        let fold = |size: f64| start(0.001, 0.001).fold(&observed(size, 0.0, 0.0, steps), &decays, &terms).unwrap().volatility;
        prop_assert!(fold(size + more).fast >= fold(size).fast && fold(size + more).jump >= fold(size).jump);
        prop_assert_eq!(fold(size).fast, fold(-size).fast);
    }
}
