//! The covariance fold against doubles, published vectors and the law that it stays positive semidefinite in integers.
// doubles judge integers here
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use plimsoll_risk::correlation::{CELLS, CovarianceWeights, FACTORS, covariance, fold, rho, variance};
use plimsoll_risk::quantities::{Correlation, Decay, LogReturn};
use proptest::prelude::*;

fn returns(values: &[f64]) -> [LogReturn; FACTORS] {
    std::array::from_fn(|i| LogReturn::from_bits((values.get(i).copied().unwrap_or(0.0) * 2f64.powi(48)) as i64))
}

fn correlation(cells: &[i64; CELLS], i: usize, j: usize) -> f64 {
    f64::from(rho(cells, i, j).unwrap().to_bits()) / 2f64.powi(30)
}

fn as_f64(cells: &[i64; CELLS], i: usize, j: usize) -> f64 {
    covariance(cells, i, j).to_bits() as f64 / 2f64.powi(56)
}

/// λ = 0.94 a day and a grid of one step a day: y = r·√0.06, C as published.
fn daily() -> CovarianceWeights {
    CovarianceWeights::new(Decay::from_bits((0.94 * 2f64.powi(63)) as u64), 1, 1).unwrap()
}

fn five_minutes() -> CovarianceWeights {
    CovarianceWeights::new(Decay::over(300, 432_000).unwrap(), 1, 288).unwrap()
}

/// The exact rounding error of a fold, in units of 2⁻³⁸ of the last place, is diagonally dominant: so the fold of a positive semidefinite matrix is one.
fn check_rounding(before: &[i64; CELLS], after: &[i64; CELLS], y: &[i64; FACTORS], keep32: u64) {
    let error = |i: usize, j: usize| {
        let [old, new] = [before, after].map(|cells| i128::from(covariance(cells, i, j).to_bits()));
        (new << 38) - ((old * i128::from(keep32)) << 6) - ((i128::from(y[i]) * i128::from(y[j])) << 32)
    };
    for i in 0..FACTORS {
        let others: i128 = (0..FACTORS).filter(|&j| j != i).map(|j| error(i, j).abs()).sum();
        assert!(error(i, i) > others, "row {i}: {} against {others}", error(i, i));
    }
}

/// The smallest pivot of an elimination in doubles, in units of the last place. The cells are below 2^53 here, so its own error is about one unit.
fn smallest_pivot(cells: &[i64; CELLS]) -> f64 {
    let mut a: Vec<Vec<f64>> =
        (0..FACTORS).map(|i| (0..FACTORS).map(|j| covariance(cells, i, j).to_bits() as f64).collect()).collect();
    let mut smallest = f64::INFINITY;
    for k in 0..FACTORS {
        let pivot_row = a[k].clone();
        smallest = smallest.min(pivot_row[k]);
        for row in a.iter_mut().skip(k + 1) {
            let factor = row[k] / pivot_row[k];
            for (cell, above) in row.iter_mut().zip(&pivot_row) {
                *cell -= factor * above;
            }
        }
    }
    smallest
}

#[test]
fn the_published_covariance_path_is_reproduced() {
    // λ = 0.94 from (0.0016, 0.0025, 0.0012)
    let mut cells = [0; CELLS];
    cells[0] = (0.0016 * 2f64.powi(56)) as i64;
    cells[1] = (0.0012 * 2f64.powi(56)) as i64;
    cells[FACTORS] = (0.0025 * 2f64.powi(56)) as i64;
    for (step, expected) in [
        ([-0.05, -0.08], [0.001_654, 0.002_734, 0.001_368, 0.643_308_20]),
        ([0.02, 0.01], [0.001_578_76, 0.002_575_96, 0.001_297_92, 0.643_606_33]),
        ([-0.03, 0.01], [0.001_538_034_4, 0.002_427_402_4, 0.001_202_044_8, 0.622_109_37]),
    ] {
        fold(&mut cells, &returns(&step), &daily()).unwrap();
        let found = [as_f64(&cells, 0, 0), as_f64(&cells, 1, 1), as_f64(&cells, 0, 1), correlation(&cells, 1, 0)];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-8, "{found} against {expected}");
        }
    }
    assert!((variance(&cells, 1).to_bits() as f64 / 2f64.powi(96) - as_f64(&cells, 1, 1)).abs() < 1e-18);
}

#[test]
fn cells_stand_row_by_row_in_the_upper_triangle() {
    let mut cells = [0; CELLS];
    for (index, cell) in (0..).zip(&mut cells) {
        *cell = index;
    }
    let mut expected = 0;
    for i in 0..FACTORS {
        for j in i..FACTORS {
            assert_eq!(covariance(&cells, i, j).to_bits(), expected);
            assert_eq!(covariance(&cells, j, i).to_bits(), expected);
            expected += 1;
        }
    }
    assert_eq!(expected, 136);
    assert_eq!(covariance(&cells, 3, FACTORS).to_bits(), 0);
    assert_eq!(covariance(&cells, usize::MAX, 0).to_bits(), 0);
}

#[test]
fn correlations_reach_but_never_pass_one() {
    let mut cells = [0; CELLS];
    assert_eq!(rho(&cells, 0, 1), Ok(Correlation::ZERO));
    for _ in 0..3_000 {
        fold(&mut cells, &returns(&[0.01, 0.01, -0.01]), &five_minutes()).unwrap();
    }
    for (i, j, expected) in [(0, 1, 1.0), (0, 2, -1.0), (2, 1, -1.0), (0, 3, 0.0)] {
        let found = correlation(&cells, i, j);
        assert!((found - expected).abs() < 1e-6 && found.abs() <= 1.0, "{i} {j}: {found}");
    }
}

#[test]
fn fifty_days_of_identical_factors_stay_positive_definite() {
    // rank one but for the lift: the worst case for rounding
    let mut cells = [0; CELLS];
    for step in 0..14_400 {
        let size = if step % 2 == 0 { 0.0021 } else { -0.0017 };
        fold(&mut cells, &returns(&[size; FACTORS]), &five_minutes()).unwrap();
    }
    assert!(smallest_pivot(&cells) > 16.0, "{}", smallest_pivot(&cells));
    // the lift stays negligible: below 10⁻⁹ of the variance
    let expected = 0.0021f64.powi(2).midpoint(0.0017f64.powi(2)) * 288.0 * (1.0 - 2f64.powi(-10));
    assert!((as_f64(&cells, 0, 0) / expected - 1.0).abs() < 1e-3);
}

#[test]
fn no_variance_passes_sixty_four_a_day() {
    let mut cells = [0; CELLS];
    for _ in 0..100 {
        let month = CovarianceWeights::new(Decay::over(2_592_000, 432_000).unwrap(), 8_640, 288).unwrap();
        fold(&mut cells, &returns(&[90.0; FACTORS]), &month).unwrap();
        fold(&mut cells, &returns(&[-90.0; FACTORS]), &five_minutes()).unwrap();
    }
    assert!(as_f64(&cells, 15, 15) < 64.001);
    assert!(smallest_pivot(&cells) > 0.0);
}

#[test]
fn nothing_elapsed_changes_only_the_lift() {
    let mut cells = [1 << 40; CELLS];
    fold(&mut cells, &returns(&[0.5; FACTORS]), &CovarianceWeights::new(Decay::ONE, 1, 288).unwrap()).unwrap();
    assert_eq!((cells[0], cells[1]), ((1 << 40) + 32, 1 << 40));
    assert!(CovarianceWeights::new(Decay::ONE, 0, 288).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(5), cases: 200, ..ProptestConfig::default() })]

    /// INV-PSD, exactly: by induction over the folds, with every rounding error measured in integers.
    #[test]
    fn inv_psd(vectors in prop::collection::vec(prop::collection::vec(-0.3f64..0.3, FACTORS), 1..20), signs in any::<u16>(), scale in 0i32..40, gap in 1u64..3_000, copies in any::<bool>()) {
        let weights = [five_minutes(), CovarianceWeights::new(Decay::over(300 * gap, 432_000).unwrap(), gap, 288).unwrap()];
        let mut cells = [0; CELLS];
        for (count, vector) in vectors.iter().enumerate() {
            // adversarial: all the same size but for signs, down to single units
            let values: Vec<f64> = (0..FACTORS).map(|i| {
                let base = if copies { vector[0] } else { vector[i] };
                let sign = if signs >> i & 1 == 1 { -1.0 } else { 1.0 };
                base * sign * 2f64.powi(-scale)
            }).collect();
            let (before, vector, weights) = (cells, returns(&values), &weights[count % 2]);
            fold(&mut cells, &vector, weights).unwrap();
            check_rounding(&before, &cells, &vector.map(|winsorised| weights.element(winsorised)), weights.keep32);
        }
        prop_assert!(smallest_pivot(&cells) > 0.0);
        for i in 0..FACTORS {
            for j in 0..FACTORS {
                prop_assert!(correlation(&cells, i, j).abs() <= 1.0);
            }
        }
    }
}
