//! `liquidate_perp`: a position moves to the liquidator or closes against the pool; who is liquidated ends healthier.

mod refused;
mod wrong;

use plimsoll_client::plimsoll::events::PerpLiquidated;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::plimsoll::perp_liquidation;
use plimsoll_client::{Instruction, health, instructions, perps};
use plimsoll_risk::liquidation::PerpLiquidationPlan;
use plimsoll_tests::{Signer, Trader};

use crate::expect::emitted;
use crate::position_stage::{LONG, PositionStage, SOL_PERP};
use crate::stage::{edit_account, edit_book, stranger};

/// As much of the long's SOL-PERP as is needed.
pub(super) const fn request(against_pool: bool) -> PerpLiquidationRequest {
    PerpLiquidationRequest { market: SOL_PERP, max_base_atoms: u64::MAX, against_pool }
}

/// Just below maintenance, with half of its deposit left.
pub(super) fn unhealthy() -> PositionStage {
    PositionStage::new().sol_at(180)
}

/// The stage's liquidator for its long.
pub(super) fn liquidate(stage: &PositionStage, request: PerpLiquidationRequest) -> Instruction {
    let (liquidator, book) = (&stage.liquidator, stage.world.book);
    instructions::liquidate_perp(book, stage.long.account, liquidator.account, liquidator.key(), request)
}

/// What a client expects: the program's own plan, on its own copy of the Book.
fn planned(stage: &PositionStage, account: &Trader, request: &PerpLiquidationRequest) -> PerpLiquidationPlan {
    let mut book = stage.world.book_state();
    perps::bring_funding_up(&mut book, stage.now()).expect("funding");
    let account = stage.world.margin_state(&account.account);
    let health = health::liquidation(&book, &account, stage.now()).expect("health");
    perp_liquidation::plan(&book, &account, health, request, stage.now()).expect("a plan")
}

/// Sends it, and asserts what holds of every step: the plan is the client's, health rises, and the event says so.
fn step(stage: &mut PositionStage, liquidatee: &Trader, request: PerpLiquidationRequest) -> PerpLiquidated {
    stage.bring_up(SOL_PERP);
    let plan = planned(stage, liquidatee, &request);
    let before = stage.liquidation_health(&liquidatee.account);
    let volume = stage.world.book_state().factors[1].liquidity.volume_today_quote_atoms;
    let (liquidator, book) = (&stage.liquidator, stage.world.book);
    let instruction =
        instructions::liquidate_perp(book, liquidatee.account, liquidator.account, liquidator.key(), request);
    let event: PerpLiquidated = emitted(&stage.world.send(&[instruction], &[&stage.liquidator.keypair]));
    let after = stage.liquidation_health(&liquidatee.account);

    assert_eq!((event.liquidatee, event.liquidator), (liquidatee.account, stage.liquidator.account));
    assert_eq!((event.market, event.against_pool), (SOL_PERP, request.against_pool));
    assert_eq!((event.base_atoms, event.bonus_atoms), (plan.delta.0, plan.bonus.0));
    assert_eq!(event.insurance_cut_atoms, plan.insurance_cut.0);
    assert_eq!(event.health_before_quote_atoms, before.maintenance.0);
    assert_eq!(event.health_after_quote_atoms, after.maintenance.0);
    assert!(before.maintenance.is_negative() && after.maintenance > before.maintenance);
    if !request.against_pool {
        assert_eq!(event.quote_atoms.unsigned_abs(), plan.value.0);
    }
    let traded = stage.world.book_state().factors[1].liquidity.volume_today_quote_atoms - volume;
    assert_eq!(traded, plan.value.0, "what closed is volume");
    stage.assert_ledger();
    event
}

fn long_of(stage: &PositionStage) -> Trader {
    Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account }
}

#[test]
fn the_liquidator_takes_over_at_mid_and_keeps_the_bonus() {
    let mut stage = unhealthy();
    let long = long_of(&stage);
    let before = stage.market(SOL_PERP);
    let event = step(&mut stage, &long, request(false));

    assert!(event.base_atoms < 0 && event.base_atoms > -LONG, "a part suffices");
    let taken = stage.position(&stage.liquidator.account, SOL_PERP).position;
    assert_eq!((taken.base.0, taken.entry.0), (-event.base_atoms, -event.quote_atoms));
    assert_eq!(taken.realised.0.unsigned_abs(), event.bonus_atoms);
    let left = stage.position(&long.account, SOL_PERP).position;
    assert_eq!(left.base.0, LONG + event.base_atoms);
    let after = stage.market(SOL_PERP);
    assert_eq!(after.insurance_atoms, before.insurance_atoms + event.insurance_cut_atoms);
    assert_eq!((after.long_base_atoms, after.short_base_atoms), (before.long_base_atoms, before.short_base_atoms));
    assert_eq!(after.positions, before.positions + 1);
    let end = stage.liquidation_health(&long.account).liquidation_end;
    assert!(end.0 >= 0, "to the buffer, and what is left requires less");
    assert_eq!(stage.world.margin_state(&long.account).unhealthy_since_seconds, 0);
}

#[test]
fn against_the_pool_the_position_closes_at_its_price_and_the_bonus_is_all_the_liquidator_gets() {
    let mut stage = unhealthy();
    let long = long_of(&stage);
    stage.bring_up(SOL_PERP);
    let (before, realised) = (stage.market(SOL_PERP), stage.realised(&long.account, SOL_PERP));
    let event = step(&mut stage, &long, request(true));

    let theirs = stage.position(&stage.liquidator.account, SOL_PERP).position;
    assert_eq!((theirs.base.0, theirs.entry.0), (0, 0));
    assert_eq!(theirs.realised.0.unsigned_abs(), event.bonus_atoms);
    let after = stage.market(SOL_PERP);
    let closed = event.base_atoms.unsigned_abs();
    assert_eq!(after.long_base_atoms, before.long_base_atoms - closed);
    assert_eq!(after.insurance_atoms, before.insurance_atoms + event.insurance_cut_atoms);
    assert_eq!(after.pool_quote_atoms, before.pool_quote_atoms - event.quote_atoms);
    assert!(stage.realised(&long.account, SOL_PERP) < realised);
    // long 500 of a scale of 100,000: it sells at a premium, less the confidence
    let at_mid = i64::try_from(closed * 18 / 100).expect("63 bits");
    assert!(event.quote_atoms.abs_diff(at_mid) < closed * 18 / 100 / 200);
}

#[test]
fn a_short_is_bought_back() {
    for against_pool in [false, true] {
        let mut stage = PositionStage::new();
        let short = stage.holder(20_000);
        stage.world.trade(&short, SOL_PERP, -LONG).expect("a sale");
        stage.move_sol(217);
        let event = step(&mut stage, &short, request(against_pool));
        assert!(event.base_atoms > 0 && event.quote_atoms < 0);
        let held = stage.position(&stage.liquidator.account, SOL_PERP).position.base.0;
        assert_eq!(held, if against_pool { 0 } else { -event.base_atoms });
    }
}

#[test]
fn a_part_leaves_the_account_marked_until_the_rest_clears_it() {
    let mut stage = unhealthy();
    let long = long_of(&stage);
    let part = PerpLiquidationRequest { max_base_atoms: 1_000_000_000, ..request(false) };
    let event = step(&mut stage, &long, part);
    assert_eq!(event.base_atoms, -1_000_000_000);
    let since = stage.world.margin_state(&long.account).unhealthy_since_seconds;
    assert_eq!(since, stage.now());
    stage.world.advance_refreshed(3);
    step(&mut stage, &long, part);
    assert_eq!(stage.world.margin_state(&long.account).unhealthy_since_seconds, since, "first seen then");
    step(&mut stage, &long, request(true));
    assert_eq!(stage.world.margin_state(&long.account).unhealthy_since_seconds, 0);
}

#[test]
fn all_of_it_closes_where_the_rest_would_be_dust() {
    let mut stage = unhealthy();
    let long = long_of(&stage);
    let dust = stage.usdc.atoms(90_000);
    edit_book(&mut stage.world, |book| book.params.dust_quote_atoms = dust);
    let event = step(&mut stage, &long, request(false));
    assert_eq!(event.base_atoms, -LONG);
    assert_eq!(stage.position(&long.account, SOL_PERP).position.base.0, 0);
}

#[test]
fn caps_of_open_interest_do_not_block_it() {
    for against_pool in [false, true] {
        let mut stage = unhealthy();
        let long = long_of(&stage);
        edit_book(&mut stage.world, |book| {
            book.perp_markets[0].params.max_open_interest_base_atoms = 1;
            // the pool's position shrinks, so that its limit does not bind either
            book.pool.params.requirement_share_ppm = 0;
        });
        step(&mut stage, &long, request(against_pool));
    }
}

#[test]
fn the_factor_and_the_account_spend_throughput_once() {
    let mut stage = unhealthy();
    let (long, before) = (long_of(&stage), stage.world.book_state());
    let event = step(&mut stage, &long, request(false));
    let after = stage.world.book_state();
    let full = before.factors[1].params.liquidation_capacity_quote_atoms;
    let spent = event.quote_atoms.unsigned_abs();
    assert!((full - after.factors[1].throughput_available_quote_atoms).abs_diff(spent) <= 1);
    for index in [0, 2] {
        let [was, is] = [&before, &after].map(|book| book.factors[index].throughput_available_quote_atoms);
        assert_eq!(was, is);
    }
    let account = stage.world.margin_state(&long.account);
    let left = full / 5 - spent;
    assert!(account.throughput_available_quote_atoms.abs_diff(left) < full >> 31);
    assert_eq!(account.throughput_updated_seconds, stage.now());
}

#[test]
fn an_urgent_liquidation_passes_an_empty_bucket() {
    let mut stage = PositionStage::new().sol_at(172);
    let (long, now) = (long_of(&stage), stage.now());
    edit_account(&mut stage.world, long.account, |account| {
        account.throughput_available_quote_atoms = 0;
        account.throughput_updated_seconds = now;
    });
    step(&mut stage, &long, request(false));
}

#[test]
fn against_the_pool_the_liquidator_needs_nothing_of_his_own() {
    let mut stage = unhealthy();
    let pauper = stage.holder(1);
    let (book, long) = (stage.world.book, stage.long.account);
    let instruction = instructions::liquidate_perp(book, long, pauper.account, pauper.key(), request(true));
    let event: PerpLiquidated = emitted(&stage.world.send(&[instruction], &[&pauper.keypair]));
    assert_eq!(stage.realised(&pauper.account, SOL_PERP).unsigned_abs(), event.bonus_atoms);
    stage.assert_ledger();
}

#[test]
fn the_liquidators_delegate_may_sign() {
    let mut stage = unhealthy();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.liquidator.account, stage.liquidator.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.liquidator.keypair]);
    let (book, long, liquidator) = (stage.world.book, stage.long.account, stage.liquidator.account);
    let instruction = instructions::liquidate_perp(book, long, liquidator, delegate.pubkey(), request(false));
    stage.world.must(&[instruction], &[&delegate]);
    stage.assert_ledger();
}
