//! The risk core of Plimsoll: prices, volatility, thresholds, health and liquidation in fixed-point integers.
//!
//! The program runs it on-chain; the keeper, the lab, the tests and (as WebAssembly) the dApp run the same code, so all of them see the same
//! integers. It knows neither accounts nor clocks: callers pass `now_seconds`. The formulas, their sources and defaults stand in `docs/risk.md`; directions of
//! rounding in `docs/rounding.md`.
//!
//! Nothing here panics, wraps or saturates in silence: every lossy operation names its direction, every partial one returns [`RiskError`].
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

pub mod announcement;
pub mod correlation;
pub mod error;
pub mod health;
pub mod interest;
pub mod liquidation;
pub mod liquidity;
pub mod math;
pub mod metrics;
pub mod perp;
pub mod portfolio;
pub mod position;
pub mod price;
pub mod quantities;
pub mod ramp;
pub mod threshold;
pub mod volatility;
pub mod waterfall;

pub use error::{Result, RiskError};
