//! What a liquidation judges an account by; and the one pass over its legs, at whatever moment, that margin calls take too.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{LiquidationFactorTerms, LiquidationHealth, QuoteBalance};
use plimsoll_risk::liquidity::LegSide;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, size_margin_up};
use plimsoll_risk::portfolio::{Exposures, LegTerms, Margins, PerpLeg, PortfolioInputs, maintenance_health};
use plimsoll_risk::quantities::{Amount, Index, Price, Ratio, Shares, SignedValue};

use super::legs::{self, for_each_leg, for_each_perp, quote_balance, quote_leg, quote_reserve};
use crate::bridge::portfolio::Models;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::MODE_PORTFOLIO;
use crate::state::{Book, Factor, MarginAccount, Moment, PerpMarket, Reserve};

/// What a liquidation judges an account by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Healths in the account's mode, and values: whether it may be liquidated, and how far.
    pub health: LiquidationHealth,
    /// Maintenance health in cross: what one step is planned by, and must raise.
    pub cross_maintenance: SignedValue,
}

/// Maintenance and liquidation-end health in the account's mode: stale legs at the edge most favourable to the account.
pub fn liquidation_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<LiquidationHealth> {
    liquidation_standing(book, account, now_seconds).map(|standing| standing.health)
}

/// As [`liquidation_health`], with what a step must raise besides.
pub fn liquidation_standing(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Standing> {
    let outlook = Edges { moment: book.moment(now_seconds), buffer: liquidation_buffer(book)? };
    if account.mode == MODE_PORTFOLIO {
        return portfolio_standing(&outlook, book, account);
    }
    let health = cross_legs(&outlook, book, account)?;
    Ok(Standing { health, cross_maintenance: health.maintenance })
}

#[inline(never)]
fn cross_legs(outlook: &Edges, book: &Book, account: &MarginAccount) -> Result<LiquidationHealth> {
    let mut health = LiquidationHealth::default();
    add_legs(outlook, book, account, &mut health, None)?;
    Ok(health)
}

#[inline(never)]
fn portfolio_standing(outlook: &Edges, book: &Book, account: &MarginAccount) -> Result<Standing> {
    let (mut health, mut exposures) = (LiquidationHealth::default(), Exposures::default());
    add_legs(outlook, book, account, &mut health, Some(&mut exposures))?;
    let cross_maintenance = health.maintenance;
    let mut margins = Margins::default();
    book.margins_in(legs::factors_held(book, account), outlook.moment.step, &mut margins);
    let inputs = portfolio_inputs(book, &exposures, &margins, outlook.moment.walked);
    let found = maintenance_health(&inputs, cross_maintenance).or_refuse()?;
    health.maintenance = found.health;
    let buffer = Ratio::from_ppm_up(book.params.liquidation_buffer_ppm);
    health.liquidation_end = found.liquidation_end(buffer, health.liquidation_end).or_refuse()?;
    Ok(Standing { health, cross_maintenance })
}

/// What maintenance health in portfolio mode follows from.
pub(super) fn portfolio_inputs<'a>(
    book: &'a Book,
    exposures: &'a Exposures,
    margins: &'a Margins,
    walked: Ratio,
) -> PortfolioInputs<'a> {
    let Models { in_force, announced, .. } = book.models(walked);
    PortfolioInputs { exposures, margins, in_force, announced, walked }
}

/// 1 + liquidation_buffer.
pub fn liquidation_buffer(book: &Book) -> Result<Ratio> {
    Ratio::ONE.plus(Ratio::from_ppm_up(book.params.liquidation_buffer_ppm)).or_refuse()
}

/// How the legs of an account are looked at.
pub(super) trait Outlook {
    /// Prices and margins of a factor.
    fn factor_terms(&self, factor: &Factor) -> Result<LiquidationFactorTerms>;

    /// A market's margins, at the terms of its factor.
    fn perp_terms(&self, market: &PerpMarket, factor: &LiquidationFactorTerms) -> Result<PerpLiquidationTerms>;

    /// What part of a reserve's deposits counts.
    fn weight_down(&self, reserve: &Reserve) -> Result<Ratio>;

    /// A reserve's debt index as it multiplies shares, rounded up.
    fn debt_mantissa_up(&self, index: u8, reserve: &Reserve) -> Result<u64>;

    /// Quote atoms that a position will have paid in funding.
    fn funding_up(&self, market: &PerpMarket, position: &PerpPosition, mid: Price) -> Result<Amount>;
}

/// Now, at the edges of stale prices.
struct Edges {
    moment: Moment,
    /// 1 + liquidation_buffer.
    buffer: Ratio,
}

impl Outlook for Edges {
    #[inline(always)]
    fn factor_terms(&self, factor: &Factor) -> Result<LiquidationFactorTerms> {
        factor.liquidation_margin_terms(&self.moment, self.buffer)
    }

    #[inline(always)]
    fn perp_terms(&self, market: &PerpMarket, factor: &LiquidationFactorTerms) -> Result<PerpLiquidationTerms> {
        market.liquidation_margin_terms(factor, &self.moment)
    }

    #[inline(always)]
    fn weight_down(&self, reserve: &Reserve) -> Result<Ratio> {
        reserve.weight_ramp().at_down(self.moment.at_seconds).or_refuse()
    }

    #[inline(always)]
    fn debt_mantissa_up(&self, _index: u8, reserve: &Reserve) -> Result<u64> {
        Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()
    }

    #[inline(always)]
    fn funding_up(&self, _market: &PerpMarket, _position: &PerpPosition, _mid: Price) -> Result<Amount> {
        Ok(Amount::ZERO)
    }
}

/// Adds every leg to the health, and to the exposures where they are asked for.
#[inline(always)]
pub(super) fn add_legs(
    outlook: &impl Outlook,
    book: &Book,
    account: &MarginAccount,
    health: &mut LiquidationHealth,
    mut exposures: Option<&mut Exposures>,
) -> Result<()> {
    let quote = quote_reserve(book, account);
    for_each_leg(book, account, quote, |leg| {
        let reserve = leg.reserve;
        let terms = outlook.factor_terms(leg.factor)?;
        if leg.balance.debt_shares != 0 {
            let (shares, index) = (Shares(leg.balance.debt_shares), outlook.debt_mantissa_up(leg.index, reserve)?);
            if let Some(exposures) = exposures.as_deref_mut() {
                let owed = plimsoll_risk::health::debt_amount_up(shares, index).or_refuse()?;
                add_debt(exposures, reserve, owed, &terms)?;
            }
            return health.add_debt(shares, index, &terms).or_refuse();
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let weight = outlook.weight_down(reserve)?;
        let shares = Shares(leg.balance.deposit_shares);
        if let Some(exposures) = exposures.as_deref_mut() {
            let claim = plimsoll_risk::health::deposit_amount_down(shares, index).or_refuse()?;
            add_deposit(exposures, reserve, claim, weight, &terms)?;
        }
        health.add_deposit(shares, index, &terms, weight).or_refuse()
    })?;
    if let Some(index) = quote {
        add_perps(outlook, book, account, health, exposures.as_deref_mut())?;
        add_quote(outlook, book, account, index, health, exposures)?;
    }
    Ok(())
}

#[inline(always)]
fn add_perps(
    outlook: &impl Outlook,
    book: &Book,
    account: &MarginAccount,
    health: &mut LiquidationHealth,
    mut exposures: Option<&mut Exposures>,
) -> Result<()> {
    for_each_perp(book, account, |leg| {
        let (market, factor) = (leg.market, leg.factor);
        let factor_terms = outlook.factor_terms(factor)?;
        let terms = outlook.perp_terms(market, &factor_terms)?;
        let sides = market.side_indices();
        let paid = outlook.funding_up(market, &leg.position, Price::from_bits(factor.price.mid))?;
        health.profit = health.profit.wrapping_sub(paid.0.into());
        if let Some(exposures) = exposures.as_deref_mut() {
            let mut position = leg.position;
            position.touch(&sides).or_refuse()?;
            if !position.base.is_zero() {
                let side = LegSide::of_position(position.base.is_negative());
                let price = if side == LegSide::Short { terms.short_price } else { terms.long_price };
                let size = price.value_up(position.base.magnitude()).or_refuse()?;
                let size_margin = size_margin_up(position.base.magnitude(), terms.size_maintenance).or_refuse()?;
                let leg_terms = LegTerms { margin: terms.maintenance, impact: &terms.impact };
                let perp = PerpLeg { size, side, size_margin };
                exposures.add_perp(market.factor_index.into(), &perp, &leg_terms).or_refuse()?;
            }
        }
        health.add_perp(&leg.position, &sides, &terms).or_refuse()
    })
}

#[inline(always)]
fn add_quote(
    outlook: &impl Outlook,
    book: &Book,
    account: &MarginAccount,
    index: u8,
    health: &mut LiquidationHealth,
    exposures: Option<&mut Exposures>,
) -> Result<()> {
    let (reserve, factor) = quote_leg(book, index)?;
    let terms = outlook.factor_terms(factor)?;
    let weight = outlook.weight_down(reserve)?;
    let stored = account.balances.get(usize::from(index)).ok_or(PlimsollError::ReserveIndex)?;
    let balance = if stored.debt_shares == 0 {
        quote_balance(account, index, reserve)?
    } else {
        legs::quote_debt(stored, outlook.debt_mantissa_up(index, reserve)?)?
    };
    if let Some(exposures) = exposures {
        let net = net_atoms(&balance, health.profit);
        let amount = Amount(u64::try_from(net.unsigned_abs()).map_err(|_| PlimsollError::Overflow)?);
        if net < 0 {
            add_debt(exposures, reserve, amount, &terms)?;
        } else {
            add_deposit(exposures, reserve, amount, weight, &terms)?;
        }
    }
    health.add_quote(&balance, &terms, weight).or_refuse()
}

/// What the account holds (positive) or owes of the quote once `profit` is added.
#[inline(always)]
pub(super) fn net_atoms(balance: &QuoteBalance, profit: i128) -> i128 {
    // amounts are below 2⁶⁴ and a sum of profits below 2⁸⁵
    profit.wrapping_add(balance.deposit.0.into()).wrapping_sub(balance.debt.0.into())
}

fn add_debt(exposures: &mut Exposures, reserve: &Reserve, owed: Amount, terms: &LiquidationFactorTerms) -> Result<()> {
    let value = terms.debt_price.value_up(owed).or_refuse()?;
    let leg_terms = LegTerms { margin: terms.maintenance, impact: &terms.impact };
    exposures.add_debt(reserve.factor_index.into(), value, &leg_terms).or_refuse()
}

fn add_deposit(
    exposures: &mut Exposures,
    reserve: &Reserve,
    claim: Amount,
    weight: Ratio,
    terms: &LiquidationFactorTerms,
) -> Result<()> {
    let value = terms.asset_price.value_down(claim).or_refuse()?;
    let leg_terms = LegTerms { margin: terms.maintenance, impact: &terms.impact };
    exposures.add_deposit(reserve.factor_index.into(), value, weight, &leg_terms).or_refuse()
}
