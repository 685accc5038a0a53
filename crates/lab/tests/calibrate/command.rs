//! The command: its three files, and options that it refuses.

use std::path::Path;

use plimsoll_lab::calibrate::command::{Args, calibrate, run};
use plimsoll_lab::series::synthetic::Synthetic;

use crate::{args, rules, written};

fn small(seed: u64) -> Synthetic {
    Synthetic { seed, days: 60, ..Synthetic::default() }
}

#[test]
fn three_files_are_written_and_say_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (sol, new) = (written(folder.path(), "sol.csv", &small(1)), written(folder.path(), "new.csv", &small(2)));
    let out = folder.path().join("out");
    run(&args(&[("SOL", &sol), ("NEW", &new)], &out)).expect("runs");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect(name);
    let json: serde_json::Value = serde_json::from_str(&read("calibrate.json")).expect("JSON");
    let (toml, html) = (read("calibrate.toml"), read("calibrate.html"));
    let floor = json["factors"][0]["listing"]["params"]["sigma_floor_ppm"].as_u64().expect("a number");
    let grouped = plimsoll_report::format::grouped(floor);
    assert!(toml.contains(&format!("sigma_floor_ppm = {}", grouped.replace(',', "_"))));
    assert!(html.contains(&format!("<td>{grouped}</td>")));
    assert!(json["covariance"]["best_seconds"].is_u64(), "two factors have a covariance");
    assert!(toml.contains("are another factor's: no parameters in force name this one"));
    assert_eq!(toml.matches("[[factors]]").count(), 2);
    assert!(toml.lines().all(|line| line.chars().count() <= 165));
    for outside in ["http:", "https:", "src=", "<link", "<script", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(!html.contains("NaN") && html.matches("<svg viewBox=\"0 0 1080").count() > 2 * 6);
}

#[test]
fn a_longer_history_serves_the_levels_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let fine = written(folder.path(), "fine.csv", &small(1));
    let wild = Synthetic { bar_seconds: 3_600, days: 400, daily_sigma: 0.09, ..small(3) };
    let long = written(folder.path(), "long.csv", &wild);
    let with = Args { lookbacks: vec![format!("SOL={}", long.display())], ..args(&[("SOL", &fine)], folder.path()) };
    let found = calibrate(&with).expect("calibrates");
    let without = calibrate(&args(&[("SOL", &fine)], folder.path())).expect("calibrates");
    assert_eq!(found.factors[0].evidence.levels.days.len(), 400);
    assert!(found.factors[0].params().sigma_floor_ppm > 3 * without.factors[0].params().sigma_floor_ppm / 2);
    let liquidity = |report: &plimsoll_lab::calibrate::command::Report| report.factors[0].evidence.liquidity.clone();
    assert_eq!(liquidity(&found).spread(), liquidity(&without).spread(), "the finer history's");
    assert!(!found.cautions.iter().any(|caution| caution.contains("rest on")));
}

/// What is changed, and how the refusal begins.
type Case = (fn(&mut Args), &'static str);

fn refusal(change: impl FnOnce(&mut Args)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let sol = written(folder.path(), "sol.csv", &Synthetic { days: 45, ..Synthetic::default() });
    let mut args = args(&[("SOL", &sol)], folder.path());
    change(&mut args);
    calibrate(&args).expect_err("must be refused").to_string()
}

#[test]
fn options_out_of_range_are_named() {
    let cases: [Case; 11] = [
        (
            |args| (args.rules.half_lives_fast, args.rules.half_lives_slow) = (vec![259_200], vec![172_800]),
            "option --half-lives-fast: 259200 is outside what the slow half-life, as chosen, allows; add shorter ones",
        ),
        (|args| args.rules.floor_quantile = 0.7, "option --floor-quantile: 0.7 is outside 0 ..= 0.5"),
        (|args| args.rules.stress_quantile = 95.0, "option --stress-quantile: 95 is outside 0.5 ..= 1"),
        (
            |args| args.rules.tail_probability = 99.0,
            "option --tail-probability: 99 is outside 0.9 ..= 0.999; a fraction",
        ),
        (|args| args.rules.winsor_quantile = f64::NAN, "option --winsor-quantile: NaN is outside"),
        (|args| args.rules.halt_quantile = 1.0, "option --halt-quantile: 1 is outside"),
        (|args| args.rules.hill_share = 0.0, "option --hill-share: 0 is outside"),
        (|args| args.rules.participation = 2.0, "option --participation: 2 is outside"),
        (|args| args.rules.half_lives_fast = vec![60], "option --half-lives-fast: 60 is outside 3600 ..= 2592000"),
        (|args| args.rules.half_lives_slow = vec![], "option --half-lives-slow: nothing is outside"),
        (
            |args| args.rules.half_lives_covariance = vec![u32::MAX],
            "option --half-lives-covariance: 4294967295 is outside",
        ),
    ];
    for (change, words) in cases {
        let refusal = refusal(change);
        assert!(refusal.starts_with(words), "{refusal}");
    }
    rules().check().expect("the defaults are within their bounds");
}

#[test]
fn factors_are_named_once_and_have_a_file() {
    let cases: [Case; 6] = [
        (|args| args.factors = vec!["sol.csv".to_owned()], "option --factor: \"sol.csv\" is not SYMBOL=path"),
        (|args| args.factors = vec!["=sol.csv".to_owned()], "option --factor: \"=sol.csv\" is not SYMBOL=path"),
        (|args| args.factors = vec!["S/L=sol.csv".to_owned()], "option --factor: `S/L` is not a symbol"),
        (|args| args.factors.push(args.factors[0].clone()), "option --factor: SOL stands there twice"),
        (|args| args.lookbacks = vec!["BTC=btc.csv".to_owned()], "option --lookback: BTC has no --factor"),
        (|args| args.factors = vec!["SOL=absent.csv".to_owned()], "absent.csv: cannot be read"),
    ];
    for (change, words) in cases {
        let refusal = refusal(change);
        assert!(refusal.starts_with(words), "{refusal}");
    }
}

#[test]
fn parameter_files_out_of_range_are_named_with_line_and_field() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(crate::mainnet()).expect("mainnet's parameters");
    let changed = |from: &str, to: &str| {
        let path = folder.path().join("in-force.toml");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
        refusal(|args| args.against = Some(path))
    };
    let shrinkage = changed("correlation_shrinkage_ppm = 250_000", "correlation_shrinkage_ppm = 2_500_000");
    assert!(
        shrinkage.contains("in-force.toml:")
            && shrinkage.contains("book.correlation_shrinkage_ppm: 2500000 is outside")
    );
    let half_life = changed("half_life_fast_seconds = 43_200", "half_life_fast_seconds = 60");
    assert!(half_life.contains("factors[0].params.half_life_fast_seconds: 60 is outside"), "{half_life}");
    assert!(
        refusal(|args| args.against = Some(Path::new("absent.toml").into())).contains("absent.toml: cannot be read")
    );
}

#[test]
fn histories_that_are_too_short_or_still_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let month = written(folder.path(), "month.csv", &Synthetic { days: 30, ..Synthetic::default() });
    let error = calibrate(&args(&[("SOL", &month)], folder.path())).expect_err("a month").to_string();
    assert!(error.contains("month.csv: a choice of half-lives needs more than 33.3 d, the file has 30 d"), "{error}");
    let week = written(folder.path(), "week.csv", &Synthetic { days: 7, ..Synthetic::default() });
    let error = calibrate(&args(&[("SOL", &week)], folder.path())).expect_err("a week").to_string();
    assert!(
        error.contains("week.csv: a quantile of daily volatilities needs 20 whole days, the file has 7"),
        "{error}"
    );
    let short = refusal(|args| args.rules.half_lives_slow = vec![864_000]);
    let words = "sol.csv: the slow half-life needs six times the shortest one tried, 60 days, the file has 45 days";
    assert!(short.contains(words), "{short}");
    let still: Vec<String> = (1..9_000).map(|step| format!("{},5,5,5,5,1", step * 300)).collect();
    let path = folder.path().join("still.csv");
    std::fs::write(&path, format!("open_time_seconds,open,high,low,close,volume_base\n{}\n", still.join("\n")))
        .expect("written");
    let error = calibrate(&args(&[("SOL", &path)], folder.path())).expect_err("still").to_string();
    assert!(error.contains("still.csv: σ_stress cannot be fitted: the prices do not move"), "{error}");
}
