//! One file per instruction: what it changes, every refusal by its exact error, and each account replaced by a wrong one.

mod bounds;
mod expect;
mod mints;
mod oracles;
mod stage;
mod wrong_accounts;

mod accrue;
mod borrow;
mod close_margin_account;
mod create_book;
mod create_group;
mod delist_perp_market;
mod deposit;
mod fund_insurance;
mod grow_book;
mod liquidate;
mod list_factor;
mod list_perp_market;
mod list_reserve;
mod migrate;
mod open_margin_account;
mod refresh_prices;
mod refresh_risk;
mod repay;
mod resolve_bankruptcy;
mod set_book_params;
mod set_delegate;
mod set_factor_params;
mod set_perp_params;
mod set_pool_params;
mod set_reserve_params;
mod withdraw;
