//! `stress_account`: the ladder of losses as return data.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_PORTFOLIO};
use plimsoll_client::stress::{self, StressReport};
use plimsoll_client::{Pubkey, instructions};
use plimsoll_tests::World;

use crate::expect::{events, refuses};
use crate::hedged_stage::HedgedStage;
use crate::position_stage::SOL_PERP;
use crate::stage::{UNKNOWN_MODE, account_elsewhere, edit_account, elsewhere, leave_pending};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

/// What the program returns, which must be what a client computes, and changes nothing.
#[track_caller]
fn report(world: &mut World, account: Pubkey) -> StressReport {
    let before = (world.book_state(), world.margin_state(&account));
    let outcome = world.send(&[instructions::stress_account(world.book, account)], &[]);
    assert!(events(&outcome).is_empty());
    let returned = outcome.expect("a report").return_data.data;
    assert!(returned.len() <= 1_024);
    let report = stress::report(&returned).expect("a report");
    let after = (world.book_state(), world.margin_state(&account));
    assert!(bytemuck::bytes_of(&*before.0) == bytemuck::bytes_of(&*after.0));
    assert!(bytemuck::bytes_of(&*before.1) == bytemuck::bytes_of(&*after.1));
    assert_eq!(report, stress::of(&after.0, &after.1, world.now().unsigned_abs()).expect("the client's"));
    report
}

#[test]
fn a_hedge_shows_its_basis_in_every_row() {
    let mut stage = HedgedStage::geared();
    let report = report(&mut stage.world, stage.hedger.account);
    assert_eq!(report.rows, 4);
    // 500 SOL of hedge at 200, a fifth of SOL's maintenance margin: the shocks cancel, but for a quote atom of rounding each
    let margin = stage.world.book_state().factors[1].maintenance_margin(stage.now() / 300).to_bits();
    let basis = (i128::from(margin) * 100_000_000_000 / 5) >> 32;
    for loss in &report.losses_quote_atoms[..4] {
        let off = (i128::from(*loss) - basis).abs();
        assert!(off < 100_000_000, "{loss} of about {basis}");
    }
    assert_eq!(report.losses_quote_atoms[4..], [0; 28]);
}

#[test]
fn healths_and_requirements_are_those_of_the_mode() {
    let mut stage = HedgedStage::open();
    for mode in [MODE_CROSS, MODE_PORTFOLIO] {
        stage.world.set_mode(&stage.hedger, mode).expect("a mode");
        let health = stage.world.health_in(&stage.hedger, mode);
        let equity = stage.world.cross_health(&stage.hedger).equity().0;
        let report = report(&mut stage.world, stage.hedger.account);
        assert_eq!(i128::from(report.equity_quote_atoms), equity);
        assert_eq!(i128::from(report.maintenance_health_quote_atoms), health.maintenance.0);
        assert_eq!(i128::from(report.maintenance_requirement_quote_atoms), equity - health.maintenance.0);
    }
}

#[test]
fn a_naked_short_loses_where_prices_rise() {
    let mut stage = HedgedStage::open();
    let usdc = stage.usdc;
    let short = stage.world.depositor(&usdc, usdc.atoms(50_000));
    stage.world.trade(&short, 0, -100_000_000_000).expect("a sale");
    let report = report(&mut stage.world, short.account);
    let [down, up, sol_up, sol_down] = report.losses_quote_atoms[..4] else { panic!("four rows") };
    assert!(up > sol_up && sol_up > 0, "{up} {sol_up}");
    assert!(down < sol_down && sol_down < 0, "a gain is negative: {down} {sol_down}");
}

#[test]
fn an_empty_account_loses_nothing() {
    let mut stage = HedgedStage::new();
    let empty = stage.world.trader();
    let report = report(&mut stage.world, empty.account);
    let nothing = StressReport {
        equity_quote_atoms: 0,
        maintenance_health_quote_atoms: 0,
        maintenance_requirement_quote_atoms: 0,
        rows: 0,
        losses_quote_atoms: [0; 32],
    };
    assert_eq!(report, nothing);
}

#[test]
fn what_cannot_be_evaluated_is_refused() {
    let mut stage = HedgedStage::open();
    let (book, account) = (stage.world.book, stage.hedger.account);
    let instruction = instructions::stress_account(book, account);
    stage.world.advance_refreshed(3_601);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::FundingStale);
    stage.world.must(&[instructions::update_funding(book, SOL_PERP)], &[]);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::ReserveStale);
    stage.world.bring_up();
    edit_account(&mut stage.world, account, |account| account.mode = UNKNOWN_MODE);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::AccountMode);
    edit_account(&mut stage.world, account, |account| account.mode = MODE_CROSS);
    let sol = stage.sol;
    leave_pending(&mut stage.world, &sol);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::PricePending);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = HedgedStage::open();
    let (book, account) = (stage.world.book, stage.hedger.account);
    let instruction = instructions::stress_account(book, account);
    for impostor in [book, account] {
        refuses_impostors(&mut stage.world, &instruction, &[], impostor);
    }
    refuses_other_versions(&mut stage.world, &instruction, &[], &[book, account]);
    let other = elsewhere(&mut stage.world);
    let theirs = account_elsewhere(&mut stage.world, &stage.hedger.keypair, other.group);
    for (right, wrong) in [(book, other.book), (account, theirs)] {
        refuses(&mut stage.world, &swapped(&instruction, right, wrong), &[], PlimsollError::WrongGroup);
    }
}
