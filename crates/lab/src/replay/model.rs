//! A factor's parameters, as the core reads them.

use plimsoll_risk::RiskError;
use plimsoll_risk::price::{PriceParameters, PriceTerms};
use plimsoll_risk::quantities::{Ratio, Variance};
use plimsoll_risk::threshold::{ThresholdParameters, ThresholdTerms};
use plimsoll_risk::volatility::{Decays, VolatilityParameters, VolatilityTerms};

use super::ReplayError;

/// The core's three groups of parameters of one factor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FactorParameters {
    /// Which publications enter.
    pub price: PriceParameters,
    /// How they move the variances.
    pub volatility: VolatilityParameters,
    /// What margin follows.
    pub threshold: ThresholdParameters,
}

/// [`FactorParameters`] as the core's terms, computed once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FactorModel {
    /// Terms of prices.
    pub price: PriceTerms,
    /// Terms of the estimator.
    pub volatility: VolatilityTerms,
    /// Terms of the thresholds.
    pub threshold: ThresholdTerms,
    /// Decays of one grid step.
    pub step_decays: Decays,
    /// Length of a grid step.
    pub grid_seconds: u64,
}

impl FactorModel {
    /// The terms of these parameters.
    ///
    /// # Errors
    /// [`ReplayError::Parameters`] where the core refuses a group, [`ReplayError::Contradiction`] where two groups disagree on a field of both.
    pub fn new(parameters: &FactorParameters) -> Result<Self, ReplayError> {
        let FactorParameters { price, volatility, threshold } = parameters;
        agree("grid_seconds", volatility.grid_seconds, threshold.grid_seconds)?;
        agree("floor_volatility_ppm", volatility.floor_volatility_ppm, threshold.floor_volatility_ppm)?;
        let refused = |group| move |source: RiskError| ReplayError::Parameters { group, source };
        let volatility_terms = volatility.terms().map_err(refused("volatility"))?;
        Ok(Self {
            price: price.terms().map_err(refused("price"))?,
            threshold: threshold.terms().map_err(refused("threshold"))?,
            step_decays: Decays::over(1, &volatility_terms).map_err(refused("volatility"))?,
            volatility: volatility_terms,
            grid_seconds: volatility.grid_seconds.into(),
        })
    }
}

fn agree(field: &'static str, volatility: u32, threshold: u32) -> Result<(), ReplayError> {
    if volatility == threshold { Ok(()) } else { Err(ReplayError::Contradiction { field, volatility, threshold }) }
}

/// The variances that a listing starts with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seeds {
    /// v_fast, per day.
    pub fast: Variance,
    /// v_slow, per day.
    pub slow: Variance,
}

impl Seeds {
    /// From σ per √day in parts per million, as a listing states them.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] far beyond any market.
    pub fn from_ppm(fast_volatility_ppm: u32, slow_volatility_ppm: u32) -> Result<Self, RiskError> {
        Ok(Self {
            fast: Variance::from_root(Ratio::from_ppm_up(fast_volatility_ppm))?,
            slow: Variance::from_root(Ratio::from_ppm_up(slow_volatility_ppm))?,
        })
    }
}
