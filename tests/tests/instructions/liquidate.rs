//! `liquidate`: debt and collateral move between two margin accounts; who is liquidated ends healthier.

mod hedged;
mod perps;
mod refused;
mod wrong;

use plimsoll_client::plimsoll::events::Liquidated;
use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::{Instruction, health, instructions};
use plimsoll_tests::{Asset, Signer, World};

use crate::expect::{assert_emitted, emitted};
use crate::oracles::ONE_E8;
use crate::stage::{Stage, move_price, reserve_of, shares_of, stranger};

/// Bob owes 16,000 USDC against 100 SOL, whose price fell from 200 to this many dollars.
pub(super) fn fallen_to(dollars: i64) -> Stage {
    let mut stage = Stage::new();
    stage.world.borrow(&stage.bob, &stage.usdc, stage.usdc.atoms(16_000)).expect("a borrow");
    move_price(&mut stage.world, &stage.sol.clone(), dollars * ONE_E8);
    stage
}

/// Just below maintenance, well above his debts.
pub(super) fn unhealthy() -> Stage {
    fallen_to(183)
}

/// Bob's SOL for his USDC.
pub(super) fn request(stage: &Stage, max_repay_atoms: u64) -> LiquidationRequest {
    LiquidationRequest { collateral_reserve: stage.sol.index, debt_reserve: stage.usdc.index, max_repay_atoms }
}

/// The lender takes over.
pub(super) fn liquidate(stage: &Stage, request: LiquidationRequest) -> Instruction {
    let (lender, book) = (&stage.lender, stage.world.book);
    instructions::liquidate(book, stage.bob.account, lender.account, lender.key(), request)
}

fn now(world: &World) -> u64 {
    u64::try_from(world.now()).expect("after 1970")
}

/// What an account's deposit claims and its debt owes, in atoms.
fn claim_and_debt(world: &World, account: &plimsoll_client::Pubkey, asset: &Asset) -> (u64, u64) {
    let (position, totals) = (
        world.margin_state(account).position(asset.index.into()).expect("a position"),
        reserve_of(world, asset).totals(),
    );
    (position.claim_down(&totals).expect("a claim").0, position.owed_up(&totals).expect("a debt").0)
}

#[test]
fn a_liquidation_moves_what_was_planned_and_no_tokens() {
    let mut stage = unhealthy();
    let accrue = instructions::accrue(stage.world.book);
    stage.world.must(&[accrue], &[]);
    let (book, account) = (stage.world.book_state(), stage.world.margin_state(&stage.bob.account));
    let request = request(&stage, instructions::ALL);
    let plan = health::plan(&book, &account, &request, now(&stage.world)).expect("a plan");
    let before = health::liquidation(&book, &account, now(&stage.world)).expect("health");
    let vaults = [stage.usdc, stage.sol].map(|asset| stage.world.vault_balance(&asset));
    let (bob_sol, _) = shares_of(&stage.world, &stage.bob.account, &stage.sol);
    let (_, bob_debt) = claim_and_debt(&stage.world, &stage.bob.account, &stage.usdc);
    let (lender_usdc, _) = claim_and_debt(&stage.world, &stage.lender.account, &stage.usdc);

    let instruction = liquidate(&stage, request);
    let outcome = stage.world.send(&[instruction], &[&stage.lender.keypair]);

    let (book, account) = (stage.world.book_state(), stage.world.margin_state(&stage.bob.account));
    let after = health::liquidation(&book, &account, now(&stage.world)).expect("health");
    assert_emitted(
        &outcome,
        &Liquidated {
            liquidatee: stage.bob.account,
            liquidator: stage.lender.account,
            collateral_reserve: stage.sol.index,
            debt_reserve: stage.usdc.index,
            repaid_atoms: plan.repaid.0,
            seized_atoms: plan.seized.0,
            insurance_cut_atoms: plan.insurance_cut.0,
            insurance_top_up_atoms: 0,
            value_quote_atoms: plan.value.0,
            health_before_quote_atoms: before.maintenance.0,
            health_after_quote_atoms: after.maintenance.0,
        },
    );
    assert!(before.maintenance.is_negative() && !after.maintenance.is_negative());
    assert!(after.liquidation_end.0 >= 0 && after.liquidation_end.0 < 10_000, "to the buffer and no further");
    // nobody owes SOL, so its shares are atoms
    let taken = plan.seized.0 + plan.insurance_cut.0;
    assert_eq!(shares_of(&stage.world, &stage.bob.account, &stage.sol).0, bob_sol - taken);
    assert_eq!(shares_of(&stage.world, &stage.lender.account, &stage.sol).0, plan.seized.0);
    assert_eq!(reserve_of(&stage.world, &stage.sol).insurance_atoms, plan.insurance_cut.0);
    let (_, debt) = claim_and_debt(&stage.world, &stage.bob.account, &stage.usdc);
    assert!(debt.abs_diff(bob_debt - plan.repaid.0) <= 1);
    let (deposit, _) = claim_and_debt(&stage.world, &stage.lender.account, &stage.usdc);
    assert!(deposit.abs_diff(lender_usdc - plan.repaid.0) <= 1);
    assert_eq!([stage.usdc, stage.sol].map(|asset| stage.world.vault_balance(&asset)), vaults);
    assert_eq!(account.unhealthy_since_seconds, 0);
}

#[test]
fn both_factors_and_the_account_spend_throughput() {
    let mut stage = unhealthy();
    let (request, before) = (request(&stage, instructions::ALL), stage.world.book_state());
    let instruction = liquidate(&stage, request);
    let outcome = stage.world.send(&[instruction], &[&stage.lender.keypair]);
    let spent = emitted::<Liquidated>(&outcome).value_quote_atoms;
    let after = stage.world.book_state();
    for index in [0, 1] {
        let full = before.factors[index].params.liquidation_capacity_quote_atoms;
        assert_eq!(after.factors[index].throughput_available_quote_atoms, full - spent);
        assert_eq!(after.factors[index].throughput_updated_seconds, now(&stage.world));
    }
    assert_eq!(after.factors[2].throughput_available_quote_atoms, before.factors[2].throughput_available_quote_atoms);
    let account = stage.world.margin_state(&stage.bob.account);
    let share = before.factors[0].params.liquidation_capacity_quote_atoms / 5;
    // a fifth is not exact as a ratio with 32 fractional bits
    assert!(account.throughput_available_quote_atoms.abs_diff(share - spent) < share >> 31);
}

#[test]
fn a_part_leaves_the_account_marked_until_the_rest_clears_it() {
    let mut stage = unhealthy();
    let part = liquidate(&stage, request(&stage, 1_000_000));
    stage.world.must(&[part], &[&stage.lender.keypair]);
    let since = stage.world.margin_state(&stage.bob.account).unhealthy_since_seconds;
    assert_eq!(since, now(&stage.world));

    stage.world.advance_refreshed(3);
    let another = liquidate(&stage, request(&stage, 1_000_000));
    stage.world.must(&[another], &[&stage.lender.keypair]);
    assert_eq!(stage.world.margin_state(&stage.bob.account).unhealthy_since_seconds, since, "first seen then");

    let rest = liquidate(&stage, request(&stage, instructions::ALL));
    stage.world.must(&[rest], &[&stage.lender.keypair]);
    assert_eq!(stage.world.margin_state(&stage.bob.account).unhealthy_since_seconds, 0);
}

#[test]
fn the_liquidators_delegate_may_sign() {
    let mut stage = unhealthy();
    let delegate = stranger(&mut stage.world.svm);
    let name = instructions::set_delegate(stage.lender.account, stage.lender.key(), delegate.pubkey());
    stage.world.must(&[name], &[&stage.lender.keypair]);
    let (book, request) = (stage.world.book, request(&stage, instructions::ALL));
    let instruction =
        instructions::liquidate(book, stage.bob.account, stage.lender.account, delegate.pubkey(), request);
    stage.world.must(&[instruction], &[&delegate]);
}

#[test]
fn insurance_adds_to_the_bonus_of_who_has_hardly_more_than_he_owes() {
    let mut stage = fallen_to(161);
    let source = stage.world.create_token_account(&stage.usdc, &stage.lender.key(), stage.usdc.atoms(500));
    let amount_atoms = stage.usdc.atoms(500);
    let fund = instructions::fund_insurance(&stage.usdc.keys(), stage.lender.key(), source, amount_atoms);
    stage.world.must(&[fund], &[&stage.lender.keypair]);
    move_price(&mut stage.world, &stage.sol.clone(), 16_020 * ONE_E8 / 100);
    let before = reserve_of(&stage.world, &stage.usdc).insurance_atoms;
    let instruction = liquidate(&stage, request(&stage, stage.usdc.atoms(5_000)));
    let outcome = stage.world.send(&[instruction], &[&stage.lender.keypair]);
    let event: Liquidated = emitted(&outcome);
    assert_eq!((event.repaid_atoms, event.insurance_cut_atoms), (stage.usdc.atoms(5_000), 0));
    assert!(event.insurance_top_up_atoms > 0, "insurance added nothing");
    let left = reserve_of(&stage.world, &stage.usdc).insurance_atoms;
    // accrual adds a few atoms
    assert!(left.abs_diff(before - event.insurance_top_up_atoms) < 1_000);
    assert!(event.health_after_quote_atoms > event.health_before_quote_atoms);
}
