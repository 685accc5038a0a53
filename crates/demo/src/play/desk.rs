//! The desk: turns what traders, hedgers, providers and called owners decide into transactions that they sign.

use anyhow::{Context, Result};
use plimsoll_client::instructions::ReserveKeys;
use plimsoll_client::plimsoll::state::MarginAccount;
use plimsoll_client::plimsoll::state::margin_account::MODE_PORTFOLIO;
use plimsoll_client::{Instruction, Pubkey, instructions};
use solana_signer::Signer;

use super::answers::{TopUp, answers, top_up};
use super::cast::{Cast, Party};
use super::cluster::Order;
use super::decisions::{Decision, Outlook, Progress, provide, trade};
use super::deployment::Deployment;
use super::hedging::{self, Hedging, hedge};
use super::market::Market;
use super::opening::token_account;
use crate::scenario::Scenario;

/// How long hedgers wait for portfolio margin before they hedge in cross margin.
const HEDGERS_WAIT_SECONDS: u64 = 10_800;

/// What everybody has done so far.
#[derive(Debug)]
pub struct Desk<'a> {
    /// Transactions that the program refused when they were sent.
    pub refused: u64,
    cast: &'a Cast,
    deployment: Deployment,
    steps: u64,
    /// The step from which on hedgers wait no longer.
    hedgers_wait_until_step: u64,
    progress: Vec<Progress>,
    hedging: Vec<hedging::Progress>,
    /// Of each owner: what is left for margin calls, quote atoms, and when the call was made that was answered last.
    savings: Vec<(u64, u64)>,
}

impl<'a> Desk<'a> {
    /// A desk at which nothing has happened.
    #[must_use]
    pub fn new(cast: &'a Cast, deployment: Deployment, scenario: &Scenario) -> Self {
        Self {
            refused: 0,
            cast,
            deployment,
            steps: scenario.steps() as u64,
            hedgers_wait_until_step: HEDGERS_WAIT_SECONDS.div_ceil(scenario.step_seconds),
            progress: vec![Progress::default(); cast.traders.len()],
            hedging: vec![hedging::Progress::default(); cast.hedgers.len()],
            savings: cast.savings().map(|savings| (savings, 0)).collect(),
        }
    }

    /// The transactions of a step, one for everybody who has something to do.
    ///
    /// # Errors
    /// The program's refusals, where an account or a market cannot be evaluated.
    pub fn orders(&mut self, step: usize, market: &Market) -> Result<Vec<Order<'a>>> {
        let (cast, book, step) = (self.cast, self.deployment.book, step as u64);
        let outlook = |account| Outlook { book: &market.book, account, step, now_seconds: market.now_seconds };
        let mut orders = self.answers(market);
        for (place, (trader, progress)) in cast.traders.iter().zip(&mut self.progress).enumerate() {
            let account = account_at(market, cast.first_trader() + place)?;
            let decision = trade(trader, progress, &outlook(account))?;
            orders.extend(transaction(&trader.party, of_decision(book, &trader.party, decision)));
        }
        for (place, hedger) in cast.hedgers.iter().enumerate() {
            let account = account_at(market, cast.first_hedger() + place)?;
            let gave_up = step >= self.hedgers_wait_until_step;
            let hedging = hedge(hedger, &mut self.hedging[place], &outlook(account), gave_up)?;
            orders.extend(transaction(&hedger.party, self.of_hedging(&hedger.party, hedging)));
        }
        for (place, provider) in cast.providers.iter().enumerate() {
            let account = account_at(market, cast.first_provider() + place)?;
            let leaves_at_step = self.steps * u64::from(provider.leaves_at_ppm) / 1_000_000;
            let decision = provide(provider, leaves_at_step, &outlook(account))?;
            orders.extend(transaction(&provider.party, of_decision(book, &provider.party, decision)));
        }
        Ok(orders)
    }

    /// What called owners pay, each once a call.
    fn answers(&mut self, market: &Market) -> Vec<Order<'a>> {
        let (cast, quote) = (self.cast, self.deployment.reserves[0]);
        let mut orders = Vec::new();
        for (place, (party, (left, answered))) in cast.parties().zip(&mut self.savings).enumerate() {
            let Some(account) = market.accounts.get(place).filter(|account| answers(place) && account.is_called())
            else {
                continue;
            };
            let called_seconds = account.call.called_seconds;
            let top_up =
                top_up(&market.book, account, *left, market.now_seconds).filter(|_| *answered < called_seconds);
            if let Some(top_up) = top_up {
                (*left, *answered) = (left.saturating_sub(top_up.amount_atoms), called_seconds);
                orders.extend(transaction(party, vec![payment(&quote, party, &top_up)]));
            }
        }
        orders
    }

    fn of_hedging(&self, party: &Party, hedging: Hedging) -> Vec<Instruction> {
        let (book, owner, quote) = (self.deployment.book, party.owner.pubkey(), self.deployment.reserves[0]);
        let mut list = Vec::new();
        if hedging.enters_portfolio {
            list.push(instructions::set_margin_mode(book, party.margin_account, owner, MODE_PORTFOLIO));
        }
        list.extend(of_decision(book, party, Decision { cancelled: hedging.cancelled, placed: hedging.placed }));
        if hedging.borrowed_atoms > 0 {
            let wallet = token_account(&owner, &quote.token_program, &quote.mint);
            list.push(instructions::borrow(&quote, party.margin_account, owner, wallet, hedging.borrowed_atoms));
        }
        list
    }
}

fn account_at(market: &Market, place: usize) -> Result<&MarginAccount> {
    market.accounts.get(place).context("an account that was not read")
}

fn payment(quote: &ReserveKeys, party: &Party, top_up: &TopUp) -> Instruction {
    let owner = party.owner.pubkey();
    let wallet = token_account(&owner, &quote.token_program, &quote.mint);
    let pay = if top_up.is_repayment { instructions::repay } else { instructions::deposit };
    pay(quote, party.margin_account, owner, wallet, top_up.amount_atoms)
}

fn of_decision(book: Pubkey, party: &Party, decision: Decision) -> Vec<Instruction> {
    let owner = party.owner.pubkey();
    let cancelled = decision.cancelled.iter().map(|order| instructions::cancel_order(book, order, owner));
    let placed = decision.placed.into_iter();
    let placed = placed.map(|request| instructions::place_order(book, party.margin_account, owner, request));
    cancelled.chain(placed).collect()
}

fn transaction(party: &Party, list: Vec<Instruction>) -> Option<Order<'_>> {
    (!list.is_empty()).then(|| (list, vec![&party.owner]))
}
