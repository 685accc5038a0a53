//! The world that tests run in: the real program in LiteSVM, with real token programs, oracle accounts in their real layout, and a clock that tests move.

pub mod assets;
pub mod ledger;
pub mod listings;
pub mod margin;
pub mod oracles;
pub mod outcome;
pub mod perps;
pub mod risk;
pub mod traders;
pub mod world;

pub use assets::{Asset, Listing};
pub use outcome::{assert_refused, assert_refused_by_anchor};
pub use traders::Trader;
pub use world::World;

pub use solana_keypair::Keypair;
pub use solana_signer::Signer;
