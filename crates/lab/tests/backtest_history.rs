//! The figures of docs/risk.md on real prices, where the price history lies beside the project (`../shared/data/prices`).

use std::path::{Path, PathBuf};

use plimsoll_lab::backtest::{Traced, backtest};
use plimsoll_lab::series::Series;
use rayon::prelude::*;

/// Every CSV file beside the project, with its horizon: an hour for 5-minute bars, four hours for hourly ones.
fn histories() -> Vec<(PathBuf, u64)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/prices");
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut histories: Vec<(PathBuf, u64)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .map(|path| {
            let hourly = path.to_string_lossy().ends_with("_1h.csv");
            (path, if hourly { 14_400 } else { 3_600 })
        })
        .collect();
    histories.sort();
    histories
}

fn tested() -> Vec<Traced> {
    let backtests = histories().into_par_iter().map(|(path, horizon_seconds)| {
        let series = Series::read(&path).expect("a clean history");
        backtest(&series, horizon_seconds, 1).expect("long enough")
    });
    backtests.collect()
}

#[test]
fn every_target_is_reached_on_every_history() {
    for Traced { figures, .. } in tested() {
        println!("{} {:?}", figures.series.rsplit('/').next().unwrap_or_default(), figures.calibration);
        for r in &figures.rules {
            println!(
                "   {:<45} avg {:.3}% ptt {:.2} 1h {:.2}% 1d {:.2}% 5d {:.2}% long {} short {} either {} ind {:.3} {:.3} tsf {:.4}",
                r.rule.name(),
                r.average * 100.,
                r.peak_to_trough,
                r.worst_rise_hour * 100.,
                r.worst_rise_day * 100.,
                r.worst_rise_five_days * 100.,
                r.long.failures,
                r.short.failures,
                r.either_failures,
                r.long.independence.p_value,
                r.short.independence.p_value,
                r.total_shortfall
            );
        }
        println!("   {:?}\n   {:?}", figures.shortfall_long, figures.shortfall_short);
        for target in &figures.targets {
            println!("   {} {:.3} <= {} {}", target.what, target.measured, target.limit, target.reached);
        }
    }
}
