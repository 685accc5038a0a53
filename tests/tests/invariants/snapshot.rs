//! Everything that the laws look at, at one moment.

use plimsoll_client::Pubkey;
use plimsoll_client::accounts;
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_tests::World;

/// The Book, every margin account that may exist, and every balance.
pub(crate) struct Snapshot {
    /// The clock.
    pub(crate) now_seconds: u64,
    /// The Book.
    pub(crate) book: Box<Book>,
    /// Margin accounts, in the order of the market's list; none where closed.
    pub(crate) accounts: Vec<Option<Box<MarginAccount>>>,
    /// Vault balances, by asset.
    pub(crate) vaults_atoms: Vec<u64>,
    /// What all people together hold in tokens, by asset.
    pub(crate) wallets_atoms: Vec<u64>,
}

impl Snapshot {
    /// Takes one. `wallets[person][asset]` are token accounts.
    pub(crate) fn take(world: &World, accounts: &[Pubkey], wallets: &[Vec<Pubkey>]) -> Self {
        let margin_account = |address: &Pubkey| {
            let account = world.svm.get_account(address)?;
            accounts::margin_account(&account.data).ok()
        };
        let held = |asset: usize| wallets.iter().map(|own| world.balance(&own[asset])).sum();
        Self {
            now_seconds: world.now().unsigned_abs(),
            book: world.book_state(),
            accounts: accounts.iter().map(margin_account).collect(),
            vaults_atoms: world.assets.iter().map(|asset| world.vault_balance(asset)).collect(),
            wallets_atoms: (0..world.assets.len()).map(held).collect(),
        }
    }

    /// Whether two snapshots hold the same bytes, but for the clock.
    pub(crate) fn is_same_state(&self, other: &Self) -> bool {
        let bytes = |snapshot: &Self| -> Vec<Option<Vec<u8>>> {
            let accounts = snapshot.accounts.iter();
            accounts.map(|one| one.as_deref().map(|state| bytemuck::bytes_of(state).to_vec())).collect()
        };
        bytemuck::bytes_of(self.book.as_ref()) == bytemuck::bytes_of(other.book.as_ref())
            && bytes(self) == bytes(other)
            && self.vaults_atoms == other.vaults_atoms
            && self.wallets_atoms == other.wallets_atoms
    }

    /// Listed reserves with their indices.
    pub(crate) fn reserves(&self) -> impl Iterator<Item = (usize, &plimsoll_client::plimsoll::state::Reserve)> {
        self.book.reserves.iter().enumerate().filter(|(_, one)| one.is_listed())
    }

    /// Listed factors with their indices.
    pub(crate) fn factors(&self) -> impl Iterator<Item = (usize, &plimsoll_client::plimsoll::state::Factor)> {
        self.book.factors.iter().enumerate().filter(|(_, one)| one.is_listed())
    }

    /// Listed perp markets with their indices.
    pub(crate) fn markets(&self) -> impl Iterator<Item = (u8, &plimsoll_client::plimsoll::state::PerpMarket)> {
        (0u8..).zip(&self.book.perp_markets).filter(|(_, one)| one.is_listed())
    }

    /// Open margin accounts with their indices.
    pub(crate) fn open_accounts(&self) -> impl Iterator<Item = (usize, &MarginAccount)> {
        let accounts = self.accounts.iter().enumerate();
        accounts.filter_map(|(index, one)| one.as_deref().map(|account| (index, account)))
    }
}
