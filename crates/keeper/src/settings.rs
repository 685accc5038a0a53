//! What a keeper is told: the command line.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use plimsoll_client::Pubkey;

/// Form of the log on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// Who takes the other side of a perp liquidation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PerpCounterparty {
    /// The keeper's margin account takes positions over, as far as it can carry them.
    Own,
    /// The pool closes them; the keeper earns the bonus alone.
    Pool,
    /// The keeper's account, where it can carry the whole; else whichever closes more.
    Either,
}

/// Keeps one Book: refreshes prices and risk, books interest and funding, executes orders, makes margin calls, liquidates, resolves bankruptcies.
///
/// Facts go to standard output, one JSON object per line; the log goes to standard error and is filtered by RUST_LOG. SIGINT and SIGTERM end the
/// keeper after the transaction under way.
#[derive(Clone, Debug, Parser)]
#[command(name = "plimsoll-keeper", version)]
pub struct Settings {
    /// JSON-RPC address of the node.
    #[arg(long)]
    pub url: String,
    /// Websocket address of the node.
    #[arg(long)]
    pub ws_url: String,
    /// File with the key that pays fees and owns the margin account (a JSON array of 64 bytes).
    #[arg(long)]
    pub keypair: PathBuf,
    /// The Book to keep.
    #[arg(long)]
    pub book: Pubkey,
    /// The margin account that takes over what is liquidated, and receives the fees of orders.
    #[arg(long)]
    pub margin_account: Pubkey,
    /// An oracle account of a listed factor, or of a feed of implied volatility; repeat it for each. An order fills on one publication alone: where somebody keeps several of a feed,
    /// each in an account of its own, name them all.
    #[arg(long = "oracle", required = true)]
    pub oracles: Vec<Pubkey>,
    /// Leaves thresholds as they are: never sends refresh_risk.
    #[arg(long)]
    pub frozen_thresholds: bool,
    /// How often to look at the chain when no notification arrives.
    #[arg(long, default_value = "200")]
    pub poll_milliseconds: NonZeroU64,
    /// How old the interest of a reserve may become before the keeper books it.
    #[arg(long, default_value_t = 60)]
    pub accrue_seconds: u64,
    /// How old the funding of a perp market may become before the keeper books it.
    #[arg(long, default_value_t = 60)]
    pub funding_seconds: u64,
    /// Who takes the other side of a perp liquidation.
    #[arg(long, value_enum, default_value_t = PerpCounterparty::Either)]
    pub perp_counterparty: PerpCounterparty,
    /// Settles every realised profit and loss of at least so many quote atoms; left out: only what opens the way for a liquidation.
    #[arg(long)]
    pub settle_atoms: Option<u64>,
    /// Form of the log.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
}

impl Settings {
    /// How long to wait for a notification before looking anyway.
    #[must_use]
    pub const fn poll_interval(&self) -> Duration {
        Duration::from_millis(self.poll_milliseconds.get())
    }

    /// An error in words, without the node's addresses: they may carry an access key.
    #[must_use]
    pub fn redacted(&self, error: &anyhow::Error) -> String {
        format!("{error:#}").replace(&self.url, "--url").replace(&self.ws_url, "--ws-url")
    }
}
