//! What `liquidate` refuses of its accounts.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::Signer;

use super::{liquidate, request, unhealthy};
use crate::expect::refuses;
use crate::stage::{account_elsewhere, elsewhere};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = unhealthy();
    let instruction = liquidate(&stage, request(&stage, instructions::ALL));
    let (world, bob, lender) = (&mut stage.world, &stage.bob, &stage.lender);
    let book = world.book;
    for account in [book, bob.account, lender.account] {
        refuses_impostors(world, &instruction, &[&lender.keypair], account);
    }
    refuses_other_versions(world, &instruction, &[&lender.keypair], &[book, bob.account, lender.account]);
    refuses_unsigned(world, &instruction, lender.key());

    let other = elsewhere(world);
    let bobs = account_elsewhere(world, &bob.keypair, other.group);
    let lenders = account_elsewhere(world, &lender.keypair, other.group);
    for (right, wrong) in [(book, other.book), (bob.account, bobs), (lender.account, lenders)] {
        let instruction = swapped(&instruction, right, wrong);
        refuses(world, &instruction, &[&lender.keypair], PlimsollError::WrongGroup);
    }
}

#[test]
fn nobody_liquidates_into_an_account_that_is_not_his() {
    let mut stage = unhealthy();
    let stranger = stage.world.trader();
    let instruction = liquidate(&stage, request(&stage, instructions::ALL));
    for signer in [&stranger.keypair, &stage.bob.keypair] {
        let theirs = swapped(&instruction, stage.lender.key(), signer.pubkey());
        refuses(&mut stage.world, &theirs, &[signer], PlimsollError::NotOwnerOrDelegate);
    }
}
