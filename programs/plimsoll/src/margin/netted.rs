//! The legs of a portfolio account in one pass, netted per factor.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{self, CollateralWeights, FactorTerms};
use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::perp::margin::{PerpTerms, Valuation, size_margin_up};
use plimsoll_risk::portfolio::{Exposures, LegTerms, Margins, PerpLeg as PerpExposure};
use plimsoll_risk::quantities::{Amount, Index, Ratio, Shares, SignedAmount, Value};

use super::legs::{self, Leg, PerpLeg, for_each_leg, for_each_perp, quote_balance, quote_leg, quote_reserve};
use super::liquidation::net_atoms;
use super::outlook::Growth;
use crate::bridge::portfolio::Thresholds;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::{Book, Factor, MarginAccount, Moment, Reserve};

/// Which collateral weights maintenance exposures carry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weights {
    /// Those of the moment: for maintenance health.
    Present,
    /// The lowest of their walks ahead: for what initial health needs of maintenance.
    LowestAhead,
}

/// The legs of one account.
pub(super) struct Netted<'a> {
    pub(super) book: &'a Book,
    pub(super) moment: Moment,
    pub(super) thresholds: Thresholds,
    /// At mid, with maintenance weights.
    pub(super) maintenance: Exposures,
    /// At initial prices, with initial weights.
    pub(super) initial: Exposures,
    /// What legs add besides their exposures, at its highest in the hour ahead.
    pub(super) added_ahead: Value,
    /// All legs, each at the higher of its two values and without weights.
    pub(super) total: u128,
    /// Bit i: a leg is priced by factor i.
    pub(super) held: u16,
    /// Whether a collateral weight is about to fall.
    pub(super) is_weight_falling: bool,
    /// What debts and funding have grown to, where that is asked.
    pub(super) growth: Option<&'a Growth>,
    /// Quote atoms that positions will have paid in funding by then.
    funding: u128,
    /// Profit of all positions so far, in atoms of the quote reserve.
    profits: Both<i128>,
    weights: Weights,
}

/// A quantity as maintenance and as initial health see it.
#[derive(Clone, Copy)]
struct Both<T> {
    maintenance: T,
    initial: T,
}

/// What prices one leg.
#[derive(Clone, Copy)]
struct Pricing<'a> {
    factor: &'a Factor,
    index: usize,
    terms: &'a FactorTerms,
}

impl<'a> Netted<'a> {
    /// No legs yet. In line, so that it is built where it stays: it fills half of a stack frame.
    #[inline(always)]
    pub(super) fn empty(book: &'a Book, account: &MarginAccount, weights: Weights, now_seconds: u64) -> Self {
        Self {
            book,
            moment: book.moment(now_seconds),
            thresholds: Thresholds::default(),
            maintenance: Exposures::default(),
            initial: Exposures::default(),
            added_ahead: Value::ZERO,
            total: 0,
            held: legs::factors_held(book, account),
            is_weight_falling: false,
            growth: None,
            funding: 0,
            profits: Both { maintenance: 0, initial: 0 },
            weights,
        }
    }

    /// Goes through all legs, once. Refuses what [`super::health`] does.
    #[inline(never)]
    pub(super) fn add_legs(&mut self, account: &MarginAccount) -> Result<()> {
        let book = self.book;
        book.thresholds_in(self.held, self.moment.step, &mut self.thresholds);
        let quote = quote_reserve(book, account);
        for_each_leg(book, account, quote, |leg| self.add_balance(&leg))?;
        let Some(index) = quote else { return Ok(()) };
        for_each_perp(book, account, |leg| self.add_perp(&leg))?;
        self.add_quote(account, index)
    }

    #[inline(never)]
    fn add_balance(&mut self, leg: &Leg) -> Result<()> {
        let (reserve, factor, now_seconds) = (leg.reserve, leg.factor, self.moment.now_seconds);
        legs::require_settled_price(factor, now_seconds)?;
        let terms = factor.margin_terms(&self.moment)?;
        let pricing = Pricing { factor, index: reserve.factor_index.into(), terms: &terms };
        if leg.balance.debt_shares != 0 {
            legs::require_accrued(self.book, reserve, now_seconds)?;
            let (shares, index) = (Shares(leg.balance.debt_shares), self.debt_mantissa_up(leg.index, reserve)?);
            let owed = health::debt_amount_up(shares, index).or_refuse()?;
            return self.net_debt(&Both { maintenance: owed, initial: owed }, &pricing);
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let (shares, weights) = (Shares(leg.balance.deposit_shares), self.collateral_weights(reserve)?);
        let claim = health::deposit_amount_down(shares, index).or_refuse()?;
        self.net_deposit(&Both { maintenance: claim, initial: claim }, &weights, &pricing)
    }

    fn debt_mantissa_up(&self, index: u8, reserve: &Reserve) -> Result<u64> {
        match self.growth {
            Some(growth) => growth.debt_mantissa_up(index),
            None => Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse(),
        }
    }

    fn collateral_weights(&mut self, reserve: &Reserve) -> Result<CollateralWeights> {
        let mut weights = legs::collateral_weights(reserve, self.moment.now_seconds)?;
        let end = Ratio::from_bits(reserve.weight_to);
        self.is_weight_falling |= end < weights.maintenance;
        if self.weights == Weights::LowestAhead {
            weights.maintenance = weights.maintenance.min(end);
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
        if position.base.is_zero() {
            self.count_profits(position.realised, position.realised);
            return Ok(());
        }
        if let Some(growth) = self.growth {
            let paid = growth.funding_up(market, &position, terms.mid)?;
            self.funding = self.funding.wrapping_add(paid.0.into());
        }
        let pricing = Pricing { factor, index: market.factor_index.into(), terms: &factor_terms };
        self.net_perp(&position, &terms, &pricing)
    }

    /// Balance and PnL together: a deposit, or a debt, or in initial health the one and in maintenance health the other.
    #[inline(never)]
    fn add_quote(&mut self, account: &MarginAccount, index: u8) -> Result<()> {
        let (reserve, factor) = quote_leg(self.book, index)?;
        legs::require_settled_price(factor, self.moment.now_seconds)?;
        let terms = factor.margin_terms(&self.moment)?;
        let stored = account.balances.get(usize::from(index)).ok_or(PlimsollError::ReserveIndex)?;
        let mut balance = if stored.debt_shares == 0 {
            quote_balance(account, index, reserve)?
        } else {
            legs::require_accrued(self.book, reserve, self.moment.now_seconds)?;
            legs::quote_debt(stored, self.debt_mantissa_up(index, reserve)?)?
        };
        // what will have been paid is owed: health adds the two up
        let funding = u64::try_from(self.funding).map_err(|_| PlimsollError::Overflow)?;
        balance.debt = balance.debt.plus(Amount(funding)).or_refuse()?;
        let weights = self.collateral_weights(reserve)?;
        let Both { maintenance, initial } = self.profits;
        let (maintenance, initial) = (net_atoms(&balance, maintenance), net_atoms(&balance, initial));
        let pricing = Pricing { factor, index: reserve.factor_index.into(), terms: &terms };
        let (owed, owed_initial) = (magnitude(maintenance.min(0))?, magnitude(initial.min(0))?);
        self.net_debt(&Both { maintenance: owed, initial: owed_initial }, &pricing)?;
        let (claim, claim_initial) = (magnitude(maintenance.max(0))?, magnitude(initial.max(0))?);
        self.net_deposit(&Both { maintenance: claim, initial: claim_initial }, &weights, &pricing)
    }

    fn net_debt(&mut self, owed: &Both<Amount>, pricing: &Pricing) -> Result<()> {
        let Pricing { index, terms, .. } = *pricing;
        let value = terms.mid.value_up(owed.maintenance).or_refuse()?;
        let initial = terms.debt_initial.value_up(owed.initial).or_refuse()?;
        let leg_terms = maintenance_terms(terms);
        self.maintenance.add_debt(index, value, &leg_terms).or_refuse()?;
        self.initial.add_debt(index, initial, &initial_terms(terms)).or_refuse()?;
        self.count(value, initial, LegSide::Short, Ratio::ZERO, pricing)
    }

    fn net_deposit(&mut self, claim: &Both<Amount>, weights: &CollateralWeights, pricing: &Pricing) -> Result<()> {
        let Pricing { index, terms, .. } = *pricing;
        let value = terms.mid.value_down(claim.maintenance).or_refuse()?;
        let initial = terms.asset_initial.value_down(claim.initial).or_refuse()?;
        self.maintenance.add_deposit(index, value, weights.maintenance, &maintenance_terms(terms)).or_refuse()?;
        self.initial.add_deposit(index, initial, weights.initial, &initial_terms(terms)).or_refuse()?;
        self.count(value, initial, LegSide::Long, Ratio::ZERO, pricing)
    }

    /// A touched position. Crowding stays with it, whatever hedges it.
    fn net_perp(&mut self, position: &PerpPosition, terms: &PerpTerms, pricing: &Pricing) -> Result<()> {
        let (base, side) = (position.base.magnitude(), LegSide::of_position(position.base.is_negative()));
        let initial_price = if side == LegSide::Short { terms.short_initial } else { terms.long_initial };
        let at_mid = Valuation::of(position, terms.mid).or_refuse()?;
        let is_same = initial_price == terms.mid;
        let at_initial = if is_same { at_mid } else { Valuation::of(position, initial_price).or_refuse()? };
        let counted = health::haircut_down(at_initial.unrealised, terms.profit_weight);
        let realised = position.realised;
        let profit = realised.plus(at_mid.unrealised).or_refuse()?;
        self.count_profits(profit, realised.plus(counted).or_refuse()?);
        let size = at_mid.size_up;
        let initial = if side == LegSide::Short { at_initial.size_up } else { size };
        let closing = size_margin_up(base, terms.size_maintenance).or_refuse()?;
        let closing_ahead = if terms.size_initial == terms.size_maintenance {
            closing
        } else {
            size_margin_up(base, terms.size_initial).or_refuse()?
        };
        let crowded = terms.initial.minus(pricing.terms.initial).and_then(|added| added.plus(closing_ahead));
        let leg = |size, size_margin| PerpExposure { size, side, size_margin };
        let index = pricing.index;
        let (own, own_initial) = (maintenance_terms(pricing.terms), initial_terms(pricing.terms));
        self.maintenance.add_perp(index, &leg(size, closing), &own).or_refuse()?;
        self.initial.add_perp(index, &leg(initial, crowded.or_refuse()?), &own_initial).or_refuse()?;
        self.count(size, initial, side, closing_ahead, pricing)
    }

    #[inline(always)]
    fn count_profits(&mut self, at_mid: SignedAmount, initial: SignedAmount) {
        // fewer than 2²⁰ of 63 bits
        self.profits.maintenance = self.profits.maintenance.wrapping_add(at_mid.0.into());
        self.profits.initial = self.profits.initial.wrapping_add(initial.0.into());
    }

    /// Counts a leg in the total, and what it adds in the hour ahead: its size margin and impact at their highest.
    #[inline(always)]
    fn count(
        &mut self,
        value: Value,
        initial: Value,
        side: LegSide,
        size_margin: Ratio,
        pricing: &Pricing,
    ) -> Result<()> {
        self.total = self.total.wrapping_add(value.max(initial).0.into());
        let impact: Impact = pricing.factor.impact_ahead();
        let of_factor = |margins: &Margins| margins.get(pricing.index).copied().ok_or(PlimsollError::FactorIndex);
        let (lowest, margin) = (of_factor(&self.thresholds.lowest)?, of_factor(&self.thresholds.highest)?);
        let terms = LegTerms { margin, impact: &impact };
        let added = terms.addition_ahead_up(lowest, value, side, size_margin).or_refuse()?;
        self.added_ahead = self.added_ahead.plus(added).or_refuse()?;
        Ok(())
    }
}

#[inline(always)]
const fn maintenance_terms(terms: &FactorTerms) -> LegTerms<'_> {
    LegTerms { margin: terms.maintenance, impact: &terms.impact }
}

#[inline(always)]
const fn initial_terms(terms: &FactorTerms) -> LegTerms<'_> {
    LegTerms { margin: terms.initial, impact: &terms.impact_initial }
}

fn magnitude(net: i128) -> Result<Amount> {
    u64::try_from(net.unsigned_abs()).map(Amount).map_err(|_| PlimsollError::Overflow.into())
}
