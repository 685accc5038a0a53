//! `resolve_perp_bankruptcy`: a loss that nothing stands behind; insurance pays, then the pool, then the winners.

mod refused;
mod winners;

use plimsoll_client::plimsoll::events::{PerpBankruptcyResolved, PnlSettled};
use plimsoll_client::{Instruction, Pubkey, instructions, perps};

use crate::expect::emitted;
use crate::position_stage::{LONG, PositionStage, SOL_PERP};
use crate::stage::edit_book;

/// The long lost all it had and 2,860 dollars more; the pool, long itself, lost too.
pub(super) fn bankrupt() -> PositionStage {
    PositionStage::two_sided().sol_at(155)
}

pub(super) fn resolve(stage: &PositionStage, account: Pubkey) -> Instruction {
    instructions::resolve_perp_bankruptcy(stage.world.book, account, SOL_PERP)
}

/// Resolves the long's loss and asserts what holds of every resolution: who bears the deficit, to the atom, and what is left of the position.
pub(super) fn resolved(stage: &mut PositionStage) -> PerpBankruptcyResolved {
    stage.bring_up(SOL_PERP);
    let long = stage.long.account;
    let (profit, claim) = (stage.profit(&long, SOL_PERP), stage.claim_and_debt(&long).0);
    let held = stage.position(&long, SOL_PERP).position.base.magnitude().0;
    let event: PerpBankruptcyResolved = emitted(&stage.send(resolve(stage, long)));

    assert_eq!((event.margin_account, event.market), (long, SOL_PERP));
    assert_eq!(event.deficit_atoms, profit.unsigned_abs() - claim, "what the deposit does not cover");
    let borne = event.insurance_atoms + event.pool_atoms + event.winners_atoms + event.unpaid_atoms;
    assert_eq!(borne, event.deficit_atoms, "to the atom");
    assert_eq!(event.closed_base_atoms, held);
    let left = stage.position(&long, SOL_PERP).position;
    let paid = i64::try_from(event.deficit_atoms - event.unpaid_atoms).expect("63 bits");
    assert_eq!((left.base.0, left.entry.0, left.realised.0), (0, 0, profit + paid));
    assert_eq!(stage.world.margin_state(&long).unhealthy_since_seconds, 0);
    stage.assert_ledger();
    event
}

#[test]
fn insurance_pays_first_and_the_pool_the_rest_of_its_share_of_the_day() {
    let mut stage = bankrupt();
    let before = stage.market(SOL_PERP);
    let event = resolved(&mut stage);
    let after = stage.market(SOL_PERP);
    assert!(event.insurance_atoms > 0 && event.insurance_atoms == before.insurance_atoms);
    assert_eq!((after.insurance_atoms, event.winners_atoms, event.unpaid_atoms), (0, 0, 0));
    assert_eq!((event.closed_against_winners_base_atoms, after.waterfall_base_atoms), (0, 0));
    assert_eq!(after.size_factor, before.size_factor, "no winner is closed");
    let pool = stage.world.book_state().pool;
    assert_eq!(pool.loss_today_atoms, event.pool_atoms);
    assert_eq!(pool.day_start_seconds, stage.now() / 86_400 * 86_400);

    // what the account had pays its own part, and is gone
    let (claim, _) = stage.claim_and_debt(&stage.long.account);
    let settled: PnlSettled = emitted(&stage.send(stage.settle(stage.long.account, SOL_PERP)));
    assert_eq!((settled.settled_atoms.unsigned_abs(), settled.realised_left_atoms), (claim, 0));
    let account = stage.world.margin_state(&stage.long.account);
    assert_eq!((account.active_balances, account.active_perps), (0, 0));
    stage.assert_ledger();
}

#[test]
fn insurance_that_suffices_spares_the_pool() {
    let mut stage = bankrupt();
    let gift = stage.usdc.atoms(10_000);
    edit_book(&mut stage.world, |book| {
        // out of the pool's books, so that the market still sums to zero
        book.perp_markets[0].insurance_atoms += gift;
        book.perp_markets[0].pool_quote_atoms -= i64::try_from(gift).expect("63 bits");
    });
    let before = stage.market(SOL_PERP).insurance_atoms;
    let event = resolved(&mut stage);
    assert_eq!((event.insurance_atoms, event.pool_atoms), (event.deficit_atoms, 0));
    assert_eq!(stage.market(SOL_PERP).insurance_atoms, before - event.deficit_atoms);
    assert_eq!(stage.world.book_state().pool.loss_today_atoms, 0);
}

#[test]
fn what_the_pool_earned_in_the_market_pays_before_its_share_of_the_day() {
    let mut stage = PositionStage::new().sol_at(155);
    edit_book(&mut stage.world, |book| book.pool.params.loss_share_ppm_per_day = 0);
    // the pool was short against the long alone, and won what he lost
    let event = resolved(&mut stage);
    assert_eq!(event.pool_atoms, event.deficit_atoms - event.insurance_atoms);
    assert_eq!(stage.world.book_state().pool.loss_today_atoms, 0);
    assert_eq!(stage.market(SOL_PERP).long_base_atoms, 0);
}

#[test]
fn what_the_pool_paid_today_counts_until_midnight() {
    for (days_ago, pays) in [(0, false), (1, true)] {
        let mut stage = bankrupt();
        let today = stage.now() / 86_400 * 86_400;
        edit_book(&mut stage.world, |book| {
            book.pool.day_start_seconds = today - days_ago * 86_400;
            book.pool.loss_today_atoms = u64::MAX >> 2;
        });
        let event = resolved(&mut stage);
        let uninsured = event.deficit_atoms - event.insurance_atoms;
        let expected = if pays { (uninsured, 0) } else { (0, uninsured) };
        assert_eq!((event.pool_atoms, event.winners_atoms), expected);
    }
}

#[test]
fn the_pools_share_is_a_part_of_its_equity() {
    let mut stage = bankrupt();
    edit_book(&mut stage.world, |book| book.pool.params.loss_share_ppm_per_day = 100);
    stage.bring_up(SOL_PERP);
    let equity = perps::pool_equity(&stage.world.book_state()).expect("equity").mid.0;
    let event = resolved(&mut stage);
    let share = u64::try_from(equity / 10_000).expect("64 bits");
    // a hundredth of a per cent is not exact as a ratio with 32 fractional bits
    assert!(share.abs_diff(event.pool_atoms) < share / 100_000, "{} of {share}", event.pool_atoms);
    assert!(event.winners_atoms > 0 && event.unpaid_atoms == 0);
}

#[test]
fn where_nobody_won_the_pool_pays_as_far_as_its_equity_reaches() {
    let mut stage = PositionStage::new().sol_at(155);
    let thousand = 1_000_000_000;
    edit_book(&mut stage.world, |book| {
        book.pool.params.loss_share_ppm_per_day = 0;
        let market = &mut book.perp_markets[0];
        // it was paid out what it earned before, and has one thousand left
        market.settled_atoms = -i64::MAX >> 2;
        let worth = LONG / 1_000 * 155;
        book.pool.deposit_shares = u64::try_from(thousand + worth - market.pool_quote_atoms).unwrap_or(0);
    });
    stage.bring_up(SOL_PERP);
    let equity = perps::pool_equity(&stage.world.book_state()).expect("equity").mid.0;
    let event = resolved(&mut stage);
    assert_eq!(event.winners_atoms, 0);
    let uninsured = event.deficit_atoms - event.insurance_atoms;
    assert_eq!(u128::from(event.pool_atoms), equity.unsigned_abs().min(uninsured.into()));
    assert_eq!(event.unpaid_atoms, uninsured - event.pool_atoms);
}

#[test]
fn a_loss_that_was_closed_before_is_resolved_too() {
    let mut stage = PositionStage::new();
    let isolated = stage.isolated(20_000);
    stage.world.trade(&isolated, SOL_PERP, LONG).expect("a purchase");
    stage.move_sol(155);
    stage.close(&isolated, SOL_PERP);
    let settled: PnlSettled = emitted(&stage.send(stage.settle(isolated.account, SOL_PERP)));
    let event: PerpBankruptcyResolved = emitted(&stage.send(resolve(&stage, isolated.account)));
    assert_eq!(event.deficit_atoms, settled.realised_left_atoms.unsigned_abs());
    assert_eq!((event.closed_base_atoms, event.winners_atoms, event.unpaid_atoms), (0, 0, 0));
    assert_eq!(stage.world.margin_state(&isolated.account).active_perps, 0);
    stage.assert_ledger();
}

#[test]
fn deposits_worth_no_more_than_dust_do_not_hinder() {
    let mut stage = bankrupt();
    let btc = stage.world.assets[2];
    let long = plimsoll_tests::Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    // 60 cents
    stage.world.deposit(&long, &btc, 500).expect("a deposit");
    resolved(&mut stage);
}
