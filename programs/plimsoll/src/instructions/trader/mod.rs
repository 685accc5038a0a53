//! Instructions on an owner's account. His orders are executed by anyone.

pub mod borrow;
pub mod cancel_order;
pub mod close_margin_account;
pub mod deposit;
pub mod execute_order;
pub mod execute_pool_order;
pub mod move_collateral;
pub mod open_isolated_account;
pub mod open_margin_account;
pub mod place_order;
pub mod repay;
pub mod set_delegate;
pub mod set_margin_mode;
pub mod transfer_position;
pub mod withdraw;
