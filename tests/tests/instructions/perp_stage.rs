//! Situations that the instructions of perps are tried in.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::PerpMarket;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_POOL_DEPOSIT, ORDER_REDUCE_ONLY, PerpPosition};
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_tests::perps::{
    DEPOSIT_DELAY_SECONDS, ORDER_DELAY_SECONDS, WITHDRAW_DELAY_SECONDS, market_order, pool_order,
};
use plimsoll_tests::{Asset, Trader, World};

use crate::oracles::ONE_E8;

/// The market on SOL.
pub(crate) const SOL_PERP: u8 = 0;
/// The market on BTC.
pub(crate) const BTC_PERP: u8 = 1;
/// One SOL in base atoms.
pub(crate) const SOL: i64 = 1_000_000_000;
/// One USDC in quote atoms.
pub(crate) const USDC: i64 = 1_000_000;
/// How long an order may be filled from its due time on.
pub(crate) const WINDOW_SECONDS: i64 = 30;

/// A world with perps on SOL (200), BTC and ETH.
pub(crate) struct PerpStage {
    pub(crate) world: World,
    pub(crate) usdc: Asset,
    pub(crate) sol: Asset,
    /// Gave the pool its 10 million USDC.
    pub(crate) provider: Trader,
    /// Deposited 100,000 USDC.
    pub(crate) alice: Trader,
    /// Executes orders; deposited 1,000 USDC.
    pub(crate) keeper: Trader,
}

impl PerpStage {
    /// Nobody holds a position.
    pub(crate) fn new() -> Self {
        let (mut world, provider) = World::with_perps();
        let [usdc, sol, ..] = world.assets[..] else { panic!("four majors") };
        let alice = world.depositor(&usdc, usdc.atoms(100_000));
        let keeper = world.depositor(&usdc, usdc.atoms(1_000));
        Self { world, usdc, sol, provider, alice, keeper }
    }

    /// Alice holds this much SOL-PERP, bought or sold at about 200.
    pub(crate) fn with_position(base_atoms: i64) -> Self {
        let mut stage = Self::new();
        stage.world.trade(&stage.alice, SOL_PERP, base_atoms).expect("a fill");
        stage
    }

    /// Alice's order that is due now, every price being of this second.
    pub(crate) fn due(&mut self, order: OrderRequest) -> OrderKey {
        let order = self.world.place(&self.alice, order);
        self.world.advance_refreshed(ORDER_DELAY_SECONDS.into());
        order
    }

    /// A request to the pool that is due now.
    pub(crate) fn due_request(&mut self, of: &Trader, kind: u8, amount: u64) -> OrderKey {
        let order = self.world.place(of, pool_order(kind, amount));
        let delay = if kind == ORDER_POOL_DEPOSIT { DEPOSIT_DELAY_SECONDS } else { WITHDRAW_DELAY_SECONDS };
        self.world.advance_refreshed(delay.into());
        order
    }

    /// Alice places an order.
    pub(crate) fn place(&self, order: OrderRequest) -> Instruction {
        instructions::place_order(self.world.book, self.alice.account, self.alice.key(), order)
    }

    /// The keeper executes an order with what SOL's oracle account carries.
    pub(crate) fn execute(&self, order: &OrderKey) -> Instruction {
        self.execute_with(order, self.sol.oracle)
    }

    /// The keeper executes an order with what an account carries.
    pub(crate) fn execute_with(&self, order: &OrderKey, oracle: Pubkey) -> Instruction {
        instructions::execute_order(self.world.book, order, self.keeper.account, oracle)
    }

    /// Seconds later SOL costs this much; every price is published and refreshed.
    pub(crate) fn reprice_sol(&mut self, seconds: i64, price_e8: i64) {
        self.world.advance(seconds);
        for asset in self.world.assets.clone() {
            let price = if asset.index == self.sol.index { price_e8 } else { self.world.published_price(&asset) };
            self.world.publish(&asset, price);
        }
        self.world.refresh_prices();
    }

    /// The SOL market.
    pub(crate) fn market(&self) -> PerpMarket {
        self.world.book_state().perp_markets[usize::from(SOL_PERP)]
    }

    /// An account's slot of the SOL market.
    pub(crate) fn position(&self, trader: &Trader) -> PerpPosition {
        self.world.margin_state(&trader.account).perps[usize::from(SOL_PERP)]
    }

    /// INV-LEDGER over these accounts: they are all that ever touched the SOL market.
    #[track_caller]
    pub(crate) fn assert_ledger_balances(&self, traders: &[&Trader]) {
        let market = self.market();
        let booked =
            |position: PerpPosition| i128::from(position.quote_entry_atoms) + i128::from(position.realised_atoms);
        let accounts: i128 = traders.iter().map(|trader| booked(self.position(trader))).sum();
        let books = i128::from(market.pool_quote_atoms) + i128::from(market.insurance_atoms);
        assert_eq!(accounts + books + i128::from(market.unapplied_atoms), 0, "the ledger does not sum to zero");
        let held: i64 = traders.iter().map(|trader| self.position(trader).base_atoms).sum();
        let open = i128::from(market.long_base_atoms) - i128::from(market.short_base_atoms);
        assert_eq!(i128::from(held), open, "open interest is not the sum of the positions");
    }
}

/// Seconds since 1970.
pub(crate) fn now(world: &World) -> u64 {
    u64::try_from(world.now()).expect("after 1970")
}

/// A market order for SOL-PERP.
pub(crate) const fn sol_order(base_atoms: i64) -> OrderRequest {
    market_order(SOL_PERP, base_atoms)
}

/// A market order for SOL-PERP that may only reduce.
pub(crate) const fn reduce_only(base_atoms: i64) -> OrderRequest {
    OrderRequest { flags: ORDER_REDUCE_ONLY, ..sol_order(base_atoms) }
}

/// Dollars as a price of the oracles.
pub(crate) const fn dollars(whole: i64) -> i64 {
    whole * ONE_E8
}

/// A price of SOL in dollars as the Book's mantissa: quote atoms of a base atom, 40 fractional bits.
pub(crate) fn sol_mantissa(dollars: u64) -> u64 {
    let quote = u128::from(dollars) * 1_000_000;
    u64::try_from((quote << 40) / 1_000_000_000).expect("a price of 64 bits")
}

/// Whether two Books or two accounts are the same to the byte.
pub(crate) fn is_same<T: bytemuck::Pod>(one: &T, other: &T) -> bool {
    bytemuck::bytes_of(one) == bytemuck::bytes_of(other)
}
