//! The client library of Plimsoll: addresses, instruction builders, account bytes to typed state, and the same margin check that the program runs.
//!
//! Nothing here talks to a cluster: keepers, command line, demo and tests bring their own transport. Every evaluation calls the program's own margin code and
//! the risk core, so a client sees the integers that the program sees.
#![forbid(unsafe_code)]

pub mod accounts;
pub mod addresses;
pub mod calls;
pub mod failures;
pub mod health;
pub mod instructions;
pub mod metrics;
pub mod oracle;
pub mod orders;
pub mod params;
pub mod perps;
pub mod steps;
pub mod stress;

pub use anchor_lang::prelude::Pubkey;
pub use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
pub use plimsoll;
