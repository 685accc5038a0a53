//! Keeping the snapshot: everything by RPC at the start, margin accounts by notifications from then on.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::Discriminator;
use anyhow::{Context, Result, anyhow};
use plimsoll::state::MarginAccount;
use plimsoll_client::{Pubkey, accounts};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::{Memcmp, RpcFilterType};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::{OptionalContext, RpcKeyedAccount};

use crate::oracle;
use crate::snapshot::Snapshot;

/// The clock sysvar.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// Where the clock's bytes hold the Unix time.
const CLOCK_UNIX_TIME_OFFSET: usize = 32;
/// Where a margin account's bytes hold its group: after the discriminator and eight bytes of header.
const GROUP_OFFSET: usize = 16;
/// Keys that one getMultipleAccounts takes.
const KEYS_PER_REQUEST: usize = 100;

/// Which accounts a keeper watches.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The Book.
    pub book: Pubkey,
    /// Its group.
    pub group: Pubkey,
    /// The keeper's margin account.
    pub margin_account: Pubkey,
    /// Oracle accounts.
    pub oracles: Vec<Pubkey>,
}

/// What a notification brought.
#[derive(Debug)]
pub enum Update {
    /// The Book or an oracle changed.
    Touched,
    /// A margin account changed.
    MarginAccount {
        /// Its address.
        address: Pubkey,
        /// In which slot.
        slot: u64,
        /// Its bytes now.
        data: Vec<u8>,
    },
    /// Notifications may have been missed.
    Interrupted,
}

/// The chain as last seen.
pub struct State<'a> {
    rpc: &'a RpcClient,
    watched: Watched,
    snapshot: Snapshot,
    /// When each margin account was last seen.
    slots: BTreeMap<Pubkey, u64>,
    /// Accounts of which a notification came from an earlier slot than what is known. It may be out of order, or the node may number the slot of a
    /// notification lower than that of an answer: they are read again.
    doubtful: BTreeSet<Pubkey>,
}

/// Filters that pick a group's margin accounts.
#[must_use]
pub fn margin_account_filters(group: &Pubkey) -> RpcProgramAccountsConfig {
    RpcProgramAccountsConfig {
        filters: Some(vec![
            RpcFilterType::Memcmp(Memcmp::new_base58_encoded(0, MarginAccount::DISCRIMINATOR)),
            RpcFilterType::Memcmp(Memcmp::new_base58_encoded(GROUP_OFFSET, group.as_ref())),
        ]),
        account_config: RpcAccountInfoConfig {
            encoding: Some(UiAccountEncoding::Base64),
            commitment: Some(CommitmentConfig::processed()),
            ..RpcAccountInfoConfig::default()
        },
        with_context: Some(true),
        sort_results: None,
    }
}

impl<'a> State<'a> {
    /// Reads everything for the first time.
    ///
    /// # Errors
    /// Where the node cannot be reached, the Book or the margin account is not one, or they belong to different groups.
    pub async fn load(rpc: &'a RpcClient, book: Pubkey, margin_account: Pubkey, oracles: Vec<Pubkey>) -> Result<Self> {
        let [book_data, account_data] = fetch_two(rpc, [book, margin_account]).await?;
        let first_book = accounts::book(&book_data).with_context(|| format!("--book {book}"))?;
        let own =
            accounts::margin_account(&account_data).with_context(|| format!("--margin-account {margin_account}"))?;
        if own.group != first_book.group {
            return Err(anyhow!("--margin-account {margin_account} belongs to another group than --book {book}"));
        }
        let mut state = Self {
            rpc,
            watched: Watched { book, group: first_book.group, margin_account, oracles },
            snapshot: Snapshot {
                now_seconds: 0,
                book: first_book,
                publications: Vec::new(),
                accounts: BTreeMap::new(),
            },
            slots: BTreeMap::new(),
            doubtful: BTreeSet::new(),
        };
        state.reconcile().await?;
        state.refresh().await?;
        Ok(state)
    }

    /// What is known.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Which accounts are watched.
    #[must_use]
    pub const fn watched(&self) -> &Watched {
        &self.watched
    }

    /// Reads clock, Book, oracles and the keeper's own account, all of one slot where there are fewer than a hundred.
    ///
    /// # Errors
    /// Where the node cannot be reached or an account is gone.
    pub async fn refresh(&mut self) -> Result<()> {
        let own = [CLOCK, self.watched.book, self.watched.margin_account];
        let keys: Vec<Pubkey> = own.iter().chain(&self.watched.oracles).copied().collect();
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS_PER_REQUEST) {
            let config = margin_account_filters(&self.watched.group).account_config;
            let answer = self.rpc.get_multiple_ui_accounts_with_config(keys, config).await;
            let answer = answer.context("reading clock, Book and oracles")?;
            found.extend(answer.value.into_iter().map(|account| (answer.context.slot, account)));
        }
        let mut found = keys.into_iter().zip(found);
        let (mut own_accounts, mut publications) = (Vec::new(), Vec::new());
        for (key, (slot, account)) in found.by_ref().take(own.len()) {
            let data = account.as_ref().and_then(|account| account.data.decode());
            own_accounts.push((slot, data.with_context(|| format!("the account {key} does not exist"))?));
        }
        for (key, (_, account)) in found {
            publications.extend(account.and_then(|account| read_publication(key, &account)));
        }
        let [(_, clock), (_, book), (slot, account)] = own_accounts.as_slice() else {
            return Err(anyhow!("the node answered fewer accounts than were asked for"));
        };
        self.snapshot.now_seconds = unix_time(clock)?;
        self.snapshot.book = accounts::book(book)?;
        self.snapshot.publications = publications;
        self.note(self.watched.margin_account, *slot, account);
        let doubtful: Vec<Pubkey> = std::mem::take(&mut self.doubtful).into_iter().collect();
        for addresses in doubtful.chunks(KEYS_PER_REQUEST) {
            self.refresh_accounts(addresses).await?;
        }
        Ok(())
    }

    /// Reads some margin accounts again: those that the keeper has just changed.
    ///
    /// # Errors
    /// Where the node cannot be reached.
    pub async fn refresh_accounts(&mut self, addresses: &[Pubkey]) -> Result<()> {
        let config = margin_account_filters(&self.watched.group).account_config;
        let answer = self.rpc.get_multiple_ui_accounts_with_config(addresses, config).await;
        let answer = answer.context("reading margin accounts")?;
        for (address, account) in addresses.iter().zip(answer.value) {
            let data = account.and_then(|account| account.data.decode()).unwrap_or_default();
            self.note(*address, answer.context.slot, &data);
        }
        Ok(())
    }

    /// Takes a notification in.
    pub fn apply(&mut self, update: &Update) {
        if let Update::MarginAccount { address, slot, data } = update {
            self.note(*address, *slot, data);
        }
    }

    /// Reads every margin account of the group.
    ///
    /// # Errors
    /// Where the node cannot be reached.
    pub async fn reconcile(&mut self) -> Result<()> {
        let params = (plimsoll::ID.to_string(), margin_account_filters(&self.watched.group));
        let answer: OptionalContext<Vec<RpcKeyedAccount>> = self
            .rpc
            .send(RpcRequest::GetProgramAccounts, serde_json::to_value(params)?)
            .await
            .context("reading the margin accounts")?;
        let (slot, found) = match answer {
            OptionalContext::Context(response) => (response.context.slot, response.value),
            OptionalContext::NoContext(found) => (0, found),
        };
        let mut closed: Vec<Pubkey> = self.snapshot.accounts.keys().copied().collect();
        for keyed in found {
            let address: Pubkey = keyed.pubkey.parse().context("an address in the node's answer")?;
            closed.retain(|known| *known != address);
            let data = keyed.account.data.decode().unwrap_or_default();
            self.note(address, slot, &data);
        }
        for address in closed {
            self.note(address, slot, &[]);
        }
        Ok(())
    }

    /// Stores a margin account as of a slot, unless it is known as of a later one: then it will be read again.
    fn note(&mut self, address: Pubkey, slot: u64, data: &[u8]) {
        let seen = self.slots.entry(address).or_default();
        if slot < *seen {
            self.doubtful.insert(address);
            return;
        }
        *seen = slot;
        match accounts::margin_account(data) {
            Ok(account) => {
                self.snapshot.accounts.insert(address, account);
            }
            Err(error) => {
                tracing::debug!(%address, %error, "no margin account any more");
                self.snapshot.accounts.remove(&address);
            }
        }
    }
}

fn read_publication(key: Pubkey, account: &UiAccount) -> Option<oracle::Publication> {
    let owner: Pubkey = account.owner.parse().ok()?;
    oracle::read(key, &owner, &account.data.decode()?)
}

fn unix_time(clock: &[u8]) -> Result<u64> {
    let bytes = clock.get(CLOCK_UNIX_TIME_OFFSET..CLOCK_UNIX_TIME_OFFSET + size_of::<i64>());
    let bytes = bytes.context("the clock sysvar is too short")?.try_into()?;
    u64::try_from(i64::from_le_bytes(bytes)).context("the clock is before 1970")
}

async fn fetch_two(rpc: &RpcClient, keys: [Pubkey; 2]) -> Result<[Vec<u8>; 2]> {
    let mut data = [Vec::new(), Vec::new()];
    for (key, data) in keys.iter().zip(&mut data) {
        let account = rpc.get_account_with_commitment(key, CommitmentConfig::processed()).await;
        let account = account.with_context(|| format!("reading {key}"))?.value;
        *data = account.with_context(|| format!("the account {key} does not exist"))?.data;
    }
    Ok(data)
}
