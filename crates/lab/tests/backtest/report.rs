//! The page, its figures and the terminal's table.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Parser;
use plimsoll_lab::backtest::{Args, report};
use plimsoll_lab::series::Series;

use crate::market::market;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

fn csv(series: &Series) -> String {
    let mut text = "open_time_seconds,open,high,low,close\n".to_owned();
    for bar in &series.bars {
        writeln!(text, "{},{},{},{},{}", bar.open_time_seconds, bar.open, bar.high, bar.low, bar.close).expect("text");
    }
    text
}

/// Writes these texts and runs the command on them: the terminal's table, and where the report went.
fn reported(folder: &tempfile::TempDir, texts: &[(&str, String)]) -> (anyhow::Result<String>, PathBuf) {
    let mut words = vec!["backtest".to_owned(), "--series".to_owned()];
    for (name, text) in texts {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        words.push(path.display().to_string());
    }
    let out = folder.path().join("out");
    let in_force = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/params/mainnet.toml");
    words
        .extend(["--horizon", "1h", "--calibrate-on", "first-half", "--against", in_force, "--out"].map(str::to_owned));
    words.push(out.display().to_string());
    let args = Command::try_parse_from(words).expect("options").args;
    (report(&args), out)
}

#[test]
fn a_page_stands_alone_beside_its_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = [("btc_usd.csv", csv(&market(6_400, 300, 4))), ("eth_usd.csv", csv(&market(6_400, 300, 5)))];
    let (screen, out) = reported(&folder, &texts);
    let screen = screen.expect("reported");
    assert!(screen.contains("btc_usd") && screen.contains("eth_usd"), "{screen}");

    let html = std::fs::read_to_string(out.join("backtest.html")).expect("a page");
    for outside in ["http:", "https:", "src=", "<link", "<script", "NaN"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<svg viewBox=\"0 0 1080").count(), 6, "three charts a series");
    assert!(html.contains("Hyperliquid, small") && html.contains("Kupiec"));

    let figures = std::fs::read_to_string(out.join("backtest.json")).expect("figures");
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    assert_eq!(figures["series"].as_array().map(Vec::len), Some(2));
    assert_eq!(figures["series"][0]["windows"], 266);
    let variants = figures["series"][0]["sensitivity"].as_array().expect("variants");
    assert!(variants.iter().any(|variant| variant["name"] == "in force"), "mainnet lists BTC");
    assert_eq!(figures["series"][0]["targets"].as_array().map(Vec::len), Some(5));
}

#[test]
fn a_refused_history_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = csv(&market(6_400, 300, 4));
    let bad = good.replacen("open,high", "open,hihg", 1);
    let (screen, out) = reported(&folder, &[("good.csv", good), ("bad.csv", bad)]);
    let error = screen.expect_err("refused").to_string();
    assert!(error.contains("bad.csv, line 1, field hihg"), "{error}");
    assert!(!out.exists());
}

#[test]
fn what_is_missed_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    // calm where it calibrates, wild where it is tested: coverage fails
    let mut series = market(8_000, 300, 6);
    for bar in &mut series.bars[4_000..] {
        let stretch = |price: f64| 100.0 * (price / 100.0).powi(5);
        (bar.open, bar.high, bar.low, bar.close) =
            (stretch(bar.open), stretch(bar.high), stretch(bar.low), stretch(bar.close));
    }
    let (screen, out) = reported(&folder, &[("sim.csv", csv(&series))]);
    let screen = screen.expect("reported");
    assert!(screen.contains("missed: sim: losses of "), "{screen}");
    let html = std::fs::read_to_string(out.join("backtest.html")).expect("a page");
    assert!(html.contains("class=\"fact bad\"") && html.contains("<td class=\"bad\">"));
}
