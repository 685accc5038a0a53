//! Plimsoll: lending and perpetuals margin whose liquidation thresholds move with volatility.
//!
//! This file is the table of contents. The formulas live in the risk core (`plimsoll_risk`); here are accounts, checks, bookings and tokens.
#![cfg_attr(
    not(test),
    deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)
)]
// Anchor's macros
#![allow(clippy::missing_safety_doc, clippy::result_large_err, clippy::wildcard_imports, missing_docs)]

pub mod constants;
pub mod error;
pub mod events;
pub mod instructions;
pub mod oracle;
pub mod state;
pub mod vault;

mod bridge;
mod clock;
pub mod funding;
mod lending;
pub mod liquidation;
pub mod margin;
mod orders;
mod parameters;
pub mod perp_liquidation;
pub mod perps;
mod tide;

use anchor_lang::prelude::*;
#[cfg(target_arch = "bpf")]
use sbf_builtins as _;

use instructions::governance::create_book::*;
use instructions::governance::create_group::*;
use instructions::governance::grow_book::*;
use instructions::governance::list_factor::FactorListing;
use instructions::governance::list_perp_market::PerpMarketListing;
use instructions::governance::list_reserve::*;
use instructions::governance::migrate::*;
use instructions::governance::*;
use instructions::keeper::call_margin::*;
use instructions::keeper::fund_insurance::*;
use instructions::keeper::liquidate::*;
use instructions::keeper::liquidate_perp::*;
use instructions::keeper::resolve_bankruptcy::*;
use instructions::keeper::settle_delisted_market::*;
use instructions::keeper::settle_pnl::*;
use instructions::keeper::stress_account::*;
use instructions::keeper::*;
use instructions::trader::close_margin_account::*;
use instructions::trader::execute_order::*;
use instructions::trader::execute_pool_order::*;
use instructions::trader::open_isolated_account::*;
use instructions::trader::open_margin_account::*;
use instructions::trader::place_order::*;
use instructions::trader::set_delegate::*;
use instructions::trader::set_margin_mode::*;
use instructions::trader::transfer_position::*;
use instructions::trader::*;
use margin::StressReport;
use state::{BookParams, FactorParams, LiquidityProfile, PerpMarketParams, PoolParams, ReserveParams, Scenario};
use vault::*;

declare_id!("P1imso11ine11111111111111111111111111111111");

/// The program's instructions.
#[program]
pub mod plimsoll {
    use super::*;

    /// Creates a group and names its roles.
    pub fn create_group(ctx: Context<CreateGroup>, index: u16, roles: GroupRoles) -> Result<()> {
        create_group::handler(ctx, index, roles)
    }

    /// Takes over a zeroed account as the group's Book.
    pub fn create_book(ctx: Context<CreateBook>, params: BookParams) -> Result<()> {
        create_book::handler(ctx, params)
    }

    /// Makes a Book's account larger, as a later layout needs it.
    pub fn grow_book(ctx: Context<GrowBook>, additional_bytes: u32) -> Result<()> {
        grow_book::handler(ctx, additional_bytes)
    }

    /// Brings an account of an older layout forward. Anyone may.
    pub fn migrate(ctx: Context<Migrate>) -> Result<()> {
        migrate::handler(ctx)
    }

    /// Lists a risk factor.
    pub fn list_factor(ctx: Context<Govern>, listing: FactorListing) -> Result<()> {
        list_factor::handler(ctx, listing)
    }

    /// Lists a lending reserve.
    pub fn list_reserve(ctx: Context<ListReserve>, listing: ReserveListing) -> Result<()> {
        list_reserve::handler(ctx, listing)
    }

    /// Sets the Book's parameters, as a whole.
    pub fn set_book_params(ctx: Context<Govern>, params: BookParams) -> Result<()> {
        set_book_params::handler(ctx, params)
    }

    /// Sets a factor's parameters, as a whole.
    pub fn set_factor_params(ctx: Context<Govern>, factor_index: u8, params: FactorParams) -> Result<()> {
        set_factor_params::handler(ctx, factor_index, params)
    }

    /// Sets a reserve's parameters, as a whole.
    pub fn set_reserve_params(ctx: Context<Govern>, reserve_index: u8, params: ReserveParams) -> Result<()> {
        set_reserve_params::handler(ctx, reserve_index, params)
    }

    /// Sets the pool's parameters, as a whole; the first time it creates the pool.
    pub fn set_pool_params(ctx: Context<Govern>, quote_reserve: u8, params: PoolParams) -> Result<()> {
        set_pool_params::handler(ctx, quote_reserve, params)
    }

    /// Lists a perpetual market.
    pub fn list_perp_market(ctx: Context<Govern>, listing: PerpMarketListing) -> Result<()> {
        list_perp_market::handler(ctx, listing)
    }

    /// Sets a perp market's parameters, as a whole.
    pub fn set_perp_params(ctx: Context<Govern>, market: u8, params: PerpMarketParams) -> Result<()> {
        set_perp_params::handler(ctx, market, params)
    }

    /// Names a perp market for delisting: reduce-only orders, then settlement at one price.
    pub fn delist_perp_market(ctx: Context<Govern>, market: u8) -> Result<()> {
        delist_perp_market::handler(ctx, market)
    }

    /// Sets what the markets elsewhere bear of a factor. The steward's, by bounded steps.
    pub fn set_liquidity_profile(ctx: Context<Steward>, factor_index: u8, profile: LiquidityProfile) -> Result<()> {
        set_liquidity_profile::handler(ctx, factor_index, &profile)
    }

    /// Sets rows of the scenario grid and how many of its rows count.
    pub fn set_scenarios(ctx: Context<Govern>, first_row: u8, count: u8, rows: Vec<Scenario>) -> Result<()> {
        set_scenarios::handler(ctx, first_row, count, &rows)
    }

    /// Names a factor's feed of implied volatility; zero: none.
    pub fn set_implied_feed(ctx: Context<Govern>, factor_index: u8, feed_id: [u8; 32]) -> Result<()> {
        set_implied_feed::handler(ctx, factor_index, feed_id)
    }

    /// Opens a margin account.
    pub fn open_margin_account(ctx: Context<OpenMarginAccount>, sub_account: u16) -> Result<()> {
        open_margin_account::handler(ctx, sub_account)
    }

    /// Opens a margin account for one market, whose losses reach nothing else.
    pub fn open_isolated_account(ctx: Context<OpenIsolatedAccount>, sub_account: u16, market: u8) -> Result<()> {
        open_isolated_account::handler(ctx, sub_account, market)
    }

    /// Closes an empty margin account and returns its rent.
    pub fn close_margin_account(ctx: Context<CloseMarginAccount>) -> Result<()> {
        close_margin_account::handler(ctx)
    }

    /// Names the key that may deposit, repay and trade for the owner.
    pub fn set_delegate(ctx: Context<SetDelegate>, delegate: Pubkey) -> Result<()> {
        set_delegate::handler(ctx, delegate)
    }

    /// Changes an account between cross and portfolio margin.
    pub fn set_margin_mode(ctx: Context<SetMarginMode>, mode: u8) -> Result<()> {
        set_margin_mode::handler(ctx, mode)
    }

    /// Brings tokens in as a deposit; u64::MAX: all of the source.
    pub fn deposit(ctx: Context<TokensIn>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
        deposit::handler(ctx, reserve_index, amount_atoms)
    }

    /// Takes tokens out of a deposit; u64::MAX: all of it.
    pub fn withdraw(ctx: Context<TokensOut>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
        withdraw::handler(ctx, reserve_index, amount_atoms)
    }

    /// Takes tokens out as a debt.
    pub fn borrow(ctx: Context<TokensOut>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
        borrow::handler(ctx, reserve_index, amount_atoms)
    }

    /// Brings tokens in to pay a debt; u64::MAX: all of it.
    pub fn repay(ctx: Context<TokensIn>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
        repay::handler(ctx, reserve_index, amount_atoms)
    }

    /// Moves a deposit between two accounts of one owner; u64::MAX: all of it.
    pub fn move_collateral(ctx: Context<BetweenAccounts>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
        move_collateral::handler(ctx, reserve_index, amount_atoms)
    }

    /// Moves a perp position, whole, between two accounts of one owner.
    pub fn transfer_position(ctx: Context<BetweenAccounts>, market: u8) -> Result<()> {
        transfer_position::handler(ctx, market)
    }

    /// Places an order to a market, or a request to the pool; returns its slot and number.
    pub fn place_order(ctx: Context<OrderEntry>, request: OrderRequest) -> Result<PlacedOrder> {
        place_order::handler(ctx, request)
    }

    /// Cancels an order that does not bind. Anyone may, once it can never be executed again.
    pub fn cancel_order(ctx: Context<OrderEntry>, order_slot: u8, order_id: u64) -> Result<()> {
        cancel_order::handler(ctx, order_slot, order_id)
    }

    /// Arms an order whose condition holds, or fills one on the first publication after its delay. Anyone may, for a fee.
    pub fn execute_order(ctx: Context<ExecuteOrder>, order_slot: u8, order_id: u64) -> Result<()> {
        execute_order::handler(ctx, order_slot, order_id)
    }

    /// Executes a request to the pool: a provider's deposit or withdrawal. Anyone may, for a fee.
    pub fn execute_pool_order(ctx: Context<ExecutePoolOrder>, order_slot: u8, order_id: u64) -> Result<()> {
        execute_pool_order::handler(ctx, order_slot, order_id)
    }

    /// Reads oracle accounts into the Book. Anyone may.
    pub fn refresh_prices(ctx: Context<Crank>) -> Result<()> {
        refresh_prices::handler(ctx)
    }

    /// Reads implied volatility from oracle accounts into the Book. Anyone may.
    pub fn refresh_implied(ctx: Context<Crank>) -> Result<()> {
        refresh_implied::handler(ctx)
    }

    /// Folds one grid step into variances, covariances and thresholds; turns the tide where it is over. Anyone may.
    pub fn refresh_risk(ctx: Context<Crank>) -> Result<()> {
        refresh_risk::handler(ctx)
    }

    /// Books the interest of every reserve. Anyone may.
    pub fn accrue(ctx: Context<Crank>) -> Result<()> {
        accrue::handler(ctx)
    }

    /// Calls an account that what is announced will make liquidatable, or clears such a call. Anyone may.
    pub fn call_margin(ctx: Context<CallMargin>) -> Result<()> {
        call_margin::handler(ctx)
    }

    /// Returns an account's healths, requirements and losses by scenario, as return data. Anyone may.
    pub fn stress_account(ctx: Context<StressAccount>) -> Result<StressReport> {
        stress_account::handler(ctx)
    }

    /// Liquidates part of an unhealthy account. Anyone may, through a margin account.
    pub fn liquidate(ctx: Context<Liquidate>, request: LiquidationRequest) -> Result<()> {
        liquidate::handler(ctx, request)
    }

    /// Resolves a debt that no asset stands behind. Anyone may.
    pub fn resolve_bankruptcy(ctx: Context<ResolveBankruptcy>, reserve_index: u8) -> Result<()> {
        resolve_bankruptcy::handler(ctx, reserve_index)
    }

    /// Gives tokens to a reserve's insurance fund. Anyone may.
    pub fn fund_insurance(ctx: Context<FundInsurance>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
        fund_insurance::handler(ctx, reserve_index, amount_atoms)
    }

    /// Books one market's funding. Anyone may.
    pub fn update_funding(ctx: Context<Crank>, market: u8) -> Result<()> {
        update_funding::handler(ctx, market)
    }

    /// Moves realised profit or loss of a position to the account's quote balance. Anyone may.
    pub fn settle_pnl(ctx: Context<SettlePnl>, market: u8) -> Result<()> {
        settle_pnl::handler(ctx, market)
    }

    /// Liquidates part of a perp position, to a margin account or against the pool. Anyone may, through a margin account.
    pub fn liquidate_perp(ctx: Context<LiquidatePerp>, request: PerpLiquidationRequest) -> Result<()> {
        liquidate_perp::handler(ctx, request)
    }

    /// Resolves a perp loss that no asset stands behind. Anyone may.
    pub fn resolve_perp_bankruptcy(ctx: Context<SettlePnl>, market: u8) -> Result<()> {
        resolve_perp_bankruptcy::handler(ctx, market)
    }

    /// Closes a position of a delisted market at its settlement price. Anyone may.
    pub fn settle_delisted_market(ctx: Context<SettleDelistedMarket>, market: u8) -> Result<()> {
        settle_delisted_market::handler(ctx, market)
    }
}
