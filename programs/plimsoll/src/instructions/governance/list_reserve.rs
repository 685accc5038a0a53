//! Lists a lending reserve: a token, its factor and its vault.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenAccount, TokenInterface};

use crate::constants::VAULT_SEED;
use crate::error::PlimsollError;
use crate::events::ReserveListed;
use crate::state::factor::STATUS_ACTIVE;
use crate::state::{Book, Group, ReserveParams};

/// Accounts of `list_reserve`.
#[derive(Accounts)]
pub struct ListReserve<'info> {
    /// The Book's group.
    pub group: AccountLoader<'info, Group>,
    /// The group's admin; pays the vault's rent.
    #[account(mut)]
    pub admin: Signer<'info>,
    /// The Book.
    #[account(mut, constraint = book.load()?.group == group.key() @ PlimsollError::WrongGroup)]
    pub book: AccountLoader<'info, Book>,
    /// The token.
    pub mint: InterfaceAccount<'info, Mint>,
    /// Where its atoms will lie.
    #[account(
        init,
        payer = admin,
        seeds = [VAULT_SEED, book.key().as_ref(), mint.key().as_ref()],
        bump,
        token::mint = mint,
        token::authority = vault_authority,
        token::token_program = token_program
    )]
    pub vault: InterfaceAccount<'info, TokenAccount>,
    /// Authority over the vault.
    /// CHECK: compared with the Book's
    #[account(constraint = book.load()?.vault_authority == vault_authority.key() @ PlimsollError::WrongVaultAuthority)]
    pub vault_authority: UncheckedAccount<'info>,
    /// The program of the token.
    pub token_program: Interface<'info, TokenInterface>,
    /// Creates the vault.
    pub system_program: Program<'info, System>,
}

/// A reserve to be.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ReserveListing {
    /// Which factor prices it.
    pub factor_index: u8,
    /// First rate at target utilisation.
    pub initial_rate_ppm_per_year: u32,
    /// Parameters.
    pub params: ReserveParams,
}

pub(crate) fn handler(ctx: Context<ListReserve>, listing: ReserveListing) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mint = ctx.accounts.mint.key();
    let mut book = ctx.accounts.book.load_mut()?;
    book.require_version()?;
    let group = ctx.accounts.group.load()?;
    group.require_version()?;
    group.require_admin(ctx.accounts.admin.key)?;
    let factor = book.factor(listing.factor_index)?;
    require!(factor.base_decimals == ctx.accounts.mint.decimals, PlimsollError::MintDecimals);
    crate::vault::require_allowed_extensions(ctx.accounts.mint.as_ref())?;
    let taken = book.reserves.iter().any(|reserve| reserve.is_listed() && reserve.mint == mint);
    require!(!taken, PlimsollError::AlreadyListed);

    let mut slots = (0u8..).zip(book.reserves.iter_mut());
    let (reserve_index, reserve) = slots.find(|(_, reserve)| !reserve.is_listed()).ok_or(PlimsollError::NoFreeSlot)?;
    *reserve = bytemuck::Zeroable::zeroed();
    reserve.mint = mint;
    reserve.vault = ctx.accounts.vault.key();
    reserve.token_program = ctx.accounts.token_program.key();
    reserve.factor_index = listing.factor_index;
    reserve.decimals = ctx.accounts.mint.decimals;
    reserve.vault_bump = ctx.bumps.vault;
    reserve.status = STATUS_ACTIVE;
    crate::parameters::seed_reserve(reserve, &listing, now_seconds)?;

    emit!(ReserveListed { book: ctx.accounts.book.key(), reserve_index, mint });
    Ok(())
}
