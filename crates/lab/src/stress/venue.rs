//! What accounts trade on: a parameter file as the core reads it, and how deep the markets are.

use plimsoll_params::{BookParams, FactorListing, ParameterFile};
use plimsoll_risk::liquidation::{BonusTerms, BucketTerms, LiquidationTerms};
use plimsoll_risk::price::PriceParameters;
use plimsoll_risk::quantities::{Ratio, Value};
use plimsoll_risk::threshold::ThresholdParameters;
use plimsoll_risk::volatility::VolatilityParameters;

use super::error::StressError;
use crate::replay::{FactorModel, FactorParameters, Seeds};

/// Decimals of the quote token: a quote atom is 10⁻⁶ USD.
pub const QUOTE_DECIMALS: u8 = 6;
/// Quote atoms of a US dollar.
pub const QUOTE_ATOMS_PER_USD: f64 = 1e6;
/// The factor in which debts are drawn and perps settle: the first.
pub const QUOTE: usize = 0;

/// One factor's terms.
#[derive(Clone, Debug)]
pub struct VenueFactor {
    /// Its name in the parameter file.
    pub symbol: String,
    /// Decimals of its token.
    pub base_decimals: u8,
    /// Terms of prices, volatility and thresholds.
    pub model: FactorModel,
    /// Variances at listing.
    pub seeds: Seeds,
    /// Terms of liquidations that seize it, or close a perp on it.
    pub liquidation: LiquidationTerms,
    /// Its throughput.
    pub bucket: BucketTerms,
    /// Half the spread: what selling costs before impact.
    pub half_spread: f64,
    /// 1 + initial_gap.
    pub one_plus_gap: Ratio,
}

/// All factors, the quote first, and what they share.
#[derive(Clone, Debug)]
pub struct Venue {
    /// The factors.
    pub factors: Vec<VenueFactor>,
    /// 1 + liquidation_buffer: how far above maintenance a liquidation ends.
    pub one_plus_buffer: Ratio,
    /// The part of a factor's throughput that one account may take.
    pub account_share: Ratio,
    /// The part of an unrealised profit that counts in initial health.
    pub profit_weight: Ratio,
    /// Maintenance margin is announced this long ahead.
    pub grace_seconds: u64,
    /// Length of a grid step.
    pub grid_seconds: u64,
}

impl Venue {
    /// The terms of the named factors in this order; `grid_seconds` replaces the file's, for histories whose bars are longer.
    ///
    /// # Errors
    /// [`StressError::UnknownFactor`], or the core's refusal of a parameter.
    pub fn of(file: &ParameterFile, symbols: &[String], grid_seconds: Option<u32>) -> Result<Self, StressError> {
        let mut book = file.book.clone();
        book.grid_seconds = grid_seconds.unwrap_or(book.grid_seconds);
        let find = |symbol: &String| {
            let listing = file.factors.iter().find(|listing| listing.symbol.as_str() == symbol);
            listing.ok_or_else(|| StressError::UnknownFactor { symbol: symbol.clone() })
        };
        let factors = symbols.iter().map(|symbol| factor(&book, find(symbol)?)).collect::<Result<_, _>>()?;
        let one_plus = |ppm| Ratio::ONE.plus(Ratio::from_ppm_up(ppm)).map_err(StressError::Core);
        Ok(Self {
            factors,
            one_plus_buffer: one_plus(book.liquidation_buffer_ppm)?,
            account_share: Ratio::from_ppm_down(book.account_share_ppm),
            profit_weight: Ratio::from_ppm_down(book.profit_weight_initial_ppm),
            grace_seconds: book.grace_seconds.into(),
            grid_seconds: book.grid_seconds.into(),
        })
    }

    /// The terms of an account's own bucket: its share of the smaller of the factor's and the quote's.
    #[must_use]
    pub fn account_bucket(&self, factor: usize) -> BucketTerms {
        let (own, quote) = (self.factors[factor].bucket, self.factors[QUOTE].bucket);
        own.of_account(quote, self.account_share.min(Ratio::ONE)).unwrap_or(own)
    }
}

fn factor(book: &BookParams, listing: &FactorListing) -> Result<VenueFactor, StressError> {
    let params = &listing.params;
    let parameters = FactorParameters {
        price: price_parameters(listing),
        volatility: VolatilityParameters {
            floor_volatility_ppm: params.sigma_floor_ppm,
            winsor_sigmas_ppm: params.winsor_sigmas_ppm,
            fast_half_life_seconds: params.half_life_fast_seconds,
            slow_half_life_seconds: params.half_life_slow_seconds,
            jump_half_life_seconds: params.half_life_jump_seconds,
            grid_seconds: book.grid_seconds,
        },
        threshold: threshold_parameters(book, listing),
    };
    Ok(VenueFactor {
        symbol: listing.symbol.to_string(),
        base_decimals: listing.base_decimals,
        model: FactorModel::new(&parameters)?,
        seeds: Seeds::from_ppm(listing.seed_sigma_fast_ppm, listing.seed_sigma_slow_ppm)?,
        liquidation: liquidation_terms(book, listing),
        bucket: BucketTerms {
            capacity: Value(params.liquidation_capacity_quote_atoms),
            refill_per_second: Value(params.liquidation_refill_quote_atoms_per_second),
        },
        half_spread: f64::from(params.spread_ppm) / 2e6,
        one_plus_gap: Ratio::ONE.plus(Ratio::from_ppm_up(params.initial_gap_ppm))?,
    })
}

fn price_parameters(listing: &FactorListing) -> PriceParameters {
    let params = &listing.params;
    PriceParameters {
        max_age_seconds: params.max_age_seconds,
        liquidation_max_age_seconds: params.liquidation_max_age_seconds,
        max_confidence_ppm: params.max_confidence_ppm,
        confidence_multiple_ppm: params.confidence_multiple_ppm,
        age_sigmas_ppm: params.age_sigmas_ppm,
        halt_sigmas_ppm: params.halt_sigmas_ppm,
        halt_min_ppm: params.halt_min_ppm,
        confirm_seconds: params.confirm_seconds,
        base_decimals: listing.base_decimals,
        quote_decimals: QUOTE_DECIMALS,
    }
}

fn threshold_parameters(book: &BookParams, listing: &FactorListing) -> ThresholdParameters {
    let params = &listing.params;
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

fn liquidation_terms(book: &BookParams, listing: &FactorListing) -> LiquidationTerms {
    let params = &listing.params;
    LiquidationTerms {
        bonus: BonusTerms {
            min: Ratio::from_ppm_down(params.bonus_min_ppm),
            max: Ratio::from_ppm_down(params.bonus_max_ppm),
            slope: Ratio::from_ppm_down(book.bonus_slope_ppm),
            per_second: Ratio::from_ppm_down(book.bonus_rate_ppm_per_second),
        },
        insurance_cut: Ratio::from_ppm_down(params.insurance_cut_ppm),
        urgent_fraction: Ratio::from_ppm_down(book.urgent_fraction_ppm),
        dust: Value(book.dust_quote_atoms),
    }
}
