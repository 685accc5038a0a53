//! Anyone's OHLCV history as a scenario.
//!
//! A bar is walked open → low → high → close when it rose and open → high → low → close when it fell; its extremes are
//! put on steps where the bar spans at least two of them, so that a wick of an hourly bar is seen. A gap holds the
//! last price. Assets without a file stay at [`FLAT_USD`].

use super::ohlcv::{self, Bar, Bars};
use super::{ASSETS, MAX_STEPS, PriceTrack, Scenario, ScenarioError, price_units};

pub use super::ohlcv::MAX_GAP_SECONDS;

/// Prices of assets that no file gives, US dollars, in the order of [`ASSETS`].
pub const FLAT_USD: [f64; 4] = [1.0, 150.0, 60_000.0, 3_000.0];

/// Time between steps of a history, seconds.
pub const STEP_SECONDS: u64 = 900;

/// Confidence interval given to every price, parts per million: histories have none.
pub const CONFIDENCE_PPM: u32 = 500;

/// One file of one asset.
#[derive(Clone, Debug)]
pub struct AssetHistory<'a> {
    /// Index into [`ASSETS`].
    pub asset: usize,
    /// The file's name, for errors.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Reads histories and resamples them over the time that all of them cover.
///
/// # Errors
/// [`ScenarioError::Row`] names file, line and field of the first bad row; [`ScenarioError::File`] says what is wrong
/// with a file as a whole: its columns, its length, bars that do not fit the step, or no common time.
pub fn parse(name: &str, histories: &[AssetHistory<'_>]) -> Result<Scenario, ScenarioError> {
    let read: Vec<(usize, Bars)> = histories.iter().map(read_bars).collect::<Result<_, _>>()?;
    let (start_seconds, steps) = common_span(name, &read)?;
    let mut tracks = FLAT_USD
        .map(|usd| PriceTrack { prices: vec![price_units(usd).unwrap_or(1); steps], confidence_ppm: CONFIDENCE_PPM });
    for (asset, bars) in &read {
        tracks[*asset].prices = resample(&knots(bars), start_seconds, steps);
    }
    Ok(Scenario {
        name: name.to_owned(),
        description: "Prices of an OHLCV history.".to_owned(),
        notes: notes(&read),
        seed: 0,
        start_seconds,
        step_seconds: STEP_SECONDS,
        tracks,
    })
}

fn read_bars(history: &AssetHistory<'_>) -> Result<(usize, Bars), ScenarioError> {
    let bars = ohlcv::read(history.file, history.text)?;
    if fits_steps(bars.bar_seconds) {
        return Ok((history.asset, bars));
    }
    let problem = format!("bars of {} s do not fit steps of {STEP_SECONDS} s", bars.bar_seconds);
    Err(ScenarioError::file(history.file, problem, "use bars of 1, 5, 15, 30 or 60 minutes"))
}

/// What was assumed and repaired.
fn notes(read: &[(usize, Bars)]) -> Vec<String> {
    let mut notes = vec!["Prices are resampled from bars of an OHLCV file.".to_owned()];
    for (asset, bars) in read.iter().filter(|(_, bars)| bars.gaps > 0) {
        let (symbol, gaps, minutes) = (ASSETS[*asset], bars.gaps, bars.gap_seconds / 60);
        notes.push(format!(
            "{symbol}: gaps in the file: {gaps}, {minutes} minutes in all, bridged with the last price."
        ));
    }
    for (asset, symbol) in ASSETS.iter().enumerate() {
        if read.iter().all(|(given, _)| *given != asset) {
            notes.push(format!("{symbol} has no file and stays at {} USD.", FLAT_USD[asset]));
        }
    }
    notes
}

/// Short bars fill a step, long ones are filled by steps.
fn fits_steps(bar_seconds: u64) -> bool {
    STEP_SECONDS.is_multiple_of(bar_seconds) || bar_seconds.is_multiple_of(STEP_SECONDS)
}

/// First step's time and the number of steps that every file covers.
fn common_span(name: &str, read: &[(usize, Bars)]) -> Result<(u64, usize), ScenarioError> {
    let first = read.iter().filter_map(|(_, bars)| bars.rows.first()).map(|bar| bar.open_time).max();
    let last = read.iter().filter_map(|(_, b)| b.rows.last().map(|bar| bar.open_time + b.bar_seconds)).min();
    let (Some(first), Some(last)) = (first, last) else {
        return Err(ScenarioError::file(name, "no file is given", "write asset=path, for example BTC=btc.csv"));
    };
    let start = first.next_multiple_of(STEP_SECONDS);
    let steps = usize::try_from((last / STEP_SECONDS + 1).saturating_sub(start / STEP_SECONDS)).unwrap_or(usize::MAX);
    if steps < 2 {
        return Err(ScenarioError::file(name, "the files share less than one step", "give files of the same days"));
    }
    if steps > MAX_STEPS {
        let problem = format!("{} days are more than 31", steps / 96);
        return Err(ScenarioError::file(name, problem, "keep the rows of the days that you want to see"));
    }
    Ok((start, steps))
}

/// The path as (time, price) knots; of several at one time the last counts from there on.
fn knots(bars: &Bars) -> Vec<(u64, f64)> {
    let mut knots = Vec::with_capacity(bars.rows.len() * 4);
    for (index, bar) in bars.rows.iter().enumerate() {
        knots.push((bar.open_time, bar.open));
        push_extremes(&mut knots, bar, bars.bar_seconds);
        knots.push((bar.open_time + bars.bar_seconds, bar.close));
        if let Some(next) = bars.rows.get(index + 1) {
            knots.push((next.open_time, bar.close));
        }
    }
    knots
}

fn push_extremes(knots: &mut Vec<(u64, f64)>, bar: &Bar, bar_seconds: u64) {
    let [first, second] = if bar.close >= bar.open { [bar.low, bar.high] } else { [bar.high, bar.low] };
    let steps = bar_seconds / STEP_SECONDS;
    match steps {
        0 | 1 => {
            knots.push((bar.open_time + bar_seconds / 3, first));
            knots.push((bar.open_time + bar_seconds * 2 / 3, second));
        }
        // One step inside: the extreme farther from the open.
        2 => {
            let farther = if bar.high / bar.open > bar.open / bar.low { bar.high } else { bar.low };
            knots.push((bar.open_time + STEP_SECONDS, farther));
        }
        _ => {
            knots.push((bar.open_time + (steps + 1) / 3 * STEP_SECONDS, first));
            knots.push((bar.open_time + (2 * steps + 1) / 3 * STEP_SECONDS, second));
        }
    }
}

/// The price at each step: straight lines between knots.
#[allow(clippy::cast_precision_loss)] // distances in time are far below 2^52
fn resample(knots: &[(u64, f64)], start_seconds: u64, steps: usize) -> Vec<i64> {
    let mut next = 0;
    (0..steps as u64)
        .map(|step| {
            let time = start_seconds + step * STEP_SECONDS;
            while knots.get(next).is_some_and(|knot| knot.0 <= time) {
                next += 1;
            }
            let price = match (next.checked_sub(1).and_then(|before| knots.get(before)), knots.get(next)) {
                (Some(a), Some(b)) => a.1 + (b.1 - a.1) * (time - a.0) as f64 / (b.0 - a.0) as f64,
                (Some(only), None) | (None, Some(only)) => only.1,
                (None, None) => 0.0,
            };
            // Every knot is a price, and so is what lies between two; 1 is never reached.
            price_units(price).unwrap_or(1)
        })
        .collect()
}
