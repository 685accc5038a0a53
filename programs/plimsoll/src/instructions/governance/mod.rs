//! Instructions of the group's roles.

pub mod create_book;
pub mod create_group;
pub mod delist_perp_market;
pub mod grow_book;
pub mod list_factor;
pub mod list_perp_market;
pub mod list_reserve;
pub mod migrate;
pub mod set_book_params;
pub mod set_factor_params;
pub mod set_implied_feed;
pub mod set_liquidity_profile;
pub mod set_perp_params;
pub mod set_pool_params;
pub mod set_reserve_params;
pub mod set_scenarios;

use core::cell::RefMut;

use anchor_lang::prelude::*;

use crate::error::PlimsollError;
use crate::state::{Book, Group};

/// Accounts of every instruction by which the admin changes a Book.
#[derive(Accounts)]
pub struct Govern<'info> {
    /// The Book's group.
    pub group: AccountLoader<'info, Group>,
    /// The group's admin.
    pub admin: Signer<'info>,
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
}

impl Govern<'_> {
    /// The Book, once group, signer and versions are right.
    pub(crate) fn load_book_mut(&self) -> Result<RefMut<'_, Book>> {
        let group = self.group.load()?;
        group.require_version()?;
        group.require_admin(self.admin.key)?;
        load_book_of(&self.group, &self.book)
    }
}

/// Accounts of what the steward may change in a Book.
#[derive(Accounts)]
pub struct Steward<'info> {
    /// The Book's group.
    pub group: AccountLoader<'info, Group>,
    /// The group's steward.
    pub steward: Signer<'info>,
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
}

impl Steward<'_> {
    /// The Book, once group, signer and versions are right.
    pub(crate) fn load_book_mut(&self) -> Result<RefMut<'_, Book>> {
        let group = self.group.load()?;
        group.require_version()?;
        group.require_steward(self.steward.key)?;
        load_book_of(&self.group, &self.book)
    }
}

/// A group's Book of the present version.
fn load_book_of<'a>(group: &AccountLoader<Group>, book: &'a AccountLoader<Book>) -> Result<RefMut<'a, Book>> {
    let book = book.load_mut()?;
    book.require_version()?;
    require_keys_eq!(book.group, group.key(), PlimsollError::WrongGroup);
    Ok(book)
}
