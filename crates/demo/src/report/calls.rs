//! What margin calls came to in one run, and what hedging in portfolio margin did.

use serde::{Deserialize, Serialize};

/// Margin calls and hedgers of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    /// Every margin call, in order.
    pub list: Vec<MarginCall>,
    /// Liquidations of accounts, loans and positions together, that the walk alone brought about.
    pub walk_liquidations: u64,
    /// Those of them whose account had not been called before. Anything but 0 breaks the promise of an hour's notice.
    pub uncalled_walk_liquidations: u64,
    /// Accounts liquidated without a call: a price moved.
    pub price_liquidations: u64,
    /// Hedgers.
    pub hedgers: Hedgers,
}

/// One margin call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarginCall {
    /// Unix time of the simulation, seconds.
    pub called_seconds: u64,
    /// The account: its public key.
    pub account: String,
    /// Its owner's name in the demonstration.
    pub owner: String,
    /// The moment from which on the account would be liquidatable, Unix seconds.
    pub deadline_seconds: u64,
    /// What would be missing then, quote atoms.
    pub shortfall_quote_atoms: u64,
    /// What the owner paid in while called, quote atoms.
    pub topped_up_quote_atoms: u64,
    /// What became of it.
    pub ending: Ending,
    /// When, Unix seconds; absent where it still stands.
    pub ended_seconds: Option<u64>,
}

/// What became of a margin call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Nothing announced reaches the account any more: the owner paid, or prices came back.
    Cured,
    /// The account was liquidated.
    Liquidated,
    /// It still stands at the end of the run.
    Open,
}

/// Those who hedge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hedgers {
    /// How many there are.
    pub count: u64,
    /// How many entered portfolio margin.
    pub in_portfolio: u64,
    /// The largest value of all their legs together at any step, quote atoms.
    pub largest_gross_quote_atoms: u64,
    /// Maintenance requirement at that step in the mode of each account, quote atoms.
    pub requirement_quote_atoms: u64,
    /// What cross margin would have required then, quote atoms.
    pub cross_requirement_quote_atoms: u64,
    /// How many of them were liquidated at least once.
    pub liquidated: u64,
}

impl Calls {
    /// Calls that ended so.
    #[must_use]
    pub fn ended(&self, ending: Ending) -> u64 {
        self.list.iter().filter(|call| call.ending == ending).count() as u64
    }

    /// Cured calls whose owner had paid.
    #[must_use]
    pub fn cured_by_owners(&self) -> u64 {
        let paid = |call: &&MarginCall| call.ending == Ending::Cured && call.topped_up_quote_atoms > 0;
        self.list.iter().filter(paid).count() as u64
    }

    /// What owners paid in, quote atoms.
    #[must_use]
    pub fn topped_up_quote_atoms(&self) -> u64 {
        self.list.iter().map(|call| call.topped_up_quote_atoms).fold(0, u64::saturating_add)
    }
}
