//! Resolves one market's loss that no asset stands behind: the market's insurance pays first, then the pool, then the winning side.

use anchor_lang::prelude::*;
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::perp::waterfall::{self, PerpBankruptcy, PerpBankruptcyInputs};
use plimsoll_risk::quantities::{Amount, DAY_SECONDS, Price, Ratio, SignedAmount, Value};

use super::settle_pnl::SettlePnl;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::PerpBankruptcyResolved;
use crate::state::{Book, MarginAccount};
use crate::{funding, lending, liquidation, margin, perp_liquidation, perps, vault};

pub(crate) fn handler(ctx: Context<SettlePnl>, market: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let (mut book, mut account) = vault::load_pair(&ctx.accounts.book, &ctx.accounts.margin_account)?;
    let book = &mut *book;
    let (position, resolved) = plan(book, &account, market, now_seconds)?;

    commit(book, &mut account, market, &resolved)?;

    let closed = position.base.magnitude().minus(resolved.position.base.magnitude()).or_refuse()?;
    emit!(PerpBankruptcyResolved {
        margin_account: ctx.accounts.margin_account.key(),
        market,
        deficit_atoms: resolved.deficit.0,
        insurance_atoms: resolved.insurance.0,
        pool_atoms: resolved.pool.0,
        winners_atoms: resolved.winners.0,
        unpaid_atoms: resolved.unpaid.0,
        closed_base_atoms: closed.0,
        closed_against_winners_base_atoms: resolved.closed_against_winners.0,
    });
    Ok(())
}

/// Books interest and funding, and plans the resolution: the position before it, and what comes of it.
#[inline(never)]
pub fn plan(
    book: &mut Book,
    account: &MarginAccount,
    market: u8,
    now_seconds: u64,
) -> Result<(PerpPosition, PerpBankruptcy)> {
    require!(account.has_perp(market), PlimsollError::NoPosition);
    require_fresh_positions(book, account, market, now_seconds)?;
    lending::accrue_reserve(book.reserve_mut(book.pool.quote_reserve)?, now_seconds)?;
    funding::update_funding(book, market, now_seconds)?;
    let health = require_bankrupt(book, account, now_seconds)?;
    begin_day(book, now_seconds)?;

    let (books, position) = perps::load(book, account, market)?;
    let quote_net = perp_liquidation::quote_net(book, account, &health)?;
    let inputs = inputs(book, market, position, quote_net)?;
    let resolved = waterfall::resolve_perp_bankruptcy(&books, &inputs).or_refuse()?;
    Ok((position, resolved))
}

/// Refuses an old or unconfirmed price of any market that the account holds: what others gained or lost decides how much of this loss is left
/// to others. A market past its settlement time is settled first, at its one price.
fn require_fresh_positions(book: &Book, account: &MarginAccount, market: u8, now_seconds: u64) -> Result<()> {
    for index in perp_liquidation::held_markets(account) {
        let held = book.perp_market(index)?;
        let is_open = !account.perp(index)?.base.is_zero();
        if is_open {
            held.require_not_settling(now_seconds)?;
        }
        // without a base a price moves nothing but the pool's gain, and a settled market has its own
        if is_open || (index == market && held.settlement_price == 0) {
            liquidation::require_exchangeable(perp_liquidation::factor_of(book, index)?, now_seconds)?;
        }
    }
    Ok(())
}

/// Refuses an account that is healthy, or that still has a deposit worth more than dust. The quote reserve's deposit and the PnL of all
/// positions are one sum: where it is below zero it is no asset, and the rest of section 13 goes by it.
fn require_bankrupt(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<LiquidationHealth> {
    let health = margin::liquidation_health(book, account, now_seconds)?;
    let has_assets = health.assets > u128::from(book.params.dust_quote_atoms);
    require!(health.maintenance.is_negative() && !has_assets, PlimsollError::NotBankrupt);
    Ok(health)
}

/// The pool's loss of the day starts again at zero at midnight UTC.
fn begin_day(book: &mut Book, now_seconds: u64) -> Result<()> {
    let into_day = now_seconds.checked_rem(DAY_SECONDS).ok_or(PlimsollError::DivisionByZero)?;
    let today = now_seconds.saturating_sub(into_day);
    if book.pool.day_start_seconds != today {
        book.pool.day_start_seconds = today;
        book.pool.loss_today_atoms = 0;
    }
    Ok(())
}

fn inputs(book: &Book, market: u8, position: PerpPosition, quote_net: SignedAmount) -> Result<PerpBankruptcyInputs> {
    // what does not fit is more than any deficit
    let equity = u64::try_from(perps::pool_equity(book)?.mid.0.max(0)).unwrap_or(u64::MAX);
    let share = Ratio::from_ppm_down(book.pool.params.loss_share_ppm_per_day).of_down(Value(equity)).or_refuse()?;
    let settlement_price = book.perp_market(market)?.settlement_price;
    let in_force = perp_liquidation::factor_of(book, market)?.price.mid;
    Ok(PerpBankruptcyInputs {
        position,
        mid: Price::from_bits(if settlement_price == 0 { in_force } else { settlement_price }),
        quote_net,
        pool_share_left: Amount(share.0.saturating_sub(book.pool.loss_today_atoms)),
        pool_equity: Amount(equity),
    })
}

/// Stores the books, what is left of the position and of its own loss, and what the pool paid today.
fn commit(book: &mut Book, account: &mut MarginAccount, market: u8, resolved: &PerpBankruptcy) -> Result<()> {
    perps::store(book, account, market, &resolved.books, &resolved.position)?;
    let loss_today = Amount(book.pool.loss_today_atoms).plus(resolved.pool_share_used).or_refuse()?;
    book.pool.loss_today_atoms = loss_today.0;
    let market = book.perp_market_mut(market)?;
    market.waterfall_base_atoms = market.waterfall_base_atoms.saturating_add(resolved.closed_against_winners.0);
    market.waterfall_quote_atoms = market.waterfall_quote_atoms.saturating_add(resolved.winners.0);
    account.unhealthy_since_seconds = 0;
    Ok(())
}
