//! Price histories: what is read, what is refused and with which words, returns, halves, alignment.

use plimsoll_lab::series::{Bar, Gaps, Series, SeriesError, align, thin};
use proptest::prelude::*;

const HEADER: &str = "open_time_seconds,open,high,low,close,volume_base";

fn parse(rows: &[&str]) -> Result<Series, SeriesError> {
    Series::parse("sol.csv", &format!("{HEADER}\n{}\n", rows.join("\n")))
}

fn refusal(rows: &[&str]) -> String {
    parse(rows).expect_err("must be refused").to_string()
}

/// Five-minute bars from `start`, one price each.
fn flat(start: u64, closes: &[f64]) -> Vec<Bar> {
    let bar = |(step, close): (u64, &f64)| Bar {
        open_time_seconds: start + step * 300,
        open: *close,
        high: *close * 1.01,
        low: *close * 0.99,
        close: *close,
        volume_base: Some(2.0),
        depth_quote: None,
        spread: Some(0.001),
    };
    (0..).zip(closes).map(bar).collect()
}

#[test]
fn a_good_file_is_read() {
    let series = parse(&["300,10,12,9,11,5.5", "600,11,11,11,11,", "900,11,13,10,12,0"]).expect("good");
    assert_eq!((series.bars.len(), series.bar_seconds, series.gaps), (3, 300, Gaps::default()));
    assert_eq!((series.bars[0].volume_base, series.bars[1].volume_base), (Some(5.5), None));
    assert_eq!(series.duration_seconds(), 900);
    assert_eq!(series.close_times_seconds(), [600, 900, 1_200]);
    let returns = series.log_returns();
    assert!(returns[0].value.abs() < 1e-15 && (returns[1].value - (12.0_f64 / 11.0).ln()).abs() < 1e-15);
    assert_eq!((returns[1].end_seconds, returns[1].span_seconds), (1_200, 300));
}

#[test]
fn columns_may_stand_in_any_order_and_more_of_them() {
    let text = "\u{feff}close,low,high,open,open_time_seconds,spread,depth_quote\n11,9,12,10,300,0.001,250000\n11,11,11,11,600,,\n";
    let series = Series::parse("x.csv", text).expect("good");
    let bar = series.bars[0];
    assert_eq!((bar.open, bar.close, bar.spread, bar.depth_quote), (10.0, 11.0, Some(0.001), Some(250_000.0)));
    assert_eq!(series.bars[1].volume_base, None);
}

#[test]
fn wrong_columns_are_named() {
    let refused = |text: &str| Series::parse("x.csv", text).expect_err("refused").to_string();
    assert_eq!(
        refused("open_time_seconds,open,high,low\n"),
        "x.csv, line 1, field close: the column is missing; add it; the first line names the columns"
    );
    assert!(
        refused("open_time_seconds,open,high,low,close,open\n").contains("field open: the column stands there twice")
    );
    assert!(
        refused("time,open,high,low,close\n")
            .starts_with("x.csv, line 1, field time: unknown column; remove or rename")
    );
    assert_eq!(refused(""), "x.csv: 0 data rows; give at least two, so that the bars have a length");
}

#[test]
fn one_row_is_too_few() {
    assert_eq!(
        refusal(&["300,10,12,9,11,5"]),
        "sol.csv: 1 data rows; give at least two, so that the bars have a length"
    );
}

#[test]
fn wrong_fields_are_named_with_their_line() {
    let good = "300,10,12,9,11,5";
    for (row, words) in [
        ("600,0,12,9,11,5", "line 3, field open: 0 is not a price"),
        ("600,10,-12,9,11,5", "field high: -12 is not a price"),
        ("600,10,12,9,NaN,5", "field close: \"NaN\" is not a number"),
        ("600,10,12,inf,11,5", "field low: \"inf\" is not a number"),
        ("600,10,9,12,11,5", "field high: high 9 is below low 12; swap or correct them"),
        ("600,13,12,9,11,5", "field open: 13 lies outside low 9 to high 12"),
        ("600,10,12,9,8,5", "field close: 8 lies outside low 9 to high 12"),
        ("600,10,12,9,11,-5", "field volume_base: \"-5\" is outside"),
        ("600,10,12,9,11", "field row: 5 fields instead of 6; repair or remove the row"),
        ("1600000000000000,10,12,9,11,5", "field open_time_seconds: \"1600000000000000\" is not a Unix time"),
        ("6 pm,10,12,9,11,5", "field open_time_seconds: \"6 pm\" is not a Unix time"),
        ("300,10,12,9,11,5", "field open_time_seconds: 300 appears twice; remove one"),
        ("200,10,12,9,11,5", "field open_time_seconds: 200 comes after 300; sort the rows by time"),
    ] {
        let refusal = refusal(&[good, row]);
        assert!(refusal.starts_with("sol.csv, line 3") && refusal.contains(words), "{refusal}");
    }
}

#[test]
fn uneven_spacing_is_refused() {
    let refusal = refusal(&["300,10,12,9,11,5", "600,10,12,9,11,5", "950,10,12,9,11,5"]);
    assert!(refusal.contains("line 4, field open_time_seconds: 350 s after the row before"), "{refusal}");
}

#[test]
fn gaps_are_counted_and_too_many_refused() {
    let row = |step: u64| format!("{},10,12,9,11,5", step * 300);
    let with_gap = |missing: u64| {
        let rows: Vec<String> = (1..50).chain(50 + missing..100).map(row).collect();
        parse(&rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let series = with_gap(4).expect("four of a hundred may be missing");
    assert_eq!(series.gaps, Gaps { count: 1, missing_bars: 4, longest_bars: 4 });
    assert_eq!(series.log_returns()[48].span_seconds, 1_500);
    let refusal = with_gap(6).expect_err("six may not").to_string();
    assert!(refusal.contains("line 51, field open_time_seconds: 6 of 99 bars are missing"), "{refusal}");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let error = Series::read(std::path::Path::new("absent/none.csv")).expect_err("absent");
    assert!(error.to_string().starts_with("absent/none.csv: cannot be read: "), "{error}");
    let text = format!("{HEADER}\n300,10,12,9,\"11,5\n");
    assert!(Series::parse("q.csv", &text).is_err());
}

#[test]
fn halves_share_nothing_and_miss_nothing() {
    let series = Series::of_bars("x", flat(300, &[1.0, 2.0, 3.0, 4.0, 5.0])).expect("bars");
    let (first, second) = series.halves().expect("halves");
    assert_eq!((first.bars.len(), second.bars.len()), (2, 3));
    assert_eq!([first.bars, second.bars].concat(), series.bars);
    assert_eq!(Series::of_bars("x", flat(300, &[1.0, 2.0, 3.0])).and_then(|series| series.halves()), None);
}

#[test]
fn alignment_keeps_the_common_times() {
    let one = Series::of_bars("one", flat(300, &[1.0, 2.0, 3.0, 4.0])).expect("bars");
    let other = Series::of_bars("other", flat(600, &[7.0, 8.0, 9.0, 10.0])).expect("bars");
    let aligned = align(&[one.clone(), other]).expect("three are common");
    let closes = |series: &Series| series.bars.iter().map(|bar| bar.close).collect::<Vec<_>>();
    assert_eq!((closes(&aligned[0]), closes(&aligned[1])), (vec![2.0, 3.0, 4.0], vec![7.0, 8.0, 9.0]));
    assert_eq!(align(&[]), None);
    let hourly = thin(&Series::of_bars("h", flat(0, &[1.0; 24])).expect("bars"), 12).expect("two hours");
    assert_eq!(align(&[one, hourly]), None, "bars differ in length");
}

#[test]
fn longer_bars_are_made_of_complete_groups() {
    let series = Series::of_bars("x", flat(300, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])).expect("bars");
    let thinned = thin(&series, 3).expect("two groups of three");
    assert_eq!(thinned.bars.len(), 2, "the first two bars and the last stand alone");
    let bar = thinned.bars[0];
    assert_eq!((bar.open_time_seconds, bar.open, bar.close, bar.volume_base), (900, 3.0, 5.0, Some(6.0)));
    assert!((bar.high - 5.05).abs() < 1e-12 && (bar.low - 2.97).abs() < 1e-12);
    assert!((bar.spread.expect("known") - 0.001).abs() < 1e-15);
    assert_eq!(thin(&series, 0), None);
    assert_eq!(thin(&series, 7), None);
}

#[test]
fn bars_out_of_order_make_no_series() {
    let mut bars = flat(300, &[1.0, 2.0, 3.0]);
    bars.swap(0, 2);
    assert_eq!(Series::of_bars("x", bars), None);
}

proptest! {
    /// Whatever a file holds, it is read or refused; what is read is in order and holds prices alone.
    #[test]
    fn no_text_makes_the_reader_fail(text in "(open_time_seconds|open|high|low|close|[0-9.,\"\n\r-]){0,200}") {
        if let Ok(series) = Series::parse("x.csv", &text) {
            prop_assert!(series.bars.len() >= 2 && series.bar_seconds > 0);
        }
    }

    #[test]
    fn what_is_read_is_in_order(
        rows in prop::collection::vec((1_u64..40, -5.0_f64..500.0, 0.0_f64..2.0, 0.0_f64..2.0), 0..30)
    ) {
        let lines = rows.iter().map(|(step, price, above, below)| {
            format!("{},{price},{},{},{price},", step * 300, price + above, price - below)
        });
        let text = format!("{HEADER}\n{}\n", lines.collect::<Vec<_>>().join("\n"));
        if let Ok(series) = Series::parse("x.csv", &text) {
            prop_assert_eq!(series.bars.len(), rows.len());
            prop_assert!(series.bars.windows(2).all(|pair| pair[0].open_time_seconds < pair[1].open_time_seconds));
            prop_assert!(series.bars.iter().all(|bar| bar.low > 0.0 && bar.low <= bar.close && bar.close <= bar.high));
            prop_assert!(series.log_returns().iter().all(|one| one.value.is_finite() && one.span_seconds > 0));
        }
    }
}
