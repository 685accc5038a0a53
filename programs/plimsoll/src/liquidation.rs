//! What every liquidation shares (legs fresh enough, throughput), and the inputs of a plan between two reserves.

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;
use plimsoll_risk::health::{LiquidationFactorTerms, LiquidationHealth};
use plimsoll_risk::liquidation::{Bucket, BucketTerms, ExchangeLeg, LiquidationInputs, LiquidationTerms};
use plimsoll_risk::quantities::{Amount, Ratio, SignedAmount, Value};

use crate::bridge::terms as bridge_terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::instructions::keeper::liquidate::LiquidationRequest;
use crate::margin::{self, Standing};
use crate::perp_liquidation;
use crate::state::{Book, Factor, MarginAccount};

/// What a liquidation takes out of the buckets.
pub struct Throughput {
    /// The value that passes.
    pub value: Value,
    /// Whether it passes regardless of what the buckets hold.
    pub is_urgent: bool,
}

/// The terms of an exchange between two reserves.
pub fn terms(book: &Book, request: &LiquidationRequest) -> Result<LiquidationTerms> {
    let [collateral, debt] = factors(book, request)?;
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
    let factors = factors(book, request)?;
    for factor in factors {
        require_exchangeable(factor, now_seconds)?;
    }
    let [collateral_factor, debt_factor] = factors;
    let named = Named { book, account, health: &health };
    Ok(LiquidationInputs {
        health,
        debt: debt_leg(&named, request.debt_reserve, debt_factor, now_seconds)?,
        collateral: collateral_leg(&named, request.collateral_reserve, collateral_factor, now_seconds)?,
        throughput_left: throughput_left(book, account, factors, now_seconds)?,
        insurance: Amount(book.reserve(request.debt_reserve)?.insurance_atoms),
        repay_limit: Amount(request.max_repay_atoms),
        seconds_unhealthy: seconds_unhealthy(account, now_seconds),
    })
}

/// Refuses a price that nothing may be exchanged at: none, too old, or waiting for confirmation.
pub(crate) fn require_exchangeable(factor: &Factor, now_seconds: u64) -> Result<()> {
    factor.require_priced()?;
    let age = now_seconds.saturating_sub(factor.price.publish_time_seconds);
    require!(age <= u64::from(factor.params.liquidation_max_age_seconds), PlimsollError::StalePriceLeg);
    require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
    Ok(())
}

/// How long the account has been known to be unhealthy.
pub(crate) const fn seconds_unhealthy(account: &MarginAccount, now_seconds: u64) -> u64 {
    let since = account.unhealthy_since_seconds;
    if since == 0 { 0 } else { now_seconds.saturating_sub(since) }
}

/// Refuses a step that did not raise maintenance health in cross and, unless the account is urgent, in its own mode; keeps the moment since when the
/// account is unhealthy.
///
/// A step may take a hedge away: then cross health rises, because a leg is gone, and portfolio health falls.
pub fn require_improved(
    account: &mut MarginAccount,
    [before, after]: [&Standing; 2],
    is_urgent: bool,
    now_seconds: u64,
) -> Result<()> {
    let is_better = after.cross_maintenance > before.cross_maintenance
        && (is_urgent || after.health.maintenance > before.health.maintenance);
    require!(is_better, PlimsollError::HealthNotImproved);
    if !after.health.maintenance.is_negative() {
        account.unhealthy_since_seconds = 0;
    } else if account.unhealthy_since_seconds == 0 {
        account.unhealthy_since_seconds = now_seconds;
    }
    Ok(())
}

/// Refuses a liquidator who took more over than his account may carry.
pub fn require_liquidator_health(book: &Book, liquidator: &MarginAccount, now_seconds: u64) -> Result<()> {
    let health = margin::health(book, liquidator, now_seconds)?;
    require!(!health.initial.is_negative(), PlimsollError::LiquidatorHealth);
    health.admit()
}

/// Takes what was liquidated out of the two factors' buckets (one, where both are the same) and the account's.
pub fn take_throughput(
    book: &mut Book,
    account: &mut MarginAccount,
    [one, other]: [u8; 2],
    taken: &Throughput,
    now_seconds: u64,
) -> Result<()> {
    let spend = |bucket: Bucket| if taken.is_urgent { Ok(bucket.drain(taken.value)) } else { bucket.take(taken.value) };
    let account_terms = account_bucket_terms(book, [book.factor(one)?, book.factor(other)?])?;
    let left = spend(account_bucket(account).refilled(&account_terms, now_seconds)).or_refuse()?;
    account.throughput_available_quote_atoms = left.available.0;
    account.throughput_updated_seconds = left.updated_at;
    for index in [Some(one), (other != one).then_some(other)].into_iter().flatten() {
        let factor = book.factor_mut(index)?;
        let left = spend(factor.bucket(now_seconds)).or_refuse()?;
        factor.set_bucket(&left);
    }
    Ok(())
}

/// The least that the two factors' and the account's buckets let through.
pub(crate) fn throughput_left(
    book: &Book,
    account: &MarginAccount,
    factors: [&Factor; 2],
    now_seconds: u64,
) -> Result<Value> {
    let account_terms = account_bucket_terms(book, factors)?;
    let own = account_bucket(account).refilled(&account_terms, now_seconds);
    let [one, other] = factors.map(|factor| factor.bucket(now_seconds).available);
    Ok(own.available.min(one).min(other))
}

/// An account's bucket starts full: time zero is long ago.
fn account_bucket(account: &MarginAccount) -> Bucket {
    Bucket {
        available: Value(account.throughput_available_quote_atoms),
        updated_at: account.throughput_updated_seconds,
    }
}

fn account_bucket_terms(book: &Book, factors: [&Factor; 2]) -> Result<BucketTerms> {
    let share = Ratio::from_ppm_down(book.params.account_share_ppm);
    let [one, other] = factors.map(|factor| bridge_terms::bucket_terms(&factor.params));
    let terms = one.of_account(other, share).or_refuse()?;
    if terms.capacity.is_zero() { Err(RiskError::ParameterOutOfBounds).or_refuse() } else { Ok(terms) }
}

/// Factors of the collateral and of the debt.
fn factors<'a>(book: &'a Book, request: &LiquidationRequest) -> Result<[&'a Factor; 2]> {
    let [collateral, debt] = factor_indices(book, request)?;
    Ok([book.factor(collateral)?, book.factor(debt)?])
}

/// Indices of the factors of the collateral and of the debt.
pub(crate) fn factor_indices(book: &Book, request: &LiquidationRequest) -> Result<[u8; 2]> {
    Ok([book.reserve(request.collateral_reserve)?.factor_index, book.reserve(request.debt_reserve)?.factor_index])
}

/// The account whose legs are named.
struct Named<'a> {
    book: &'a Book,
    account: &'a MarginAccount,
    health: &'a LiquidationHealth,
}

fn debt_leg(named: &Named, reserve_index: u8, factor: &Factor, now_seconds: u64) -> Result<ExchangeLeg> {
    let reserve = named.book.reserve(reserve_index)?;
    let owed = named.account.position(reserve_index.into())?.owed_up(&reserve.totals()).or_refuse()?;
    let amount = named.not_netted(reserve_index, owed, SignedAmount::negated)?;
    ExchangeLeg::debt(amount, &named.factor_terms(factor, now_seconds)?).or_refuse()
}

fn collateral_leg(named: &Named, reserve_index: u8, factor: &Factor, now_seconds: u64) -> Result<ExchangeLeg> {
    let reserve = named.book.reserve(reserve_index)?;
    let claim = named.account.position(reserve_index.into())?.claim_down(&reserve.totals()).or_refuse()?;
    let amount = named.not_netted(reserve_index, claim, Ok)?;
    let weight = reserve.weight_ramp().at_down(now_seconds).or_refuse()?;
    ExchangeLeg::deposit(amount, weight, &named.factor_terms(factor, now_seconds)?).or_refuse()
}

impl Named<'_> {
    fn factor_terms(&self, factor: &Factor, now_seconds: u64) -> Result<LiquidationFactorTerms> {
        factor.liquidation_margin_terms(&self.book.moment(now_seconds), margin::liquidation_buffer(self.book)?)
    }

    /// What of a balance may be exchanged. Health nets the balance of the quote reserve with the PnL of perps, and only what that leaves carries
    /// the leg's weight: a deposit beyond it stands behind losses, a debt beyond it is covered by profits. `net_of` turns the net to the
    /// leg's side.
    fn not_netted(
        &self,
        reserve_index: u8,
        balance: Amount,
        net_of: impl Fn(SignedAmount) -> plimsoll_risk::Result<SignedAmount>,
    ) -> Result<Amount> {
        let (book, account) = (self.book, self.account);
        if account.active_perps == 0 || reserve_index != book.pool.quote_reserve || balance.is_zero() {
            return Ok(balance);
        }
        let net = net_of(perp_liquidation::quote_net(book, account, self.health)?).or_refuse()?;
        require!(net > SignedAmount::ZERO, PlimsollError::QuoteNetted);
        Ok(balance.min(net.magnitude()))
    }
}
