//! Calibration: published numbers reproduced, made-up markets recognised, parameter files accepted, bad input refused.

mod command;
mod core_numbers;
mod effects;
mod published;
mod recovery;

use std::path::{Path, PathBuf};

use plimsoll_lab::calibrate::command::Args;
use plimsoll_lab::calibrate::options::Rules;
use plimsoll_lab::series::synthetic::Synthetic;

/// The repository's parameters of mainnet.
fn mainnet() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/params/mainnet.toml")
}

/// The command's own defaults.
fn rules() -> Rules {
    use clap::Parser;
    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        rules: Rules,
    }
    Options::parse_from(["test"]).rules
}

/// Writes a made-up market into a folder; its path.
fn written(folder: &Path, name: &str, market: &Synthetic) -> PathBuf {
    let path = folder.join(name);
    let series = market.series(name).expect("a market");
    std::fs::write(&path, series.to_csv()).expect("written");
    path
}

/// Options for these factors.
fn args(factors: &[(&str, &Path)], out: &Path) -> Args {
    Args {
        factors: factors.iter().map(|(symbol, path)| format!("{symbol}={}", path.display())).collect(),
        lookbacks: Vec::new(),
        against: Some(mainnet()),
        accounts: None,
        out: out.to_path_buf(),
        rules: rules(),
    }
}
