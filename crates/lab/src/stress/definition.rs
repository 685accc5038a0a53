//! Scenario files: population, depth, and where the prices come from.
//!
//! The files in `crates/lab/scenarios` are examples of the format. Nothing has a default; unknown keys are refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::value::Datetime;

use super::error::StressError;
use super::market::Liquidity;
use super::population::{KeeperTerms, PopulationTerms};

/// The scenarios that come with the lab.
pub const SHIPPED: [(&str, &str); 3] = [
    ("october-2025", include_str!("../../scenarios/october-2025.toml")),
    ("march-2020", include_str!("../../scenarios/march-2020.toml")),
    ("monte-carlo", include_str!("../../scenarios/monte-carlo.toml")),
];

/// A scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name in reports.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// What the insurance fund holds of each token, US dollars.
    pub insurance_usd: f64,
    /// Who trades.
    pub population: PopulationTerms,
    /// Who liquidates.
    pub keepers: KeeperTerms,
    /// The factors, the quote first.
    pub factor: Vec<FactorDefinition>,
    /// Prices of the past …
    pub replay: Option<ReplayDefinition>,
    /// … or simulated ones.
    pub simulated: Option<SimulatedDefinition>,
}

/// One factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorDefinition {
    /// Its name in the parameter file.
    pub symbol: String,
    /// Its part of all accounts.
    pub share: f64,
    /// See [`Liquidity`].
    pub daily_volume_usd: f64,
    /// See [`Liquidity`].
    pub impact: f64,
    /// See [`Liquidity`].
    pub impact_half_life_seconds: f64,
}

impl FactorDefinition {
    /// The depth of its markets.
    #[must_use]
    pub const fn liquidity(&self) -> Liquidity {
        Liquidity {
            daily_volume_usd: self.daily_volume_usd,
            impact: self.impact,
            impact_half_life_seconds: self.impact_half_life_seconds,
        }
    }
}

/// Prices of the past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayDefinition {
    /// A scenario of the demo, by name or as the path of a file: waypoints and volatilities between them.
    pub waypoints: String,
    /// Spacing of prices along the waypoints.
    pub tick_seconds: u64,
    /// Bars, which replace the waypoints where `--prices` names a directory that has the files.
    pub bars: Option<BarsDefinition>,
}

/// Bars to replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarsDefinition {
    /// From here on accounts trade; the bars before it warm up the estimator.
    pub start: Datetime,
    /// Until here.
    pub end: Datetime,
    /// Spacing of prices within a bar.
    pub tick_seconds: u64,
    /// The grid of the estimator: no shorter than a bar.
    pub grid_seconds: u32,
    /// The file of each factor that has one; others stay at their waypoint price at the start.
    pub files: BTreeMap<String, String>,
}

/// How simulated returns are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Multivariate Student t with common jumps.
    StudentT,
    /// The same in two regimes, calm and stress.
    Regimes,
    /// Blocks of history.
    Bootstrap,
    /// Standardised history at a volatility that follows its own path.
    Filtered,
}

/// Simulated prices. Lists have one number a factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulatedDefinition {
    /// How returns are drawn.
    pub model: Model,
    /// Length of a path.
    pub days: f64,
    /// Spacing of prices.
    pub tick_seconds: u64,
    /// ν of a tick's returns.
    pub tail_index: f64,
    /// Rate of common jumps.
    pub jumps_per_day: f64,
    /// Mean of a jump's log return.
    pub jump_mean_percent: f64,
    /// Its standard deviation.
    pub jump_deviation_percent: f64,
    /// Rate at which stress begins.
    pub stress_per_day: f64,
    /// Rate at which it ends.
    pub calm_per_day: f64,
    /// Volatility in stress over volatility in calm.
    pub stress_multiple: f64,
    /// How far stress moves correlations toward one.
    pub stress_correlation: f64,
    /// Length of a bootstrap's blocks.
    pub block_hours: f64,
    /// Half-life of the filter's volatility.
    pub filter_half_life_hours: f64,
    /// Correlations of a tick's returns.
    pub correlation: Vec<Vec<f64>>,
    /// Prices at the start.
    pub usd: Vec<f64>,
    /// σ per √day in calm.
    pub sigma_percent: Vec<f64>,
    /// What a jump of one does to each factor.
    pub jump_loading: Vec<f64>,
    /// The history to resample.
    pub files: BTreeMap<String, String>,
}

/// A scenario's text and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name, for errors.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Where paths in it begin.
    pub directory: PathBuf,
}

impl Source {
    /// Finds a shipped scenario by name, or reads a file.
    ///
    /// # Errors
    /// [`StressError::UnknownScenario`], [`StressError::File`].
    pub fn find(scenario: &str) -> Result<Self, StressError> {
        if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == scenario) {
            return Ok(Self { file: format!("{name}.toml"), text: (*text).into(), directory: PathBuf::new() });
        }
        let path = Path::new(scenario);
        if !path.exists() {
            let shipped = SHIPPED.iter().map(|(name, _)| *name).collect();
            return Err(StressError::UnknownScenario { name: scenario.into(), shipped });
        }
        let text = std::fs::read_to_string(path).map_err(StressError::of_file(path))?;
        let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Ok(Self { file: scenario.into(), text, directory })
    }

    /// Reads and checks the definition.
    ///
    /// # Errors
    /// [`StressError::Definition`] with file, line and field.
    pub fn definition(&self) -> Result<Definition, StressError> {
        let definition: Definition = toml::from_str(&self.text).map_err(|error| StressError::Definition {
            file: self.file.clone(),
            line: error.span().map(|span| self.text[..span.start].matches('\n').count() + 1),
            field: "TOML".into(),
            problem: error.message().to_owned(),
        })?;
        self.check(&definition)?;
        Ok(definition)
    }

    /// An error at the first line that sets a key.
    #[must_use]
    pub fn refuse(&self, field: &str, problem: impl Into<String>) -> StressError {
        let key = field.rsplit('.').next().unwrap_or(field);
        let sets =
            |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
        let line = self.text.lines().position(sets).map(|index| index + 1);
        StressError::Definition { file: self.file.clone(), line, field: field.into(), problem: problem.into() }
    }
}
