//! What `liquidate` refuses of the request, the prices and the two accounts' state.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::plimsoll::state::Wide;
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_ISOLATED};
use plimsoll_tests::Trader;

use super::{fallen_to, liquidate, now, request, unhealthy};
use crate::expect::refuses;
use crate::oracles::ONE_E8;
use crate::stage::{Stage, UNKNOWN_MODE, edit_account, edit_book, edit_reserve, leave_pending, move_price};

/// The whole of Bob's SOL for his USDC is refused.
#[track_caller]
fn refuses_all(stage: &mut Stage, error: PlimsollError) {
    let instruction = liquidate(stage, request(stage, instructions::ALL));
    refuses(&mut stage.world, &instruction, &[&stage.lender.keypair], error);
}

/// Another liquidator is refused.
#[track_caller]
fn refuses_liquidator(stage: &mut Stage, liquidator: &Trader, error: PlimsollError) {
    let (book, request) = (stage.world.book, request(stage, instructions::ALL));
    let instruction = instructions::liquidate(book, stage.bob.account, liquidator.account, liquidator.key(), request);
    refuses(&mut stage.world, &instruction, &[&liquidator.keypair], error);
}

#[test]
fn the_healthy_are_refused() {
    let mut stage = Stage::with_debt();
    refuses_all(&mut stage, PlimsollError::NotLiquidatable);
    let mut stage = Stage::new();
    refuses_all(&mut stage, PlimsollError::NotLiquidatable);
}

#[test]
fn oneself_is_refused() {
    let mut stage = unhealthy();
    let (book, bob) = (stage.world.book, &stage.bob);
    let oneself =
        instructions::liquidate(book, bob.account, bob.account, bob.key(), request(&stage, instructions::ALL));
    refuses(&mut stage.world, &oneself, &[&stage.bob.keypair], PlimsollError::SameAccount);
}

#[test]
fn requests_that_make_no_exchange_are_refused() {
    let mut stage = unhealthy();
    let (usdc, sol, btc) = (stage.usdc.index, stage.sol.index, stage.btc.index);
    for (collateral_reserve, debt_reserve, max_repay_atoms, error) in [
        (sol, usdc, 0, PlimsollError::AmountZero),
        (sol, sol, 1_000_000, PlimsollError::SameReserve),
        (usdc, usdc, 1_000_000, PlimsollError::SameReserve),
        (4, usdc, 1_000_000, PlimsollError::ReserveIndex),
        (sol, 4, 1_000_000, PlimsollError::ReserveIndex),
        (sol, u8::MAX, 1_000_000, PlimsollError::ReserveIndex),
        (16, usdc, 1_000_000, PlimsollError::ReserveIndex),
        (sol, btc, 1_000_000, PlimsollError::NothingToRepay),
        (usdc, sol, 1_000_000, PlimsollError::NothingToRepay),
        (btc, usdc, 1_000_000, PlimsollError::NothingToSeize),
        // what one atom relieves is lost in rounding
        (sol, usdc, 1, PlimsollError::HealthNotImproved),
    ] {
        let request = LiquidationRequest { collateral_reserve, debt_reserve, max_repay_atoms };
        let instruction = liquidate(&stage, request);
        refuses(&mut stage.world, &instruction, &[&stage.lender.keypair], error);
    }
}

#[test]
fn stale_and_unconfirmed_legs_are_not_exchanged() {
    let mut stage = unhealthy();
    stage.world.advance(6);
    refuses_all(&mut stage, PlimsollError::StalePriceLeg);
    // the other leg alone
    stage.world.publish(&stage.sol, 180 * ONE_E8);
    let refresh = instructions::refresh_prices(stage.world.book, &[stage.sol.oracle]);
    stage.world.must(&[refresh], &[]);
    refuses_all(&mut stage, PlimsollError::StalePriceLeg);

    let mut stage = unhealthy();
    leave_pending(&mut stage.world, &stage.sol);
    refuses_all(&mut stage, PlimsollError::PricePending);
}

#[test]
fn a_leg_without_a_price_is_not_exchanged() {
    let mut stage = unhealthy();
    // BTC, which Bob does not hold
    edit_book(&mut stage.world, |book| book.factors[2].price.mid = 0);
    let request = LiquidationRequest { collateral_reserve: stage.btc.index, ..request(&stage, 1_000_000) };
    let instruction = liquidate(&stage, request);
    refuses(&mut stage.world, &instruction, &[&stage.lender.keypair], PlimsollError::FactorNotPriced);
}

#[test]
fn an_empty_bucket_of_either_factor_or_the_account_is_refused() {
    for index in [0, 1] {
        let mut stage = unhealthy();
        let now = now(&stage.world);
        edit_book(&mut stage.world, |book| {
            book.factors[index].throughput_available_quote_atoms = 0;
            book.factors[index].throughput_updated_seconds = now;
        });
        refuses_all(&mut stage, PlimsollError::ThroughputExhausted);
    }
    let mut stage = unhealthy();
    let now = now(&stage.world);
    edit_account(&mut stage.world, stage.bob.account, |account| {
        account.throughput_available_quote_atoms = 0;
        account.throughput_updated_seconds = now;
    });
    refuses_all(&mut stage, PlimsollError::ThroughputExhausted);
}

#[test]
fn an_urgent_liquidation_passes_an_empty_bucket() {
    let mut stage = fallen_to(180);
    let now = now(&stage.world);
    edit_account(&mut stage.world, stage.bob.account, |account| {
        account.throughput_available_quote_atoms = 0;
        account.throughput_updated_seconds = now;
    });
    let instruction = liquidate(&stage, request(&stage, instructions::ALL));
    stage.world.must(&[instruction], &[&stage.lender.keypair]);
}

#[test]
fn an_exchange_past_its_spiral_bound_is_refused() {
    let mut stage = unhealthy();
    // Bob owes more than he has, and no margin stands between the two
    edit_book(&mut stage.world, |book| {
        book.factors[0].threshold.path = [0; 13];
        book.factors[1].threshold.path = [0; 13];
    });
    move_price(&mut stage.world, &stage.sol.clone(), 150 * ONE_E8);
    refuses_all(&mut stage, PlimsollError::LiquidationSpiral);
}

#[test]
fn modes_that_may_not_hold_what_is_exchanged_are_refused() {
    let mut stage = unhealthy();
    edit_account(&mut stage.world, stage.bob.account, |account| account.mode = UNKNOWN_MODE);
    refuses_all(&mut stage, PlimsollError::AccountMode);
    edit_account(&mut stage.world, stage.bob.account, |account| account.mode = MODE_CROSS);
    for (mode, error) in
        [(UNKNOWN_MODE, PlimsollError::AccountMode), (MODE_ISOLATED, PlimsollError::IsolatedCollateral)]
    {
        edit_account(&mut stage.world, stage.lender.account, |account| account.mode = mode);
        refuses_all(&mut stage, error);
    }
}

#[test]
fn a_liquidator_who_could_not_carry_the_debt_is_refused() {
    let mut stage = unhealthy();
    let pauper = stage.world.trader();
    refuses_liquidator(&mut stage, &pauper, PlimsollError::LiquidatorHealth);
    // 80,000 BTC are worth more than 2^53 quote atoms
    let whale = stage.world.depositor(&stage.btc, stage.btc.atoms(80_000));
    refuses_liquidator(&mut stage, &whale, PlimsollError::LegTooLarge);
}

#[test]
fn a_liquidator_with_a_debt_that_was_not_accrued_lately_is_refused() {
    let mut stage = unhealthy();
    let _holder = stage.world.depositor(&stage.btc, stage.btc.atoms(1));
    stage.world.borrow(&stage.lender, &stage.btc, 1_000).expect("a borrow");
    stage.world.advance_refreshed(3_601);
    refuses_all(&mut stage, PlimsollError::ReserveStale);
}

#[test]
fn collateral_of_a_closed_reserve_is_refused() {
    let mut stage = unhealthy();
    // Bob's shares grow as their index shrinks, so that they are still worth seizing
    let shares = stage.sol.atoms(100) << 22;
    edit_account(&mut stage.world, stage.bob.account, |account| {
        account.balances[1].deposit_shares = shares;
    });
    edit_reserve(&mut stage.world, &stage.sol, |reserve| {
        reserve.total_deposit_shares = shares;
        reserve.deposit_index = Wide::new((1 << 64) - 1);
    });
    refuses_all(&mut stage, PlimsollError::ReserveClosed);
}

#[test]
fn books_that_do_not_balance_are_refused() {
    for of_debt in [false, true] {
        let mut stage = unhealthy();
        let asset = if of_debt { stage.usdc } else { stage.sol };
        let too_much = asset.atoms(1);
        edit_reserve(&mut stage.world, &asset, |reserve| reserve.insurance_atoms += too_much);
        refuses_all(&mut stage, PlimsollError::Insolvent);
    }
}
