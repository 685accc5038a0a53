//! What a run leaves behind of margin calls and hedgers.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use plimsoll_client::plimsoll::events::MarginCalled;
use plimsoll_client::plimsoll::margin;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_client::{health, perps};
use plimsoll_risk::quantities::Amount;
use plimsoll_risk::quantities::Price;

use super::cast::Cast;
use super::decisions::core;
use super::events::Event;
use super::market::Market;
use crate::report::calls::{Calls, Ending, Hedgers, MarginCall};

/// An event of one step, as calls see it.
#[derive(Clone, Copy)]
pub struct Occurrence<'a> {
    /// Simulated Unix time, seconds.
    pub time_seconds: u64,
    /// The account's place in the cast.
    pub place: usize,
    /// What happened.
    pub event: &'a Event,
    /// Of a liquidation: whether the walk alone brought it about.
    pub is_by_walk: bool,
}

/// Collects the margin calls of a run.
pub struct CallRecorder<'a> {
    cast: &'a Cast,
    /// What is added to the scenario's time to give the node's.
    shift_seconds: u64,
    calls: Calls,
    /// Calls under way: by place, their index in the list.
    open: BTreeMap<usize, usize>,
    /// Accounts whose last call ended in a liquidation that may take several steps.
    failing: BTreeSet<usize>,
    liquidated_hedgers: BTreeSet<usize>,
}

impl<'a> CallRecorder<'a> {
    /// A recorder of a run in which these take part.
    #[must_use]
    pub fn new(cast: &'a Cast, shift_seconds: u64) -> Self {
        let hedgers = Hedgers { count: cast.hedgers.len() as u64, ..Hedgers::default() };
        let calls = Calls { hedgers, ..Calls::default() };
        let (open, failing, liquidated_hedgers) = Default::default();
        Self { cast, shift_seconds, calls, open, failing, liquidated_hedgers }
    }

    /// Takes in an event.
    pub fn note(&mut self, one: &Occurrence<'_>) {
        match one.event {
            Event::MarginCalled(event) => self.called(one, event),
            Event::MarginCallCleared(_) => {
                self.failing.remove(&one.place);
                self.end(one, Ending::Cured);
            }
            Event::Deposited(event) => self.paid(one.place, event.amount_atoms),
            Event::Repaid(event) => self.paid(one.place, event.amount_atoms),
            Event::Liquidated(_) | Event::PerpLiquidated(_) => self.liquidated(one),
            _ => {}
        }
    }

    /// The margin calls so far.
    #[must_use]
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The run as a whole.
    #[must_use]
    pub fn finish(self) -> Calls {
        self.calls
    }

    /// What borrowers paid in on calls, quote atoms.
    #[must_use]
    pub fn paid_by_borrowers_quote_atoms(&self) -> u64 {
        let borrowers = self.cast.borrowers.iter().map(|one| one.party.name.as_str()).collect::<BTreeSet<_>>();
        let theirs = self.calls.list.iter().filter(|call| borrowers.contains(call.owner.as_str()));
        theirs.map(|call| call.topped_up_quote_atoms).fold(0, u64::saturating_add)
    }

    /// Looks at the hedgers once a step.
    ///
    /// # Errors
    /// The program's refusals, where an account cannot be evaluated.
    pub fn look(&mut self, market: &Market) -> Result<()> {
        let first = self.cast.first_hedger();
        let accounts = market.accounts.iter().skip(first).take(self.cast.hedgers.len());
        let mut now = Hedgers::default();
        for account in accounts {
            now.in_portfolio += u64::from(account.mode == MODE_PORTFOLIO);
            let standing = margin::liquidation_standing(&market.book, account, market.now_seconds)?;
            let health = health::liquidation(&market.book, account, market.now_seconds)?;
            let equity = i128::try_from(health.assets)? - i128::try_from(health.debts)?;
            let missing = |health: i128| u64::try_from((equity - health).max(0)).unwrap_or(u64::MAX);
            now.requirement_quote_atoms += missing(health.maintenance.0);
            now.cross_requirement_quote_atoms += missing(standing.cross_maintenance.0);
            now.largest_gross_quote_atoms += gross_quote_atoms(market, account)?;
        }
        let hedgers = &mut self.calls.hedgers;
        hedgers.in_portfolio = hedgers.in_portfolio.max(now.in_portfolio);
        if now.largest_gross_quote_atoms > hedgers.largest_gross_quote_atoms {
            hedgers.largest_gross_quote_atoms = now.largest_gross_quote_atoms;
            hedgers.requirement_quote_atoms = now.requirement_quote_atoms;
            hedgers.cross_requirement_quote_atoms = now.cross_requirement_quote_atoms;
        }
        hedgers.liquidated = self.liquidated_hedgers.len() as u64;
        Ok(())
    }

    fn called(&mut self, one: &Occurrence<'_>, event: &MarginCalled) {
        self.failing.remove(&one.place);
        if self.open.contains_key(&one.place) {
            // the same call with another deadline
            return;
        }
        self.open.insert(one.place, self.calls.list.len());
        self.calls.list.push(MarginCall {
            called_seconds: one.time_seconds,
            account: event.margin_account.to_string(),
            owner: self.cast.name(one.place).to_owned(),
            deadline_seconds: event.deadline_seconds.saturating_sub(self.shift_seconds),
            shortfall_quote_atoms: event.shortfall_quote_atoms,
            topped_up_quote_atoms: 0,
            ending: Ending::Open,
            ended_seconds: None,
        });
    }

    fn paid(&mut self, place: usize, atoms: u64) {
        if let Some(call) = self.open.get(&place).and_then(|at| self.calls.list.get_mut(*at)) {
            call.topped_up_quote_atoms = call.topped_up_quote_atoms.saturating_add(atoms);
        }
    }

    fn liquidated(&mut self, one: &Occurrence<'_>) {
        if (self.cast.first_hedger()..self.cast.first_provider()).contains(&one.place) {
            self.liquidated_hedgers.insert(one.place);
        }
        let was_called = self.open.contains_key(&one.place) || self.failing.contains(&one.place);
        self.calls.walk_liquidations += u64::from(one.is_by_walk);
        self.calls.uncalled_walk_liquidations += u64::from(one.is_by_walk && !was_called);
        if !was_called {
            self.calls.price_liquidations += u64::from(!one.is_by_walk);
            return;
        }
        self.failing.insert(one.place);
        self.end(one, Ending::Liquidated);
    }

    fn end(&mut self, one: &Occurrence<'_>, ending: Ending) {
        let ended = self.open.remove(&one.place);
        if let Some(call) = ended.and_then(|at| self.calls.list.get_mut(at)) {
            (call.ending, call.ended_seconds) = (ending, Some(one.time_seconds));
        }
    }
}

/// Value of an account's deposits, debts and positions together at mid, quote atoms.
fn gross_quote_atoms(market: &Market, account: &plimsoll_client::plimsoll::state::MarginAccount) -> Result<u64> {
    let book = &market.book;
    let mid = |factor: u8| -> Result<Price> { Ok(Price::from_bits(book.factor(factor)?.price.mid)) };
    let mut gross = 0u64;
    for (index, reserve) in book.reserves.iter().enumerate().filter(|(_, reserve)| reserve.is_listed()) {
        let (held, totals) = (account.position(index)?, reserve.totals());
        let atoms = core(held.claim_down(&totals))?.0.saturating_add(core(held.owed_up(&totals))?.0);
        gross = gross.saturating_add(core(mid(reserve.factor_index)?.value_down(Amount(atoms)))?.0);
    }
    for view in perps::positions(book, account)? {
        let price = mid(book.perp_market(view.market)?.factor_index)?;
        gross = gross.saturating_add(core(price.value_down(view.position.base.magnitude()))?.0);
    }
    Ok(gross)
}
