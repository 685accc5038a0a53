//! Windows of the margin period of risk.

use plimsoll_lab::backtest::windows;

use crate::market::{START, bar};

#[test]
fn a_window_knows_its_worst_price_and_its_end() {
    let mut bars = vec![bar(START, 100.0, 102.0), bar(START + 300, 102.0, 97.0), bar(START + 600, 97.0, 101.0)];
    (bars[1].high, bars[1].low) = (110.0, 95.0);
    let found = windows(&bars, 0, 900, 300);
    let [window] = &found[..] else { panic!("{found:?}") };
    assert_eq!(window.time_seconds, START);
    for (measured, expected) in
        [(window.long.worst, 0.05), (window.short.worst, 0.10), (window.long.end, -0.01), (window.short.end, 0.01)]
    {
        assert!((measured - expected).abs() < 1e-12, "{window:?}");
    }
}

#[test]
fn windows_do_not_overlap_and_are_whole() {
    let bars: Vec<_> = (0..26).map(|index| bar(START + index * 300, 1.0, 1.0)).collect();
    let starts = |from| {
        windows(&bars, from, 3_600, 300).iter().map(|window| (window.time_seconds - START) / 300).collect::<Vec<_>>()
    };
    assert_eq!(starts(0), [0, 12]);
    assert_eq!(starts(START + 450), [2, 14]);
    assert_eq!(starts(START + 15 * 300), [0; 0]);
}

#[test]
fn after_a_gap_windows_begin_at_the_next_bar() {
    let bars: Vec<_> =
        (0..30).filter(|index| !(3..=7).contains(index)).map(|index| bar(START + index * 3_600, 1.0, 1.0)).collect();
    let starts: Vec<_> =
        windows(&bars, 0, 4 * 3_600, 3_600).iter().map(|window| (window.time_seconds - START) / 3_600).collect();
    assert_eq!(starts, [0, 8, 12, 16, 20, 24]);
    assert!(windows(&[], 0, 3_600, 300).is_empty());
}
