//! Resolves a debt that no asset stands behind: insurance pays first, then the reserve's depositors.

use anchor_lang::prelude::*;
use plimsoll_risk::position::ReservePosition;
use plimsoll_risk::quantities::Value;
use plimsoll_risk::waterfall;

use crate::error::{OrRefuse, PlimsollError};
use crate::events::BankruptcyResolved;
use crate::state::{Book, MarginAccount};
use crate::{lending, margin, perp_liquidation, vault};

/// Accounts of `resolve_bankruptcy`.
#[derive(Accounts)]
pub struct ResolveBankruptcy<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account with debts and nothing left.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler(ctx: Context<ResolveBankruptcy>, reserve_index: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = vault::load_pair(&ctx.accounts.book, &ctx.accounts.margin_account)?;
    require_no_perp_asset(&account)?;
    let dust = Value(book.params.dust_quote_atoms);
    lending::accrue_reserve(book.reserve_mut(reserve_index)?, now_seconds)?;
    let health = margin::liquidation_health(&book, &account, now_seconds)?;
    require!(health.maintenance.is_negative(), PlimsollError::NotBankrupt);
    let assets = Value(u64::try_from(health.assets).map_err(|_| PlimsollError::NotBankrupt)?);
    let reserve = book.reserve_mut(reserve_index)?;
    let position = account.position(reserve_index.into())?;

    let resolved = waterfall::resolve_bankruptcy(&reserve.totals(), &position, assets, dust).or_refuse()?;

    reserve.set_totals(&resolved.totals);
    let socialised = reserve.socialised_atoms.checked_add(resolved.socialised.0);
    reserve.socialised_atoms = socialised.ok_or(PlimsollError::Overflow)?;
    account.set_position(reserve_index.into(), ReservePosition::default())?;
    account.unhealthy_since_seconds = 0;

    lending::prove_solvent(reserve)?;
    emit!(BankruptcyResolved {
        margin_account: ctx.accounts.margin_account.key(),
        reserve_index,
        insurance_atoms: resolved.insurance_loss.0,
        socialised_atoms: resolved.socialised.0,
    });
    Ok(())
}

/// Refuses an account whose perps could still pay a lender: one with an open position, or with a profit that was not settled.
///
/// What lenders bear must be a loss of lending (section 7), what perps bear one of perps (section 13), whichever is resolved first:
///
/// * An open position is worth more or less at the next price. With it the account would keep the chance of a gain whose stake its lenders lost; it
///   is unhealthy, so `liquidate_perp` or `resolve_perp_bankruptcy` can close it first.
/// * A realised profit is the account's. Netted against a debt in the quote reserve it is no asset of the health, and lenders would write off what
///   `settle_pnl` can pay.
/// * A realised loss stays and hinders nobody. Settlement makes a debt of it only as far as the account's balances alone carry one, like any
///   loan; what they do not carry is in no debt share that lenders write off, and remains for `resolve_perp_bankruptcy`. A deposit of the
///   quote reserve stands behind it first, because health nets the two: it is an asset here only as far as it exceeds the loss.
/// * The other way round `resolve_perp_bankruptcy` takes at most the market's own loss, so that no debt of lending reaches the winners.
fn require_no_perp_asset(account: &MarginAccount) -> Result<()> {
    for market in perp_liquidation::held_markets(account) {
        let position = account.perp(market)?;
        require!(position.base.is_zero(), PlimsollError::PerpPositionOpen);
        // without a base nothing is applied lazily: the stored number is the whole of it
        require!(position.realised.0 <= 0, PlimsollError::ProfitNotSettled);
    }
    Ok(())
}
