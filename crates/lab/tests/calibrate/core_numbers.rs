//! Published EWMA numbers, by the core's own fold: RiskMetrics Technical Document (1996), chapter 5; Hull.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // mantissas of known size

use plimsoll_lab::calibrate::fold::{fold, on_grid};
use plimsoll_lab::series::{Bar, Series};
use plimsoll_risk::correlation::{self, CELLS, CovarianceWeights, FACTORS};
use plimsoll_risk::quantities::{Decay, LogReturn, Ratio, Variance};
use plimsoll_risk::volatility::VolatilityParameters;

fn close(found: f64, published: f64, tolerance: f64) {
    assert!((found - published).abs() <= tolerance, "{found} instead of {published}");
}

fn decay(lambda: f64) -> Decay {
    Decay::from_bits((lambda * 2.0_f64.powi(63)) as u64)
}

fn variance(value: f64) -> Variance {
    Variance::from_bits((value * 2.0_f64.powi(96)) as u128)
}

fn number(variance: Variance) -> f64 {
    variance.to_bits() as f64 / 2.0_f64.powi(96)
}

#[test]
fn one_step_of_the_moving_average() {
    for (lambda, sigma, moved, published) in
        [(0.90, 0.01, 0.02, 0.011_401_75), (0.94, 0.018, -0.023, 0.018_338), (0.80, 0.018, -0.023, 0.019_105)]
    {
        let after = decay(lambda).blend_up(variance(sigma * sigma), variance(moved * moved));
        close(number(after).sqrt(), published, 6e-7);
    }
    close(number(decay(0.90).blend_up(variance(1e-4), variance(4e-4))), 0.000_13, 1e-12);
}

#[test]
fn half_lives_and_lambdas_belong_together() {
    let day = 86_400.0;
    for (lambda, half_life_days) in [(0.94, 11.2023), (0.97, 22.7566), (0.99, 68.9676)] {
        let half_life = (half_life_days * day) as u32;
        let found = Decay::over(86_400, half_life).expect("a decay").to_bits() as f64 / 2.0_f64.powi(63);
        close(found, lambda, 1e-6);
    }
    let half_life = (11.202_3 * day) as u32;
    for (seconds, published) in
        [(60, 0.999_957_031_9), (300, 0.999_785_177_9), (3_600, 0.997_425_178_7), (259_200, 0.830_584)]
    {
        let found = Decay::over(seconds, half_life).expect("a decay").to_bits() as f64 / 2.0_f64.powi(63);
        close(found, published, 1e-6);
    }
}

#[test]
fn a_path_of_the_covariance() {
    let mut cells = [0_i64; CELLS];
    let unit = 2.0_f64.powi(56);
    // (0, 0), (0, 1) and, a row of sixteen later, (1, 1)
    for (cell, value) in [(0, 0.0016), (1, 0.0012), (FACTORS, 0.0025)] {
        cells[cell] = (value * unit) as i64;
    }
    let weights = CovarianceWeights::new(decay(0.94), 1, 1).expect("weights");
    let path = [
        ([-0.05, -0.08], [0.001_654, 0.002_734, 0.001_368], 0.643_308_20),
        ([0.02, 0.01], [0.001_578_76, 0.002_575_96, 0.001_297_92], 0.643_606_33),
        ([-0.03, 0.01], [0.001_538_034_4, 0.002_427_402_4, 0.001_202_044_8], 0.622_109_37),
    ];
    for (moves, published, correlation) in path {
        let mut returns = [LogReturn::ZERO; FACTORS];
        for (slot, moved) in returns.iter_mut().zip(moves) {
            *slot = LogReturn::from_bits((moved * 2.0_f64.powi(48)) as i64);
        }
        correlation::fold(&mut cells, &returns, &weights).expect("folds");
        let cell = |i, j| correlation::covariance(&cells, i, j).to_bits() as f64 / unit;
        for (found, published) in [cell(0, 0), cell(1, 1), cell(0, 1)].into_iter().zip(published) {
            close(found, published, 1e-10);
        }
        let rho = correlation::rho(&cells, 0, 1).expect("known").to_bits();
        close(f64::from(rho) / 2.0_f64.powi(30), correlation, 1e-6);
    }
}

fn bars(closes: &[f64], bar_seconds: u64) -> Series {
    let bar = |(place, close): (usize, &f64)| Bar {
        open_time_seconds: (place as u64 + 1) * bar_seconds,
        open: *close,
        high: *close,
        low: *close,
        close: *close,
        volume_base: None,
        depth_quote: None,
        spread: None,
    };
    Series::of_bars("flat bars", closes.iter().enumerate().map(bar).collect()).expect("a series")
}

const PARAMETERS: VolatilityParameters = VolatilityParameters {
    floor_volatility_ppm: 10_000,
    winsor_sigmas_ppm: 6_000_000,
    fast_half_life_seconds: 43_200,
    slow_half_life_seconds: 1_296_000,
    jump_half_life_seconds: 21_600,
    grid_seconds: 300,
};

#[test]
fn a_fold_of_bars_is_the_formula_of_the_model() {
    let moves = [0.004, -0.006, 0.002];
    let mut price = 100.0;
    let closes: Vec<f64> = std::iter::once(0.0)
        .chain(moves)
        .map(|moved: f64| {
            price *= moved.exp();
            price
        })
        .collect();
    let folded = fold(&bars(&closes, 3_600), &PARAMETERS, 0.04 * 0.04).expect("folds");
    let (mut fast, mut slow) = (0.0016, 0.0016);
    let keep = |half_life: f64| 2.0_f64.powf(-3_600.0 / half_life);
    for (place, moved) in moves.into_iter().enumerate() {
        // the range from the close before to this bar's is its only price, so the squared return counts
        let observed = moved * moved * 24.0;
        fast = keep(43_200.0) * fast + (1.0 - keep(43_200.0)) * observed;
        slow = keep(1_296_000.0) * slow + (1.0 - keep(1_296_000.0)) * observed;
        close(folded.fast[place], fast, 1e-12);
        close(folded.slow[place], slow, 1e-12);
        close(folded.returns[place], moved, 1e-12);
        close(folded.current[place], fast.max(slow).sqrt(), 1e-9);
    }
    close(folded.sigmas()[0], 0.004 / (0.04 * (1.0_f64 / 24.0).sqrt()), 1e-6);
}

#[test]
fn bars_fit_the_programs_grid_or_are_refused() {
    let with_bars_of = |seconds: u64| on_grid(&bars(&[1.0; 40], seconds)).map(|series| series.bar_seconds);
    assert_eq!(with_bars_of(60).expect("joined"), 300);
    assert_eq!(with_bars_of(900).expect("as they are"), 900);
    let error = with_bars_of(86_400).expect_err("too long").to_string();
    assert!(error.starts_with("flat bars: bars of 86400 s; the estimator needs bars of 60 s to an hour"), "{error}");
    assert!(with_bars_of(700).is_err());
}

#[test]
fn parameters_that_the_core_refuses_are_named() {
    let absurd = VolatilityParameters { winsor_sigmas_ppm: 1, ..PARAMETERS };
    let error = fold(&bars(&[1.0; 10], 300), &absurd, 0.01).expect_err("refused").to_string();
    assert!(error.starts_with("flat bars: the core refuses the parameters of the variances: "), "{error}");
    assert_eq!(Ratio::from_ppm_up(1_000_000), Ratio::ONE);
}
