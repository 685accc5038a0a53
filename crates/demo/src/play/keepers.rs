//! The keepers: processes of their own that work over RPC and report as lines of JSON.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plimsoll_client::Pubkey;
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::cast::Party;
use super::localnode::LocalNode;
use crate::view::KeeperCounts;

/// How often a keeper looks by itself, besides what the websocket tells it.
const POLL_MILLISECONDS: u64 = 250;
/// How old an accrual a keeper lets stand, simulated seconds.
const ACCRUE_SECONDS: u64 = 1_800;

/// How old a perp market's funding a keeper lets stand, simulated seconds.
const FUNDING_SECONDS: u64 = 1_800;
/// Realised profits and losses from which on a keeper settles them, quote atoms.
const SETTLE_ATOMS: u64 = 2_000_000_000;

/// What every keeper of a run is started with.
#[derive(Clone, Debug)]
pub struct KeeperTerms {
    /// The keeper's binary.
    pub binary: PathBuf,
    /// The Book that it keeps.
    pub book: Pubkey,
    /// The oracle accounts.
    pub oracles: Vec<Pubkey>,
    /// Whether it leaves the thresholds alone.
    pub frozen_thresholds: bool,
}

/// Who takes the other side of the perp liquidations of a keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counterparty {
    /// The keeper's own account.
    Account,
    /// The pool.
    Pool,
}

/// A running keeper. Dropping it ends the process.
#[derive(Debug)]
pub struct Keeper {
    /// Whose margin account takes over what is liquidated.
    pub party: Party,
    child: Child,
    counts: Arc<Mutex<KeeperCounts>>,
}

#[derive(Deserialize)]
struct Line {
    event: String,
}

impl Keeper {
    /// Starts a keeper for a party, whose key is read from `keypair`, and waits until it is ready.
    ///
    /// # Errors
    /// Where the binary is missing or ends at once.
    pub async fn start(
        terms: &KeeperTerms,
        node: &LocalNode,
        (party, counterparty): (Party, Counterparty),
        keypair: &Path,
    ) -> Result<Self> {
        let mut command = Command::new(&terms.binary);
        command.args(["--url", &node.rpc_url, "--ws-url", &node.ws_url, "--keypair"]).arg(keypair);
        command.args(["--book", &terms.book.to_string(), "--margin-account", &party.margin_account.to_string()]);
        for oracle in &terms.oracles {
            command.args(["--oracle", &oracle.to_string()]);
        }
        command.args(["--poll-milliseconds", &POLL_MILLISECONDS.to_string()]);
        command.args(["--accrue-seconds", &ACCRUE_SECONDS.to_string(), "--log", "json"]);
        command.args(["--funding-seconds", &FUNDING_SECONDS.to_string(), "--settle-atoms", &SETTLE_ATOMS.to_string()]);
        let counterparty = if counterparty == Counterparty::Pool { "pool" } else { "own" };
        command.args(["--perp-counterparty", counterparty]);
        if terms.frozen_thresholds {
            command.arg("--frozen-thresholds");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).process_group(0).spawn().with_context(|| {
            format!("cannot run {}; build it with cargo build --workspace --bins", terms.binary.display())
        })?;
        let output = child.stdout.take().context("the keeper has no output")?;
        let mut lines = BufReader::new(output).lines();
        while event(&lines.next_line().await?.with_context(|| format!("{} ended at once", party.name))?) != "ready" {}

        let counts = Arc::new(Mutex::new(KeeperCounts::new(&party.name)));
        tokio::spawn(count(lines, Arc::clone(&counts)));
        Ok(Self { party, child, counts })
    }

    /// What it did so far, by its own account.
    #[must_use]
    pub fn counts(&self) -> KeeperCounts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Refuses a keeper that has ended.
    ///
    /// # Errors
    /// Its exit status.
    pub fn require_running(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended before its time: {status}", self.party.name);
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// The system's error.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(id) = self.child.id() {
            kill(Pid::from_raw(i32::try_from(id)?), Signal::SIGTERM)?;
        }
        self.child.wait().await?;
        Ok(())
    }
}

fn event(line: &str) -> String {
    serde_json::from_str(line).map_or_else(|_| String::new(), |line: Line| line.event)
}

async fn count(mut lines: Lines<BufReader<ChildStdout>>, counts: Arc<Mutex<KeeperCounts>>) {
    while let Ok(Some(line)) = lines.next_line().await {
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        match event(&line).as_str() {
            "prices_refreshed" | "risk_refreshed" => counts.refreshes += 1,
            "liquidated" => counts.liquidations += 1,
            "lost_race" => counts.lost_races += 1,
            _ => {}
        }
    }
}
