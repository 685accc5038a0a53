//! Sizes, seeds and the version of every layout.

/// The layout that this program writes.
pub const ACCOUNT_VERSION: u8 = 1;
/// Risk factors of a Book.
pub const FACTORS: usize = 16;
/// Lending reserves of a Book.
pub const RESERVES: usize = 16;
/// Perpetual markets of a Book.
pub const PERP_MARKETS: usize = 16;
/// Orders of a margin account.
pub const ORDERS: usize = 16;
/// Points of an announced path: now and up to twelve grid steps ahead.
pub const PATH_POINTS: usize = 13;
/// Hourly averages behind the delay price.
pub const DELAY_HOURS: usize = 24;
/// Upper triangle of the covariance matrix, diagonal included.
pub const COVARIANCE_ENTRIES: usize = FACTORS * (FACTORS + 1) / 2;
/// Strict upper triangle of the correlation matrix.
pub const CORRELATION_ENTRIES: usize = FACTORS * (FACTORS - 1) / 2;
/// Rows of the scenario grid.
pub const SCENARIOS: usize = 32;
/// Changes that can wait for the timelock at once.
pub const PENDING_CHANGES: usize = 8;
/// Actions that can be paused one by one.
pub const PAUSABLE_ACTIONS: usize = 32;
/// Most a Book can grow to: its own fields and room for the options of a later version.
pub const BOOK_BYTES_MAX: usize = 128 * 1024;
/// Most that one `grow_book` adds: what the runtime lets an instruction add.
pub const BOOK_GROWTH_BYTES_MAX: usize = 10_240;

/// Notice of a delisting: a day, twice the longest grace.
pub const DELISTING_NOTICE_SECONDS: u64 = 86_400;

/// Seed of a group's address.
pub const GROUP_SEED: &[u8] = b"group";
/// Seed of a margin account's address.
pub const MARGIN_SEED: &[u8] = b"margin";
/// Seed of a reserve's vault.
pub const VAULT_SEED: &[u8] = b"vault";
/// Seed of the authority over a Book's vaults.
pub const VAULT_AUTHORITY_SEED: &[u8] = b"vault_authority";
