//! Parameters of perp markets and of the pool.

use anchor_lang::prelude::*;
use plimsoll_risk::perp::PerpBooks;
use plimsoll_risk::perp::margin::size_margin_per_atom_up;
use plimsoll_risk::quantities::{Amount, Ratio};
use plimsoll_risk::ramp::Ramp;

use super::{MAX_WALK_SECONDS, ONE_PPM};
use crate::error::{OrRefuse, PlimsollError};
use crate::state::{PerpMarket, PerpMarketParams, Pool, PoolParams};

/// Below, an atom would move the price by a millionth; above, twice the scale and a trade would leave 63 bits.
const SKEW_SCALE_BASE_ATOMS: core::ops::RangeInclusive<u64> = 1 << 20..=1 << 60;
/// A side at its cap moves the price by a quarter at most.
const CAPS_IN_SCALE: u64 = 4;
/// The largest depth and multiple whose product fits 64 bits.
const MAX_DEPTH_QUOTE_ATOMS: u64 = 1 << 53;
const MAX_DEPTH_MULTIPLE_PPM: u32 = 100 * ONE_PPM;

/// Starts a new market: empty books, its size margin standing still.
pub(crate) fn seed_perp_market(market: &mut PerpMarket, params: &PerpMarketParams, now_seconds: u64) -> Result<()> {
    let size_margin = checked_size_margin(params)?;
    market.set_books(&PerpBooks::EMPTY);
    market.set_size_margin_ramp(&Ramp::fixed(size_margin, now_seconds));
    market.funding_updated_seconds = now_seconds;
    market.listed_seconds = now_seconds;
    market.params = *params;
    market.params_version = 1;
    Ok(())
}

/// Sets a market's parameters; the size margin is announced for one grace and then walks. Funding must have been booked up to now.
pub(crate) fn set_perp_params(
    market: &mut PerpMarket,
    params: &PerpMarketParams,
    grace_seconds: u32,
    now_seconds: u64,
) -> Result<()> {
    let size_margin = checked_size_margin(params)?;
    if size_margin.to_bits() != market.size_margin_to {
        let (grace, walk) = (u64::from(grace_seconds), u64::from(params.size_walk_seconds));
        let ramp = market.size_margin_ramp().announced(size_margin, now_seconds, grace, walk).or_refuse()?;
        market.set_size_margin_ramp(&ramp);
    }
    market.params = *params;
    market.params_version = market.params_version.checked_add(1).ok_or(PlimsollError::Overflow)?;
    Ok(())
}

/// Checks a market's parameters and returns the size margin per base atom, as the bit pattern that walks.
fn checked_size_margin(params: &PerpMarketParams) -> Result<Ratio> {
    let (scale, cap) = (params.skew_scale_base_atoms, params.max_open_interest_base_atoms);
    let fits = SKEW_SCALE_BASE_ATOMS.contains(&scale)
        && cap > 0
        && cap.checked_mul(CAPS_IN_SCALE).is_some_and(|least| least <= scale)
        && params.min_base_atoms <= cap
        && params.depth_quote_atoms <= MAX_DEPTH_QUOTE_ATOMS
        && params.depth_multiple_ppm <= MAX_DEPTH_MULTIPLE_PPM
        && params.size_margin_ppm <= 10 * ONE_PPM
        && params.max_funding_velocity_ppm <= 100 * ONE_PPM
        && params.funding_cap_ppm <= ONE_PPM
        && params.fee_ppm <= 50_000
        && params.fee_reducing_ppm <= params.fee_ppm
        && params.insurance_share_ppm <= ONE_PPM
        && (3_600..=MAX_WALK_SECONDS).contains(&params.size_walk_seconds)
        && params.crowding_start_ppm <= ONE_PPM
        && params.reserved == 0;
    require!(fits, PlimsollError::ParameterOutOfBounds);
    size_margin_per_atom_up(params.size_margin_ppm, Amount(scale)).map(Ratio::from_bits).or_refuse()
}

/// Sets the pool's parameters.
pub(crate) fn set_pool_params(pool: &mut Pool, params: &PoolParams) -> Result<()> {
    let fits = params.executor_fee_atoms <= 10_000_000
        && (1..=60).contains(&params.order_delay_seconds)
        && (5..=300).contains(&params.order_window_seconds)
        && params.deposit_delay_seconds <= 86_400
        && params.withdraw_delay_seconds <= 2_592_000
        && (1..=ONE_PPM).contains(&params.requirement_share_ppm)
        && params.loss_share_ppm_per_day <= ONE_PPM;
    require!(fits, PlimsollError::ParameterOutOfBounds);
    pool.params = *params;
    pool.params_version = pool.params_version.checked_add(1).ok_or(PlimsollError::Overflow)?;
    Ok(())
}
