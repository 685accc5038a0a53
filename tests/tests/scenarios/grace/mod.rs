//! INV-GRACE against real accounts: who is healthy at every announced point cannot be liquidated within the hour while the price stands,
//! whatever the admin sets and whoever cranks what.

mod accounts;
mod bursts;
mod exempt;
mod netted;
mod parameters;
mod portfolio;
pub(crate) mod setters;
pub(crate) mod stage;

use stage::{GRACE_STEPS, Stage};
