//! `plimsoll-lab`: calibrates, backtests and stresses the risk model on the core that the program runs.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use plimsoll_lab::{backtest, calibrate, series, stress};

/// The risk lab of Plimsoll. Every command writes a report in HTML and its figures in JSON.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Calibrate(calibrate::command::Args),
    Backtest(backtest::Args),
    Synthetic(series::command::Args),
    Stress(stress::command::Args),
    Merge(stress::command::MergeArgs),
}

fn main() -> ExitCode {
    let done = match Options::parse().command {
        Command::Calibrate(args) => calibrate::command::run(&args),
        Command::Backtest(args) => backtest::run(&args),
        Command::Synthetic(args) => series::command::run(&args),
        Command::Stress(args) => stress::command::run(&args),
        Command::Merge(args) => stress::command::run_merge(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plimsoll-lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}
