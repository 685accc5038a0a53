//! Made-up markets whose properties are known: the calibration finds them.

use plimsoll_lab::calibrate::command::calibrate;
use plimsoll_lab::calibrate::factor::Calibrated;
use plimsoll_lab::calibrate::findings::Basis;
use plimsoll_lab::calibrate::half_lives::{Which, choose};
use plimsoll_lab::series::synthetic::Synthetic;
use plimsoll_lab::series::{Bar, Series};
use plimsoll_risk::volatility::VolatilityParameters;

use crate::{args, rules, written};

fn calibrated(market: &Synthetic) -> Calibrated {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), "sol.csv", market);
    let report = calibrate(&args(&[("SOL", &path)], folder.path())).expect("calibrates");
    report.factors.into_iter().next().expect("one factor")
}

#[test]
fn a_constant_market_shows_its_own_numbers() {
    let market =
        Synthetic { days: 120, fast_unrest: 0.0, slow_unrest: 0.0, degrees_of_freedom: 200.0, ..Synthetic::default() };
    let found = calibrated(&market);
    let levels = &found.evidence.levels;
    // with 288 normal returns a day the quantiles of its volatility lie a few percent apart
    assert!((levels.median / 0.04 - 1.0).abs() < 0.02, "{}", levels.median);
    assert!((levels.floor / 0.04 - 0.965).abs() < 0.02 && (levels.stress / 0.04 - 1.07).abs() < 0.03, "{levels:?}");
    let tails = &found.evidence.tails;
    assert!(tails.fit.degrees_of_freedom > 12.0, "{}", tails.fit.degrees_of_freedom);
    assert!(tails.multiplier < 3.0 && tails.deviation > 0.85 && tails.deviation < 1.02, "{tails:?}");
    assert_eq!(found.evidence.fast.best_seconds, 259_200, "where nothing changes, the longest memory forecasts best");
    assert!(found.evidence.jumps.is_none(), "no jumps");
    for (name, sigma) in &levels.estimators {
        let missed = 1.0 - sigma / 0.04;
        assert!((-0.02..0.2).contains(&missed), "{name} {sigma}: a range of 24 prices misses some of the range");
    }
}

#[test]
fn heavy_tails_are_recognised() {
    let at_one_bar = |nu: f64| {
        let market = Synthetic { days: 150, bar_seconds: 3_600, degrees_of_freedom: nu, ..Synthetic::default() };
        calibrated(&market).evidence.tails
    };
    let (heavy, light) = (at_one_bar(3.0), at_one_bar(12.0));
    assert!(heavy.fit.degrees_of_freedom < 4.5 && light.fit.degrees_of_freedom > 5.0, "{heavy:?} {light:?}");
    assert!(heavy.multiplier > light.multiplier && heavy.winsor > light.winsor && heavy.halt > heavy.winsor);
    let hill = |tails: &plimsoll_lab::calibrate::tails::Tails| tails.hill.expect("known").index;
    assert!(hill(&heavy) < hill(&light));
}

#[test]
fn unrest_that_passes_is_forecast_by_a_short_memory_and_only_nearby() {
    // half of the unrest is gone after eight hours: an hour ahead it matters, a day ahead its mean does
    let market = Synthetic { days: 200, fast_unrest: 1.2, degrees_of_freedom: 8.0, ..Synthetic::default() };
    let series = market.series("x").expect("a market");
    let parameters = VolatilityParameters {
        floor_volatility_ppm: 10_000,
        winsor_sigmas_ppm: 6_000_000,
        fast_half_life_seconds: 43_200,
        slow_half_life_seconds: 1_296_000,
        jump_half_life_seconds: 21_600,
        grid_seconds: 300,
    };
    let tried = &rules().half_lives_fast;
    let ahead = |seconds| choose(&series, (Which::Fast, tried), &parameters, 0.0016, seconds).expect("a choice");
    let (near, far) = (ahead(3_600), ahead(86_400));
    assert!(near.best_seconds <= 28_800 && near.at_edge(), "{near:?}");
    assert!(far.best_seconds > near.best_seconds, "{far:?}");
    assert!(near.excess_of(259_200).expect("tried") > 0.0 && near.excess_of(1).is_none());
    let error =
        choose(&series, (Which::Fast, tried), &parameters, 0.0016, 400 * 86_400).expect_err("too far").to_string();
    assert!(error.starts_with("x: a choice of half-lives needs more than 444 d, the file has 200 d"), "{error}");
}

#[test]
fn impact_and_volume_are_read_off() {
    for multiple in [0.5, 1.0] {
        let found = calibrated(&Synthetic { days: 120, impact_multiple: multiple, ..Synthetic::default() });
        let volume = found.evidence.liquidity.volume.as_ref().expect("volume is there");
        // volume was made as the square of the move over Y·σ, so Y has to come back up to its noise, and the exponent is a half
        assert!((volume.exponent - 0.5).abs() < 0.05, "{}", volume.exponent);
        let average = volume.average_day_quote / 150.0 / 4e6;
        let expected = multiple * average.sqrt();
        assert!((volume.multiple_of_returns / expected - 1.0).abs() < 0.35, "{volume:?}, {expected}");
        assert!(volume.quiet_day_quote < volume.average_day_quote);
        let params = found.params();
        let queue = params.liquidation_capacity_quote_atoms / params.liquidation_refill_quote_atoms_per_second;
        assert!((1_790..=1_800).contains(&queue), "{queue} s of queue");
    }
}

#[test]
fn what_the_history_does_not_say_is_kept_and_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let market = Synthetic { days: 60, ..Synthetic::default() }.series("x").expect("a market");
    let bars = market.bars.iter().map(|bar| Bar { volume_base: None, ..*bar }).collect();
    let bare = Series::of_bars("x", bars).expect("bars");
    let path = folder.path().join("sol.csv");
    std::fs::write(&path, bare.to_csv()).expect("written");
    let report = calibrate(&args(&[("SOL", &path)], folder.path())).expect("calibrates");
    let factor = &report.factors[0];
    let kept = |field: &str| factor.findings.iter().any(|one| one.field == field && one.basis == Basis::Kept);
    assert!(kept("liquidation_capacity_quote_atoms") && kept("liquidation_refill_quote_atoms_per_second"));
    assert_eq!(factor.params().liquidation_capacity_quote_atoms, 5_000_000_000_000, "mainnet's");
    assert!(
        report.cautions.iter().any(|caution| caution.contains("not estimable and therefore kept: liquidation_cap"))
    );
    assert!(report.cautions.iter().any(|caution| caution.contains("rest on 60 days")));
    assert!(report.toml.contains("Square-root impact: not estimable"));
}

#[test]
fn columns_of_spread_and_depth_are_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let market = Synthetic { days: 60, ..Synthetic::default() }.series("x").expect("a market");
    let quoted = |(place, bar): (usize, &Bar)| {
        let depth_quote = (place % 2 == 0).then_some(1e6 + 100.0 * f64::from(u32::try_from(place).expect("small")));
        Bar { depth_quote, spread: Some(if place % 2 == 0 { 0.0006 } else { 0.0010 }), ..*bar }
    };
    let series = Series::of_bars("x", market.bars.iter().enumerate().map(quoted).collect()).expect("bars");
    let path = folder.path().join("sol.csv");
    std::fs::write(&path, series.to_csv()).expect("written");
    let report = calibrate(&args(&[("SOL", &path)], folder.path())).expect("calibrates");
    assert_eq!(report.factors[0].params().spread_ppm, 800, "the column's mean");
    // 17,280 bars, every other one of which says its depth: a tenth of the way from 1,000,000 to 2,727,800
    let depth = report.factors[0].evidence.liquidity.depth_quote.expect("known");
    assert!((depth - 1_172_780.0).abs() < 200.0, "{depth}");
    let words = report.toml.split_whitespace().collect::<Vec<_>>().join(" ").replace(" # ", " ");
    assert!(words.contains("Depth within 2 %: 1,172,7"), "{words}");
}

#[test]
fn the_same_seed_makes_the_same_market() {
    let market = Synthetic { days: 2, ..Synthetic::default() };
    let made = market.series("x").expect("a market");
    assert_eq!(made, market.series("x").expect("a market"));
    assert_ne!(made, Synthetic { seed: 2, ..market }.series("x").expect("a market"));
    let read = Series::parse("x", &made.to_csv()).expect("its own CSV is read");
    assert_eq!((read.bars.len(), read.bar_seconds), (576, 300));
    assert_eq!(Synthetic { degrees_of_freedom: 2.0, ..market }.series("x"), None);
}
