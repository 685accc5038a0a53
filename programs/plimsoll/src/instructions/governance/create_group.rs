//! Creates a group and names its roles.

use anchor_lang::prelude::*;

use crate::constants::{ACCOUNT_VERSION, GROUP_SEED};
use crate::error::PlimsollError;
use crate::events::GroupCreated;
use crate::state::Group;

/// Accounts of `create_group`.
#[derive(Accounts)]
#[instruction(index: u16)]
pub struct CreateGroup<'info> {
    /// The group.
    #[account(
        init,
        payer = creator,
        space = 8 + core::mem::size_of::<Group>(),
        seeds = [GROUP_SEED, creator.key().as_ref(), &index.to_le_bytes()],
        bump
    )]
    pub group: AccountLoader<'info, Group>,
    /// Pays, and is part of the address.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// The token in which values are counted.
    /// CHECK: owner and layout are checked in the handler
    pub quote_mint: UncheckedAccount<'info>,
    /// Creates the account.
    pub system_program: Program<'info, System>,
}

/// Who does what in the new group.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct GroupRoles {
    /// Lists, sets parameters; a multisig in production.
    pub admin: Pubkey,
    /// Sets liquidity profiles.
    pub steward: Pubkey,
    /// Lowers caps, pauses, vetoes.
    pub guardian: Pubkey,
    /// Seconds that loosening changes wait.
    pub timelock_seconds: u32,
}

pub(crate) fn handler(ctx: Context<CreateGroup>, index: u16, roles: GroupRoles) -> Result<()> {
    crate::vault::mint_decimals(&ctx.accounts.quote_mint)?;
    require_keys_neq!(roles.admin, Pubkey::default(), PlimsollError::NotAdmin);

    let mut group = ctx.accounts.group.load_init()?;
    group.version = ACCOUNT_VERSION;
    group.bump = ctx.bumps.group;
    group.index = index;
    group.timelock_seconds = roles.timelock_seconds;
    group.creator = ctx.accounts.creator.key();
    group.admin = roles.admin;
    group.steward = roles.steward;
    group.guardian = roles.guardian;
    group.quote_mint = ctx.accounts.quote_mint.key();

    emit!(GroupCreated { group: ctx.accounts.group.key(), admin: roles.admin });
    Ok(())
}
