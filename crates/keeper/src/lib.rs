//! The keeper: brings prices and risk into a Book, books interest and funding, executes orders, makes margin calls, liquidates unhealthy accounts and resolves bankruptcies.
//!
//! [`plan::plan`] decides, purely, from a [`snapshot::Snapshot`] of the chain; [`act::Actor`] simulates, sends and confirms what it decided;
//! [`keeper::Keeper`] repeats both for as long as anything is left to do, then waits for the next change. Any number of keepers may serve one Book:
//! whoever comes second loses the fee of a refused transaction and nothing else.
#![forbid(unsafe_code)]

pub mod act;
pub mod events;
pub mod facts;
pub mod keeper;
pub mod keypair;
pub mod oracle;
pub mod outcome;
pub mod plan;
pub mod refusal;
pub mod settings;
pub mod snapshot;
pub mod state;
pub mod subscriptions;
pub mod transaction;
