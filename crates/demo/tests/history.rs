//! OHLCV histories: the path through bars, gaps, several assets, and every refusal.
#![allow(clippy::cast_precision_loss)] // prices far below 2^52

use plimsoll_demo::scenario::history::{AssetHistory, FLAT_USD, STEP_SECONDS, parse};
use plimsoll_demo::scenario::{Scenario, ScenarioError, load};

const HEADER: &str = "open_time_seconds,open,high,low,close,volume_base";
/// 2025-10-10 00:00 UTC.
const START: u64 = 1_760_054_400;

fn sol(rows: &[String]) -> Result<Scenario, ScenarioError> {
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    parse("sol", &[AssetHistory { asset: 1, file: "sol.csv", text: &text }])
}

fn row(hour: u64, prices: &str) -> String {
    format!("{},{prices},1.5", START + hour * 3_600)
}

fn dollars(scenario: &Scenario) -> Vec<i64> {
    scenario.tracks[1].prices.iter().map(|price| price / 100_000_000).collect()
}

fn refusal(rows: &[String]) -> String {
    sol(rows).expect_err("refused").to_string()
}

#[test]
fn hourly_bars_show_their_extremes_on_steps() {
    // Up: open, low, middle, high, then the close. Down: open, high, middle, low, then the close.
    let scenario = sol(&[row(0, "100,130,90,120"), row(1, "120,125,85,95")]).expect("loads");
    assert_eq!(scenario.step_seconds, STEP_SECONDS);
    assert_eq!(dollars(&scenario), [100, 90, 110, 130, 120, 125, 105, 85, 95]);
}

#[test]
fn half_hourly_bars_show_the_farther_extreme() {
    let rows = [format!("{START},100,102,80,101,1"), format!("{},101,140,100,110,1", START + 1_800)];
    assert_eq!(dollars(&sol(&rows).expect("loads")), [100, 80, 101, 140, 110]);
}

#[test]
fn five_minute_bars_are_sampled_at_the_step() {
    let rows: Vec<String> = (0..7).map(|bar| format!("{},{1},{1},{1},{1},1", START + bar * 300, 100 + bar)).collect();
    assert_eq!(dollars(&sol(&rows).expect("loads")), [100, 103, 106]);
}

#[test]
fn a_gap_holds_the_last_price_and_is_reported() {
    let scenario =
        sol(&[row(0, "100,100,100,100"), row(1, "100,110,100,110"), row(4, "150,150,150,150")]).expect("loads");
    assert_eq!(dollars(&scenario)[8..17], [110, 110, 110, 110, 110, 110, 110, 110, 150]);
    assert!(
        scenario
            .notes
            .iter()
            .any(|note| note == "SOL: gaps in the file: 1, 120 minutes in all, bridged with the last price.")
    );
}

#[test]
fn assets_without_a_file_stay_flat_and_it_says_so() {
    let scenario = sol(&[row(0, "100,130,90,120"), row(1, "120,125,85,95")]).expect("loads");
    let flat_units = FLAT_USD.map(|usd| usd * 1e8);
    for asset in [0, 2, 3] {
        assert!(scenario.tracks[asset].prices.iter().all(|price| (*price as f64 - flat_units[asset]).abs() < 0.5));
    }
    assert!(scenario.notes.iter().any(|note| note == "BTC has no file and stays at 60000 USD."));
}

#[test]
fn several_files_are_cut_to_the_time_they_share() {
    let early = format!("{HEADER}\n{}\n{}\n{}\n", row(0, "1,1,1,1"), row(1, "2,2,2,2"), row(2, "3,3,3,3"));
    let late = format!("{HEADER}\n{}\n{}\n{}\n", row(2, "7,7,7,7"), row(3, "8,8,8,8"), row(4, "9,9,9,9"));
    let history = |asset, text| AssetHistory { asset, file: "f.csv", text };
    let both = parse("both", &[history(1, &early), history(2, &late)]).expect("one hour is shared");
    assert_eq!((both.start_seconds, both.steps()), (START + 7_200, 5));
    let apart = format!("{HEADER}\n{}\n{}\n", row(9, "1,1,1,1"), row(10, "1,1,1,1"));
    let error = parse("both", &[history(1, &early), history(2, &apart)]).expect_err("nothing shared");
    assert!(error.to_string().contains("share less than one step"), "{error}");
}

#[test]
fn a_bad_field_is_named_with_file_line_and_remedy() {
    let good = row(0, "100,130,90,120");
    for (bad, says) in [
        (
            "1760058000,abc,1,1,1,1",
            "sol.csv, line 3, field open: \"abc\" is not a number; use a decimal such as 187.25",
        ),
        ("1760058000,1,1,0,1,1", "line 3, field low: 0 is not a price"),
        ("1760058000,1,1,1,-5,1", "line 3, field close: -5 is not a price"),
        ("1760058000,1,NaN,1,1,1", "line 3, field high: NaN is not a price"),
        ("1760058000,5,4,6,5,1", "line 3, field high: high 4 is below low 6; swap or correct them"),
        ("1760058000,9,6,4,5,1", "line 3, field open: 9 lies outside low 4 to high 6"),
        ("1760058000,5,6,4,3,1", "line 3, field close: 3 lies outside low 4 to high 6"),
        ("1760058000,5,6,4,5,x", "line 3, field volume_base: \"x\" is not a volume"),
        ("1760058000,5,6,4,5", "line 3, field row: 5 fields instead of 6"),
        ("1760058000000,5,6,4,5,1", "line 3, field open_time_seconds: \"1760058000000\" is not a Unix time"),
        ("yesterday,5,6,4,5,1", "field open_time_seconds: \"yesterday\" is not a Unix time in whole seconds; convert"),
        ("1760054400,5,6,4,5,1", "field open_time_seconds: 1760054400 appears twice; remove one of the two rows"),
        ("1760050800,5,6,4,5,1", "1760050800 comes after 1760054400; sort the rows by time"),
    ] {
        let message = refusal(&[good.clone(), bad.to_owned()]);
        assert!(message.contains(says), "{bad}: {message}");
    }
}

#[test]
fn an_empty_volume_is_allowed() {
    assert!(sol(&[row(0, "1,1,1,1"), format!("{},1,1,1,1,", START + 3_600)]).is_ok());
}

#[test]
fn a_file_as_a_whole_can_be_refused() {
    let whole = |text: &str| {
        parse("sol", &[AssetHistory { asset: 1, file: "sol.csv", text }]).expect_err("refused").to_string()
    };
    assert!(
        whole("time,o,h,l,c,v\n")
            .contains("sol.csv: line 1: the columns are \"time,o,h,l,c,v\"; the first line must be")
    );
    assert!(whole("").contains("0 data rows"));
    assert!(refusal(&[row(0, "1,1,1,1")]).contains("1 data rows; give at least two"));
    let long_gap = refusal(&[row(0, "1,1,1,1"), row(1, "1,1,1,1"), row(9, "1,1,1,1")]);
    assert!(
        long_gap.contains("line 4, field open_time_seconds: 25200 s are missing before it; fill the gap"),
        "{long_gap}"
    );
    let uneven = refusal(&[row(0, "1,1,1,1"), row(1, "1,1,1,1"), format!("{},1,1,1,1,1", START + 9_000)]);
    assert!(uneven.contains("no multiple of the bar's"), "{uneven}");
    let odd = refusal(&[row(0, "1,1,1,1"), format!("{},1,1,1,1,1", START + 4_200)]);
    assert!(odd.contains("bars of 4200 s do not fit steps of 900 s; use bars of"), "{odd}");
    let long: Vec<String> = (0..800).map(|hour| row(hour, "1,1,1,1")).collect();
    assert!(refusal(&long).contains("33 days are more than 31; keep the rows"));
}

#[test]
fn scenario_values_name_assets_by_key_or_file_name() {
    let directory = std::env::temp_dir().join(format!("plimsoll-history-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let text = format!("{HEADER}\n{}\n{}\n", row(0, "100,130,90,120"), row(1, "120,125,85,95"));
    let path = |name: &str| {
        let path = directory.join(name);
        std::fs::write(&path, &text).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let named = load(&path("eth_usdc.csv"), None).expect("ETH by its file name");
    assert_eq!((named.name.as_str(), named.tracks[3].prices[0]), ("eth_usdc", 10_000_000_000));
    let keyed = load(&format!("SOL={}, btc={}", path("a.csv"), path("b.csv")), None).expect("two by key");
    assert_eq!(keyed.tracks[1].prices, keyed.tracks[2].prices);
    for (value, says) in [
        (path("prices.csv"), "the file name holds none of USDC, SOL, BTC, ETH; write asset=path"),
        (format!("DOGE={}", path("a.csv")), "asset \"DOGE\" is not one of"),
        (format!("SOL={0},SOL={0}", path("a.csv")), "SOL is given twice"),
        ("SOL=absent.csv".to_owned(), "absent.csv: cannot be read"),
    ] {
        let message = load(&value, None).expect_err("refused").to_string();
        assert!(message.contains(says), "{value}: {message}");
    }
    std::fs::remove_dir_all(&directory).expect("cleaned");
}
