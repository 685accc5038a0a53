//! What closing out a position of some size costs: liquidity profiles, the square-root law of impact, crowding. `docs/risk.md`, section 15.

mod crowding;
mod impact;
mod profile;
mod volume;

pub use crowding::{crowded_margin_up, crowding_up};
pub use impact::{Impact, ImpactTerms, LegSide, MAX_IMPACT};
pub use profile::{LiquidityProfile, MAX_SPREAD_PPM, MIN_PROFILE_VALUE, PROFILE_SPACING_SECONDS};
pub use volume::MeasuredVolume;
