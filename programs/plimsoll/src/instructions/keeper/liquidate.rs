//! Liquidates part of an account: its debt and collateral move to the liquidator's account, no tokens do.

use anchor_lang::prelude::*;
use plimsoll_risk::liquidation::{LiquidationPlan, plan_liquidation};
use plimsoll_risk::quantities::Amount;

use crate::error::{OrRefuse, PlimsollError};
use crate::events::Liquidated;
use crate::liquidation::{self, Throughput};
use crate::state::margin_account::MODE_ISOLATED;
use crate::state::{Book, MarginAccount};
use crate::{lending, margin, vault};

/// Accounts of `liquidate`.
#[derive(Accounts)]
pub struct Liquidate<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that is liquidated.
    #[account(mut)]
    pub liquidatee: AccountLoader<'info, MarginAccount>,
    /// The account that takes over.
    #[account(mut)]
    pub liquidator: AccountLoader<'info, MarginAccount>,
    /// Owner or delegate of the liquidator's account.
    pub authority: Signer<'info>,
}

/// What a liquidator asks for.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug)]
pub struct LiquidationRequest {
    /// The deposit to seize.
    pub collateral_reserve: u8,
    /// The debt to repay.
    pub debt_reserve: u8,
    /// The most debt to take over.
    pub max_repay_atoms: u64,
}

pub(crate) fn handler(ctx: Context<Liquidate>, request: LiquidationRequest) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    require_keys_neq!(accounts.liquidatee.key(), accounts.liquidator.key(), PlimsollError::SameAccount);
    require!(request.max_repay_atoms > 0, PlimsollError::AmountZero);
    require!(request.collateral_reserve != request.debt_reserve, PlimsollError::SameReserve);
    let (mut book, mut liquidatee) = vault::load_pair(&accounts.book, &accounts.liquidatee)?;
    let mut liquidator = accounts.liquidator.load_mut()?;
    liquidator.require_version()?;
    liquidator.require_owner_or_delegate(accounts.authority.key)?;
    require_keys_eq!(liquidator.group, book.group, PlimsollError::WrongGroup);
    // it takes over a debt, and collateral of another reserve
    require!(liquidator.mode != MODE_ISOLATED, PlimsollError::IsolatedCollateral);
    let book = &mut *book;
    for index in [request.collateral_reserve, request.debt_reserve] {
        lending::accrue_reserve(book.reserve_mut(index)?, now_seconds)?;
    }

    let before = margin::liquidation_standing(book, &liquidatee, now_seconds)?;
    let inputs = liquidation::inputs(book, &liquidatee, before.health, &request, now_seconds)?;
    let terms = liquidation::terms(book, &request)?;
    let plan = plan_liquidation(&inputs, &terms).or_refuse()?;

    commit(book, &mut liquidatee, &mut liquidator, &request, &plan)?;
    let taken = Throughput { value: plan.value, is_urgent: plan.is_urgent };
    let factors = liquidation::factor_indices(book, &request)?;
    liquidation::take_throughput(book, &mut liquidatee, factors, &taken, now_seconds)?;

    prove_solvent(book, &request)?;
    let after = margin::liquidation_standing(book, &liquidatee, now_seconds)?;
    liquidation::require_improved(&mut liquidatee, [&before, &after], plan.is_urgent, now_seconds)?;
    liquidation::require_liquidator_health(book, &liquidator, now_seconds)?;
    emit!(Liquidated {
        liquidatee: accounts.liquidatee.key(),
        liquidator: accounts.liquidator.key(),
        collateral_reserve: request.collateral_reserve,
        debt_reserve: request.debt_reserve,
        repaid_atoms: plan.repaid.0,
        seized_atoms: plan.seized.0,
        insurance_cut_atoms: plan.insurance_cut.0,
        insurance_top_up_atoms: plan.insurance_top_up.0,
        value_quote_atoms: plan.value.0,
        health_before_quote_atoms: before.health.maintenance.0,
        health_after_quote_atoms: after.health.maintenance.0,
    });
    Ok(())
}

/// Moves debt and collateral between the two accounts and the insurance funds.
pub fn commit(
    book: &mut Book,
    liquidatee: &mut MarginAccount,
    liquidator: &mut MarginAccount,
    request: &LiquidationRequest,
    plan: &LiquidationPlan,
) -> Result<()> {
    let index = request.debt_reserve;
    let debt = book.reserve_mut(index)?;
    lending::credit(debt, liquidatee, index, plan.repaid)?;
    let taken_over = plan.repaid.minus(plan.insurance_top_up).or_refuse()?;
    lending::debit(debt, liquidator, index, taken_over)?;
    let insurance = debt.insurance_atoms.checked_sub(plan.insurance_top_up.0);
    debt.insurance_atoms = insurance.ok_or(PlimsollError::Overflow)?;

    let index = request.collateral_reserve;
    let collateral = book.reserve_mut(index)?;
    let taken = plan.seized.plus(plan.insurance_cut).or_refuse()?;
    lending::debit(collateral, liquidatee, index, taken)?;
    lending::credit(collateral, liquidator, index, plan.seized)?;
    let Amount(insurance) = Amount(collateral.insurance_atoms).plus(plan.insurance_cut).or_refuse()?;
    collateral.insurance_atoms = insurance;
    Ok(())
}

fn prove_solvent(book: &Book, request: &LiquidationRequest) -> Result<()> {
    lending::prove_solvent(book.reserve(request.debt_reserve)?)?;
    lending::prove_solvent(book.reserve(request.collateral_reserve)?)
}
