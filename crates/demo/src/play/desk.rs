//! The desk: turns what traders and providers decide into transactions that they sign.

use anyhow::{Context, Result};
use plimsoll_client::plimsoll::state::MarginAccount;
use plimsoll_client::{Instruction, Pubkey, instructions};
use solana_signer::Signer;

use super::cast::{Cast, Party};
use super::cluster::Order;
use super::decisions::{Decision, Outlook, Progress, provide, trade};
use super::market::Market;

/// What traders and providers have done so far.
#[derive(Debug)]
pub struct Desk<'a> {
    /// Orders and cancellations that the program refused when they were sent.
    pub refused: u64,
    cast: &'a Cast,
    book: Pubkey,
    steps: u64,
    progress: Vec<Progress>,
}

impl<'a> Desk<'a> {
    /// A desk at which nothing has happened, for a scenario of so many steps.
    #[must_use]
    pub fn new(cast: &'a Cast, book: Pubkey, steps: u64) -> Self {
        Self { refused: 0, cast, book, steps, progress: vec![Progress::default(); cast.traders.len()] }
    }

    /// The transactions of a step, one for everybody who has something to do.
    ///
    /// # Errors
    /// The program's refusals, where an account or a market cannot be evaluated.
    pub fn orders(&mut self, step: usize, market: &Market) -> Result<Vec<Order<'a>>> {
        let (cast, book, step) = (self.cast, self.book, step as u64);
        let outlook = |account| Outlook { book: &market.book, account, step, now_seconds: market.now_seconds };
        let mut orders = Vec::new();
        for (place, (trader, progress)) in cast.traders.iter().zip(&mut self.progress).enumerate() {
            let account = account_at(market, cast.first_trader() + place)?;
            let decision = trade(trader, progress, &outlook(account))?;
            orders.extend(transaction(book, &trader.party, decision));
        }
        for (place, provider) in cast.providers.iter().enumerate() {
            let account = account_at(market, cast.first_provider() + place)?;
            let leaves_at_step = self.steps * u64::from(provider.leaves_at_ppm) / 1_000_000;
            let decision = provide(provider, leaves_at_step, &outlook(account))?;
            orders.extend(transaction(book, &provider.party, decision));
        }
        Ok(orders)
    }
}

fn account_at(market: &Market, place: usize) -> Result<&MarginAccount> {
    market.accounts.get(place).context("an account that was not read")
}

fn transaction(book: Pubkey, party: &Party, decision: Decision) -> Option<Order<'_>> {
    let owner = party.owner.pubkey();
    let cancelled = decision.cancelled.iter().map(|order| instructions::cancel_order(book, order, owner));
    let placed = decision
        .placed
        .into_iter()
        .map(|request| instructions::place_order(book, party.margin_account, owner, request));
    let list: Vec<Instruction> = cancelled.chain(placed).collect();
    (!list.is_empty()).then(|| (list, vec![&party.owner]))
}
