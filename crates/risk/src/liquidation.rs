//! Planning a liquidation: how much debt is repaid or how much of a perp position is closed, and at which bonus. Pure: the program, keepers and
//! previews call the same plan. See `docs/risk.md`, sections 6 and 13.

mod bonus;
mod loan;
mod perp;
mod quote;
mod step;
mod throughput;

pub use bonus::BonusTerms;
pub use loan::{ExchangeLeg, LiquidationInputs, LiquidationPlan, plan_liquidation};
pub use perp::{PerpLiquidationInputs, PerpLiquidationPlan, plan_perp_liquidation};
pub use quote::QuoteCost;
pub use throughput::{Bucket, BucketTerms};

use crate::quantities::{Ratio, Value};

/// The parameters of liquidations. A plan is sound for any: health rises or the plan is refused. The program bounds them when parameters are
/// set: bonuses in order, slope, rate and fractions at most one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LiquidationTerms {
    /// How the bonus grows and its bounds.
    pub bonus: BonusTerms,
    /// What the insurance of the collateral reserve, or of the perp market, gets of the value repaid or closed \[0.5 %\].
    pub insurance_cut: Ratio,
    /// The shortfall ratio beyond which throughput does not limit an account.
    pub urgent_fraction: Ratio,
    /// A debt or a position worth less is not left behind.
    pub dust: Value,
}
