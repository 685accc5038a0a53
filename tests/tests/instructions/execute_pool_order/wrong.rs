//! `execute_pool_order` with a wrong account.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::state::margin_account::ORDER_POOL_WITHDRAW;

use super::{execute, provider_of};
use crate::expect::refuses;
use crate::perp_stage::{PerpStage, SOL_PERP};
use crate::stage::{account_elsewhere, elsewhere};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = PerpStage::new();
    let order = stage.due_request(&provider_of(&stage), ORDER_POOL_WITHDRAW, 1_000_000);
    let execute = execute(&stage, &order);
    let isolated = stage.world.isolated_account(&stage.keeper, 1, SOL_PERP);
    let world = &mut stage.world;
    let (book, provider, keeper) = (world.book, stage.provider.account, stage.keeper.account);
    for account in [book, provider, keeper] {
        refuses_impostors(world, &execute, &[], account);
    }
    refuses_other_versions(world, &execute, &[], &[book, provider, keeper]);
    let other = elsewhere(world);
    let providers = account_elsewhere(world, &stage.provider.keypair, other.group);
    let keepers = account_elsewhere(world, &stage.keeper.keypair, other.group);
    for (right, wrong, error) in [
        (book, other.book, PlimsollError::WrongGroup),
        (provider, providers, PlimsollError::WrongGroup),
        (keeper, keepers, PlimsollError::WrongGroup),
        (keeper, isolated.account, PlimsollError::AccountMode),
        (provider, stage.alice.account, PlimsollError::OrderMissing),
    ] {
        refuses(world, &swapped(&execute, right, wrong), &[], error);
    }
}
