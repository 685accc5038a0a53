//! Booking funding: what the skew's side owes the other since the last update. The market's crowding follows the price with it.

use anchor_lang::prelude::*;
use plimsoll_risk::perp::funding::FundingInputs;
use plimsoll_risk::quantities::{DailyRate, Price, Ratio, SignedAmount};

use crate::bridge::terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::Book;

/// Books a market's funding up to now under the parameters in force. Returns what the pool received.
pub fn update_funding(book: &mut Book, market_index: u8, now_seconds: u64) -> Result<SignedAmount> {
    let step = book.step_at(now_seconds);
    let factor_index = book.perp_market(market_index)?.factor_index;
    let Book { factors, perp_markets, .. } = book;
    let factor = factors.get(usize::from(factor_index)).ok_or(PlimsollError::FactorIndex)?;
    let market = perp_markets.get_mut(usize::from(market_index)).ok_or(PlimsollError::MarketIndex)?;
    let elapsed_seconds = now_seconds.saturating_sub(market.funding_updated_seconds);
    if elapsed_seconds == 0 {
        return Ok(SignedAmount::ZERO);
    }
    if market.settlement_price != 0 {
        // every position has its closing price: whoever is closed later owes no more for it
        market.funding_updated_seconds = now_seconds;
        return Ok(SignedAmount::ZERO);
    }
    let inputs = FundingInputs {
        rate: DailyRate::from_bits(market.funding_rate),
        elapsed_seconds,
        mid: Price::from_bits(factor.price.mid),
        initial: Ratio::from_bits(factor.threshold.initial),
        maintenance: factor.maintenance_margin(step),
    };

    let mut books = market.books();
    let before = books.pool_quote;
    let rate = books.update_funding(&inputs, &terms::funding_terms(&market.params)?).or_refuse()?;
    market.set_books(&books);
    market.funding_rate = rate.to_bits();
    market.funding_updated_seconds = now_seconds;
    market.refresh_crowding(factor)?;
    books.pool_quote.minus(before).or_refuse()
}
