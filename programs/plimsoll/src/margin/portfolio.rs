//! Health of portfolio accounts: their legs netted per factor, in one pass that sums their cross health too. `docs/risk.md`, section 16.

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;
use plimsoll_risk::health::{self, ADMITTED_LEG_LIMIT, CollateralWeights, CrossHealth, FactorTerms};
use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::perp::margin::{PerpTerms, size_margin_up};
use plimsoll_risk::portfolio::{
    AheadInputs, Exposures, InitialInputs, LegTerms, PerpLeg as PerpExposure, PortfolioHealth, SCENARIOS, initial_health,
    losses_up, maintenance_health,
};
use plimsoll_risk::quantities::{Amount, Index, Ratio, Shares, SignedValue, Value};

use super::AccountHealth;
use super::legs::{self, Leg, PerpLeg, for_each_leg, for_each_perp, quote_balance, quote_leg, quote_reserve};
use super::liquidation::{net_atoms, portfolio_inputs};
use crate::bridge::portfolio::Thresholds;
use crate::error::OrRefuse;
use crate::state::{Book, Factor, MarginAccount, Moment, Reserve};

/// Which collateral weights maintenance exposures carry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weights {
    /// Those of the moment: maintenance health.
    Present,
    /// The lowest of their walks ahead: what initial health needs of maintenance.
    LowestAhead,
}

/// The legs of one account: summed for cross health, netted for portfolio health.
struct Netted<'a> {
    book: &'a Book,
    moment: Moment,
    weights: Weights,
    thresholds: Thresholds,
    cross: CrossHealth,
    /// At mid, with maintenance weights.
    maintenance: Exposures,
    /// At initial prices, with initial weights.
    initial: Exposures,
    /// What legs add besides their exposures, at its highest in the hour ahead.
    added_ahead: Value,
    /// All legs, each at the higher of its two prices and without weights.
    total: u128,
    /// Profit of all positions at mid, and as initial health counts it.
    profits: [i128; 2],
    /// Whether a collateral weight walks.
    is_weight_walking: bool,
}

/// Initial and maintenance health of a portfolio account.
#[inline(never)]
pub(super) fn health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<AccountHealth> {
    let mut present = Netted::new(book, Weights::Present, account, now_seconds);
    present.add(account)?;
    let maintenance = present.maintenance_health()?;
    let initial = if present.is_weight_walking {
        let mut ahead = Netted::new(book, Weights::LowestAhead, account, now_seconds);
        ahead.add(account)?;
        ahead.initial_health(&ahead.maintenance_health()?)?
    } else {
        present.initial_health(&maintenance)?
    };
    Ok(AccountHealth { initial, maintenance: maintenance.health, refusal: present.refusal(initial) })
}

/// Refuses an account that may not take more risk: `InitialHealthNegative`, or `LegTooLarge` where all its legs together reach the limit of one.
#[inline(never)]
pub(super) fn require_initial_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<()> {
    let mut netted = Netted::new(book, Weights::LowestAhead, account, now_seconds);
    netted.add(account)?;
    // cross health is a floor of portfolio health: where it suffices, nothing else is computed
    let initial = if netted.cross.initial.is_negative() {
        netted.initial_health(&netted.maintenance_health()?)?
    } else {
        netted.cross.initial
    };
    netted.refusal(initial).map_or(Ok(()), Err).or_refuse()
}

impl<'a> Netted<'a> {
    fn new(book: &'a Book, weights: Weights, account: &MarginAccount, now_seconds: u64) -> Self {
        let moment = book.moment(now_seconds);
        let mut thresholds = Thresholds::default();
        book.thresholds_in(legs::factors_held(book, account), moment.step, &mut thresholds);
        Self {
            book,
            moment,
            weights,
            thresholds,
            cross: CrossHealth::default(),
            maintenance: Exposures::default(),
            initial: Exposures::default(),
            added_ahead: Value::ZERO,
            total: 0,
            profits: [0; 2],
            is_weight_walking: false,
        }
    }

    /// Adds every leg. Refuses what [`super::health`] does.
    #[inline(never)]
    fn add(&mut self, account: &MarginAccount) -> Result<()> {
        let book = self.book;
        let quote = quote_reserve(book, account);
        for_each_leg(book, account, quote, |leg| self.add_balance(&leg))?;
        let Some(index) = quote else { return Ok(()) };
        for_each_perp(book, account, |leg| self.add_perp(&leg))?;
        self.add_quote(account, index)
    }

    #[inline(never)]
    fn add_balance(&mut self, leg: &Leg) -> Result<()> {
        let (reserve, now_seconds) = (leg.reserve, self.moment.now_seconds);
        legs::require_settled_price(leg.factor, now_seconds)?;
        let terms = leg.factor.margin_terms(&self.moment)?;
        if leg.balance.debt_shares != 0 {
            legs::require_accrued(self.book, reserve, now_seconds)?;
            let index = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
            let shares = Shares(leg.balance.debt_shares);
            self.cross.add_debt(shares, index, &terms).or_refuse()?;
            let owed = [health::debt_amount_up(shares, index).or_refuse()?; 2];
            return self.net_debt(reserve, leg.factor, owed, &terms);
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let (shares, weights) = (Shares(leg.balance.deposit_shares), self.collateral_weights(reserve)?);
        self.cross.add_deposit(shares, index, &terms, &weights).or_refuse()?;
        let claims = [health::deposit_amount_down(shares, index).or_refuse()?; 2];
        self.net_deposit(reserve, leg.factor, claims, &terms, &weights)
    }

    fn collateral_weights(&mut self, reserve: &Reserve) -> Result<CollateralWeights> {
        let mut weights = legs::collateral_weights(reserve, self.moment.now_seconds)?;
        let lowest = weights.maintenance.min(Ratio::from_bits(reserve.weight_to));
        self.is_weight_walking |= lowest != weights.maintenance;
        if self.weights == Weights::LowestAhead {
            weights.maintenance = lowest;
        }
        Ok(weights)
    }

    #[inline(never)]
    fn add_perp(&mut self, leg: &PerpLeg) -> Result<()> {
        let (market, factor, now_seconds) = (leg.market, leg.factor, self.moment.now_seconds);
        if !leg.position.base.is_zero() {
            legs::require_settled_price(factor, now_seconds)?;
            market.require_funded(self.book, now_seconds)?;
        }
        let factor_terms = factor.margin_terms(&self.moment)?;
        let profit_weight = Ratio::from_ppm_down(self.book.params.profit_weight_initial_ppm);
        let terms = market.margin_terms(&factor_terms, profit_weight, &self.moment)?;
        let sides = market.side_indices();
        let mut position = leg.position;
        position.touch(&sides).or_refuse()?;
        self.cross.add_perp(&position, &sides, &terms).or_refuse()?;
        self.profits = self.cross.profits();
        if position.base.is_zero() {
            return Ok(());
        }
        // crowding stays with the position, whatever hedges it
        let crowded = terms.initial.minus(factor_terms.initial).or_refuse()?;
        self.net_perp(market.factor_index.into(), factor, &position, &terms, crowded)
    }

    #[inline(never)]
    fn add_quote(&mut self, account: &MarginAccount, index: u8) -> Result<()> {
        let (reserve, factor) = quote_leg(self.book, index)?;
        legs::require_settled_price(factor, self.moment.now_seconds)?;
        let terms = factor.margin_terms(&self.moment)?;
        let balance = quote_balance(account, index, reserve)?;
        if !balance.debt.is_zero() {
            legs::require_accrued(self.book, reserve, self.moment.now_seconds)?;
        }
        let weights = self.collateral_weights(reserve)?;
        self.cross.add_quote(&balance, &terms, &weights).or_refuse()?;
        let [maintenance, initial] = self.profits.map(|profit| net_atoms(&balance, profit));
        let owed = [maintenance, initial].map(|net| amount_of(net.min(0)));
        let claims = [maintenance, initial].map(|net| amount_of(net.max(0)));
        if maintenance < 0 || initial < 0 {
            self.net_debt(reserve, factor, [owed[0]?, owed[1]?], &terms)?;
        }
        self.net_deposit(reserve, factor, [claims[0]?, claims[1]?], &terms, &weights)
    }
}
