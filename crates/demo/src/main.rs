//! `plimsoll-demo`: plays a scenario twice on local nodes, with moving and with frozen thresholds, and compares the two.

mod screen;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use plimsoll_demo::play::localnode::Ports;
use plimsoll_demo::play::{Settings, play};
use plimsoll_demo::report::{Report, Run};
use plimsoll_demo::scenario::{self, Scenario};
use plimsoll_demo::view::closing;
use sha2::{Digest, Sha256};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Plays a market crash on two local nodes, with moving and with frozen liquidation thresholds, and compares them.
#[derive(Debug, Parser)]
struct Options {
    /// A built-in scenario (october-2025, march-2020, ftx-2022, calm, gap), a scenario file (.toml), or price histories
    /// (sol.csv, or SOL=a.csv,BTC=b.csv)
    #[arg(long, default_value = "")]
    scenario: String,
    /// Seed of the random path between a scenario's waypoints, instead of its own
    #[arg(long)]
    seed: Option<u64>,
    /// First of four consecutive ports for the two nodes; free ones are chosen if absent
    #[arg(long)]
    rpc_port: Option<u16>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // the stage of both runs is too large for a stack frame
    match Box::pin(demonstrate(&options)).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("plimsoll-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate(options: &Options) -> Result<ExitCode> {
    let scenario = scenario::load(&options.scenario, options.seed)?;
    let tools = Tools::find()?;
    let settings = tools.settings(options.rpc_port)?;
    println!("{}: {}", scenario.name, scenario.description);
    println!(
        "Two local nodes start; sixty borrowers, forty traders and twelve hedgers open their accounts. That takes a few seconds.\n"
    );

    let started = Instant::now();
    let (dynamic, frozen) = tokio::select! {
        runs = play_both(&scenario, &settings) => runs?,
        () = interrupted() => {
            eprintln!("stopped");
            return Ok(ExitCode::from(130));
        }
    };
    let report = tools.report(&scenario, (dynamic, frozen), started)?;
    report.write(&tools.target).with_context(|| format!("cannot write to {}", tools.target.display()))?;
    println!();
    for line in closing(&report, screen::colour()) {
        println!("{line}");
    }
    println!("\nwritten: {0}/report.json and {0}/report.html", tools.target.display());
    if report.dynamic.totals.conservation_error_atoms + report.frozen.totals.conservation_error_atoms > 0 {
        bail!("the vaults do not equal their claims; the report says by how much");
    }
    Ok(ExitCode::SUCCESS)
}

/// Both runs side by side, on a node each, with the screen beside them.
async fn play_both(scenario: &Scenario, settings: &[Settings; 2]) -> Result<(Run, Run)> {
    let [(moving, seen_moving), (frozen, seen_frozen)] = [watch::channel(None), watch::channel(None)];
    tokio::select! {
        runs = async { tokio::try_join!(play(scenario, &settings[0], &moving), play(scenario, &settings[1], &frozen)) } => runs,
        () = screen::show(seen_moving, seen_frozen) => bail!("the screen ended"),
    }
}

/// Returns on Ctrl-C or SIGTERM. What runs is then dropped, and with it every child process.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Where things are: the demonstration is started in the repository's root.
struct Tools {
    repository: PathBuf,
    program: PathBuf,
    binaries: PathBuf,
    target: PathBuf,
}

impl Tools {
    fn find() -> Result<Self> {
        let repository = std::env::current_dir()?;
        let executable = std::env::current_exe()?;
        let tools = Self {
            program: repository.join("target/deploy/plimsoll.so"),
            binaries: executable.parent().map(Path::to_path_buf).unwrap_or_default(),
            target: repository.join("target/demo"),
            repository,
        };
        let migrations = tools.repository.join("migrations");
        require(
            &migrations.join("localnode.mjs"),
            "start the demonstration in the repository's root, or run make demo",
        )?;
        require(&tools.program, "build the program with make program")?;
        require(&migrations.join("node_modules"), "install the npm packages with make setup")?;
        for binary in ["plimsoll-keeper", "plimsoll-params"] {
            require(&tools.binaries.join(binary), "build the tools with cargo build --workspace --bins")?;
        }
        Ok(tools)
    }

    fn settings(&self, rpc_port: Option<u16>) -> Result<[Settings; 2]> {
        let run = |place: u16, name: &str| -> Result<Settings> {
            Ok(Settings {
                repository: self.repository.clone(),
                program: self.program.clone(),
                binaries: self.binaries.clone(),
                directory: self.target.join(name),
                ports: rpc_port.map_or_else(Ports::free, |first| fixed_ports(first, 2 * place))?,
                frozen_thresholds: place > 0,
            })
        };
        Ok([run(0, "dynamic")?, run(1, "static")?])
    }

    fn report(&self, scenario: &Scenario, (dynamic, frozen): (Run, Run), started: Instant) -> Result<Report> {
        let program = std::fs::read(&self.program)?;
        Ok(Report {
            scenario: scenario.name.clone(),
            description: scenario.description.clone(),
            notes: scenario.notes.clone(),
            seed: scenario.seed,
            steps: scenario.steps() as u64,
            step_seconds: scenario.step_seconds,
            borrowers: plimsoll_demo::play::cast::BORROWERS as u64,
            traders: plimsoll_demo::play::traders::TRADERS as u64,
            hedgers: plimsoll_demo::play::hedgers::HEDGERS as u64,
            seconds: started.elapsed().as_secs_f64(),
            program_sha256: format!("{:x}", Sha256::digest(program)),
            dynamic,
            frozen,
        })
    }
}

fn require(path: &Path, remedy: &str) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    bail!("{} is missing: {remedy}", path.display())
}

/// The two ports at `first + offset`, if nobody listens there.
fn fixed_ports(first: u16, offset: u16) -> Result<Ports> {
    let port = |place: u16| -> Result<u16> {
        let remedy = "choose another --rpc-port, or none for free ports";
        let port =
            first.checked_add(offset + place).with_context(|| format!("port {first} leaves no room: {remedy}"))?;
        TcpListener::bind(("127.0.0.1", port)).with_context(|| format!("port {port} is in use: {remedy}"))?;
        Ok(port)
    };
    Ok(Ports { rpc: port(0)?, websocket: port(1)? })
}
