//! The legs of an account: its balances and positions, each with what prices it.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{self, CollateralWeights, QuoteBalance};
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Index, Ratio, Shares};
use plimsoll_risk::ramp::Ramp;

use crate::bridge::portfolio::is_held;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::{Balance, MODE_PORTFOLIO};
use crate::state::{Book, Factor, MarginAccount, PerpMarket, Reserve};

/// One balance of an account with its reserve and factor.
pub(super) struct Leg<'a> {
    pub(super) index: u8,
    pub(super) balance: &'a Balance,
    pub(super) reserve: &'a Reserve,
    pub(super) factor: &'a Factor,
}

/// One perp position of an account with its market and factor.
pub(super) struct PerpLeg<'a> {
    pub(super) position: PerpPosition,
    pub(super) market: &'a PerpMarket,
    pub(super) factor: &'a Factor,
}

/// The reserve whose balance the PnL of perps is added to, where the account holds any.
pub(super) const fn quote_reserve(book: &Book, account: &MarginAccount) -> Option<u8> {
    if account.active_perps == 0 { None } else { Some(book.pool.quote_reserve) }
}

/// The reserve that PnL is added to, and its factor.
#[inline(always)]
pub(super) fn quote_leg(book: &Book, index: u8) -> Result<(&Reserve, &Factor)> {
    let reserve = book.reserve(index)?;
    Ok((reserve, factor_of(book, reserve.factor_index)?))
}

/// Calls `visit` for each balance that is not empty, lowest reserve first, but for the one that is named.
#[inline(always)]
pub(super) fn for_each_leg(
    book: &Book,
    account: &MarginAccount,
    except: Option<u8>,
    mut visit: impl FnMut(Leg) -> Result<()>,
) -> Result<()> {
    require!(account.mode <= MODE_PORTFOLIO, PlimsollError::AccountMode);
    let mut active = account.active_balances & !except.map_or(0, |index| 1u16.checked_shl(index.into()).unwrap_or(0));
    let rows = account.balances.iter().zip(book.reserves.iter());
    for (index, (balance, reserve)) in (0u8..).zip(rows) {
        if active & 1 == 1 {
            visit(Leg { index, balance, reserve, factor: factor_of(book, reserve.factor_index)? })?;
        }
        active >>= 1;
        if active == 0 {
            break;
        }
    }
    Ok(())
}

/// Calls `visit` for each perp position, lowest market first.
#[inline(always)]
pub(super) fn for_each_perp(
    book: &Book,
    account: &MarginAccount,
    mut visit: impl FnMut(PerpLeg) -> Result<()>,
) -> Result<()> {
    let mut active = account.active_perps;
    for (position, market) in account.perps.iter().zip(book.perp_markets.iter()) {
        if active & 1 == 1 {
            let factor = factor_of(book, market.factor_index)?;
            visit(PerpLeg { position: position.position(), market, factor })?;
        }
        active >>= 1;
        if active == 0 {
            break;
        }
    }
    Ok(())
}

#[inline(always)]
fn factor_of(book: &Book, index: u8) -> Result<&Factor> {
    book.factors.get(usize::from(index)).ok_or_else(|| PlimsollError::FactorIndex.into())
}

/// The factors that an account's legs are priced by: bit i for factor i.
pub(super) fn factors_held(book: &Book, account: &MarginAccount) -> u16 {
    let (mut held, mut balances, mut perps) = (0u16, held_balances(book, account), account.active_perps);
    for (reserve, market) in book.reserves.iter().zip(&book.perp_markets) {
        if balances & 1 == 1 {
            held |= 1u16.checked_shl(reserve.factor_index.into()).unwrap_or(0);
        }
        if perps & 1 == 1 {
            held |= 1u16.checked_shl(market.factor_index.into()).unwrap_or(0);
        }
        balances >>= 1;
        perps >>= 1;
    }
    held
}

/// An account's balance in the quote reserve.
#[inline(always)]
pub(super) fn quote_balance(account: &MarginAccount, index: u8, reserve: &Reserve) -> Result<QuoteBalance> {
    let mantissa = Index::from_bits(reserve.debt_index.get());
    let balance = account.balances.get(usize::from(index)).ok_or(PlimsollError::ReserveIndex)?;
    if balance.debt_shares != 0 {
        return quote_debt(balance, mantissa.mantissa48_up().or_refuse()?);
    }
    let mantissa = Index::from_bits(reserve.deposit_index.get()).mantissa48_down().or_refuse()?;
    let deposit = health::deposit_amount_down(Shares(balance.deposit_shares), mantissa).or_refuse()?;
    Ok(QuoteBalance { deposit, ..QuoteBalance::default() })
}

/// A debt in the quote reserve, at an index of its own.
#[inline(always)]
pub(super) fn quote_debt(balance: &Balance, mantissa48_up: u64) -> Result<QuoteBalance> {
    let debt = health::debt_amount_up(Shares(balance.debt_shares), mantissa48_up).or_refuse()?;
    Ok(QuoteBalance { debt, ..QuoteBalance::default() })
}

/// The walks of what an account's legs are weighed with: collateral weights of its deposits, size margins of its markets.
pub(super) fn ramps<'a>(book: &'a Book, account: &MarginAccount) -> impl Iterator<Item = Ramp> + use<'a> {
    let (balances, perps) = (held_balances(book, account), account.active_perps);
    let weights = book.reserves.iter().enumerate().filter(move |(index, _)| is_held(balances, *index));
    let sizes = book.perp_markets.iter().enumerate().filter(move |(index, _)| is_held(perps, *index));
    weights.map(|(_, reserve)| reserve.weight_ramp()).chain(sizes.map(|(_, market)| market.size_margin_ramp()))
}

/// The balances that count: those that are not empty, and the one that PnL is added to.
fn held_balances(book: &Book, account: &MarginAccount) -> u16 {
    let quote = quote_reserve(book, account).map_or(0, |index| 1u16.checked_shl(index.into()).unwrap_or(0));
    account.active_balances | quote
}

/// The collateral weights now: the initial one never above any maintenance one of the walk ahead.
#[inline(always)]
pub(super) fn collateral_weights(reserve: &Reserve, now_seconds: u64) -> Result<CollateralWeights> {
    let ramp = reserve.weight_ramp();
    let initial = Ratio::from_bits(reserve.weight_initial);
    if now_seconds >= ramp.end_seconds {
        return Ok(CollateralWeights { initial: initial.min(ramp.to), maintenance: ramp.to });
    }
    Ok(CollateralWeights {
        initial: initial.min(ramp.lowest_ahead_down(now_seconds).or_refuse()?),
        maintenance: ramp.at_down(now_seconds).or_refuse()?,
    })
}

/// Refuses a reserve whose debts were last accrued too long ago to be counted.
#[inline(always)]
pub(super) fn require_accrued(book: &Book, reserve: &Reserve, now_seconds: u64) -> Result<()> {
    let age = now_seconds.saturating_sub(reserve.accrued_seconds);
    require!(age <= u64::from(book.params.max_accrual_age_seconds), PlimsollError::ReserveStale);
    Ok(())
}

/// Refuses a factor without a price (a debt would weigh nothing) and one that waits for confirmation.
#[inline(always)]
pub(super) fn require_settled_price(factor: &Factor, now_seconds: u64) -> Result<()> {
    require!(factor.price.mid != 0, PlimsollError::FactorNotPriced);
    require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
    Ok(())
}
