//! Requests to the pool that are refused: too early, too late, too large, on prices that could be chosen.

use plimsoll_client::instructions::OrderKey;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW};
use plimsoll_tests::Trader;
use plimsoll_tests::perps::{DEPOSIT_DELAY_SECONDS, EXECUTOR_FEE_ATOMS, WITHDRAW_DELAY_SECONDS, pool_order};

use super::{GIVEN_ATOMS, execute, provider_of};
use crate::expect::refuses;
use crate::perp_stage::{PerpStage, SOL, SOL_PERP, USDC, WINDOW_SECONDS, dollars, sol_order};
use crate::stage::{edit_book, edit_reserve, leave_pending};

#[track_caller]
fn refuses_order(stage: &mut PerpStage, order: &OrderKey, error: PlimsollError) {
    let execute = execute(stage, order);
    refuses(&mut stage.world, &execute, &[], error);
}

/// A request of Alice's, who has 100,000 USDC, that is due now.
fn deposit(stage: &mut PerpStage, amount_atoms: u64) -> OrderKey {
    let alice = Trader { keypair: stage.alice.keypair.insecure_clone(), account: stage.alice.account };
    stage.due_request(&alice, ORDER_POOL_DEPOSIT, amount_atoms)
}

/// A withdrawal of the provider's that is due now.
fn withdrawal(stage: &mut PerpStage, shares: u64) -> OrderKey {
    stage.due_request(&provider_of(stage), ORDER_POOL_WITHDRAW, shares)
}

#[test]
fn too_early_and_too_late() {
    for (kind, delay) in [(ORDER_POOL_DEPOSIT, DEPOSIT_DELAY_SECONDS), (ORDER_POOL_WITHDRAW, WITHDRAW_DELAY_SECONDS)] {
        let mut stage = PerpStage::new();
        let owner = if kind == ORDER_POOL_DEPOSIT { &stage.alice } else { &stage.provider };
        let [order, late] = [(); 2].map(|()| stage.world.place(owner, pool_order(kind, 1_000_000)));
        refuses_order(&mut stage, &order, PlimsollError::OrderTooEarly);
        stage.world.advance_refreshed(i64::from(delay) - 1);
        refuses_order(&mut stage, &order, PlimsollError::OrderTooEarly);
        stage.world.advance_refreshed(1 + WINDOW_SECONDS);
        let execute = execute(&stage, &order);
        stage.world.must(&[execute], &[]);
        stage.world.advance_refreshed(1);
        refuses_order(&mut stage, &late, PlimsollError::OrderLapsed);
    }
}

#[test]
fn twice_or_not_there() {
    let mut stage = PerpStage::new();
    let order = deposit(&mut stage, 1_000_000);
    for (slot, id) in [(0, 0), (0, 2), (1, 1), (16, 1)] {
        refuses_order(&mut stage, &OrderKey { slot, id, ..order }, PlimsollError::OrderMissing);
    }
    let once = execute(&stage, &order);
    stage.world.must(&[once], &[]);
    refuses_order(&mut stage, &order, PlimsollError::OrderMissing);
}

#[test]
fn an_order_to_a_market() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    refuses_order(&mut stage, &order, PlimsollError::OrderNotPool);
}

#[test]
fn a_withdrawal_of_more_than_is_held() {
    let mut stage = PerpStage::new();
    for shares in [GIVEN_ATOMS + 1, i64::MAX.unsigned_abs()] {
        let order = withdrawal(&mut stage, shares);
        refuses_order(&mut stage, &order, PlimsollError::PoolWithdrawalTooLarge);
    }
}

#[test]
fn a_withdrawal_of_more_than_the_pool_has() {
    let mut stage = PerpStage::with_position(100 * SOL);
    stage.reprice_sol(3, dollars(191));
    // Alice owes the pool nine hundred dollars that nobody settled
    let order = withdrawal(&mut stage, GIVEN_ATOMS);
    refuses_order(&mut stage, &order, PlimsollError::PoolWithdrawalTooLarge);
}

#[test]
fn a_withdrawal_that_leaves_too_little_for_the_pools_positions() {
    let mut stage = PerpStage::with_position(100 * SOL);
    let order = withdrawal(&mut stage, GIVEN_ATOMS - 1_000 * USDC.unsigned_abs());
    refuses_order(&mut stage, &order, PlimsollError::PoolRequirement);
    let order = withdrawal(&mut stage, GIVEN_ATOMS / 2);
    let half = execute(&stage, &order);
    stage.world.must(&[half], &[]);
}

#[test]
fn a_withdrawal_that_pays_no_more_than_its_fee() {
    let mut stage = PerpStage::new();
    let order = withdrawal(&mut stage, EXECUTOR_FEE_ATOMS);
    refuses_order(&mut stage, &order, PlimsollError::PoolSharesTooSmall);
    let order = withdrawal(&mut stage, EXECUTOR_FEE_ATOMS + 1);
    let just = execute(&stage, &order);
    stage.world.must(&[just], &[]);
}

#[test]
fn a_deposit_that_is_worth_no_share() {
    let mut stage = PerpStage::with_position(100 * SOL);
    stage.reprice_sol(3, dollars(191));
    // a share is worth more than an atom since Alice lost
    let order = deposit(&mut stage, 1);
    refuses_order(&mut stage, &order, PlimsollError::PoolSharesTooSmall);
}

/// Whoever joined would fill the hole of those before him.
#[test]
fn a_deposit_to_a_pool_that_owes_all_it_has() {
    let mut stage = PerpStage::new();
    let pool_atoms = i64::try_from(GIVEN_ATOMS).expect("63 bits");
    let order = deposit(&mut stage, USDC.unsigned_abs());
    let owe = |stage: &mut PerpStage, atoms: i64| {
        edit_book(&mut stage.world, |book| book.perp_markets[usize::from(SOL_PERP)].pool_quote_atoms = -atoms);
    };
    owe(&mut stage, pool_atoms + 1);
    refuses_order(&mut stage, &order, PlimsollError::PoolUnderWater);
    owe(&mut stage, pool_atoms / 2);
    let recovered = execute(&stage, &order);
    stage.world.must(&[recovered], &[]);
}

#[test]
fn a_deposit_of_more_than_the_balance() {
    let mut stage = PerpStage::new();
    let balance = 100_000 * USDC.unsigned_abs();
    for amount in [balance - EXECUTOR_FEE_ATOMS + 1, balance, balance + 1, i64::MAX.unsigned_abs()] {
        let order = deposit(&mut stage, amount);
        refuses_order(&mut stage, &order, PlimsollError::DepositTooSmall);
    }
    let order = deposit(&mut stage, balance - EXECUTOR_FEE_ATOMS);
    let all = execute(&stage, &order);
    stage.world.must(&[all], &[]);
}

#[test]
fn a_deposit_past_the_pools_cap() {
    let mut stage = PerpStage::new();
    stage.world.change_pool(|params| params.deposit_cap_atoms = GIVEN_ATOMS + 5_000_000);
    let order = deposit(&mut stage, 5_000_001);
    refuses_order(&mut stage, &order, PlimsollError::PoolDepositCap);
    let order = deposit(&mut stage, 5_000_000);
    let up_to_the_cap = execute(&stage, &order);
    stage.world.must(&[up_to_the_cap], &[]);
}

#[test]
fn a_deposit_that_the_giver_needs_as_margin() {
    let mut stage = PerpStage::with_position(1_000 * SOL);
    let order = deposit(&mut stage, 99_000 * USDC.unsigned_abs());
    refuses_order(&mut stage, &order, PlimsollError::InitialHealthNegative);
}

#[test]
fn prices_that_were_known_before_or_are_old_or_unconfirmed() {
    let mut stage = PerpStage::with_position(SOL);
    let alice = Trader { keypair: stage.alice.keypair.insecure_clone(), account: stage.alice.account };
    let order = stage.world.place(&alice, pool_order(ORDER_POOL_DEPOSIT, 1_000_000));
    // a second before it is due, fresh enough for everything else
    stage.world.advance_refreshed(i64::from(DEPOSIT_DELAY_SECONDS) - 1);
    stage.world.advance(1);
    refuses_order(&mut stage, &order, PlimsollError::PoolPriceStale);
    stage.world.advance_refreshed(1);
    stage.world.advance(6);
    refuses_order(&mut stage, &order, PlimsollError::PoolPriceStale);
    stage.world.advance_refreshed(1);
    leave_pending(&mut stage.world, &stage.sol.clone());
    refuses_order(&mut stage, &order, PlimsollError::PoolPriceStale);
    stage.reprice_sol(1, dollars(200));
    let execute = execute(&stage, &order);
    stage.world.must(&[execute], &[]);
}

#[test]
fn a_market_that_nobody_holds_needs_no_price() {
    let mut stage = PerpStage::new();
    let order = deposit(&mut stage, 1_000_000);
    stage.world.advance(20);
    assert_eq!(stage.world.book_state().perp_markets[usize::from(SOL_PERP)].long_base_atoms, 0);
    let execute = execute(&stage, &order);
    stage.world.must(&[execute], &[]);
}

#[test]
fn a_reserve_that_does_not_balance() {
    for kind in [ORDER_POOL_DEPOSIT, ORDER_POOL_WITHDRAW] {
        let mut stage = PerpStage::new();
        let order =
            if kind == ORDER_POOL_DEPOSIT { deposit(&mut stage, 1_000_000) } else { withdrawal(&mut stage, 1_000_000) };
        edit_reserve(&mut stage.world, &stage.usdc.clone(), |reserve| reserve.insurance_atoms += 1_000_000);
        refuses_order(&mut stage, &order, PlimsollError::Insolvent);
    }
}
