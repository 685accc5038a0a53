//! Parameters that the admin changes by chance: mostly within their bounds, sometimes outside.

use plimsoll_client::instructions;
use plimsoll_tests::{Signer, assets};
use rand::Rng;

use crate::action::{Action, Kind};
use crate::market::{MARKETS, Market};

/// A change of some perp market's parameters.
pub(crate) fn change_market(market: &mut Market) -> Action {
    let (group, admin, book) = (market.world.group, market.world.admin.pubkey(), market.world.book);
    let index = market.rng.random_range(0..MARKETS);
    let mut params = market.state.book.perp_markets[usize::from(index)].params;
    params.size_margin_ppm = market.rng.random_range(0..2_000_000);
    params.max_funding_velocity_ppm = market.rng.random_range(0..30_000_000);
    params.funding_cap_ppm = market.rng.random_range(0..200_000);
    params.fee_ppm = market.rng.random_range(0..2_000);
    params.insurance_share_ppm = market.rng.random_range(0..20_000);
    params.crowding_start_ppm = market.rng.random_range(0..1_500_000).min(1_000_000);
    let is_outside = market.rng.random_bool(0.2);
    params.fee_reducing_ppm = if is_outside { params.fee_ppm + 1 } else { params.fee_ppm / 3 };
    let instruction = instructions::set_perp_params(group, admin, book, index, params);
    Action { market: index, ..Action::new(Kind::SetPerpParams, None, instruction) }
}

/// A change of some factor's, some reserve's or the Book's parameters.
pub(crate) fn change(market: &mut Market, kind: Kind) -> Action {
    let (group, admin, book) = (market.world.group, market.world.admin.pubkey(), market.world.book);
    let index = market.rng.random_range(0..market.feeds.len());
    let slot = market.feeds[index].asset.index;
    let is_outside = market.rng.random_bool(0.2);
    let instruction = match kind {
        Kind::SetFactorParams => {
            let mut params = market.state.book.factors[index].params;
            params.sigma_stress_ppm = params.sigma_floor_ppm * market.rng.random_range(2..9);
            params.tail_multiplier_ppm = market.rng.random_range(2_500_000..5_000_000);
            params.horizon_seconds = market.rng.random_range(3_600..10_800);
            params.initial_gap_ppm = market.rng.random_range(10_000..400_000);
            params.bonus_max_ppm = market.rng.random_range(10_000..40_000);
            params.half_life_fast_seconds = market.rng.random_range(21_600..86_400);
            params.impact_multiple_ppm = market.rng.random_range(0..2_000_000);
            params.volume_multiple_ppm = market.rng.random_range(0..4_000_000);
            if is_outside {
                params.stress_weight_ppm = market.rng.random_range(0..250_000);
            } else {
                params.stress_weight_ppm = market.rng.random_range(250_000..600_000);
            }
            instructions::set_factor_params(group, admin, book, slot, params)
        }
        Kind::SetReserveParams => {
            let mut params = market.state.book.reserves[index].params;
            let weight = market.rng.random_range(700_000..=1_000_000);
            params.collateral_weight_maintenance_ppm = weight;
            params.collateral_weight_initial_ppm = if is_outside { weight + 1 } else { weight - 50_000 };
            params.collateral_walk_seconds = market.rng.random_range(3_600..86_400);
            params.protocol_share_ppm = market.rng.random_range(0..300_000);
            instructions::set_reserve_params(group, admin, book, slot, params)
        }
        _ => {
            let mut params = assets::book_params();
            params.walk_relative_ppm_per_hour = market.rng.random_range(0..200_000);
            params.walk_absolute_ppm_per_hour = market.rng.random_range(100..20_000);
            params.liquidation_buffer_ppm = market.rng.random_range(0..300_000);
            params.correlation_shrinkage_ppm = market.rng.random_range(0..=1_000_000);
            params.hedged_floor_ppm = market.rng.random_range(0..1_000_000);
            params.concentration_share_ppm = market.rng.random_range(0..30_000);
            if is_outside {
                params.grid_seconds = 600;
            }
            instructions::set_book_params(group, admin, book, params)
        }
    };
    Action { reserves: (slot, slot), ..Action::new(kind, None, instruction) }
}
