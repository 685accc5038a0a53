//! Section 3: covariances and what they say of correlation.

use plimsoll_risk::correlation::{self, CELLS, CovarianceWeights, FACTORS};
use plimsoll_risk::quantities::{Correlation, Covariance, Decay, LogReturn};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{GRID_SECONDS, STEPS_PER_DAY, Text, cases};

#[derive(Deserialize)]
struct CovarianceFold {
    covariances: Vec<Text<i64>>,
    returns: Vec<Option<Text<i64>>>,
    seconds: u64,
    half_life_seconds: u32,
    covariances_expected: Vec<Expected>,
}

/// Where the pairs of the first `count` factors stand in the triangle of all, in the order of the file.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..count).flat_map(move |i| (i..count).map(move |j| (i, j, i * (2 * FACTORS + 1 - i) / 2 + j - i)))
}

#[test]
fn correlation_fold() {
    for case in cases::<CovarianceFold>(include_str!("correlation_fold.json")) {
        let count = case.returns.len();
        let mut cells = [0; CELLS];
        for ((.., cell), covariance) in pairs(count).zip(&case.covariances) {
            cells[cell] = covariance.0;
        }
        let mut returns = [LogReturn::ZERO; FACTORS];
        for (slot, given) in returns.iter_mut().zip(&case.returns) {
            *slot = LogReturn::from_bits(given.map_or(0, |bits| bits.0));
        }
        let decay = Decay::over(case.seconds, case.half_life_seconds).unwrap();
        let weights = CovarianceWeights::new(decay, case.seconds / GRID_SECONDS, u64::from(STEPS_PER_DAY)).unwrap();
        correlation::fold(&mut cells, &returns, &weights).unwrap();

        let bits = Covariance::FRACTION_BITS;
        let expected: Vec<_> = pairs(count).zip(&case.covariances_expected).collect();
        let variance = |wanted: usize| {
            let diagonal = expected.iter().find(|((i, j, _), _)| *i == wanted && *j == wanted);
            diagonal.map_or(0.0, |(_, value)| value.units(bits))
        };
        for ((i, j, cell), value) in &expected {
            // y is rounded up to 31 bits, its scale to 31 significant ones
            let of_elements = (variance(*i).sqrt() + variance(*j).sqrt()) / 8.0;
            let relative = of_elements + 2e-9 * (variance(*i) * variance(*j)).sqrt();
            if i == j {
                value.assert_near(cells[*cell], bits, Side::Up, 36.0 + relative);
            } else {
                value.assert_near(cells[*cell], bits, Side::Both, 4.0 + relative);
            }
        }
    }
}

#[derive(Deserialize)]
struct Rho {
    covariance: Text<i64>,
    variance_i: Text<i64>,
    variance_j: Text<i64>,
    correlation_expected: Expected,
}

#[test]
fn correlation_ratio() {
    for case in cases::<Rho>(include_str!("correlation_ratio.json")) {
        let mut cells = [0; CELLS];
        let covariances = [case.variance_i, case.covariance, case.variance_j];
        for ((.., cell), covariance) in pairs(2).zip(covariances) {
            cells[cell] = covariance.0;
        }
        let found = correlation::rho(&cells, 0, 1).unwrap().to_bits();
        let side = if case.covariance.0 < 0 { Side::Up } else { Side::Down };
        case.correlation_expected.assert_near(found, Correlation::FRACTION_BITS, side, 2.0);
    }
}
