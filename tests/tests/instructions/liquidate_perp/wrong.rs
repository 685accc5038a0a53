//! What `liquidate_perp` refuses of its accounts.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::Signer;

use super::{liquidate, request, unhealthy};
use crate::expect::refuses;
use crate::stage::{account_elsewhere, elsewhere};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = unhealthy();
    let instruction = liquidate(&stage, request(false));
    let (world, long, liquidator) = (&mut stage.world, &stage.long, &stage.liquidator);
    let book = world.book;
    for account in [book, long.account, liquidator.account] {
        refuses_impostors(world, &instruction, &[&liquidator.keypair], account);
    }
    refuses_other_versions(world, &instruction, &[&liquidator.keypair], &[book, long.account, liquidator.account]);
    refuses_unsigned(world, &instruction, liquidator.key());

    let other = elsewhere(world);
    let longs = account_elsewhere(world, &long.keypair, other.group);
    let liquidators = account_elsewhere(world, &liquidator.keypair, other.group);
    for (right, wrong) in [(book, other.book), (long.account, longs), (liquidator.account, liquidators)] {
        let instruction = swapped(&instruction, right, wrong);
        refuses(world, &instruction, &[&liquidator.keypair], PlimsollError::WrongGroup);
    }
}

#[test]
fn nobody_liquidates_into_an_account_that_is_not_his() {
    let mut stage = unhealthy();
    let stranger = stage.world.trader();
    for against_pool in [false, true] {
        let instruction = liquidate(&stage, request(against_pool));
        for signer in [&stranger.keypair, &stage.long.keypair] {
            let theirs = swapped(&instruction, stage.liquidator.key(), signer.pubkey());
            refuses(&mut stage.world, &theirs, &[signer], PlimsollError::NotOwnerOrDelegate);
        }
    }
}
