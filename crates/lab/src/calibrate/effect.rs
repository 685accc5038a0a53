//! What calibrated parameters would change: fields, margins, health of accounts. Margins are computed by the core.

use plimsoll_params::{BookParams, FactorParams};
use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::threshold::{Path, ThresholdParameters, current_variance, initial_margin, margin_goal};

use super::error::{CalibrateError, core};
use super::factor::Calibrated;
use super::fold::variance;
use super::fragment::values;

/// A field whose value would change.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FieldChange {
    /// Its name.
    pub field: &'static str,
    /// In force.
    pub before: u64,
    /// Calibrated.
    pub after: u64,
    /// Change, as a part of what is in force; absent where that is 0.
    pub change: Option<f64>,
}

/// Margins of one factor at rest: the goal of maintenance, and initial margin with the path at it and no jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Margins {
    /// Maintenance margin.
    pub maintenance: Ratio,
    /// Initial margin.
    pub initial: Ratio,
}

/// Margins at one volatility, before and after.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct MarginChange {
    /// The state of the market.
    pub market: &'static str,
    /// σ per √day.
    pub sigma: f64,
    /// Maintenance margin in force.
    pub maintenance_before: f64,
    /// Maintenance margin calibrated.
    pub maintenance_after: f64,
    /// Initial margin in force.
    pub initial_before: f64,
    /// Initial margin calibrated.
    pub initial_after: f64,
}

/// What would change for one factor.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FactorEffect {
    /// Its name.
    pub symbol: String,
    /// Fields that change.
    pub fields: Vec<FieldChange>,
    /// Margins in a calm market, in the one at the end of the history and in a stressed one.
    pub margins: Vec<MarginChange>,
}

/// The fields that differ.
#[must_use]
#[allow(clippy::cast_precision_loss)] // for a percentage
pub fn field_changes(before: &FactorParams, after: &FactorParams) -> Vec<FieldChange> {
    let pairs = values(before).into_iter().zip(values(after)).filter(|(before, after)| before.1 != after.1);
    pairs
        .map(|((field, before), (_, after))| FieldChange {
            field,
            before,
            after,
            change: (before > 0).then(|| (after as f64 - before as f64) / before as f64),
        })
        .collect()
}

/// The core's margins at a variance per day.
///
/// # Errors
/// [`CalibrateError::Core`] where the core refuses the parameters.
pub fn margins(
    file: &str,
    book: &BookParams,
    params: &FactorParams,
    current: Variance,
) -> Result<Margins, CalibrateError> {
    let refused = core(file, "the parameters of the thresholds");
    let terms = threshold_parameters(book, params).terms().map_err(&refused)?;
    let goal = margin_goal(current_variance(current, current, Variance::ZERO), &terms).map_err(&refused)?;
    let path = Path::start(goal, 0, &terms);
    let initial = initial_margin(&path, goal, Ratio::ZERO, &terms).map_err(&refused)?;
    Ok(Margins { maintenance: goal, initial })
}

fn threshold_parameters(book: &BookParams, params: &FactorParams) -> ThresholdParameters {
    ThresholdParameters {
        floor_volatility_ppm: params.sigma_floor_ppm,
        stress_volatility_ppm: params.sigma_stress_ppm,
        stress_weight_ppm: params.stress_weight_ppm,
        shortfall_multiple_ppm: params.tail_multiplier_ppm,
        horizon_seconds: params.horizon_seconds,
        spread_ppm: params.spread_ppm,
        bonus_max_ppm: params.bonus_max_ppm,
        insurance_cut_ppm: params.insurance_cut_ppm,
        margin_min_ppm: params.margin_min_ppm,
        margin_max_ppm: params.margin_max_ppm,
        initial_gap_ppm: params.initial_gap_ppm,
        walk_relative_ppm: book.walk_relative_ppm_per_hour,
        walk_absolute_ppm: book.walk_absolute_ppm_per_hour,
        grid_seconds: book.grid_seconds,
        grace_seconds: book.grace_seconds,
    }
}

/// What would change for a factor that has parameters in force.
///
/// # Errors
/// [`CalibrateError::Core`] where the core refuses parameters.
pub fn of_factor(
    file: &str,
    book: &BookParams,
    before: &FactorParams,
    calibrated: &Calibrated,
) -> Result<FactorEffect, CalibrateError> {
    let after = calibrated.params();
    let levels = &calibrated.evidence.levels;
    let markets = [("calm", levels.floor), ("at the end", calibrated.current_sigma), ("stressed", levels.stress)];
    let change = |(market, sigma): (&'static str, f64)| {
        let at = |params| margins(file, book, params, variance(sigma * sigma));
        let (before, after) = (at(before)?, at(after)?);
        Ok(MarginChange {
            market,
            sigma,
            maintenance_before: real(before.maintenance),
            maintenance_after: real(after.maintenance),
            initial_before: real(before.initial),
            initial_after: real(after.initial),
        })
    };
    let margins = markets.into_iter().map(change).collect::<Result<_, CalibrateError>>()?;
    Ok(FactorEffect { symbol: calibrated.symbol.clone(), fields: field_changes(before, after), margins })
}

/// A ratio as a number, for reports.
#[must_use]
#[allow(clippy::cast_precision_loss)] // 53 bits are more than a report needs
pub fn real(ratio: Ratio) -> f64 {
    ratio.to_bits() as f64 / (1_u64 << Ratio::FRACTION_BITS) as f64
}
