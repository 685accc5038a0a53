//! The margin check: the Book and one margin account, nothing else.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{self, CollateralWeights, CrossHealth, LiquidationHealth, QuoteBalance};
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Index, Ratio, Shares};

use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::{Balance, MODE_ISOLATED};
use crate::state::{Book, Factor, MarginAccount, PerpMarket, Reserve};

/// One balance of an account with its reserve and factor.
struct Leg<'a> {
    balance: &'a Balance,
    reserve: &'a Reserve,
    factor: &'a Factor,
}

/// One perp position of an account with its market and factor.
struct PerpLeg<'a> {
    position: PerpPosition,
    market: &'a PerpMarket,
    factor: &'a Factor,
}

/// The reserve whose balance the PnL of perps is added to, where the account holds any.
const fn quote_reserve(book: &Book, account: &MarginAccount) -> Option<u8> {
    if account.active_perps == 0 { None } else { Some(book.pool.quote_reserve) }
}

/// Calls `visit` for each balance that is not empty, lowest reserve first, but for the one that is named.
#[inline(always)]
fn for_each_leg(
    book: &Book,
    account: &MarginAccount,
    except: Option<u8>,
    mut visit: impl FnMut(Leg) -> Result<()>,
) -> Result<()> {
    require!(account.mode <= MODE_ISOLATED, PlimsollError::AccountMode);
    let mut active = account.active_balances & !except.map_or(0, |index| 1u16.checked_shl(index.into()).unwrap_or(0));
    let rows = account.balances.iter().zip(book.reserves.iter());
    for (balance, reserve) in rows {
        if active & 1 == 1 {
            visit(Leg { balance, reserve, factor: factor_of(book, reserve.factor_index)? })?;
        }
        active >>= 1;
        if active == 0 {
            break;
        }
    }
    Ok(())
}

/// Calls `visit` for each perp position, lowest market first.
#[inline(always)]
fn for_each_perp(book: &Book, account: &MarginAccount, mut visit: impl FnMut(PerpLeg) -> Result<()>) -> Result<()> {
    let mut active = account.active_perps;
    for (position, market) in account.perps.iter().zip(book.perp_markets.iter()) {
        if active & 1 == 1 {
            let factor = factor_of(book, market.factor_index)?;
            visit(PerpLeg { position: position.position(), market, factor })?;
        }
        active >>= 1;
        if active == 0 {
            break;
        }
    }
    Ok(())
}

#[inline(always)]
fn factor_of(book: &Book, index: u8) -> Result<&Factor> {
    book.factors.get(usize::from(index)).ok_or_else(|| PlimsollError::FactorIndex.into())
}

/// Initial and maintenance health in cross and isolated mode. Refuses debts and funding that were not brought up to date lately, and factors that wait for confirmation.
pub fn cross_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<CrossHealth> {
    let quote = quote_reserve(book, account);
    let mut health = balances_health_but(book, account, quote, now_seconds)?;
    if let Some(index) = quote {
        add_perps(book, account, &mut health, now_seconds)?;
        add_quote(book, account, index, &mut health, now_seconds)?;
    }
    Ok(health)
}

/// Health of the balances alone: what lenders can rely on. Perps are left out.
pub fn balances_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<CrossHealth> {
    balances_health_but(book, account, None, now_seconds)
}

#[inline(never)]
fn balances_health_but(
    book: &Book,
    account: &MarginAccount,
    except: Option<u8>,
    now_seconds: u64,
) -> Result<CrossHealth> {
    let mut health = CrossHealth::default();
    let moment = book.moment(now_seconds);
    for_each_leg(book, account, except, |leg| {
        let (reserve, factor) = (leg.reserve, leg.factor);
        require_settled_price(factor, now_seconds)?;
        let terms = factor.margin_terms(&moment)?;
        if leg.balance.debt_shares != 0 {
            require_accrued(book, reserve, now_seconds)?;
            let index = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
            return health.add_debt(Shares(leg.balance.debt_shares), index, &terms).or_refuse();
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let weights = collateral_weights(reserve, now_seconds)?;
        health.add_deposit(Shares(leg.balance.deposit_shares), index, &terms, &weights).or_refuse()
    })?;
    Ok(health)
}

#[inline(always)]
fn add_perps(book: &Book, account: &MarginAccount, health: &mut CrossHealth, now_seconds: u64) -> Result<()> {
    let moment = book.moment(now_seconds);
    let profit_weight = Ratio::from_ppm_down(book.params.profit_weight_initial_ppm);
    for_each_perp(book, account, |leg| {
        let (market, factor) = (leg.market, leg.factor);
        if !leg.position.base.is_zero() {
            require_settled_price(factor, now_seconds)?;
            market.require_funded(book, now_seconds)?;
        }
        let factor_terms = factor.margin_terms(&moment)?;
        let terms = market.margin_terms(&factor_terms, profit_weight, &moment)?;
        health.add_perp(&leg.position, &market.side_indices(), &terms).or_refuse()
    })
}

#[inline(always)]
fn add_quote(
    book: &Book,
    account: &MarginAccount,
    reserve_index: u8,
    health: &mut CrossHealth,
    now_seconds: u64,
) -> Result<()> {
    let reserve = book.reserve(reserve_index)?;
    let factor = factor_of(book, reserve.factor_index)?;
    require_settled_price(factor, now_seconds)?;
    let terms = factor.margin_terms(&book.moment(now_seconds))?;
    let balance = quote_balance(account, reserve_index, reserve)?;
    if !balance.debt.is_zero() {
        require_accrued(book, reserve, now_seconds)?;
    }
    health.add_quote(&balance, &terms, &collateral_weights(reserve, now_seconds)?).or_refuse()
}

#[inline(always)]
fn quote_balance(account: &MarginAccount, index: u8, reserve: &Reserve) -> Result<QuoteBalance> {
    let balance = account.balances.get(usize::from(index)).ok_or(PlimsollError::ReserveIndex)?;
    if balance.debt_shares != 0 {
        let mantissa = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
        let debt = health::debt_amount_up(Shares(balance.debt_shares), mantissa).or_refuse()?;
        return Ok(QuoteBalance { debt, ..QuoteBalance::default() });
    }
    let mantissa = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
    let deposit = health::deposit_amount_down(Shares(balance.deposit_shares), mantissa).or_refuse()?;
    Ok(QuoteBalance { deposit, ..QuoteBalance::default() })
}

/// Refuses an account that may not take more risk. One that owes nothing and holds no perp carries none: its owner may always take his deposits out.
pub fn require_initial_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<()> {
    if account.active_perps == 0 && account.balances.iter().all(|balance| balance.debt_shares == 0) {
        return Ok(());
    }
    cross_health(book, account, now_seconds)?.admit().or_refuse()
}

/// After an action that only reduced risk: an account below initial margin passes too, if neither health is lower than before.
pub fn require_initial_or_not_lowered(
    before: &CrossHealth,
    book: &Book,
    account: &MarginAccount,
    now_seconds: u64,
) -> Result<CrossHealth> {
    let after = cross_health(book, account, now_seconds)?;
    if after.initial.is_negative() {
        let is_lower = after.initial < before.initial || after.maintenance < before.maintenance;
        require!(!is_lower, PlimsollError::HealthLowered);
    } else {
        after.admit().or_refuse()?;
    }
    Ok(after)
}

/// Maintenance and liquidation-end health: stale legs at the edge most favourable to the account.
pub fn liquidation_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<LiquidationHealth> {
    let mut health = LiquidationHealth::default();
    let (moment, buffer, quote) = (book.moment(now_seconds), liquidation_buffer(book)?, quote_reserve(book, account));
    for_each_leg(book, account, quote, |leg| {
        let reserve = leg.reserve;
        let terms = leg.factor.liquidation_margin_terms(&moment, buffer)?;
        if leg.balance.debt_shares != 0 {
            let index = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
            return health.add_debt(Shares(leg.balance.debt_shares), index, &terms).or_refuse();
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let weight = reserve.weight_ramp().at_down(now_seconds).or_refuse()?;
        health.add_deposit(Shares(leg.balance.deposit_shares), index, &terms, weight).or_refuse()
    })?;
    if let Some(index) = quote {
        add_liquidation_perps(book, account, &mut health, now_seconds)?;
        let reserve = book.reserve(index)?;
        let factor = factor_of(book, reserve.factor_index)?;
        let terms = factor.liquidation_margin_terms(&moment, buffer)?;
        let weight = reserve.weight_ramp().at_down(now_seconds).or_refuse()?;
        health.add_quote(&quote_balance(account, index, reserve)?, &terms, weight).or_refuse()?;
    }
    Ok(health)
}

#[inline(always)]
fn add_liquidation_perps(
    book: &Book,
    account: &MarginAccount,
    health: &mut LiquidationHealth,
    now_seconds: u64,
) -> Result<()> {
    let (moment, buffer) = (book.moment(now_seconds), liquidation_buffer(book)?);
    for_each_perp(book, account, |leg| {
        let (market, factor) = (leg.market, leg.factor);
        let factor_terms = factor.liquidation_margin_terms(&moment, buffer)?;
        let terms = market.liquidation_margin_terms(&factor_terms, &moment)?;
        health.add_perp(&leg.position, &market.side_indices(), &terms).or_refuse()
    })
}

/// 1 + liquidation_buffer.
pub fn liquidation_buffer(book: &Book) -> Result<Ratio> {
    Ratio::ONE.plus(Ratio::from_ppm_up(book.params.liquidation_buffer_ppm)).or_refuse()
}

/// The collateral weights now: the initial one never above any maintenance one of the walk ahead.
#[inline(always)]
fn collateral_weights(reserve: &Reserve, now_seconds: u64) -> Result<CollateralWeights> {
    let ramp = reserve.weight_ramp();
    let initial = Ratio::from_bits(reserve.weight_initial);
    if now_seconds >= ramp.end_seconds {
        return Ok(CollateralWeights { initial: initial.min(ramp.to), maintenance: ramp.to });
    }
    Ok(CollateralWeights {
        initial: initial.min(ramp.lowest_ahead_down(now_seconds).or_refuse()?),
        maintenance: ramp.at_down(now_seconds).or_refuse()?,
    })
}

/// Refuses a reserve whose debts were last accrued too long ago to be counted.
#[inline(always)]
fn require_accrued(book: &Book, reserve: &Reserve, now_seconds: u64) -> Result<()> {
    let age = now_seconds.saturating_sub(reserve.accrued_seconds);
    require!(age <= u64::from(book.params.max_accrual_age_seconds), PlimsollError::ReserveStale);
    Ok(())
}

/// Refuses a factor without a price (a debt would weigh nothing) and one that waits for confirmation.
#[inline(always)]
fn require_settled_price(factor: &Factor, now_seconds: u64) -> Result<()> {
    require!(factor.price.mid != 0, PlimsollError::FactorNotPriced);
    require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
    Ok(())
}
