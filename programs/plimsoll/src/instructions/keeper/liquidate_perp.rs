//! Liquidates part of a perp position: it moves to the liquidator's account, or closes against the pool. No tokens move.

use anchor_lang::prelude::*;
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::liquidation::PerpLiquidationPlan;

use crate::error::PlimsollError;
use crate::events::PerpLiquidated;
use crate::liquidation::{self, Throughput};
use crate::perp_liquidation::{self, Closed};
use crate::state::{Book, MarginAccount};
use crate::{funding, margin, perps, vault};

/// Accounts of `liquidate_perp`.
#[derive(Accounts)]
pub struct LiquidatePerp<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that is liquidated.
    #[account(mut)]
    pub liquidatee: AccountLoader<'info, MarginAccount>,
    /// The account that takes over, or only the bonus.
    #[account(mut)]
    pub liquidator: AccountLoader<'info, MarginAccount>,
    /// Owner or delegate of the liquidator's account.
    pub authority: Signer<'info>,
}

/// What a liquidator asks for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct PerpLiquidationRequest {
    /// The market.
    pub market: u8,
    /// The most base atoms to close.
    pub max_base_atoms: u64,
    /// Close against the pool, at its price, instead of taking the position over at mid.
    pub against_pool: bool,
}

pub(crate) fn handler(ctx: Context<LiquidatePerp>, request: PerpLiquidationRequest) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    require_keys_neq!(accounts.liquidatee.key(), accounts.liquidator.key(), PlimsollError::SameAccount);
    require!(request.max_base_atoms > 0, PlimsollError::AmountZero);
    let (mut book, mut liquidatee) = vault::load_pair(&accounts.book, &accounts.liquidatee)?;
    let mut liquidator = accounts.liquidator.load_mut()?;
    require_liquidator(&liquidator, &book, accounts.authority.key, request.market)?;
    let book = &mut *book;
    perp_liquidation::require_open(book, request.market, now_seconds)?;
    funding::update_funding(book, request.market, now_seconds)?;

    let before = margin::liquidation_standing(book, &liquidatee, now_seconds)?;
    let plan = perp_liquidation::plan(book, &liquidatee, before.health, &request, now_seconds)?;

    let closed = perp_liquidation::commit(book, &mut liquidatee, &mut liquidator, &request, &plan)?;
    perps::count_volume(book, request.market, plan.value, now_seconds)?;
    let factor = book.perp_market(request.market)?.factor_index;
    let taken = Throughput { value: plan.throughput, is_urgent: plan.is_urgent };
    liquidation::take_throughput(book, &mut liquidatee, [factor, factor], &taken, now_seconds)?;

    let after = margin::liquidation_standing(book, &liquidatee, now_seconds)?;
    liquidation::require_improved(&mut liquidatee, [&before, &after], plan.is_urgent, now_seconds)?;
    if !request.against_pool {
        liquidation::require_liquidator_health(book, &liquidator, now_seconds)?;
    } else if closed.pool_grew {
        perps::require_pool_limit(book)?;
    }
    emit_liquidated(accounts, &request, &plan, &closed, [&before.health, &after.health]);
    Ok(())
}

/// Refuses a signer, group or mode by which the liquidator's account may not hold this market.
fn require_liquidator(liquidator: &MarginAccount, book: &Book, authority: &Pubkey, market: u8) -> Result<()> {
    liquidator.require_version()?;
    liquidator.require_owner_or_delegate(authority)?;
    require_keys_eq!(liquidator.group, book.group, PlimsollError::WrongGroup);
    liquidator.require_may_trade(market)
}

#[inline(never)]
fn emit_liquidated(
    accounts: &LiquidatePerp,
    request: &PerpLiquidationRequest,
    plan: &PerpLiquidationPlan,
    closed: &Closed,
    [before, after]: [&LiquidationHealth; 2],
) {
    emit!(PerpLiquidated {
        liquidatee: accounts.liquidatee.key(),
        liquidator: accounts.liquidator.key(),
        market: request.market,
        against_pool: request.against_pool,
        base_atoms: plan.delta.0,
        quote_atoms: closed.quote.0,
        bonus_atoms: plan.bonus.0,
        insurance_cut_atoms: plan.insurance_cut.0,
        health_before_quote_atoms: before.maintenance.0,
        health_after_quote_atoms: after.maintenance.0,
    });
}
