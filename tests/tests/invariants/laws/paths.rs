//! INV-GRACE with memory: every point ever announced, and every account that was promised an hour: because it is healthy at every announced point, or because
//! no margin call was due before some moment.

use std::collections::BTreeMap;

use plimsoll_client::health;
use plimsoll_client::plimsoll::state::{Book, Factor, MarginAccount};

use super::hour::maintenance_at;
use super::{Verdict, ensure, text};
use crate::snapshot::Snapshot;

/// Why an account is promised health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// It is healthy at every announced point, each walk at the worse of its ends.
    Announced,
    /// It was not called for a moment before.
    NotCalled,
}

/// An account whose health was promised, with prices, debts and deposits as they were.
struct Promise {
    who: usize,
    account: Box<MarginAccount>,
    until_seconds: u64,
    reason: Reason,
}

/// Promises made at one moment.
struct Round {
    book: Box<Book>,
    promises: Vec<Promise>,
}

/// What was announced so far.
#[derive(Default)]
pub(crate) struct Announcements {
    /// Maintenance margin by factor and step.
    points: BTreeMap<(usize, u64), u64>,
    rounds: Vec<Round>,
    /// Evaluations of promises that were kept.
    pub(crate) kept: usize,
    /// Of those, the ones that a margin call was not due.
    pub(crate) kept_uncalled: usize,
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
        for round in &mut self.rounds {
            round.promises.retain(|promise| state.now_seconds < promise.until_seconds);
        }
        self.rounds.retain(|round| !round.promises.is_empty());
        for round in &self.rounds {
            let mut book = at_prices_of(&state.book, &round.book);
            for promise in &round.promises {
                let health = maintenance_at(&mut book, &promise.account, state.now_seconds)?;
                ensure(health >= 0, || {
                    let Promise { who, reason, until_seconds, .. } = promise;
                    let left = until_seconds - state.now_seconds;
                    format!(
                        "INV-GRACE: account {who} was promised health ({reason:?}) for {left} s more, and has {health}"
                    )
                })?;
                self.kept_uncalled += usize::from(promise.reason == Reason::NotCalled);
            }
            self.kept += round.promises.len();
        }
        Ok(())
    }

    /// Remembers who is healthy at every announced point, and who is not called before some moment.
    pub(crate) fn promise(&mut self, state: &Snapshot) -> Verdict {
        let (mut worst, until_seconds) = (worst_of_walks(state)?, announced_until(state));
        let mut promises = Vec::new();
        let held = |account: &MarginAccount| account.active_balances | account.active_perps != 0;
        for (who, account) in state.open_accounts().filter(|(_, account)| held(account)) {
            let mut moments = (state.now_seconds..until_seconds).step_by(300);
            let healthy = moments.try_fold(true, |so_far, at| {
                maintenance_at(&mut worst, account, at).map(|health| so_far && health >= 0)
            })?;
            let mut promise = |until_seconds, reason| {
                promises.push(Promise { who, account: Box::new(*account), until_seconds, reason });
            };
            if healthy {
                promise(until_seconds, Reason::Announced);
            }
            if let Some(until_seconds) = uncalled_until(state, account) {
                promise(until_seconds, Reason::NotCalled);
            }
        }
        self.rounds.push(Round { book: state.book.clone(), promises });
        Ok(())
    }

    /// Remembers what the program has just stored: an account that was called is healthy until its deadline.
    pub(crate) fn promise_of_call(&mut self, state: &Snapshot, who: usize) {
        let Some(account) = state.accounts[who].as_deref() else {
            return;
        };
        let until_seconds = if account.is_called() { account.call.deadline_seconds } else { notice_ends(state) };
        let promise = Promise { who, account: Box::new(*account), until_seconds, reason: Reason::NotCalled };
        self.rounds.push(Round { book: state.book.clone(), promises: vec![promise] });
    }
}

/// The moment before which the account is not called; none where it cannot be told or is liquidatable already.
fn uncalled_until(state: &Snapshot, account: &MarginAccount) -> Option<u64> {
    let ahead = health::projection(&state.book, account, state.now_seconds).ok()?;
    let until = ahead.call.map_or_else(|| notice_ends(state), |call| call.deadline_seconds);
    (!ahead.maintenance.is_negative()).then_some(until)
}

/// What is announced later than now takes effect from here on: a grace from now, but for the last step of it where the present one was not folded yet.
fn notice_ends(state: &Snapshot) -> u64 {
    announced_until(state)
        .max(step_begins_in_a_grace(state))
        .min(state.now_seconds + u64::from(state.book.params.grace_seconds))
}

/// The beginning of the step that lies a whole grace of steps after the present one.
fn step_begins_in_a_grace(state: &Snapshot) -> u64 {
    let params = &state.book.params;
    let grid = u64::from(params.grid_seconds);
    state.now_seconds / grid * grid + u64::from(params.grace_seconds)
}

/// The end of the last point that every path announces.
fn announced_until(state: &Snapshot) -> u64 {
    let ends = |factor: &Factor| {
        let points = u64::try_from(factor.threshold.path.len()).unwrap_or(0);
        (factor.threshold.path_step + points) * u64::from(state.book.params.grid_seconds)
    };
    state.factors().map(|(_, factor)| ends(factor)).min().unwrap_or(0)
}

/// The Book with every walk at the worse of its ends.
fn worst_of_walks(state: &Snapshot) -> Result<Box<Book>, String> {
    let mut worst = state.book.clone();
    for reserve in worst.reserves.iter_mut().filter(|reserve| reserve.is_listed()) {
        let ahead = reserve.weight_ramp().lowest_ahead_down(state.now_seconds);
        let weight = ahead.map_err(text)?.to_bits();
        (reserve.weight_from, reserve.weight_to) = (weight, weight);
    }
    for market in worst.perp_markets.iter_mut().filter(|market| market.is_listed()) {
        let now = market.size_margin_per_atom(state.now_seconds).map_err(text)?;
        let highest = now.saturating_add(1).max(market.size_margin_to);
        (market.size_margin_from, market.size_margin_to) = (highest, highest);
    }
    Ok(worst)
}

/// The Book of now with the prices, indices and books of another moment: what no promise is about.
fn at_prices_of(now: &Book, then: &Book) -> Box<Book> {
    let mut book = Box::new(*now);
    for (factor, other) in book.factors.iter_mut().zip(&then.factors) {
        (factor.price, factor.jump) = (other.price, other.jump);
    }
    for (reserve, other) in book.reserves.iter_mut().zip(&then.reserves) {
        (reserve.deposit_index, reserve.debt_index) = (other.deposit_index, other.debt_index);
    }
    for (market, other) in book.perp_markets.iter_mut().zip(&then.perp_markets) {
        (market.size_factor, market.profit_index) = (other.size_factor, other.profit_index);
    }
    book
}
