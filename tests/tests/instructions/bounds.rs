//! The bounds of every parameter, from both sides: docs/accounts.md, column *program*.

use plimsoll_client::plimsoll::state::{BookParams, FactorParams, PerpMarketParams, PoolParams, ReserveParams};

/// A change of one field, or of two that hang together, with its text.
pub(crate) type Change<P> = (&'static str, fn(&mut P));

macro_rules! changes {
    ($params:ty: $({ $($field:ident = $value:expr),+ })+) => {
        &[$((stringify!($($field = $value),+), |params: &mut $params| { $(params.$field = $value;)+ })),+]
    };
}

/// Grids that no Book may have; they are fixed when it is created.
pub(crate) const GRID_OUTSIDE: &[Change<BookParams>] = changes![BookParams:
    { grid_seconds = 0 } { grid_seconds = 59 } { grid_seconds = 3_601 } { grid_seconds = u32::MAX }
    { grid_seconds = 7_200, grace_seconds = 7_200 } { grid_seconds = 50, grace_seconds = 50 }
    { grid_seconds = 420, grace_seconds = 420 } { grace_seconds = 0 } { grace_seconds = 299 } { grace_seconds = 301 }
    { grace_seconds = 3_900 } { grace_seconds = u32::MAX }
];

pub(crate) const GRID_WITHIN: &[Change<BookParams>] = changes![BookParams:
    { grid_seconds = 60, grace_seconds = 60 } { grid_seconds = 60, grace_seconds = 720 }
    { grid_seconds = 3_600, grace_seconds = 3_600 } { grid_seconds = 3_600, grace_seconds = 43_200 }
];

pub(crate) const BOOK_OUTSIDE: &[Change<BookParams>] = changes![BookParams:
    { covariance_half_life_seconds = 3_599 } { covariance_half_life_seconds = 31_536_001 }
    { walk_relative_ppm_per_hour = 200_001 } { walk_absolute_ppm_per_hour = 99 } { walk_absolute_ppm_per_hour = 100_001 }
    { liquidation_buffer_ppm = 1_000_001 } { bonus_slope_ppm = 1_000_001 } { bonus_rate_ppm_per_second = 1_000_001 }
    { urgent_fraction_ppm = 0 } { urgent_fraction_ppm = 1_000_001 }
    { account_share_ppm = 0 } { account_share_ppm = 1_000_001 }
    { max_accrual_age_seconds = 9 } { max_accrual_age_seconds = 3_601 }
    { profit_weight_initial_ppm = 1_000_001 } { correlation_shrinkage_ppm = 1_000_001 } { hedged_floor_ppm = 1_000_001 }
    { concentration_share_ppm = 1_000_001 } { warn_sigmas_ppm = 20_000_001 }
];

pub(crate) const BOOK_WITHIN: &[Change<BookParams>] = changes![BookParams:
    { dust_quote_atoms = 0 } { dust_quote_atoms = u64::MAX }
    { covariance_half_life_seconds = 3_600 } { covariance_half_life_seconds = 31_536_000 }
    { walk_relative_ppm_per_hour = 0 } { walk_relative_ppm_per_hour = 200_000 }
    { walk_absolute_ppm_per_hour = 100 } { walk_absolute_ppm_per_hour = 100_000 }
    { liquidation_buffer_ppm = 0 } { liquidation_buffer_ppm = 1_000_000 }
    { bonus_slope_ppm = 0 } { bonus_slope_ppm = 1_000_000 }
    { bonus_rate_ppm_per_second = 0 } { bonus_rate_ppm_per_second = 1_000_000 }
    { urgent_fraction_ppm = 1 } { urgent_fraction_ppm = 1_000_000 } { account_share_ppm = 1 } { account_share_ppm = 1_000_000 }
    { max_accrual_age_seconds = 10 } { max_accrual_age_seconds = 3_600 }
    { profit_weight_initial_ppm = 0 } { profit_weight_initial_ppm = 1_000_000 }
    { correlation_shrinkage_ppm = 0 } { correlation_shrinkage_ppm = 1_000_000 }
    { hedged_floor_ppm = 0 } { hedged_floor_ppm = 1_000_000 }
    { concentration_share_ppm = 0 } { concentration_share_ppm = 1_000_000 } { warn_sigmas_ppm = 0 } { warn_sigmas_ppm = 20_000_000 }
];

pub(crate) const FACTOR_OUTSIDE: &[Change<FactorParams>] = changes![FactorParams:
    { liquidation_capacity_quote_atoms = 999_999 } { liquidation_refill_quote_atoms_per_second = 0 }
    { max_age_seconds = 9 } { max_age_seconds = 3_601 }
    { liquidation_max_age_seconds = 0 } { liquidation_max_age_seconds = 61 }
    { max_confidence_ppm = 0 } { max_confidence_ppm = 200_001 } { confidence_multiple_ppm = 10_000_001 }
    { age_sigmas_ppm = 999_999 } { age_sigmas_ppm = 20_000_001 }
    { halt_sigmas_ppm = 3_999_999 } { halt_sigmas_ppm = 50_000_001 } { halt_min_ppm = 9_999 } { halt_min_ppm = 1_000_001 }
    { confirm_seconds = 0 } { confirm_seconds = 21 }
    { half_life_fast_seconds = 3_599 } { half_life_fast_seconds = 1_296_001 }
    { half_life_slow_seconds = 43_199 } { half_life_slow_seconds = 31_536_001 }
    { half_life_jump_seconds = 3_599 } { half_life_jump_seconds = 31_536_001 }
    { winsor_sigmas_ppm = 2_999_999 } { winsor_sigmas_ppm = 20_000_001 }
    { sigma_floor_ppm = 99 } { sigma_floor_ppm = 1_000_001, sigma_stress_ppm = 2_000_000 }
    { sigma_stress_ppm = 29_999 } { sigma_stress_ppm = 2_000_001 }
    { stress_weight_ppm = 249_999 } { stress_weight_ppm = 1_000_001 }
    { tail_multiplier_ppm = 999_999 } { tail_multiplier_ppm = 20_000_001 }
    { horizon_seconds = 59 } { horizon_seconds = 864_001 }
    { spread_ppm = 200_001 } { bonus_min_ppm = 20_001 } { bonus_max_ppm = 4_999 } { bonus_max_ppm = 200_001 }
    { insurance_cut_ppm = 50_001 } { margin_min_ppm = 999 } { margin_min_ppm = 900_001 }
    { margin_max_ppm = 49_999 } { margin_max_ppm = 1_000_001 } { initial_gap_ppm = 9_999 } { initial_gap_ppm = 1_000_001 } { impact_multiple_ppm = 10_000_001 }
];

pub(crate) const FACTOR_WITHIN: &[Change<FactorParams>] = changes![FactorParams:
    { liquidation_capacity_quote_atoms = 1_000_000 } { liquidation_capacity_quote_atoms = u64::MAX }
    { liquidation_refill_quote_atoms_per_second = 1 } { liquidation_refill_quote_atoms_per_second = u64::MAX }
    { max_age_seconds = 10 } { max_age_seconds = 3_600 }
    { liquidation_max_age_seconds = 1 } { liquidation_max_age_seconds = 60 }
    { max_confidence_ppm = 1 } { max_confidence_ppm = 200_000 } { confidence_multiple_ppm = 0 } { confidence_multiple_ppm = 10_000_000 }
    { age_sigmas_ppm = 1_000_000 } { age_sigmas_ppm = 20_000_000 }
    { halt_sigmas_ppm = 4_000_000 } { halt_sigmas_ppm = 50_000_000 } { halt_min_ppm = 10_000 } { halt_min_ppm = 1_000_000 }
    { confirm_seconds = 1 } { confirm_seconds = 20 }
    { half_life_fast_seconds = 3_600 } { half_life_fast_seconds = 1_296_000 }
    { half_life_slow_seconds = 43_200 } { half_life_slow_seconds = 31_536_000 }
    { half_life_jump_seconds = 3_600 } { half_life_jump_seconds = 31_536_000 }
    { winsor_sigmas_ppm = 3_000_000 } { winsor_sigmas_ppm = 20_000_000 }
    { sigma_floor_ppm = 100 } { sigma_floor_ppm = 1_000_000, sigma_stress_ppm = 1_000_000 }
    { sigma_stress_ppm = 30_000 } { sigma_stress_ppm = 2_000_000 }
    { stress_weight_ppm = 250_000 } { stress_weight_ppm = 1_000_000 }
    { tail_multiplier_ppm = 1_000_000 } { tail_multiplier_ppm = 20_000_000 } { horizon_seconds = 60 } { horizon_seconds = 864_000 }
    { spread_ppm = 0 } { spread_ppm = 200_000 } { bonus_min_ppm = 0 } { bonus_min_ppm = 20_000 }
    { bonus_min_ppm = 0, bonus_max_ppm = 0 } { bonus_max_ppm = 200_000 } { insurance_cut_ppm = 0 } { insurance_cut_ppm = 50_000 }
    { margin_min_ppm = 1_000 } { margin_min_ppm = 900_000 } { margin_max_ppm = 50_000 } { margin_max_ppm = 1_000_000 }
    { initial_gap_ppm = 10_000 } { initial_gap_ppm = 1_000_000 } { impact_multiple_ppm = 0 } { impact_multiple_ppm = 10_000_000 }
    { volume_multiple_ppm = u32::MAX }
    { sigma_floor_ppm = 1_000_000, sigma_stress_ppm = 2_000_000, tail_multiplier_ppm = 20_000_000, horizon_seconds = 864_000,
      spread_ppm = 200_000, bonus_max_ppm = 200_000, insurance_cut_ppm = 50_000, margin_max_ppm = 1_000_000, initial_gap_ppm = 1_000_000 }
];

pub(crate) const RESERVE_OUTSIDE: &[Change<ReserveParams>] = changes![ReserveParams:
    { target_utilisation_ppm = 9_999 } { target_utilisation_ppm = 990_001 }
    { max_utilisation_ppm = 899_999 } { max_utilisation_ppm = 1_000_001 }
    { curve_steepness_ppm = 999_999 } { curve_steepness_ppm = 16_000_001 } { curve_speed_per_year = 366 } { curve_speed_per_year = u32::MAX }
    { rate_min_ppm_per_year = 0 } { rate_min_ppm_per_year = 2_000_001 }
    { rate_max_ppm_per_year = 999 } { rate_max_ppm_per_year = 10_000_001 }
    { rate_min_ppm_per_year = 1, rate_max_ppm_per_year = 2_000_000 } { protocol_share_ppm = 1_000_001 }
    { collateral_weight_initial_ppm = 1_000_001 } { collateral_weight_maintenance_ppm = 999_999 }
    { collateral_weight_maintenance_ppm = 1_000_001 }
    { collateral_walk_seconds = 3_599 } { collateral_walk_seconds = 31_536_001 } { flash_loan_fee_ppm = 100_001 } { reserved = 1 }
];

pub(crate) const RESERVE_WITHIN: &[Change<ReserveParams>] = changes![ReserveParams:
    { deposit_cap_atoms = 0 } { deposit_cap_atoms = u64::MAX } { borrow_cap_atoms = 0 } { borrow_cap_atoms = u64::MAX }
    { target_utilisation_ppm = 10_000 } { target_utilisation_ppm = 990_000 } { max_utilisation_ppm = 900_000 }
    { curve_steepness_ppm = 1_000_000 } { curve_steepness_ppm = 16_000_000 } { curve_speed_per_year = 0 } { curve_speed_per_year = 365 }
    { rate_min_ppm_per_year = 40_000 } { rate_max_ppm_per_year = 40_000 } { rate_max_ppm_per_year = 10_000_000 }
    { protocol_share_ppm = 0 } { protocol_share_ppm = 1_000_000 }
    { collateral_weight_initial_ppm = 0 } { collateral_weight_initial_ppm = 0, collateral_weight_maintenance_ppm = 0 }
    { collateral_walk_seconds = 3_600 } { collateral_walk_seconds = 31_536_000 } { flash_loan_fee_ppm = 0 } { flash_loan_fee_ppm = 100_000 }
];

/// Those of a market on SOL: a cap of 2·10¹³ lamports, a scale of 10¹⁴.
pub(crate) const PERP_OUTSIDE: &[Change<PerpMarketParams>] = changes![PerpMarketParams:
    { max_open_interest_base_atoms = 0, min_base_atoms = 0 } { max_open_interest_base_atoms = 25_000_000_000_001 }
    { max_open_interest_base_atoms = u64::MAX } { skew_scale_base_atoms = 79_999_999_999_999 }
    { skew_scale_base_atoms = (1 << 20) - 1, max_open_interest_base_atoms = 1, min_base_atoms = 0, size_margin_ppm = 0 }
    { skew_scale_base_atoms = (1 << 60) + 1 } { skew_scale_base_atoms = u64::MAX }
    { skew_scale_base_atoms = 1 << 20, max_open_interest_base_atoms = 1, min_base_atoms = 0 }
    { min_base_atoms = 20_000_000_000_001 } { depth_quote_atoms = (1 << 53) + 1 } { depth_multiple_ppm = 100_000_001 }
    { size_margin_ppm = 10_000_001 } { max_funding_velocity_ppm = 100_000_001 } { funding_cap_ppm = 1_000_001 }
    { fee_ppm = 50_001 } { fee_ppm = 199 } { fee_reducing_ppm = 601 } { insurance_share_ppm = 1_000_001 }
    { size_walk_seconds = 3_599 } { size_walk_seconds = 31_536_001 } { crowding_start_ppm = 1_000_001 } { reserved = 1 }
];

pub(crate) const PERP_WITHIN: &[Change<PerpMarketParams>] = changes![PerpMarketParams:
    { max_open_interest_base_atoms = 1, min_base_atoms = 0 } { max_open_interest_base_atoms = 25_000_000_000_000 }
    { skew_scale_base_atoms = 80_000_000_000_000 } { skew_scale_base_atoms = 1 << 60 }
    { skew_scale_base_atoms = 1 << 20, max_open_interest_base_atoms = 1, min_base_atoms = 0, size_margin_ppm = 0 }
    { min_base_atoms = 0 } { min_base_atoms = 20_000_000_000_000 } { depth_quote_atoms = 0 } { depth_quote_atoms = 1 << 53 }
    { depth_multiple_ppm = 0 } { depth_multiple_ppm = 100_000_000 } { size_margin_ppm = 0 } { size_margin_ppm = 10_000_000 }
    { max_funding_velocity_ppm = 0 } { max_funding_velocity_ppm = 100_000_000 } { funding_cap_ppm = 0 } { funding_cap_ppm = 1_000_000 }
    { fee_ppm = 200 } { fee_ppm = 50_000 } { fee_reducing_ppm = 0 } { fee_reducing_ppm = 600 }
    { insurance_share_ppm = 0 } { insurance_share_ppm = 1_000_000 } { size_walk_seconds = 3_600 } { size_walk_seconds = 31_536_000 } { crowding_start_ppm = 0 } { crowding_start_ppm = 1_000_000 }
];

pub(crate) const POOL_OUTSIDE: &[Change<PoolParams>] = changes![PoolParams:
    { executor_fee_atoms = 10_000_001 } { order_delay_seconds = 0 } { order_delay_seconds = 61 }
    { order_window_seconds = 4 } { order_window_seconds = 301 } { deposit_delay_seconds = 86_401 }
    { withdraw_delay_seconds = 2_592_001 } { requirement_share_ppm = 0 } { requirement_share_ppm = 1_000_001 }
    { loss_share_ppm_per_day = 1_000_001 }
];

pub(crate) const POOL_WITHIN: &[Change<PoolParams>] = changes![PoolParams:
    { deposit_cap_atoms = 0 } { deposit_cap_atoms = u64::MAX } { executor_fee_atoms = 0 } { executor_fee_atoms = 10_000_000 }
    { order_delay_seconds = 1 } { order_delay_seconds = 60 } { order_window_seconds = 5 } { order_window_seconds = 300 }
    { deposit_delay_seconds = 0 } { deposit_delay_seconds = 86_400 } { withdraw_delay_seconds = 0 } { withdraw_delay_seconds = 2_592_000 }
    { requirement_share_ppm = 1 } { requirement_share_ppm = 1_000_000 } { loss_share_ppm_per_day = 0 } { loss_share_ppm_per_day = 1_000_000 }
];
