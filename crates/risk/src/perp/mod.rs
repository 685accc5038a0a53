//! Perpetuals: positions, a market's books, fills against the pool, funding, orders and the pool. See `docs/risk.md`, sections 10 to 13.
//!
//! Everything moves between integers of one ledger (**INV-LEDGER**): what accounts book, what the pool books, the market's insurance, and what is
//! booked in total already but on accounts only when they are next touched, always sum to zero.

pub mod fill;
pub mod funding;
mod ledger;
pub mod margin;
pub mod order;
pub mod pool;
mod position;
pub mod settlement;
pub mod slip;
pub mod waterfall;

pub use ledger::{PerpBooks, SideIndices, Sides};
pub use position::PerpPosition;
