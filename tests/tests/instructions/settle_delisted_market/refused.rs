//! What `settle_delisted_market` refuses.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{instructions, oracle};

use super::{NOTICE_SECONDS, delist, due, settle};
use crate::expect::refuses;
use crate::oracles::{ONE_E8, quote_of};
use crate::position_stage::{PositionStage, SOL_PERP};
use crate::stage::{account_elsewhere, elsewhere};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

#[track_caller]
fn refuses_long(stage: &mut PositionStage, error: PlimsollError) {
    let instruction = settle(stage, stage.long.account);
    refuses(&mut stage.world, &instruction, &[], error);
}

#[test]
fn before_its_time_nothing_is_settled() {
    let mut stage = PositionStage::new();
    refuses_long(&mut stage, PlimsollError::MarketNotDelisting);
    delist(&mut stage);
    refuses_long(&mut stage, PlimsollError::SettlementTooEarly);
    stage.world.advance_refreshed(NOTICE_SECONDS - 1);
    refuses_long(&mut stage, PlimsollError::SettlementTooEarly);
    // the time has come, a publication of it has not
    stage.world.advance(1);
    refuses_long(&mut stage, PlimsollError::SettlementTooEarly);
}

#[test]
fn only_the_first_publication_counts() {
    let mut stage = due();
    let sol = stage.sol;
    stage.world.advance(2);
    stage.world.publish(&sol, 200 * ONE_E8);
    refuses_long(&mut stage, PlimsollError::PublicationNotFirst);
    // brought late, it is still the first
    let first = oracle::Quote {
        publish_time: stage.world.now() - 2,
        prev_publish_time: stage.world.now() - 3,
        ..quote_of(&stage.world, &sol)
    };
    stage.world.advance(3_600);
    stage.world.publish_quote(sol.oracle, &first);
    let instruction = settle(&stage, stage.long.account);
    stage.world.must(&[instruction], &[]);
    stage.assert_ledger();
}

#[test]
fn a_jump_waits_until_the_book_has_confirmed_it() {
    let mut stage = due();
    let sol = stage.sol;
    stage.world.publish(&sol, 100 * ONE_E8);
    refuses_long(&mut stage, PlimsollError::PublicationJump);
}

#[test]
fn another_feed_is_refused() {
    let mut stage = due();
    let eth = stage.world.assets[3];
    let (book, long) = (stage.world.book, stage.long.account);
    let instruction = instructions::settle_delisted_market(book, long, SOL_PERP, eth.oracle);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::OracleFeed);
    let instruction = instructions::settle_delisted_market(book, long, SOL_PERP, eth.mint);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::OracleOwner);
}

#[test]
fn unlisted_markets_and_accounts_with_nothing_to_settle_are_refused() {
    let mut stage = due();
    let (book, long, oracle) = (stage.world.book, stage.long.account, stage.sol.oracle);
    for market in [3, 16, u8::MAX] {
        let instruction = instructions::settle_delisted_market(book, long, market, oracle);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::MarketIndex);
    }
    let nobody = settle(&stage, stage.liquidator.account);
    refuses(&mut stage.world, &nobody, &[], PlimsollError::NothingToSettle);
    let once = settle(&stage, long);
    stage.world.must(std::slice::from_ref(&once), &[]);
    refuses(&mut stage.world, &once, &[], PlimsollError::NothingToSettle);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = due();
    let instruction = settle(&stage, stage.long.account);
    let (book, long) = (stage.world.book, stage.long.account);
    for account in [book, long] {
        refuses_impostors(&mut stage.world, &instruction, &[], account);
    }
    refuses_other_versions(&mut stage.world, &instruction, &[], &[book, long]);
    let other = elsewhere(&mut stage.world);
    let theirs = account_elsewhere(&mut stage.world, &stage.long.keypair, other.group);
    for (right, wrong) in [(book, other.book), (long, theirs)] {
        refuses(&mut stage.world, &swapped(&instruction, right, wrong), &[], PlimsollError::WrongGroup);
    }
}
