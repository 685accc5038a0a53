//! Who hedges: traders whose legs offset each other, so that portfolio margin asks less of them than cross margin does.

use plimsoll_client::Pubkey;

use super::cast::Party;
use super::traders::MARKETS;

/// Hedgers of a run.
pub const HEDGERS: usize = 12;

const USDC: usize = 0;
const SOL_PERP: u8 = 0;
const BTC_PERP: u8 = 1;
const ETH_PERP: u8 = 2;

/// What a hedge consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Holds what the market trades, sells as much of it short there, and borrows the quote against both.
    Carry(u8),
    /// Long in the first market, short in the second, of equal value.
    Pair([u8; 2]),
}

/// Each strategy with its leverages, lowest and distance to the next one: parts per million of what initial margin admits; and how many follow it.
const STRATEGIES: [(Strategy, (u32, u32), u32); 5] = [
    (Strategy::Carry(SOL_PERP), (700_000, 280_000), 2),
    (Strategy::Carry(BTC_PERP), (700_000, 280_000), 2),
    (Strategy::Carry(ETH_PERP), (700_000, 280_000), 2),
    (Strategy::Pair([BTC_PERP, ETH_PERP]), (550_000, 140_000), 4),
    (Strategy::Pair([BTC_PERP, SOL_PERP]), (600_000, 300_000), 2),
];

/// One hedger, and what is planned.
#[derive(Debug)]
pub struct Hedger {
    /// Who.
    pub party: Party,
    /// The hedge.
    pub strategy: Strategy,
    /// Index in [`crate::scenario::ASSETS`] of what is deposited.
    pub collateral: usize,
    /// Value of the deposit, quote atoms.
    pub deposit_quote_atoms: u64,
    /// How much is borrowed, or how large the pair is: a part of the most that initial margin admits, parts per million.
    pub leverage_ppm: u32,
}

/// The hedgers of a group.
#[must_use]
pub fn hedgers(group: &Pubkey) -> Vec<Hedger> {
    let mut cast = Vec::with_capacity(HEDGERS);
    for (strategy, (from_ppm, step_ppm), count) in STRATEGIES {
        for place in 0..count {
            let number = cast.len() as u64 + 1;
            let (collateral, dollars) = match strategy {
                Strategy::Carry(market) => (MARKETS[usize::from(market)], 50_000),
                Strategy::Pair(_) => (USDC, 40_000),
            };
            cast.push(Hedger {
                party: Party::new(format!("Hedger {number:02}"), group),
                strategy,
                collateral,
                deposit_quote_atoms: (dollars + number * 7_919 % 31 * 1_000) * 1_000_000,
                leverage_ppm: from_ppm + place * step_ppm,
            });
        }
    }
    cast
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_hedgers_as_promised_within_their_limits() {
        let cast = hedgers(&Pubkey::new_from_array([7; 32]));
        assert_eq!(cast.len(), HEDGERS);
        assert!(cast.iter().all(|one| one.leverage_ppm < 1_000_000));
        let accounts: std::collections::BTreeSet<_> = cast.iter().map(|one| one.party.margin_account).collect();
        assert_eq!(accounts.len(), HEDGERS);
    }
}
