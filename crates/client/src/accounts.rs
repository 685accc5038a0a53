//! Account bytes as the program's typed state.

use anchor_lang::Discriminator;
use bytemuck::Pod;
use plimsoll::constants::ACCOUNT_VERSION;
use plimsoll::state::{Book, Group, MarginAccount};
use thiserror::Error;

/// Why account bytes could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DecodeError {
    /// The bytes are another account's, or too few.
    #[error("not a {0} account: wrong discriminator or too short")]
    WrongKind(&'static str),
    /// The bytes have a layout that this client does not know.
    #[error(
        "a {kind} account of version {version}; this client reads version {ACCOUNT_VERSION}: migrate the account or update the client"
    )]
    Version {
        /// Kind of account.
        kind: &'static str,
        /// Version found.
        version: u8,
    },
}

fn decode<T: Pod + Discriminator>(kind: &'static str, data: &[u8]) -> Result<Box<T>, DecodeError> {
    let body = data.strip_prefix(T::DISCRIMINATOR).ok_or(DecodeError::WrongKind(kind))?;
    let bytes = body.get(..size_of::<T>()).ok_or(DecodeError::WrongKind(kind))?;
    // every layout begins with its version
    let version = bytes.first().copied().unwrap_or_default();
    if version != ACCOUNT_VERSION {
        return Err(DecodeError::Version { kind, version });
    }
    let mut state: Box<T> = bytemuck::zeroed_box();
    bytemuck::bytes_of_mut(state.as_mut()).copy_from_slice(bytes);
    Ok(state)
}

/// A Book, which may be followed by room that it does not use yet.
///
/// # Errors
/// Where the bytes are no Book of the current version.
pub fn book(data: &[u8]) -> Result<Box<Book>, DecodeError> {
    decode("Book", data)
}

/// A margin account.
///
/// # Errors
/// Where the bytes are no margin account of the current version.
pub fn margin_account(data: &[u8]) -> Result<Box<MarginAccount>, DecodeError> {
    decode("MarginAccount", data)
}

/// A group.
///
/// # Errors
/// Where the bytes are no group of the current version.
pub fn group(data: &[u8]) -> Result<Box<Group>, DecodeError> {
    decode("Group", data)
}
