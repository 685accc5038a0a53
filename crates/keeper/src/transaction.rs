//! One transaction's way: simulate, set the compute-unit limit, sign, send, confirm, read the log.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use plimsoll_client::Instruction;
use solana_commitment_config::{CommitmentConfig, CommitmentLevel};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_hash::Hash;
use solana_keypair::Keypair;
use solana_message::Message;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::config::{RpcSendTransactionConfig, RpcSimulateTransactionConfig, RpcTransactionConfig};
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::UiTransactionEncoding;
use solana_transaction_status_client_types::option_serializer::OptionSerializer;

use crate::refusal::Refusal;

/// Compute units that a simulation may use: the most that a transaction can have.
const SIMULATED_UNITS: u32 = 1_400_000;
/// Headroom over the units simulated, in hundredths of them, and on top of it: a competitor's transaction or a new publication may come in between and
/// lead another way through the program (a publication that was known when simulated is accepted when executed).
const UNITS_HEADROOM_PERCENT: u64 = 30;
const UNITS_HEADROOM: u64 = 30_000;
/// Limits differ by less than this, so that two equal transactions under one blockhash have different signatures.
const UNITS_SPREAD: u32 = 1_024;
/// First pause between two looks at a signature; each pause is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// Longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How a transaction ended.
#[derive(Debug)]
pub enum Ending {
    /// It was executed.
    Executed {
        /// Its signature.
        signature: Signature,
        /// Its log.
        log: Vec<String>,
    },
    /// Its simulation was refused, or its execution where there is a signature.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Its signature, if it was sent.
        signature: Option<Signature>,
    },
}

/// Sends transactions of one payer, one after the other.
pub struct Sender<'a> {
    rpc: &'a RpcClient,
    payer: &'a Keypair,
    sent: AtomicU32,
}

/// What a simulation tells about the transaction to come.
struct Simulation {
    units: u64,
    blockhash: Hash,
    last_valid_block_height: u64,
}

impl<'a> Sender<'a> {
    /// A sender that pays and signs with `payer`.
    #[must_use]
    pub const fn new(rpc: &'a RpcClient, payer: &'a Keypair) -> Self {
        Self { rpc, payer, sent: AtomicU32::new(0) }
    }

    /// Simulates, sends and confirms.
    ///
    /// # Errors
    /// Where the node cannot be reached, or the blockhash expired before the transaction was seen: its outcome is then visible in the accounts alone.
    pub async fn execute(&self, instructions: &[Instruction]) -> Result<Ending> {
        let simulation = match self.simulate(instructions).await? {
            Ok(simulation) => simulation,
            Err(refusal) => {
                return Ok(Ending::Refused { refusal, signature: None });
            }
        };
        let transaction = self.sign(instructions, &simulation)?;
        let config = RpcSendTransactionConfig {
            skip_preflight: true,
            preflight_commitment: Some(CommitmentLevel::Processed),
            ..RpcSendTransactionConfig::default()
        };
        let signature =
            self.rpc.send_transaction_with_config(&transaction, config).await.context("sending a transaction")?;
        let outcome = self.confirm(&signature, simulation.last_valid_block_height).await?;
        let log = self.log_of(&signature).await?;
        Ok(match outcome {
            None => Ending::Executed { signature, log },
            Some(error) => Ending::Refused { refusal: Refusal::new(&error, &log), signature: Some(signature) },
        })
    }

    async fn simulate(&self, instructions: &[Instruction]) -> Result<Result<Simulation, Refusal>> {
        let transaction = Transaction::new_unsigned(self.message(instructions, SIMULATED_UNITS));
        let config = RpcSimulateTransactionConfig {
            replace_recent_blockhash: true,
            commitment: Some(CommitmentConfig::processed()),
            ..RpcSimulateTransactionConfig::default()
        };
        let (simulated, latest) = tokio::try_join!(
            self.rpc.simulate_transaction_with_config(&transaction, config),
            self.rpc.get_latest_blockhash_with_commitment(CommitmentConfig::processed()),
        )
        .context("simulating a transaction")?;
        let simulated = simulated.value;
        if let Some(error) = simulated.err {
            let log = simulated.logs.unwrap_or_default();
            return Ok(Err(Refusal::new(&TransactionError::from(error), &log)));
        }
        let (blockhash, last_valid_block_height) = latest;
        Ok(Ok(Simulation {
            units: simulated.units_consumed.unwrap_or(u64::from(SIMULATED_UNITS)),
            blockhash,
            last_valid_block_height,
        }))
    }

    fn sign(&self, instructions: &[Instruction], simulation: &Simulation) -> Result<Transaction> {
        let spread = self.sent.fetch_add(1, Ordering::Relaxed) % UNITS_SPREAD;
        let units = simulation.units.saturating_mul(100 + UNITS_HEADROOM_PERCENT) / 100;
        let limit =
            u32::try_from(units.saturating_add(UNITS_HEADROOM)).unwrap_or(SIMULATED_UNITS).saturating_add(spread);
        let mut transaction = Transaction::new_unsigned(self.message(instructions, limit.min(SIMULATED_UNITS)));
        transaction.try_sign(&[self.payer], simulation.blockhash).context("signing a transaction")?;
        Ok(transaction)
    }

    fn message(&self, instructions: &[Instruction], compute_unit_limit: u32) -> Message {
        let limit = ComputeBudgetInstruction::set_compute_unit_limit(compute_unit_limit);
        let instructions: Vec<Instruction> = std::iter::once(limit).chain(instructions.iter().cloned()).collect();
        Message::new(&instructions, Some(&self.payer.pubkey()))
    }

    /// Waits until the transaction is confirmed. Its error, if it was refused.
    async fn confirm(&self, signature: &Signature, last_valid_block_height: u64) -> Result<Option<TransactionError>> {
        let mut pause = FIRST_PAUSE;
        loop {
            let statuses = self.rpc.get_signature_statuses(&[*signature]).await;
            let status = statuses.context("asking for a signature")?.value.into_iter().next().flatten();
            if let Some(status) = status
                && status.satisfies_commitment(CommitmentConfig::confirmed())
            {
                return Ok(status.err);
            }
            if pause >= LONGEST_PAUSE && self.rpc.get_block_height().await? > last_valid_block_height {
                bail!("the blockhash of {signature} expired before it was confirmed");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    async fn log_of(&self, signature: &Signature) -> Result<Vec<String>> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(CommitmentConfig::confirmed()),
            max_supported_transaction_version: Some(0),
        };
        let transaction = self
            .rpc
            .get_transaction_with_config(signature, config)
            .await
            .with_context(|| format!("reading the log of {signature}"))?;
        let log = transaction.transaction.meta.map(|meta| meta.log_messages);
        Ok(match log {
            Some(OptionSerializer::Some(log)) => log,
            _ => Vec::new(),
        })
    }
}
