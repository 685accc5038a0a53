//! `plimsoll-lab`: calibrate, backtest, stress.

use clap::{Parser, Subcommand};
use plimsoll_lab::stress::command::{MergeArgs, StressArgs, merge_parts, stress};

#[derive(Parser)]
#[command(name = "plimsoll-lab", about = "Calibrates, backtests and stresses the risk model", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Stress(StressArgs),
    Merge(MergeArgs),
}

fn main() -> anyhow::Result<()> {
    let printed = match Cli::parse().command {
        Command::Stress(args) => stress(&args)?,
        Command::Merge(args) => merge_parts(&args)?,
    };
    print!("{printed}");
    Ok(())
}
