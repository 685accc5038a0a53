//! Executes an order: arms it once its condition holds, and fills it on the first publication after its delay.

use anchor_lang::prelude::*;
use plimsoll_risk::perp::fill;
use plimsoll_risk::quantities::{Amount, Price, SignedAmount};

use crate::error::{OrRefuse, PlimsollError};
use crate::events::{MarginCallCleared, OrderArmed, OrderFilled};
use crate::margin::{self, Admission};
use crate::orders::{self, FillPlan};
use crate::state::margin_account::Order;
use crate::state::{Book, MarginAccount};
use crate::{funding, perps, vault};

/// Accounts of `execute_order`.
#[derive(Accounts)]
pub struct ExecuteOrder<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account whose order it is.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Receives the executor's fee; the same account: no fee is paid.
    #[account(mut)]
    pub executor: AccountLoader<'info, MarginAccount>,
    /// The publication that fills the order; not read where the order is armed.
    /// CHECK: owner, feed and contents are checked by the oracle module
    pub oracle: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<ExecuteOrder>, order_slot: u8, order_id: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = vault::load_pair(&accounts.book, &accounts.margin_account)?;
    let order = *account.order(order_slot, order_id)?;
    check(&book, &order, now_seconds)?;

    if order.condition().is_some() && order.has_lapsed(&book.pool, now_seconds) {
        let armed_seconds = arm(&book, &mut account, order_slot, now_seconds)?;
        emit!(OrderArmed {
            margin_account: accounts.margin_account.key(),
            market: order.market,
            order_slot,
            order_id,
            armed_seconds,
        });
        return Ok(());
    }
    let mut executor = orders::load_executor(&accounts.executor, &accounts.margin_account, &book)?;
    account.take_order(order_slot, order_id)?;
    fill(accounts, &mut book, &mut account, executor.as_deref_mut(), &Execution { order, now_seconds })
}

/// What is executed, and when.
struct Execution {
    order: Order,
    now_seconds: u64,
}

fn check(book: &Book, order: &Order, now_seconds: u64) -> Result<()> {
    require!(!order.is_for_pool(), PlimsollError::OrderIsPool);
    require!(!order.has_expired(&book.pool, now_seconds), PlimsollError::OrderExpired);
    let market = book.perp_market(order.market)?;
    market.require_not_settling(now_seconds)?;
    market.require_placed_here(order)
}

/// Arms an order whose condition holds at the price in force; returns since when it counts as armed. A reduce-only order needs something to reduce.
fn arm(book: &Book, account: &mut MarginAccount, order_slot: u8, now_seconds: u64) -> Result<u64> {
    let slot = account.orders.get_mut(usize::from(order_slot)).ok_or(PlimsollError::OrderMissing)?;
    let factor = book.factor(book.perp_market(slot.market)?.factor_index)?;
    orders::require_fresh_price(factor, now_seconds)?;
    let condition = slot.condition().ok_or(PlimsollError::OrderKind)?;
    condition.require_met(Price::from_bits(factor.price.mid)).or_refuse()?;

    slot.armed_seconds = orders::arming_seconds(book, slot, now_seconds)?;
    let order = *slot;
    if order.is_reduce_only() {
        let base = account.perp(order.market)?.base;
        fill::require_reduces(base, SignedAmount(order.base_atoms)).or_refuse()?;
    }
    Ok(order.armed_seconds)
}

#[inline(never)]
fn fill(
    accounts: &ExecuteOrder,
    book: &mut Book,
    account: &mut MarginAccount,
    executor: Option<&mut MarginAccount>,
    execution: &Execution,
) -> Result<()> {
    let Execution { order, now_seconds } = execution;
    let (market_index, now_seconds) = (order.market, *now_seconds);
    let quote = orders::fill_quote(book, order, &accounts.oracle, now_seconds)?;
    funding::update_funding(book, market_index, now_seconds)?;

    let (books, position) = perps::load(book, account, market_index)?;
    // a trade that only reduces is measured against what was there before
    let reduces = fill::reduces(position.base, SignedAmount(order.base_atoms));
    let admission = if reduces {
        Admission::of_reduction(book, account, now_seconds)?
    } else {
        Admission::of_action(book, account, now_seconds)?
    };
    let plan = orders::plan_fill(book, books, position, order, &quote)?;

    let executor_fee_atoms = commit(book, account, executor, order, &plan)?;
    perps::count_volume(book, market_index, plan.fill.quote.magnitude(), now_seconds)?;

    if plan.enlarges_skew {
        perps::require_pool_limit(book)?;
    }
    admission.judge(book, account, now_seconds)?;
    let is_cured = reduces && margin::clear_if_cured(book, account, now_seconds);
    emit!(OrderFilled {
        margin_account: accounts.margin_account.key(),
        executor: accounts.executor.key(),
        market: market_index,
        order_id: order.id,
        base_atoms: order.base_atoms,
        quote_atoms: plan.fill.quote.0,
        fee_atoms: plan.fill.fee.0,
        executor_fee_atoms,
        price: quote.mid.to_bits(),
        publish_time_seconds: quote.publish_time_seconds,
        skew_after_base_atoms: plan.skew_after.0,
    });
    if is_cured {
        emit!(MarginCallCleared { margin_account: accounts.margin_account.key() });
    }
    Ok(())
}

/// Stores books and position; the executor's fee moves between two positions of the market, so the ledger's sum stands. Returns it.
fn commit(
    book: &mut Book,
    account: &mut MarginAccount,
    executor: Option<&mut MarginAccount>,
    order: &Order,
    plan: &FillPlan,
) -> Result<u64> {
    let market = book.perp_market_mut(order.market)?;
    market.fees_atoms = market.fees_atoms.saturating_add(plan.fill.fee.0);
    let volume = plan.fill.quote.magnitude().0;
    market.measured_volume_quote_atoms = market.measured_volume_quote_atoms.saturating_add(volume);

    let (mut position, fee_atoms) = (plan.position, order.executor_fee_atoms);
    let Some(executor) = executor.filter(|_| fee_atoms > 0) else {
        perps::store(book, account, order.market, &plan.books, &position)?;
        return Ok(0);
    };
    let fee = SignedAmount::received(Amount(fee_atoms)).or_refuse()?;
    position.realised = position.realised.minus(fee).or_refuse()?;
    perps::store(book, account, order.market, &plan.books, &position)?;
    let (books, mut theirs) = perps::load(book, executor, order.market)?;
    theirs.realised = theirs.realised.plus(fee).or_refuse()?;
    perps::store(book, executor, order.market, &books, &theirs)?;
    Ok(fee_atoms)
}
