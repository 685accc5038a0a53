//! Takes tokens out of a deposit; initial health must remain.

use anchor_lang::prelude::*;
use plimsoll_risk::quantities::Amount;

use crate::error::{OrRefuse, PlimsollError};
use crate::events::Withdrawn;
use crate::lending;
use crate::margin::Admission;
use crate::vault::TokensOut;

pub(crate) fn handler(ctx: Context<TokensOut>, reserve_index: u8, amount_atoms: u64) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = accounts.load_mut()?;
    account.require_may_hold_reserve(reserve_index, &book)?;
    let admission = Admission::of_action(&book, &account, now_seconds)?;
    let (book_key, bump) = (accounts.book.key(), book.vault_authority_bump);
    let reserve = book.reserve_mut(reserve_index)?;
    let transfer = accounts.transfer();

    transfer.require_accounts_of(reserve)?;
    require!(amount_atoms > 0, PlimsollError::AmountZero);
    lending::accrue_reserve(reserve, now_seconds)?;
    let before = account.position(reserve_index.into())?;
    let claim = before.claim_down(&reserve.totals()).or_refuse()?.0;
    let amount = if amount_atoms == u64::MAX { claim } else { amount_atoms };
    require!(amount <= claim && claim > 0, PlimsollError::DepositTooSmall);

    lending::debit(reserve, &mut account, reserve_index, Amount(amount))?;
    reserve.liquidity_atoms = reserve.liquidity_atoms.checked_sub(amount).ok_or(PlimsollError::NotEnoughLiquidity)?;

    transfer.pay_out(amount, reserve.decimals, &book_key, bump)?;

    lending::prove_solvent(book.reserve(reserve_index)?)?;
    admission.judge(&book, &mut account, now_seconds)?;
    let deposit_shares = account.position(reserve_index.into())?.deposit_shares.0;
    emit!(Withdrawn {
        margin_account: accounts.margin_account.key(),
        reserve_index,
        amount_atoms: amount,
        deposit_shares
    });
    Ok(())
}
