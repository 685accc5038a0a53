//! The report: its keys, its page, its table.

mod sample;

use plimsoll_demo::report::Report;
use plimsoll_demo::report::comparison;

#[test]
fn json_has_the_promised_keys() {
    let json = serde_json::to_value(sample::report()).expect("serialises");
    for run in ["dynamic", "static"] {
        for key in [
            "liquidations",
            "threshold_liquidations",
            "liquidated_value_quote_atoms",
            "bad_debt_quote_atoms",
            "conservation_error_atoms",
            "borrowers_equity_kept_ppm",
            "worst_hour_threshold_change_ppm",
        ] {
            assert!(json[run][key].is_u64(), "{run}.{key}");
        }
    }
    for key in ["scenario", "seed", "steps", "seconds", "program_sha256"] {
        assert!(!json[key].is_null(), "{key}");
    }
    assert_eq!(json["dynamic"]["threshold_liquidations"], 3);
    assert_eq!(json["static"]["threshold_liquidations"], 0);
    let list = json["dynamic"]["liquidation_list"].as_array().expect("a list");
    let value: u64 = list.iter().filter_map(|one| one["repaid_quote_atoms"].as_u64()).sum();
    assert_eq!(json["dynamic"]["liquidated_value_quote_atoms"], value);
}

#[test]
fn json_round_trips() {
    let report = sample::report();
    let text = serde_json::to_string(&report).expect("serialises");
    assert_eq!(serde_json::from_str::<Report>(&text).expect("parses"), report);
}

#[test]
fn the_page_stands_alone() {
    let page = sample::report().to_html();
    for outside in ["http:", "https:", "src=", "<link", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(page.matches("<svg viewBox=\"0 0 1080").count(), 3 * 2 + 2, "three factors, volatility, running total");
    assert_eq!(page.matches("class=\"mark walk\" d=\"M").count(), 3 + 3, "three in the legends, three in the charts");
    assert!(!page.contains("NaN") && !page.contains("inf\""));
}

#[test]
fn the_page_names_the_walk_liquidation() {
    let page = sample::report().to_html();
    assert!(page.contains(
        "Borrower 28 (account 7kFXqB2m5Y1bQ3sVnUeJt9cWd4hRpZaG6LxTMyE8oKvN) was liquidated on 2025-10-11 07:00 UTC"
    ));
    assert!(page.contains("None of its oracle prices had moved since 06:00"));
}

#[test]
fn markup_in_names_is_escaped() {
    let mut report = sample::report();
    report.scenario = "<b>\"&".to_owned();
    report.dynamic.liquidation_list[0].borrower = "<script>".to_owned();
    let page = report.to_html();
    assert!(page.contains("Plimsoll: &lt;b&gt;&quot;&amp;") && !page.contains("<script>"));
}

#[test]
fn a_run_without_liquidations_or_steps_still_makes_a_page() {
    let mut report = sample::report();
    for run in [&mut report.dynamic, &mut report.frozen] {
        *run = plimsoll_demo::report::Run::new(vec![], vec![], vec![], run.totals);
    }
    let page = report.to_html();
    assert!(page.contains("None in this scenario") && page.contains("No price moved by more than two percent."));
}

#[test]
fn a_lost_atom_is_shown_as_such() {
    let mut report = sample::report();
    report.frozen.totals.conservation_error_atoms = 3;
    assert!(report.to_html().contains("<div class=\"fact bad\"><b>3 atoms off</b>"));
}

#[test]
fn the_comparison_reads_like_a_table() {
    let rows = comparison::rows(&sample::report());
    let find = |label: &str| rows.iter().find(|row| row.label.trim() == label).expect(label);
    assert_eq!(find("Bad debt, USDC").frozen, "1,843.22");
    assert_eq!(find("Borrowers' equity kept").moving, "81.23 %");
    assert_eq!(find("Worst one-hour threshold change").frozen, "0.00 points");
    assert_eq!(find("Vaults less claims, atoms").moving, "0");
}

#[test]
fn both_files_are_written() {
    let directory = std::env::temp_dir().join(format!("plimsoll-report-{}", std::process::id()));
    sample::report().write(&directory.join("demo")).expect("written");
    for name in ["report.json", "report.html"] {
        assert!(std::fs::metadata(directory.join("demo").join(name)).expect(name).len() > 10_000);
    }
    std::fs::remove_dir_all(&directory).expect("cleaned");
}
