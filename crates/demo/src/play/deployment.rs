//! The group, set up by the project's own deployment: `migrations/deploy.ts` with the local parameters.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use plimsoll_client::Pubkey;
use plimsoll_client::instructions::ReserveKeys;
use serde::Deserialize;
use solana_keypair::Keypair;
use tokio::process::Command;

use super::traders::MARKETS;
use crate::scenario::ASSETS;

/// A group and its four reserves, in the order of [`ASSETS`].
#[derive(Clone, Copy, Debug)]
pub struct Deployment {
    /// The group.
    pub group: Pubkey,
    /// Its Book.
    pub book: Pubkey,
    /// Its reserves.
    pub reserves: [ReserveKeys; ASSETS.len()],
    /// The reserves' vaults.
    pub vaults: [Pubkey; ASSETS.len()],
}

#[derive(Deserialize)]
struct Output {
    group: String,
    book: String,
    reserves: Vec<ReserveOutput>,
    perp_markets: Vec<MarketOutput>,
}

#[derive(Deserialize)]
struct ReserveOutput {
    index: u8,
    symbol: String,
    mint: String,
    token_program: String,
    vault: String,
}

#[derive(Deserialize)]
struct MarketOutput {
    index: usize,
    factor_index: usize,
}

/// Deploys the group and reads back where it stands.
///
/// # Errors
/// Where the deployment refuses, with its own message.
pub async fn deploy(repository: &Path, params_binary: &Path, url: &str, keypair: &Path) -> Result<Deployment> {
    let migrations = repository.join("migrations");
    let output = Command::new("node")
        .args(["--import", "tsx"])
        .arg(migrations.join("deploy.ts"))
        .args(["--json", "--url", url, "--keypair"])
        .arg(keypair)
        .arg("--params")
        .arg(migrations.join("params/localnet.toml"))
        .env("PLIMSOLL_PARAMS_BIN", params_binary)
        .current_dir(&migrations)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot run node; install node.js 20 or newer")?;
    if !output.status.success() {
        bail!("the group could not be set up: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let last = output.stdout.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty());
    read(last.unwrap_or_default()).context("deploy.ts printed something else than its addresses")
}

fn read(json: &[u8]) -> Result<Deployment> {
    let output: Output = serde_json::from_slice(json)?;
    let book: Pubkey = output.book.parse()?;
    let mut reserves = Vec::new();
    let mut vaults = Vec::new();
    for symbol in ASSETS {
        let found = output.reserves.iter().find(|reserve| reserve.symbol == symbol);
        let reserve = found.with_context(|| format!("the parameters list no reserve {symbol}"))?;
        vaults.push(reserve.vault.parse()?);
        reserves.push(ReserveKeys {
            book,
            reserve_index: reserve.index,
            mint: reserve.mint.parse()?,
            token_program: reserve.token_program.parse()?,
        });
    }
    for (index, asset) in MARKETS.into_iter().enumerate() {
        let is_listed = output.perp_markets.iter().any(|one| (one.index, one.factor_index) == (index, asset));
        if !is_listed {
            bail!("the parameters list no perp market {index} of {}", ASSETS[asset]);
        }
    }
    let missing = "a reserve per asset";
    Ok(Deployment {
        group: output.group.parse()?,
        book,
        reserves: reserves.try_into().ok().context(missing)?,
        vaults: vaults.try_into().ok().context(missing)?,
    })
}

/// Writes a keypair as the command-line tools read it.
///
/// # Errors
/// The system's error.
pub fn write_keypair(path: &Path, keypair: &Keypair) -> Result<()> {
    let bytes = serde_json::to_string(&keypair.to_bytes().to_vec())?;
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
