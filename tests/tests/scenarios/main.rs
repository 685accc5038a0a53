//! Stories: named people, prices that move, the real program in LiteSVM.
#![allow(clippy::expect_used, clippy::panic, missing_docs)]

mod attacks;
mod bad_debt;
mod bank_run;
#[path = "../instructions/bounds.rs"]
#[allow(dead_code)] // what is refused is tried by the instructions' tests
mod bounds;
mod donations;
mod flash_concentration;
mod funding_story;
mod grace;
mod interest;
mod isolated;
mod jump;
mod keepers;
mod parameters;
mod perp_crash;
mod perp_story;
mod perp_waterfall;
mod pool_run;
mod portfolio_grace;
mod same_account;
mod stale_oracle;
mod stop_and_limit;
mod story;
mod unrealised_profit;
mod volatility_spike;
mod washed_volume;
