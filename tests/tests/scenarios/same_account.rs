//! One account in two roles.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::{addresses, instructions};
use plimsoll_tests::assert_refused;

use crate::story::{self, DOLLAR_E8};

#[test]
fn nobody_liquidates_themselves() {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    world.advance(30);
    story::reprice(&mut world, 191 * DOLLAR_E8);
    assert!(story::liquidation_health(&world, &bob) < 0);
    assert_refused(story::liquidate(&mut world, &bob, &bob, u64::MAX), PlimsollError::SameAccount);
}

#[test]
fn a_debt_is_not_exchanged_for_itself() {
    let (mut world, alice, bob) = story::with_bob_at_his_limit();
    let request = LiquidationRequest { collateral_reserve: 0, debt_reserve: 0, max_repay_atoms: 1 };
    let exchange = instructions::liquidate(world.book, bob.account, alice.account, alice.key(), request);
    assert_refused(world.send(&[exchange], &[&alice.keypair]), PlimsollError::SameReserve);
}

#[test]
fn a_vault_does_not_pay_itself() {
    let (mut world, alice, _bob) = story::with_bob_at_his_limit();
    let (usdc, _) = story::usdc_and_sol(&world);
    let vault = addresses::vault(&world.book, &usdc.mint);
    let before = bytemuck::bytes_of(world.book_state().as_ref()).to_vec();

    let deposit = instructions::deposit(&usdc.keys(), alice.account, alice.key(), vault, 1_000);
    assert!(world.send(&[deposit], &[&alice.keypair]).is_err(), "the vault paid for Alice");
    let withdrawal = instructions::withdraw(&usdc.keys(), alice.account, alice.key(), vault, 1_000);
    assert_refused(world.send(&[withdrawal], &[&alice.keypair]), PlimsollError::VaultMismatch);
    assert_eq!(bytemuck::bytes_of(world.book_state().as_ref()), before);
}
