//! A moment of a run.

/// One factor now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorState {
    /// Symbol.
    pub symbol: String,
    /// Price of one whole token, quote atoms.
    pub price_quote_atoms: u64,
    /// Volatility in force, parts per million per √day.
    pub sigma_ppm: u32,
    /// Initial margin, parts per million.
    pub initial_ppm: u32,
    /// The announced path of the maintenance margin, parts per million: now first, the end of the hour last.
    pub path_ppm: Vec<u32>,
}

/// Accounts by state; each is in one of the first three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountCounts {
    /// Healthy, and not called.
    pub healthy: u64,
    /// Healthy now, but called: something announced meets them within the hour.
    pub called: u64,
    /// Maintenance health below 0.
    pub liquidatable: u64,
    /// Margin calls so far.
    pub calls: u64,
    /// Those of them that were cured.
    pub cured: u64,
    /// Liquidations so far.
    pub liquidations: u64,
    /// Those by the walk alone.
    pub threshold_liquidations: u64,
    /// Bad debt so far, quote atoms.
    pub bad_debt_quote_atoms: u64,
}

/// One perpetual market now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketState {
    /// Symbol of its factor.
    pub symbol: String,
    /// Value of all longs, quote atoms.
    pub long_quote_atoms: u64,
    /// Value of all shorts, quote atoms.
    pub short_quote_atoms: u64,
    /// Funding rate, parts per million a day; longs pay where it is positive.
    pub funding_ppm_per_day: i64,
}

/// The perpetual markets and their pool now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerpState {
    /// Markets, in the Book's order.
    pub markets: Vec<MarketState>,
    /// Equity of the pool, quote atoms.
    pub pool_equity_quote_atoms: i64,
    /// Orders filled so far.
    pub orders_filled: u64,
    /// Liquidations of positions so far.
    pub liquidations: u64,
    /// Deficits so far, quote atoms.
    pub waterfall_quote_atoms: u64,
}

/// One keeper's work so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeeperCounts {
    /// Its name.
    pub name: String,
    /// Price and risk updates that landed.
    pub refreshes: u64,
    /// Liquidations won.
    pub liquidations: u64,
    /// Liquidations that the other keeper won first.
    pub lost_races: u64,
}

impl KeeperCounts {
    /// A keeper that has done nothing yet.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), refreshes: 0, liquidations: 0, lost_races: 0 }
    }
}

/// A moment of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Scenario and run: `october-2025, moving thresholds`.
    pub title: String,
    /// Steps played.
    pub step: u64,
    /// Steps in all.
    pub steps: u64,
    /// Simulated Unix time, seconds.
    pub time_seconds: u64,
    /// Wall clock since the start, seconds.
    pub elapsed_seconds: u64,
    /// Factors, in the Book's order.
    pub factors: Vec<FactorState>,
    /// Accounts.
    pub accounts: AccountCounts,
    /// Perpetual markets.
    pub perps: PerpState,
    /// Keepers.
    pub keepers: Vec<KeeperCounts>,
}
