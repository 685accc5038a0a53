//! Perps of a small group: a pool, a market on SOL, traders and their orders.

use plimsoll::instructions::governance::list_perp_market::PerpMarketListing;
use plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll::state::margin_account::{ORDER_MARKET, ORDER_POOL_DEPOSIT, POOL_MARKET};
use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::{Pubkey, orders, params, perps};
use plimsoll_params::ParameterFile;
use solana_signer::Signer;

use crate::group::{Group, SOL, USDC, USDC_ATOMS, execute};
use crate::node::{Node, root};

pub(crate) const PERP: u8 = 0;
pub(crate) const SOL_ATOMS: i64 = 1_000_000_000;
const PROVIDER: u16 = 100;

impl Group<'_> {
    /// Creates the pool and a market on SOL, with the parameters of local nodes, and asks for a first deposit to the pool. The order is due when the
    /// clock has been moved.
    pub(crate) async fn list_perps(&self, node: &mut Node, pool_usdc: u64) -> OrderKey {
        let file = ParameterFile::read(&root().join("migrations/params/localnet.toml")).expect("localnet.toml is read");
        let (group, key) = (self.address, self.admin.pubkey());
        let listed = &file.perp_markets[usize::from(PERP)];
        let listing = PerpMarketListing {
            symbol: listed.symbol.to_padded(),
            factor_index: SOL,
            params: params::perp_market(&listed.params),
        };
        let pool_params = params::pool(&file.pool.params);
        let create = instructions::set_pool_params(group, key, self.book, USDC, pool_params);
        let list = instructions::list_perp_market(group, key, self.book, listing);
        execute(self.rpc, self.admin, &[create, list]).await;
        let provider = self.open(node, self.admin, PROVIDER, (USDC, 2 * pool_usdc * USDC_ATOMS)).await;
        let deposit = OrderRequest {
            market: POOL_MARKET,
            kind: ORDER_POOL_DEPOSIT,
            base_atoms: (pool_usdc * USDC_ATOMS).cast_signed(),
            worst_price: 0,
            ..market_order(0)
        };
        let order = self.place(&provider, deposit).await;
        let due_seconds = node.unix_seconds() + i64::from(file.pool.params.deposit_delay_seconds) + 1;
        node.travel_to(due_seconds);
        order
    }

    /// Places an order of one of the admin's accounts.
    pub(crate) async fn place(&self, account: &Pubkey, request: OrderRequest) -> OrderKey {
        let place = instructions::place_order(self.book, *account, self.admin.pubkey(), request);
        execute(self.rpc, self.admin, &[place]).await;
        let state = self.account(account).await;
        orders::of_account(*account, &state).map(|(key, _)| key).max_by_key(|key| key.id).expect("an order")
    }

    /// Base atoms of an account's position.
    pub(crate) async fn base_atoms(&self, account: &Pubkey) -> i64 {
        let (book, account) = (self.book().await, self.account(account).await);
        perps::position(&book, &account, PERP).expect("a market").position.base.0
    }

    /// What the market's ledger sums to, over these accounts and the pool: nothing, where they are all that there are.
    pub(crate) async fn ledger_atoms(&self, accounts: &[Pubkey]) -> i64 {
        let book = self.book().await;
        let market = &book.perp_markets[usize::from(PERP)];
        let mut sum = market.pool_quote_atoms + market.insurance_atoms.cast_signed() + market.unapplied_atoms;
        for account in accounts {
            let position = self.account(account).await.perps[usize::from(PERP)];
            sum += position.quote_entry_atoms + position.realised_atoms;
        }
        sum
    }
}

/// A market order that takes any price.
pub(crate) const fn market_order(base_atoms: i64) -> OrderRequest {
    OrderRequest {
        market: PERP,
        kind: ORDER_MARKET,
        flags: 0,
        base_atoms,
        worst_price: if base_atoms > 0 { u64::MAX >> 4 } else { 1 },
        trigger_price: 0,
        expires_seconds: u64::MAX,
        client_id: 0,
    }
}
