//! Parameters as the core's checked terms.

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;
use plimsoll_risk::interest::{CurveTerms, InterestTerms};
use plimsoll_risk::liquidation::{BonusTerms, BucketTerms, LiquidationTerms};
use plimsoll_risk::perp::fill::{FillTerms, OpenInterestTerms};
use plimsoll_risk::perp::funding::FundingTerms;
use plimsoll_risk::price::{PriceParameters, PriceTerms};
use plimsoll_risk::quantities::{Amount, DailyRate, Rate, Ratio, Value, Variance};
use plimsoll_risk::threshold::{ThresholdParameters, ThresholdTerms};
use plimsoll_risk::volatility::{VolatilityParameters, VolatilityTerms};

use crate::error::OrRefuse;
use crate::state::factor::{LiquidityProfile, ThresholdDerived};
use crate::state::{BookParams, Factor, FactorParams, PerpMarketParams, ReserveParams, Wide};

/// The terms by which publications are screened.
#[inline(always)]
pub(crate) fn price_terms(factor: &Factor, quote_decimals: u8) -> Result<PriceTerms> {
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
        quote_decimals,
    }
    .terms()
    .or_refuse()
}

/// The terms by which samples are folded.
#[inline(always)]
pub(crate) fn volatility_terms(params: &FactorParams, grid_seconds: u32) -> Result<VolatilityTerms> {
    VolatilityParameters {
        floor_volatility_ppm: params.sigma_floor_ppm,
        winsor_sigmas_ppm: params.winsor_sigmas_ppm,
        fast_half_life_seconds: params.half_life_fast_seconds,
        slow_half_life_seconds: params.half_life_slow_seconds,
        jump_half_life_seconds: params.half_life_jump_seconds,
        grid_seconds,
    }
    .terms()
    .or_refuse()
}

/// The terms of a threshold, computed from parameters and profile: for a change of either.
pub(crate) fn threshold_terms(factor: &Factor, book: &BookParams) -> Result<ThresholdTerms> {
    let params = &factor.params;
    ThresholdParameters {
        floor_volatility_ppm: params.sigma_floor_ppm,
        stress_volatility_ppm: params.sigma_stress_ppm,
        stress_weight_ppm: params.stress_weight_ppm,
        shortfall_multiple_ppm: params.tail_multiplier_ppm,
        horizon_seconds: params.horizon_seconds,
        spread_ppm: factor.liquidity.profile.profile().charged_spread_ppm(params.spread_ppm),
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
    .terms()
    .or_refuse()
}

/// The derived constants, to store.
pub(crate) const fn derived(terms: &ThresholdTerms) -> ThresholdDerived {
    ThresholdDerived {
        floor_shortfall: Wide::new(terms.floor_shortfall.to_bits()),
        stress_shortfall: Wide::new(terms.stress_shortfall.to_bits()),
        live_multiplier: terms.live_multiplier,
        closing_cost: terms.closing_cost.to_bits(),
        buffer_level: terms.buffer_level.to_bits(),
        step_relative: terms.step_relative.to_bits(),
        step_absolute: terms.step_absolute.to_bits(),
    }
}

/// The terms of a threshold from what was derived when its parameters were set: for a fold.
#[inline(always)]
pub(crate) fn stored_threshold_terms(factor: &Factor, points: usize) -> Result<ThresholdTerms> {
    let (params, derived) = (&factor.params, &factor.threshold.derived);
    let margin_min = Ratio::from_ppm_up(params.margin_min_ppm);
    Ok(ThresholdTerms {
        floor_shortfall: Variance::from_bits(derived.floor_shortfall.get()),
        stress_shortfall: Variance::from_bits(derived.stress_shortfall.get()),
        live_multiplier: derived.live_multiplier,
        closing_cost: Ratio::from_bits(derived.closing_cost),
        buffer_level: Ratio::from_bits(derived.buffer_level),
        margin_min,
        // rounded apart, equal bounds would cross
        margin_max: Ratio::from_ppm_down(params.margin_max_ppm).max(margin_min),
        one_plus_gap: Ratio::ONE.plus(Ratio::from_ppm_up(params.initial_gap_ppm)).or_refuse()?,
        step_relative: Ratio::from_bits(derived.step_relative),
        step_absolute: Ratio::from_bits(derived.step_absolute),
        points,
    })
}

/// Points of every path of the Book: the grace in steps, and now.
pub(crate) fn path_points(book: &BookParams) -> Result<usize> {
    let steps = book.grace_seconds.checked_div(book.grid_seconds).ok_or(RiskError::DivisionByZero).or_refuse()?;
    Ok(usize::try_from(steps).unwrap_or(usize::MAX).saturating_add(1))
}

/// The terms of a reserve's interest.
pub(crate) fn interest_terms(params: &ReserveParams) -> Result<InterestTerms> {
    let curve = CurveTerms {
        target_utilisation: Ratio::from_ppm_down(params.target_utilisation_ppm),
        steepness: Ratio::from_ppm_down(params.curve_steepness_ppm),
        adaptation_speed: Rate::from_ppm_per_year_down(params.curve_speed_per_year.saturating_mul(1_000_000)),
        min_rate_at_target: Rate::from_ppm_per_year_down(params.rate_min_ppm_per_year),
        max_rate_at_target: Rate::from_ppm_per_year_down(params.rate_max_ppm_per_year),
    };
    let share = Ratio::from_ppm_up(params.protocol_share_ppm);
    curve.checked().and_then(|curve| InterestTerms::new(curve, share)).or_refuse()
}

/// The terms of a liquidation between two factors: of each parameter the larger, which both margins carry.
pub(crate) fn liquidation_terms(book: &BookParams, one: &FactorParams, other: &FactorParams) -> LiquidationTerms {
    LiquidationTerms {
        bonus: BonusTerms {
            min: Ratio::from_ppm_down(one.bonus_min_ppm.max(other.bonus_min_ppm)),
            max: Ratio::from_ppm_down(one.bonus_max_ppm.max(other.bonus_max_ppm)),
            slope: Ratio::from_ppm_down(book.bonus_slope_ppm),
            per_second: Ratio::from_ppm_down(book.bonus_rate_ppm_per_second),
        },
        insurance_cut: Ratio::from_ppm_down(one.insurance_cut_ppm.max(other.insurance_cut_ppm)),
        urgent_fraction: Ratio::from_ppm_down(book.urgent_fraction_ppm),
        dust: Value(book.dust_quote_atoms),
    }
}

/// The terms of a factor's liquidation bucket.
pub(crate) const fn bucket_terms(params: &FactorParams) -> BucketTerms {
    BucketTerms {
        capacity: Value(params.liquidation_capacity_quote_atoms),
        refill_per_second: Value(params.liquidation_refill_quote_atoms_per_second),
    }
}

/// The terms by which a market fills.
#[inline(always)]
pub(crate) fn fill_terms(params: &PerpMarketParams) -> FillTerms {
    FillTerms {
        skew_scale: Amount(params.skew_scale_base_atoms),
        fee: Ratio::from_ppm_up(params.fee_ppm),
        fee_reducing: Ratio::from_ppm_up(params.fee_reducing_ppm),
        insurance_share: Ratio::from_ppm_down(params.insurance_share_ppm),
    }
}

/// How large a side of a market may become, the depth being the smaller of its own and the factor's profile's.
#[inline(always)]
pub(crate) fn open_interest_terms(params: &PerpMarketParams, profile: &LiquidityProfile) -> OpenInterestTerms {
    OpenInterestTerms {
        max_open_interest: Amount(params.max_open_interest_base_atoms),
        depth: profile.profile().counted_depth(Value(params.depth_quote_atoms)),
        depth_multiple: Ratio::from_ppm_down(params.depth_multiple_ppm),
    }
}

/// How a market's funding moves.
#[inline(always)]
pub(crate) fn funding_terms(params: &PerpMarketParams) -> Result<FundingTerms> {
    let velocity = (u128::from(params.max_funding_velocity_ppm) << 48).checked_div(1_000_000).unwrap_or(0);
    Ok(FundingTerms {
        skew_scale: Amount(params.skew_scale_base_atoms),
        max_velocity: DailyRate::from_bits(i64::try_from(velocity).map_err(|_| RiskError::Overflow).or_refuse()?),
        cap_fraction: Ratio::from_ppm_down(params.funding_cap_ppm),
    })
}
