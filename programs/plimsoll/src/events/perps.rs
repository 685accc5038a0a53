//! What happens to perps, orders and the pool. Signed amounts: positive is received by the account named.
#![allow(missing_docs)] // field names say unit and meaning

use anchor_lang::prelude::*;

/// A perp market was listed.
#[event]
pub struct PerpMarketListed {
    pub book: Pubkey,
    pub market: u8,
    pub factor_index: u8,
    pub symbol: [u8; 16],
}

/// Parameters of a perp market changed.
#[event]
pub struct PerpMarketParamsSet {
    pub book: Pubkey,
    pub market: u8,
    pub params_version: u32,
}

/// The pool was created, or its parameters changed.
#[event]
pub struct PoolParamsSet {
    pub book: Pubkey,
    pub quote_reserve: u8,
    pub params_version: u32,
}

/// A perp market was named for delisting.
#[event]
pub struct PerpMarketDelisting {
    pub book: Pubkey,
    pub market: u8,
    pub settle_at_seconds: u64,
}

/// A position of a market that is being delisted was closed at the settlement price.
#[event]
pub struct DelistedPositionSettled {
    pub margin_account: Pubkey,
    pub market: u8,
    pub base_atoms: i64,
    pub quote_atoms: i64,
    pub settlement_price: u64,
}

/// A delisted market without positions left its slot; its insurance went to the pool.
#[event]
pub struct PerpMarketRemoved {
    pub book: Pubkey,
    pub market: u8,
    pub insurance_atoms: u64,
}

/// An order was placed: to a market, or a request to the pool (market 255; base: atoms to deposit or shares to withdraw).
#[event]
pub struct OrderPlaced {
    pub margin_account: Pubkey,
    pub market: u8,
    pub order_slot: u8,
    pub order_id: u64,
    pub client_id: u64,
    pub base_atoms: i64,
    pub kind: u8,
    pub flags: u8,
    pub worst_price: u64,
    pub trigger_price: u64,
}

/// An order left its slot without a fill.
#[event]
pub struct OrderCancelled {
    pub margin_account: Pubkey,
    pub market: u8,
    pub order_slot: u8,
    pub order_id: u64,
}

/// An order's condition was shown to hold; it is due one delay later.
#[event]
pub struct OrderArmed {
    pub margin_account: Pubkey,
    pub market: u8,
    pub order_slot: u8,
    pub order_id: u64,
    pub armed_seconds: u64,
}

/// An order was filled by the pool.
#[event]
pub struct OrderFilled {
    pub margin_account: Pubkey,
    pub executor: Pubkey,
    pub market: u8,
    pub order_id: u64,
    pub base_atoms: i64,
    pub quote_atoms: i64,
    pub fee_atoms: u64,
    pub executor_fee_atoms: u64,
    pub price: u64,
    pub publish_time_seconds: u64,
    pub skew_after_base_atoms: i64,
}

/// Quote atoms became shares of the pool.
#[event]
pub struct PoolDeposited {
    pub margin_account: Pubkey,
    pub order_id: u64,
    pub amount_atoms: u64,
    pub pool_shares: u64,
}

/// Shares of the pool became quote atoms.
#[event]
pub struct PoolWithdrawn {
    pub margin_account: Pubkey,
    pub order_id: u64,
    pub amount_atoms: u64,
    pub pool_shares: u64,
}

/// A market's funding was booked up to now. `pool_atoms`: what the pool received; indices after it.
#[event]
pub struct FundingUpdated {
    pub book: Pubkey,
    pub market: u8,
    pub funding_rate: i64,
    pub pool_atoms: i64,
    pub long_profit_index: i128,
    pub short_profit_index: i128,
}

/// Realised profit (positive) or loss moved between a position and the account's balance in the quote reserve.
#[event]
pub struct PnlSettled {
    pub margin_account: Pubkey,
    pub market: u8,
    pub settled_atoms: i64,
    pub realised_left_atoms: i64,
}

/// Part of an unhealthy account's position was closed, against another account or the pool. `base_atoms` is the liquidatee's trade.
#[event]
pub struct PerpLiquidated {
    pub liquidatee: Pubkey,
    pub liquidator: Pubkey,
    pub market: u8,
    pub against_pool: bool,
    pub base_atoms: i64,
    pub quote_atoms: i64,
    pub bonus_atoms: u64,
    pub insurance_cut_atoms: u64,
    pub health_before_quote_atoms: i128,
    pub health_after_quote_atoms: i128,
}

/// A failed account's position was closed and its deficit borne: by the market's insurance, the pool, and the winning side.
#[event]
pub struct PerpBankruptcyResolved {
    pub margin_account: Pubkey,
    pub market: u8,
    pub deficit_atoms: u64,
    pub insurance_atoms: u64,
    pub pool_atoms: u64,
    pub winners_atoms: u64,
    pub unpaid_atoms: u64,
    pub closed_base_atoms: u64,
    pub closed_against_winners_base_atoms: u64,
}

/// A position moved from one account of an owner to another.
#[event]
pub struct PositionTransferred {
    pub from: Pubkey,
    pub to: Pubkey,
    pub market: u8,
    pub base_atoms: i64,
}

/// A deposit moved from one account of an owner to another.
#[event]
pub struct CollateralMoved {
    pub from: Pubkey,
    pub to: Pubkey,
    pub reserve_index: u8,
    pub amount_atoms: u64,
}
