//! A keeper of the tests: its key, its margin account, and the process or the parts of it that a test runs.

use std::path::PathBuf;

use clap::Parser;
use plimsoll_client::Pubkey;
use plimsoll_keeper::act::Actor;
use plimsoll_keeper::plan::{Action, plan};
use plimsoll_keeper::settings::Settings;
use plimsoll_keeper::state::State;
use plimsoll_keeper::transaction::Sender;
use solana_keypair::Keypair;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_signer::Signer;

use crate::group::{Group, USDC, USDC_ATOMS};
use crate::node::{KeeperProcess, Node};

/// A keeper's key in a file of its own, and its margin account.
pub(crate) struct Competitor {
    key: Keypair,
    keypair_file: PathBuf,
    pub(crate) margin_account: Pubkey,
}

impl Competitor {
    pub(crate) async fn enter(node: &mut Node, group: &Group<'_>, key: Keypair) -> Self {
        let file_name = format!("keeper-{}.json", key.pubkey());
        let keypair_file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file_name);
        let bytes = serde_json::to_string(&key.to_bytes().to_vec()).expect("bytes are JSON");
        std::fs::write(&keypair_file, bytes).expect("the build folder is writable");
        let margin_account = group.open(node, &key, 0, (USDC, 100_000 * USDC_ATOMS)).await;
        Self { key, keypair_file, margin_account }
    }

    /// Starts it as a process, and waits for nothing.
    pub(crate) fn start(&self, node: &Node, group: &Group, flags: &[&str]) -> KeeperProcess {
        let flags = flags.iter().map(|flag| (*flag).to_owned());
        KeeperProcess::start(&self.arguments(node, group).into_iter().chain(flags).collect::<Vec<_>>())
    }

    fn arguments(&self, node: &Node, group: &Group) -> Vec<String> {
        let pairs = [
            ("--url", node.url.clone()),
            ("--ws-url", node.ws_url.clone()),
            ("--keypair", self.keypair_file.display().to_string()),
            ("--book", group.book.to_string()),
            ("--margin-account", self.margin_account.to_string()),
            ("--oracle", group.oracles[0].to_string()),
            ("--oracle", group.oracles[1].to_string()),
        ];
        pairs.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
    }

    pub(crate) fn actor<'a>(&'a self, rpc: &'a RpcClient, group: &Group) -> Actor<'a> {
        Actor {
            sender: Sender::new(rpc, &self.key),
            book: group.book,
            margin_account: self.margin_account,
            authority: self.key.pubkey(),
        }
    }

    /// The liquidations that it would send now.
    pub(crate) async fn liquidations(&self, rpc: &RpcClient, node: &Node, group: &Group<'_>) -> Vec<Action> {
        self.planned(rpc, node, group, |action| matches!(action, Action::Liquidate { .. })).await
    }

    /// The fills that it would send now.
    pub(crate) async fn fills(&self, rpc: &RpcClient, node: &Node, group: &Group<'_>) -> Vec<Action> {
        self.planned(rpc, node, group, |action| matches!(action, Action::FillOrder { .. })).await
    }

    async fn planned(
        &self,
        rpc: &RpcClient,
        node: &Node,
        group: &Group<'_>,
        is_wanted: fn(&Action) -> bool,
    ) -> Vec<Action> {
        let arguments = ["plimsoll-keeper".to_owned()].into_iter().chain(self.arguments(node, group));
        let settings = Settings::parse_from(arguments);
        let state = State::load(rpc, group.book, self.margin_account, group.oracles.to_vec()).await;
        let state = state.expect("the node can be reached");
        plan(state.snapshot(), &settings).into_iter().filter(is_wanted).collect()
    }
}

impl Drop for Competitor {
    fn drop(&mut self) {
        // a test key; the folder goes with `cargo clean`
        let _ = std::fs::remove_file(&self.keypair_file);
    }
}
