//! Calls an account whose maintenance health will be below zero once what is announced has walked in; clears a call that no longer holds.

use anchor_lang::prelude::*;
use plimsoll_risk::quantities::{Ratio, Value};

use crate::error::{OrRefuse, PlimsollError};
use crate::events::{MarginCallCleared, MarginCalled, MarginWarned};
use crate::margin::{self, Call, Projection};
use crate::state::margin_account::MarginCall;
use crate::state::{Book, MarginAccount};
use crate::vault;

/// Accounts of `call_margin`.
#[derive(Accounts)]
pub struct CallMargin<'info> {
    /// The Book.
    pub book: AccountLoader<'info, Book>,
    /// The account that is looked at.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
}

pub(crate) fn handler(ctx: Context<CallMargin>) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let margin_account = ctx.accounts.margin_account.key();
    let (book, mut account) = vault::load_reading(&ctx.accounts.book, &ctx.accounts.margin_account)?;
    let projection = margin::project(&book, &account, now_seconds)?;
    require!(!projection.maintenance.is_negative(), PlimsollError::AlreadyLiquidatable);
    match projection.call {
        Some(call) => store(&mut account, margin_account, &call, now_seconds),
        None if account.is_called() => {
            account.call = MarginCall::default();
            emit!(MarginCallCleared { margin_account });
        }
        None => warn(&book, &account, margin_account, &projection, now_seconds)?,
    }
    Ok(())
}

/// Stores a call and announces it where it is new or says something else than the stored one.
fn store(account: &mut MarginAccount, margin_account: Pubkey, call: &Call, now_seconds: u64) {
    let called_seconds = if account.is_called() { account.call.called_seconds } else { now_seconds };
    let stored = MarginCall {
        deadline_seconds: call.deadline_seconds,
        called_seconds,
        shortfall_quote_atoms: call.shortfall.0,
        reason: call.reason,
        padding: [0; 7],
    };
    if account.call == stored {
        return;
    }
    account.call = stored;
    emit!(MarginCalled {
        margin_account,
        deadline_seconds: stored.deadline_seconds,
        shortfall_quote_atoms: stored.shortfall_quote_atoms,
        reason: stored.reason,
    });
}

/// Warns an account whose maintenance health is less than so many deviations of a day.
fn warn(
    book: &Book,
    account: &MarginAccount,
    margin_account: Pubkey,
    projection: &Projection,
    now_seconds: u64,
) -> Result<()> {
    let deviation = margin::daily_deviation_up(book, account, now_seconds)?;
    let Value(near) = Ratio::from_ppm_up(book.params.warn_sigmas_ppm).of_up(deviation).or_refuse()?;
    let maintenance_health_quote_atoms = projection.maintenance.0;
    if maintenance_health_quote_atoms < i128::from(near) {
        let daily_deviation_quote_atoms = deviation.0;
        emit!(MarginWarned { margin_account, maintenance_health_quote_atoms, daily_deviation_quote_atoms });
    }
    Ok(())
}
