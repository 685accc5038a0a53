//! Samples, folds and what nobody can do to a variance.
// doubles judge integers here
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use plimsoll_risk::RiskError;
use plimsoll_risk::quantities::{Decay, LogPrice, Ratio, Variance};
use plimsoll_risk::volatility::{
    Decays, LogRange, Observations, Volatility, VolatilityParameters, VolatilityTerms, step_to_fold,
};
use proptest::prelude::*;

const GRID: u64 = 300;
const PARAMETERS: VolatilityParameters = VolatilityParameters {
    floor_volatility_ppm: 20_000,
    winsor_sigmas_ppm: 6_000_000,
    fast_half_life_seconds: 43_200,
    slow_half_life_seconds: 1_296_000,
    jump_half_life_seconds: 21_600,
    grid_seconds: 300,
};

fn terms() -> VolatilityTerms {
    PARAMETERS.terms().unwrap()
}

fn log(value: f64) -> LogPrice {
    LogPrice::from_bits((value * 2f64.powi(48)).round() as i64)
}

fn variance(value: f64) -> Variance {
    Variance::from_bits((value * 2f64.powi(96)) as u128)
}

fn as_f64(variance: Variance) -> f64 {
    variance.to_bits() as f64 / 2f64.powi(96)
}

fn decay(value: f64) -> Decay {
    Decay::from_bits((value * 2f64.powi(63)) as u64)
}

fn start(fast: f64, slow: f64) -> Volatility {
    Volatility {
        fast: variance(fast),
        slow: variance(slow),
        jump: Ratio::ZERO,
        last_sample: log(0.0),
        last_step: 100,
    }
}

/// Observations whose sample lies `log_return` from 0 after `steps` steps, with a range of its own.
fn observed(log_return: f64, low: f64, high: f64, steps: u64) -> Observations {
    Observations {
        sample: log(log_return),
        sample_step: 100 + steps,
        closed: LogRange {
            high: log(high.max(log_return)),
            low: log(low.min(log_return)),
        },
        open: LogRange::of(log(log_return)),
    }
}

/// A daily grid's worth of one return: Δt = 1, so that published daily vectors apply.
fn fold_daily(fast: f64, log_return: f64, keep: f64) -> f64 {
    let decays = Decays {
        fast: decay(keep),
        slow: Decay::ONE,
        jump: Decay::ONE,
    };
    // slow is high enough to cut nothing
    let observations = observed(log_return, 0.0, 0.0, terms().steps_per_day.into());
    as_f64(
        start(fast, 0.01)
            .fold(&observations, &decays, &terms())
            .unwrap()
            .volatility
            .fast,
    )
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
    let decays = Decays {
        fast: decay(0.0),
        slow: Decay::ONE,
        jump: Decay::ONE,
    };
    let found = start(0.001, 0.01)
        .fold(&observations, &decays, &terms())
        .unwrap()
        .volatility
        .fast;
    assert!((as_f64(found) * 1.28 - 0.001_716_813_0).abs() < 1e-10);
}

#[test]
fn a_calm_fold_over_one_step_is_the_formula() {
    let decays = Decays::over(1, &terms()).unwrap();
    let folded = start(0.0016, 0.0009)
        .fold(&observed(0.002, 0.0, 0.0, 1), &decays, &terms())
        .unwrap();
    let keep = 2f64.powf(-300.0 / 43_200.0);
    let expected = keep * 0.0016 + (1.0 - keep) * (0.002f64.powi(2) * 288.0);
    assert!((as_f64(folded.volatility.fast) - expected).abs() < 1e-15);
    assert_eq!((folded.winsorised.to_bits(), folded.steps), (log(0.002).to_bits(), 1));
    assert_eq!(
        (folded.volatility.last_step, folded.volatility.jump),
        (101, Ratio::ZERO)
    );
    assert_eq!(folded.observations.closed, LogRange::of(log(0.002)));
}

#[test]
fn a_wild_return_is_cut_and_the_rest_becomes_the_jump_level() {
    let decays = Decays::over(1, &terms()).unwrap();
    let before = Volatility {
        jump: Ratio::from_ppm_down(100_000),
        ..start(0.0016, 0.0016)
    };
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
    let folded = start(0.0016, 0.0016)
        .fold(&observed(0.01, 0.0, 0.0, 12), &decays, &terms())
        .unwrap();
    let keep = 2f64.powf(-3_600.0 / 43_200.0);
    let expected = keep * 0.0016 + (1.0 - keep) * (0.0001 * 24.0);
    assert!((as_f64(folded.volatility.fast) - expected).abs() < 1e-15);
    assert_eq!(folded.steps, 12);
}

#[test]
fn the_first_publication_after_a_boundary_is_the_sample() {
    let listed = Observations::start(log(1.0), 10);
    let (before, is_sample) = listed.observe(log(1.2), 3_299, 3_290, GRID).unwrap();
    assert!(!is_sample && !before.has_sample(11));
    let (at, is_sample) = before.observe(log(1.1), 3_300, 3_299, GRID).unwrap();
    assert!(is_sample && at.has_sample(11));
    // the range that the sample ends holds what came before and the sample itself
    assert_eq!(
        at.closed,
        LogRange {
            high: log(1.2),
            low: log(1.0)
        }
    );
    let (later, is_sample) = at.observe(log(1.5), 3_305, 3_301, GRID).unwrap();
    assert!(!is_sample);
    assert_eq!(
        (later.sample, later.closed, later.open.high),
        (log(1.1), at.closed, log(1.5))
    );
    // the publication before lies in the same step: not the first, however late the crank
    assert_eq!(
        later.observe_sample(log(1.3), 3_800, 3_601, GRID),
        Err(RiskError::SampleNotFirst)
    );
    // a sample is taken once
    assert_eq!(
        at.observe_sample(log(1.1), 3_300, 3_299, GRID),
        Err(RiskError::SampleNotFirst)
    );
    assert_eq!(at.observe(log(1.1), 3_300, 3_299, 0), Err(RiskError::DivisionByZero));
}

#[test]
fn a_sample_that_was_not_folded_leaves_its_range_to_the_next() {
    let first = Observations::start(log(1.0), 10)
        .observe_sample(log(1.4), 3_300, 3_299, GRID)
        .unwrap();
    let second = first.observe_sample(log(0.9), 3_600, 3_590, GRID).unwrap();
    assert_eq!(
        second.closed,
        LogRange {
            high: log(1.4),
            low: log(0.9)
        }
    );
    assert!(second.has_sample(12) && !second.has_sample(11));
}

#[test]
fn a_step_is_folded_once_and_not_before_everyone_is_there() {
    assert_eq!(step_to_fold(10, true, 3_300, GRID), Ok(11));
    assert_eq!(step_to_fold(10, false, 3_419, GRID), Err(RiskError::StepIncomplete));
    assert_eq!(step_to_fold(10, false, 3_420, GRID), Ok(11));
    assert_eq!(step_to_fold(11, true, 3_599, GRID), Err(RiskError::StepAlreadyFolded));
    assert_eq!(step_to_fold(0, true, 3_599, 0), Err(RiskError::DivisionByZero));
    let listed = Volatility {
        last_step: 11,
        ..start(0.001, 0.001)
    };
    let sample = observed(0.0, 0.0, 0.0, 0);
    assert!(!listed.is_due(
        &Observations {
            sample_step: 11,
            ..sample
        },
        11
    ));
    assert!(listed.is_due(
        &Observations {
            sample_step: 12,
            ..sample
        },
        12
    ));
    let again = start(0.001, 0.001).fold(&sample, &Decays::over(1, &terms()).unwrap(), &terms());
    assert_eq!(again, Err(RiskError::StepAlreadyFolded));
}

#[test]
fn parameters_outside_their_bounds_are_refused() {
    for broken in [
        VolatilityParameters {
            floor_volatility_ppm: 99,
            ..PARAMETERS
        },
        VolatilityParameters {
            winsor_sigmas_ppm: 2_999_999,
            ..PARAMETERS
        },
        VolatilityParameters {
            fast_half_life_seconds: 0,
            ..PARAMETERS
        },
        VolatilityParameters {
            slow_half_life_seconds: 43_199,
            ..PARAMETERS
        },
        VolatilityParameters {
            jump_half_life_seconds: u32::MAX,
            ..PARAMETERS
        },
        VolatilityParameters {
            grid_seconds: 0,
            ..PARAMETERS
        },
        VolatilityParameters {
            grid_seconds: 301,
            ..PARAMETERS
        },
    ] {
        assert_eq!(broken.terms(), Err(RiskError::ParameterOutOfBounds));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(4), cases: 2_000, ..ProptestConfig::default() })]

    /// INV-INFLUENCE: whatever is posted, no fold passes its bound, and the winsorised return stays within six sigmas.
    #[test]
    fn inv_influence(fast in 1e-9f64..1.0, slow in 1e-9f64..1.0, sample in -60.0f64..60.0, low in -60.0f64..0.0, high in 0.0f64..60.0, small in any::<bool>(), steps in 1u64..10_000) {
        let scale = if small { 1e-3 } else { 1.0 };
        let (state, terms) = (start(fast, slow), terms());
        let decays = Decays::over(steps, &terms).unwrap();
        let observations = observed(sample * scale, low * scale, high * scale, steps);
        let folded = state.fold(&observations, &decays, &terms).unwrap();
        prop_assert!(folded.volatility.fast <= state.influence_bound(state.fast, decays.fast, &terms).unwrap());
        prop_assert!(folded.volatility.slow <= state.influence_bound(state.slow, decays.slow, &terms).unwrap());

        let reference = as_f64(state.reference(&terms));
        let keep = decays.fast.to_bits() as f64 / 2f64.powi(63);
        let factor = keep + (1.0 - keep) * 36.0 * reference / fast;
        prop_assert!(as_f64(folded.volatility.fast) <= fast * factor * (1.0 + 1e-9));
        let bound = 6.0 * (reference * steps as f64 / 288.0).sqrt();
        let winsorised = folded.winsorised.to_bits() as f64 / 2f64.powi(48);
        prop_assert!(winsorised.abs() <= bound * (1.0 + 1e-8));
        prop_assert!(folded.volatility.jump <= Ratio::ONE);
    }

    /// An attacker who repeats the worst for an hour cannot outgrow the compounded bound.
    #[test]
    fn influence_compounds_no_faster(sizes in prop::collection::vec(-3.0f64..3.0, 12)) {
        let terms = terms();
        let decays = Decays::over(1, &terms).unwrap();
        let mut state = start(0.0004, 0.0004);
        let (mut bound_fast, mut bound_slow) = (0.0004, 0.0004);
        for size in sizes {
            let observations = Observations { sample_step: state.last_step + 1, ..observed(size, -3.0, 3.0, 1) };
            state = state.fold(&observations, &decays, &terms).unwrap().volatility;
            let (keep_fast, keep_slow) = (2f64.powf(-300.0 / 43_200.0), 2f64.powf(-300.0 / 1_296_000.0));
            bound_fast = keep_fast * bound_fast + (1.0 - keep_fast) * 36.0 * bound_slow;
            bound_slow = keep_slow * bound_slow + (1.0 - keep_slow) * 36.0 * bound_slow;
            prop_assert!(as_f64(state.fast) <= bound_fast * (1.0 + 1e-9) && as_f64(state.slow) <= bound_slow * (1.0 + 1e-9));
        }
    }

    #[test]
    fn a_larger_return_never_lowers_a_variance(size in 0.0f64..0.2, more in 0.0f64..0.2, steps in 1u64..50) {
        let terms = terms();
        let decays = Decays::over(steps, &terms).unwrap();
        let fold = |size: f64| start(0.001, 0.001).fold(&observed(size, 0.0, 0.0, steps), &decays, &terms).unwrap().volatility;
        prop_assert!(fold(size + more).fast >= fold(size).fast && fold(size + more).jump >= fold(size).jump);
        prop_assert_eq!(fold(size).fast, fold(-size).fast);
    }
}
