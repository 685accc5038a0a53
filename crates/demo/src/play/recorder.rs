//! What a run leaves behind: series, every liquidation of a loan with its cause, and what the perpetual markets came to.

use std::collections::VecDeque;

use anyhow::{Context, Result};
use plimsoll_client::plimsoll::events::{BankruptcyResolved, Liquidated};
use plimsoll_client::plimsoll::state::margin_account::Balance;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{Pubkey, health, perps};
use plimsoll_risk::quantities::{Amount, Price, SignedValue};

use super::call_recorder::{CallRecorder, Occurrence};
use super::cast::{Cast, Party};
use super::events::Event;
use super::ledger::Audit;
use super::market::{Market, at_prices_of, ppm};
use super::perp_recorder::{Occasion, PerpRecorder};
use super::traders::MARKETS;
use crate::report::calls::Ending;
use crate::report::{CHANGE_WINDOW_SECONDS, Cause, FactorSeries, Liquidation, Run, Totals, WalkEvidence};
use crate::scenario::{ASSETS, Scenario};
use crate::view::{AccountCounts, FactorState, PerpState};

/// One settled step.
struct Settled {
    time_seconds: u64,
    market: Market,
    /// Maintenance health of each account.
    healths: Vec<SignedValue>,
    margins: [u64; ASSETS.len()],
}

/// Collects a run, step by step.
pub struct Recorder<'a> {
    scenario: &'a Scenario,
    cast: &'a Cast,
    perps: PerpRecorder<'a>,
    calls: CallRecorder<'a>,
    keepers: Vec<(String, Pubkey)>,
    /// Settled steps of the last hour, oldest first.
    hour: VecDeque<Settled>,
    times: Vec<u64>,
    series: Vec<FactorSeries>,
    liquidations: Vec<Liquidation>,
    bad_debt_quote_atoms: u64,
    equity_at_start: u128,
}

impl<'a> Recorder<'a> {
    /// A recorder of a run in which these take part, on a node whose clock is so far ahead of the scenario's.
    #[must_use]
    pub fn new<'k>(
        scenario: &'a Scenario,
        cast: &'a Cast,
        keepers: impl Iterator<Item = &'k Party>,
        shift_seconds: u64,
    ) -> Self {
        let series = ASSETS.map(|symbol| FactorSeries { symbol: symbol.to_owned(), ..FactorSeries::default() });
        Self {
            scenario,
            cast,
            perps: PerpRecorder::new(cast),
            calls: CallRecorder::new(cast, shift_seconds),
            keepers: keepers.map(|party| (party.name.clone(), party.margin_account)).collect(),
            hour: VecDeque::new(),
            times: Vec::new(),
            series: series.into(),
            liquidations: Vec::new(),
            bad_debt_quote_atoms: 0,
            equity_at_start: 0,
        }
    }

    /// The market at the last settled step.
    #[must_use]
    pub fn last(&self) -> Option<&Market> {
        self.hour.back().map(|settled| &settled.market)
    }

    /// Takes in a settled step and what happened in it: for each event the account's place in the cast.
    ///
    /// # Errors
    /// Where the program refuses to evaluate an account.
    pub fn record(&mut self, step: usize, market: Market, events: &[(usize, Event)]) -> Result<()> {
        for (place, event) in events {
            self.note(step, &market, *place, event)?;
        }
        self.calls.look(&market)?;
        let time_seconds = self.scenario.step_time(step);
        let before = self.hour.back().map(|settled| &settled.market);
        let occasion = Occasion { time_seconds, market: &market, before, keepers: &self.keepers };
        self.perps.record(&occasion, events)?;
        let healths = market.healths()?;
        if step == 0 {
            self.equity_at_start = self.equity(&market)?;
        }
        self.times.push(time_seconds);
        let factors = self.factors(step, &market);
        for (series, factor) in self.series.iter_mut().zip(factors) {
            series.price_quote_atoms.push(factor.price_quote_atoms);
            series.sigma_ppm.push(factor.sigma_ppm);
            series.maintenance_ppm.push(factor.path_ppm.first().copied().unwrap_or(0));
            series.initial_ppm.push(factor.initial_ppm);
        }
        self.hour.push_back(Settled {
            time_seconds,
            healths: healths.iter().map(|health| health.maintenance).collect(),
            margins: market.margins(),
            market,
        });
        // what is an hour old at the next step must still be there
        let oldest = (time_seconds + self.scenario.step_seconds).saturating_sub(CHANGE_WINDOW_SECONDS);
        while self.hour.len() > 1 && self.hour.get(1).is_some_and(|second| second.time_seconds <= oldest) {
            self.hour.pop_front();
        }
        Ok(())
    }

    fn note(&mut self, step: usize, market: &Market, place: usize, event: &Event) -> Result<()> {
        let mut is_by_walk = false;
        match event {
            Event::Liquidated(event) => {
                let liquidation = self.liquidation(step, market, place, event)?;
                is_by_walk = liquidation.cause == Cause::Threshold;
                self.liquidations.push(liquidation);
            }
            Event::PerpLiquidated(event) => {
                is_by_walk = self.walked(step, market, place, event.health_before_quote_atoms)?.is_some();
            }
            Event::BankruptcyResolved(event) => self.write_off(place, deficit(&market.book, event)?),
            _ => {}
        }
        self.calls.note(&Occurrence { time_seconds: self.scenario.step_time(step), place, event, is_by_walk });
        Ok(())
    }

    /// A debt that nothing stood behind; a trader's must have gone down the waterfall instead.
    fn write_off(&mut self, place: usize, quote_atoms: u64) {
        self.bad_debt_quote_atoms += quote_atoms;
        if place >= self.cast.first_trader() {
            self.perps.leak(quote_atoms);
        }
    }

    /// The factors of a step, for view and series.
    #[must_use]
    pub fn factors(&self, step: usize, market: &Market) -> Vec<FactorState> {
        // 10^-8 dollars are a hundredth of a quote atom
        let prices = self.scenario.tracks.each_ref().map(|track| track.prices[step].unsigned_abs() / 100);
        market.factors(prices)
    }

    /// The accounts after the last settled step.
    ///
    /// # Errors
    /// The program's refusals.
    pub fn counts(&self) -> Result<AccountCounts> {
        let settled = self.hour.back().context("no step was settled yet")?;
        let liquidatable = settled.market.liquidatable()?;
        let called = settled.market.called()?;
        let by_walk = self.liquidations.iter().filter(|one| one.cause == Cause::Threshold).count();
        Ok(AccountCounts {
            healthy: settled.market.accounts.len() as u64 - called - liquidatable,
            called,
            liquidatable,
            calls: self.calls.calls().list.len() as u64,
            cured: self.calls.calls().ended(Ending::Cured),
            liquidations: self.liquidations.len() as u64,
            threshold_liquidations: by_walk as u64,
            bad_debt_quote_atoms: self.bad_debt_quote_atoms,
        })
    }

    /// The perpetual markets after the last settled step.
    #[must_use]
    pub fn perp_state(&self) -> PerpState {
        self.perps.state()
    }

    /// The factors after the last settled step.
    #[must_use]
    pub fn last_factors(&self) -> Vec<FactorState> {
        let step = self.times.len().saturating_sub(1);
        self.hour.back().map_or_else(Vec::new, |settled| self.factors(step, &settled.market))
    }

    /// The run as a whole.
    ///
    /// # Errors
    /// Where the program refuses to evaluate an account.
    pub fn finish(self, audit: &Audit) -> Result<Run> {
        let last = self.hour.back().context("a run without steps")?;
        // what came in on margin calls is not kept, but added
        let paid_in = u128::from(self.calls.paid_by_borrowers_quote_atoms());
        let kept = self.equity(&last.market)?.saturating_sub(paid_in) * 1_000_000 / self.equity_at_start.max(1);
        let totals = Totals {
            bad_debt_quote_atoms: self.bad_debt_quote_atoms,
            conservation_error_atoms: audit.error_atoms,
            conservation_checks: audit.checks,
            borrowers_equity_kept_ppm: u64::try_from(kept)?,
        };
        let run = Run::new(self.times, self.series, self.liquidations, totals);
        Ok(run.with_perps(self.perps.finish()).with_calls(self.calls.finish()))
    }

    /// The borrowers' assets less their debts at mid; an account under water counts nothing.
    fn equity(&self, market: &Market) -> Result<u128> {
        let healths = market.healths()?;
        let borrowers = healths.iter().take(self.cast.borrowers.len());
        Ok(borrowers.map(|health| health.assets.saturating_sub(health.debts)).sum())
    }

    fn liquidation(&self, step: usize, market: &Market, place: usize, event: &Liquidated) -> Result<Liquidation> {
        let evidence = self.walk_evidence(step, market, place, event)?;
        let keeper = self.keepers.iter().find(|(_, account)| *account == event.liquidator);
        let taken = event.seized_atoms + event.insurance_cut_atoms;
        Ok(Liquidation {
            time_seconds: self.scenario.step_time(step),
            account: event.liquidatee.to_string(),
            borrower: self.cast.name(place).to_owned(),
            keeper: keeper.map_or_else(|| event.liquidator.to_string(), |(name, _)| name.clone()),
            cause: if evidence.is_some() { Cause::Threshold } else { Cause::Price },
            collateral: symbol(&market.book, event.collateral_reserve)?.to_owned(),
            debt: symbol(&market.book, event.debt_reserve)?.to_owned(),
            repaid_quote_atoms: event.value_quote_atoms,
            seized_quote_atoms: value(&market.book, event.collateral_reserve, taken)?,
            evidence,
        })
    }

    /// What the report tells of a liquidation by the walk alone.
    fn walk_evidence(
        &self,
        step: usize,
        market: &Market,
        place: usize,
        event: &Liquidated,
    ) -> Result<Option<WalkEvidence>> {
        let Some(before) = self.walked(step, market, place, event.health_before_quote_atoms)? else {
            return Ok(None);
        };
        let collateral = factor_index(&market.book, event.collateral_reserve)?;
        Ok(Some(WalkEvidence {
            price_quote_atoms: self.scenario.tracks[collateral].prices[step].unsigned_abs() / 100,
            maintenance_before_ppm: ppm(before.margins[collateral]),
            maintenance_ppm: ppm(market.margins()[collateral]),
            health_before_quote_atoms: i64::try_from(before.healths[place].0)?,
            health_quote_atoms: i64::try_from(event.health_before_quote_atoms)?,
        }))
    }

    /// What shows that the walk alone made an account liquidatable: every price of it stood still for an hour, and with all that was in force an hour
    /// before, at today's prices and debts, it would have been healthy. Then the settled step of an hour before.
    fn walked(&self, step: usize, market: &Market, place: usize, health: i128) -> Result<Option<&Settled>> {
        let now_seconds = self.scenario.step_time(step);
        let hour_ago = now_seconds.saturating_sub(CHANGE_WINDOW_SECONDS);
        let before = self.hour.iter().rfind(|settled| settled.time_seconds <= hour_ago);
        let (Some(before), Some(last)) = (before, self.hour.back()) else {
            return Ok(None);
        };
        let account = &last.market.accounts[place];
        let flat = |asset: usize| self.scenario.is_flat_before(asset, step, CHANGE_WINDOW_SECONDS);
        if !assets_held(&market.book, account).into_iter().all(flat) {
            return Ok(None);
        }
        let unmoved = at_prices_of(&before.market.book, &market.book);
        let then = health::liquidation(&unmoved, account, before.market.now_seconds)?;
        let is_walk = !then.maintenance.is_negative() && !before.healths[place].is_negative() && health < 0;
        Ok(is_walk.then_some(before))
    }
}

fn deficit(book: &Book, event: &BankruptcyResolved) -> Result<u64> {
    value(book, event.reserve_index, event.insurance_atoms + event.socialised_atoms)
}

fn value(book: &Book, reserve: u8, atoms: u64) -> Result<u64> {
    let price = Price::from_bits(book.factors[factor_index(book, reserve)?].price.mid);
    let value = price.value_down(Amount(atoms)).map_err(plimsoll_client::plimsoll::error::PlimsollError::from);
    Ok(value.map_err(anchor_lang::error::Error::from)?.0)
}

fn factor_index(book: &Book, reserve: u8) -> Result<usize> {
    Ok(book.reserve(reserve)?.factor_index.into())
}

fn symbol(book: &Book, reserve: u8) -> Result<&'static str> {
    ASSETS.get(factor_index(book, reserve)?).copied().context("a reserve of no asset")
}

/// Indices of the assets whose price an account depends on.
fn assets_held(book: &Book, account: &MarginAccount) -> Vec<usize> {
    let held = account.balances.iter().zip(&book.reserves).filter(|(balance, _)| **balance != Balance::default());
    let held = held.map(|(_, reserve)| usize::from(reserve.factor_index));
    held.chain(perps::held_markets(account).filter_map(|market| MARKETS.get(usize::from(market)).copied())).collect()
}
