//! Notifications over the websocket: what wakes the keeper before its poll would.

use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, SelectAll};
use plimsoll_client::Pubkey;
use solana_account_decoder_client_types::{UiAccountEncoding, UiDataSliceConfig};
use solana_commitment_config::CommitmentConfig;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::RpcAccountInfoConfig;
use tokio::sync::mpsc;

use crate::settings::Settings;
use crate::state::{Update, Watched, margin_account_filters};

/// Pause before the websocket is opened again.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);

/// Forwards notifications until the receiver is gone; opens the websocket again whenever it breaks, and says so.
pub async fn forward(settings: Settings, watched: Watched, updates: mpsc::Sender<Update>) {
    while !updates.is_closed() {
        if let Err(error) = listen(&settings.ws_url, &watched, &updates).await {
            tracing::warn!(error = settings.redacted(&error), "the websocket broke; polling goes on");
        }
        tokio::time::sleep(RECONNECT_PAUSE).await;
    }
}

async fn listen(ws_url: &str, watched: &Watched, updates: &mpsc::Sender<Update>) -> Result<()> {
    let client = PubsubClient::new(ws_url).await.context("opening the websocket")?;
    let mut notifications = subscribe(&client, watched).await?;
    // what happened before the subscriptions began
    updates.send(Update::Interrupted).await?;
    while let Some(update) = notifications.next().await {
        updates.send(update).await?;
    }
    anyhow::bail!("the node closed the websocket")
}

async fn subscribe<'a>(client: &'a PubsubClient, watched: &Watched) -> Result<SelectAll<BoxStream<'a, Update>>> {
    let mut notifications = SelectAll::new();
    for address in std::iter::once(&watched.book).chain(&watched.oracles) {
        let subscription = client.account_subscribe(address, Some(without_data())).await;
        let (stream, _) = subscription.with_context(|| format!("subscribing to {address}"))?;
        notifications.push(stream.map(|_| Update::Touched).boxed());
    }
    let filters = margin_account_filters(&watched.group);
    let subscription = client.program_subscribe(&plimsoll::ID, Some(filters)).await;
    let (stream, _) = subscription.context("subscribing to the margin accounts")?;
    let accounts = stream.filter_map(|notification| async move {
        let slot = notification.context.slot;
        let address: Pubkey = notification.value.pubkey.parse().ok()?;
        let data = notification.value.account.data.decode()?;
        Some(Update::MarginAccount { address, slot, data })
    });
    notifications.push(accounts.boxed());
    Ok(notifications)
}

/// The news that an account changed is enough: the keeper reads clock, Book and oracles together.
fn without_data() -> RpcAccountInfoConfig {
    RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        data_slice: Some(UiDataSliceConfig { offset: 0, length: 0 }),
        commitment: Some(CommitmentConfig::processed()),
        min_context_slot: None,
    }
}
