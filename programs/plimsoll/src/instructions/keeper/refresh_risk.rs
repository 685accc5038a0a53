//! Folds one grid step into variances, covariances, correlations and thresholds, and turns the tide where it is over.

use anchor_lang::prelude::*;
use plimsoll_risk::correlation::{self, CovarianceWeights};
use plimsoll_risk::price;
use plimsoll_risk::quantities::{Decay, LogReturn};
use plimsoll_risk::volatility::{self, Decays};

use super::Crank;
use crate::bridge::terms;
use crate::constants::FACTORS;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::{RiskRefreshed, TideTurned};
use crate::oracle::{self, OraclePublication};
use crate::state::{Book, Factor};
use crate::tide;

pub(crate) fn handler(ctx: Context<Crank>) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.book.load_mut()?;
    let book = &mut *book;
    book.require_version()?;
    for account in ctx.remaining_accounts {
        bring_sample(book, &oracle::read(account)?, now_seconds)?;
    }

    let step = step_to_fold(book, now_seconds)?;
    let sampled = fold(book, step, now_seconds)?;
    tide::refresh_correlations(book);
    let turned = tide::turn(book, now_seconds)?;

    emit!(RiskRefreshed { book: ctx.accounts.book.key(), step, sampled });
    if turned {
        emit!(TideTurned { book: ctx.accounts.book.key(), tide: book.tides, announced_seconds: now_seconds });
    }
    Ok(())
}

/// Takes a sample that `refresh_prices` has not seen: the first publication of its step, screened like any price, and no jump.
fn bring_sample(book: &mut Book, oracle: &OraclePublication, now_seconds: u64) -> Result<()> {
    let (grid_seconds, quote_decimals) = (book.params.grid_seconds, book.quote_decimals);
    let (_, factor) = oracle::factor_of(book, oracle)?;
    factor.require_priced()?;
    let terms = terms::price_terms(factor, quote_decimals)?;
    // a sample may be older than the price in force; its step must be newer than the newest sample's
    let quote = oracle.publication.screen(0, now_seconds, &terms).or_refuse()?;
    let volatility = terms::volatility_terms(&factor.params, grid_seconds)?;
    let reference = factor.volatility_state().reference(&volatility);
    let is_jump = price::is_jump(&factor.quote(), &quote, reference, &terms).or_refuse()?;
    require!(!is_jump, PlimsollError::PricePending);
    let observations = factor
        .observations()
        .observe_sample(
            quote.mid.ln().or_refuse()?,
            quote.publish_time_seconds,
            quote.prev_publish_time_seconds,
            u64::from(grid_seconds),
        )
        .or_refuse()?;
    factor.set_observations(&observations);
    Ok(())
}

/// The step under way, if it is new and every live factor has its sample or the wait is over.
fn step_to_fold(book: &Book, now_seconds: u64) -> Result<u64> {
    let grid_seconds = u64::from(book.params.grid_seconds);
    let step = book.step_at(now_seconds);
    // a feed that published nothing for a whole step is dead and keeps nobody waiting
    let live_since = step.saturating_sub(1).saturating_mul(grid_seconds);
    let mut live = book.factors.iter().filter(|factor| {
        factor.is_listed() && factor.price.mid != 0 && factor.price.publish_time_seconds >= live_since
    });
    let all_sampled = live.all(|factor| factor.volatility.sample_step >= step);
    volatility::step_to_fold(book.folded_step, all_sampled, now_seconds, grid_seconds).or_refuse()
}

/// Folds every factor that has a sample, then the covariances, then every threshold. Returns a bit per factor folded.
fn fold(book: &mut Book, step: u64, now_seconds: u64) -> Result<u16> {
    let steps = step.saturating_sub(book.folded_step);
    let grid_seconds = book.params.grid_seconds;
    let points = terms::path_points(&book.params)?;
    let mut returns = [LogReturn::ZERO; FACTORS];
    let mut sampled = 0u16;
    for (index, (factor, entry)) in book.factors.iter_mut().zip(returns.iter_mut()).enumerate() {
        if !factor.is_listed() {
            continue;
        }
        if let Some((winsorised, spanned)) = fold_volatility(factor, step, grid_seconds)? {
            sampled |= 1 << index;
            // returns over other intervals have no partner in this fold
            if spanned == steps {
                *entry = winsorised;
            }
        }
        let threshold_terms = terms::stored_threshold_terms(factor, points)?;
        let goal = factor.margin_goal(&threshold_terms, now_seconds)?;
        let path = factor.path(points);
        if path.first_step < step {
            let slid = path.slide(step, goal, &threshold_terms).or_refuse()?;
            factor.set_thresholds(&slid, &threshold_terms, now_seconds)?;
        }
    }
    fold_covariance(book, &returns, steps)?;
    book.folded_step = step;
    Ok(sampled)
}

/// Folds one factor's sample, if it has one that is due. Returns the winsorised return and the steps that it spans.
fn fold_volatility(factor: &mut Factor, step: u64, grid_seconds: u32) -> Result<Option<(LogReturn, u64)>> {
    let (state, observations) = (factor.volatility_state(), factor.observations());
    if !state.is_due(&observations, step) {
        return Ok(None);
    }
    let terms = terms::volatility_terms(&factor.params, grid_seconds)?;
    let spanned = step.saturating_sub(state.last_step);
    let decays = if spanned == 1 { factor.step_decays() } else { Decays::over(spanned, &terms).or_refuse()? };
    let folded = state.fold(&observations, &decays, &terms).or_refuse()?;
    factor.set_volatility(&folded.volatility);
    factor.set_observations(&folded.observations);
    Ok(Some((folded.winsorised, folded.steps)))
}

fn fold_covariance(book: &mut Book, returns: &[LogReturn; FACTORS], steps: u64) -> Result<()> {
    let params = &book.params;
    let decay = if steps == 1 {
        Decay::from_bits(book.decay_covariance)
    } else {
        let elapsed = u64::from(params.grid_seconds).checked_mul(steps).ok_or(PlimsollError::Overflow)?;
        Decay::over(elapsed, params.covariance_half_life_seconds).or_refuse()?
    };
    let steps_per_day = volatility::steps_per_day(params.grid_seconds).or_refuse()?;
    let weights = CovarianceWeights::new(decay, steps, steps_per_day.into()).or_refuse()?;
    correlation::fold(&mut book.covariance, returns, &weights).or_refuse()
}
