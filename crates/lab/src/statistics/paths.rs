//! Building blocks of simulated paths: correlation matrices, Student-t draws, resampling of history, filtered historical simulation.

use rand::Rng;
use rand_distr::{ChiSquared, Distribution, StandardNormal};
use thiserror::Error;

/// What is wrong with a correlation matrix.
#[derive(Clone, Debug, Error, PartialEq)]
#[allow(missing_docs)] // rows and columns count from one
pub enum CorrelationError {
    /// A row is too short or too long.
    #[error("row {row} has {length} numbers; a correlation matrix of {size} factors has {size} in each of {size} rows")]
    Shape { row: usize, length: usize, size: usize },
    /// A number outside ±1.
    #[error("row {row}, column {column} is {value}; a correlation lies between -1 and 1")]
    Range { row: usize, column: usize, value: f64 },
    /// A diagonal element is not one.
    #[error("row {row}, column {row} is {value}; the diagonal of a correlation matrix is 1")]
    Diagonal { row: usize, value: f64 },
    /// Two mirrored elements differ.
    #[error("row {row}, column {column} is {value}, but row {column}, column {row} is {mirrored}; make it symmetric")]
    Asymmetric { row: usize, column: usize, value: f64, mirrored: f64 },
    /// No random variables have these correlations.
    #[error(
        "it is not positive semidefinite: no returns have these correlations (elimination meets {pivot:.6} in row {row}); shrink it toward the identity"
    )]
    NotSemidefinite { row: usize, pivot: f64 },
}

impl CorrelationError {
    /// The row that is wrong, from 1.
    #[must_use]
    pub const fn row(&self) -> usize {
        match self {
            Self::Shape { row, .. }
            | Self::Range { row, .. }
            | Self::Diagonal { row, .. }
            | Self::Asymmetric { row, .. }
            | Self::NotSemidefinite { row, .. } => *row,
        }
    }
}

/// A correlation matrix as its lower triangular root, A = L·Lᵀ.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelationRoot(Vec<Vec<f64>>);

/// What rounding may leave of a pivot that is zero.
const PIVOT_TOLERANCE: f64 = 1e-9;

impl CorrelationRoot {
    /// Checks a matrix and takes its root (Cholesky's, with zero pivots of a semidefinite matrix skipped). Rows and columns of errors count from 1.
    ///
    /// # Errors
    /// [`CorrelationError`], the first that is found.
    pub fn of(matrix: &[Vec<f64>]) -> Result<Self, CorrelationError> {
        check_entries(matrix)?;
        let mut root: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (i, entries) in matrix.iter().enumerate() {
            let mut row = vec![0.0; matrix.len()];
            for j in 0..i {
                let left = entries[j] - dot(&row, &root[j], j);
                if root[j][j] > 0.0 {
                    row[j] = left / root[j][j];
                } else if left.abs() > PIVOT_TOLERANCE.sqrt() {
                    return Err(CorrelationError::NotSemidefinite { row: i + 1, pivot: -left.abs() });
                }
            }
            let pivot = entries[i] - dot(&row, &row, i);
            if pivot < -PIVOT_TOLERANCE {
                return Err(CorrelationError::NotSemidefinite { row: i + 1, pivot });
            }
            row[i] = if pivot < PIVOT_TOLERANCE { 0.0 } else { pivot.sqrt() };
            root.push(row);
        }
        Ok(Self(root))
    }

    /// Standard normals with these correlations.
    pub fn normals(&self, generator: &mut impl Rng) -> Vec<f64> {
        let independent: Vec<f64> = self.0.iter().map(|_| StandardNormal.sample(generator)).collect();
        self.0.iter().map(|row| row.iter().zip(&independent).map(|(weight, normal)| weight * normal).sum()).collect()
    }
}

/// Σ of the first `count` products.
fn dot(left: &[f64], right: &[f64], count: usize) -> f64 {
    left.iter().zip(right).take(count).map(|(left, right)| left * right).sum()
}

fn check_entries(matrix: &[Vec<f64>]) -> Result<(), CorrelationError> {
    for (i, row) in matrix.iter().enumerate() {
        if row.len() != matrix.len() {
            return Err(CorrelationError::Shape { row: i + 1, length: row.len(), size: matrix.len() });
        }
        for (j, &value) in row.iter().enumerate() {
            if !(-1.0..=1.0).contains(&value) {
                return Err(CorrelationError::Range { row: i + 1, column: j + 1, value });
            }
        }
        if (row[i] - 1.0).abs() > PIVOT_TOLERANCE {
            return Err(CorrelationError::Diagonal { row: i + 1, value: row[i] });
        }
        for (j, &value) in row.iter().enumerate().take(i) {
            let mirrored = matrix[j][i];
            if (value - mirrored).abs() > PIVOT_TOLERANCE {
                return Err(CorrelationError::Asymmetric { row: i + 1, column: j + 1, value, mirrored });
            }
        }
    }
    Ok(())
}

/// A matrix moved by `share` toward all-ones: in a crash everything falls together. Semidefinite where the matrix is.
#[must_use]
pub fn toward_ones(matrix: &[Vec<f64>], share: f64) -> Vec<Vec<f64>> {
    matrix.iter().map(|row| row.iter().map(|value| value + share * (1.0 - value)).collect()).collect()
}

/// The factor that makes a vector of normals a multivariate Student t of variance one: √((ν − 2)/χ²_ν), one draw for all of the vector, so that the
/// components have their extremes together. `degrees_of_freedom` is above 2; otherwise the factor is one.
pub fn student_mixing(degrees_of_freedom: f64, generator: &mut impl Rng) -> f64 {
    match ChiSquared::new(degrees_of_freedom) {
        Ok(chi_squared) if degrees_of_freedom > 2.0 => {
            ((degrees_of_freedom - 2.0) / chi_squared.sample(generator)).sqrt()
        }
        _ => 1.0,
    }
}

/// `count` indices of a history, in blocks of consecutive ones that start anywhere and wrap around its end (circular block bootstrap, Politis and
/// Romano 1992). Empty where the history is.
pub fn block_bootstrap(history: usize, block: usize, count: usize, generator: &mut impl Rng) -> Vec<usize> {
    let mut indices = Vec::with_capacity(count);
    while history > 0 && indices.len() < count {
        let start = generator.random_range(0..history);
        let length = block.max(1).min(count - indices.len());
        indices.extend((0..length).map(|offset| (start + offset) % history));
    }
    indices
}

/// Filtered historical simulation: each return as if it had happened at today's volatility, r·σ_T/σ (Hull and White 1998; Barone-Adesi et al. 1999).
#[must_use]
pub fn filtered_returns(returns: &[f64], volatilities: &[f64], volatility_now: f64) -> Vec<f64> {
    returns.iter().zip(volatilities).map(|(log_return, volatility)| log_return * volatility_now / volatility).collect()
}

/// Exponentially weighted volatility before each return, from `seed` on: σ² ← λ·σ² + (1 − λ)·r² (RiskMetrics). One longer than the returns: the last is
/// the volatility now.
#[must_use]
pub fn weighted_volatilities(returns: &[f64], decay: f64, seed: f64) -> Vec<f64> {
    let mut variance = seed * seed;
    let mut volatilities = Vec::with_capacity(returns.len() + 1);
    volatilities.push(seed);
    for log_return in returns {
        variance = decay * variance + (1.0 - decay) * log_return * log_return;
        volatilities.push(variance.sqrt());
    }
    volatilities
}
