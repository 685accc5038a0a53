//! Assets of a test world: token, factor, reserve, oracle; and the parameters they are listed with.

use plimsoll_client::Pubkey;
use plimsoll_client::instructions::ReserveKeys;
use plimsoll_client::plimsoll::state::{BookParams, FactorParams, ReserveParams};

/// One million: parts per million of one.
pub const ONE_PPM: u32 = 1_000_000;

/// How an asset is to be listed.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Name.
    pub symbol: &'static str,
    /// Decimals of its token.
    pub decimals: u8,
    /// First price, in 10⁻⁸ of a quote token.
    pub price_e8: i64,
    /// σ_floor, also the seed of the variances, per √day.
    pub sigma_ppm: u32,
}

/// A listed asset.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The token.
    pub mint: Pubkey,
    /// The token's program.
    pub token_program: Pubkey,
    /// Its decimals.
    pub decimals: u8,
    /// The oracle's feed.
    pub feed_id: [u8; 32],
    /// The oracle's account.
    pub oracle: Pubkey,
    /// Reserve and factor have the same index in a test world.
    pub index: u8,
    /// The Book.
    pub book: Pubkey,
}

impl Asset {
    /// The keys of its reserve.
    #[must_use]
    pub const fn keys(&self) -> ReserveKeys {
        ReserveKeys { book: self.book, reserve_index: self.index, mint: self.mint, token_program: self.token_program }
    }

    /// Whole tokens as atoms.
    #[must_use]
    pub const fn atoms(&self, tokens: u64) -> u64 {
        tokens * 10u64.pow(self.decimals as u32)
    }
}

/// The four assets of most stories.
#[must_use]
pub fn majors() -> Vec<Listing> {
    let listing = |symbol, decimals, dollars: i64, sigma_ppm| Listing {
        symbol,
        decimals,
        price_e8: dollars * 100_000_000,
        sigma_ppm,
    };
    vec![
        listing("USDC", 6, 1, 500),
        listing("SOL", 9, 200, 30_000),
        listing("BTC", 8, 120_000, 15_000),
        listing("ETH", 8, 4_000, 20_000),
    ]
}

/// Sixteen assets, as many as a Book holds.
#[must_use]
pub fn sixteen() -> Vec<Listing> {
    const SYMBOLS: [&str; 12] = ["A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A14", "A15"];
    let mut listings = majors();
    for (symbol, dollars) in SYMBOLS.into_iter().zip(1..) {
        listings.push(Listing { symbol, decimals: 8, price_e8: dollars * 1_000_000_000, sigma_ppm: 25_000 });
    }
    listings
}

/// The Book's parameters of a test world: those of mainnet.
#[must_use]
pub fn book_params() -> BookParams {
    BookParams {
        dust_quote_atoms: 1_000_000,
        grid_seconds: 300,
        grace_seconds: 3_600,
        covariance_half_life_seconds: 432_000,
        walk_relative_ppm_per_hour: 20_000,
        walk_absolute_ppm_per_hour: 2_500,
        liquidation_buffer_ppm: 100_000,
        bonus_slope_ppm: 250_000,
        bonus_rate_ppm_per_second: 20,
        urgent_fraction_ppm: 250_000,
        account_share_ppm: 200_000,
        max_accrual_age_seconds: 3_600,
        profit_weight_initial_ppm: 800_000,
        correlation_shrinkage_ppm: 250_000,
        hedged_floor_ppm: 100_000,
        concentration_share_ppm: 10_000,
        warn_sigmas_ppm: 2_000_000,
    }
}

/// A factor's parameters of a test world.
#[must_use]
pub fn factor_params(sigma_floor_ppm: u32) -> FactorParams {
    FactorParams {
        liquidation_capacity_quote_atoms: 50_000_000_000_000,
        liquidation_refill_quote_atoms_per_second: 27_778_000_000,
        max_age_seconds: 60,
        liquidation_max_age_seconds: 5,
        max_confidence_ppm: 20_000,
        confidence_multiple_ppm: 2 * ONE_PPM,
        age_sigmas_ppm: 3 * ONE_PPM,
        halt_sigmas_ppm: 8 * ONE_PPM,
        halt_min_ppm: 50_000,
        confirm_seconds: 2,
        half_life_fast_seconds: 43_200,
        half_life_slow_seconds: 1_296_000,
        half_life_jump_seconds: 21_600,
        winsor_sigmas_ppm: 6 * ONE_PPM,
        sigma_floor_ppm,
        sigma_stress_ppm: sigma_floor_ppm * 4,
        stress_weight_ppm: 250_000,
        tail_multiplier_ppm: 3_691_510,
        horizon_seconds: 5_400,
        spread_ppm: 1_000,
        bonus_min_ppm: 5_000,
        bonus_max_ppm: 20_000,
        insurance_cut_ppm: 5_000,
        margin_min_ppm: 50_000,
        margin_max_ppm: 900_000,
        initial_gap_ppm: 250_000,
        impact_multiple_ppm: 1_000_000,
        volume_multiple_ppm: 0,
    }
}

/// A reserve's parameters of a test world: everything counts as collateral.
#[must_use]
pub fn reserve_params() -> ReserveParams {
    ReserveParams {
        deposit_cap_atoms: 1 << 60,
        borrow_cap_atoms: 1 << 59,
        target_utilisation_ppm: 900_000,
        max_utilisation_ppm: ONE_PPM,
        curve_steepness_ppm: 4 * ONE_PPM,
        curve_speed_per_year: 50,
        rate_min_ppm_per_year: 1_000,
        rate_max_ppm_per_year: 2 * ONE_PPM,
        protocol_share_ppm: 100_000,
        collateral_weight_initial_ppm: ONE_PPM,
        collateral_weight_maintenance_ppm: ONE_PPM,
        collateral_walk_seconds: 86_400,
        flash_loan_fee_ppm: 500,
        reserved: 0,
    }
}
