//! Value at risk and expected shortfall of samples; in closed form they are in [`super::student`].

use thiserror::Error;

/// Why a risk measure could not be computed.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum MeasureError {
    /// A level outside (0, 1).
    #[error("level {0} is not a probability between 0 and 1 (both excluded); use 0.95 or 0.99")]
    Level(f64),
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
