//! Histories and options that cannot be backtested.

use plimsoll_lab::backtest::{BacktestError, backtest, horizon_seconds};
use plimsoll_lab::series::Series;

use crate::market::{START, bar, market};

fn refusal(series: &Series, horizon_seconds: u64) -> BacktestError {
    backtest(series, horizon_seconds, 1, None).expect_err("refused")
}

#[test]
fn too_short_a_history_says_how_much_is_needed() {
    let error = refusal(&market(5_000, 300, 1), 3_600);
    assert!(matches!(error, BacktestError::TooShort { windows: 208, needed: 250, .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "made/sim_usd.csv: 208 windows of 3600 s in the half that is tested; at least 250 are needed, bring a longer history"
    );
    let few = refusal(&market(3, 300, 1), 3_600);
    assert!(matches!(few, BacktestError::NoVolatility { .. }), "{few}");
}

#[test]
fn one_row_is_refused_with_its_file() {
    let text = "open_time_seconds,open,high,low,close\n1704067200,1,1,1,1\n";
    let error = BacktestError::from(Series::parse("one.csv", text).expect_err("refused"));
    assert!(error.to_string().starts_with("one.csv: 1 data rows"), "{error}");
}

#[test]
fn prices_that_never_move_are_refused() {
    let bars = (0..12_000).map(|index| bar(START + index * 300, 5.0, 5.0)).collect();
    let still = Series::of_bars("still.csv", bars).expect("evenly spaced");
    assert_eq!(refusal(&still, 3_600), BacktestError::NoVolatility { series: "still.csv".to_owned() });
}

#[test]
fn bars_and_horizons_off_the_grid_are_refused() {
    let daily = refusal(&market(1_000, 86_400, 1), 86_400);
    assert!(matches!(daily, BacktestError::BarsOffGrid { bar_seconds: 86_400, .. }), "{daily}");
    let hourly = market(4_000, 3_600, 1);
    for horizon in [0, 1_800, 5_400, 864_000 + 3_600] {
        let error = refusal(&hourly, horizon);
        assert!(matches!(error, BacktestError::HorizonOffGrid { .. }), "{horizon}: {error}");
    }
    backtest(&hourly, 7_200, 1, None).expect("a horizon on the grid");
}

#[test]
fn a_price_that_the_core_refuses_is_named_with_its_time() {
    let mut series = market(12_000, 300, 1);
    for price in series.bars.iter_mut().skip(9_000) {
        (price.open, price.high, price.low, price.close) = (1e-9, 1e-9, 1e-9, 1e-9);
    }
    let error = refusal(&series, 3_600).to_string();
    let time = START + 9_000 * 300;
    assert!(error.starts_with(&format!("made/sim_usd.csv: at Unix time {time}, price 0.000000001: ")), "{error}");
}

#[test]
fn horizons_are_durations() {
    assert_eq!(horizon_seconds(None, 300), Ok(3_600));
    assert_eq!(horizon_seconds(None, 3_600), Ok(14_400));
    for (text, seconds) in [("90m", 5_400), ("1h", 3_600), ("4h", 14_400), ("2d", 172_800), ("600s", 600)] {
        assert_eq!(horizon_seconds(Some(text), 300), Ok(seconds));
    }
    for text in ["", "h", "1", "-1h", "1.5h", "1w", "99999999999999999999h", "300000000000000000h", "1ä"] {
        assert_eq!(horizon_seconds(Some(text), 300), Err(BacktestError::Horizon { text: text.to_owned() }), "{text}");
    }
}
