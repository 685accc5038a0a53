//! Bad input: errors that name the option, or file, line and field.

use std::path::Path;

use plimsoll_lab::stress::command::{Args, stress};
use plimsoll_lab::stress::definition::{Model, SHIPPED, Source};

fn args(scenario: &str, out: &Path) -> Args {
    Args {
        scenario: scenario.into(),
        model: None,
        accounts: 5,
        paths: Some(1),
        seed: 1,
        prices: None,
        params: None,
        shard: None,
        out: out.into(),
    }
}

/// The error of a run; nothing may have been written.
fn refused(change: impl FnOnce(&mut Args)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut args = args("monte-carlo", &out);
    change(&mut args);
    let error = stress(&args).expect_err("refused").to_string();
    assert!(!out.exists(), "{error}: something was written");
    error
}

/// The error of monte-carlo.toml with one text in place of another, and the line where the first stood.
fn refused_file(from: &str, to: &str) -> (String, usize) {
    let (_, text) = SHIPPED[2];
    let line = text[..text.find(from).expect("in the file")].matches('\n').count() + 1;
    let source = Source { file: "changed.toml".into(), text: text.replacen(from, to, 1), directory: "".into() };
    (source.definition().expect_err("refused").to_string(), line)
}

#[test]
fn options_out_of_range_are_named() {
    for (shard, problem) in
        [("3/2", "out of range"), ("0/2", "out of range"), ("1/0", "out of range"), ("x", "not of the form i/n")]
    {
        let error = refused(|args| args.shard = Some(shard.into()));
        assert!(error.starts_with(&format!("--shard {shard}: {problem}")), "{error}");
    }
    assert!(refused(|args| args.accounts = 0).starts_with("--accounts 0: out of range"));
    assert!(refused(|args| args.paths = Some(0)).starts_with("--paths 0: out of range"));
    assert!(refused(|args| args.model = Some(Model::Filtered)).contains("name their directory with --prices"));
    let replay = refused(|args| (args.scenario, args.model) = ("march-2020".into(), Some(Model::StudentT)));
    assert!(replay.starts_with("--model") && replay.contains("replays prices"), "{replay}");
}

#[test]
fn an_unknown_scenario_is_told_the_known_ones() {
    let error = refused(|args| args.scenario = "may-2021".into());
    assert!(error.contains("\"may-2021\"") && error.contains("october-2025, march-2020, monte-carlo"), "{error}");
}

#[test]
fn parameters_that_lack_a_factor_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("none.toml");
    assert!(refused(|args| args.params = Some(file.clone())).contains("none.toml"));
    let scenario = folder.path().join("doge.toml");
    std::fs::write(&scenario, SHIPPED[2].1.replace("symbol = \"SOL\"", "symbol = \"DOGE\"")).expect("written");
    assert!(refused(|args| args.scenario = scenario.display().to_string()).contains("no factor \"DOGE\""));
}

#[test]
fn numbers_out_of_range_are_named_with_their_line() {
    for (from, to, field) in [
        ("perp_share = 0.5", "perp_share = 1.5", "population.perp_share: 1.5 is not between 0 and 1"),
        ("attentive_share = 0.4", "attentive_share = -0.1", "population.attentive_share: -0.1"),
        ("stress_correlation = 0.6", "stress_correlation = 2.0", "simulated.stress_correlation: 2"),
        ("tail_index = 4.0", "tail_index = 2.0", "simulated.tail_index: 2 is not above 2"),
        ("equity_median_usd = 20_000.0", "equity_median_usd = 0.0", "population.equity_median_usd"),
        ("tick_seconds = 300", "tick_seconds = 7", "simulated.tick_seconds: 7"),
        ("days = 3.0", "days = nan", "simulated.days"),
        ("usd = [1.0, 150.0,", "usd = [1.0,", "simulated.usd: 3 numbers for 4 factors"),
        ("delay_seconds = 30.0", "delay_seconds = -1.0", "keepers.delay_seconds: -1"),
    ] {
        let (error, line) = refused_file(from, to);
        assert!(error.starts_with(&format!("changed.toml, line {line}: {field}")), "{from}: {error}");
    }
}

#[test]
fn a_correlation_matrix_that_is_none_is_named_with_its_line() {
    for (from, to, problem) in [
        ("[0.0, 1.0, 0.80, 0.80]", "[0.0, 1.0, 0.70, 0.80]", "make it symmetric"),
        ("[0.0, 0.80, 1.0, 0.85]", "[0.0, 0.80, 1.1, 0.85]", "lies between -1 and 1"),
        ("[0.0, 0.80, 1.0, 0.85]", "[0.0, 0.80, 0.9, 0.85]", "the diagonal of a correlation matrix is 1"),
        ("[0.0, 0.80, 0.85, 1.0]", "[0.0, 0.80, 1.0]", "has 3 numbers"),
    ] {
        let (error, line) = refused_file(from, to);
        assert!(error.contains("simulated.correlation") && error.contains(problem), "{error}");
        // an asymmetry is found at the mirrored row below
        let named = if problem.contains("symmetric") { line + 1 } else { line };
        assert!(error.contains(&format!("line {named}:")), "{error}, not line {named}");
    }
    let (_, text) = SHIPPED[2];
    let opposed = text.replace("[0.0, 1.0, 0.80, 0.80]", "[0.0, 1.0, -0.80, 0.80]");
    let text = opposed.replace("[0.0, 0.80, 1.0, 0.85]", "[0.0, -0.80, 1.0, 0.85]");
    let source = Source { file: "changed.toml".into(), text, directory: "".into() };
    assert!(source.definition().expect_err("refused").to_string().contains("not positive semidefinite"));
}

#[test]
fn unknown_keys_and_two_kinds_of_prices_are_refused() {
    let (error, line) = refused_file("perp_share = 0.5", "perp_shares = 0.5");
    assert!(error.starts_with(&format!("changed.toml, line {line}: TOML: unknown field `perp_shares`")), "{error}");
    let (error, _) =
        refused_file("[simulated]", "[replay]\nwaypoints = \"march-2020\"\ntick_seconds = 300\n\n[simulated]");
    assert!(error.contains("exactly one of [replay] and [simulated]"), "{error}");
}
