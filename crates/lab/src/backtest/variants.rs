//! The same half, measured otherwise: how much of the result is the choice of parameters.

use std::path::Path;

use clap::{Args, Command, FromArgMatches};
use plimsoll_params::{FactorParams, ParameterFile};

use super::calibration::{Calibration, TAIL_PROBABILITY};
use crate::calibrate::factor::{Calibrated, Source};
use crate::calibrate::fragment::MAINNET;
use crate::calibrate::options::Rules;
use crate::series::Series;
use crate::statistics::student;

/// The model's fast half-life where nothing is measured.
const DEFAULT_FAST_HALF_LIFE_SECONDS: u32 = 43_200;
/// The model's ν where nothing is measured.
const DEFAULT_DEGREES_OF_FREEDOM: f64 = 4.0;

impl Calibration {
    /// The calibration itself; with the model's default ν; with its default half-life; with σ_floor and σ_stress from whole days; all of it as
    /// `plimsoll-lab calibrate` proposes; and the parameters in force, where they are given. Those that the half is too short for are left out.
    #[must_use]
    pub fn variants(
        &self,
        half: &Series,
        horizon_seconds: u32,
        in_force: Option<&FactorParams>,
    ) -> Vec<(&'static str, Self)> {
        let default_tail = Self {
            degrees_of_freedom: DEFAULT_DEGREES_OF_FREEDOM,
            shortfall_multiple: student::expected_shortfall(1.0 - TAIL_PROBABILITY, DEFAULT_DEGREES_OF_FREEDOM),
            ..self.clone()
        };
        let default_half_life =
            Self::with(half, self.qlike.clone(), DEFAULT_FAST_HALF_LIFE_SECONDS, horizon_seconds.into());
        let proposed = calibrated(half, horizon_seconds);
        let daily = proposed.as_ref().map(|proposed| Self {
            floor_volatility: proposed.evidence.levels.floor,
            stress_volatility: proposed.evidence.levels.stress,
            ..self.clone()
        });
        let proposed = proposed.map(|proposed| self.with_params(proposed.params()));
        let in_force = in_force.map(|params| self.with_params(params));
        let mut variants = vec![("as measured", self.clone()), ("Student t4", default_tail)];
        let others = [
            ("half-life 12 h", default_half_life),
            ("σ from whole days", daily),
            ("as calibrate proposes", proposed),
            ("in force", in_force),
        ];
        variants.extend(others.into_iter().filter_map(|(name, calibration)| Some((name, calibration?))));
        variants
    }

    /// What a parameter file says of es; it does not say its ν.
    fn with_params(&self, params: &FactorParams) -> Self {
        let part = |ppm: u32| f64::from(ppm) / 1e6;
        Self {
            fast_half_life_seconds: params.half_life_fast_seconds,
            slow_half_life_seconds: params.half_life_slow_seconds,
            winsor_sigmas: part(params.winsor_sigmas_ppm),
            floor_volatility: part(params.sigma_floor_ppm),
            stress_volatility: part(params.sigma_stress_ppm),
            shortfall_multiple: part(params.tail_multiplier_ppm),
            ..self.clone()
        }
    }
}

/// What `plimsoll-lab calibrate` makes of the half by its default rules; None where that is too short for it.
fn calibrated(half: &Series, horizon_seconds: u32) -> Option<Calibrated> {
    let file = ParameterFile::parse(Path::new("mainnet.toml"), MAINNET).ok()?;
    let mut kept = file.factors.iter().find(|factor| !factor.pegged)?.clone();
    kept.params.horizon_seconds = horizon_seconds;
    let rules = Rules::augment_args(Command::new("rules")).try_get_matches_from(["rules"]);
    let rules = Rules::from_arg_matches(&rules.ok()?).ok()?;
    let source = Source::new(kept.symbol.as_str(), half, None, kept.clone(), true).ok()?;
    source.calibrate(&file.book, &rules).ok()
}
