//! Cancels an order: its owner, unless it binds; anyone, once it can never be executed again.

use anchor_lang::prelude::*;

use super::place_order::OrderEntry;
use crate::error::PlimsollError;
use crate::events::OrderCancelled;
use crate::orders;

pub(crate) fn handler(ctx: Context<OrderEntry>, order_slot: u8, order_id: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let book = accounts.book.load()?;
    let mut account = accounts.margin_account.load_mut()?;
    book.require_version()?;
    account.require_version()?;
    require_keys_eq!(account.group, book.group, PlimsollError::WrongGroup);

    let order = account.take_order(order_slot, order_id)?;
    if !order.is_void(&book, now_seconds) {
        orders::require_may_order(&account, accounts.authority.key, order.is_for_pool())?;
        require!(!order.binds(&book.pool, now_seconds), PlimsollError::OrderBinding);
    }

    emit!(OrderCancelled { margin_account: accounts.margin_account.key(), market: order.market, order_slot, order_id });
    Ok(())
}
