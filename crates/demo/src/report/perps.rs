//! What the perpetual markets and their pool came to in one run.

use serde::{Deserialize, Serialize};

/// The perpetual markets of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Perps {
    /// The counterparty of every trade.
    pub pool: PoolSeries,
    /// Each market's series.
    pub markets: Vec<MarketSeries>,
    /// What became of the orders.
    pub orders: OrderCounts,
    /// Every liquidation of a position, in order.
    pub liquidation_list: Vec<PerpLiquidation>,
    /// Every deficit that went down the waterfall, in order.
    pub deficit_list: Vec<Deficit>,
    /// Every request to take money out of the pool, in the order in which they were placed.
    pub withdrawal_list: Vec<PoolWithdrawal>,
    /// Losses of traders that reached lenders or that nobody paid, quote atoms. Anything but 0 is an error of the program.
    pub outside_waterfall_quote_atoms: u64,
}

/// The pool over a run; every list has one entry per step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSeries {
    /// Deposits and what the markets owe it at mid, quote atoms.
    pub equity_quote_atoms: Vec<i64>,
    /// Value of one share, parts per million of its value after the first step.
    pub share_ppm: Vec<u64>,
}

/// One market over a run; every list has one entry per step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketSeries {
    /// Symbol of its factor.
    pub symbol: String,
    /// Value of all longs at mid, quote atoms.
    pub long_quote_atoms: Vec<u64>,
    /// Value of all shorts at mid, quote atoms.
    pub short_quote_atoms: Vec<u64>,
    /// Funding rate, parts per million a day; longs pay where it is positive.
    pub funding_ppm_per_day: Vec<i64>,
    /// Funding that one side has paid the other or the pool so far, whichever side it was, quote atoms.
    pub funding_paid_quote_atoms: Vec<u64>,
}

/// What became of the orders of one run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCounts {
    /// Placed, requests to the pool included.
    pub placed: u64,
    /// Those with a condition that were shown to hold.
    pub armed: u64,
    /// Filled.
    pub filled: u64,
    /// Armed and not filled in time.
    pub lapsed: u64,
    /// Cancelled, by their owner or after they had lapsed.
    pub cancelled: u64,
    /// Transactions of traders and providers that the program refused when they were sent.
    pub refused: u64,
}

/// The side of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Gains as the price rises.
    Long,
    /// Gains as the price falls.
    Short,
}

/// Who took over what was liquidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counterparty {
    /// The keeper's own margin account, at mid.
    Account,
    /// The pool, at the price of a fill.
    Pool,
}

/// One liquidation of a position, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerpLiquidation {
    /// Unix time of the simulation, seconds.
    pub time_seconds: u64,
    /// The account liquidated: its public key.
    pub account: String,
    /// The trader's name in the demonstration.
    pub trader: String,
    /// The keeper that did it.
    pub keeper: String,
    /// Symbol of the market.
    pub market: String,
    /// The side of the position.
    pub side: Side,
    /// Who took it over.
    pub counterparty: Counterparty,
    /// Value of what was closed at mid, quote atoms.
    pub closed_quote_atoms: u64,
}

/// One deficit and who paid it: `insurance + pool + winners = deficit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deficit {
    /// Unix time of the simulation, seconds.
    pub time_seconds: u64,
    /// The account that failed: its public key.
    pub account: String,
    /// The trader's name in the demonstration.
    pub trader: String,
    /// Symbol of the market.
    pub market: String,
    /// What the account could not pay, quote atoms.
    pub deficit_quote_atoms: u64,
    /// What the market's insurance paid, quote atoms.
    pub insurance_quote_atoms: u64,
    /// What the pool paid, quote atoms.
    pub pool_quote_atoms: u64,
    /// What the other side's positions paid together, quote atoms.
    pub winners_quote_atoms: u64,
    /// Value at mid of what was closed against the other side, quote atoms.
    pub closed_quote_atoms: u64,
}

/// A provider's request to take money out of the pool, and how often it had to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolWithdrawal {
    /// The provider's name in the demonstration.
    pub provider: String,
    /// Unix time at which it was first made, seconds.
    pub asked_seconds: u64,
    /// Requests that lapsed because the pool needed the money for its positions.
    pub lapsed_requests: u64,
    /// Unix time at which it was paid; absent where it never was.
    pub paid_seconds: Option<u64>,
    /// What was paid, quote atoms.
    pub paid_quote_atoms: u64,
}

impl MarketSeries {
    /// Longs less shorts at each step, quote atoms: what the pool is short.
    #[must_use]
    pub fn skew_quote_atoms(&self) -> Vec<i64> {
        let pairs = self.long_quote_atoms.iter().zip(&self.short_quote_atoms);
        pairs.map(|(long, short)| signed(*long).saturating_sub(signed(*short))).collect()
    }

    /// Longs and shorts together at each step, quote atoms.
    #[must_use]
    pub fn open_interest_quote_atoms(&self) -> Vec<u64> {
        let pairs = self.long_quote_atoms.iter().zip(&self.short_quote_atoms);
        pairs.map(|(long, short)| long.saturating_add(*short)).collect()
    }
}

impl Perps {
    /// Liquidations that one kind of counterparty took over.
    #[must_use]
    pub fn liquidations_by(&self, counterparty: Counterparty) -> u64 {
        self.liquidation_list.iter().filter(|one| one.counterparty == counterparty).count() as u64
    }

    /// Value of everything that was liquidated, quote atoms.
    #[must_use]
    pub fn liquidated_quote_atoms(&self) -> u64 {
        self.liquidation_list.iter().map(|one| one.closed_quote_atoms).fold(0, u64::saturating_add)
    }

    /// Funding paid in all markets, quote atoms.
    #[must_use]
    pub fn funding_paid_quote_atoms(&self) -> u64 {
        let last = self.markets.iter().filter_map(|market| market.funding_paid_quote_atoms.last());
        last.copied().fold(0, u64::saturating_add)
    }

    /// One figure of all deficits together, quote atoms.
    #[must_use]
    pub fn waterfall_quote_atoms(&self, part: fn(&Deficit) -> u64) -> u64 {
        self.deficit_list.iter().map(part).fold(0, u64::saturating_add)
    }

    /// Value of one pool share at the end, parts per million of its value after the first step.
    #[must_use]
    pub fn share_kept_ppm(&self) -> u64 {
        self.pool.share_ppm.last().copied().unwrap_or(0)
    }
}

fn signed(quote_atoms: u64) -> i64 {
    i64::try_from(quote_atoms).unwrap_or(i64::MAX)
}
