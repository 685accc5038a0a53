//! Orders: placed and cancelled by an account's owner, executed by anyone on prices that nobody chose.

pub mod cancel_order;
pub mod execute_order;
pub mod execute_pool_order;
pub mod place_order;
