//! `execute_pool_order`: quote atoms become shares of the pool and shares quote atoms, on prices that nobody knew when it was asked for.

mod refused;
mod wrong;

use plimsoll_client::instructions::{self, OrderKey};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::{PoolDeposited, PoolWithdrawn};
use plimsoll_client::plimsoll::state::margin_account::{ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW, Order};
use plimsoll_client::{Instruction, perps};
use plimsoll_risk::quantities::SignedValue;
use plimsoll_tests::Trader;
use plimsoll_tests::perps::EXECUTOR_FEE_ATOMS;

use crate::expect::{emits, emitted, refuses};
use crate::perp_stage::{PerpStage, SOL};
use crate::stage::shares_of;

/// What the provider of a test world gave: 10 million USDC.
pub(super) const GIVEN_ATOMS: u64 = 10_000_000_000_000;
/// Shares and atoms that nobody holds.
const VIRTUAL: i128 = 1_000_000;

/// The provider of the pool, beside the stage that he is on.
pub(super) fn provider_of(stage: &PerpStage) -> Trader {
    Trader { keypair: stage.provider.keypair.insecure_clone(), account: stage.provider.account }
}

/// The keeper executes a request.
pub(super) fn execute(stage: &PerpStage, order: &OrderKey) -> Instruction {
    instructions::execute_pool_order(stage.world.book, order, stage.keeper.account)
}

/// The pool's equity at the edges of confidence: the worse, the better.
fn equity(stage: &PerpStage) -> (i128, i128) {
    let mut book = stage.world.book_state();
    perps::bring_funding_up(&mut book, crate::perp_stage::now(&stage.world)).expect("funding");
    let equity = perps::pool_equity(&book).expect("equity");
    let SignedValue(worse) = equity.worse;
    (worse, equity.better.0)
}

fn quote_shares(stage: &PerpStage, trader: &Trader) -> u64 {
    shares_of(&stage.world, &trader.account, &stage.usdc).0
}

#[test]
fn a_deposit_becomes_shares_and_moves_no_tokens() {
    let mut stage = PerpStage::new();
    let (alice, amount_atoms) = (stage.world.depositor(&stage.usdc.clone(), 50_000_000_000), 40_000_000_000);
    let order = stage.due_request(&alice, ORDER_POOL_DEPOSIT, amount_atoms);
    let (vault, before) = (stage.world.vault_balance(&stage.usdc), stage.world.book_state());
    let event = PoolDeposited {
        margin_account: alice.account,
        order_id: order.id,
        amount_atoms,
        // nobody holds a position or owes: a share is an atom
        pool_shares: amount_atoms,
    };
    let (execute, keeper) = (execute(&stage, &order), quote_shares(&stage, &stage.keeper));
    emits(&mut stage.world, &execute, &[], &event);

    let (book, account) = (stage.world.book_state(), stage.world.margin_state(&alice.account));
    assert_eq!(account.pool_shares, amount_atoms);
    assert_eq!((account.orders[0], account.active_orders), (Order::default(), 0));
    assert_eq!(book.pool.total_shares, before.pool.total_shares + amount_atoms);
    assert_eq!(book.pool.deposit_shares, before.pool.deposit_shares + amount_atoms);
    assert_eq!(quote_shares(&stage, &alice), 10_000_000_000 - EXECUTOR_FEE_ATOMS);
    assert_eq!(quote_shares(&stage, &stage.keeper), keeper + EXECUTOR_FEE_ATOMS);
    assert_eq!(book.reserves[0].total_deposit_shares, before.reserves[0].total_deposit_shares);
    assert_eq!(stage.world.vault_balance(&stage.usdc), vault);
}

#[test]
fn a_withdrawal_burns_shares_and_pays_the_fee_out_of_what_it_pays() {
    let mut stage = PerpStage::new();
    let (provider, shares) = (provider_of(&stage), GIVEN_ATOMS / 4);
    let order = stage.due_request(&provider, ORDER_POOL_WITHDRAW, shares);
    let (before, keeper) = (stage.world.book_state(), quote_shares(&stage, &stage.keeper));
    let event = PoolWithdrawn {
        margin_account: provider.account,
        order_id: order.id,
        amount_atoms: shares,
        pool_shares: shares,
    };
    let execute = execute(&stage, &order);
    emits(&mut stage.world, &execute, &[], &event);
    let book = stage.world.book_state();
    assert_eq!(stage.world.margin_state(&provider.account).pool_shares, GIVEN_ATOMS - shares);
    assert_eq!(book.pool.total_shares, GIVEN_ATOMS - shares);
    assert_eq!(book.pool.deposit_shares, before.pool.deposit_shares - shares);
    assert_eq!(quote_shares(&stage, &provider), shares - EXECUTOR_FEE_ATOMS);
    assert_eq!(quote_shares(&stage, &stage.keeper), keeper + EXECUTOR_FEE_ATOMS);
}

#[test]
fn ones_own_account_executes_without_a_fee() {
    let mut stage = PerpStage::new();
    let order = stage.due_request(&provider_of(&stage), ORDER_POOL_WITHDRAW, 1_000_000);
    stage.world.execute_pool_order(&order).expect("a withdrawal");
    assert_eq!(quote_shares(&stage, &stage.provider), 1_000_000);
}

#[test]
fn a_deposit_is_priced_at_the_better_edge_and_a_withdrawal_at_the_worse() {
    for base_atoms in [100 * SOL, -100 * SOL] {
        let mut stage = PerpStage::with_position(base_atoms);
        let amount: u64 = 50_000_000_000;
        let giver = stage.world.depositor(&stage.usdc.clone(), amount);
        let order = stage.due_request(&giver, ORDER_POOL_DEPOSIT, amount);
        let (worse, better) = equity(&stage);
        // a confidence of ten cents on a hundred SOL
        assert!((19_999_000..=20_001_000).contains(&(better - worse)), "{worse} {better}");
        let minted: PoolDeposited = emitted(&stage.world.execute_pool_order(&order));
        let total = i128::from(GIVEN_ATOMS) + VIRTUAL;
        let expected = i128::from(amount) * total / (better + VIRTUAL);
        assert_eq!(i128::from(minted.pool_shares), expected);

        let order = stage.due_request(&giver, ORDER_POOL_WITHDRAW, minted.pool_shares);
        let (worse, _) = equity(&stage);
        let paid: PoolWithdrawn = emitted(&stage.world.execute_pool_order(&order));
        let expected = i128::from(minted.pool_shares) * (worse + VIRTUAL) / (total + i128::from(minted.pool_shares));
        assert_eq!(i128::from(paid.amount_atoms), expected);
    }
}

#[test]
fn providers_share_what_traders_lose() {
    let mut stage = PerpStage::with_position(100 * SOL);
    stage.reprice_sol(3, crate::perp_stage::dollars(191));
    let order = stage.due_request(&provider_of(&stage), ORDER_POOL_WITHDRAW, GIVEN_ATOMS / 10);
    let paid: PoolWithdrawn = emitted(&stage.world.execute_pool_order(&order));
    // 900 USDC of nine dollars on a hundred SOL, and some fees: a tenth of it
    let gained = paid.amount_atoms - GIVEN_ATOMS / 10;
    assert!((89_000_000..99_000_000).contains(&gained), "{gained}");
}

#[test]
fn an_account_with_shares_of_the_pool_is_not_closed() {
    let mut stage = PerpStage::new();
    let provider = provider_of(&stage);
    assert_eq!(stage.world.margin_state(&provider.account).active_balances, 0);
    let close = instructions::close_margin_account(provider.account, provider.key());
    refuses(&mut stage.world, &close, &[&provider.keypair], PlimsollError::AccountNotEmpty);
    let order = stage.due_request(&provider, ORDER_POOL_WITHDRAW, GIVEN_ATOMS);
    stage.world.execute_pool_order(&order).expect("a withdrawal");
    stage.world.withdraw(&provider, &stage.usdc.clone(), instructions::ALL).expect("a withdrawal");
    stage.world.must(&[close], &[&provider.keypair]);
}
