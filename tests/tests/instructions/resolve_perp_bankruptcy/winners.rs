//! What the winning side bears: the same fraction of every position, whoever looks first.

use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::events::PerpBankruptcyResolved;

use super::{bankrupt, resolved};
use crate::position_stage::{LONG, PositionStage, SOL_PERP};
use crate::stage::edit_book;

/// What two positions show more than the deficit: each is rounded down when it is touched, and valued to an atom before and after.
const ROUNDED_ATOMS: core::ops::RangeInclusive<i64> = -2..=4;

/// A pool that pays nothing out of its share of the day.
fn without_pool(mut stage: PositionStage) -> PositionStage {
    edit_book(&mut stage.world, |book| book.pool.params.loss_share_ppm_per_day = 0);
    stage
}

/// Positions of the shorts before, and profits of them at mid before and after.
fn haircuts(stage: &mut PositionStage) -> (PerpBankruptcyResolved, Vec<(i64, i64)>) {
    stage.bring_up(SOL_PERP);
    let shorts: Vec<Pubkey> = stage.shorts.iter().map(|short| short.account).collect();
    let before: Vec<i64> = shorts.iter().map(|short| stage.profit(short, SOL_PERP)).collect();
    let event = resolved(stage);
    let after = shorts.iter().zip(before).map(|(short, before)| {
        let base = stage.position(short, SOL_PERP).position.base.0;
        (base, before - stage.profit(short, SOL_PERP))
    });
    let after = after.collect();
    (event, after)
}

#[test]
fn each_winner_loses_the_same_fraction_and_together_they_lose_the_deficit() {
    let mut stage = without_pool(bankrupt());
    let before = stage.market(SOL_PERP);
    let (event, after) = haircuts(&mut stage);
    assert!(event.winners_atoms > 2_000_000_000 && event.pool_atoms == 0 && event.unpaid_atoms == 0);
    assert_eq!(event.closed_against_winners_base_atoms, LONG.unsigned_abs());
    let [(small, small_loss), (large, large_loss)] = after[..] else { panic!("two shorts") };
    // 500 of 1,000 are closed: half of each
    assert_eq!((small, large), (-125_000_000_000, -375_000_000_000));
    assert!((large_loss - 3 * small_loss).abs() <= 6, "{small_loss} and {large_loss}");
    let rounded = small_loss + large_loss - i64::try_from(event.winners_atoms).expect("63 bits");
    assert!(ROUNDED_ATOMS.contains(&rounded), "{rounded} atoms more than the deficit");

    let market = stage.market(SOL_PERP);
    assert_eq!((market.long_base_atoms, market.short_base_atoms), (0, 500_000_000_000));
    assert_eq!(market.size_factor, [before.size_factor[0], before.size_factor[1] / 2]);
    assert_eq!(market.waterfall_base_atoms, event.closed_against_winners_base_atoms);
    assert_eq!(market.waterfall_quote_atoms, event.winners_atoms);
    assert_eq!(stage.world.book_state().pool.loss_today_atoms, 0);
}

/// Base, entry and realised of each short after both have settled in this order, and its deposit.
fn after_settling_in(order: [usize; 2]) -> Vec<(i64, i64, i64, u64)> {
    let mut stage = without_pool(bankrupt());
    resolved(&mut stage);
    for index in order {
        let settle = stage.settle(stage.shorts[index].account, SOL_PERP);
        stage.world.must(&[settle], &[]);
        stage.assert_ledger();
    }
    let held = stage.shorts.iter().map(|short| {
        let perp = stage.world.margin_state(&short.account).perps[0];
        let claim = stage.claim_and_debt(&short.account).0;
        (perp.base_atoms, perp.quote_entry_atoms, perp.realised_atoms, claim)
    });
    held.collect()
}

#[test]
fn it_does_not_matter_who_looks_first() {
    assert_eq!(after_settling_in([0, 1]), after_settling_in([1, 0]));
}

#[test]
fn a_smaller_side_is_closed_to_a_sixteenth_and_the_pool_takes_the_rest_at_mid() {
    let mut stage = without_pool(PositionStage::with_shorts(&[100_000_000_000, 140_000_000_000]).sol_at(155));
    // what the pool earned against the long was paid out before
    edit_book(&mut stage.world, |book| book.perp_markets[0].settled_atoms = -i64::MAX >> 2);
    let (event, after) = haircuts(&mut stage);
    assert_eq!(event.closed_base_atoms, LONG.unsigned_abs());
    assert_eq!(event.closed_against_winners_base_atoms, 225_000_000_000);
    let [(small, small_loss), (large, large_loss)] = after[..] else { panic!("two shorts") };
    assert_eq!((small, large), (-6_250_000_000, -8_750_000_000));
    assert!((7 * small_loss - 5 * large_loss).abs() <= 24, "{small_loss} and {large_loss}");
    let rounded = small_loss + large_loss - i64::try_from(event.winners_atoms).expect("63 bits");
    assert!(ROUNDED_ATOMS.contains(&rounded), "{rounded} atoms more than the deficit");
    assert_eq!((event.pool_atoms, event.unpaid_atoms), (0, 0));
}

#[test]
fn who_comes_after_it_bears_nothing_of_it() {
    let mut stage = without_pool(bankrupt());
    resolved(&mut stage);
    let latecomer = stage.holder(100_000);
    stage.world.trade(&latecomer, SOL_PERP, -100_000_000_000).expect("a sale");
    stage.bring_up(SOL_PERP);
    let position = stage.position(&latecomer.account, SOL_PERP);
    assert_eq!(position.position.base.0, -100_000_000_000);
    // premium, fee and confidence of 15,500 dollars
    assert!(position.profit().expect("a profit").0 > -200_000_000);
    stage.assert_ledger();
}

#[test]
fn longs_win_against_a_short_that_failed() {
    let mut stage = PositionStage::new();
    let short = stage.holder(20_000);
    stage.world.trade(&short, SOL_PERP, -LONG).expect("a sale");
    stage.move_sol(245);
    let mut stage = without_pool(stage);
    stage.bring_up(SOL_PERP);
    let (long, failed) = (stage.long.account, short.account);
    let before = stage.profit(&long, SOL_PERP);
    let resolve = super::resolve(&stage, failed);
    let event: PerpBankruptcyResolved = crate::expect::emitted(&stage.send(resolve));
    let borne = event.insurance_atoms + event.pool_atoms + event.winners_atoms;
    assert_eq!((borne, event.unpaid_atoms), (event.deficit_atoms, 0));
    // 15/16 of the long
    assert_eq!(event.closed_against_winners_base_atoms, 468_750_000_000);
    assert_eq!(stage.position(&long, SOL_PERP).position.base.0, LONG / 16);
    let lost = before - stage.profit(&long, SOL_PERP) - i64::try_from(event.winners_atoms).expect("63 bits");
    assert!(ROUNDED_ATOMS.contains(&lost), "{lost} atoms more than the deficit");
    stage.assert_ledger();
}
