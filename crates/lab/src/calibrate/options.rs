//! The options of `plimsoll-lab calibrate`, and their bounds.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::error::CalibrateError;

/// Estimates every parameter of a factor from its price history, with the evidence beside each number.
#[derive(Clone, Debug, ClapArgs)]
pub struct Args {
    /// A factor and its price history: SOL=sol.csv; once for each factor
    #[arg(long = "factor", value_name = "SYMBOL=CSV", required = true)]
    pub factors: Vec<String>,
    /// A longer history of the same factor, for σ_floor, σ_stress and the slow half-life: SOL=sol-hourly.csv
    #[arg(long = "lookback", value_name = "SYMBOL=CSV")]
    pub lookbacks: Vec<String>,
    /// The parameters in force (migrations/params/mainnet.toml): what no history measures is kept, and the report shows what would change
    #[arg(long, value_name = "TOML")]
    pub against: Option<PathBuf>,
    /// Accounts whose health the report shows before and after
    #[arg(long, value_name = "TOML", requires = "against")]
    pub accounts: Option<PathBuf>,
    /// Folder for calibrate.html, calibrate.json and calibrate.toml
    #[arg(long, value_name = "DIR", default_value = "target/lab")]
    pub out: PathBuf,
    /// How the numbers are chosen
    #[command(flatten)]
    pub rules: Rules,
}

/// How the numbers are chosen from what was measured.
#[derive(Clone, Debug, ClapArgs, serde::Serialize)]
pub struct Rules {
    /// σ_floor: this quantile of daily volatilities
    #[arg(long, default_value_t = 0.20)]
    pub floor_quantile: f64,
    /// σ_stress: this quantile of daily volatilities
    #[arg(long, default_value_t = 0.95)]
    pub stress_quantile: f64,
    /// k: the expected shortfall at this probability
    #[arg(long, default_value_t = 0.99)]
    pub tail_probability: f64,
    /// winsor_sigmas: this quantile of the standardised returns of one bar
    #[arg(long, default_value_t = 0.999)]
    pub winsor_quantile: f64,
    /// halt_sigmas: this quantile of the standardised returns of one bar
    #[arg(long, default_value_t = 0.9999)]
    pub halt_quantile: f64,
    /// Part of the largest returns that Hill's estimator counts as the tail
    #[arg(long, default_value_t = 0.05)]
    pub hill_share: f64,
    /// Half-lives tried for the fast variance, seconds
    #[arg(long, value_delimiter = ',', default_values_t = [3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 64_800, 86_400, 129_600, 172_800, 259_200])]
    pub half_lives_fast: Vec<u32>,
    /// Half-lives tried for the slow variance, seconds
    #[arg(long, value_delimiter = ',', default_values_t = [172_800, 259_200, 432_000, 604_800, 864_000, 1_296_000, 1_728_000, 2_592_000, 3_888_000, 5_184_000, 7_776_000])]
    pub half_lives_slow: Vec<u32>,
    /// Half-lives tried for the covariance, seconds
    #[arg(long, value_delimiter = ',', default_values_t = [43_200, 86_400, 172_800, 259_200, 432_000, 604_800, 864_000, 1_296_000, 2_592_000])]
    pub half_lives_covariance: Vec<u32>,
    /// Liquidations may take this part of the volume of a quiet day
    #[arg(long, default_value_t = 0.05)]
    pub participation: f64,
}

impl Rules {
    /// Refuses what is out of range, by the option's name.
    ///
    /// # Errors
    /// [`CalibrateError::Option`].
    pub fn check(&self) -> Result<(), CalibrateError> {
        let within = |option, value: f64, low: f64, high: f64, bounds, remedy| {
            let holds = value >= low && value <= high;
            let refused = || CalibrateError::Option { option, value: value.to_string(), bounds, remedy };
            if holds { Ok(()) } else { Err(refused()) }
        };
        let tail = "a fraction such as 0.99, not percent";
        within("floor-quantile", self.floor_quantile, 0.0, 0.5, "0 ..= 0.5", "a floor lies below the median day")?;
        within("stress-quantile", self.stress_quantile, 0.5, 1.0, "0.5 ..= 1", "stress lies above the median day")?;
        within("tail-probability", self.tail_probability, 0.9, 0.999, "0.9 ..= 0.999", tail)?;
        within("winsor-quantile", self.winsor_quantile, 0.9, 0.99999, "0.9 ..= 0.99999", tail)?;
        within("halt-quantile", self.halt_quantile, 0.99, 0.999_999, "0.99 ..= 0.999999", tail)?;
        within("hill-share", self.hill_share, 0.001, 0.25, "0.001 ..= 0.25", "a tail is a small part of all")?;
        within("participation", self.participation, 0.001, 0.5, "0.001 ..= 0.5", "a part of a day's volume")?;
        half_lives(
            "half-lives-fast",
            &self.half_lives_fast,
            3_600,
            2_592_000,
            "3600 ..= 2592000 (an hour to 30 days)",
        )?;
        half_lives(
            "half-lives-slow",
            &self.half_lives_slow,
            86_400,
            31_536_000,
            "86400 ..= 31536000 (a day to a year)",
        )?;
        half_lives(
            "half-lives-covariance",
            &self.half_lives_covariance,
            3_600,
            7_776_000,
            "3600 ..= 7776000 (an hour to 90 days)",
        )
    }
}

fn half_lives(
    option: &'static str,
    seconds: &[u32],
    low: u32,
    high: u32,
    bounds: &'static str,
) -> Result<(), CalibrateError> {
    let remedy = "give seconds, separated by commas";
    let refused = |value: String| CalibrateError::Option { option, value, bounds, remedy };
    if seconds.is_empty() {
        return Err(refused("nothing".to_owned()));
    }
    seconds.iter().find(|value| !(low..=high).contains(*value)).map_or(Ok(()), |value| Err(refused(value.to_string())))
}

/// `SYMBOL=path` options as pairs, each symbol once.
///
/// # Errors
/// [`CalibrateError::Named`].
pub(super) fn named(option: &'static str, values: &[String]) -> Result<Vec<(String, PathBuf)>, CalibrateError> {
    let mut pairs: Vec<(String, PathBuf)> = Vec::with_capacity(values.len());
    for value in values {
        let refused = |problem: String| CalibrateError::Named { option, problem };
        let pair = value.split_once('=').filter(|(symbol, path)| !symbol.is_empty() && !path.is_empty());
        let (symbol, path) = pair.ok_or_else(|| refused(format!("\"{value}\" is not SYMBOL=path")))?;
        plimsoll_params::Symbol::try_from(symbol.to_owned()).map_err(&refused)?;
        if pairs.iter().any(|(known, _)| known == symbol) {
            return Err(refused(format!("{symbol} stands there twice")));
        }
        pairs.push((symbol.to_owned(), path.into()));
    }
    Ok(pairs)
}
