//! Closes an account's position in a delisted market at its one settlement price, and frees the slot with the last of them.

use anchor_lang::prelude::*;
use plimsoll_risk::perp::PerpBooks;
use plimsoll_risk::price::{self, PriceTerms};
use plimsoll_risk::quantities::{Amount, DAY_SECONDS, Price, SignedAmount};

use crate::bridge::terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::events::{DelistedPositionSettled, OrderCancelled, PerpMarketRemoved, PnlSettled};
use crate::oracle;
use crate::state::margin_account::Order;
use crate::state::{Book, MarginAccount, PerpMarket};
use crate::{funding, perps, vault};

/// Accounts of `settle_delisted_market`.
#[derive(Accounts)]
pub struct SettleDelistedMarket<'info> {
    /// The Book.
    #[account(mut)]
    pub book: AccountLoader<'info, Book>,
    /// The account whose position is closed.
    #[account(mut)]
    pub margin_account: AccountLoader<'info, MarginAccount>,
    /// The first publication at or after the settlement time; not read once the settlement price is fixed, or a day has passed.
    /// CHECK: read by `oracle::read`
    pub oracle: UncheckedAccount<'info>,
}

pub(crate) fn handler(ctx: Context<SettleDelistedMarket>, market: u8) -> Result<()> {
    let now_seconds = crate::clock::now_seconds()?;
    let accounts = &ctx.accounts;
    let (mut book, mut account) = vault::load_pair(&accounts.book, &accounts.margin_account)?;
    let (book, account) = (&mut *book, &mut *account);
    let key = accounts.margin_account.key();
    require_due(book.perp_market(market)?, now_seconds)?;
    // the last funding; from the fixed price on there is none
    funding::update_funding(book, market, now_seconds)?;
    let price = settlement_price(book, market, &accounts.oracle, now_seconds)?;

    let orders_cancelled = cancel_orders(account, market, key)?;
    let closed = close(book, account, market, price)?;
    let settled =
        if account.has_perp(market) { perps::settle(book, account, market, now_seconds)? } else { SignedAmount::ZERO };
    let insurance_freed = remove_if_empty(book, market)?;

    let has_changed = orders_cancelled || closed.is_some() || !settled.is_zero() || insurance_freed.is_some();
    require!(has_changed, PlimsollError::NothingToSettle);
    if let Some((base, quote)) = closed {
        let (base_atoms, quote_atoms, settlement_price) = (base.0, quote.0, price.to_bits());
        emit!(DelistedPositionSettled { margin_account: key, market, base_atoms, quote_atoms, settlement_price });
    }
    if !settled.is_zero() {
        let realised_left_atoms = account.perp(market)?.realised.0;
        emit!(PnlSettled { margin_account: key, market, settled_atoms: settled.0, realised_left_atoms });
    }
    if let Some(insurance) = insurance_freed {
        emit!(PerpMarketRemoved { book: accounts.book.key(), market, insurance_atoms: insurance.0 });
    }
    Ok(())
}

fn require_due(market: &PerpMarket, now_seconds: u64) -> Result<()> {
    require!(market.is_delisting(), PlimsollError::MarketNotDelisting);
    require!(now_seconds >= market.settle_at_seconds, PlimsollError::SettlementTooEarly);
    Ok(())
}

/// The settlement price: fixed once, for everybody.
fn settlement_price(book: &mut Book, index: u8, oracle: &AccountInfo, now_seconds: u64) -> Result<Price> {
    let market = book.perp_market(index)?;
    if market.settlement_price != 0 {
        return Ok(Price::from_bits(market.settlement_price));
    }
    let (settle_at, factor_index) = (market.settle_at_seconds, market.factor_index);
    book.factor(factor_index)?.require_priced()?;
    let price = if now_seconds >= settle_at.saturating_add(DAY_SECONDS) {
        Price::from_bits(book.factor(factor_index)?.stable.stable)
    } else {
        first_publication(book, factor_index, settle_at, oracle, now_seconds)?
    };
    book.perp_market_mut(index)?.settlement_price = price.to_bits();
    Ok(price)
}

/// The first publication of the factor's feed at or after the settlement time: signed by the oracle and unique, so nobody chooses it and it may
/// be brought late. One that is a jump away from the price in force waits until the Book has confirmed it.
fn first_publication(
    book: &mut Book,
    factor_index: u8,
    settle_at_seconds: u64,
    oracle: &AccountInfo,
    now_seconds: u64,
) -> Result<Price> {
    let oracle = oracle::read(oracle)?;
    let (grid_seconds, quote_decimals) = (book.params.grid_seconds, book.quote_decimals);
    let (index, factor) = oracle::factor_of(book, &oracle)?;
    require!(index == usize::from(factor_index), PlimsollError::OracleFeed);
    let terms = PriceTerms { max_age_seconds: DAY_SECONDS, ..terms::price_terms(factor, quote_decimals)? };
    let quote = oracle.publication.screen(0, now_seconds, &terms).or_refuse()?;
    require!(quote.publish_time_seconds >= settle_at_seconds, PlimsollError::SettlementTooEarly);
    require!(quote.prev_publish_time_seconds < settle_at_seconds, PlimsollError::PublicationNotFirst);
    let volatility = terms::volatility_terms(&factor.params, grid_seconds)?;
    let reference = factor.volatility_state().reference(&volatility);
    let is_jump = price::is_jump(&factor.quote(), &quote, reference, &terms).or_refuse()?;
    require!(!is_jump, PlimsollError::PublicationJump);
    Ok(quote.mid)
}

/// Empties the account's order slots of the market. Returns whether there was one.
fn cancel_orders(account: &mut MarginAccount, market: u8, key: Pubkey) -> Result<bool> {
    let before = account.active_orders;
    for order_slot in (0u8..16).filter(|slot| (before >> slot) & 1 == 1) {
        let order = account.orders.get(usize::from(order_slot)).copied().unwrap_or_default();
        if order.market == market {
            let Order { id: order_id, .. } = account.take_order(order_slot, order.id)?;
            emit!(OrderCancelled { margin_account: key, market, order_slot, order_id });
        }
    }
    Ok(account.active_orders != before)
}

/// Closes the position against the pool at the settlement price, without premium or fee. Returns the trade, where there was something to close.
fn close(
    book: &mut Book,
    account: &mut MarginAccount,
    market: u8,
    price: Price,
) -> Result<Option<(SignedAmount, SignedAmount)>> {
    let (mut books, mut position) = perps::load(book, account, market)?;
    if position.base.is_zero() {
        return Ok(None);
    }
    let base = position.base.negated().or_refuse()?;
    let quote = position.unrealised_down(price).and_then(|profit| profit.minus(position.entry)).or_refuse()?;
    books.trade_with_pool(&mut position, base, quote).or_refuse()?;
    perps::store(book, account, market, &books, &position)?;
    Ok(Some((base, quote)))
}

/// Frees the slot of a market that nobody holds any more. Its insurance, a claim on the pool's deposits, goes to the pool; returns it.
fn remove_if_empty(book: &mut Book, index: u8) -> Result<Option<Amount>> {
    let market = book.perp_market_mut(index)?;
    if market.positions > 0 {
        return Ok(None);
    }
    // with no position left the pool has booked the insurance's claim and nothing else: dropping both leaves its deposits to itself
    let PerpBooks { pool_quote, insurance, unapplied, .. } = market.books();
    let sum = SignedAmount::received(insurance).and_then(|claim| claim.plus(pool_quote)?.plus(unapplied));
    require!(sum.or_refuse()?.is_zero(), PlimsollError::LedgerUnbalanced);
    *market = PerpMarket::default();
    Ok(Some(insurance))
}
