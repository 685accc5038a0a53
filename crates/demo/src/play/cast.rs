//! Who takes part: sixty borrowers at assorted leverage, forty traders, twelve hedgers, the pool's providers, one lender, two keepers. Keys follow from names,
//! so a run can be repeated.

use plimsoll_client::Pubkey;
use plimsoll_client::addresses;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::answers::savings_atoms;
use super::hedgers::{Hedger, hedgers};
use super::traders::{Provider, Trader, providers, traders};

/// Borrowers of a run.
pub const BORROWERS: usize = 60;

const USDC: usize = 0;
const SOL: usize = 1;
const BTC: usize = 2;
const ETH: usize = 3;

/// A kind of loan, and the leverages at which it is taken: parts per million of the largest debt that initial margin admits.
struct Loan {
    collateral: usize,
    debt: usize,
    /// Lowest leverage.
    from_ppm: u32,
    /// Distance to the next one.
    step_ppm: u32,
    borrowers: u32,
}

/// Longs near the limit on a fine grid, so that a walk of a few tenths of a percent finds some of them; others far below it; shorts; and
/// loans between two volatile assets.
const LOANS: [Loan; 14] = [
    loan(SOL, USDC, (400_000, 75_000), 7),
    loan(SOL, USDC, (990_500, 700), 12),
    loan(ETH, USDC, (450_000, 120_000), 5),
    loan(ETH, USDC, (941_500, 900), 13),
    loan(BTC, USDC, (500_000, 150_000), 3),
    loan(BTC, USDC, (965_000, 4_500), 8),
    loan(USDC, SOL, (600_000, 150_000), 3),
    loan(USDC, ETH, (700_000, 250_000), 2),
    loan(USDC, BTC, (700_000, 250_000), 2),
    loan(SOL, ETH, (850_000, 0), 1),
    loan(SOL, BTC, (900_000, 0), 1),
    loan(ETH, BTC, (950_000, 0), 1),
    loan(BTC, SOL, (900_000, 0), 1),
    loan(BTC, ETH, (950_000, 0), 1),
];

const fn loan(collateral: usize, debt: usize, (from_ppm, step_ppm): (u32, u32), borrowers: u32) -> Loan {
    Loan { collateral, debt, from_ppm, step_ppm, borrowers }
}

/// Somebody with a key and a margin account.
#[derive(Debug)]
pub struct Party {
    /// The name that reports use.
    pub name: String,
    /// Owner of the margin account.
    pub owner: Keypair,
    /// The margin account.
    pub margin_account: Pubkey,
}

impl Party {
    /// A party of a group.
    #[must_use]
    pub fn new(name: String, group: &Pubkey) -> Self {
        let owner = Keypair::new_from_array(seeded_bytes("party", &name));
        let margin_account = addresses::margin_account(group, &owner.pubkey(), 0);
        Self { name, owner, margin_account }
    }
}

/// One borrower and the loan that is taken.
#[derive(Debug)]
pub struct Borrower {
    /// Who.
    pub party: Party,
    /// Index in [`crate::scenario::ASSETS`] of what is deposited.
    pub collateral: usize,
    /// Index of what is borrowed.
    pub debt: usize,
    /// Value of the deposit, quote atoms.
    pub deposit_quote_atoms: u64,
    /// Debt over the largest debt that initial margin admits, parts per million.
    pub leverage_ppm: u32,
}

/// Everybody whose account is watched, in this order: borrowers, traders, hedgers, providers, keepers. The place in it names an account everywhere.
#[derive(Debug)]
pub struct Cast {
    /// Who borrows.
    pub borrowers: Vec<Borrower>,
    /// Who trades perpetuals.
    pub traders: Vec<Trader>,
    /// Who hedges, in portfolio margin.
    pub hedgers: Vec<Hedger>,
    /// Who lends the pool money.
    pub providers: Vec<Provider>,
    /// Whose accounts the keepers work with: they fail like anybody's.
    pub keepers: Vec<Party>,
}

impl Cast {
    /// The cast of a group, with keepers of these names.
    #[must_use]
    pub fn of(group: &Pubkey, keepers: &[&str]) -> Self {
        Self {
            borrowers: borrowers(group),
            traders: traders(group),
            hedgers: hedgers(group),
            providers: providers(group).into(),
            keepers: keepers.iter().map(|name| Party::new((*name).to_owned(), group)).collect(),
        }
    }

    /// All of them.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        let borrowers = self.borrowers.iter().map(|one| &one.party);
        let traders = self.traders.iter().map(|one| &one.party);
        let hedgers = self.hedgers.iter().map(|one| &one.party);
        let providers = self.providers.iter().map(|one| &one.party);
        borrowers.chain(traders).chain(hedgers).chain(providers).chain(&self.keepers)
    }

    /// The margin accounts of all of them.
    #[must_use]
    pub fn margin_accounts(&self) -> Vec<Pubkey> {
        self.parties().map(|party| party.margin_account).collect()
    }

    /// The name at a place.
    #[must_use]
    pub fn name(&self, place: usize) -> &str {
        self.parties().nth(place).map_or("", |party| &party.name)
    }

    /// The place of the first trader.
    #[must_use]
    pub const fn first_trader(&self) -> usize {
        self.borrowers.len()
    }

    /// The place of the first hedger.
    #[must_use]
    pub const fn first_hedger(&self) -> usize {
        self.borrowers.len() + self.traders.len()
    }

    /// What the owners of borrowers, traders and hedgers, in this order, have at hand for margin calls, quote atoms.
    pub fn savings(&self) -> impl Iterator<Item = u64> {
        let borrowers = self.borrowers.iter().map(|one| one.deposit_quote_atoms);
        let traders = self.traders.iter().map(|one| one.deposit_quote_atoms);
        borrowers.chain(traders).chain(self.hedgers.iter().map(|one| one.deposit_quote_atoms)).map(savings_atoms)
    }

    /// The place of the first provider.
    #[must_use]
    pub const fn first_provider(&self) -> usize {
        self.first_hedger() + self.hedgers.len()
    }
}

/// The borrowers of a group.
#[must_use]
pub fn borrowers(group: &Pubkey) -> Vec<Borrower> {
    let mut cast = Vec::with_capacity(BORROWERS);
    for loan in &LOANS {
        for place in 0..loan.borrowers {
            let number = cast.len() + 1;
            let name = format!("Borrower {number:02}");
            cast.push(Borrower {
                party: Party::new(name, group),
                collateral: loan.collateral,
                debt: loan.debt,
                deposit_quote_atoms: deposit_quote_atoms(number),
                leverage_ppm: loan.from_ppm + place * loan.step_ppm,
            });
        }
    }
    cast
}

/// Between 20,000 and 180,000 dollars, spread over the numbers without a pattern.
fn deposit_quote_atoms(number: usize) -> u64 {
    let dollars = 20_000 + number as u64 * 7_919 % 161 * 1_000;
    dollars * 1_000_000
}

/// Bytes that follow from a role and a name: seeds of keys that hold nothing outside a local node.
#[must_use]
pub fn seeded_bytes(role: &str, name: &str) -> [u8; 32] {
    Sha256::digest(format!("plimsoll demo, {role}, {name}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_sixty_borrowers_within_their_limits_and_each_has_its_own_account() {
        let cast = borrowers(&Pubkey::new_from_array([7; 32]));
        assert_eq!(cast.len(), BORROWERS);
        assert!(cast.iter().all(|one| one.leverage_ppm < 1_000_000 && one.collateral != one.debt));
        let accounts: std::collections::BTreeSet<_> = cast.iter().map(|one| one.party.margin_account).collect();
        assert_eq!(accounts.len(), BORROWERS);
    }
}
