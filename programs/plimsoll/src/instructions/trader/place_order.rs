//! Places an order. No margin is checked: what an order does to an account is checked when it fills.

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::events::OrderPlaced;
use crate::orders;
use crate::state::margin_account::{
    ORDER_LIMIT, ORDER_MARKET, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, ORDER_REDUCE_ONLY, ORDER_STOP_LOSS,
    ORDER_TAKE_PROFIT, Order, POOL_MARKET,
};
use crate::state::{Book, MarginAccount};

/// Accounts of `place_order` and `cancel_order`.
#[derive(Accounts)]
pub struct OrderEntry<'info> {
    /// The Book.
    pub book: AccountLoader<'info, Book>,
    /// The account that trades.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// Its owner or delegate; the owner alone for a request to the pool; anyone who cancels a void order.
    pub authority: Signer<'info>,
}

/// What an owner asks for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct OrderRequest {
    /// Index of the market; 255 of a request to the pool.
    pub market: u8,
    /// One of the `ORDER_` kinds.
    pub kind: u8,
    /// 0 or `ORDER_REDUCE_ONLY`.
    pub flags: u8,
    /// Base atoms; positive: buy. Of a request to the pool: quote atoms to deposit or shares to withdraw, positive.
    pub base_atoms: i64,
    /// Worst price, premium included and fee not, mantissa with 40 fractional bits; 0 of a request to the pool.
    pub worst_price: u64,
    /// Price of the condition, mantissa; 0 where the kind has none.
    pub trigger_price: u64,
    /// The last moment at which it may be armed; once armed it keeps its window. u64::MAX: no end.
    pub expires_seconds: u64,
    /// A number of the client's choosing.
    pub client_id: u64,
}

/// Where an order lies: returned as return data.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedOrder {
    /// Its slot in the margin account.
    pub order_slot: u8,
    /// Its number, never given twice in one account.
    pub order_id: u64,
}

pub(crate) fn handler(ctx: Context<OrderEntry>, request: OrderRequest) -> Result<PlacedOrder> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let book = accounts.book.load()?;
    let mut account = accounts.margin_account.load_mut()?;
    book.require_version()?;
    account.require_version()?;
    require_keys_eq!(account.group, book.group, PlimsollError::WrongGroup);
    book.require_pool()?;

    let mut order = order_of(&request, book.pool.params.executor_fee_atoms, now_seconds);
    orders::require_may_order(&account, accounts.authority.key, order.is_for_pool())?;
    account.require_may_trade(request.market)?;
    check(&book, &order, now_seconds)?;

    if order.condition().is_none() {
        order.armed_seconds = orders::arming_seconds(&book, &order, now_seconds)?;
    }
    let (order_slot, order_id) = account.add_order(order)?;

    emit!(OrderPlaced {
        margin_account: accounts.margin_account.key(),
        market: request.market,
        order_slot,
        order_id,
        client_id: request.client_id,
        base_atoms: request.base_atoms,
        kind: request.kind,
        flags: request.flags,
        worst_price: request.worst_price,
        trigger_price: request.trigger_price,
    });
    Ok(PlacedOrder { order_slot, order_id })
}

/// The order as it is stored, not armed yet; the executor's fee is fixed here.
fn order_of(request: &OrderRequest, executor_fee_atoms: u64, now_seconds: u64) -> Order {
    Order {
        base_atoms: request.base_atoms,
        worst_price: request.worst_price,
        trigger_price: request.trigger_price,
        placed_seconds: now_seconds,
        expires_seconds: request.expires_seconds,
        executor_fee_atoms,
        client_id: request.client_id,
        market: request.market,
        kind: request.kind,
        flags: request.flags,
        ..Order::default()
    }
}

fn check(book: &Book, order: &Order, now_seconds: u64) -> Result<()> {
    require!(order.base_atoms != 0, PlimsollError::AmountZero);
    require!(order.expires_seconds > now_seconds, PlimsollError::OrderExpired);
    match order.kind {
        ORDER_POOL_DEPOSIT | ORDER_POOL_WITHDRAW => check_request(order),
        ORDER_MARKET | ORDER_LIMIT | ORDER_STOP_LOSS | ORDER_TAKE_PROFIT => check_trade(book, order),
        _ => err!(PlimsollError::OrderKind),
    }
}

/// A request to the pool names an amount and nothing else.
fn check_request(order: &Order) -> Result<()> {
    require!(order.market == POOL_MARKET, PlimsollError::MarketIndex);
    require!(order.base_atoms > 0, PlimsollError::AmountZero);
    require!(order.flags == 0, PlimsollError::OrderFlags);
    require!(order.worst_price == 0 && order.trigger_price == 0, PlimsollError::OrderPrice);
    Ok(())
}

fn check_trade(book: &Book, order: &Order) -> Result<()> {
    require!(order.flags & !ORDER_REDUCE_ONLY == 0, PlimsollError::OrderFlags);
    let has_trigger = order.trigger_price != 0;
    let prices_fit = order.worst_price != 0 && has_trigger == order.condition().is_some();
    require!(prices_fit, PlimsollError::OrderPrice);
    let market = book.perp_market(order.market)?;
    // what a reduce-only order leaves is known when it fills: it may close a small rest
    if !order.is_reduce_only() {
        market.require_active()?;
        let is_large_enough = order.base_atoms.unsigned_abs() >= market.params.min_base_atoms;
        require!(is_large_enough, PlimsollError::BelowMinimumSize);
    }
    Ok(())
}
