//! A Book with USDC and SOL at hand-made margins, and accounts on it: no node, no program.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Parser;
use plimsoll::constants::{ACCOUNT_VERSION, PATH_POINTS};
use plimsoll::state::factor::{ORACLE_PULL, STATUS_ACTIVE};
use plimsoll::state::{Book, Factor, MarginAccount, Reserve, Wide};
use plimsoll_client::{Pubkey, params};
use plimsoll_keeper::oracle::Publication;
use plimsoll_keeper::plan::{Action, plan};
use plimsoll_keeper::settings::Settings;
use plimsoll_keeper::snapshot::Snapshot;
use plimsoll_params::ParameterFile;

pub(crate) const USDC: u8 = 0;
pub(crate) const SOL: u8 = 1;
/// The middle of a grid step of 900 s.
pub(crate) const NOW_SECONDS: u64 = 900 * 2_000_000 + 450;
pub(crate) const STEP: u64 = 2_000_000;
pub(crate) const USDC_ATOMS: u64 = 1_000_000;
pub(crate) const SOL_ATOMS: u64 = 1_000_000_000;
pub(crate) const KEEPER: Pubkey = Pubkey::new_from_array([9; 32]);

/// 10 % of SOL and 1 % of USDC, as in the worked example of docs/risk.md; initial margins a quarter higher.
const MAINTENANCE_PERCENT: [u64; 2] = [1, 10];
const ONE_RATIO: u64 = 1 << 32;
const ONE_INDEX: u128 = 1 << 96;

pub(crate) fn oracle(index: u8) -> Pubkey {
    Pubkey::new_from_array([100 + index; 32])
}

/// A price of whole SOL or USDC in USDC, as a mantissa of 40 fractional bits per atom.
pub(crate) fn mantissa(index: u8, usdc: u64) -> u64 {
    let quote_atoms_per_atom_denominator = if index == SOL { 1_000 } else { 1 };
    (usdc << 40) / quote_atoms_per_atom_denominator
}

fn factor(index: u8, parameters: &ParameterFile) -> Factor {
    let mut factor: Factor = bytemuck::Zeroable::zeroed();
    factor.feed_id = [index + 1; 32];
    factor.status = STATUS_ACTIVE;
    factor.oracle_kind = ORACLE_PULL;
    factor.params = params::factor(&parameters.factors[usize::from(index)].params);
    let maintenance = ONE_RATIO * MAINTENANCE_PERCENT[usize::from(index)] / 100;
    factor.threshold.path = [maintenance; PATH_POINTS];
    factor.threshold.path_step = STEP;
    factor.threshold.initial = maintenance + maintenance / 4;
    factor.volatility.sample_step = STEP;
    factor
}

fn reserve(index: u8, parameters: &ParameterFile) -> Reserve {
    let mut reserve: Reserve = bytemuck::Zeroable::zeroed();
    reserve.status = STATUS_ACTIVE;
    reserve.factor_index = index;
    (reserve.deposit_index, reserve.debt_index) = (Wide::new(ONE_INDEX), Wide::new(ONE_INDEX));
    (reserve.weight_from, reserve.weight_to, reserve.weight_initial) = (ONE_RATIO, ONE_RATIO, ONE_RATIO);
    reserve.accrued_seconds = NOW_SECONDS;
    reserve.params = params::reserve(&parameters.reserves[usize::from(index)].params);
    reserve
}

/// What a test changes and plans on.
pub(crate) struct Market {
    pub(crate) snapshot: Snapshot,
}

impl Market {
    /// SOL at 200 USDC, prices of this second, a keeper with 100,000 USDC and nobody else.
    pub(crate) fn new() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/params/localnet.toml");
        let parameters = ParameterFile::read(&file).expect("localnet.toml is read");
        let mut book: Box<Book> = bytemuck::zeroed_box();
        book.version = ACCOUNT_VERSION;
        book.quote_decimals = 6;
        book.params = params::book(&parameters.book);
        book.folded_step = STEP;
        for index in [USDC, SOL] {
            book.factors[usize::from(index)] = factor(index, &parameters);
            book.reserves[usize::from(index)] = reserve(index, &parameters);
        }
        let mut market = Self {
            snapshot: Snapshot { now_seconds: NOW_SECONDS, book, publications: Vec::new(), accounts: BTreeMap::new() },
        };
        market.price(USDC, 1);
        market.price(SOL, 200);
        market.account(KEEPER, (USDC, 100_000 * USDC_ATOMS), None);
        market
    }

    pub(crate) fn factor(&mut self, index: u8) -> &mut Factor {
        &mut self.snapshot.book.factors[usize::from(index)]
    }

    /// A price in force as of now.
    pub(crate) fn price(&mut self, index: u8, usdc: u64) {
        let price = &mut self.factor(index).price;
        price.mid = mantissa(index, usdc);
        (price.asset_initial, price.debt_initial) = (price.mid, price.mid);
        price.publish_time_seconds = NOW_SECONDS;
    }

    /// A jump of that price waits for its confirmation.
    pub(crate) fn pending(&mut self, index: u8, usdc: u64, publish_time_seconds: u64) {
        let jump = &mut self.factor(index).jump;
        jump.pending_mid = mantissa(index, usdc);
        jump.pending_publish_time_seconds = publish_time_seconds;
    }

    /// What the oracle account of a factor says.
    pub(crate) fn publish(&mut self, index: u8, publish_time_seconds: u64) {
        self.snapshot.publications.push(Publication {
            oracle: oracle(index),
            kind: ORACLE_PULL,
            feed_id: [index + 1; 32],
            publish_time_seconds,
            prev_publish_time_seconds: publish_time_seconds - 1,
            price: 100,
            confidence: 0,
            exponent: 0,
        });
    }

    /// An account with a deposit and perhaps a debt.
    pub(crate) fn account(&mut self, address: Pubkey, deposit: (u8, u64), debt: Option<(u8, u64)>) {
        let mut account: Box<MarginAccount> = bytemuck::zeroed_box();
        account.version = ACCOUNT_VERSION;
        let (index, atoms) = deposit;
        self.hold(&mut account, index, |balance, reserve| {
            balance.deposit_shares = atoms;
            reserve.total_deposit_shares += atoms;
            reserve.liquidity_atoms += atoms;
        });
        if let Some((index, atoms)) = debt {
            self.hold(&mut account, index, |balance, reserve| {
                balance.debt_shares = atoms;
                reserve.total_debt_shares += atoms;
                reserve.liquidity_atoms = reserve.liquidity_atoms.saturating_sub(atoms);
            });
        }
        self.snapshot.accounts.insert(address, account);
    }

    fn hold(
        &mut self,
        account: &mut MarginAccount,
        index: u8,
        change: impl FnOnce(&mut plimsoll::state::margin_account::Balance, &mut Reserve),
    ) {
        let at = usize::from(index);
        change(&mut account.balances[at], &mut self.snapshot.book.reserves[at]);
        if account.balances[at] != plimsoll::state::margin_account::Balance::default() {
            account.active_balances |= 1 << index;
        }
    }

    /// A borrower with 10 SOL.
    pub(crate) fn borrower(&mut self, number: u8, debt_usdc: u64) -> Pubkey {
        let address = Pubkey::new_from_array([number; 32]);
        self.account(address, (SOL, 10 * SOL_ATOMS), Some((USDC, debt_usdc * USDC_ATOMS)));
        address
    }
}

/// What a keeper with these flags would do, by name.
pub(crate) fn subjects(market: &Market, flags: &[&str]) -> Vec<String> {
    plan(&market.snapshot, &settings(flags)).iter().map(Action::subject).collect()
}

/// Settings of a keeper, with flags added.
pub(crate) fn settings(flags: &[&str]) -> Settings {
    let key = KEEPER.to_string();
    let required = [
        "plimsoll-keeper",
        "--url",
        "http://node",
        "--ws-url",
        "ws://node",
        "--keypair",
        "key.json",
        "--book",
        &key,
        "--margin-account",
        &key,
        "--oracle",
        &key,
    ];
    Settings::parse_from(required.iter().chain(flags))
}
