//! The market at one moment: the Book and every participant's account, as the chain holds them.

use anyhow::Result;
use plimsoll_client::plimsoll::state::margin_account::Order;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{Pubkey, accounts, calls, health};
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::perp::order::due_seconds;
use plimsoll_risk::quantities::{Price, Ratio};

use super::cluster::Cluster;
use crate::scenario::ASSETS;
use crate::view::FactorState;

/// A request to the pool that is due within so many seconds gets a publication of its own.
const AWAITED_SECONDS: u64 = 120;

/// A Book with the participants' accounts of the same moment.
pub struct Market {
    /// The Book.
    pub book: Box<Book>,
    /// The participants' accounts, in the order of the cast.
    pub accounts: Vec<MarginAccount>,
    /// The node's clock, Unix seconds.
    pub now_seconds: u64,
}

impl Market {
    /// Reads Book and accounts in one request. `addresses` begins with the Book.
    ///
    /// # Errors
    /// The node's error, or bytes that are something else.
    pub async fn read(cluster: &Cluster, addresses: &[Pubkey], now_seconds: u64) -> Result<Self> {
        let mut data = cluster.accounts(addresses).await?.into_iter();
        let book = accounts::book(&data.next().unwrap_or_default())?;
        let accounts =
            data.map(|bytes| accounts::margin_account(&bytes).map(|account| *account)).collect::<Result<_, _>>()?;
        Ok(Self { book, accounts, now_seconds })
    }

    /// Maintenance and liquidation-end health of each account.
    ///
    /// # Errors
    /// The program's refusals.
    pub fn healths(&self) -> Result<Vec<LiquidationHealth>> {
        let healths = self.accounts.iter().map(|account| health::liquidation(&self.book, account, self.now_seconds));
        Ok(healths.collect::<Result<_, _>>()?)
    }

    /// The accounts that may be liquidated now.
    ///
    /// # Errors
    /// The program's refusals.
    pub fn liquidatable(&self) -> Result<u64> {
        Ok(count_negative(&self.healths()?))
    }

    /// The accounts with a margin call that may not be liquidated now.
    ///
    /// # Errors
    /// The program's refusals.
    pub fn called(&self) -> Result<u64> {
        let healths = self.healths()?;
        let accounts = self.accounts.iter().zip(healths);
        Ok(accounts.filter(|(account, health)| account.is_called() && !health.maintenance.is_negative()).count() as u64)
    }

    /// The accounts of which a keeper has something to say: a call, or that one no longer holds.
    #[must_use]
    pub fn calls_due(&self) -> u64 {
        let due = |account: &&MarginAccount| calls::is_due(&self.book, account, self.now_seconds);
        self.accounts.iter().filter(due).count() as u64
    }

    /// Orders with which a keeper can do something now: arm one whose condition holds, fill one that the newest price fills, carry out a
    /// request to the pool.
    #[must_use]
    pub fn executable_orders(&self) -> u64 {
        let all = self.accounts.iter().flat_map(|account| account.orders.iter().filter(|order| order.id != 0));
        all.filter(|order| self.is_executable(order)).count() as u64
    }

    /// When the last of the orders is due that wait for a publication: those armed, and requests to the pool that are due within the next
    /// seconds. None where none waits.
    #[must_use]
    pub fn awaited_seconds(&self) -> Option<u64> {
        let (pool, now) = (&self.book.pool, self.now_seconds);
        let all = self.accounts.iter().flat_map(|account| account.orders.iter().filter(|order| order.id != 0));
        let armed = all.filter(|order| order.armed_seconds != 0 && !order.has_lapsed(pool, now));
        let due = armed.map(|order| due_seconds(order.armed_seconds, &order.timing(pool)));
        due.filter(|due| *due <= now + AWAITED_SECONDS).max()
    }

    fn is_executable(&self, order: &Order) -> bool {
        let (pool, now) = (&self.book.pool, self.now_seconds);
        if order.has_expired(pool, now) {
            return false;
        }
        let due = due_seconds(order.armed_seconds, &order.timing(pool));
        if order.is_for_pool() {
            return now >= due && !order.has_lapsed(pool, now);
        }
        let market = self.book.perp_market(order.market);
        let Some(factor) = market.ok().and_then(|market| self.book.factor(market.factor_index).ok()) else {
            return false;
        };
        if order.armed_seconds != 0 && !order.has_lapsed(pool, now) {
            return factor.price.publish_time_seconds >= due;
        }
        let mid = Price::from_bits(factor.price.mid);
        order.condition().is_some_and(|condition| condition.require_met(mid).is_ok())
    }

    /// Maintenance margin of each asset's factor, mantissas with 32 fractional bits.
    #[must_use]
    pub fn margins(&self) -> [u64; ASSETS.len()] {
        let step = self.book.step_at(self.now_seconds);
        std::array::from_fn(|asset| self.book.factors[asset].maintenance_margin(step).to_bits())
    }

    /// Each asset's factor as reports and the view show it.
    #[must_use]
    pub fn factors(&self, price_quote_atoms: [u64; ASSETS.len()]) -> Vec<FactorState> {
        let step = self.book.step_at(self.now_seconds);
        let points = u64::from(self.book.params.grace_seconds / self.book.params.grid_seconds.max(1));
        let factors = ASSETS.iter().zip(&self.book.factors).zip(price_quote_atoms);
        factors
            .map(|((symbol, factor), price_quote_atoms)| FactorState {
                symbol: (*symbol).to_owned(),
                price_quote_atoms,
                sigma_ppm: ppm(factor.volatility.sigma_now),
                initial_ppm: ppm(factor.threshold.initial),
                path_ppm: (step..=step + points).map(|step| ppm(factor.maintenance_margin(step).to_bits())).collect(),
            })
            .collect()
    }
}

/// An earlier Book, margins and all that is announced with them, at the prices, debts and positions of a later one.
#[must_use]
pub fn at_prices_of(earlier: &Book, later: &Book) -> Box<Book> {
    let mut copy = copy_of(earlier);
    for (factor, now) in copy.factors.iter_mut().zip(&later.factors) {
        (factor.price, factor.jump) = (now.price, now.jump);
    }
    copy.reserves = later.reserves;
    copy.perp_markets = later.perp_markets;
    copy.pool = later.pool;
    copy
}

/// A copy of a Book.
#[must_use]
pub fn copy_of(book: &Book) -> Box<Book> {
    let mut copy: Box<Book> = bytemuck::zeroed_box();
    // in place: a Book is too large for the stack of a task
    bytemuck::bytes_of_mut(copy.as_mut()).copy_from_slice(bytemuck::bytes_of(book));
    copy
}

fn count_negative(healths: &[LiquidationHealth]) -> u64 {
    healths.iter().filter(|health| health.maintenance.is_negative()).count() as u64
}

/// A ratio's mantissa in parts per million, rounded to the nearest.
#[must_use]
pub fn ppm(ratio_bits: u64) -> u32 {
    let one = u128::from(Ratio::ONE.to_bits());
    u32::try_from((u128::from(ratio_bits) * 1_000_000 + one / 2) / one).unwrap_or(u32::MAX)
}
