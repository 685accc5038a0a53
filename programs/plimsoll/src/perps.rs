//! The perps' bookings that several instructions share: funding, positions, the pool's balance and its limit, settlement.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{self, LiquidationFactorTerms};
use plimsoll_risk::liquidation::QuoteCost;
use plimsoll_risk::perp::pool::{self, PoolEquity};
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::position::{self, ReservePosition};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedAmount, SignedValue, Value};

use crate::constants::FACTORS;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::{Book, MarginAccount, PerpMarket};
use crate::{funding, lending, margin};

/// Books the funding of every market that somebody holds.
pub fn update_all_funding(book: &mut Book, now_seconds: u64) -> Result<()> {
    for index in 0..u8::try_from(book.perp_markets.len()).unwrap_or(u8::MAX) {
        if book.perp_markets.get(usize::from(index)).is_some_and(PerpMarket::has_open_interest) {
            funding::update_funding(book, index, now_seconds)?;
        }
    }
    Ok(())
}

/// A market's books and an account's position in it, brought up to date with its side.
pub fn load(book: &Book, account: &MarginAccount, market_index: u8) -> Result<(PerpBooks, PerpPosition)> {
    let mut books = book.perp_market(market_index)?.books();
    let mut position = account.perp(market_index)?;
    books.touch(&mut position).or_refuse()?;
    Ok((books, position))
}

/// Stores books and position. What roundings left over goes to the pool when the market's last position closes.
pub fn store(
    book: &mut Book,
    account: &mut MarginAccount,
    market_index: u8,
    books: &PerpBooks,
    position: &PerpPosition,
) -> Result<()> {
    let market = book.perp_market_mut(market_index)?;
    let before = (market.long_base_atoms, market.short_base_atoms);
    market.commit(books, account, market_index, position)?;
    // what only moves money between positions leaves the sides as they are
    if before == (market.long_base_atoms, market.short_base_atoms) {
        Ok(())
    } else {
        refresh_crowding(book, market_index)
    }
}

/// Brings a market's crowding up to date: after every change of its books, its cap or what the cap is measured by.
pub(crate) fn refresh_crowding(book: &mut Book, market_index: u8) -> Result<()> {
    let Book { factors, perp_markets, .. } = book;
    let market = perp_markets.get_mut(usize::from(market_index)).ok_or(PlimsollError::MarketIndex)?;
    let factor = factors.get(usize::from(market.factor_index)).ok_or(PlimsollError::FactorIndex)?;
    market.refresh_crowding(factor)
}

/// Counts what a fill traded toward the measured volume of the market's factor.
pub(crate) fn count_volume(book: &mut Book, market_index: u8, traded: Amount, now_seconds: u64) -> Result<()> {
    let factor_index = book.perp_market(market_index)?.factor_index;
    // an atom of the quote reserve is a quote atom
    book.factor_mut(factor_index)?.liquidity.count_volume(Value(traded.0), now_seconds);
    Ok(())
}

/// The pool's equity: its deposits in the quote reserve and its side of every market.
pub fn pool_equity(book: &Book) -> Result<PoolEquity> {
    let mut equity = PoolEquity::of_deposits(pool_deposits(book)?);
    for market in book.perp_markets.iter().filter(|market| market.is_listed()) {
        equity.add(&market.pool_market(book.factor(market.factor_index)?)?).or_refuse()?;
    }
    Ok(equity)
}

/// Refuses a pool whose positions require more than their share of its equity.
pub fn require_pool_limit(book: &Book) -> Result<()> {
    let mut exposures = [0i64; FACTORS];
    for market in book.perp_markets.iter().filter(|market| market.has_open_interest()) {
        let factor = book.factor(market.factor_index)?;
        let goal = Ratio::from_bits(factor.threshold.goal);
        let skew = market.books().skew().or_refuse()?;
        let exposure = pool::exposure_up(skew, Price::from_bits(factor.price.mid), goal).or_refuse()?;
        let slot = exposures.get_mut(usize::from(market.factor_index)).ok_or(PlimsollError::FactorIndex)?;
        *slot = slot.checked_add(exposure.0).ok_or(PlimsollError::Overflow)?;
    }
    let share = Ratio::from_ppm_down(book.pool.params.requirement_share_ppm);
    let equity = pool_equity(book)?.worse;
    pool::require_within(&exposures, &book.covariance, share, equity).or_refuse()
}

/// What the pool may claim in the quote reserve.
pub fn pool_deposits(book: &Book) -> Result<Amount> {
    let reserve = book.reserve(book.pool.quote_reserve)?;
    pool_position(book).claim_down(&reserve.totals()).or_refuse()
}

const fn pool_position(book: &Book) -> ReservePosition {
    ReservePosition { deposit_shares: Shares(book.pool.deposit_shares), debt_shares: Shares(0) }
}

/// Gives atoms of the quote reserve to the pool. Accrue the reserve first; whoever pays is debited by the caller.
pub(crate) fn credit_pool(book: &mut Book, amount: Amount) -> Result<()> {
    let mut position = pool_position(book);
    let reserve = book.reserve_mut(book.pool.quote_reserve)?;
    let mut totals = reserve.totals();
    position::credit(&mut position, &mut totals, amount).or_refuse()?;
    reserve.set_totals(&totals);
    book.pool.deposit_shares = position.deposit_shares.0;
    Ok(())
}

/// Takes atoms of the quote reserve from the pool's deposits; never as a debt.
pub(crate) fn debit_pool(book: &mut Book, amount: Amount) -> Result<()> {
    require!(amount <= pool_deposits(book)?, PlimsollError::PoolEmpty);
    let mut position = pool_position(book);
    let reserve = book.reserve_mut(book.pool.quote_reserve)?;
    let mut totals = reserve.totals();
    position::debit(&mut position, &mut totals, amount).or_refuse()?;
    reserve.set_totals(&totals);
    book.pool.deposit_shares = position.deposit_shares.0;
    Ok(())
}

/// Settles a position's realised profit or loss as far as the pool's deposits, or the account's balances, allow. Returns what moved: to the
/// account where positive. Zero is no refusal here: the caller knows whether it wanted one.
pub fn settle(
    book: &mut Book,
    account: &mut MarginAccount,
    market_index: u8,
    now_seconds: u64,
) -> Result<SignedAmount> {
    let quote_index = book.pool.quote_reserve;
    lending::accrue_reserve(book.reserve_mut(quote_index)?, now_seconds)?;
    let (mut books, mut position) = load(book, account, market_index)?;
    let amount = position.realised.magnitude();
    let moved = if position.realised.is_negative() {
        let paid = amount.min(payable(book, account, amount, now_seconds)?);
        lending::debit(book.reserve_mut(quote_index)?, account, quote_index, paid)?;
        credit_pool(book, paid)?;
        SignedAmount::paid(paid).or_refuse()?
    } else {
        let received = amount.min(pool_deposits(book)?);
        debit_pool(book, received)?;
        lending::credit(book.reserve_mut(quote_index)?, account, quote_index, received)?;
        SignedAmount::received(received).or_refuse()?
    };
    books.settle(&mut position, moved).or_refuse()?;
    store(book, account, market_index, &books, &position)?;
    lending::prove_solvent(book.reserve(quote_index)?)?;
    Ok(moved)
}

/// How much of a loss the account can pay: its deposit of the quote, then a debt as far as its balances alone keep maintenance health, with the impact of what it
/// then owes.
fn payable(book: &Book, account: &MarginAccount, loss: Amount, now_seconds: u64) -> Result<Amount> {
    let quote_index = book.pool.quote_reserve;
    let reserve = book.reserve(quote_index)?;
    let deposit = account.position(quote_index.into())?.claim_down(&reserve.totals()).or_refuse()?;
    if loss <= deposit {
        return Ok(loss);
    }
    let (factor, moment) = (book.factor(reserve.factor_index)?, book.moment(now_seconds));
    let (price, maintenance) = (Price::from_bits(factor.price.mid), factor.maintenance_margin(moment.step));
    let health = margin::balances_health(book, account, now_seconds)?.maintenance;
    let impact = factor.impact_at(moment.walked)?;
    let terms = LiquidationFactorTerms {
        asset_price: price,
        debt_price: price,
        maintenance,
        liquidation_end: maintenance,
        impact,
    };
    // the margin of a debt grows with it, by what it is already and with what is settled
    let owed = account.position(quote_index.into())?.owed_up(&reserve.totals()).or_refuse()?;
    let settled = price.value_up(loss).or_refuse()?;
    let cost = QuoteCost::new(&terms, SignedAmount::paid(owed).or_refuse()?, settled).or_refuse()?;
    let health = health.minus(SignedValue(cost.rounding.0.into())).or_refuse()?;
    let weights = plimsoll_risk::perp::settlement::QuoteWeights {
        price,
        asset: health::asset_weight_down(maintenance, reserve.weight_ramp().at_down(now_seconds).or_refuse()?),
        debt: cost.maintenance_weight,
    };
    weights.payable_down(deposit, health).or_refuse()
}
