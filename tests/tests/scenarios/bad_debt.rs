//! SOL halves overnight: Bob's collateral does not cover his debt, and somebody has to bear it.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_risk::position::ReserveTotals;
use plimsoll_tests::{Signer, Trader, World, assert_refused};

use crate::story::{self, DOLLAR_E8, claim};

/// What insurance holds: less than the deficit.
const INSURANCE_DOLLARS: u64 = 200;

/// Bob is liquidated down to nothing at 100 USDC a SOL; what he still owes is bad.
fn after_the_crash() -> (World, Trader, Trader, Trader) {
    let (mut world, alice, bob) = story::with_bob_at_his_limit();
    let (usdc, _) = story::usdc_and_sol(&world);
    let kate = world.depositor(&usdc, usdc.atoms(100_000));
    let admin = world.admin.pubkey();
    let source = world.create_token_account(&usdc, &admin, usdc.atoms(INSURANCE_DOLLARS));
    let gift = instructions::fund_insurance(&usdc.keys(), admin, source, usdc.atoms(INSURANCE_DOLLARS));
    world.must(&[gift], &[]);

    for _ in 0..2 {
        world.advance(3);
        story::reprice(&mut world, 100 * DOLLAR_E8);
    }
    assert_refused(resolve(&mut world, &bob), PlimsollError::NotBankrupt);
    story::liquidate(&mut world, &kate, &bob, u64::MAX).expect("Bob is liquidated");
    (world, alice, bob, kate)
}

fn resolve(world: &mut World, bob: &Trader) -> plimsoll_tests::outcome::Outcome {
    let write_off = instructions::resolve_bankruptcy(world.book, bob.account, 0);
    world.send(&[write_off], &[])
}

fn usdc_totals(world: &World) -> ReserveTotals {
    world.book_state().reserves[0].totals()
}

#[test]
fn insurance_pays_first_and_depositors_the_rest_to_the_atom() {
    let (mut world, alice, bob, kate) = after_the_crash();
    let (usdc, sol) = story::usdc_and_sol(&world);
    world.must(&[instructions::accrue(world.book)], &[]);
    let before = usdc_totals(&world);
    let claims_before = claim(&world, &alice, &usdc);
    let sol_before = claim(&world, &kate, &sol);
    resolve(&mut world, &bob).expect("Bob's debt is written off");

    // INV-WATERFALL
    let after = usdc_totals(&world);
    let atoms = |amount: plimsoll_risk::Result<plimsoll_risk::quantities::Amount>| amount.expect("an amount").0;
    let (debts, deposits) = (atoms(before.debts_down()), atoms(before.deposits_up()));
    let deficit = debts - atoms(after.debts_down());
    let socialised = world.book_state().reserves[0].socialised_atoms;
    // what belonged to nobody went to the insurance first
    let insurance = before.insurance.0.max(before.liquidity.0 + debts - deposits);
    assert!(insurance >= usdc.atoms(INSURANCE_DOLLARS));
    assert_eq!(after.insurance.0, 0);
    assert_eq!(insurance + socialised, deficit);
    assert_eq!(deposits - atoms(after.deposits_up()), socialised);
    assert!(socialised > 0 && after.deposit_index < before.deposit_index);
    assert!(claim(&world, &alice, &usdc) < claims_before);

    // other reserves and later depositors bear nothing
    assert_eq!(claim(&world, &kate, &sol), sol_before);
    let lena = world.depositor(&usdc, usdc.atoms(1_000));
    assert!(claim(&world, &lena, &usdc) >= usdc.atoms(1_000) - 1);
    assert_refused(resolve(&mut world, &bob), PlimsollError::NotBankrupt);
}

#[test]
fn a_debt_with_collateral_behind_it_is_not_written_off() {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    assert_refused(resolve(&mut world, &bob), PlimsollError::NotBankrupt);
}
