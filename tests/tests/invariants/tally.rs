//! What a run reached: accepted and refused instructions of each kind.

use std::collections::BTreeMap;
use std::fmt;

use plimsoll_client::plimsoll::state::Book;
use plimsoll_client::plimsoll::state::margin_account::{MODE_ISOLATED, MODE_PORTFOLIO};

use crate::action::Kind;
use crate::laws::fills::{self, Execution};
use crate::laws::{Change, perp_waterfall};

/// `liquidation_max_age_seconds` of every factor.
const FRESH_SECONDS: u64 = 5;

/// What only some of the accepted instructions do, and what was seen to happen at least this often in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// An order filled while its publication was fresh.
    FreshFill,
    /// An order filled later, at the worse of two prices.
    LateFill,
    /// An isolated account's order filled.
    IsolatedFill,
    /// A profit was paid out of the pool.
    ProfitSettled,
    /// A loss was paid to the pool.
    LossSettled,
    /// An insurance paid for a perp deficit.
    InsurancePaid,
    /// The pool did.
    PoolPaid,
    /// The winners did.
    WinnersPaid,
    /// Somebody with debts or positions took up portfolio margin.
    PortfolioMode,
    /// A portfolio account was liquidated.
    PortfolioLiquidated,
    /// A margin call was stored whose deadline was still to come.
    Called,
    /// A margin call was cleared.
    CallCleared,
    /// A tide turned.
    TideTurned,
}

impl Event {
    const LEAST: [(Self, usize); 13] = [
        (Self::FreshFill, 500),
        (Self::LateFill, 50),
        (Self::IsolatedFill, 50),
        (Self::ProfitSettled, 50),
        (Self::LossSettled, 50),
        (Self::InsurancePaid, 10),
        (Self::PoolPaid, 10),
        (Self::WinnersPaid, 1),
        (Self::PortfolioMode, 50),
        (Self::PortfolioLiquidated, 10),
        (Self::Called, 5),
        (Self::CallCleared, 3),
        (Self::TideTurned, 100),
    ];
}

/// Accepted and refused instructions by kind, and events.
#[derive(Default)]
pub(crate) struct Tally {
    kinds: BTreeMap<Kind, (usize, usize)>,
    events: BTreeMap<Event, usize>,
}

impl Tally {
    /// Counts one instruction.
    pub(crate) fn count(&mut self, kind: Kind, accepted: bool) {
        let (yes, no) = self.kinds.entry(kind).or_default();
        *(if accepted { yes } else { no }) += 1;
    }

    /// Notes what an accepted instruction was an instance of.
    pub(crate) fn note(&mut self, change: &Change) {
        for event in events(change) {
            *self.events.entry(event).or_default() += 1;
        }
    }

    /// Adds another run's counts.
    pub(crate) fn add(&mut self, other: &Self) {
        for (kind, (accepted, refused)) in &other.kinds {
            let sums = self.kinds.entry(*kind).or_default();
            *sums = (sums.0 + accepted, sums.1 + refused);
        }
        for (event, times) in &other.events {
            *self.events.entry(*event).or_default() += times;
        }
    }

    /// Instructions sent.
    pub(crate) fn sent(&self) -> usize {
        self.kinds.values().map(|(accepted, refused)| accepted + refused).sum()
    }

    /// Kinds that were never accepted, or never refused.
    pub(crate) fn unreached(&self) -> Vec<Kind> {
        let reached = |kind: &Kind| self.kinds.get(kind).is_some_and(|&(yes, no)| yes > 0 && no > 0);
        Kind::ALL.into_iter().filter(|kind| !reached(kind)).collect()
    }

    /// Events that were too rare to prove anything.
    pub(crate) fn rare(&self) -> Vec<Event> {
        let times = |event: &Event| self.events.get(event).copied().unwrap_or(0);
        Event::LEAST.into_iter().filter(|(event, least)| times(event) < *least).map(|(event, _)| event).collect()
    }
}

fn events(change: &Change) -> Vec<Event> {
    let mut events = Vec::new();
    if let Some((Execution::Filled, _)) = fills::execution(change) {
        let published = change.action.publication.map_or(0, |one| one.publish_time.unsigned_abs());
        let is_fresh = change.after.now_seconds <= published + FRESH_SECONDS;
        events.push(if is_fresh { Event::FreshFill } else { Event::LateFill });
        if change.account(1).is_ok_and(|(account, _)| account.mode == MODE_ISOLATED) {
            events.push(Event::IsolatedFill);
        }
    }
    if change.action.kind == Kind::SettlePnl {
        let slot = usize::from(change.action.market);
        let settled = |book: &Book| book.perp_markets[slot].settled_atoms;
        let is_loss = settled(&change.after.book) > settled(&change.before.book);
        events.push(if is_loss { Event::LossSettled } else { Event::ProfitSettled });
    }
    events.extend(margin_events(change));
    if let Ok(Some(paid)) = perp_waterfall::paid(change) {
        let payers = [
            (paid.insurance, Event::InsurancePaid),
            // what its worth loses to rounding is not paid
            (paid.pool - 2, Event::PoolPaid),
            (paid.winners, Event::WinnersPaid),
        ];
        events.extend(payers.into_iter().filter(|(atoms, _)| *atoms > 0).map(|(_, event)| event));
    }
    events
}

fn margin_events(change: &Change) -> Vec<Event> {
    let (kind, now) = (change.action.kind, change.after.now_seconds);
    let mut events = Vec::new();
    if change.after.book.tides != change.before.book.tides {
        events.push(Event::TideTurned);
    }
    let Ok((before, after)) = change.account(1) else {
        return events;
    };
    let is_liquidation = matches!(kind, Kind::Liquidate | Kind::TakePerpOver | Kind::ClosePerpIntoPool);
    let owes = after.active_perps != 0 || after.balances.iter().any(|balance| balance.debt_shares != 0);
    let happened = [
        (after.mode == MODE_PORTFOLIO && before.mode != MODE_PORTFOLIO && owes, Event::PortfolioMode),
        (is_liquidation && before.mode == MODE_PORTFOLIO, Event::PortfolioLiquidated),
        (kind == Kind::CallMargin && after.call.deadline_seconds > now, Event::Called),
        (before.is_called() && !after.is_called(), Event::CallCleared),
    ];
    events.extend(happened.into_iter().filter(|(does, _)| *does).map(|(_, event)| event));
    events
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        writeln!(out, "{:20} {:>9} {:>9}", "instruction", "accepted", "refused")?;
        for (kind, (accepted, refused)) in &self.kinds {
            writeln!(out, "{:20} {accepted:>9} {refused:>9}", format!("{kind:?}"))?;
        }
        for (event, times) in &self.events {
            writeln!(out, "{:20} {times:>9}", format!("{event:?}"))?;
        }
        write!(out, "{} instructions", self.sent())
    }
}
