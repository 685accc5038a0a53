//! INV-GRACE with memory: every point ever announced, and every account that was promised an hour.

use std::collections::BTreeMap;

use plimsoll_client::health;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};

use super::{Verdict, ensure, text};
use crate::snapshot::Snapshot;

/// An account that was healthy at every announced point, with prices, debts and deposits as they were.
struct Promise {
    who: usize,
    account: Box<MarginAccount>,
    book: Box<Book>,
    until_seconds: u64,
}

/// What was announced so far.
#[derive(Default)]
pub(crate) struct Announcements {
    /// Maintenance margin by factor and step.
    points: BTreeMap<(usize, u64), u64>,
    promises: Vec<Promise>,
    /// Evaluations of promises that were kept.
    pub(crate) kept: usize,
}

impl Announcements {
    /// Compares every announced point with what was announced for its step before, and every promise with the thresholds of now.
    pub(crate) fn check(&mut self, state: &Snapshot) -> Verdict {
        for (index, factor) in state.factors() {
            for (step, &point) in (factor.threshold.path_step..).zip(&factor.threshold.path) {
                let announced = *self.points.entry((index, step)).or_insert(point);
                ensure(announced == point, || {
                    format!("INV-GRACE: factor {index}, step {step}: {announced} was announced, now it is {point}")
                })?;
            }
        }
        self.promises.retain(|promise| state.now_seconds < promise.until_seconds);
        for promise in &self.promises {
            let book = promise.under_thresholds_of(&state.book);
            let health = maintenance(&book, &promise.account, state.now_seconds)?;
            ensure(health >= 0, || {
                format!("INV-GRACE: account {} was promised health, and has {health}", promise.who)
            })?;
        }
        self.kept += self.promises.len();
        Ok(())
    }

    /// Remembers who is healthy at every announced point.
    pub(crate) fn promise(&mut self, state: &Snapshot) -> Verdict {
        let grid_seconds = u64::from(state.book.params.grid_seconds);
        let ends = |factor: &plimsoll_client::plimsoll::state::Factor| {
            let points = u64::try_from(factor.threshold.path.len()).unwrap_or(0);
            (factor.threshold.path_step + points) * grid_seconds
        };
        let until_seconds = state.factors().map(|(_, factor)| ends(factor)).min().unwrap_or(0);
        let mut lowest = state.book.clone();
        for reserve in lowest.reserves.iter_mut().filter(|reserve| reserve.is_listed()) {
            let ahead = reserve.weight_ramp().lowest_ahead_down(state.now_seconds);
            let weight = ahead.map_err(text)?.to_bits();
            (reserve.weight_from, reserve.weight_to) = (weight, weight);
        }
        for market in lowest.perp_markets.iter_mut().filter(|market| market.is_listed()) {
            let now = market.size_margin_per_atom(state.now_seconds).map_err(text)?;
            let highest = now.saturating_add(1).max(market.size_margin_to);
            (market.size_margin_from, market.size_margin_to) = (highest, highest);
        }
        for (who, account) in
            state.open_accounts().filter(|(_, account)| account.active_balances | account.active_perps != 0)
        {
            let mut moments = (state.now_seconds..until_seconds).step_by(300);
            let healthy = moments
                .try_fold(true, |so_far, at| maintenance(&lowest, account, at).map(|health| so_far && health >= 0))?;
            if healthy {
                self.promises.push(Promise {
                    who,
                    account: Box::new(*account),
                    book: state.book.clone(),
                    until_seconds,
                });
            }
        }
        Ok(())
    }
}

impl Promise {
    /// The Book of the promise with the thresholds and weights of now.
    fn under_thresholds_of(&self, now: &Book) -> Box<Book> {
        let mut book = self.book.clone();
        for (factor, other) in book.factors.iter_mut().zip(&now.factors) {
            factor.threshold = other.threshold;
        }
        for (reserve, other) in book.reserves.iter_mut().zip(&now.reserves) {
            reserve.weight_from = other.weight_from;
            reserve.weight_to = other.weight_to;
            reserve.weight_start_seconds = other.weight_start_seconds;
            reserve.weight_end_seconds = other.weight_end_seconds;
        }
        for (market, other) in book.perp_markets.iter_mut().zip(&now.perp_markets) {
            market.set_size_margin_ramp(&other.size_margin_ramp());
        }
        book
    }
}

/// Maintenance health at mid, as if every price were of this second: without the favour that stale legs get.
fn maintenance(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<i128, String> {
    let mut fresh = Box::new(*book);
    for factor in fresh.factors.iter_mut().filter(|factor| factor.is_listed()) {
        factor.price.publish_time_seconds = now_seconds;
    }
    health::liquidation(&fresh, account, now_seconds).map(|health| health.maintenance.0).map_err(text)
}
