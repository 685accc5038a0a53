//! Everybody wants their USDC back while all of it is lent.

use plimsoll_client::instructions::{self, ALL};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{World, assert_refused};

use crate::story::{claim, usdc_and_sol};

const DAY_SECONDS: i64 = 86_400;

#[test]
fn at_full_utilisation_lenders_wait_earn_more_and_are_paid() {
    let mut world = World::with_majors();
    let (usdc, sol) = usdc_and_sol(&world);
    let alice = world.depositor(&usdc, usdc.atoms(10_000));
    let anna = world.depositor(&usdc, usdc.atoms(10_000));
    let bob = world.depositor(&sol, sol.atoms(1_000));
    world.borrow(&bob, &usdc, usdc.atoms(20_000)).expect("Bob borrows it all");
    let calm_rate = world.book_state().reserves[0].rate_at_target;

    assert_refused(world.withdraw(&alice, &usdc, 1), PlimsollError::NotEnoughLiquidity);
    world.advance_refreshed(DAY_SECONDS);
    world.must(&[instructions::accrue(world.book)], &[]);
    let panic_rate = world.book_state().reserves[0].rate_at_target;
    assert!(panic_rate > calm_rate, "{panic_rate} is no more than {calm_rate}");

    // what Bob repays is what can be withdrawn, to the atom
    world.repay(&bob, &usdc, usdc.atoms(4_000)).expect("Bob repays");
    let idle = world.vault_balance(&usdc);
    assert_eq!(idle, usdc.atoms(4_000));
    assert_refused(world.withdraw(&alice, &usdc, idle + 1), PlimsollError::NotEnoughLiquidity);
    world.withdraw(&alice, &usdc, idle).expect("idle liquidity");
    assert_eq!(world.vault_balance(&usdc), 0);
    assert_refused(world.withdraw(&anna, &usdc, 1), PlimsollError::NotEnoughLiquidity);

    world.repay(&bob, &usdc, ALL).expect("Bob repays everything");
    let (owed_to_alice, owed_to_anna) = (claim(&world, &alice, &usdc), claim(&world, &anna, &usdc));
    assert!(owed_to_alice + idle > usdc.atoms(10_000) && owed_to_anna > usdc.atoms(10_000));
    let before = world.vault_balance(&usdc);
    world.withdraw(&alice, &usdc, ALL).expect("Alice leaves");
    world.withdraw(&anna, &usdc, ALL).expect("Anna leaves");
    let left = world.vault_balance(&usdc);
    assert_eq!(before - left, owed_to_alice + owed_to_anna);

    // INV-SOLVENT: what is left belongs to the insurance
    let reserve = &world.book_state().reserves[0];
    assert_eq!((reserve.total_deposit_shares, reserve.total_debt_shares), (0, 0));
    assert_eq!(left, reserve.liquidity_atoms);
    assert!(reserve.insurance_atoms <= left);
}
