//! A series as the oracle would have published it: four prices a bar, the first of them the sample of its step.

use plimsoll_risk::RiskError;
use plimsoll_risk::volatility::SAMPLE_WAIT_SECONDS;

use super::{FactorModel, FactorState, ReplayError, Seeds, Step, real};
use crate::series::Bar;

/// Prices that a bar publishes: open, its two extremes, close.
const PRICES_PER_BAR: u64 = 4;

/// Replays the bars from a listing at the first one: one [`Step`] for each boundary that was folded, gaps in the series included.
///
/// A bar of the interval [t, t + d) publishes its open at t, its extremes at t + d/4 and t + d/2 (the one against the bar's direction first) and its
/// close at t + 3d/4, so that a threshold in force at t has seen nothing of the bar but its open. Through a gap the crank goes on without samples.
///
/// # Errors
/// [`ReplayError::TooShort`], `NotInOrder`, `BarsCoarserThanGrid`, `NoRoomToConfirm`; [`ReplayError::Step`] with time and price where the core refuses one.
pub fn history(model: &FactorModel, seeds: &Seeds, bars: &[Bar]) -> Result<Vec<Step>, ReplayError> {
    let bar_seconds = check(model, bars)?;
    let [first, ..] = bars else { return Err(ReplayError::TooShort { bars: 0 }) };
    let mut state = FactorState::list(model, seeds, first.open, first.open_time_seconds)
        .map_err(|source| refused(first.open_time_seconds, first.open, source))?;
    let mut steps = Vec::with_capacity(bars.len());
    for (index, bar) in bars.iter().enumerate() {
        cross_gap(&mut state, model, bar.open_time_seconds, &mut steps)?;
        for (quarter, price) in (0..).zip(prices(bar)) {
            let at_seconds = bar.open_time_seconds + bar_seconds / PRICES_PER_BAR * quarter;
            let is_listing = index == 0 && quarter == 0;
            let mut publish = || {
                if !is_listing {
                    state.publish(model, price, at_seconds)?;
                }
                state.crank(model, at_seconds + model.price.confirm_seconds)
            };
            steps.extend(publish().map_err(|source| refused(at_seconds, price, source))?);
        }
    }
    Ok(steps)
}

/// Cranks the steps before `until_seconds` that no bar covers: without samples, as soon as the wait for them is over.
fn cross_gap(
    state: &mut FactorState,
    model: &FactorModel,
    until_seconds: u64,
    steps: &mut Vec<Step>,
) -> Result<(), ReplayError> {
    for missed in state.path.first_step + 1..until_seconds / model.grid_seconds {
        // a grid shorter than the wait has left the step by then, and misses it
        let now_seconds = missed * model.grid_seconds + SAMPLE_WAIT_SECONDS.min(model.grid_seconds - 1);
        let held = real::price(state.quote.mid, model.price.atom_power);
        steps.extend(state.crank(model, now_seconds).map_err(|source| refused(now_seconds, held, source))?);
    }
    Ok(())
}

/// The order in which the bar's prices came, as far as a bar tells.
fn prices(bar: &Bar) -> [f64; 4] {
    if bar.close >= bar.open {
        [bar.open, bar.low, bar.high, bar.close]
    } else {
        [bar.open, bar.high, bar.low, bar.close]
    }
}

/// The length of a bar: the shortest distance between two.
fn check(model: &FactorModel, bars: &[Bar]) -> Result<u64, ReplayError> {
    let mut bar_seconds = None;
    for pair in bars.windows(2) {
        let [earlier, later] = pair else { continue };
        let distance = later.open_time_seconds.checked_sub(earlier.open_time_seconds).filter(|&distance| distance > 0);
        let distance = distance.ok_or(ReplayError::NotInOrder { at_seconds: later.open_time_seconds })?;
        bar_seconds = Some(bar_seconds.map_or(distance, |shortest: u64| shortest.min(distance)));
    }
    let bar_seconds = bar_seconds.ok_or(ReplayError::TooShort { bars: bars.len() })?;
    let (grid_seconds, confirm_seconds) = (model.grid_seconds, model.price.confirm_seconds);
    if bar_seconds > grid_seconds || grid_seconds % bar_seconds != 0 {
        return Err(ReplayError::BarsCoarserThanGrid { bar_seconds, grid_seconds });
    }
    if bar_seconds / PRICES_PER_BAR <= confirm_seconds {
        return Err(ReplayError::NoRoomToConfirm { bar_seconds, confirm_seconds });
    }
    Ok(bar_seconds)
}

fn refused(at_seconds: u64, price: f64, source: RiskError) -> ReplayError {
    ReplayError::Step { at_seconds, price, source }
}
