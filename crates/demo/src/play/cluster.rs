//! JSON-RPC to the local node: sending transactions and reading accounts.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::future::{join_all, try_join_all};
use plimsoll_client::{Instruction, Pubkey};
use serde_json::{Value, json};
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::config::RpcSendTransactionConfig;
use solana_rpc_client_api::request::RpcRequest;
use solana_signer::Signer;
use solana_transaction::Transaction;
use tokio::time::{Instant, sleep};

/// The most accounts of one request.
const ACCOUNTS_PER_REQUEST: usize = 100;
const CONFIRMATION_POLL: Duration = Duration::from_millis(10);
const CONFIRMATION_LIMIT: Duration = Duration::from_secs(30);

/// What a transaction carries: its instructions and who signs it, the payer first.
pub type Order<'a> = (Vec<Instruction>, Vec<&'a Keypair>);

/// A client of one node.
pub struct Cluster {
    client: RpcClient,
}

impl Cluster {
    /// A client of the node at `url`.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self { client: RpcClient::new_with_commitment(url, CommitmentConfig::processed()) }
    }

    /// Sends transactions side by side and waits until each has landed.
    ///
    /// # Errors
    /// Where one is refused: with what the program logged.
    pub async fn send(&self, orders: &[Order<'_>]) -> Result<()> {
        let blockhash = self.client.get_latest_blockhash().await?;
        let config = RpcSendTransactionConfig { skip_preflight: true, ..RpcSendTransactionConfig::default() };
        let sent = orders.iter().map(|(instructions, signers)| async move {
            let payer = signers.first().context("a transaction without a signer")?;
            let message = Message::new_with_blockhash(instructions, Some(&payer.pubkey()), &blockhash);
            let mut transaction = Transaction::new_unsigned(message);
            transaction.try_sign(signers, blockhash)?;
            let signature = self.client.send_transaction_with_config(&transaction, config).await?;
            self.confirm(&signature.to_string()).await
        });
        try_join_all(sent).await?;
        Ok(())
    }

    async fn confirm(&self, signature: &str) -> Result<()> {
        let deadline = Instant::now() + CONFIRMATION_LIMIT;
        loop {
            let request = json!([[signature]]);
            let answer: Value = self.client.send(RpcRequest::GetSignatureStatuses, request).await?;
            let status = &answer["value"][0];
            if !status["err"].is_null() {
                let logs = self.logs(signature).await?;
                let last: Vec<&str> = logs.iter().rev().take(4).rev().map(String::as_str).collect();
                bail!("a transaction was refused with {}\n  {}", status["err"], last.join("\n  "));
            }
            if !status.is_null() {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("a transaction did not land within {} seconds", CONFIRMATION_LIMIT.as_secs());
            }
            sleep(CONFIRMATION_POLL).await;
        }
    }

    /// Sends transactions side by side and waits until each has landed or was refused. Returns how many were refused.
    ///
    /// # Errors
    /// The node's error.
    pub async fn attempt(&self, orders: &[Order<'_>]) -> Result<u64> {
        let sent = orders.iter().map(|order| self.send(std::slice::from_ref(order)));
        let endings = join_all(sent).await;
        Ok(endings.iter().filter(|ending| ending.is_err()).count() as u64)
    }

    /// Log lines of a transaction that has landed.
    ///
    /// # Errors
    /// The node's error.
    pub async fn logs(&self, signature: &str) -> Result<Vec<String>> {
        let options = json!({"encoding": "base64", "commitment": "confirmed", "maxSupportedTransactionVersion": 0});
        let transaction: Value = self.client.send(RpcRequest::GetTransaction, json!([signature, options])).await?;
        let logs = transaction["meta"]["logMessages"].as_array().context("a transaction without logs")?;
        Ok(logs.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect())
    }

    /// Signatures of the transactions that named an account and succeeded, newest first, down to `until`, which is left out.
    ///
    /// # Errors
    /// The node's error.
    pub async fn signatures(&self, account: &Pubkey, until: Option<&str>) -> Result<Vec<String>> {
        let mut options = json!({"commitment": "confirmed"});
        if let Some(signature) = until {
            options["until"] = json!(signature);
        }
        let request = json!([account.to_string(), options]);
        let found: Vec<Value> = self.client.send(RpcRequest::GetSignaturesForAddress, request).await?;
        let succeeded = found.iter().filter(|entry| entry["err"].is_null());
        Ok(succeeded.filter_map(|entry| entry["signature"].as_str().map(str::to_owned)).collect())
    }

    /// The data of one account.
    ///
    /// # Errors
    /// The node's error, and where there is no such account.
    pub async fn account(&self, address: &Pubkey) -> Result<Vec<u8>> {
        Ok(self.client.get_account_data(address).await?)
    }

    /// The data of accounts, in order.
    ///
    /// # Errors
    /// The node's error, and where one does not exist.
    pub async fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Vec<u8>>> {
        let mut data = Vec::with_capacity(addresses.len());
        for chunk in addresses.chunks(ACCOUNTS_PER_REQUEST) {
            for (address, account) in chunk.iter().zip(self.client.get_multiple_accounts(chunk).await?) {
                data.push(account.with_context(|| format!("there is no account {address}"))?.data);
            }
        }
        Ok(data)
    }

    /// The data of every account that the program owns.
    ///
    /// # Errors
    /// The node's error.
    pub async fn program_accounts(&self) -> Result<Vec<Vec<u8>>> {
        let accounts = self.client.get_program_accounts(&plimsoll_client::plimsoll::ID).await?;
        Ok(accounts.into_iter().map(|(_, account)| account.data).collect())
    }
}
