//! The market with a pool and a perp on SOL.

use std::path::Path;

use plimsoll::perps;
use plimsoll::state::factor::STATUS_ACTIVE;
use plimsoll::state::margin_account::{ORDER_MARKET, Order};
use plimsoll::state::{MarginAccount, PerpMarket};
use plimsoll_client::instructions::OrderKey;
use plimsoll_client::{Pubkey, params};
use plimsoll_params::ParameterFile;
use plimsoll_risk::perp::PerpBooks;
use plimsoll_risk::quantities::{Amount, Price, SignedAmount};

use crate::market::{Market, NOW_SECONDS, SOL, SOL_ATOMS, USDC, USDC_ATOMS};

pub(crate) const PERP: u8 = 0;
const SOL_ATOMS_SIGNED: i64 = SOL_ATOMS.cast_signed();
const POOL_USDC: u64 = 1_000_000;

impl Market {
    /// SOL at 200 USDC, a pool of a million USDC, nobody with a position.
    pub(crate) fn with_perps() -> Self {
        let mut market = Self::new();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/params/localnet.toml");
        let parameters = ParameterFile::read(&file).expect("localnet.toml is read");
        let book = &mut market.snapshot.book;
        book.pool.status = STATUS_ACTIVE;
        book.pool.quote_reserve = USDC;
        book.pool.params = params::pool(&parameters.pool.params);
        book.pool.deposit_shares = POOL_USDC * USDC_ATOMS;
        let reserve = &mut book.reserves[usize::from(USDC)];
        reserve.total_deposit_shares += POOL_USDC * USDC_ATOMS;
        reserve.liquidity_atoms += POOL_USDC * USDC_ATOMS;
        let perp = &mut book.perp_markets[usize::from(PERP)];
        perp.status = STATUS_ACTIVE;
        perp.factor_index = SOL;
        perp.params = params::perp_market(&parameters.perp_markets[0].params);
        perp.funding_updated_seconds = NOW_SECONDS;
        perp.set_books(&PerpBooks::EMPTY);
        market
    }

    pub(crate) fn perp(&mut self) -> &mut PerpMarket {
        &mut self.snapshot.book.perp_markets[usize::from(PERP)]
    }

    pub(crate) fn account_mut(&mut self, address: &Pubkey) -> &mut MarginAccount {
        self.snapshot.accounts.get_mut(address).expect("an account of the market")
    }

    /// An account with a deposit of USDC and a position bought (or sold) at 200 from the pool.
    pub(crate) fn trader(&mut self, number: u8, deposit_usdc: u64, base_sol: i64) -> Pubkey {
        let address = Pubkey::new_from_array([number; 32]);
        self.account(address, (USDC, deposit_usdc * USDC_ATOMS), None);
        self.trade(&address, base_sol, 200);
        address
    }

    /// Trades against the pool at a price of whole SOL, without premium or fee.
    pub(crate) fn trade(&mut self, address: &Pubkey, base_sol: i64, usdc: i64) {
        let quote = SignedAmount(-base_sol * usdc * USDC_ATOMS.cast_signed());
        self.book_perp(address, |books, position| {
            books.trade_with_pool(position, SignedAmount(base_sol * SOL_ATOMS_SIGNED), quote).expect("it fits");
        });
    }

    /// Gives an account a realised profit (or loss) that the pool has booked against.
    pub(crate) fn realise(&mut self, address: &Pubkey, usdc: i64) {
        let amount = SignedAmount(usdc * USDC_ATOMS.cast_signed());
        self.book_perp(address, |books, position| {
            position.realised = position.realised.plus(amount).expect("it fits");
            books.pool_quote = books.pool_quote.minus(amount).expect("it fits");
        });
    }

    fn book_perp(
        &mut self,
        address: &Pubkey,
        change: impl FnOnce(&mut PerpBooks, &mut plimsoll_risk::perp::PerpPosition),
    ) {
        let book = &mut self.snapshot.book;
        let account = self.snapshot.accounts.get_mut(address).expect("an account of the market");
        let (mut books, mut position) = perps::load(book, account, PERP).expect("a position");
        change(&mut books, &mut position);
        perps::store(book, account, PERP, &books, &position).expect("it can be stored");
    }

    /// An order of an account, placed and armed at a moment; 0: not armed.
    pub(crate) fn order(&mut self, address: &Pubkey, order: Order) -> OrderKey {
        let (slot, id) = self.account_mut(address).add_order(order).expect("a free slot");
        OrderKey { margin_account: *address, slot, id }
    }

    /// The pool holds so many atoms of deposits.
    pub(crate) fn pool_holds(&mut self, atoms: u64) {
        let pool = &mut self.snapshot.book.pool;
        let reserve = &mut self.snapshot.book.reserves[usize::from(USDC)];
        reserve.total_deposit_shares -= pool.deposit_shares - Amount(atoms).0;
        pool.deposit_shares = atoms;
    }

    /// The SOL price in force, as a mantissa.
    pub(crate) fn sol_price(&self) -> Price {
        Price::from_bits(self.snapshot.book.factors[usize::from(SOL)].price.mid)
    }
}

/// A market order for one SOL, placed and armed at a moment, that never expires.
pub(crate) fn market_order(placed_seconds: u64) -> Order {
    Order {
        base_atoms: SOL_ATOMS_SIGNED,
        worst_price: u64::MAX >> 4,
        placed_seconds,
        armed_seconds: placed_seconds,
        expires_seconds: u64::MAX,
        market: PERP,
        kind: ORDER_MARKET,
        ..Order::default()
    }
}
