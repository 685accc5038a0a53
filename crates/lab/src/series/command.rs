//! `plimsoll-lab synthetic`: a made-up price history as CSV.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::synthetic::Synthetic;

/// Writes a made-up price history, for trying the lab where no real one is at hand. The same seed gives the same file.
#[derive(Clone, Debug, ClapArgs)]
pub struct Args {
    /// The file to write
    #[arg(long, value_name = "CSV")]
    pub out: PathBuf,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Length of the history
    #[arg(long, default_value_t = 180)]
    pub days: u32,
    /// Length of a bar
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(60..=3_600))]
    pub bar_seconds: u32,
    /// The first price
    #[arg(long, default_value_t = 150.0)]
    pub price: f64,
    /// σ per √day of an ordinary day
    #[arg(long, default_value_t = 0.04)]
    pub daily_sigma: f64,
    /// Degrees of freedom of the returns, above 2
    #[arg(long, default_value_t = 4.0)]
    pub degrees_of_freedom: f64,
}

/// Writes the file.
///
/// # Errors
/// What is out of range, or what the system says.
pub fn run(args: &Args) -> Result<()> {
    let positive = |value: f64| value > 0.0 && value.is_finite();
    anyhow::ensure!(positive(args.price), "option --price: {} is not a price", args.price);
    let sigma_remedy = "give a fraction such as 0.04";
    anyhow::ensure!(
        (1e-4..=0.5).contains(&args.daily_sigma),
        "option --daily-sigma: {}; {sigma_remedy}",
        args.daily_sigma
    );
    let made = Synthetic {
        seed: args.seed,
        days: args.days,
        bar_seconds: args.bar_seconds,
        price: args.price,
        daily_sigma: args.daily_sigma,
        degrees_of_freedom: args.degrees_of_freedom,
        ..Synthetic::default()
    };
    let name = args.out.display().to_string();
    let series = made.series(&name).context("give at least a day, and more than two degrees of freedom")?;
    if let Some(folder) = args.out.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    std::fs::write(&args.out, series.to_csv()).with_context(|| format!("cannot write {name}"))
}
