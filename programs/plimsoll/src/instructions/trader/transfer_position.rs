//! Moves a whole perp position, with its entry and what it has realised, between two margin accounts of one owner.

use core::cell::RefMut;

use anchor_lang::prelude::*;
use plimsoll_risk::perp::PerpPosition;

use crate::error::PlimsollError;
use crate::events::PositionTransferred;
use crate::margin::Admission;
use crate::state::{Book, MarginAccount};
use crate::{funding, perps};

/// Accounts of `transfer_position` and `move_collateral`.
#[derive(Accounts)]
pub struct BetweenAccounts<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account that gives.
    #[account(mut)]
    pub from: AccountLoader<'info, MarginAccount>,
    /// The account that receives.
    #[account(mut)]
    pub to: AccountLoader<'info, MarginAccount>,
    /// Owner of both.
    pub owner: Signer<'info>,
}

/// The Book, and the accounts that give and receive.
type Loaded<'a> = (RefMut<'a, Book>, RefMut<'a, MarginAccount>, RefMut<'a, MarginAccount>);

impl BetweenAccounts<'_> {
    /// All three, once they are two different accounts of the signer and of the Book's group.
    pub(crate) fn load_mut(&self) -> Result<Loaded<'_>> {
        require_keys_neq!(self.from.key(), self.to.key(), PlimsollError::SameAccount);
        let (book, from) = crate::vault::load_pair(&self.book, &self.from)?;
        let to = self.to.load_mut()?;
        to.require_version()?;
        require_keys_eq!(to.group, book.group, PlimsollError::WrongGroup);
        from.require_owner(self.owner.key)?;
        require_keys_eq!(to.owner, from.owner, PlimsollError::DifferentOwner);
        Ok((book, from, to))
    }
}

pub(crate) fn handler(ctx: Context<BetweenAccounts>, market: u8) -> Result<()> {
    let accounts = &ctx.accounts;
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut from, mut to) = accounts.load_mut()?;
    book.perp_market(market)?;
    require!(from.has_perp(market), PlimsollError::NoPosition);
    require!(!to.has_perp(market), PlimsollError::PositionExists);
    to.require_may_trade(market)?;
    funding::update_funding(&mut book, market, now_seconds)?;
    let admission = Admission::of_reduction(&book, &from, now_seconds)?;
    let admission_to = Admission::of_action(&book, &to, now_seconds)?;

    let (books, position) = perps::load(&book, &from, market)?;
    // the receiver first: the market is never without a holder in between
    perps::store(&mut book, &mut to, market, &books, &position)?;
    perps::store(&mut book, &mut from, market, &books, &PerpPosition::default())?;

    admission.judge(&book, &mut from, now_seconds)?;
    admission_to.judge(&book, &mut to, now_seconds)?;
    emit!(PositionTransferred {
        from: accounts.from.key(),
        to: accounts.to.key(),
        market,
        base_atoms: position.base.0,
    });
    Ok(())
}
