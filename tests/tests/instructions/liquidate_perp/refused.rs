//! What `liquidate_perp` refuses of the request, the prices and the two accounts' state.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::state::margin_account::MODE_ISOLATED;
use plimsoll_tests::{Signer, Trader};

use super::{liquidate, request, unhealthy};
use crate::expect::refuses;
use crate::position_stage::{BTC_PERP, PositionStage};
use crate::stage::{UNKNOWN_MODE, edit_account, edit_book, leave_pending};

/// Both ways to liquidate the long are refused.
#[track_caller]
fn refuses_both(stage: &mut PositionStage, error: PlimsollError) {
    for against_pool in [false, true] {
        let instruction = liquidate(stage, request(against_pool));
        refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], error);
    }
}

#[track_caller]
fn refuses_liquidator(stage: &mut PositionStage, liquidator: &Trader, error: PlimsollError) {
    let (book, long) = (stage.world.book, stage.long.account);
    let instruction = instructions::liquidate_perp(book, long, liquidator.account, liquidator.key(), request(false));
    refuses(&mut stage.world, &instruction, &[&liquidator.keypair], error);
}

#[test]
fn the_healthy_are_refused() {
    refuses_both(&mut PositionStage::new(), PlimsollError::NotLiquidatable);
    refuses_both(&mut PositionStage::new().sol_at(185), PlimsollError::NotLiquidatable);
}

#[test]
fn oneself_is_refused() {
    let mut stage = unhealthy();
    let (book, long) = (stage.world.book, &stage.long);
    let oneself = instructions::liquidate_perp(book, long.account, long.account, long.key(), request(true));
    refuses(&mut stage.world, &oneself, &[&stage.long.keypair], PlimsollError::SameAccount);
}

#[test]
fn requests_that_close_nothing_are_refused() {
    let mut stage = unhealthy();
    for (market, max_base_atoms, error) in [
        (0, 0, PlimsollError::AmountZero),
        (3, 1_000_000_000, PlimsollError::MarketIndex),
        (16, 1_000_000_000, PlimsollError::MarketIndex),
        (u8::MAX, 1_000_000_000, PlimsollError::MarketIndex),
        (BTC_PERP, 1_000_000_000, PlimsollError::NoPosition),
        // what one atom relieves is lost in rounding
        (0, 1, PlimsollError::HealthNotImproved),
    ] {
        for against_pool in [false, true] {
            let request = PerpLiquidationRequest { market, max_base_atoms, against_pool };
            let instruction = liquidate(&stage, request);
            refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], error);
        }
    }
}

#[test]
fn stale_unconfirmed_and_missing_prices_are_refused() {
    let mut stage = unhealthy();
    stage.world.advance(6);
    refuses_both(&mut stage, PlimsollError::StalePriceLeg);

    let mut stage = unhealthy();
    leave_pending(&mut stage.world, &stage.sol.clone());
    refuses_both(&mut stage, PlimsollError::PricePending);

    let mut stage = unhealthy();
    edit_book(&mut stage.world, |book| book.factors[1].price.mid = 0);
    refuses_both(&mut stage, PlimsollError::FactorNotPriced);
}

#[test]
fn a_market_past_its_settlement_time_is_refused() {
    let mut stage = unhealthy();
    let delist = instructions::delist_perp_market(stage.world.group, stage.world.admin.pubkey(), stage.world.book, 0);
    stage.world.must(&[delist], &[]);
    stage.world.advance_refreshed(86_400);
    refuses_both(&mut stage, PlimsollError::MarketSettling);
}

#[test]
fn an_empty_bucket_of_the_factor_or_the_account_is_refused() {
    let mut stage = unhealthy();
    let now = stage.now();
    edit_book(&mut stage.world, |book| {
        book.factors[1].throughput_available_quote_atoms = 0;
        book.factors[1].throughput_updated_seconds = now;
    });
    refuses_both(&mut stage, PlimsollError::ThroughputExhausted);

    let mut stage = unhealthy();
    let (now, long) = (stage.now(), stage.long.account);
    edit_account(&mut stage.world, long, |account| {
        account.throughput_available_quote_atoms = 0;
        account.throughput_updated_seconds = now;
    });
    refuses_both(&mut stage, PlimsollError::ThroughputExhausted);
}

#[test]
fn a_step_past_its_spiral_bound_is_refused() {
    let mut stage = unhealthy();
    // the account owes more than it has, and the position requires nothing that closing it would free
    edit_book(&mut stage.world, |book| {
        book.factors[1].threshold.path = [0; 13];
        book.perp_markets[0].size_margin_from = 0;
        book.perp_markets[0].size_margin_to = 0;
    });
    stage.move_sol(155);
    refuses_both(&mut stage, PlimsollError::LiquidationSpiral);
}

#[test]
fn a_pool_at_its_limit_takes_no_more_on() {
    let mut stage = PositionStage::two_sided().sol_at(180);
    edit_book(&mut stage.world, |book| book.pool.params.requirement_share_ppm = 0);
    // closing a long leaves the shorts alone against the pool
    let instruction = liquidate(&stage, request(true));
    refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], PlimsollError::PoolRequirement);
    let instruction = liquidate(&stage, request(false));
    stage.world.must(&[instruction], &[&stage.liquidator.keypair]);
    stage.assert_ledger();
}

#[test]
fn a_liquidator_who_could_not_carry_the_position_is_refused() {
    let mut stage = unhealthy();
    let pauper = stage.holder(100);
    refuses_liquidator(&mut stage, &pauper, PlimsollError::LiquidatorHealth);
}

#[test]
fn an_account_that_may_not_hold_the_market_is_refused() {
    let mut stage = unhealthy();
    let liquidator = stage.liquidator.account;
    edit_account(&mut stage.world, liquidator, |account| {
        account.mode = MODE_ISOLATED;
        account.isolated_market = BTC_PERP;
    });
    refuses_both(&mut stage, PlimsollError::IsolatedMarket);

    let mut stage = unhealthy();
    let long = stage.long.account;
    edit_account(&mut stage.world, long, |account| account.mode = UNKNOWN_MODE);
    refuses_both(&mut stage, PlimsollError::AccountMode);
}

#[test]
fn a_liquidator_with_a_debt_that_was_not_accrued_lately_is_refused() {
    let mut stage = unhealthy();
    let btc = stage.world.assets[2];
    let _lender = stage.world.depositor(&btc, btc.atoms(1));
    stage.world.borrow(&stage.liquidator, &btc, 1_000).expect("a borrow");
    stage.world.advance_refreshed(3_601);
    let instruction = liquidate(&stage, request(false));
    refuses(&mut stage.world, &instruction, &[&stage.liquidator.keypair], PlimsollError::ReserveStale);
}
