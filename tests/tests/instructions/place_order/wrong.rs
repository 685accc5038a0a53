//! `place_order` with a wrong account or signer.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::Signer;

use crate::expect::refuses;
use crate::perp_stage::{PerpStage, SOL, sol_order};
use crate::stage::{account_elsewhere, elsewhere, stranger};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, refuses_unsigned, swapped};

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = PerpStage::new();
    let place = stage.place(sol_order(SOL));
    let (world, alice) = (&mut stage.world, &stage.alice.keypair);
    let book = world.book;
    for account in [book, stage.alice.account] {
        refuses_impostors(world, &place, &[alice], account);
    }
    refuses_other_versions(world, &place, &[alice], &[book, stage.alice.account]);
    refuses_unsigned(world, &place, alice.pubkey());

    let other = elsewhere(world);
    let theirs = account_elsewhere(world, alice, other.group);
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup),
        (stage.alice.account, theirs, PlimsollError::WrongGroup),
        (stage.alice.account, stage.keeper.account, PlimsollError::NotOwnerOrDelegate),
    ] {
        refuses(world, &swapped(&place, right, wrong), &[alice], error);
    }
    let nobody = stranger(&mut world.svm);
    let forged = swapped(&place, alice.pubkey(), nobody.pubkey());
    refuses(world, &forged, &[&nobody], PlimsollError::NotOwnerOrDelegate);
}
