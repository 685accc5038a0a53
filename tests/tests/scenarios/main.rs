//! Stories: named people, prices that move, the real program in LiteSVM.
#![allow(clippy::expect_used, clippy::panic, missing_docs)]

mod bad_debt;
mod bank_run;
mod donations;
mod interest;
mod jump;
mod keepers;
mod parameters;
mod same_account;
mod stale_oracle;
mod story;
mod volatility_spike;
