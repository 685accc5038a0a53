//! Reads oracle accounts into the Book: any subset of its feeds, in any order.

use anchor_lang::prelude::*;
use plimsoll_risk::price::{self, JumpDecision, PriceTerms, Quote, StablePrice};
use plimsoll_risk::quantities::{LogPrice, Ratio};
use plimsoll_risk::volatility::Observations;

use super::Crank;
use crate::bridge::terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::PricesRefreshed;
use crate::oracle;
use crate::state::Factor;

/// What became of one publication.
enum Outcome {
    Accepted,
    Pending,
    /// The factor has it already: keepers race, and a liquidation sent along must not fail for that.
    Known,
}

/// What every factor of the Book is refreshed with.
struct Grid {
    now_seconds: u64,
    step_seconds: u32,
    quote_decimals: u8,
}

pub(crate) fn handler(ctx: Context<Crank>) -> Result<()> {
    require!(!ctx.remaining_accounts.is_empty(), PlimsollError::NoOracles);
    let now_seconds = crate::clock::now_seconds()?;
    let mut book = ctx.accounts.book.load_mut()?;
    book.require_version()?;
    let grid = Grid { now_seconds, step_seconds: book.params.grid_seconds, quote_decimals: book.quote_decimals };

    let (mut accepted, mut pending) = (0u16, 0u16);
    for account in ctx.remaining_accounts {
        let oracle = oracle::read(account)?;
        let (index, factor) = oracle::factor_of(&mut book, &oracle)?;
        match refresh(factor, &oracle.publication, &grid)? {
            Outcome::Accepted => accepted |= 1 << index,
            Outcome::Pending => pending |= 1 << index,
            Outcome::Known => {}
        }
    }

    emit!(PricesRefreshed { book: ctx.accounts.book.key(), accepted, pending });
    Ok(())
}

/// Screens one publication and, where it is accepted, stores price, bands, stable price and sample.
fn refresh(factor: &mut Factor, publication: &price::Publication, grid: &Grid) -> Result<Outcome> {
    let (in_force, guard) = (factor.quote(), factor.jump_guard());
    let newest = guard.newest_seconds(&in_force);
    if u64::try_from(publication.publish_time_seconds) == Ok(newest) {
        return Ok(Outcome::Known);
    }
    let terms = terms::price_terms(factor, grid.quote_decimals)?;
    let arriving = publication.screen(newest, grid.now_seconds, &terms).or_refuse()?;
    let volatility = terms::volatility_terms(&factor.params, grid.step_seconds)?;
    let reference = factor.volatility_state().reference(&volatility);

    let (decision, guard) = guard.judge(&in_force, arriving, reference, &terms).or_refuse()?;
    factor.set_jump_guard(&guard);
    let JumpDecision::Accepted(quote) = decision else {
        return Ok(Outcome::Pending);
    };
    accept(factor, &quote, &terms, grid)?;
    observe(factor, &quote, grid)?;
    Ok(Outcome::Accepted)
}

/// Stores an accepted price with its stable price and bands.
fn accept(factor: &mut Factor, quote: &Quote, terms: &PriceTerms, grid: &Grid) -> Result<()> {
    let at = quote.publish_time_seconds;
    let stable = if factor.price.mid == 0 {
        StablePrice::start(quote.mid, at, &mut factor.stable.hours)
    } else {
        factor.stable_price().update(quote.mid, at, &mut factor.stable.hours).or_refuse()?
    };
    factor.set_stable_price(&stable);
    let sigma = Ratio::from_bits(factor.volatility.sigma_now);
    let band = price::initial_band(quote, stable.price, sigma, grid.now_seconds, terms).or_refuse()?;
    factor.set_price(quote, &band);
    Ok(())
}

/// Takes the price into the step's range, and as its sample where it is the first after the boundary.
fn observe(factor: &mut Factor, quote: &Quote, grid: &Grid) -> Result<()> {
    let log_price = quote.mid.ln().or_refuse()?;
    let grid_seconds = u64::from(grid.step_seconds);
    if factor.volatility.sample_step == 0 {
        return start(factor, log_price, quote.publish_time_seconds, grid_seconds);
    }
    let (observations, _) = factor
        .observations()
        .observe(log_price, quote.publish_time_seconds, quote.prev_publish_time_seconds, grid_seconds)
        .or_refuse()?;
    factor.set_observations(&observations);
    Ok(())
}

/// A listing's first price stands for a sample.
fn start(factor: &mut Factor, log_price: LogPrice, at_seconds: u64, grid_seconds: u64) -> Result<()> {
    let step = at_seconds.checked_div(grid_seconds).ok_or(PlimsollError::DivisionByZero)?;
    factor.set_observations(&Observations::start(log_price, step));
    let mut volatility = factor.volatility_state();
    volatility.last_sample = log_price;
    volatility.last_step = step;
    factor.set_volatility(&volatility);
    Ok(())
}
