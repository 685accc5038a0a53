//! The one typed reader of parameter files (`migrations/params/<cluster>.toml`), for deployment, client, command line and lab.
//!
//! A file says everything that a group is set up with: roles, the parameters of the Book, of each risk factor, lending reserve and perp market and of the
//! pool, and the facts of their listings. The structs named `Params` mirror those of the program field by field and name by name;
//! every key carries its unit. Reading is strict: a missing key, an unknown key, a wrong type, a number outside its bounds and a contradiction
//! between two fields are each refused with file, line and field, and nothing has a default.
//!
//! [`ParameterFile::to_json`] is the file as deploy.ts reads it: integers of 32 bits as numbers, those of 64 bits as decimal strings.

mod bounded;
mod error;
mod identity;
mod listing;
mod locate;
mod params;
mod rules;

pub use error::{ParamsError, Violation};
pub use identity::{Address, FeedId, ImpliedFeed, MintSource, Role, Symbol, TokenProgram};
pub use listing::{
    Cluster, FactorListing, Group, OracleKind, ParameterFile, PerpMarketListing, Pool, ReserveListing, Scenario,
};
pub use params::{BookParams, FactorParams, LiquidityProfile, PerpMarketParams, PoolParams, ReserveParams};

/// Risk factors that a Book holds.
pub const FACTORS_MAX: usize = 16;
/// Rows of the scenario grid that a Book holds.
pub const SCENARIOS_MAX: usize = 32;
/// Lending reserves that a Book holds.
pub const RESERVES_MAX: usize = 16;
/// Perpetual markets that a Book holds.
pub const PERP_MARKETS_MAX: usize = 16;
/// Grid steps that an announced path reaches ahead at most.
pub const PATH_STEPS_MAX: u32 = 12;
