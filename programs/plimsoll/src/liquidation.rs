//! What a liquidation plan needs to know, gathered from the Book and the account.

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;
use plimsoll_risk::health::{self, LiquidationHealth};
use plimsoll_risk::liquidation::{
    Bucket, BucketTerms, ExchangeLeg, LiquidationInputs, LiquidationPlan, LiquidationTerms,
};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Value};

use crate::bridge::terms as bridge_terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::instructions::keeper::liquidate::LiquidationRequest;
use crate::margin;
use crate::state::{Book, Factor, MarginAccount};

/// The terms of an exchange between two reserves.
pub fn terms(book: &Book, request: &LiquidationRequest) -> Result<LiquidationTerms> {
    let (collateral, debt) = factors(book, request)?;
    Ok(bridge_terms::liquidation_terms(&book.params, &collateral.params, &debt.params))
}

/// The inputs of the plan. Refuses legs whose price is stale or waits for confirmation: they are not exchanged.
pub fn inputs(
    book: &Book,
    account: &MarginAccount,
    health: LiquidationHealth,
    request: &LiquidationRequest,
    now_seconds: u64,
) -> Result<LiquidationInputs> {
    let (collateral_factor, debt_factor) = factors(book, request)?;
    for factor in [collateral_factor, debt_factor] {
        factor.require_priced()?;
        let age = now_seconds.saturating_sub(factor.price.publish_time_seconds);
        require!(age <= u64::from(factor.params.liquidation_max_age_seconds), PlimsollError::StalePriceLeg);
        require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
    }
    let since = account.unhealthy_since_seconds;
    Ok(LiquidationInputs {
        health,
        debt: debt_leg(book, account, request, debt_factor, now_seconds)?,
        collateral: collateral_leg(book, account, request, collateral_factor, now_seconds)?,
        throughput_left: throughput_left(book, account, collateral_factor, debt_factor, now_seconds)?,
        insurance: Amount(book.reserve(request.debt_reserve)?.insurance_atoms),
        repay_limit: Amount(request.max_repay_atoms),
        seconds_unhealthy: if since == 0 { 0 } else { now_seconds.saturating_sub(since) },
    })
}

/// Takes what was liquidated out of the two factors' and the account's buckets.
pub fn take_throughput(
    book: &mut Book,
    account: &mut MarginAccount,
    request: &LiquidationRequest,
    plan: &LiquidationPlan,
    now_seconds: u64,
) -> Result<()> {
    let spend = |bucket: Bucket| {
        if plan.is_urgent { Ok(bucket.drain(plan.value)) } else { bucket.take(plan.value) }
    };
    let (collateral, debt) = factors(book, request)?;
    let account_terms = account_bucket_terms(book, collateral, debt)?;
    let left = spend(account_bucket(account).refilled(&account_terms, now_seconds)).or_refuse()?;
    account.throughput_available_quote_atoms = left.available.0;
    account.throughput_updated_seconds = left.updated_at;
    let (one, other) =
        (book.reserve(request.collateral_reserve)?.factor_index, book.reserve(request.debt_reserve)?.factor_index);
    for index in [Some(one), (other != one).then_some(other)].into_iter().flatten() {
        let factor = book.factor_mut(index)?;
        let left = spend(factor.bucket(now_seconds)).or_refuse()?;
        factor.set_bucket(&left);
    }
    Ok(())
}

fn factors<'a>(book: &'a Book, request: &LiquidationRequest) -> Result<(&'a Factor, &'a Factor)> {
    let collateral = book.factor(book.reserve(request.collateral_reserve)?.factor_index)?;
    let debt = book.factor(book.reserve(request.debt_reserve)?.factor_index)?;
    Ok((collateral, debt))
}

fn debt_leg(
    book: &Book,
    account: &MarginAccount,
    request: &LiquidationRequest,
    factor: &Factor,
    now_seconds: u64,
) -> Result<ExchangeLeg> {
    let position = account.position(request.debt_reserve.into())?;
    let totals = book.reserve(request.debt_reserve)?.totals();
    let (maintenance, end) = margins(book, factor, now_seconds)?;
    Ok(ExchangeLeg {
        price: Price::from_bits(factor.price.mid),
        amount: position.owed_up(&totals).or_refuse()?,
        maintenance_weight: health::debt_weight_up(maintenance).or_refuse()?,
        liquidation_end_weight: health::debt_weight_up(end).or_refuse()?,
    })
}

fn collateral_leg(
    book: &Book,
    account: &MarginAccount,
    request: &LiquidationRequest,
    factor: &Factor,
    now_seconds: u64,
) -> Result<ExchangeLeg> {
    let position = account.position(request.collateral_reserve.into())?;
    let reserve = book.reserve(request.collateral_reserve)?;
    let weight = reserve.weight_ramp().at_down(now_seconds).or_refuse()?;
    let (maintenance, end) = margins(book, factor, now_seconds)?;
    Ok(ExchangeLeg {
        price: Price::from_bits(factor.price.mid),
        amount: position.claim_down(&reserve.totals()).or_refuse()?,
        maintenance_weight: health::asset_weight_down(maintenance, weight),
        liquidation_end_weight: health::asset_weight_down(end, weight),
    })
}

/// Maintenance margin now, and the one that a liquidation aims at.
fn margins(book: &Book, factor: &Factor, now_seconds: u64) -> Result<(Ratio, Ratio)> {
    let maintenance = factor.maintenance_margin(book.step_at(now_seconds));
    Ok((maintenance, maintenance.times_up(margin::liquidation_buffer(book)?).or_refuse()?))
}

/// The least that the two factors' and the account's buckets let through.
fn throughput_left(
    book: &Book,
    account: &MarginAccount,
    collateral: &Factor,
    debt: &Factor,
    now_seconds: u64,
) -> Result<Value> {
    let account_terms = account_bucket_terms(book, collateral, debt)?;
    let own = account_bucket(account).refilled(&account_terms, now_seconds);
    let (one, other) = (collateral.bucket(now_seconds), debt.bucket(now_seconds));
    Ok(own.available.min(one.available).min(other.available))
}

/// An account's bucket starts full: time zero is long ago.
fn account_bucket(account: &MarginAccount) -> Bucket {
    Bucket {
        available: Value(account.throughput_available_quote_atoms),
        updated_at: account.throughput_updated_seconds,
    }
}

fn account_bucket_terms(book: &Book, collateral: &Factor, debt: &Factor) -> Result<BucketTerms> {
    let share = Ratio::from_ppm_down(book.params.account_share_ppm);
    let of_collateral = bridge_terms::bucket_terms(&collateral.params);
    let terms = of_collateral.of_account(bridge_terms::bucket_terms(&debt.params), share).or_refuse()?;
    if terms.capacity.is_zero() { Err(RiskError::ParameterOutOfBounds).or_refuse() } else { Ok(terms) }
}
