//! The tide: what maintenance margin is made of besides the paths, announced and brought into force on one clock. `docs/risk.md`, sections 14 and 15.
//!
//! In force and announced are written by [`turn`] alone, so nothing else can move a threshold within the grace.

use anchor_lang::prelude::*;
use plimsoll_risk::liquidity::{Impact, ImpactTerms};
use plimsoll_risk::portfolio;
use plimsoll_risk::quantities::{Amount, Price, Shares, Value};

use crate::constants::FACTORS;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::factor::ImpactState;
use crate::state::{Book, Factor};

/// Brings the newest correlations up to date with the covariance: in every fold.
#[inline(never)]
pub(crate) fn refresh_correlations(book: &mut Book) {
    let Book { covariance, model_newest, .. } = book;
    portfolio::correlations(covariance, &mut model_newest.correlations);
}

/// Begins a tide where none was or the last one is over: what was announced is in force, what is newest is announced. Returns whether it did.
pub(crate) fn turn(book: &mut Book, now_seconds: u64) -> Result<bool> {
    let is_first = book.tides == 0;
    if !is_first && !book.tide().is_over(now_seconds) {
        return Ok(false);
    }
    refresh_every_impact(book, now_seconds)?;
    for factor in book.factors.iter_mut().filter(|factor| factor.is_listed()) {
        let liquidity = &mut factor.liquidity;
        liquidity.in_force = liquidity.announced;
        liquidity.announced = liquidity.newest;
    }
    announce_model(book);
    book.announced_seconds = now_seconds;
    book.tides = book.tides.checked_add(1).ok_or(PlimsollError::Overflow)?;
    Ok(true)
}

/// A model is larger than a third of a stack frame: it moves from field to field.
#[inline(never)]
fn announce_model(book: &mut Book) {
    let Book { model_in_force, model_announced, model_newest, .. } = book;
    model_in_force.clone_from(model_announced);
    model_announced.clone_from(model_newest);
}

/// Brings the newest impact of every listed factor up to date.
pub(crate) fn refresh_every_impact(book: &mut Book, now_seconds: u64) -> Result<()> {
    for (factor_index, slot) in (0u8..).zip(0..FACTORS) {
        if book.factors.get(slot).is_some_and(Factor::is_listed) {
            refresh_impact(book, factor_index, now_seconds)?;
        }
    }
    Ok(())
}

/// Brings a factor's newest impact up to date with profile, measured volume, parameters and what the Book holds of it.
#[inline(never)]
pub(crate) fn refresh_impact(book: &mut Book, factor_index: u8, now_seconds: u64) -> Result<()> {
    let factor = book.factor(factor_index)?;
    let (params, profile) = (&factor.params, factor.liquidity.profile.profile());
    if !profile.is_set() {
        book.factor_mut(factor_index)?.liquidity.newest = ImpactState::default();
        return Ok(());
    }
    let measured = factor.liquidity.measured();
    let held = Held::of(book, factor_index, Price::from_bits(factor.price.mid));
    let impact = Impact::new(&ImpactTerms {
        multiple_ppm: params.impact_multiple_ppm,
        shortfall_multiple_ppm: params.tail_multiplier_ppm,
        horizon_seconds: params.horizon_seconds,
        daily_volume: measured.counted(profile.daily_volume, params.volume_multiple_ppm, now_seconds),
        concentration_share_ppm: book.params.concentration_share_ppm,
        long: held.long,
        short: held.short,
    })
    .or_refuse()?;
    book.factor_mut(factor_index)?.liquidity.newest = ImpactState::of(&impact);
    Ok(())
}

/// What all accounts of the Book hold of a factor, at mid, rounded up.
struct Held {
    /// Deposits and longs.
    long: Value,
    /// Debts and shorts.
    short: Value,
}

impl Held {
    /// Sums reserves and markets. What does not fit counts as the most that does: a refusal would stop the folds.
    fn of(book: &Book, factor_index: u8, mid: Price) -> Self {
        const MOST: Amount = Amount(u64::MAX);
        let (mut long, mut short) = (Amount(0), Amount(0));
        let mut add = |longs: Amount, shorts: Amount| {
            long = Amount(long.0.saturating_add(longs.0));
            short = Amount(short.0.saturating_add(shorts.0));
        };
        let is_of = |index: u8| index == factor_index;
        for reserve in book.reserves.iter().filter(|reserve| reserve.is_listed() && is_of(reserve.factor_index)) {
            let totals = reserve.totals();
            let deposits = totals.deposit_index.amount_up(Shares(reserve.total_deposit_shares)).unwrap_or(MOST);
            add(deposits, totals.debt_index.amount_up(Shares(reserve.total_debt_shares)).unwrap_or(MOST));
        }
        for market in book.perp_markets.iter().filter(|market| market.is_listed() && is_of(market.factor_index)) {
            add(Amount(market.long_base_atoms), Amount(market.short_base_atoms));
        }
        let value = |amount| mid.value_up(amount).unwrap_or(Value(u64::MAX));
        Self { long: value(long), short: value(short) }
    }
}
