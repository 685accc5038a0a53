//! The perpetual markets and their pool: created by the group's admin at the scenario's first prices.
//!
//! Sizes stand in dollars, because a scenario brings its own prices; they become base atoms when a market is listed.

use anyhow::{Context, Result};
use plimsoll_client::plimsoll::instructions::governance::list_perp_market::PerpMarketListing;
use plimsoll_client::plimsoll::state::{Book, PerpMarketParams, PoolParams};
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_risk::quantities::Price;

use super::deployment::Deployment;
use super::traders::MARKETS;
use crate::scenario::ASSETS;

/// Index in [`ASSETS`] of what perps are quoted and settled in.
const QUOTE: usize = 0;
const DOLLAR: u64 = 1_000_000;
/// Value of the skew at which premium and funding velocity would be full, by market: a thinner market for SOL.
const SKEW_SCALE_DOLLARS: [u64; MARKETS.len()] = [60_000_000, 200_000_000, 120_000_000];

/// Before the publications of a later step a request to the pool is due by so much; it lapses soon after them.
const BEFORE_STEP_SECONDS: u64 = 20;
/// How long a withdrawal waits at least, but for that.
const WITHDRAWAL_SECONDS: u64 = 3_600;

/// The pool's parameters. A scenario brings prices once a step, so requests wait for one.
fn pool_params(step_seconds: u64) -> Result<PoolParams> {
    let delay = |seconds: u64| u32::try_from(seconds.next_multiple_of(step_seconds) - BEFORE_STEP_SECONDS);
    Ok(PoolParams {
        deposit_cap_atoms: 50_000_000 * DOLLAR,
        executor_fee_atoms: 50_000,
        order_delay_seconds: 1,
        order_window_seconds: 30,
        deposit_delay_seconds: delay(step_seconds)?,
        withdraw_delay_seconds: delay(WITHDRAWAL_SECONDS)?,
        requirement_share_ppm: 500_000,
        loss_share_ppm_per_day: 10_000,
    })
}

/// The instructions that create the pool and list the markets.
///
/// # Errors
/// Where a factor has no price yet.
pub fn instructions(
    deployment: &Deployment,
    admin: Pubkey,
    book: &Book,
    step_seconds: u64,
) -> Result<Vec<Instruction>> {
    let (group, address) = (deployment.group, deployment.book);
    let quote = &deployment.reserves[QUOTE];
    let pool = pool_params(step_seconds)?;
    let mut list = vec![instructions::set_pool_params(group, admin, address, quote.reserve_index, pool)];
    for (asset, scale_dollars) in MARKETS.into_iter().zip(SKEW_SCALE_DOLLARS) {
        let factor_index = book.reserve(deployment.reserves[asset].reserve_index)?.factor_index;
        let mid = Price::from_bits(book.factor(factor_index)?.price.mid);
        let listing =
            PerpMarketListing { symbol: symbol(ASSETS[asset]), factor_index, params: params(scale_dollars, mid)? };
        list.push(instructions::list_perp_market(group, admin, address, listing));
    }
    Ok(list)
}

fn params(scale_dollars: u64, mid: Price) -> Result<PerpMarketParams> {
    let scale = base_atoms(scale_dollars * DOLLAR, mid)?;
    Ok(PerpMarketParams {
        max_open_interest_base_atoms: scale / 4,
        depth_quote_atoms: scale_dollars * DOLLAR / 4,
        skew_scale_base_atoms: scale,
        min_base_atoms: base_atoms(DOLLAR, mid)?.max(1),
        depth_multiple_ppm: 1_000_000,
        size_margin_ppm: 1_000_000,
        max_funding_velocity_ppm: 3_000_000,
        funding_cap_ppm: 100_000,
        fee_ppm: 500,
        fee_reducing_ppm: 200,
        insurance_share_ppm: 200_000,
        size_walk_seconds: 3_600,
    })
}

/// Base atoms that are worth at most `value` quote atoms.
///
/// # Errors
/// Where there is no price.
pub fn base_atoms(value: u64, mid: Price) -> Result<u64> {
    let atoms = (u128::from(value) << Price::FRACTION_BITS).checked_div(mid.to_bits().into());
    Ok(u64::try_from(atoms.context("a market without a price")?)?)
}

fn symbol(asset: &str) -> [u8; 16] {
    let mut symbol = [0; 16];
    for (place, byte) in symbol.iter_mut().zip(format!("{asset}-PERP").bytes()) {
        *place = byte;
    }
    symbol
}
