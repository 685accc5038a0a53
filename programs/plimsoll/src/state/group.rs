//! A group: roles, and changes that wait. Groups isolate listings from each other.

use anchor_lang::prelude::*;

use crate::constants::{ACCOUNT_VERSION, PAUSABLE_ACTIONS, PENDING_CHANGES};
use crate::error::PlimsollError;

/// One isolated market: who may change it, and its Book.
#[account(zero_copy)]
#[derive(Debug)]
pub struct Group {
    /// Layout version.
    pub version: u8,
    /// Bump of this account's address.
    pub bump: u8,
    /// Tells groups of one creator apart.
    pub index: u16,
    /// Seconds that loosening changes wait.
    pub timelock_seconds: u32,
    /// Creator, part of the address.
    pub creator: Pubkey,
    /// Lists, sets parameters; a multisig in production.
    pub admin: Pubkey,
    /// The admin-to-be, in a two-step transfer.
    pub pending_admin: Pubkey,
    /// Sets liquidity profiles and adds to initial margin, within bounds.
    pub steward: Pubkey,
    /// Lowers caps, pauses, vetoes.
    pub guardian: Pubkey,
    /// The group's Book; zero until `create_book`.
    pub book: Pubkey,
    /// The token in which values are counted.
    pub quote_mint: Pubkey,
    /// When the pending admin may accept.
    pub admin_transfer_ready_seconds: u64,
    /// Per action: paused until this time.
    pub paused_until_seconds: [u64; PAUSABLE_ACTIONS],
    /// Start of the week over which the pause budget counts.
    pub pause_week_start_seconds: u64,
    /// Seconds of pause spent in that week.
    pub pause_spent_seconds: u64,
    /// Changes that wait for the timelock.
    pub pending: [PendingChange; PENDING_CHANGES],
    /// For later versions.
    pub reserved: [u64; 32],
}

/// A change that was announced and waits.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PendingChange {
    /// Digest of the whole new struct.
    pub payload_hash: [u8; 32],
    /// When it may be executed; 0: the slot is empty.
    pub ready_seconds: u64,
    /// When it lapses.
    pub expires_seconds: u64,
    /// The target's parameter version that the change was written against.
    pub target_version: u32,
    /// What kind of parameters.
    pub kind: u8,
    /// Which factor, reserve or market.
    pub target_index: u8,
    /// Alignment.
    pub padding: [u8; 2],
}

const _: () = assert!(core::mem::size_of::<Group>() == 1216);

impl Group {
    /// Refuses a layout that this program does not write.
    pub fn require_version(&self) -> Result<()> {
        require!(self.version == ACCOUNT_VERSION, PlimsollError::AccountVersion);
        Ok(())
    }

    /// Refuses anybody but the admin.
    pub fn require_admin(&self, signer: &Pubkey) -> Result<()> {
        require_keys_eq!(*signer, self.admin, PlimsollError::NotAdmin);
        Ok(())
    }

    /// Refuses anybody but the steward.
    pub fn require_steward(&self, signer: &Pubkey) -> Result<()> {
        require_keys_eq!(*signer, self.steward, PlimsollError::NotSteward);
        Ok(())
    }
}
