//! Value at risk and expected shortfall, of samples and in closed form.

use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};
use thiserror::Error;

/// Why a risk measure could not be computed.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum MeasureError {
    /// A level outside (0, 1).
    #[error("level {0} is not a probability between 0 and 1 (both excluded); use 0.95 or 0.99")]
    Level(f64),
    /// Degrees of freedom without a finite variance.
    #[error("{0} degrees of freedom have no variance; use more than 2")]
    DegreesOfFreedom(f64),
    /// Nothing to measure.
    #[error("no losses are given; simulate at least one path")]
    NoLosses,
}

/// Value at risk and expected shortfall at one level, in the unit of the losses (a loss is positive).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TailRisk {
    /// The smallest loss that is exceeded with at most the probability 1 − level.
    pub value_at_risk: f64,
    /// The mean of the worst 1 − level of the outcomes.
    pub expected_shortfall: f64,
}

fn check_level(level: f64) -> Result<(), MeasureError> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(MeasureError::Level(level)) }
}

/// Both measures of a sample, by its empirical distribution.
///
/// The expected shortfall is Acerbi and Tasche's (2002): where the level falls within an outcome, that outcome counts with the part that lies beyond.
///
/// # Errors
/// [`MeasureError::Level`], [`MeasureError::NoLosses`].
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // counts far below 2^52
pub fn of_sample(losses: &[f64], level: f64) -> Result<TailRisk, MeasureError> {
    check_level(level)?;
    let mut sorted = losses.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    // a level such as 0.95 is not exact: without the allowance 0.95·100 would be the 96th loss
    let rank = (level * count - 1e-9).ceil().max(1.0);
    let Some(&value_at_risk) = sorted.get(rank as usize - 1) else {
        return Err(MeasureError::NoLosses);
    };
    let beyond: f64 = sorted[rank as usize..].iter().sum();
    let tail = (1.0 - level) * count;
    let partial = (tail - (count - rank)).max(0.0);
    Ok(TailRisk { value_at_risk, expected_shortfall: (beyond + partial * value_at_risk) / tail })
}

/// Both measures of a normal distribution of mean zero and variance one.
///
/// # Errors
/// [`MeasureError::Level`].
pub fn of_normal(level: f64) -> Result<TailRisk, MeasureError> {
    check_level(level)?;
    let normal = Normal::standard();
    let quantile = normal.inverse_cdf(level);
    Ok(TailRisk { value_at_risk: quantile, expected_shortfall: normal.pdf(quantile) / (1.0 - level) })
}

/// Both measures of a Student t scaled to variance one (McNeil, Frey and Embrechts, Quantitative Risk Management, example 2.15).
///
/// # Errors
/// [`MeasureError::Level`], [`MeasureError::DegreesOfFreedom`] at two or fewer.
pub fn of_student(degrees_of_freedom: f64, level: f64) -> Result<TailRisk, MeasureError> {
    check_level(level)?;
    let refused = || MeasureError::DegreesOfFreedom(degrees_of_freedom);
    if degrees_of_freedom <= 2.0 {
        return Err(refused());
    }
    let student = StudentsT::new(0.0, 1.0, degrees_of_freedom).map_err(|_| refused())?;
    let quantile = student.inverse_cdf(level);
    let scale = ((degrees_of_freedom - 2.0) / degrees_of_freedom).sqrt();
    let tail = student.pdf(quantile) / (1.0 - level) * (degrees_of_freedom + quantile * quantile)
        / (degrees_of_freedom - 1.0);
    Ok(TailRisk { value_at_risk: scale * quantile, expected_shortfall: scale * tail })
}

/// The value below which a part of a sorted sample lies, interpolated linearly (type 7 of Hyndman and Fan, 1996); none of an empty sample.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // indices far below 2^52
pub fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = part.clamp(0.0, 1.0) * last as f64;
    let below = position.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    Some(low + (high - low) * (position - below as f64))
}
