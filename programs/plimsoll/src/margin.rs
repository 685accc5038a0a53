//! The margin check: the Book and one margin account, nothing else.

mod calls;
mod legs;
mod liquidation;
mod netted;
mod outlook;
mod portfolio;

use anchor_lang::prelude::*;
use plimsoll_risk::RiskError;
use plimsoll_risk::health::CrossHealth;
use plimsoll_risk::quantities::{Index, Ratio, Shares, SignedValue};

pub use calls::{CALLED_BY_GROWTH, CALLED_BY_WALK, Call, Projection, clear_if_cured, daily_deviation_up, project};
use legs::{for_each_leg, for_each_perp, quote_balance, quote_leg, quote_reserve};
pub use liquidation::{Standing, liquidation_buffer, liquidation_health, liquidation_standing};
pub use portfolio::{StressReport, stress};

use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::MODE_PORTFOLIO;
use crate::state::{Book, MarginAccount};

/// Initial and maintenance health as the account's mode counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountHealth {
    /// Health that an action which adds risk needs.
    pub initial: SignedValue,
    /// Health below which the account may be liquidated.
    pub maintenance: SignedValue,
    /// Why the account may take no more risk.
    refusal: Option<RiskError>,
}

impl AccountHealth {
    /// Refuses an account that may not take more risk: `InitialHealthNegative` or `LegTooLarge`.
    pub fn admit(&self) -> Result<()> {
        self.refusal.map_or(Ok(()), Err).or_refuse()
    }

    /// Whether neither health is below what it was.
    const fn is_no_lower_than(&self, before: &Self) -> bool {
        self.initial.0 >= before.initial.0 && self.maintenance.0 >= before.maintenance.0
    }
}

/// Initial and maintenance health in the account's mode. Refuses debts and funding that were not brought up to date lately, and factors that wait
/// for confirmation.
pub fn health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<AccountHealth> {
    if account.mode == MODE_PORTFOLIO {
        return portfolio::health(book, account, now_seconds);
    }
    let cross = cross_health(book, account, now_seconds)?;
    Ok(AccountHealth { initial: cross.initial, maintenance: cross.maintenance, refusal: cross.admit().err() })
}

/// Initial and maintenance health in cross and isolated mode; a portfolio account's is never below it.
pub fn cross_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<CrossHealth> {
    let quote = quote_reserve(book, account);
    let mut health = balances_health_but(book, account, quote, now_seconds)?;
    if let Some(index) = quote {
        add_perps(book, account, &mut health, now_seconds)?;
        add_quote(book, account, index, &mut health, now_seconds)?;
    }
    Ok(health)
}

/// Health of the balances alone, each by itself: what lenders can rely on. Perps are left out.
pub fn balances_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<CrossHealth> {
    balances_health_but(book, account, None, now_seconds)
}

#[inline(never)]
fn balances_health_but(
    book: &Book,
    account: &MarginAccount,
    except: Option<u8>,
    now_seconds: u64,
) -> Result<CrossHealth> {
    let mut health = CrossHealth::default();
    let moment = book.moment(now_seconds);
    for_each_leg(book, account, except, |leg| {
        let (reserve, factor) = (leg.reserve, leg.factor);
        legs::require_settled_price(factor, now_seconds)?;
        let terms = factor.margin_terms(&moment)?;
        if leg.balance.debt_shares != 0 {
            legs::require_accrued(book, reserve, now_seconds)?;
            let index = Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()?;
            return health.add_debt(Shares(leg.balance.debt_shares), index, &terms).or_refuse();
        }
        let index = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
        let weights = legs::collateral_weights(reserve, now_seconds)?;
        health.add_deposit(Shares(leg.balance.deposit_shares), index, &terms, &weights).or_refuse()
    })?;
    Ok(health)
}

#[inline(always)]
fn add_perps(book: &Book, account: &MarginAccount, health: &mut CrossHealth, now_seconds: u64) -> Result<()> {
    let moment = book.moment(now_seconds);
    let profit_weight = Ratio::from_ppm_down(book.params.profit_weight_initial_ppm);
    for_each_perp(book, account, |leg| {
        let (market, factor) = (leg.market, leg.factor);
        if !leg.position.base.is_zero() {
            legs::require_settled_price(factor, now_seconds)?;
            market.require_funded(book, now_seconds)?;
        }
        let factor_terms = factor.margin_terms(&moment)?;
        let terms = market.margin_terms(&factor_terms, profit_weight, &moment)?;
        health.add_perp(&leg.position, &market.side_indices(), &terms).or_refuse()
    })
}

#[inline(always)]
fn add_quote(
    book: &Book,
    account: &MarginAccount,
    reserve_index: u8,
    health: &mut CrossHealth,
    now_seconds: u64,
) -> Result<()> {
    let (reserve, factor) = quote_leg(book, reserve_index)?;
    legs::require_settled_price(factor, now_seconds)?;
    let terms = factor.margin_terms(&book.moment(now_seconds))?;
    let balance = quote_balance(account, reserve_index, reserve)?;
    if !balance.debt.is_zero() {
        legs::require_accrued(book, reserve, now_seconds)?;
    }
    health.add_quote(&balance, &terms, &legs::collateral_weights(reserve, now_seconds)?).or_refuse()
}

/// Refuses an account that may not take more risk. One that owes nothing and holds no perp carries none: its owner may always take his deposits out.
pub fn require_initial_health(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<()> {
    if account.active_perps == 0 && account.balances.iter().all(|balance| balance.debt_shares == 0) {
        return Ok(());
    }
    if account.mode == MODE_PORTFOLIO {
        return portfolio::require_initial_health(book, account, now_seconds);
    }
    cross_health(book, account, now_seconds)?.admit().or_refuse()
}

/// What an action of the owner is judged by, taken before it.
pub enum Admission {
    /// Initial health must remain.
    InitialHealth,
    /// An action that only reduces risk, or one of a called account: it passes too where neither health is lower than before.
    NotLowered(AccountHealth),
}

impl Admission {
    /// Before an action that may add risk.
    #[inline(always)]
    pub fn of_action(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Self> {
        if account.is_called() { Self::of_reduction(book, account, now_seconds) } else { Ok(Self::InitialHealth) }
    }

    /// Before an action that only reduces risk.
    #[inline(never)]
    pub fn of_reduction(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Self> {
        Ok(Self::NotLowered(health(book, account, now_seconds)?))
    }

    /// Judges the account after the action. An account that passed the initial check is healthy since: the time for which it was unhealthy ends.
    #[inline(always)]
    pub fn judge(&self, book: &Book, account: &mut MarginAccount, now_seconds: u64) -> Result<()> {
        match self {
            Self::InitialHealth => require_initial_health(book, account, now_seconds)?,
            Self::NotLowered(before) => {
                let after = health(book, account, now_seconds)?;
                if after.initial.is_negative() {
                    require!(after.is_no_lower_than(before), PlimsollError::HealthLowered);
                    return Ok(());
                }
                after.admit()?;
            }
        }
        account.unhealthy_since_seconds = 0;
        Ok(())
    }
}
