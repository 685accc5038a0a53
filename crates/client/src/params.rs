//! Parameters from a file as the program's structs.

use plimsoll::state::{BookParams, FactorParams, PerpMarketParams, PoolParams, ReserveParams};
use plimsoll_params as file;

macro_rules! convert {
    ($(#[$doc:meta])* $name:ident: $from:ty => $to:ident { $($field:ident),+ $(,)? } $(+ $extra:ident: $value:expr)?) => {
        $(#[$doc])*
        #[must_use]
        pub const fn $name(params: &$from) -> $to {
            $to { $($field: params.$field,)+ $($extra: $value,)? }
        }
    };
}

convert!(
    /// The Book's parameters.
    book: file::BookParams => BookParams {
        dust_quote_atoms, grid_seconds, grace_seconds, covariance_half_life_seconds, walk_relative_ppm_per_hour,
        walk_absolute_ppm_per_hour, liquidation_buffer_ppm, bonus_slope_ppm, bonus_rate_ppm_per_second,
        urgent_fraction_ppm, account_share_ppm, max_accrual_age_seconds, profit_weight_initial_ppm,
        correlation_shrinkage_ppm, hedged_floor_ppm, concentration_share_ppm, warn_sigmas_ppm,
    }
);

convert!(
    /// A factor's parameters.
    factor: file::FactorParams => FactorParams {
        liquidation_capacity_quote_atoms, liquidation_refill_quote_atoms_per_second, max_age_seconds,
        liquidation_max_age_seconds, max_confidence_ppm, confidence_multiple_ppm, age_sigmas_ppm, halt_sigmas_ppm,
        halt_min_ppm, confirm_seconds, half_life_fast_seconds, half_life_slow_seconds, half_life_jump_seconds,
        winsor_sigmas_ppm, sigma_floor_ppm, sigma_stress_ppm, stress_weight_ppm, tail_multiplier_ppm,
        horizon_seconds, spread_ppm, bonus_min_ppm, bonus_max_ppm, insurance_cut_ppm, margin_min_ppm,
        margin_max_ppm, initial_gap_ppm, impact_multiple_ppm, volume_multiple_ppm,
    }
);

convert!(
    /// A reserve's parameters.
    reserve: file::ReserveParams => ReserveParams {
        deposit_cap_atoms, borrow_cap_atoms, target_utilisation_ppm, max_utilisation_ppm, curve_steepness_ppm,
        curve_speed_per_year, rate_min_ppm_per_year, rate_max_ppm_per_year, protocol_share_ppm,
        collateral_weight_initial_ppm, collateral_weight_maintenance_ppm, collateral_walk_seconds, flash_loan_fee_ppm,
    } + reserved: 0
);

convert!(
    /// A perp market's parameters.
    perp_market: file::PerpMarketParams => PerpMarketParams {
        max_open_interest_base_atoms, depth_quote_atoms, skew_scale_base_atoms, min_base_atoms, depth_multiple_ppm,
        size_margin_ppm, max_funding_velocity_ppm, funding_cap_ppm, fee_ppm, fee_reducing_ppm, insurance_share_ppm,
        size_walk_seconds, crowding_start_ppm,
    } + reserved: 0
);

convert!(
    /// The pool's parameters.
    pool: file::PoolParams => PoolParams {
        deposit_cap_atoms, executor_fee_atoms, order_delay_seconds, order_window_seconds, deposit_delay_seconds,
        withdraw_delay_seconds, requirement_share_ppm, loss_share_ppm_per_day,
    }
);
