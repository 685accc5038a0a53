//! A parameter file as a whole, and the facts of each listing.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{ParamsError, Violation};
use crate::identity::{FeedId, ImpliedFeed, MintSource, Role, Symbol, TokenProgram};
use crate::locate::Locator;
use crate::params::{BookParams, FactorParams, LiquidityProfile, PerpMarketParams, PoolParams, ReserveParams};
use crate::rules;

/// Everything that one group is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterFile {
    /// What the file is for.
    pub cluster: Cluster,
    /// The group and its roles.
    pub group: Group,
    /// Parameters of the whole Book.
    pub book: BookParams,
    /// Risk factors, in the order in which they are listed: a factor's position is its index in the Book.
    pub factors: Vec<FactorListing>,
    /// The scenario grid of portfolio margin.
    pub scenarios: Vec<Scenario>,
    /// Lending reserves, in the order in which they are listed: a reserve's position is its index in the Book.
    pub reserves: Vec<ReserveListing>,
    /// The liquidity pool.
    pub pool: Pool,
    /// Perpetual markets, in the order in which they are listed; each takes the first free slot of the Book.
    pub perp_markets: Vec<PerpMarketListing>,
}

/// A network that the program is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cluster {
    /// A node on this machine.
    Localnet,
    /// Solana's public test network.
    Devnet,
    /// Solana itself: no created mints, a timelock of a day or more.
    Mainnet,
}

/// The group and who holds its roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Tells groups of one creator apart; part of the address.
    pub index: u16,
    /// How long a loosening change waits.
    pub timelock_seconds: u32,
    /// The reserve whose token values are counted in.
    pub quote: Symbol,
    /// Lists and sets parameters.
    pub admin: Role,
    /// Sets liquidity profiles and adds to initial margin, within bounds.
    pub steward: Role,
    /// Lowers caps, pauses, vetoes.
    pub guardian: Role,
}

/// How an oracle is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OracleKind {
    /// Price updates of the Pyth receiver program, posted by anyone.
    Pull,
    /// A price account that Pyth's publishers write.
    Push,
}

/// A risk factor: one price and what is believed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorListing {
    /// Name, unique among factors.
    pub symbol: Symbol,
    /// Which oracle.
    pub feed_id: FeedId,
    /// How it is read.
    pub oracle_kind: OracleKind,
    /// Decimals of every token on this factor.
    pub base_decimals: u8,
    /// Whether the price is meant to stand still: its history says nothing of the day on which it does not, so the margin has a higher floor.
    pub pegged: bool,
    /// Fast volatility at listing, per √day.
    pub seed_sigma_fast_ppm: u32,
    /// Slow volatility at listing, per √day.
    pub seed_sigma_slow_ppm: u32,
    /// Where implied volatility is read.
    pub implied_feed_id: ImpliedFeed,
    /// Parameters.
    pub params: FactorParams,
    /// The first liquidity profile; later ones are the steward's.
    pub liquidity: LiquidityProfile,
}

/// A row of the scenario grid: simple returns in units of each factor's margin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name, unique among scenarios.
    pub name: String,
    /// What a hedge between spot and perp of one factor loses.
    pub basis_ppm: i32,
    /// Return of every factor.
    pub shocks_ppm: BTreeMap<Symbol, i32>,
}

/// A lending reserve: one token that accounts deposit and borrow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReserveListing {
    /// Name, unique among reserves.
    pub symbol: Symbol,
    /// The token.
    pub mint: MintSource,
    /// The program that owns the mint.
    pub token_program: TokenProgram,
    /// The factor that prices it.
    pub factor: Symbol,
    /// Rate at target utilisation at listing.
    pub initial_rate_ppm_per_year: u32,
    /// Parameters.
    pub params: ReserveParams,
}

/// The liquidity pool: the counterparty of every perp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// The reserve in whose token every perp is quoted and settled.
    pub quote_reserve: Symbol,
    /// Parameters.
    pub params: PoolParams,
}

/// A perpetual market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerpMarketListing {
    /// Name, unique among perp markets.
    pub symbol: Symbol,
    /// The factor that prices it; no other market has the same.
    pub factor: Symbol,
    /// Parameters.
    pub params: PerpMarketParams,
}

impl ParameterFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ParamsError::Unreadable`] where the file cannot be read, [`ParamsError::Invalid`] where it says what it may not.
    pub fn read(file: &Path) -> Result<Self, ParamsError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| ParamsError::Unreadable { file: file.into(), source })?;
        Self::parse(file, &text)
    }

    /// Checks the text of a file; `file` only names it in errors.
    ///
    /// # Errors
    /// [`ParamsError::Invalid`] with every violation of bounds and rules, or with the first of syntax and type.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ParamsError> {
        let violations = match toml::from_str::<Self>(text) {
            Ok(parsed) => {
                let broken = rules::broken_rules(&parsed);
                if broken.is_empty() {
                    return Ok(parsed);
                }
                let locator = Locator::new(text);
                let located = broken.into_iter().map(|(field, message)| Violation {
                    line: locator.line_of(&field),
                    field,
                    message,
                });
                located.collect()
            }
            Err(error) => vec![Locator::new(text).explain(&error)],
        };
        Err(ParamsError::Invalid { file: file.into(), violations })
    }

    /// The factor of a name.
    #[must_use]
    pub fn factor(&self, symbol: &Symbol) -> Option<&FactorListing> {
        self.factors.iter().find(|factor| factor.symbol == *symbol)
    }

    /// The reserve of a name.
    #[must_use]
    pub fn reserve(&self, symbol: &Symbol) -> Option<&ReserveListing> {
        self.reserves.iter().find(|reserve| reserve.symbol == *symbol)
    }

    /// The decimals of a reserve's token.
    pub(crate) fn decimals(&self, reserve: &Symbol) -> Option<u8> {
        Some(self.factor(&self.reserve(reserve)?.factor)?.base_decimals)
    }

    /// The file as deploy.ts reads it; fields of 64 bits are decimal strings, since a JavaScript number holds 53.
    ///
    /// # Errors
    /// None for a file that [`Self::parse`] made.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}
