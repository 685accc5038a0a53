//! A scenario played on a real node: accounts, transactions, keepers and a clock that travels.

pub mod answers;
pub mod call_recorder;
pub mod cast;
pub mod cluster;
pub mod decisions;
pub mod deployment;
pub mod desk;
pub mod events;
pub mod funding;
pub mod hedgers;
pub mod hedging;
pub mod keepers;
pub mod ledger;
pub mod localnode;
pub mod market;
pub mod opening;
pub mod oracles;
pub mod perp_recorder;
pub mod recorder;
pub mod stage;
pub mod traders;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use plimsoll_client::instructions;
use plimsoll_client::plimsoll::state::Book;
use solana_keypair::Keypair;
use solana_signer::Signer;
use tokio::sync::watch;
use tokio::time::Instant;

use self::cast::{Cast, Party};
use self::cluster::Cluster;
use self::deployment::{Deployment, write_keypair};
use self::desk::Desk;
use self::keepers::{Counterparty, Keeper, KeeperTerms};
use self::ledger::Audit;
use self::localnode::{LocalNode, Ports};
use self::opening::{Opening, read_book};
use self::oracles::Oracles;
use self::recorder::Recorder;
use self::stage::{Stage, changed};
use crate::report::Run;
use crate::scenario::Scenario;
use crate::view::Moment;

/// The node's clock is moved by whole weeks, so that hours and days keep their places.
const WEEK_SECONDS: u64 = 7 * 86_400;
/// How long before the first step the group is set up.
const SETUP_SECONDS: u64 = 300;
const DEPLOYER_LAMPORTS: u64 = 1_000_000_000_000;
/// Two keepers that compete: one takes liquidated positions over itself, the other closes them against the pool.
const KEEPERS: [(&str, Counterparty); 2] = [("keeper A", Counterparty::Account), ("keeper B", Counterparty::Pool)];

/// One run: which thresholds, and where its tools are.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Root of the repository.
    pub repository: PathBuf,
    /// The program that is deployed.
    pub program: PathBuf,
    /// Folder of `plimsoll-keeper` and `plimsoll-params`.
    pub binaries: PathBuf,
    /// Where the run keeps its key files.
    pub directory: PathBuf,
    /// Where the node listens.
    pub ports: Ports,
    /// Whether thresholds stay as they were at first.
    pub frozen_thresholds: bool,
}

/// Plays a scenario and tells `moments` about every step.
///
/// # Errors
/// What went wrong and, where that is known, what to do.
pub async fn play(scenario: &Scenario, settings: &Settings, moments: &watch::Sender<Option<Moment>>) -> Result<Run> {
    let started = Instant::now();
    std::fs::create_dir_all(&settings.directory)
        .with_context(|| format!("cannot create {}", settings.directory.display()))?;
    let mut troupe = Troupe::assemble(scenario, settings).await?;
    let keepers = troupe.start_keepers(settings).await?;
    let mut stage = Stage {
        scenario,
        node: troupe.node,
        cluster: troupe.cluster,
        deployment: troupe.deployment,
        oracles: troupe.oracles,
        desk: Desk::new(&troupe.cast, troupe.deployment, scenario),
        seen: vec![None; troupe.cast.parties().count()],
        cast: &troupe.cast,
        left_alone: 0,
        keepers,
        frozen_thresholds: settings.frozen_thresholds,
        shift_seconds: troupe.shift_seconds,
    };
    let keepers = stage.keepers.iter().map(|keeper| &keeper.party);
    let mut recorder = Recorder::new(scenario, &troupe.cast, keepers, stage.shift_seconds);
    let mut audit = Audit::default();
    for step in 0..scenario.steps() {
        let market = stage.play(step).await?;
        let changed = recorder.last().map_or_else(Vec::new, |last| changed(last, &market));
        let events = stage.events(&changed).await?;
        recorder.record(step, market, &events)?;
        audit.check(&stage.cluster, &stage.deployment).await?;
        moments.send_replace(Some(moment(&stage, &recorder, step, started)?));
    }
    for keeper in stage.keepers {
        keeper.stop().await?;
    }
    audit.check(&stage.cluster, &stage.deployment).await?;
    let refused = stage.desk.refused;
    stage.node.stop().await?;
    let mut run = recorder.finish(&audit)?;
    run.perps.orders.refused = refused;
    Ok(run)
}

fn moment(stage: &Stage<'_>, recorder: &Recorder<'_>, step: usize, started: Instant) -> Result<Moment> {
    let thresholds = if stage.frozen_thresholds { "frozen" } else { "moving" };
    Ok(Moment {
        title: format!("{}, {thresholds} thresholds", stage.scenario.name),
        step: step as u64 + 1,
        steps: stage.scenario.steps() as u64,
        time_seconds: stage.scenario.step_time(step),
        elapsed_seconds: started.elapsed().as_secs(),
        factors: recorder.last_factors(),
        accounts: recorder.counts()?,
        perps: recorder.perp_state(),
        keepers: stage.keepers.iter().map(Keeper::counts).collect(),
    })
}

/// A node with the group deployed and every position open, before the keepers start.
struct Troupe {
    node: LocalNode,
    cluster: Cluster,
    deployment: Deployment,
    oracles: Oracles,
    cast: Cast,
    keepers: Vec<Party>,
    shift_seconds: u64,
}

impl Troupe {
    async fn assemble(scenario: &Scenario, settings: &Settings) -> Result<Self> {
        let script = settings.repository.join("migrations/localnode.mjs");
        let mut node = LocalNode::start(&script, settings.ports, &settings.program).await?;
        let cluster = Cluster::new(node.rpc_url.clone());
        let shift_seconds = shift_seconds(scenario, node.clock_seconds().await?);
        let start = scenario.step_time(0) + shift_seconds;

        let deployer = Keypair::new_from_array(cast::seeded_bytes("party", "deployer"));
        let lamports = serde_json::json!({
            "cmd": "airdrop", "address": deployer.pubkey().to_string(), "lamports": DEPLOYER_LAMPORTS,
        });
        node.command(&[lamports, localnode::travel(start - SETUP_SECONDS)]).await?;
        let keypair = settings.directory.join("deployer-keypair.json");
        write_keypair(&keypair, &deployer)?;
        let params = settings.binaries.join("plimsoll-params");
        let deployment = deployment::deploy(&settings.repository, &params, &node.rpc_url, &keypair).await?;

        let book = read_book(&cluster, &deployment.book).await?;
        let mut troupe = Self {
            oracles: Oracles::of(&book, shift_seconds),
            cast: Cast::of(&deployment.group, &KEEPERS.map(|(name, _)| name)),
            keepers: KEEPERS.map(|(name, _)| Party::new(name.to_owned(), &deployment.group)).into(),
            node,
            cluster,
            deployment,
            shift_seconds,
        };
        let book = troupe.price(scenario, start, &deployer).await?;
        troupe.open(&book, start).await?;
        Ok(troupe)
    }

    /// Publishes the first prices and brings them into the Book.
    async fn price(&mut self, scenario: &Scenario, start: u64, deployer: &Keypair) -> Result<Box<Book>> {
        let first = scenario.publications(0).context("a scenario without prices")?;
        self.node.command(&[localnode::travel(start), self.oracles.publish(&first)]).await?;
        let address = self.deployment.book;
        let refresh =
            vec![instructions::refresh_prices(address, &self.oracles.addresses), instructions::accrue(address)];
        self.cluster.send(&[(refresh, vec![deployer])]).await?;
        read_book(&self.cluster, &address).await
    }

    async fn open(&mut self, book: &Book, start: u64) -> Result<()> {
        let lender = Party::new("lender".to_owned(), &self.deployment.group);
        let mut opening = Opening {
            node: &mut self.node,
            cluster: &self.cluster,
            deployment: &self.deployment,
            book,
            now_seconds: start,
        };
        opening.run(&lender, &self.keepers, &self.cast).await
    }

    async fn start_keepers(&mut self, settings: &Settings) -> Result<Vec<Keeper>> {
        let terms = KeeperTerms {
            binary: settings.binaries.join("plimsoll-keeper"),
            book: self.deployment.book,
            oracles: self.oracles.addresses.into(),
            frozen_thresholds: settings.frozen_thresholds,
        };
        let mut keepers = Vec::new();
        for (party, (_, counterparty)) in self.keepers.drain(..).zip(KEEPERS) {
            let keypair = key_file(&settings.directory, &party);
            write_keypair(&keypair, &party.owner)?;
            keepers.push(Keeper::start(&terms, &self.node, (party, counterparty), &keypair).await?);
        }
        Ok(keepers)
    }
}

fn key_file(directory: &Path, party: &Party) -> PathBuf {
    directory.join(format!("{}-keypair.json", party.name.replace(' ', "-")))
}

/// Whole weeks that bring the scenario's start past the node's clock, which cannot go back.
fn shift_seconds(scenario: &Scenario, clock_seconds: u64) -> u64 {
    let ahead = (clock_seconds + 2 * SETUP_SECONDS).saturating_sub(scenario.step_time(0));
    ahead.div_ceil(WEEK_SECONDS) * WEEK_SECONDS
}
