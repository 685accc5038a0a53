//! Executes a request to the pool: quote atoms become its shares, or shares quote atoms, on prices of the due time or later.

use anchor_lang::prelude::*;
use plimsoll_risk::perp::order::due_seconds;
use plimsoll_risk::perp::pool;
use plimsoll_risk::quantities::{Amount, Shares};

use crate::error::{OrRefuse, PlimsollError};
use crate::events::{PoolDeposited, PoolWithdrawn};
use crate::state::margin_account::{ORDER_POOL_DEPOSIT, Order};
use crate::state::{Book, MarginAccount};
use crate::{lending, margin, orders, perps, vault};

/// Accounts of `execute_pool_order`.
#[derive(Accounts)]
pub struct ExecutePoolOrder<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The provider's account.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Receives the executor's fee; the same account: no fee is paid.
    #[account(mut)]
    pub executor: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler(ctx: Context<ExecutePoolOrder>, order_slot: u8, order_id: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = vault::load_pair(&accounts.book, &accounts.margin_account)?;
    let (book, account) = (&mut *book, &mut *account);
    let mut executor = orders::load_executor(&accounts.executor, &accounts.margin_account, book)?;
    let order = account.take_order(order_slot, order_id)?;
    check(book, &order, now_seconds)?;
    let quote_index = book.pool.quote_reserve;
    lending::accrue_reserve(book.reserve_mut(quote_index)?, now_seconds)?;
    perps::update_all_funding(book, now_seconds)?;

    let is_deposit = order.kind == ORDER_POOL_DEPOSIT;
    let fee = Amount(if executor.is_some() { order.executor_fee_atoms } else { 0 });
    let (amount, shares) =
        if is_deposit { deposit(book, account, &order, fee)? } else { withdraw(book, account, &order, fee)? };
    if let Some(executor) = executor.as_deref_mut() {
        lending::credit(book.reserve_mut(quote_index)?, executor, quote_index, fee)?;
    }

    lending::prove_solvent(book.reserve(quote_index)?)?;
    if is_deposit {
        margin::require_initial_health(book, account, now_seconds)?;
    } else {
        perps::require_pool_limit(book)?;
    }
    let (margin_account, amount_atoms, pool_shares) = (accounts.margin_account.key(), amount.0, shares.0);
    if is_deposit {
        emit!(PoolDeposited { margin_account, order_id, amount_atoms, pool_shares });
    } else {
        emit!(PoolWithdrawn { margin_account, order_id, amount_atoms, pool_shares });
    }
    Ok(())
}

/// Refuses a request that is not due or has lapsed, and prices that were known before it was due, are old, or wait for confirmation.
fn check(book: &Book, order: &Order, now_seconds: u64) -> Result<()> {
    require!(order.is_for_pool(), PlimsollError::OrderNotPool);
    require!(!order.has_expired(&book.pool, now_seconds), PlimsollError::OrderExpired);
    let due = due_seconds(order.armed_seconds, &order.timing(&book.pool));
    require!(now_seconds >= due, PlimsollError::OrderTooEarly);
    require!(!order.has_lapsed(&book.pool, now_seconds), PlimsollError::OrderLapsed);
    for market in book.perp_markets.iter().filter(|market| market.has_open_interest()) {
        let factor = book.factor(market.factor_index)?;
        let published = factor.price.publish_time_seconds;
        let age = now_seconds.saturating_sub(published);
        let is_usable = factor.price.mid != 0
            && published >= due
            && age <= u64::from(factor.params.liquidation_max_age_seconds)
            && !factor.is_pending(now_seconds);
        require!(is_usable, PlimsollError::PoolPriceStale);
    }
    Ok(())
}

/// Takes amount and fee out of the provider's deposit, never as a debt, and mints shares by the pool's better equity.
fn deposit(book: &mut Book, account: &mut MarginAccount, order: &Order, fee: Amount) -> Result<(Amount, Shares)> {
    let index = book.pool.quote_reserve;
    let amount = Amount(u64::try_from(order.base_atoms).map_err(|_| PlimsollError::AmountZero)?);
    let taken = amount.plus(fee).or_refuse()?;
    let claim = account.position(index.into())?.claim_down(&book.reserve(index)?.totals()).or_refuse()?;
    require!(taken <= claim, PlimsollError::DepositTooSmall);
    let equity = perps::pool_equity(book)?.better;
    // what a newcomer brings would fill the hole of those before him
    require!(equity.0 > 0 || book.pool.total_shares == 0, PlimsollError::PoolUnderWater);
    let shares = pool::shares_down(amount, Shares(book.pool.total_shares), equity).or_refuse()?;
    require!(!shares.is_zero(), PlimsollError::PoolSharesTooSmall);
    let cap = i128::from(book.pool.params.deposit_cap_atoms);
    require!(equity.0.saturating_add(amount.0.into()) <= cap, PlimsollError::PoolDepositCap);

    lending::debit(book.reserve_mut(index)?, account, index, taken)?;
    perps::credit_pool(book, amount)?;
    book.pool.total_shares = Shares(book.pool.total_shares).plus(shares).or_refuse()?.0;
    account.pool_shares = Shares(account.pool_shares).plus(shares).or_refuse()?.0;
    Ok((amount, shares))
}

/// Burns the provider's shares and pays them by the pool's worse equity, out of the pool's deposits; the fee out of what is paid.
fn withdraw(book: &mut Book, account: &mut MarginAccount, order: &Order, fee: Amount) -> Result<(Amount, Shares)> {
    let index = book.pool.quote_reserve;
    let shares = Shares(u64::try_from(order.base_atoms).map_err(|_| PlimsollError::AmountZero)?);
    require!(shares.0 <= account.pool_shares, PlimsollError::PoolWithdrawalTooLarge);
    let equity = perps::pool_equity(book)?.worse;
    let amount = pool::payout_down(shares, Shares(book.pool.total_shares), equity).or_refuse()?;
    require!(amount > fee, PlimsollError::PoolSharesTooSmall);
    require!(amount <= perps::pool_deposits(book)?, PlimsollError::PoolWithdrawalTooLarge);

    perps::debit_pool(book, amount)?;
    lending::credit(book.reserve_mut(index)?, account, index, amount.minus(fee).or_refuse()?)?;
    book.pool.total_shares = Shares(book.pool.total_shares).minus(shares).or_refuse()?.0;
    account.pool_shares = Shares(account.pool_shares).minus(shares).or_refuse()?.0;
    Ok((amount, shares))
}
