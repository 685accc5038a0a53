//! The opening: everybody deposits, and borrowers borrow, by real transactions at the scenario's first prices.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_POOL_DEPOSIT, POOL_MARKET};
use plimsoll_client::plimsoll::state::{Book, MarginAccount};
use plimsoll_client::{Instruction, Pubkey, accounts, health, instructions};
use plimsoll_risk::position::ReservePosition;
use plimsoll_risk::quantities::{Price, Shares};
use serde_json::{Value, json};
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::answers::savings_atoms;
use super::cast::{Borrower, Cast, Party};
use super::cluster::{Cluster, Order};
use super::deployment::Deployment;
use super::hedgers::Hedger;
use super::localnode::LocalNode;
use super::traders::Trader;
use crate::scenario::ASSETS;

/// Index in [`ASSETS`] of the quote token.
const QUOTE: usize = 0;
const ASSOCIATED_TOKEN_PROGRAM: Pubkey = Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// For fees and rent, a thousand times what a run needs.
const LAMPORTS: u64 = 100_000_000_000;
/// What the lender supplies of each asset, quote atoms: twice what the borrowers may ask of it.
const LENT_QUOTE_ATOMS: [u64; ASSETS.len()] =
    [8_000_000_000_000, 1_000_000_000_000, 1_000_000_000_000, 1_000_000_000_000];
/// What each keeper brings, in quote tokens.
const KEEPER_QUOTE_ATOMS: [u64; 2] = [3_000_000_000_000, 5_000_000_000_000];
/// A cheap token cannot fill a reserve: nobody deposits or borrows more than this part of its cap.
const CAP_SHARE: u64 = 100;
const LENDER_CAP_SHARE: u64 = 4;

/// For the fees of a provider's requests.
const PROVIDER_EXTRA_QUOTE_ATOMS: u64 = 10_000_000;

/// What somebody does with the account that is opened.
enum Then {
    /// Nothing yet.
    Wait,
    /// Borrows so much of an asset.
    Borrow(usize, u64),
    /// Asks the pool to take so many quote atoms.
    Provide(u64),
}

/// What somebody deposits at the start, and does then.
struct Position<'a> {
    party: &'a Party,
    /// The only market of an isolated account.
    isolated: Option<u8>,
    deposits: Vec<(usize, u64)>,
    /// Quote atoms that stay with the owner, for margin calls.
    savings_atoms: u64,
    then: Then,
}

impl Position<'_> {
    /// What the owner holds before the opening, by asset: deposits, savings, and nothing yet of what is borrowed.
    fn wallet(&self) -> BTreeMap<usize, u64> {
        let mut wallet = BTreeMap::from([(QUOTE, self.savings_atoms)]);
        if let Then::Borrow(asset, _) = self.then {
            wallet.entry(asset).or_default();
        }
        for (asset, amount) in &self.deposits {
            *wallet.entry(*asset).or_default() += amount;
        }
        wallet
    }
}

/// Everything that opening positions needs.
pub struct Opening<'a> {
    /// The node.
    pub node: &'a mut LocalNode,
    /// Its client.
    pub cluster: &'a Cluster,
    /// The group.
    pub deployment: &'a Deployment,
    /// The Book, priced.
    pub book: &'a Book,
    /// The node's clock, Unix seconds.
    pub now_seconds: u64,
}

impl Opening<'_> {
    /// Opens every account.
    ///
    /// # Errors
    /// Where the node or the program refuses.
    pub async fn run(&mut self, lender: &Party, keepers: &[Party], cast: &Cast) -> Result<()> {
        let mut positions = vec![self.lending(lender)?];
        let deposit = |party, amount| Position {
            party,
            isolated: None,
            deposits: vec![(0, amount)],
            savings_atoms: 0,
            then: Then::Wait,
        };
        positions.extend(keepers.iter().zip(KEEPER_QUOTE_ATOMS).map(|(party, amount)| deposit(party, amount)));
        let suppliers = positions.len();
        for borrower in &cast.borrowers {
            positions.push(self.borrowing(borrower)?);
        }
        for trader in &cast.traders {
            positions.push(self.trading(trader)?);
        }
        for hedger in &cast.hedgers {
            positions.push(self.hedging(hedger)?);
        }
        positions.extend(cast.providers.iter().map(|provider| Position {
            then: Then::Provide(provider.deposit_quote_atoms),
            ..deposit(&provider.party, provider.deposit_quote_atoms + PROVIDER_EXTRA_QUOTE_ATOMS)
        }));
        self.fund(&positions).await?;
        // nobody can borrow before there is something to borrow
        let (supply, demand) = positions.split_at(suppliers);
        for positions in [supply, demand] {
            let orders: Vec<Order<'_>> = positions.iter().map(|position| self.order(position)).collect();
            self.cluster.send(&orders).await?;
        }
        Ok(())
    }

    fn lending<'a>(&self, party: &'a Party) -> Result<Position<'a>> {
        let mut deposits = Vec::new();
        for (asset, value) in LENT_QUOTE_ATOMS.into_iter().enumerate() {
            let most = self.book.reserves[self.index(asset)].params.deposit_cap_atoms / LENDER_CAP_SHARE;
            deposits.push((asset, self.atoms(asset, value)?.min(most)));
        }
        Ok(Position { party, isolated: None, deposits, savings_atoms: 0, then: Then::Wait })
    }

    /// What somebody deposits of an asset: worth so much, and no more than a cheap token's share of the cap.
    fn deposit_atoms(&self, asset: usize, quote_atoms: u64) -> Result<u64> {
        let most = self.book.reserves[self.index(asset)].params.deposit_cap_atoms / CAP_SHARE;
        Ok(self.atoms(asset, quote_atoms)?.min(most))
    }

    fn hedging<'a>(&self, hedger: &'a Hedger) -> Result<Position<'a>> {
        let deposit = self.deposit_atoms(hedger.collateral, hedger.deposit_quote_atoms)?;
        Ok(Position {
            party: &hedger.party,
            isolated: None,
            deposits: vec![(hedger.collateral, deposit)],
            savings_atoms: savings_atoms(hedger.deposit_quote_atoms),
            then: Then::Wait,
        })
    }

    fn trading<'a>(&self, trader: &'a Trader) -> Result<Position<'a>> {
        let deposit = self.deposit_atoms(trader.collateral, trader.deposit_quote_atoms)?;
        Ok(Position {
            party: &trader.party,
            isolated: trader.is_isolated.then_some(trader.market),
            deposits: vec![(trader.collateral, deposit)],
            savings_atoms: savings_atoms(trader.deposit_quote_atoms),
            then: Then::Wait,
        })
    }

    fn borrowing<'a>(&self, borrower: &'a Borrower) -> Result<Position<'a>> {
        let most = |asset: usize| self.book.reserves[self.index(asset)].params.deposit_cap_atoms / CAP_SHARE;
        let deposit = self.deposit_atoms(borrower.collateral, borrower.deposit_quote_atoms)?;
        let largest = self.largest_debt_atoms((borrower.collateral, deposit), borrower.debt)?;
        let debt = u128::from(largest) * u128::from(borrower.leverage_ppm) / 1_000_000;
        Ok(Position {
            party: &borrower.party,
            isolated: None,
            deposits: vec![(borrower.collateral, deposit)],
            savings_atoms: savings_atoms(borrower.deposit_quote_atoms),
            then: Then::Borrow(borrower.debt, u64::try_from(debt)?.min(most(borrower.debt))),
        })
    }

    fn index(&self, asset: usize) -> usize {
        self.deployment.reserves[asset].reserve_index.into()
    }

    /// Atoms of an asset that are worth at most `value` quote atoms.
    fn atoms(&self, asset: usize, value: u64) -> Result<u64> {
        let factor = self.book.reserves[self.index(asset)].factor_index;
        let mid = self.book.factors[usize::from(factor)].price.mid;
        let atoms = (u128::from(value) << Price::FRACTION_BITS).checked_div(mid.into());
        Ok(u64::try_from(atoms.context("an asset without a price")?)?)
    }

    /// The largest debt that initial margin admits against a deposit, found by the program's own check.
    fn largest_debt_atoms(&self, deposit: (usize, u64), debt: usize) -> Result<u64> {
        let (mut low, mut high) = (0, self.book.reserves[self.index(debt)].params.borrow_cap_atoms);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let mut account: MarginAccount = bytemuck::Zeroable::zeroed();
            let deposited = ReservePosition { deposit_shares: Shares(deposit.1), debt_shares: Shares(0) };
            let owed = ReservePosition { deposit_shares: Shares(0), debt_shares: Shares(middle) };
            account.set_position(self.index(deposit.0), deposited)?;
            account.set_position(self.index(debt), owed)?;
            // a debt that cannot even be evaluated is too large
            let admitted =
                health::cross(self.book, &account, self.now_seconds).is_ok_and(|health| !health.initial.is_negative());
            (low, high) = if admitted { (middle, high) } else { (low, middle - 1) };
        }
        Ok(low)
    }

    /// Gives everybody lamports and the tokens of the opening.
    async fn fund(&mut self, positions: &[Position<'_>]) -> Result<()> {
        let mut commands = Vec::new();
        for position in positions {
            let owner = position.party.owner.pubkey().to_string();
            commands.push(json!({"cmd": "airdrop", "address": owner, "lamports": LAMPORTS}));
            for (asset, amount) in position.wallet() {
                commands.push(self.set_tokens(&owner, asset, amount));
            }
        }
        self.node.command(&commands).await?;
        Ok(())
    }

    fn set_tokens(&self, owner: &str, asset: usize, amount_atoms: u64) -> Value {
        let reserve = &self.deployment.reserves[asset];
        json!({
            "cmd": "setTokenAccount",
            "owner": owner,
            "mint": reserve.mint.to_string(),
            "amount_atoms": amount_atoms,
            "token_program": reserve.token_program.to_string(),
        })
    }

    fn order<'a>(&self, position: &Position<'a>) -> (Vec<Instruction>, Vec<&'a Keypair>) {
        let (party, reserves, group) = (position.party, &self.deployment.reserves, self.deployment.group);
        let (owner, account) = (party.owner.pubkey(), party.margin_account);
        let wallet = |asset: usize| token_account(&owner, &reserves[asset].token_program, &reserves[asset].mint);
        let book = self.deployment.book;
        let mut list = vec![match position.isolated {
            None => instructions::open_margin_account(group, owner, 0),
            Some(market) => instructions::open_isolated_account(group, book, owner, 0, market),
        }];
        for (asset, amount) in &position.deposits {
            list.push(instructions::deposit(&reserves[*asset], account, owner, wallet(*asset), *amount));
        }
        match position.then {
            Then::Wait => {}
            Then::Borrow(asset, amount) => {
                list.push(instructions::borrow(&reserves[asset], account, owner, wallet(asset), amount));
            }
            Then::Provide(amount) => {
                list.push(instructions::place_order(book, account, owner, deposit_request(amount)));
            }
        }
        (list, vec![&party.owner])
    }
}

/// Asks the pool to take quote atoms.
fn deposit_request(amount_atoms: u64) -> OrderRequest {
    OrderRequest {
        market: POOL_MARKET,
        kind: ORDER_POOL_DEPOSIT,
        flags: 0,
        base_atoms: amount_atoms.cast_signed(),
        worst_price: 0,
        trigger_price: 0,
        expires_seconds: u64::MAX,
        client_id: 0,
    }
}

/// The owner's associated token account.
pub(super) fn token_account(owner: &Pubkey, token_program: &Pubkey, mint: &Pubkey) -> Pubkey {
    let seeds = [owner.as_ref(), token_program.as_ref(), mint.as_ref()];
    Pubkey::find_program_address(&seeds, &ASSOCIATED_TOKEN_PROGRAM).0
}

/// Reads a Book.
///
/// # Errors
/// The node's error, or bytes that are no Book.
pub async fn read_book(cluster: &Cluster, address: &Pubkey) -> Result<Box<Book>> {
    Ok(accounts::book(&cluster.account(address).await?)?)
}
