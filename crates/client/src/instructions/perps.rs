//! Instructions of the perpetual markets and of the pool behind them.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll::{accounts, instruction};

use super::{SYSTEM_PROGRAM, build};
use crate::addresses;

/// An order of a margin account, as instructions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderKey {
    /// The margin account.
    pub margin_account: Pubkey,
    /// Which of its slots.
    pub slot: u8,
    /// The order's number: a slot is used again, a number never.
    pub id: u64,
}

/// `open_isolated_account`: the address is [`addresses::margin_account`].
#[must_use]
pub fn open_isolated_account(group: Pubkey, book: Pubkey, owner: Pubkey, sub_account: u16, market: u8) -> Instruction {
    let margin_account = addresses::margin_account(&group, &owner, sub_account);
    build(
        &accounts::OpenIsolatedAccount { group, book, margin_account, owner, system_program: SYSTEM_PROGRAM },
        &instruction::OpenIsolatedAccount { sub_account, market },
    )
}

/// `move_collateral` between two margin accounts of one owner; [`super::ALL`]: the whole deposit.
#[must_use]
pub fn move_collateral(
    book: Pubkey,
    (from, to): (Pubkey, Pubkey),
    owner: Pubkey,
    reserve_index: u8,
    amount_atoms: u64,
) -> Instruction {
    build(
        &accounts::BetweenAccounts { book, from, to, owner },
        &instruction::MoveCollateral { reserve_index, amount_atoms },
    )
}

/// `transfer_position` between two margin accounts of one owner.
#[must_use]
pub fn transfer_position(book: Pubkey, (from, to): (Pubkey, Pubkey), owner: Pubkey, market: u8) -> Instruction {
    build(&accounts::BetweenAccounts { book, from, to, owner }, &instruction::TransferPosition { market })
}

/// `place_order`: to a market, or to the pool (market [`plimsoll::state::margin_account::POOL_MARKET`]).
#[must_use]
pub fn place_order(book: Pubkey, margin_account: Pubkey, authority: Pubkey, request: OrderRequest) -> Instruction {
    build(&accounts::OrderEntry { book, margin_account, authority }, &instruction::PlaceOrder { request })
}

/// `cancel_order`: `authority` is the owner or his delegate; anybody once the order has expired or lapsed.
#[must_use]
pub fn cancel_order(book: Pubkey, order: &OrderKey, authority: Pubkey) -> Instruction {
    build(
        &accounts::OrderEntry { book, margin_account: order.margin_account, authority },
        &instruction::CancelOrder { order_slot: order.slot, order_id: order.id },
    )
}

/// `execute_order`: arms it, or fills it with what `oracle` carries. `executor` is the margin account that receives the fee.
#[must_use]
pub fn execute_order(book: Pubkey, order: &OrderKey, executor: Pubkey, oracle: Pubkey) -> Instruction {
    build(
        &accounts::ExecuteOrder { book, margin_account: order.margin_account, executor, oracle },
        &instruction::ExecuteOrder { order_slot: order.slot, order_id: order.id },
    )
}

/// `execute_pool_order`: a deposit to the pool or a withdrawal from it.
#[must_use]
pub fn execute_pool_order(book: Pubkey, order: &OrderKey, executor: Pubkey) -> Instruction {
    build(
        &accounts::ExecutePoolOrder { book, margin_account: order.margin_account, executor },
        &instruction::ExecutePoolOrder { order_slot: order.slot, order_id: order.id },
    )
}

/// `update_funding` of one market.
#[must_use]
pub fn update_funding(book: Pubkey, market: u8) -> Instruction {
    build(&accounts::Crank { book }, &instruction::UpdateFunding { market })
}

/// `settle_pnl`: what an account has realised in a market moves to or from its balance.
#[must_use]
pub fn settle_pnl(book: Pubkey, margin_account: Pubkey, market: u8) -> Instruction {
    build(&accounts::SettlePnl { book, margin_account }, &instruction::SettlePnl { market })
}

/// `liquidate_perp`: `liquidator` takes the position over, or has it closed against the pool; `authority` is its owner or delegate.
#[must_use]
pub fn liquidate_perp(
    book: Pubkey,
    liquidatee: Pubkey,
    liquidator: Pubkey,
    authority: Pubkey,
    request: PerpLiquidationRequest,
) -> Instruction {
    build(&accounts::LiquidatePerp { book, liquidatee, liquidator, authority }, &instruction::LiquidatePerp { request })
}

/// `resolve_perp_bankruptcy` of one market.
#[must_use]
pub fn resolve_perp_bankruptcy(book: Pubkey, margin_account: Pubkey, market: u8) -> Instruction {
    build(&accounts::SettlePnl { book, margin_account }, &instruction::ResolvePerpBankruptcy { market })
}

/// `settle_delisted_market`: `oracle` carries the first publication after the settlement time until the price is fixed.
#[must_use]
pub fn settle_delisted_market(book: Pubkey, margin_account: Pubkey, market: u8, oracle: Pubkey) -> Instruction {
    build(
        &accounts::SettleDelistedMarket { book, margin_account, oracle },
        &instruction::SettleDelistedMarket { market },
    )
}
