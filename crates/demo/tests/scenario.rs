//! Scenario definitions: the shipped ones, the path they draw, and what is refused.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_wrap)] // prices and times far below 2^52

use plimsoll_demo::scenario::{ASSETS, BUILT_IN, GRID_SECONDS, PRICE_UNITS_PER_USD, Scenario, definition, load};
use plimsoll_report::calendar::{Day, unix_seconds};

const EXAMPLE: &str = r#"
name = "example"
description = "d"
step_seconds = 900
seed = 7
[[asset]]
symbol = "USDC"
market_correlation = 0.0
confidence_ppm = 100
waypoints = [{ at = 2025-01-01T00:00:00Z, usd = 1.0 }, { at = 2025-01-02T00:00:00Z, usd = 1.0 }]
[[asset]]
symbol = "SOL"
market_correlation = 0.8
confidence_ppm = 500
waypoints = [{ at = 2025-01-01T00:00:00Z, usd = 200.0, volatility_percent = 5.0 }, { at = 2025-01-02T00:00:00Z, usd = 180.0 }]
[[asset]]
symbol = "BTC"
market_correlation = 0.8
confidence_ppm = 500
waypoints = [{ at = 2025-01-01T00:00:00Z, usd = 90000.0, volatility_percent = 3.0 }, { at = 2025-01-02T00:00:00Z, usd = 90000.0 }]
[[asset]]
symbol = "ETH"
market_correlation = 0.8
confidence_ppm = 500
waypoints = [{ at = 2025-01-01T00:00:00Z, usd = 3000.0, volatility_percent = 3.0 }, { at = 2025-01-02T00:00:00Z, usd = 3000.0 }]
"#;

fn at(day: u64, seconds_of_day: u64) -> u64 {
    unix_seconds(Day { year: 2025, month: 10, day }, seconds_of_day).expect("a date")
}

fn step_at(scenario: &Scenario, time: u64) -> usize {
    (0..scenario.steps()).find(|step| scenario.step_time(*step) == time).expect("a step")
}

fn usd(scenario: &Scenario, asset: usize, time: u64) -> f64 {
    scenario.tracks[asset].prices[step_at(scenario, time)] as f64 / PRICE_UNITS_PER_USD
}

#[test]
fn every_shipped_scenario_loads_under_its_own_name() {
    for (name, _) in BUILT_IN {
        let scenario = load(name, None).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(scenario.name, name);
        assert_eq!(scenario.step_seconds % GRID_SECONDS, 0);
        assert_eq!(scenario.start_seconds % scenario.step_seconds, 0);
        assert!(scenario.tracks.iter().all(|track| track.prices.len() == scenario.steps()));
    }
    assert_eq!(load("", None), load("october-2025", None));
}

#[test]
fn october_meets_its_waypoints_at_every_seed() {
    for seed in [None, Some(1), Some(2)] {
        let october = load("october-2025", seed).expect("loads");
        assert_eq!((october.start_seconds, october.end_seconds()), (at(8, 43_200), at(14, 43_200)));
        assert_eq!(october.steps(), 577);
        let crash = at(10, 21 * 3_600 + 1_800);
        assert!((usd(&october, 1, crash) - 155.0).abs() < 1e-6);
        assert!((usd(&october, 2, crash) - 104_800.0).abs() < 1e-6);
        assert!((usd(&october, 3, crash) - 3_435.0).abs() < 1e-6);
    }
}

#[test]
fn october_is_exactly_flat_between_the_first_leg_and_the_crash() {
    let october = load("october-2025", None).expect("loads");
    let (first, last) = (step_at(&october, at(10, 15 * 3_600 + 1_800)), step_at(&october, at(10, 18 * 3_600 + 2_700)));
    for asset in 0..ASSETS.len() {
        assert!(october.is_flat_before(asset, last, 3 * 3_600 + 900));
        for step in first + 4..=last {
            assert!(october.is_flat_before(asset, step, 3_600), "asset {asset}, step {step}");
        }
    }
    for asset in 1..ASSETS.len() {
        assert!(!october.is_flat_before(asset, first + 3, 3_600));
        assert!(!october.is_flat_before(asset, last + 1, 3_600));
    }
    assert!(!october.is_flat_before(0, 2, 3_600), "an hour has not passed yet");
    assert!(!october.is_flat_before(9, last, 3_600), "no such asset");
}

#[test]
fn the_same_seed_gives_the_same_path_and_another_seed_another() {
    let one = definition::parse("e", EXAMPLE, None).expect("parses");
    assert_eq!(one, definition::parse("e", EXAMPLE, Some(7)).expect("parses"));
    let other = definition::parse("e", EXAMPLE, Some(8)).expect("parses");
    assert_ne!(one.tracks[1], other.tracks[1]);
    assert_eq!(one.tracks[0], other.tracks[0], "no volatility, no chance");
}

#[test]
fn the_path_has_the_stated_volatility_and_correlation() {
    let (mut sol, mut both, mut btc) = (0.0, 0.0, 0.0);
    for seed in 0..50 {
        let scenario = definition::parse("e", EXAMPLE, Some(seed)).expect("parses");
        let returns = |asset: usize| -> Vec<f64> {
            let logs: Vec<f64> = scenario.tracks[asset].prices.iter().map(|price| (*price as f64).ln()).collect();
            let drift = (logs[96] - logs[0]) / 96.0;
            logs.windows(2).map(|pair| pair[1] - pair[0] - drift).collect()
        };
        for (x, y) in returns(1).iter().zip(returns(2)) {
            sol += x * x;
            btc += y * y;
            both += x * y;
        }
    }
    // A day of 96 bridge steps has 95 degrees of freedom; 4,800 returns give an error of about 1 % (sigma) and 1 % (correlation).
    let days = 50.0 * 95.0 / 96.0;
    assert!(((sol / days).sqrt() / 0.05 - 1.0).abs() < 0.04);
    assert!(((btc / days).sqrt() / 0.03 - 1.0).abs() < 0.04);
    assert!((both / (sol * btc).sqrt() - 0.64).abs() < 0.04, "loading 0.8 each: correlation 0.64");
}

#[test]
fn publications_are_the_first_after_their_step() {
    let scenario = definition::parse("e", EXAMPLE, None).expect("parses");
    let publications = scenario.publications(3).expect("step 3");
    let time = scenario.step_time(3) as i64;
    for publication in publications {
        assert_eq!((publication.publish_time, publication.prev_publish_time), (time, time - 1));
    }
    assert_eq!(publications[0].price, 100_000_000);
    assert_eq!(publications[0].confidence, 10_000);
    assert_eq!(scenario.publications(scenario.steps()), None);
}

fn refusal(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    definition::parse("e.toml", &EXAMPLE.replacen(from, to, 1), None).expect_err(to).to_string()
}

#[test]
fn what_is_wrong_in_a_definition_is_named() {
    for (from, to, says) in [
        ("seed = 7", "seed = ", "e.toml: "),
        ("seed = 7", "seed = 7\ncolour = 1", "unknown field `colour`"),
        ("step_seconds = 900", "step_seconds = 0", "step_seconds is 0; use a multiple of 300"),
        ("step_seconds = 900", "step_seconds = 700", "step_seconds is 700"),
        ("step_seconds = 900", "step_seconds = 172800", "step_seconds is 172800"),
        ("\"SOL\"", "\"DOGE\"", "asset \"DOGE\" is not one of USDC, SOL, BTC, ETH"),
        ("\"SOL\"", "\"BTC\"", "SOL is missing"),
        ("market_correlation = 0.8", "market_correlation = 1.5", "SOL: market_correlation is 1.5"),
        ("confidence_ppm = 500", "confidence_ppm = 1000001", "SOL: confidence_ppm is 1000001"),
        ("usd = 200.0", "usd = 0.0", "SOL, waypoint 2025-01-01T00:00:00Z: usd is not a price"),
        ("usd = 200.0", "usd = nan", "usd is not a price"),
        ("volatility_percent = 5.0", "volatility_percent = -1.0", "volatility_percent is not between"),
        ("2025-01-02T00:00:00Z, usd = 180.0", "2025-01-01T00:00:00Z, usd = 180.0", "not after the one before"),
        ("2025-01-02T00:00:00Z, usd = 180.0", "2025-01-03T00:00:00Z, usd = 180.0", "outside the scenario"),
        ("2025-01-02T00:00:00Z, usd = 180.0", "2025-01-01T12:00:00Z, usd = 180.0", "must be at the times"),
        ("2025-01-02T00:00:00Z, usd = 180.0", "2025-01-01T12:01:00Z, usd = 180.0", "not a multiple of step_seconds"),
        ("2025-01-02T00:00:00Z, usd = 180.0", "2025-01-02T00:00:00, usd = 180.0", "not a UTC date and time"),
        ("2025-01-02T00:00:00Z, usd = 1.0", "2024-01-02T00:00:00Z, usd = 1.0", "the end is not after the start"),
        ("2025-01-02T00:00:00Z, usd = 1.0", "2026-01-02T00:00:00Z, usd = 1.0", "steps are more than"),
        (", { at = 2025-01-02T00:00:00Z, usd = 180.0 }", "", "SOL: fewer than two waypoints"),
        ("volatility_percent = 5.0", "volatility_percent = 1000.0", "leaves the range of prices"),
    ] {
        // A volatility of 1,000 % leaves the range only where the price is near its edge.
        let from_text = if says.contains("leaves the range") { "usd = 200.0, volatility_percent = 5.0" } else { from };
        let to_text =
            if says.contains("leaves the range") { "usd = 0.00000001, volatility_percent = 1000.0" } else { to };
        let message = refusal(from_text, to_text);
        assert!(message.contains(says), "{to}: {message}");
    }
}

#[test]
fn an_asset_given_twice_is_refused() {
    let doubled = format!("{EXAMPLE}{}", EXAMPLE.split_at(EXAMPLE.rfind("[[asset]]").expect("ETH")).1);
    let message = definition::parse("e.toml", &doubled, None).expect_err("two ETH").to_string();
    assert!(message.contains("ETH is given twice"), "{message}");
}

#[test]
fn an_unknown_name_lists_what_there_is() {
    let message = load("black-monday", None).expect_err("unknown").to_string();
    assert!(message.contains("october-2025, march-2020, ftx-2022, calm, gap"), "{message}");
    assert!(load("absent.toml", None).expect_err("absent").to_string().contains("absent.toml: cannot be read"));
}
