//! Accounts: fixed-size, zero-copy, eight-byte aligned, each with a version.

pub mod book;
pub mod factor;
pub mod group;
pub mod margin_account;
pub mod params;
pub mod perp_market;
pub mod pool;
pub mod reserve;
pub mod wide;

pub use book::{BOOK_BYTES, Book, Moment, PortfolioModel, Scenario};
pub use factor::{Factor, LiquidityProfile};
pub use group::Group;
pub use margin_account::MarginAccount;
pub use params::{BookParams, FactorParams, PerpMarketParams, PoolParams, ReserveParams};
pub use perp_market::PerpMarket;
pub use pool::Pool;
pub use reserve::Reserve;
pub use wide::Wide;
