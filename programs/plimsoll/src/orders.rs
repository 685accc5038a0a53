//! Orders: when one may be executed or cancelled, the publication that fills it, and the plan of its fill. See `docs/risk.md`, section 11.

use core::cell::RefMut;

use anchor_lang::prelude::*;
use plimsoll_risk::perp::order::{self, OrderTerms};
use plimsoll_risk::perp::{PerpBooks, PerpPosition, fill};
use plimsoll_risk::price::{self, Quote};
use plimsoll_risk::quantities::{Amount, Price, SignedAmount};

use crate::bridge::terms;
use crate::error::{OrRefuse, PlimsollError};
use crate::oracle;
use crate::state::margin_account::{MODE_CROSS, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, ORDER_REDUCE_ONLY, Order};
use crate::state::{Book, Factor, MarginAccount, PerpMarket, Pool};

/// When an order that is armed now counts as armed: not before the newest publication that the Book knows of its factor. The oracle's clock may be
/// ahead of the chain's, and nobody shall be armed for a price that is known already.
pub(crate) fn arming_seconds(book: &Book, order: &Order, now_seconds: u64) -> Result<u64> {
    if order.is_for_pool() {
        return Ok(now_seconds);
    }
    let factor = book.factor(book.perp_market(order.market)?.factor_index)?;
    Ok(factor.jump_guard().newest_seconds(&factor.quote()).max(now_seconds))
}

impl Order {
    /// Whether it is a request to the pool.
    #[must_use]
    pub const fn is_for_pool(&self) -> bool {
        matches!(self.kind, ORDER_POOL_DEPOSIT | ORDER_POOL_WITHDRAW)
    }

    /// Whether it may neither grow nor turn a position.
    #[must_use]
    pub const fn is_reduce_only(&self) -> bool {
        self.flags & ORDER_REDUCE_ONLY != 0
    }

    /// Its timing: each request to the pool has a delay of its own.
    #[must_use]
    pub fn timing(&self, pool: &Pool) -> OrderTerms {
        let orders = pool.order_terms();
        match self.kind {
            ORDER_POOL_DEPOSIT => OrderTerms { delay_seconds: pool.params.deposit_delay_seconds.into(), ..orders },
            ORDER_POOL_WITHDRAW => OrderTerms { delay_seconds: pool.params.withdraw_delay_seconds.into(), ..orders },
            _ => orders,
        }
    }

    /// Whether the time in which it could be executed has passed; true of an order that was never armed.
    #[must_use]
    pub fn has_lapsed(&self, pool: &Pool, now_seconds: u64) -> bool {
        order::has_lapsed(self.armed_seconds, now_seconds, &self.timing(pool))
    }

    /// Whether its time is over. An armed order keeps its window: one that expired the second it is due would be its owner's to fill or to let go,
    /// once he can price it.
    #[must_use]
    pub fn has_expired(&self, pool: &Pool, now_seconds: u64) -> bool {
        now_seconds > self.expires_seconds && self.has_lapsed(pool, now_seconds)
    }

    /// Whether its owner could already know what it will fill at, so that he may not cancel it.
    #[must_use]
    pub fn binds(&self, pool: &Pool, now_seconds: u64) -> bool {
        order::binds(self.armed_seconds, now_seconds, &self.timing(pool))
    }

    /// Whether it can never be executed again: expired, lapsed without a condition that could arm it anew, or of a market that has left its slot.
    #[must_use]
    pub fn is_void(&self, book: &Book, now_seconds: u64) -> bool {
        let lapsed = self.condition().is_none() && self.has_lapsed(&book.pool, now_seconds);
        let is_placed_here = |market: &PerpMarket| market.require_placed_here(self).is_ok();
        self.has_expired(&book.pool, now_seconds)
            || lapsed
            || !(self.is_for_pool() || book.perp_market(self.market).is_ok_and(is_placed_here))
    }
}

/// Refuses who may not place or cancel an order of this kind: a delegate trades, but what the pool takes in or pays out is the owner's.
pub(crate) fn require_may_order(account: &MarginAccount, signer: &Pubkey, is_for_pool: bool) -> Result<()> {
    if is_for_pool { account.require_owner(signer) } else { account.require_owner_or_delegate(signer) }
}

/// The account that earns the executor's fee, where it is not the order's own: cross, and of the same group.
pub(crate) fn load_executor<'a>(
    executor: &'a AccountLoader<MarginAccount>,
    margin_account: &AccountLoader<MarginAccount>,
    book: &Book,
) -> Result<Option<RefMut<'a, MarginAccount>>> {
    if executor.key() == margin_account.key() {
        return Ok(None);
    }
    let executor = executor.load_mut()?;
    executor.require_version()?;
    require_keys_eq!(executor.group, book.group, PlimsollError::WrongGroup);
    require!(executor.mode == MODE_CROSS, PlimsollError::AccountMode);
    Ok(Some(executor))
}

/// Refuses a price of the factor that nothing may be decided by: none, older than `liquidation_max_age`, or waiting for confirmation.
pub(crate) fn require_fresh_price(factor: &Factor, now_seconds: u64) -> Result<()> {
    factor.require_priced()?;
    let age = now_seconds.saturating_sub(factor.price.publish_time_seconds);
    require!(age <= u64::from(factor.params.liquidation_max_age_seconds), PlimsollError::StalePriceLeg);
    require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
    Ok(())
}

/// What an armed order fills at: the first publication at or after its due time, screened like any price, no jump away from the price in force
/// and not newer than that; once it is no longer fresh, the worse of the two.
pub(crate) fn fill_quote(book: &Book, order: &Order, oracle: &AccountInfo, now_seconds: u64) -> Result<Quote> {
    require!(!order.has_lapsed(&book.pool, now_seconds), PlimsollError::OrderLapsed);
    let factor = book.factor(book.perp_market(order.market)?.factor_index)?;
    factor.require_priced()?;
    require!(!factor.is_pending(now_seconds), PlimsollError::PricePending);
    let publication = oracle::publication_for(factor, oracle)?;
    let terms = terms::price_terms(factor, book.quote_decimals)?;
    // it may well be older than the price in force
    let quote = publication.screen(0, now_seconds, &terms).or_refuse()?;
    let timing = order.timing(&book.pool);
    order::require_first_publication(&quote, order.armed_seconds, now_seconds, &timing).or_refuse()?;
    let is_known = factor.price.publish_time_seconds >= quote.publish_time_seconds;
    require!(is_known, PlimsollError::BookBehindPublication);
    let volatility = terms::volatility_terms(&factor.params, book.params.grid_seconds)?;
    let reference = factor.volatility_state().reference(&volatility);
    let in_force = factor.quote();
    let is_jump = price::is_jump(&in_force, &quote, reference, &terms).or_refuse()?;
    require!(!is_jump, PlimsollError::PublicationJump);
    let delta = SignedAmount(order.base_atoms);
    order::fill_quote(&quote, &in_force, delta, now_seconds, terms.liquidation_max_age_seconds).or_refuse()
}

/// What a fill changes.
pub(crate) struct FillPlan {
    /// Quote and fee.
    pub fill: fill::Fill,
    /// The market's books afterwards.
    pub books: PerpBooks,
    /// The position afterwards.
    pub position: PerpPosition,
    /// Longs less shorts afterwards.
    pub skew_after: SignedAmount,
    /// Whether the pool's position grew.
    pub enlarges_skew: bool,
}

/// Plans the fill of an order against the pool, from funded books and a touched position.
pub(crate) fn plan_fill(
    book: &Book,
    mut books: PerpBooks,
    mut position: PerpPosition,
    order: &Order,
    quote: &Quote,
) -> Result<FillPlan> {
    let market = book.perp_market(order.market)?;
    let delta = SignedAmount(order.base_atoms);
    if order.is_reduce_only() {
        fill::require_reduces(position.base, delta).or_refuse()?;
    } else {
        market.require_active()?;
    }
    fill::require_minimum_size(position.base, delta, Amount(market.params.min_base_atoms)).or_refuse()?;

    let (skew, sides) = (books.skew().or_refuse()?, books.open_interest);
    let fill_terms = terms::fill_terms(&market.params);
    let fill = fill::plan_fill(skew, delta, quote.mid, quote.confidence, &fill_terms).or_refuse()?;
    fill::require_worst_price(delta, fill.quote, Price::from_bits(order.worst_price)).or_refuse()?;
    books.trade_with_pool(&mut position, delta, fill.quote).or_refuse()?;
    books.charge(&mut position, fill.fee, fill.to_insurance).or_refuse()?;
    let caps = terms::open_interest_terms(&market.params, &book.factor(market.factor_index)?.liquidity.profile);
    fill::require_open_interest(&sides, &books.open_interest, quote.mid, &caps).or_refuse()?;
    let skew_after = books.skew().or_refuse()?;
    let enlarges_skew = skew_after.magnitude() > skew.magnitude();
    Ok(FillPlan { fill, books, position, skew_after, enlarges_skew })
}
