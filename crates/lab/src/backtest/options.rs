//! The options of `plimsoll-lab backtest`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::error::BacktestError;

/// Replays thresholds through price histories and tests what they let through, and how they move.
#[derive(Clone, Debug, ClapArgs)]
pub struct Args {
    /// Price histories, one CSV file each; the first word of a file's name is the asset
    #[arg(long = "series", value_name = "CSV", required = true, num_args = 1..)]
    pub series: Vec<PathBuf>,
    /// Margin period of risk, such as 1h or 90m; left out: an hour, and four for hourly bars
    #[arg(long)]
    pub horizon: Option<String>,
    /// Which part of each history the parameters come from; the rest is tested
    #[arg(long, value_enum, default_value_t = CalibrateOn::FirstHalf)]
    pub calibrate_on: CalibrateOn,
    /// The parameters in force (migrations/params/mainnet.toml): tested beside the measured ones, where they list the asset
    #[arg(long, value_name = "TOML")]
    pub against: Option<PathBuf>,
    /// Seed of the simulated worlds behind the p-values of expected shortfall
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Folder for backtest.html and backtest.json
    #[arg(long, value_name = "DIR", default_value = "target/lab")]
    pub out: PathBuf,
}

/// Which part of a history calibrates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CalibrateOn {
    /// The older half of the bars; the newer half is tested.
    FirstHalf,
}

/// The margin period of risk: as asked for, or by the length of the bars.
///
/// # Errors
/// [`BacktestError::Horizon`].
pub fn horizon_seconds(text: Option<&str>, bar_seconds: u64) -> Result<u64, BacktestError> {
    match text {
        Some(text) => duration(text).ok_or_else(|| BacktestError::Horizon { text: text.to_owned() }),
        None if bar_seconds >= 3_600 => Ok(14_400),
        None => Ok(3_600),
    }
}

fn duration(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    digits.parse::<u64>().ok()?.checked_mul(unit)
}
