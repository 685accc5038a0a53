//! Correlations from covariances, and what their rounding leaves of positive semidefiniteness.

use plimsoll_risk::correlation::{CELLS, FACTORS, covariance};
use plimsoll_risk::portfolio::{CORRELATIONS, correlations, requirement_up};
use proptest::prelude::*;

use crate::accounts::{Leg, Model, account, any_cells, any_legs, any_margins, cell};
use crate::seeded::seeded;

fn found(cells: &[i64; CELLS]) -> [i16; CORRELATIONS] {
    let mut out = [0; CORRELATIONS];
    correlations(cells, &mut out);
    out
}

/// Two factors with these variances and covariance.
fn of_pair(variance: [i64; 2], covariance: i64) -> i16 {
    let mut cells = [0; CELLS];
    (cells[0], cells[1], cells[FACTORS]) = (variance[0], covariance, variance[1]);
    found(&cells)[0]
}

proptest! {
    #![proptest_config(seeded(2048))]

    /// Toward zero, by less than two units: what the 2⁻¹⁰ on the diagonal covers.
    #[test]
    fn correlations_round_toward_zero_by_less_than_two_units(cells in any_cells()) {
        let found = found(&cells);
        for i in 0..FACTORS {
            for j in i + 1..FACTORS {
                let at = |i, j| covariance(&cells, i, j).to_bits() as f64;
                let variance = at(i, i) * at(j, j);
                let exact = if variance > 0.0 { at(i, j) / variance.sqrt() * 32_768.0 } else { 0.0 };
                let error = exact - f64::from(found[cell(i, j)]);
                prop_assert!(error * exact.signum() >= -1e-6, "{i} {j}: {error}");
                prop_assert!(error.abs() < 1.001, "{i} {j}: {error}");
            }
        }
    }

    /// INV-PSD: with the lift on its diagonal, what folds of any returns leave is positive definite.
    #[test]
    fn estimated_matrices_are_positive_semidefinite(cells in any_cells()) {
        let found = found(&cells);
        let mut matrix = [[0.0; FACTORS]; FACTORS];
        for i in 0..FACTORS {
            matrix[i][i] = 1.0 + 1.0 / 1024.0;
            for j in i + 1..FACTORS {
                matrix[i][j] = f64::from(found[cell(i, j)]) / 32_768.0;
                matrix[j][i] = matrix[i][j];
            }
        }
        prop_assert!(pivots(matrix).iter().all(|pivot| *pivot > 0.0));
    }

    /// The same requirement, whatever the order of the factors.
    #[test]
    fn the_order_of_factors_does_not_matter(legs in any_legs(), margins in any_margins(), cells in any_cells()) {
        let found = found(&cells);
        let turn = |factor: usize| FACTORS - 1 - factor;
        let model = Model { correlations: found, ..Model::plain() };
        let mut turned = model.clone();
        for i in 0..FACTORS {
            for j in i + 1..FACTORS {
                turned.correlations[cell(turn(j), turn(i))] = found[cell(i, j)];
            }
        }
        let turned_legs: Vec<(usize, Leg)> = legs.iter().map(|(factor, leg)| (turn(*factor), *leg)).collect();
        let turned_margins = std::array::from_fn(|factor| margins[turn(factor)]);
        let there = requirement_up(&account(&turned_legs, &turned_margins), &turned_margins, &turned.borrowed());
        prop_assert_eq!(requirement_up(&account(&legs, &margins), &margins, &model.borrowed()), there);
    }
}

/// The pivots of elimination: all above zero, where the matrix is positive definite.
fn pivots(mut matrix: [[f64; FACTORS]; FACTORS]) -> [f64; FACTORS] {
    for k in 0..FACTORS {
        for i in k + 1..FACTORS {
            let (above, multiple) = (matrix[k], matrix[i][k] / matrix[k][k]);
            for (entry, above) in matrix[i].iter_mut().zip(above).skip(k) {
                *entry -= multiple * above;
            }
        }
    }
    std::array::from_fn(|k| matrix[k][k])
}

#[test]
fn ends_of_the_range() {
    let one = 1_i64 << 56;
    assert_eq!(of_pair([one, one], one), 32_767);
    assert_eq!(of_pair([one, one], -one), -32_767);
    assert_eq!(of_pair([one, one], one / 2), 16_384);
    assert_eq!(of_pair([one, 0], 5), 0);
    assert_eq!(of_pair([one, -1], one), 0);
    assert_eq!(of_pair([4, 16], 8), 32_767);
    assert_eq!(of_pair([1, i64::MAX], 1 << 30), 11_585);
    // beyond a correlation of one, as no fold leaves it
    assert_eq!(of_pair([1, 1], i64::MAX), 32_767);
    assert_eq!(of_pair([1, 1], i64::MIN), -32_767);
    assert_eq!(of_pair([i64::MAX, i64::MAX], i64::MIN), -32_767);
}
