//! Between stored integers and the core's types: parameters to terms, state to state. No formula lives here.

pub(crate) mod factor;
pub(crate) mod liquidity;
pub(crate) mod perp;
pub(crate) mod portfolio;
pub(crate) mod reserve;
pub(crate) mod terms;
