//! `plimsoll-keeper`: see `--help`.

use anyhow::{Result, anyhow};
use clap::Parser;
use plimsoll_keeper::facts::JsonLines;
use plimsoll_keeper::settings::{LogFormat, Settings};
use plimsoll_keeper::{keeper, keypair};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<()> {
    let settings = Settings::parse();
    start_log(settings.log);
    let payer = keypair::read(&settings.keypair)?;
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let shutdown = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("asked to end");
    };
    keeper::run(&settings, &payer, &mut JsonLines(std::io::stdout()), shutdown)
        .await
        .map_err(|error| anyhow!("the keeper could not start: {}", settings.redacted(&error)))
}

fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("plimsoll_keeper=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
