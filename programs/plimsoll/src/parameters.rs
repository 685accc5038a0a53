//! Setting parameters: whole structs, checked by the core, with what is derived from them.

mod liquidity;
mod perps;

use anchor_lang::prelude::*;
use plimsoll_risk::liquidation::Bucket;
use plimsoll_risk::liquidity::MAX_SPREAD_PPM;
use plimsoll_risk::quantities::{Decay, Rate, Ratio, Variance};
use plimsoll_risk::ramp::Ramp;
use plimsoll_risk::threshold::Path;
use plimsoll_risk::volatility::{Decays, Volatility};

pub(crate) use liquidity::{set_implied_feed, set_liquidity_profile, set_scenarios};
pub(crate) use perps::{seed_perp_market, set_perp_params, set_pool_params};

use crate::bridge::terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::instructions::governance::list_factor::FactorListing;
use crate::instructions::governance::list_reserve::ReserveListing;
use crate::state::{Book, BookParams, Factor, FactorParams, Reserve, ReserveParams, Wide};
use crate::tide;

const ONE_PPM: u32 = 1_000_000;
/// Bounds of every grid and half-life are the core's; these are the program's own.
const MAX_ACCRUAL_AGE_SECONDS: core::ops::RangeInclusive<u32> = 10..=3_600;
const MAX_WALK_SECONDS: u32 = 31_536_000;

/// Sets the Book's parameters and everything that follows from them. Grid and grace are fixed once they are set: the announced paths are cut by them.
pub(crate) fn set_book_params(book: &mut Book, params: &BookParams, now_seconds: u64) -> Result<()> {
    let is_first = book.params_version == 0;
    let same_grid =
        params.grid_seconds == book.params.grid_seconds && params.grace_seconds == book.params.grace_seconds;
    require!(is_first || same_grid, PlimsollError::GridFixed);
    check_book_params(params)?;

    book.params = *params;
    book.params_version = book.params_version.checked_add(1).ok_or(PlimsollError::Overflow)?;
    let grid_seconds = u64::from(params.grid_seconds);
    book.decay_covariance = Decay::over(grid_seconds, params.covariance_half_life_seconds).or_refuse()?.to_bits();
    for factor in book.factors.iter_mut().filter(|factor| factor.is_listed()) {
        rederive(factor, params)?;
    }
    // what walks with the tide is announced by it
    book.model_newest.refresh_bounds();
    book.model_newest.correlation_shrinkage_ppm = params.correlation_shrinkage_ppm;
    book.model_newest.hedged_floor_ppm = params.hedged_floor_ppm;
    tide::refresh_every_impact(book, now_seconds)
}

fn check_book_params(params: &BookParams) -> Result<()> {
    plimsoll_risk::volatility::steps_per_day(params.grid_seconds).or_refuse()?;
    let whole_steps = params.grace_seconds.checked_rem(params.grid_seconds) == Some(0);
    let steps = params.grace_seconds.checked_div(params.grid_seconds).unwrap_or(0);
    let fits = whole_steps
        && (1..=12).contains(&steps)
        && (3_600..=31_536_000).contains(&params.covariance_half_life_seconds)
        && params.walk_relative_ppm_per_hour <= 200_000
        && (100..=100_000).contains(&params.walk_absolute_ppm_per_hour)
        && params.liquidation_buffer_ppm <= ONE_PPM
        && params.bonus_slope_ppm <= ONE_PPM
        && params.bonus_rate_ppm_per_second <= ONE_PPM
        && (1..=ONE_PPM).contains(&params.urgent_fraction_ppm)
        && (1..=ONE_PPM).contains(&params.account_share_ppm)
        && MAX_ACCRUAL_AGE_SECONDS.contains(&params.max_accrual_age_seconds)
        && params.profit_weight_initial_ppm <= ONE_PPM
        && params.correlation_shrinkage_ppm <= ONE_PPM
        && params.hedged_floor_ppm <= ONE_PPM
        && params.concentration_share_ppm <= ONE_PPM
        && params.warn_sigmas_ppm <= 20 * ONE_PPM;
    require!(fits, PlimsollError::ParameterOutOfBounds);
    Ok(())
}

/// Sets a factor's parameters and everything that follows from them but the impact, for which the whole Book is needed. Initial margin follows
/// at once, the path at the next fold.
pub(crate) fn set_factor_params(
    factor: &mut Factor,
    book: &BookParams,
    params: &FactorParams,
    now_seconds: u64,
) -> Result<()> {
    let fits = params.bonus_min_ppm <= params.bonus_max_ppm
        && params.impact_multiple_ppm <= 10 * ONE_PPM
        // the core sees it with the profile's, and bounded
        && params.spread_ppm <= MAX_SPREAD_PPM
        && params.liquidation_capacity_quote_atoms > 0
        && params.liquidation_refill_quote_atoms_per_second > 0;
    require!(fits, PlimsollError::ParameterOutOfBounds);
    factor.params = *params;
    factor.params_version = factor.params_version.checked_add(1).ok_or(PlimsollError::Overflow)?;
    restate(factor, book, now_seconds)
}

/// Derives a factor's constants and, at once, its goal and initial margin; the path stays as announced.
fn restate(factor: &mut Factor, book: &BookParams, now_seconds: u64) -> Result<()> {
    rederive(factor, book)?;
    let points = terms::path_points(book)?;
    let path = factor.path(points);
    factor.set_thresholds(&path, &terms::stored_threshold_terms(factor, points)?, now_seconds)
}

/// Derives and stores the constants of a factor's parameters.
fn rederive(factor: &mut Factor, book: &BookParams) -> Result<()> {
    // the decimals of the quote bear on no bound
    terms::price_terms(factor, factor.base_decimals)?;
    factor.threshold.derived = terms::derived(&terms::threshold_terms(factor, book)?);
    let volatility = terms::volatility_terms(&factor.params, book.grid_seconds)?;
    let decays = Decays::over(1, &volatility).or_refuse()?;
    factor.volatility.decay_fast = decays.fast.to_bits();
    factor.volatility.decay_slow = decays.slow.to_bits();
    factor.volatility.decay_jump = decays.jump.to_bits();
    Ok(())
}

/// Starts a new factor: its guess of volatility, its path all along at the goal, its liquidation bucket full.
pub(crate) fn seed_factor(
    factor: &mut Factor,
    book: &BookParams,
    listing: &FactorListing,
    now_seconds: u64,
) -> Result<()> {
    let seeds = [listing.seed_sigma_fast_ppm, listing.seed_sigma_slow_ppm];
    require!(seeds.iter().all(|seed| (100..=2_000_000).contains(seed)), PlimsollError::ParameterOutOfBounds);
    let seed = |ppm| Variance::from_root(Ratio::from_ppm_up(ppm)).or_refuse();
    let volatility = Volatility {
        fast: seed(listing.seed_sigma_fast_ppm)?,
        slow: seed(listing.seed_sigma_slow_ppm)?,
        ..factor.volatility_state()
    };
    factor.set_volatility(&volatility);
    set_factor_params(factor, book, &listing.params, now_seconds)?;

    let threshold_terms = terms::stored_threshold_terms(factor, terms::path_points(book)?)?;
    let step = now_seconds.checked_div(u64::from(book.grid_seconds)).ok_or(PlimsollError::DivisionByZero)?;
    let path = Path::start(factor.margin_goal(&threshold_terms, now_seconds)?, step, &threshold_terms);
    factor.set_thresholds(&path, &threshold_terms, now_seconds)?;
    factor.set_bucket(&Bucket::full(&terms::bucket_terms(&factor.params), now_seconds));
    Ok(())
}

/// Starts a new reserve: both indices at one.
pub(crate) fn seed_reserve(reserve: &mut Reserve, listing: &ReserveListing, now_seconds: u64) -> Result<()> {
    let one = Wide::new(plimsoll_risk::quantities::Index::ONE.to_bits());
    reserve.deposit_index = one;
    reserve.debt_index = one;
    reserve.accrued_seconds = now_seconds;
    check_reserve_params(&listing.params)?;
    let rate = listing.initial_rate_ppm_per_year;
    let in_bounds = (listing.params.rate_min_ppm_per_year..=listing.params.rate_max_ppm_per_year).contains(&rate);
    require!(in_bounds, PlimsollError::ParameterOutOfBounds);
    reserve.rate_at_target = Rate::from_ppm_per_year_down(rate).to_bits();
    reserve.params = listing.params;
    reserve.params_version = 1;
    reserve.weight_initial = Ratio::from_ppm_down(listing.params.collateral_weight_initial_ppm).to_bits();
    let weight = Ratio::from_ppm_down(listing.params.collateral_weight_maintenance_ppm);
    reserve.set_weight_ramp(&Ramp::fixed(weight, now_seconds));
    Ok(())
}

/// Sets a reserve's parameters; the maintenance weight is announced for one grace and then walks.
pub(crate) fn set_reserve_params(
    reserve: &mut Reserve,
    params: &ReserveParams,
    grace_seconds: u32,
    now_seconds: u64,
) -> Result<()> {
    check_reserve_params(params)?;
    let to = Ratio::from_ppm_down(params.collateral_weight_maintenance_ppm);
    if to.to_bits() != reserve.weight_to {
        let (grace, walk) = (u64::from(grace_seconds), u64::from(params.collateral_walk_seconds));
        let ramp = reserve.weight_ramp().announced(to, now_seconds, grace, walk).or_refuse()?;
        reserve.set_weight_ramp(&ramp);
    }
    reserve.weight_initial = Ratio::from_ppm_down(params.collateral_weight_initial_ppm).to_bits();
    reserve.params = *params;
    reserve.params_version = reserve.params_version.checked_add(1).ok_or(PlimsollError::Overflow)?;
    Ok(())
}

fn check_reserve_params(params: &ReserveParams) -> Result<()> {
    terms::interest_terms(params)?;
    let fits = params.max_utilisation_ppm <= ONE_PPM
        && params.max_utilisation_ppm >= params.target_utilisation_ppm
        && params.collateral_weight_initial_ppm <= params.collateral_weight_maintenance_ppm
        && params.collateral_weight_maintenance_ppm <= ONE_PPM
        && (3_600..=MAX_WALK_SECONDS).contains(&params.collateral_walk_seconds)
        && params.flash_loan_fee_ppm <= 100_000
        && params.reserved == 0;
    require!(fits, PlimsollError::ParameterOutOfBounds);
    Ok(())
}
