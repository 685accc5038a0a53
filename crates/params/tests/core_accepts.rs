//! Whatever the reader accepts, the core accepts: the shipped files, and each parameter at either end of its bounds.

use std::path::Path;

use plimsoll_params::{
    BookParams, FactorListing, FactorParams, ParameterFile, PerpMarketParams, PoolParams, ReserveParams,
};
use plimsoll_risk::interest::{CurveTerms, InterestTerms};
use plimsoll_risk::perp::margin::size_margin_per_atom_up;
use plimsoll_risk::price::PriceParameters;
use plimsoll_risk::quantities::{Amount, Rate, Ratio};
use plimsoll_risk::threshold::ThresholdParameters;
use plimsoll_risk::volatility::VolatilityParameters;

const SHIPPED: [&str; 3] = [
    include_str!("../../../migrations/params/localnet.toml"),
    include_str!("../../../migrations/params/devnet.toml"),
    include_str!("../../../migrations/params/mainnet.toml"),
];
const QUOTE_DECIMALS: u8 = 6;

fn price_parameters(factor: &FactorListing) -> PriceParameters {
    let params = &factor.params;
    PriceParameters {
        max_age_seconds: params.max_age_seconds,
        liquidation_max_age_seconds: params.liquidation_max_age_seconds,
        max_confidence_ppm: params.max_confidence_ppm,
        confidence_multiple_ppm: params.confidence_multiple_ppm,
        age_sigmas_ppm: params.age_sigmas_ppm,
        halt_sigmas_ppm: params.halt_sigmas_ppm,
        halt_min_ppm: params.halt_min_ppm,
        confirm_seconds: params.confirm_seconds,
        base_decimals: factor.base_decimals,
        quote_decimals: QUOTE_DECIMALS,
    }
}

fn volatility_parameters(book: &BookParams, params: &FactorParams) -> VolatilityParameters {
    VolatilityParameters {
        floor_volatility_ppm: params.sigma_floor_ppm,
        winsor_sigmas_ppm: params.winsor_sigmas_ppm,
        fast_half_life_seconds: params.half_life_fast_seconds,
        slow_half_life_seconds: params.half_life_slow_seconds,
        jump_half_life_seconds: params.half_life_jump_seconds,
        grid_seconds: book.grid_seconds,
    }
}

fn threshold_parameters(book: &BookParams, params: &FactorParams) -> ThresholdParameters {
    ThresholdParameters {
        floor_volatility_ppm: params.sigma_floor_ppm,
        stress_volatility_ppm: params.sigma_stress_ppm,
        stress_weight_ppm: params.stress_weight_ppm,
        shortfall_multiple_ppm: params.tail_multiplier_ppm,
        horizon_seconds: params.horizon_seconds,
        spread_ppm: params.spread_ppm,
        bonus_max_ppm: params.bonus_max_ppm,
        insurance_cut_ppm: params.insurance_cut_ppm,
        margin_min_ppm: params.margin_min_ppm,
        margin_max_ppm: params.margin_max_ppm,
        initial_gap_ppm: params.initial_gap_ppm,
        walk_relative_ppm: book.walk_relative_ppm_per_hour,
        walk_absolute_ppm: book.walk_absolute_ppm_per_hour,
        grid_seconds: book.grid_seconds,
        grace_seconds: book.grace_seconds,
    }
}

fn curve_terms(params: &ReserveParams) -> CurveTerms {
    CurveTerms {
        target_utilisation: Ratio::from_ppm_down(params.target_utilisation_ppm),
        steepness: Ratio::from_ppm_down(params.curve_steepness_ppm),
        adaptation_speed: Rate::from_ppm_per_year_down(params.curve_speed_per_year * 1_000_000),
        min_rate_at_target: Rate::from_ppm_per_year_down(params.rate_min_ppm_per_year),
        max_rate_at_target: Rate::from_ppm_per_year_down(params.rate_max_ppm_per_year),
    }
}

fn assert_core_accepts(file: &ParameterFile, context: &str) {
    for factor in &file.factors {
        assert!(price_parameters(factor).terms().is_ok(), "{context}");
        assert!(volatility_parameters(&file.book, &factor.params).terms().is_ok(), "{context}");
        assert!(threshold_parameters(&file.book, &factor.params).terms().is_ok(), "{context}");
    }
    for reserve in &file.reserves {
        let curve = curve_terms(&reserve.params).checked().unwrap_or_else(|error| panic!("{context}: {error:?}"));
        let share = Ratio::from_ppm_down(reserve.params.protocol_share_ppm);
        assert!(InterestTerms::new(curve, share).is_ok(), "{context}");
    }
    for market in &file.perp_markets {
        let PerpMarketParams { size_margin_ppm, skew_scale_base_atoms, .. } = market.params;
        assert!(size_margin_per_atom_up(size_margin_ppm, Amount(skew_scale_base_atoms)).is_ok(), "{context}");
    }
}

/// The text with every line of one key saying something else.
fn with_all(text: &str, key: &str, value: u64) -> String {
    let beginning = format!("{key} = ");
    let lines =
        text.lines().map(|line| if line.starts_with(&beginning) { format!("{key} = {value}") } else { line.into() });
    lines.collect::<Vec<String>>().join("\n")
}

#[test]
fn the_core_accepts_the_shipped_files() {
    for text in SHIPPED {
        let file = ParameterFile::parse(Path::new("shipped.toml"), text).unwrap_or_else(|error| panic!("{error}"));
        assert_core_accepts(&file, "shipped");
    }
}

#[test]
fn the_core_accepts_both_ends_of_every_bound_that_the_reader_accepts() {
    let perps = [PerpMarketParams::BOUNDS, PoolParams::BOUNDS];
    let tables = [BookParams::BOUNDS, FactorParams::BOUNDS, ReserveParams::BOUNDS].into_iter().chain(perps);
    let mut accepted = 0;
    for (field, bounds) in tables.flatten() {
        for value in [*bounds.start(), *bounds.end()] {
            if let Ok(file) = ParameterFile::parse(Path::new("edge.toml"), &with_all(SHIPPED[2], field, value)) {
                assert_core_accepts(&file, &format!("{field} = {value}"));
                accepted += 1;
            }
        }
    }
    assert!(accepted > 80, "the rules between fields left only {accepted} of the ends");
}
