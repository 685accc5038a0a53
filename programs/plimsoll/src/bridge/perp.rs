//! A perp market's stored books, positions, orders and pool as the core's structs, and back.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{FactorTerms, LiquidationFactorTerms};
use plimsoll_risk::liquidity::crowded_margin_up;
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms};
use plimsoll_risk::perp::order::{Condition, OrderTerms};
use plimsoll_risk::perp::pool::PoolMarket;
use plimsoll_risk::perp::{PerpBooks, PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, PerUnit, Price, Ratio, SignedAmount, SizeFactor};
use plimsoll_risk::ramp::Ramp;

use crate::error::{OrRefuse, PlimsollError};
use crate::state::margin_account::{self, MarginAccount, ORDER_LIMIT, ORDER_STOP_LOSS, ORDER_TAKE_PROFIT, Order};
use crate::state::{Book, Factor, Moment, PerpMarket, Pool, Wide};

impl PerpMarket {
    /// S and Π of both sides: what positions hold without having been touched.
    #[must_use]
    #[inline(always)]
    pub const fn side_indices(&self) -> Sides<SideIndices> {
        let ([long_size, short_size], [long_profit, short_profit]) = (self.size_factor, self.profit_index);
        Sides { long: indices(long_size, long_profit), short: indices(short_size, short_profit) }
    }

    /// The books.
    #[must_use]
    #[inline(always)]
    pub const fn books(&self) -> PerpBooks {
        PerpBooks {
            open_interest: Sides { long: Amount(self.long_base_atoms), short: Amount(self.short_base_atoms) },
            indices: self.side_indices(),
            pool_quote: SignedAmount(self.pool_quote_atoms),
            insurance: Amount(self.insurance_atoms),
            unapplied: SignedAmount(self.unapplied_atoms),
            settled: SignedAmount(self.settled_atoms),
        }
    }

    /// Stores the books.
    #[inline(always)]
    pub const fn set_books(&mut self, books: &PerpBooks) {
        self.long_base_atoms = books.open_interest.long.0;
        self.short_base_atoms = books.open_interest.short.0;
        let Sides { long, short } = books.indices;
        self.size_factor = [long.size.to_bits(), short.size.to_bits()];
        self.profit_index = [Wide::from_signed(long.profit.to_bits()), Wide::from_signed(short.profit.to_bits())];
        self.pool_quote_atoms = books.pool_quote.0;
        self.insurance_atoms = books.insurance.0;
        self.unapplied_atoms = books.unapplied.0;
        self.settled_atoms = books.settled.0;
    }

    /// The walk of the size margin per base atom: the core's ramp of bit patterns, here with 96 fractional bits.
    #[must_use]
    #[inline(always)]
    pub const fn size_margin_ramp(&self) -> Ramp {
        Ramp {
            from: Ratio::from_bits(self.size_margin_from),
            to: Ratio::from_bits(self.size_margin_to),
            start_seconds: self.size_margin_start_seconds,
            end_seconds: self.size_margin_end_seconds,
        }
    }

    /// Stores the walk.
    pub const fn set_size_margin_ramp(&mut self, ramp: &Ramp) {
        self.size_margin_from = ramp.from.to_bits();
        self.size_margin_to = ramp.to.to_bits();
        self.size_margin_start_seconds = ramp.start_seconds;
        self.size_margin_end_seconds = ramp.end_seconds;
    }

    /// Size margin per base atom now, 96 fractional bits, less than one of them too low while it walks.
    #[inline(always)]
    pub fn size_margin_per_atom(&self, now_seconds: u64) -> Result<u64> {
        if now_seconds >= self.size_margin_end_seconds {
            return Ok(self.size_margin_to);
        }
        Ok(self.size_margin_ramp().at_down(now_seconds).or_refuse()?.to_bits())
    }

    /// What initial and maintenance health need of a position in this market.
    #[inline(always)]
    pub fn margin_terms(&self, factor: &FactorTerms, profit_weight: Ratio, moment: &Moment) -> Result<PerpTerms> {
        let size_maintenance = self.size_margin_per_atom(moment.at_seconds)?;
        Ok(PerpTerms {
            mid: factor.mid,
            long_initial: factor.asset_initial,
            short_initial: factor.debt_initial,
            maintenance: factor.maintenance,
            initial: crowded_margin_up(factor.initial, Ratio::from_bits(self.crowding)).or_refuse()?,
            impact: factor.impact,
            impact_initial: factor.impact_initial,
            size_maintenance,
            size_initial: size_maintenance.max(self.size_margin_to),
            profit_weight,
        })
    }

    /// What maintenance and liquidation-end health need of a position in this market.
    pub fn liquidation_margin_terms(
        &self,
        factor: &LiquidationFactorTerms,
        moment: &Moment,
    ) -> Result<PerpLiquidationTerms> {
        Ok(PerpLiquidationTerms {
            long_price: factor.asset_price,
            short_price: factor.debt_price,
            maintenance: factor.maintenance,
            liquidation_end: factor.liquidation_end,
            impact: factor.impact,
            size_maintenance: self.size_margin_per_atom(moment.at_seconds)?,
        })
    }

    /// The pool's part of this market.
    pub fn pool_market(&self, factor: &Factor) -> Result<PoolMarket> {
        let skew = self.books().skew().or_refuse()?;
        Ok(PoolMarket { skew, pool_quote: SignedAmount(self.pool_quote_atoms), quote: factor.quote() })
    }

    /// Refuses a market whose funding was last booked too long ago to be counted.
    #[inline(always)]
    pub fn require_funded(&self, book: &Book, now_seconds: u64) -> Result<()> {
        let age = now_seconds.saturating_sub(self.funding_updated_seconds);
        require!(age <= u64::from(book.params.max_accrual_age_seconds), PlimsollError::FundingStale);
        Ok(())
    }

    /// Stores the books and one account's position in them. What rounding left in `unapplied` goes to the pool with the market's last position.
    pub fn commit(
        &mut self,
        books: &PerpBooks,
        account: &mut MarginAccount,
        market_index: u8,
        position: &PerpPosition,
    ) -> Result<()> {
        let was_open = account.has_perp(market_index);
        account.set_perp(market_index, position)?;
        let is_open = account.has_perp(market_index);
        let left = self.positions.saturating_sub(was_open.into());
        self.positions = left.checked_add(is_open.into()).ok_or(PlimsollError::Overflow)?;
        if self.positions > 0 {
            self.set_books(books);
            return Ok(());
        }
        let mut swept = *books;
        swept.sweep().or_refuse()?;
        self.set_books(&swept);
        Ok(())
    }
}

const fn indices(size: u64, profit: Wide) -> SideIndices {
    SideIndices { size: SizeFactor::from_bits(size), profit: PerUnit::from_bits(profit.signed()) }
}

impl margin_account::PerpPosition {
    /// As the core sees it.
    #[must_use]
    #[inline(always)]
    pub const fn position(&self) -> PerpPosition {
        PerpPosition {
            base: SignedAmount(self.base_atoms),
            entry: SignedAmount(self.quote_entry_atoms),
            realised: SignedAmount(self.realised_atoms),
            size: SizeFactor::from_bits(self.size_factor),
            profit: PerUnit::from_bits(self.profit_index.signed()),
        }
    }
}

impl MarginAccount {
    /// Whether the slot of a market is not empty.
    #[must_use]
    pub const fn has_perp(&self, market_index: u8) -> bool {
        matches!(self.active_perps.checked_shr(market_index as u32), Some(bits) if bits & 1 == 1)
    }

    /// The position in a market; an empty one where the slot is.
    pub fn perp(&self, market_index: u8) -> Result<PerpPosition> {
        let slot = self.perps.get(usize::from(market_index)).ok_or(PlimsollError::MarketIndex)?;
        Ok(if self.has_perp(market_index) { slot.position() } else { PerpPosition::default() })
    }

    /// Stores a position and keeps the bitmap; [`PerpMarket::commit`] keeps the market's count besides.
    fn set_perp(&mut self, market_index: u8, position: &PerpPosition) -> Result<()> {
        let slot = self.perps.get_mut(usize::from(market_index)).ok_or(PlimsollError::MarketIndex)?;
        let bit = 1u16 << market_index;
        if position.is_empty() {
            *slot = margin_account::PerpPosition::default();
            self.active_perps &= !bit;
            return Ok(());
        }
        slot.base_atoms = position.base.0;
        slot.quote_entry_atoms = position.entry.0;
        slot.realised_atoms = position.realised.0;
        slot.size_factor = position.size.to_bits();
        slot.profit_index = Wide::from_signed(position.profit.to_bits());
        self.active_perps |= bit;
        Ok(())
    }
}

impl Order {
    /// What must be seen of the price before the order is armed; a market order waits for nothing.
    #[must_use]
    pub const fn condition(&self) -> Option<Condition> {
        let trigger = Price::from_bits(self.trigger_price);
        let at_most = match self.kind {
            ORDER_LIMIT | ORDER_TAKE_PROFIT => self.base_atoms > 0,
            ORDER_STOP_LOSS => self.base_atoms < 0,
            _ => return None,
        };
        Some(if at_most { Condition::AtMost(trigger) } else { Condition::AtLeast(trigger) })
    }
}

impl Pool {
    /// The timing of orders.
    #[must_use]
    pub fn order_terms(&self) -> OrderTerms {
        OrderTerms {
            delay_seconds: self.params.order_delay_seconds.into(),
            window_seconds: self.params.order_window_seconds.into(),
        }
    }
}
