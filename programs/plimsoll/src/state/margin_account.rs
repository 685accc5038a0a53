//! A margin account: one owner's portfolio.

use anchor_lang::prelude::*;
use plimsoll_risk::position::ReservePosition;
use plimsoll_risk::quantities::Shares;

use super::book::Book;
use super::wide::Wide;
use crate::constants::{ACCOUNT_VERSION, ORDERS, PERP_MARKETS, RESERVES};
use crate::error::PlimsollError;

/// Margin mode: each position by itself.
pub const MODE_CROSS: u8 = 0;
/// Margin mode: one market and its collateral, nothing else reachable.
pub const MODE_ISOLATED: u8 = 1;
/// Margin mode: exposures netted per factor.
pub const MODE_PORTFOLIO: u8 = 2;

/// Order kind: no condition.
pub const ORDER_MARKET: u8 = 0;
/// Order kind: at the trigger price or a better one.
pub const ORDER_LIMIT: u8 = 1;
/// Order kind: once the price has passed the trigger to the worse side.
pub const ORDER_STOP_LOSS: u8 = 2;
/// Order kind: once the price has passed the trigger to the better side.
pub const ORDER_TAKE_PROFIT: u8 = 3;
/// Order kind: quote atoms of the account become shares of the pool.
pub const ORDER_POOL_DEPOSIT: u8 = 4;
/// Order kind: shares of the pool become quote atoms of the account.
pub const ORDER_POOL_WITHDRAW: u8 = 5;
/// Order flag: may neither grow nor turn a position.
pub const ORDER_REDUCE_ONLY: u8 = 1;
/// The market of orders to the pool: none.
pub const POOL_MARKET: u8 = 255;

/// One owner's deposits, debts, perp positions and orders. The slot of a balance or position is the index of its reserve or market, so nothing is searched.
#[account(zero_copy)]
#[derive(Debug)]
pub struct MarginAccount {
    /// Layout version.
    pub version: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Tells accounts of one owner apart.
    pub sub_account: u16,
    /// One of the `MODE_` constants.
    pub mode: u8,
    /// In isolated mode: the market.
    pub isolated_market: u8,
    /// 1 while a begin/end liquidation holds the account.
    pub frozen: u8,
    /// Alignment.
    pub padding: u8,
    /// The group it belongs to.
    pub group: Pubkey,
    /// May do everything.
    pub owner: Pubkey,
    /// May trade, deposit and repay; zero: nobody.
    pub delegate: Pubkey,
    /// Bit i: `balances[i]` is not empty.
    pub active_balances: u16,
    /// Bit i: `perps[i]` is not empty.
    pub active_perps: u16,
    /// Bit i: `orders[i]` is not empty.
    pub active_orders: u16,
    /// Alignment.
    pub padding2: u16,
    /// Balances, by reserve.
    pub balances: [Balance; RESERVES],
    /// Perp positions, by market.
    pub perps: [PerpPosition; PERP_MARKETS],
    /// Orders.
    pub orders: [Order; ORDERS],
    /// Margin-call state.
    pub call: MarginCall,
    /// When a liquidation first saw the account unhealthy; 0: healthy since.
    pub unhealthy_since_seconds: u64,
    /// The account's own liquidation bucket: what is left of it.
    pub throughput_available_quote_atoms: u64,
    /// When that was.
    pub throughput_updated_seconds: u64,
    /// Counts the orders placed: the id of the next one, less one.
    pub sequence: u64,
    /// Shares of the pool.
    pub pool_shares: u64,
    /// For later versions (options: up to 16 instruments of 32 bytes).
    pub reserved: [u64; 72],
}

/// A deposit or a debt; never both.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Deposit shares of the reserve.
    pub deposit_shares: u64,
    /// Debt shares of the reserve.
    pub debt_shares: u64,
}

/// A perp position.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PerpPosition {
    /// Base atoms; positive: long.
    pub base_atoms: i64,
    /// Quote atoms paid (negative) or received for the open size.
    pub quote_entry_atoms: i64,
    /// Realised profit or loss not yet settled.
    pub realised_atoms: i64,
    /// Its side's size factor at the last touch.
    pub size_factor: u64,
    /// Its side's profit index at the last touch, signed.
    pub profit_index: Wide,
    /// For later versions.
    pub reserved: [u64; 2],
}

/// An order: placed, then executed on the first publication after its delay.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Base atoms; positive: buy. Of an order to the pool: quote atoms to deposit, or shares to withdraw.
    pub base_atoms: i64,
    /// Worst price accepted, mantissa.
    pub worst_price: u64,
    /// Price of the condition, mantissa; 0: none.
    pub trigger_price: u64,
    /// When it was placed.
    pub placed_seconds: u64,
    /// When its condition was shown to hold, or it was placed without one; 0: not armed.
    pub armed_seconds: u64,
    /// The last moment at which it may be armed.
    pub expires_seconds: u64,
    /// What the executor receives.
    pub executor_fee_atoms: u64,
    /// Number chosen by the client.
    pub client_id: u64,
    /// Number given by the program, never twice in one account; 0: the slot is empty.
    pub id: u64,
    /// Index of the market, or `POOL_MARKET`.
    pub market: u8,
    /// One of the `ORDER_` kinds.
    pub kind: u8,
    /// 0 or `ORDER_REDUCE_ONLY`.
    pub flags: u8,
    /// Alignment.
    pub padding: [u8; 5],
}

/// A margin call.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct MarginCall {
    /// When the announced path meets the account; 0: not called.
    pub deadline_seconds: u64,
    /// When the call was made.
    pub called_seconds: u64,
    /// What is missing at the deadline.
    pub shortfall_quote_atoms: u64,
    /// Why: one of the `CALLED_BY_` constants of the margin module.
    pub reason: u8,
    /// Alignment.
    pub padding: [u8; 7],
}

const _: () = assert!(core::mem::size_of::<MarginAccount>() == 3320);

impl MarginAccount {
    /// Refuses a layout that this program does not write.
    pub fn require_version(&self) -> Result<()> {
        require!(self.version == ACCOUNT_VERSION, PlimsollError::AccountVersion);
        Ok(())
    }

    /// Whether a margin call is stored.
    #[must_use]
    #[inline(always)]
    pub const fn is_called(&self) -> bool {
        self.call.deadline_seconds != 0
    }

    /// Refuses anybody but the owner: for what takes value out.
    pub fn require_owner(&self, signer: &Pubkey) -> Result<()> {
        require_keys_eq!(*signer, self.owner, PlimsollError::NotOwner);
        Ok(())
    }

    /// Refuses anybody but the owner and the delegate: for what leaves value in.
    pub fn require_owner_or_delegate(&self, signer: &Pubkey) -> Result<()> {
        let delegated = *signer == self.delegate && self.delegate != Pubkey::default();
        require!(*signer == self.owner || delegated, PlimsollError::NotOwnerOrDelegate);
        Ok(())
    }

    /// The balance in a reserve as the core sees it.
    pub fn position(&self, reserve_index: usize) -> Result<ReservePosition> {
        let balance = self.balances.get(reserve_index).ok_or(PlimsollError::ReserveIndex)?;
        Ok(ReservePosition { deposit_shares: Shares(balance.deposit_shares), debt_shares: Shares(balance.debt_shares) })
    }

    /// Stores a balance and keeps the bitmap.
    pub fn set_position(&mut self, reserve_index: usize, position: ReservePosition) -> Result<()> {
        let balance = self.balances.get_mut(reserve_index).ok_or(PlimsollError::ReserveIndex)?;
        balance.deposit_shares = position.deposit_shares.0;
        balance.debt_shares = position.debt_shares.0;
        let bit = 1u16 << reserve_index;
        if position.deposit_shares.is_zero() && position.debt_shares.is_zero() {
            self.active_balances &= !bit;
        } else {
            self.active_balances |= bit;
        }
        Ok(())
    }

    /// Refuses a reserve that an isolated account may not hold: any but the quote reserve.
    pub fn require_may_hold_reserve(&self, reserve_index: u8, book: &Book) -> Result<()> {
        let allowed = self.mode != MODE_ISOLATED || reserve_index == book.pool.quote_reserve;
        require!(allowed, PlimsollError::IsolatedCollateral);
        Ok(())
    }

    /// Refuses a market that an isolated account was not opened for, the pool among them.
    pub fn require_may_trade(&self, market: u8) -> Result<()> {
        require!(self.mode != MODE_ISOLATED || market == self.isolated_market, PlimsollError::IsolatedMarket);
        Ok(())
    }

    /// The slot of the order with this id.
    pub fn order(&self, slot: u8, id: u64) -> Result<&Order> {
        let order = self.orders.get(usize::from(slot)).ok_or(PlimsollError::OrderMissing)?;
        require!(id != 0 && order.id == id, PlimsollError::OrderMissing);
        Ok(order)
    }

    /// Puts an order into the first free slot under an id of its own; returns the slot and the id.
    pub fn add_order(&mut self, order: Order) -> Result<(u8, u64)> {
        let slot = self.active_orders.trailing_ones();
        let id = self.sequence.checked_add(1).ok_or(PlimsollError::Overflow)?;
        let place = usize::try_from(slot).ok().and_then(|slot| self.orders.get_mut(slot));
        *place.ok_or(PlimsollError::NoFreeOrderSlot)? = Order { id, ..order };
        self.active_orders |= 1 << slot;
        self.sequence = id;
        Ok((u8::try_from(slot).map_err(|_| PlimsollError::NoFreeOrderSlot)?, id))
    }

    /// Empties the slot of the order with this id and returns what it held.
    pub fn take_order(&mut self, slot: u8, id: u64) -> Result<Order> {
        let order = *self.order(slot, id)?;
        let place = self.orders.get_mut(usize::from(slot)).ok_or(PlimsollError::OrderMissing)?;
        *place = Order::default();
        self.active_orders &= !(1 << slot);
        Ok(order)
    }

    /// Whether nothing is held: no balance, no position, no order, no share of the pool.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.active_balances == 0 && self.active_perps == 0 && self.active_orders == 0 && self.pool_shares == 0
    }
}
