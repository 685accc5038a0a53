//! What a run leaves behind of its perpetual markets.

use std::collections::BTreeMap;

use anyhow::Result;
use plimsoll_client::perps;
use plimsoll_client::plimsoll::events::{PerpBankruptcyResolved, PerpLiquidated};
use plimsoll_client::plimsoll::state::Book;
use plimsoll_client::plimsoll::state::margin_account::ORDER_POOL_WITHDRAW;
use plimsoll_risk::quantities::{Amount, Price, Shares};

use super::cast::Cast;
use super::events::Event;
use super::funding::{funding_paid, rate_ppm};
use super::market::Market;
use super::traders::MARKETS;
use crate::report::perps::{Counterparty, Deficit, MarketSeries, PerpLiquidation, Perps, PoolWithdrawal, Side};
use crate::scenario::ASSETS;
use crate::view::{MarketState, PerpState};

/// Shares whose value is followed: as many as a dollar bought at first.
const FOLLOWED_SHARES: u64 = 1_000_000_000;

/// One moment at which things happened.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// Simulated Unix time, seconds.
    pub time_seconds: u64,
    /// The market afterwards.
    pub market: &'a Market,
    /// The market at the step before; none at the first.
    pub before: Option<&'a Market>,
    /// The keepers' names and margin accounts.
    pub keepers: &'a [(String, plimsoll_client::Pubkey)],
}

/// Collects the perpetual markets of a run, step by step.
pub struct PerpRecorder<'a> {
    cast: &'a Cast,
    perps: Perps,
    /// Withdrawals under way: by place, their index in the list.
    asked: BTreeMap<usize, usize>,
    /// Value of the followed shares after the first step with any.
    share_at_start: u64,
}

impl<'a> PerpRecorder<'a> {
    /// A recorder of a run in which these take part.
    #[must_use]
    pub fn new(cast: &'a Cast) -> Self {
        let series = |asset: usize| MarketSeries { symbol: ASSETS[asset].to_owned(), ..MarketSeries::default() };
        let perps = Perps { markets: MARKETS.map(series).into(), ..Perps::default() };
        Self { cast, perps, asked: BTreeMap::new(), share_at_start: 0 }
    }

    /// Takes in what happened in a step and how the markets stand after it.
    ///
    /// # Errors
    /// Where the program refuses to evaluate the pool.
    pub fn record(&mut self, occasion: &Occasion<'_>, events: &[(usize, Event)]) -> Result<()> {
        for (place, event) in events {
            self.note(occasion, *place, event)?;
        }
        let book = &*occasion.market.book;
        let equity = perps::pool_equity(book)?.mid;
        self.perps.pool.equity_quote_atoms.push(i64::try_from(equity.0).unwrap_or(i64::MAX));
        self.follow_share(book)?;
        for (index, series) in (0u8..).zip(&mut self.perps.markets) {
            let market = book.perp_market(index)?;
            let mid = Price::from_bits(book.factor(market.factor_index)?.price.mid);
            series.long_quote_atoms.push(value(mid, market.long_base_atoms)?);
            series.short_quote_atoms.push(value(mid, market.short_base_atoms)?);
            series.funding_ppm_per_day.push(rate_ppm(market.funding_rate));
            let paid = occasion.before.map_or(0, |before| funding_paid(&before.book, book, index));
            let so_far = series.funding_paid_quote_atoms.last().copied().unwrap_or(0);
            series.funding_paid_quote_atoms.push(so_far.saturating_add(paid));
        }
        Ok(())
    }

    fn follow_share(&mut self, book: &Book) -> Result<()> {
        let shares = book.pool.total_shares;
        if shares > 0 {
            let value = perps::shares_value_down(book, Shares(shares))?;
            let followed = u128::from(value.0) * u128::from(FOLLOWED_SHARES) / u128::from(shares);
            let followed = u64::try_from(followed)?;
            self.share_at_start = if self.share_at_start == 0 { followed } else { self.share_at_start };
            let ppm = u128::from(followed) * 1_000_000 / u128::from(self.share_at_start.max(1));
            self.perps.pool.share_ppm.push(u64::try_from(ppm)?);
        } else {
            self.perps.pool.share_ppm.push(1_000_000);
        }
        Ok(())
    }

    fn note(&mut self, occasion: &Occasion<'_>, place: usize, event: &Event) -> Result<()> {
        let orders = &mut self.perps.orders;
        match event {
            Event::OrderPlaced(event) => {
                orders.placed += 1;
                if event.kind == ORDER_POOL_WITHDRAW {
                    self.ask(occasion, place);
                }
            }
            Event::OrderArmed(_) => orders.armed += 1,
            Event::OrderFilled(_) | Event::PoolDeposited(_) => orders.filled += 1,
            Event::OrderCancelled(event) => {
                orders.cancelled += 1;
                if had_lapsed(occasion, place, event.order_slot, event.order_id) {
                    orders.lapsed += 1;
                    self.perps.note_lapsed_request(self.asked.get(&place));
                }
            }
            Event::PoolWithdrawn(event) => {
                orders.filled += 1;
                if let Some(withdrawal) =
                    self.asked.remove(&place).and_then(|at| self.perps.withdrawal_list.get_mut(at))
                {
                    withdrawal.paid_seconds = Some(occasion.time_seconds);
                    withdrawal.paid_quote_atoms = event.amount_atoms;
                }
            }
            Event::PerpLiquidated(event) => {
                let liquidation = self.liquidation(occasion, place, event)?;
                self.perps.liquidation_list.push(liquidation);
            }
            Event::PerpBankruptcyResolved(event) => {
                let deficit = self.deficit(occasion, place, event)?;
                self.perps.deficit_list.push(deficit);
                self.leak(event.unpaid_atoms);
            }
            Event::Liquidated(_)
            | Event::BankruptcyResolved(_)
            | Event::MarginCalled(_)
            | Event::MarginCallCleared(_)
            | Event::Deposited(_)
            | Event::Repaid(_) => {}
        }
        Ok(())
    }

    /// A loss of a trader that reached somebody else than the waterfall, quote atoms.
    pub fn leak(&mut self, quote_atoms: u64) {
        let total = &mut self.perps.outside_waterfall_quote_atoms;
        *total = total.saturating_add(quote_atoms);
    }

    fn ask(&mut self, occasion: &Occasion<'_>, place: usize) {
        let list = &mut self.perps.withdrawal_list;
        self.asked.entry(place).or_insert_with(|| {
            list.push(PoolWithdrawal {
                provider: self.cast.name(place).to_owned(),
                asked_seconds: occasion.time_seconds,
                lapsed_requests: 0,
                paid_seconds: None,
                paid_quote_atoms: 0,
            });
            list.len() - 1
        });
    }

    fn liquidation(&self, occasion: &Occasion<'_>, place: usize, event: &PerpLiquidated) -> Result<PerpLiquidation> {
        let keeper = occasion.keepers.iter().find(|(_, account)| *account == event.liquidator);
        Ok(PerpLiquidation {
            time_seconds: occasion.time_seconds,
            account: event.liquidatee.to_string(),
            trader: self.cast.name(place).to_owned(),
            keeper: keeper.map_or_else(|| event.liquidator.to_string(), |(name, _)| name.clone()),
            market: symbol(event.market),
            // the liquidatee's trade is the opposite of what was held
            side: if event.base_atoms < 0 { Side::Long } else { Side::Short },
            counterparty: if event.against_pool { Counterparty::Pool } else { Counterparty::Account },
            closed_quote_atoms: closed(&occasion.market.book, event.market, event.base_atoms.unsigned_abs())?,
        })
    }

    fn deficit(&self, occasion: &Occasion<'_>, place: usize, event: &PerpBankruptcyResolved) -> Result<Deficit> {
        Ok(Deficit {
            time_seconds: occasion.time_seconds,
            account: event.margin_account.to_string(),
            trader: self.cast.name(place).to_owned(),
            market: symbol(event.market),
            deficit_quote_atoms: event.deficit_atoms,
            insurance_quote_atoms: event.insurance_atoms,
            pool_quote_atoms: event.pool_atoms,
            winners_quote_atoms: event.winners_atoms,
            closed_quote_atoms: closed(&occasion.market.book, event.market, event.closed_against_winners_base_atoms)?,
        })
    }

    /// The last recorded moment, for the view.
    #[must_use]
    pub fn state(&self) -> PerpState {
        let last = |list: &[u64]| list.last().copied().unwrap_or(0);
        let markets = self.perps.markets.iter().map(|market| MarketState {
            symbol: market.symbol.clone(),
            long_quote_atoms: last(&market.long_quote_atoms),
            short_quote_atoms: last(&market.short_quote_atoms),
            funding_ppm_per_day: market.funding_ppm_per_day.last().copied().unwrap_or(0),
        });
        PerpState {
            markets: markets.collect(),
            pool_equity_quote_atoms: self.perps.pool.equity_quote_atoms.last().copied().unwrap_or(0),
            orders_filled: self.perps.orders.filled,
            liquidations: self.perps.liquidation_list.len() as u64,
            waterfall_quote_atoms: self.perps.waterfall_quote_atoms(|one| one.deficit_quote_atoms),
        }
    }

    /// The run as a whole.
    #[must_use]
    pub fn finish(self) -> Perps {
        self.perps
    }
}

impl Perps {
    fn note_lapsed_request(&mut self, withdrawal: Option<&usize>) {
        if let Some(withdrawal) = withdrawal.and_then(|at| self.withdrawal_list.get_mut(*at)) {
            withdrawal.lapsed_requests += 1;
        }
    }
}

fn symbol(market: u8) -> String {
    MARKETS.get(usize::from(market)).map_or("", |asset| ASSETS[*asset]).to_owned()
}

/// Whether a cancelled order was armed and not filled in time: the step before still shows it.
fn had_lapsed(occasion: &Occasion<'_>, place: usize, slot: u8, id: u64) -> bool {
    let account = occasion.before.and_then(|before| before.accounts.get(place));
    let order = account.and_then(|account| account.order(slot, id).ok());
    let (pool, now_seconds) = (&occasion.market.book.pool, occasion.market.now_seconds);
    order.is_some_and(|order| order.armed_seconds != 0 && order.has_lapsed(pool, now_seconds))
}

fn closed(book: &Book, market: u8, base_atoms: u64) -> Result<u64> {
    let factor = book.factor(book.perp_market(market)?.factor_index)?;
    value(Price::from_bits(factor.price.mid), base_atoms)
}

fn value(mid: Price, base_atoms: u64) -> Result<u64> {
    let value = mid.value_down(Amount(base_atoms)).map_err(plimsoll_client::plimsoll::error::PlimsollError::from);
    Ok(value.map_err(anchor_lang::error::Error::from)?.0)
}
