//! Instructions of account owners.

pub mod borrow;
pub mod close_margin_account;
pub mod deposit;
pub mod open_margin_account;
pub mod repay;
pub mod set_delegate;
pub mod withdraw;
