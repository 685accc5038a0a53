//! Mallory sends tokens straight into a vault.

use anchor_lang::solana_program::instruction::AccountMeta;
use plimsoll_client::instructions::ALL;
use plimsoll_client::{Instruction, addresses};
use plimsoll_tests::{Asset, Trader, World};

use crate::story::{claim, usdc_and_sol};

/// SPL Token's instruction `Transfer`.
const TRANSFER: u8 = 3;

/// Tokens move from a new token account of the donor's into the vault, past the program.
fn donate(world: &mut World, donor: &Trader, asset: &Asset, amount_atoms: u64) {
    let source = world.create_token_account(asset, &donor.key(), amount_atoms);
    let mut data = vec![TRANSFER];
    data.extend(amount_atoms.to_le_bytes());
    let transfer = Instruction {
        program_id: asset.token_program,
        accounts: vec![
            AccountMeta::new(source, false),
            AccountMeta::new(addresses::vault(&world.book, &asset.mint), false),
            AccountMeta::new_readonly(donor.key(), true),
        ],
        data,
    };
    world.must(&[transfer], &[&donor.keypair]);
}

#[test]
fn the_first_depositor_cannot_inflate_the_share() {
    let mut world = World::with_majors();
    let (usdc, _) = usdc_and_sol(&world);
    let mallory = world.depositor(&usdc, 1);
    donate(&mut world, &mallory, &usdc, usdc.atoms(1_000_000));

    let victim = world.depositor(&usdc, usdc.atoms(1_000));
    assert_eq!(claim(&world, &victim, &usdc), usdc.atoms(1_000));
    assert_eq!(claim(&world, &mallory, &usdc), 1);
    let vault = world.vault_balance(&usdc);
    world.withdraw(&victim, &usdc, ALL).expect("the victim leaves");
    assert_eq!(vault - world.vault_balance(&usdc), usdc.atoms(1_000));
}

#[test]
fn a_donation_changes_nothing() {
    let mut world = World::with_majors();
    let (usdc, sol) = usdc_and_sol(&world);
    let alice = world.depositor(&usdc, usdc.atoms(10_000));
    let bob = world.depositor(&sol, sol.atoms(100));
    world.borrow(&bob, &usdc, usdc.atoms(9_000)).expect("Bob borrows");
    let book = bytemuck::bytes_of(world.book_state().as_ref()).to_vec();
    let (share, liquidity) = (claim(&world, &alice, &usdc), world.vault_balance(&usdc));

    donate(&mut world, &alice, &usdc, usdc.atoms(5_000));
    assert_eq!(bytemuck::bytes_of(world.book_state().as_ref()), book);
    assert_eq!(claim(&world, &alice, &usdc), share);
    // INV-SOLVENT: the vault holds at least what is booked, and only what is booked can leave
    assert_eq!(world.vault_balance(&usdc), liquidity + usdc.atoms(5_000));
    let too_much = world.withdraw(&alice, &usdc, liquidity + 1);
    plimsoll_tests::assert_refused(too_much, plimsoll_client::plimsoll::error::PlimsollError::NotEnoughLiquidity);
}
