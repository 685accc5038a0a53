//! The life of a perp position in the real Bank: a pool, a trade, a liquidation, and everybody's tokens to the atom.

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::instructions::governance::list_perp_market::PerpMarketListing;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW};
use plimsoll_client::{Instruction, Pubkey, health};
use plimsoll_tests::ledger::assert_ledger;
use plimsoll_tests::perps::{
    DEPOSIT_DELAY_SECONDS, ORDER_DELAY_SECONDS, WITHDRAW_DELAY_SECONDS, market_order, perp_params, pool_order,
    pool_params,
};
use plimsoll_tests::{Asset, Signer};

use crate::market::{Market, Person};
use crate::{tokens, vault_atoms};

/// The only market.
const SOL_PERP: u8 = 0;
const POOL_DOLLARS: u64 = 1_000_000;
/// 500 SOL.
const POSITION_BASE_ATOMS: i64 = 500_000_000_000;

/// Provider of the pool, trader and liquidator.
struct Cast {
    provider: Person,
    trader: Person,
    liquidator: Person,
}

impl Cast {
    fn people(&self) -> [&Person; 3] {
        [&self.provider, &self.trader, &self.liquidator]
    }
}

// on one thread, so that the Bank's ticker never meets a Bank that is being frozen
#[tokio::test(flavor = "current_thread")]
async fn a_position_lives_and_ends_to_the_atom() {
    let mut market = Market::open().await;
    let cast = open_pool(&mut market).await;
    reconcile(&market, &cast).await;

    trade(&mut market, &cast.trader, POSITION_BASE_ATOMS).await;
    reconcile(&market, &cast).await;

    the_price_falls(&mut market, &cast).await;
    the_position_is_liquidated(&mut market, &cast).await;
    reconcile(&market, &cast).await;

    positions_close_and_settle(&mut market, &cast).await;
    reconcile(&market, &cast).await;

    everybody_leaves(&mut market, &cast).await;
    reconcile(&market, &cast).await;
    nothing_is_left_in_the_market(&market, &cast.provider).await;
}

/// Lists the market and lets the provider fund the pool.
async fn open_pool(market: &mut Market) -> Cast {
    let (group, book, admin) = (market.group, market.book, market.chain.payer().pubkey());
    let mut symbol = [0; 16];
    symbol[..8].copy_from_slice(b"SOL-PERP");
    let params = perp_params(market.sol.decimals);
    let listing = PerpMarketListing { symbol, factor_index: market.sol.index, params };
    let list = [
        instructions::set_pool_params(group, admin, book, market.usdc.index, pool_params()),
        instructions::list_perp_market(group, admin, book, listing),
    ];
    market.chain.send(&list, &[]).await;
    let cast = Cast {
        provider: market.person(POOL_DOLLARS, 0).await,
        trader: market.person(20_000, 0).await,
        liquidator: market.person(200_000, 0).await,
    };
    let usdc = market.usdc.keys();
    for person in cast.people() {
        let owner = person.keypair.pubkey();
        let deposit = instructions::deposit(&usdc, person.margin, owner, person.dollars, instructions::ALL);
        market.act(person, &[deposit]).await;
    }
    let request = pool_order(ORDER_POOL_DEPOSIT, market.usdc.atoms(POOL_DOLLARS));
    pool_request(market, &cast.provider, request, DEPOSIT_DELAY_SECONDS).await;
    cast
}

/// Places an order; returns its key.
async fn place(market: &mut Market, person: &Person, request: OrderRequest) -> OrderKey {
    let place = instructions::place_order(market.book, person.margin, person.keypair.pubkey(), request);
    market.act(person, &[place]).await;
    let account = market.chain.margin_account(person.margin).await;
    OrderKey { margin_account: person.margin, slot: 0, id: account.orders[0].id }
}

/// A provider's request, executed when it is due.
async fn pool_request(market: &mut Market, provider: &Person, request: OrderRequest, delay_seconds: u32) {
    let order = place(market, provider, request).await;
    market.chain.advance(delay_seconds.into());
    let execute = instructions::execute_pool_order(market.book, &order, provider.margin);
    crank(market, execute).await;
}

/// A market order, filled on the first publication after its delay.
async fn trade(market: &mut Market, trader: &Person, base_atoms: i64) {
    let order = place(market, trader, market_order(SOL_PERP, base_atoms)).await;
    market.chain.advance(ORDER_DELAY_SECONDS.into());
    let execute = instructions::execute_order(market.book, &order, trader.margin, market.sol.oracle);
    crank(market, execute).await;
}

/// Sends what nobody needs to sign, after fresh prices in the same transaction.
async fn crank(market: &mut Market, instruction: Instruction) {
    market.publish();
    let list = [market.refresh_instruction(), instruction];
    market.chain.send(&list, &[]).await;
}

async fn base_atoms(market: &Market, account: Pubkey) -> i64 {
    market.chain.margin_account(account).await.perps[usize::from(SOL_PERP)].base_atoms
}

/// Maintenance health of the trader, as the program would compute it.
async fn health_atoms(market: &Market, cast: &Cast) -> i128 {
    let book = market.chain.book(market.book).await;
    let account = market.chain.margin_account(cast.trader.margin).await;
    let health = health::liquidation(&book, &account, market.chain.now().unsigned_abs());
    health.expect("an account that can be evaluated").maintenance.0
}

async fn the_price_falls(market: &mut Market, cast: &Cast) {
    assert!(health_atoms(market, cast).await > 0);
    let mut steps = 0;
    while health_atoms(market, cast).await >= 0 {
        market.next_step(market.sol_price_e8() * 98 / 100).await;
        steps += 1;
        assert!(steps < 10, "the position stays healthy at {}", market.sol_price_e8());
    }
}

async fn the_position_is_liquidated(market: &mut Market, cast: &Cast) {
    let before = health_atoms(market, cast).await;
    let request = PerpLiquidationRequest { market: SOL_PERP, max_base_atoms: u64::MAX, against_pool: false };
    let liquidator = &cast.liquidator;
    let authority = liquidator.keypair.pubkey();
    let liquidate =
        instructions::liquidate_perp(market.book, cast.trader.margin, liquidator.margin, authority, request);
    market.act(liquidator, &[liquidate]).await;
    assert!(before < 0 && health_atoms(market, cast).await >= 0);
    let taken = base_atoms(market, liquidator.margin).await;
    assert!(taken > 0 && taken < POSITION_BASE_ATOMS);
    assert_eq!(base_atoms(market, cast.trader.margin).await, POSITION_BASE_ATOMS - taken);
}

async fn positions_close_and_settle(market: &mut Market, cast: &Cast) {
    for person in [&cast.trader, &cast.liquidator] {
        let held = base_atoms(market, person.margin).await;
        trade(market, person, -held).await;
        let settle = instructions::settle_pnl(market.book, person.margin, SOL_PERP);
        crank(market, settle).await;
        assert_eq!(market.chain.margin_account(person.margin).await.active_perps, 0);
    }
}

/// The provider asks for all his shares; then everybody withdraws and closes his account.
async fn everybody_leaves(market: &mut Market, cast: &Cast) {
    let shares = market.chain.margin_account(cast.provider.margin).await.pool_shares;
    pool_request(market, &cast.provider, pool_order(ORDER_POOL_WITHDRAW, shares), WITHDRAW_DELAY_SECONDS).await;
    let usdc = market.usdc.keys();
    for person in cast.people() {
        let owner = person.keypair.pubkey();
        let list: [Instruction; 2] = [
            instructions::withdraw(&usdc, person.margin, owner, person.dollars, instructions::ALL),
            instructions::close_margin_account(person.margin, owner),
        ];
        market.act(person, &list).await;
        assert_eq!(market.chain.account(person.margin).await, None);
    }
    let [provider, trader, liquidator] = cast.people().map(|person| person.dollars);
    let funded = |dollars| market.usdc.atoms(dollars);
    assert!(tokens::balance_atoms(&market.chain, provider).await > funded(POOL_DOLLARS), "the pool was short");
    assert!(tokens::balance_atoms(&market.chain, trader).await < funded(20_000));
    assert!(tokens::balance_atoms(&market.chain, liquidator).await > funded(199_000));
}

/// Every atom that was minted lies in somebody's token account or in the vault; and the market's books sum to zero.
async fn reconcile(market: &Market, cast: &Cast) {
    let book = market.chain.book(market.book).await;
    let usdc: &Asset = &market.usdc;
    let vault = vault_atoms(market, usdc).await;
    assert_eq!(vault, book.reserves[usize::from(usdc.index)].liquidity_atoms);
    let (mut held, mut accounts) = (vault, Vec::new());
    for person in cast.people() {
        held += tokens::balance_atoms(&market.chain, person.dollars).await;
        if market.chain.account(person.margin).await.is_some() {
            accounts.push(market.chain.margin_account(person.margin).await);
        }
    }
    assert_eq!(held, tokens::supply_atoms(&market.chain, usdc.mint).await);
    assert_ledger(&book, &accounts);
}

/// No positions and no shares; in the vault the insurance, and what a million virtual shares of a million million gained.
async fn nothing_is_left_in_the_market(market: &Market, provider: &Person) {
    let book = market.chain.book(market.book).await;
    let perp = &book.perp_markets[usize::from(SOL_PERP)];
    assert_eq!((perp.positions, perp.long_base_atoms, perp.short_base_atoms, perp.unapplied_atoms), (0, 0, 0, 0));
    assert!(perp.insurance_atoms > 0);
    assert_eq!(perp.pool_quote_atoms, -i64::try_from(perp.insurance_atoms).expect("63 bits"));
    assert_eq!(book.pool.total_shares, 0);
    let gain = tokens::balance_atoms(&market.chain, provider.dollars).await - market.usdc.atoms(POOL_DOLLARS);
    let left = vault_atoms(market, &market.usdc).await - perp.insurance_atoms;
    assert!(left.abs_diff(gain / 1_000_000) < 10, "{left} atoms are nobody's, of a gain of {gain}");
}
