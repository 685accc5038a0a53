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
            "conservation_checks",
            "borrowers_equity_kept_ppm",
            "worst_hour_threshold_change_ppm",
        ] {
            assert!(json[run][key].is_u64(), "{run}.{key}");
        }
    }
    for key in ["pool", "markets", "orders", "liquidation_list", "deficit_list", "withdrawal_list"] {
        assert!(!json["dynamic"]["perps"][key].is_null(), "perps.{key}");
    }
    for key in ["scenario", "seed", "traders", "steps", "seconds", "program_sha256"] {
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
    let charts = page.matches("<svg viewBox=\"0 0 1080").count();
    assert_eq!(charts, 3 * 2 + 2 + 5, "three factors, volatility, running total; pool, skew, interest, rate, funding");
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
    assert!(page.contains("Not reached: no account lost more than it had"));
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
    assert_eq!(find("Conservation error, atoms").moving, "0");
}

#[test]
fn the_comparison_says_who_took_positions_over_and_who_paid_the_deficit() {
    let rows = comparison::rows(&sample::report());
    let find = |label: &str| rows.iter().find(|row| row.label.trim() == label).expect(label);
    assert_eq!(find("taken over by keepers").moving, "1");
    assert_eq!(find("closed against the pool").moving, "2");
    assert_eq!(find("Waterfall: deficits, USDC").moving, "0.00");
    let parts = ["paid by insurance", "paid by the pool", "paid by winners"].map(|label| find(label).frozen.clone());
    assert_eq!(parts, ["100.00", "600.00", "300.00"]);
    assert_eq!(find("Funding paid, USDC").moving, "12,096", "three markets of 4,032 at the last step");
}

#[test]
fn skew_and_open_interest_follow_from_the_sides() {
    let market = &sample::report().dynamic.perps.markets[0];
    assert_eq!(market.skew_quote_atoms()[0], -100_000_000_000);
    assert_eq!(market.open_interest_quote_atoms()[0], 1_900_000_000_000);
}

#[test]
fn a_provider_who_had_to_wait_is_told_in_words() {
    let perps = sample::report();
    let sentence = |report: &Report, moving: bool| {
        let run = if moving { &report.dynamic } else { &report.frozen };
        comparison::withdrawal_sentence(&run.perps.withdrawal_list[0])
    };
    assert_eq!(
        sentence(&perps, true),
        "Provider 2 asked on 2025-10-09 13:00 UTC to leave the pool. 3 requests lapsed: the pool needed the money for its positions. 812,346 USDC \
         were paid on 2025-10-09 18:00 UTC."
    );
    assert!(sentence(&perps, false).ends_with("Nothing was paid before the end."));
    assert!(perps.to_html().contains("Provider 2 asked on"));
}

#[test]
fn the_waterfall_lists_each_deficit() {
    let page = sample::report().to_html();
    assert!(page.contains("<td>1,000.00</td><td>100.00</td><td>600.00</td><td>300.00</td>"));
    assert_eq!(page.matches("Not reached").count(), 1, "with moving thresholds alone");
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
