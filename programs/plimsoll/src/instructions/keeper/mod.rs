//! Instructions that anyone may send.

pub mod accrue;
pub mod call_margin;
pub mod fund_insurance;
pub mod liquidate;
pub mod liquidate_perp;
pub mod refresh_implied;
pub mod refresh_prices;
pub mod refresh_risk;
pub mod resolve_bankruptcy;
pub mod resolve_perp_bankruptcy;
pub mod settle_delisted_market;
pub mod settle_pnl;
pub mod stress_account;
pub mod update_funding;

use anchor_lang::prelude::*;

use crate::state::Book;

/// Accounts of the cranks; oracles follow as remaining accounts.
#[derive(Accounts)]
pub struct Crank<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
}
