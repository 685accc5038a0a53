//! Perps of a test world: the pool, its markets and providers, orders placed and filled.

use plimsoll_client::instructions::OrderKey;
use plimsoll_client::plimsoll::instructions::governance::list_perp_market::PerpMarketListing;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{
    ORDER_MARKET, ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, Order, POOL_MARKET,
};
use plimsoll_client::plimsoll::state::{PerpMarketParams, PoolParams};
use plimsoll_client::{Pubkey, addresses, instructions};
use solana_signer::Signer;

use crate::assets::{Asset, ONE_PPM};
use crate::outcome::Outcome;
use crate::traders::Trader;
use crate::world::World;

/// From placing an order to the publication that it fills on.
pub const ORDER_DELAY_SECONDS: u32 = 1;
/// How long a provider's withdrawal waits in a test world.
pub const WITHDRAW_DELAY_SECONDS: u32 = 3_600;
/// How long a provider's deposit waits in a test world.
pub const DEPOSIT_DELAY_SECONDS: u32 = 10;
/// What an executor earns, in quote atoms.
pub const EXECUTOR_FEE_ATOMS: u64 = 20_000;

/// The pool's parameters of a test world.
#[must_use]
pub const fn pool_params() -> PoolParams {
    PoolParams {
        deposit_cap_atoms: 1 << 60,
        executor_fee_atoms: EXECUTOR_FEE_ATOMS,
        order_delay_seconds: ORDER_DELAY_SECONDS,
        order_window_seconds: 30,
        deposit_delay_seconds: DEPOSIT_DELAY_SECONDS,
        withdraw_delay_seconds: WITHDRAW_DELAY_SECONDS,
        requirement_share_ppm: 500_000,
        loss_share_ppm_per_day: 100_000,
    }
}

/// A market's parameters of a test world, for a token with these decimals: sides of up to 20,000 tokens, a skew scale of 100,000.
#[must_use]
pub const fn perp_params(decimals: u8) -> PerpMarketParams {
    let token = 10u64.pow(decimals as u32);
    PerpMarketParams {
        max_open_interest_base_atoms: 20_000 * token,
        depth_quote_atoms: 20_000_000_000_000,
        skew_scale_base_atoms: 100_000 * token,
        min_base_atoms: token / 1_000,
        depth_multiple_ppm: 2 * ONE_PPM,
        size_margin_ppm: ONE_PPM,
        max_funding_velocity_ppm: 9 * ONE_PPM,
        funding_cap_ppm: 100_000,
        fee_ppm: 600,
        fee_reducing_ppm: 200,
        insurance_share_ppm: 200_000,
        size_walk_seconds: 3_600,
        crowding_start_ppm: 1_000_000,
        reserved: 0,
    }
}

impl World {
    /// A world with the majors, a pool of 10 million USDC and perps on SOL, BTC and ETH (markets 0, 1 and 2), with the provider of the pool.
    #[must_use]
    pub fn with_perps() -> (Self, Trader) {
        let mut world = Self::with_majors();
        world.create_pool();
        for asset in world.assets.clone().iter().skip(1) {
            world.list_perp(asset, perp_params(asset.decimals));
        }
        let usdc = world.assets[0];
        let provider = world.provider(usdc.atoms(10_000_000));
        (world, provider)
    }

    /// Creates the pool on the quote reserve.
    pub fn create_pool(&mut self) {
        let create = instructions::set_pool_params(self.group, self.admin.pubkey(), self.book, 0, pool_params());
        self.must(&[create], &[]);
    }

    /// Lists a perp on an asset's factor; returns the market.
    ///
    /// # Panics
    /// Where it is refused.
    pub fn list_perp(&mut self, asset: &Asset, params: PerpMarketParams) -> u8 {
        let mut symbol = [0; 16];
        symbol[..6].copy_from_slice(format!("PERP{:02}", asset.index).as_bytes());
        let listing = PerpMarketListing { symbol, factor_index: asset.index, params };
        self.must(&[instructions::list_perp_market(self.group, self.admin.pubkey(), self.book, listing)], &[]);
        let markets = self.book_state().perp_markets;
        let index = markets.iter().position(|market| market.is_listed() && market.factor_index == asset.index);
        u8::try_from(index.expect("the market just listed")).expect("at most sixteen")
    }

    /// Somebody who gave the pool this many quote atoms.
    ///
    /// # Panics
    /// Where the pool refuses it.
    pub fn provider(&mut self, amount_atoms: u64) -> Trader {
        let usdc = self.assets[0];
        let provider = self.depositor(&usdc, amount_atoms);
        let order = pool_order(ORDER_POOL_DEPOSIT, amount_atoms);
        let order = self.place(&provider, order);
        self.advance_refreshed(i64::from(DEPOSIT_DELAY_SECONDS));
        self.execute_pool_order(&order).expect("a pool deposit");
        provider
    }

    /// Places an order that must be taken.
    ///
    /// # Panics
    /// Where it is refused.
    #[track_caller]
    pub fn place(&mut self, trader: &Trader, order: OrderRequest) -> OrderKey {
        let before = self.margin_state(&trader.account);
        self.try_place(trader, order).expect("an order");
        let after = self.margin_state(&trader.account);
        let placed = (0u8..).zip(before.orders.iter().zip(&after.orders)).find(|(_, (was, is))| was != is);
        let (slot, (_, order)) = placed.expect("an order slot that changed");
        OrderKey { margin_account: trader.account, slot, id: order.id }
    }

    /// Places an order.
    pub fn try_place(&mut self, trader: &Trader, order: OrderRequest) -> Outcome {
        let place = instructions::place_order(self.book, trader.account, trader.key(), order);
        self.send(&[place], &[&trader.keypair])
    }

    /// Executes an order from the market's oracle account, through the owner's own account: without a fee.
    pub fn execute(&mut self, order: &OrderKey) -> Outcome {
        self.execute_through(order, order.margin_account)
    }

    /// Executes an order; the fee goes to `executor`.
    pub fn execute_through(&mut self, order: &OrderKey, executor: Pubkey) -> Outcome {
        let oracle = self.market_asset(self.order(order).market).oracle;
        self.send(&[instructions::execute_order(self.book, order, executor, oracle)], &[])
    }

    /// Executes a pool order.
    pub fn execute_pool_order(&mut self, order: &OrderKey) -> Outcome {
        self.send(&[instructions::execute_pool_order(self.book, order, order.margin_account)], &[])
    }

    /// The asset whose factor prices a market.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn market_asset(&self, market: u8) -> Asset {
        let factor = self.book_state().perp_markets[usize::from(market)].factor_index;
        *self.assets.iter().find(|asset| asset.index == factor).expect("the market's asset")
    }

    /// Trades at market: placed, then filled on the first publication after the delay, at unchanged prices.
    pub fn trade(&mut self, trader: &Trader, market: u8, base_atoms: i64) -> Outcome {
        let order = self.place(trader, market_order(market, base_atoms));
        self.advance_refreshed(ORDER_DELAY_SECONDS.into());
        self.execute(&order)
    }

    /// Another cross account of the same owner.
    pub fn sub_account(&mut self, owner: &Trader, sub_account: u16) -> Trader {
        let open = instructions::open_margin_account(self.group, owner.key(), sub_account);
        self.must_signed_by(&open, owner);
        self.another_account(owner, sub_account)
    }

    /// An account of the same owner that is isolated for one market.
    pub fn isolated_account(&mut self, owner: &Trader, sub_account: u16, market: u8) -> Trader {
        let open = instructions::open_isolated_account(self.group, self.book, owner.key(), sub_account, market);
        self.must_signed_by(&open, owner);
        self.another_account(owner, sub_account)
    }

    fn another_account(&self, owner: &Trader, sub_account: u16) -> Trader {
        let account = addresses::margin_account(&self.group, &owner.key(), sub_account);
        Trader { keypair: owner.keypair.insecure_clone(), account }
    }

    /// Changes a market's parameters.
    pub fn change_perp(&mut self, market: u8, change: impl FnOnce(&mut PerpMarketParams)) {
        let mut params = self.book_state().perp_markets[usize::from(market)].params;
        change(&mut params);
        self.must(&[instructions::set_perp_params(self.group, self.admin.pubkey(), self.book, market, params)], &[]);
    }

    /// Changes the pool's parameters.
    pub fn change_pool(&mut self, change: impl FnOnce(&mut PoolParams)) {
        let mut params = self.book_state().pool.params;
        change(&mut params);
        self.must(&[instructions::set_pool_params(self.group, self.admin.pubkey(), self.book, 0, params)], &[]);
    }

    /// What a slot holds.
    #[must_use]
    pub fn order(&self, order: &OrderKey) -> Order {
        self.margin_state(&order.margin_account).orders[usize::from(order.slot)]
    }
}

/// A market order that takes any price.
#[must_use]
pub const fn market_order(market: u8, base_atoms: i64) -> OrderRequest {
    OrderRequest {
        market,
        kind: ORDER_MARKET,
        flags: 0,
        base_atoms,
        worst_price: if base_atoms > 0 { u64::MAX >> 4 } else { 1 },
        trigger_price: 0,
        expires_seconds: u64::MAX,
        client_id: 0,
    }
}

/// A provider's request: quote atoms to deposit, or shares to withdraw.
///
/// # Panics
/// Where the amount has more than 63 bits.
#[must_use]
pub fn pool_order(kind: u8, amount: u64) -> OrderRequest {
    debug_assert!(kind == ORDER_POOL_DEPOSIT || kind == ORDER_POOL_WITHDRAW);
    let base_atoms = i64::try_from(amount).expect("an amount of 63 bits");
    OrderRequest { kind, base_atoms, worst_price: 0, ..market_order(POOL_MARKET, 0) }
}
