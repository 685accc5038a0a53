//! What `list_factor` and `list_reserve` are given in a test world.

use plimsoll_client::plimsoll::instructions::governance::list_factor::FactorListing;
use plimsoll_client::plimsoll::instructions::governance::list_reserve::ReserveListing;
use plimsoll_client::plimsoll::state::factor::ORACLE_PULL;

use crate::assets::{self, Listing};

/// A factor to list, seeded with its floor.
#[must_use]
pub fn factor_listing(listing: &Listing, feed_id: [u8; 32]) -> FactorListing {
    let mut symbol = [0; 16];
    symbol[..listing.symbol.len()].copy_from_slice(listing.symbol.as_bytes());
    FactorListing {
        symbol,
        feed_id,
        oracle_kind: ORACLE_PULL,
        base_decimals: listing.decimals,
        seed_sigma_fast_ppm: listing.sigma_ppm,
        seed_sigma_slow_ppm: listing.sigma_ppm,
        params: assets::factor_params(listing.sigma_ppm),
    }
}

/// A reserve to list on a factor.
#[must_use]
pub fn reserve_listing(factor_index: u8) -> ReserveListing {
    ReserveListing { factor_index, initial_rate_ppm_per_year: 40_000, params: assets::reserve_params() }
}
