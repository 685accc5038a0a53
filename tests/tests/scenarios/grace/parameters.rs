//! Every parameter at each of its bounds, at once, again and again; delisting.

use bytemuck::{Pod, bytes_of};
use plimsoll_client::instructions;
use plimsoll_tests::Signer;
use plimsoll_tests::assets::{book_params, factor_params, reserve_params};
use plimsoll_tests::perps::{perp_params, pool_params};

use super::setters::{change_book, change_factor, change_reserve};
use super::{GRACE_STEPS, Stage};
use crate::bounds::{BOOK_WITHIN, Change, FACTOR_WITHIN, PERP_WITHIN, POOL_WITHIN, RESERVE_WITHIN};
use crate::perp_story::SOL_PERP;

/// Threads that the runs are spread over.
const THREADS: usize = 2;

/// One change of each kind: the number-th, around again where there are fewer of a kind.
fn pick<P>(changes: &[Change<P>], number: usize) -> Change<P> {
    changes[number % changes.len()]
}

/// Sets one field of everything to a bound: factors and reserves of USDC and SOL, SOL's market, the pool, the Book. Says which.
fn set_all(stage: &mut Stage, number: usize) -> String {
    let (factor, reserve) = (pick(FACTOR_WITHIN, number), pick(RESERVE_WITHIN, number));
    let (perp, pool, book) = (pick(PERP_WITHIN, number), pick(POOL_WITHIN, number), pick(BOOK_WITHIN, number));
    let world = &mut stage.world;
    for index in 0..2 {
        change_factor(world, index, factor.1);
        change_reserve(world, index, reserve.1);
    }
    world.change_perp(SOL_PERP, perp.1);
    world.change_pool(pool.1);
    change_book(world, book.1);
    [factor.0, reserve.0, perp.0, pool.0, book.0].join("; ")
}

/// Sets everything back to what the stage was promised under.
fn set_back(stage: &mut Stage, original: &plimsoll_client::plimsoll::state::Book) {
    let world = &mut stage.world;
    for index in 0..2 {
        change_factor(world, index, |params| *params = original.factors[usize::from(index)].params);
        change_reserve(world, index, |params| *params = original.reserves[usize::from(index)].params);
    }
    world.change_perp(SOL_PERP, |params| *params = original.perp_markets[usize::from(SOL_PERP)].params);
    world.change_pool(|params| *params = original.pool.params);
    change_book(world, |params| *params = original.params);
}

/// An hour after one change of everything, cranked at every step.
fn an_hour_after(number: usize) {
    let mut stage = Stage::new();
    let what = set_all(&mut stage, number);
    stage.assert_kept(&what);
    for step in 1..=GRACE_STEPS {
        stage.next_step();
        stage.fold();
        stage.assert_kept(&format!("step {step} after {what}"));
    }
}

/// INV-GRACE: set_factor_params, set_reserve_params, set_perp_params, set_pool_params and set_book_params, each field at each bound.
#[test]
fn no_parameter_moves_an_announced_line() {
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || (thread..FACTOR_WITHIN.len()).step_by(THREADS).for_each(an_hour_after));
        }
    });
}

/// INV-GRACE: another change and back again at every step of the hour, before the crank and after it.
#[test]
fn changes_that_come_and_go_move_no_announced_line() {
    for start in [0, FACTOR_WITHIN.len() / 2, FACTOR_WITHIN.len() - 1] {
        let mut stage = Stage::new();
        let original = stage.world.book_state();
        for step in 0..=GRACE_STEPS {
            if step > 0 {
                stage.next_step();
            }
            let what = set_all(&mut stage, start + step);
            stage.assert_kept(&what);
            if step > 0 {
                stage.fold();
            }
            stage.assert_kept(&format!("step {step}, folded after {what}"));
            set_back(&mut stage, &original);
            stage.assert_kept(&format!("step {step}, back from {what}"));
        }
    }
}

/// INV-GRACE: a market named for delisting closes nobody within the hour.
#[test]
fn a_delisting_moves_no_announced_line() {
    let mut stage = Stage::new();
    let (group, admin, book) = (stage.world.group, stage.world.admin.pubkey(), stage.world.book);
    stage.govern(instructions::delist_perp_market(group, admin, book, SOL_PERP));
    stage.assert_kept("delisting");
    for step in 1..=GRACE_STEPS {
        stage.next_step();
        stage.fold();
        stage.assert_kept(&format!("step {step} after delisting"));
    }
}

/// Which 32-bit words of a parameter struct no change moves.
fn unmoved<P: Pod>(start: P, changes: &[Change<P>]) -> Vec<usize> {
    let words = |params: &P| bytes_of(params).chunks(4).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let before = words(&start);
    let mut moved = vec![false; before.len()];
    for (_, change) in changes {
        let mut changed = start;
        change(&mut changed);
        for ((moved, before), after) in moved.iter_mut().zip(&before).zip(words(&changed)) {
            *moved |= *before != after;
        }
    }
    (0..moved.len()).filter(|word| !moved[*word]).collect()
}

/// A field that is added without a change here would not be tried.
#[test]
fn every_field_of_every_parameter_is_tried() {
    assert!(unmoved(factor_params(30_000), FACTOR_WITHIN).is_empty());
    // `reserved`
    assert_eq!(unmoved(perp_params(9), PERP_WITHIN), [17]);
    // the upper half of an executor's fee, which is ten dollars at most
    assert_eq!(unmoved(pool_params(), POOL_WITHIN), [3]);
    // `reserved`
    assert_eq!(unmoved(reserve_params(), RESERVE_WITHIN), [15]);
    // grid and grace are fixed: `GridFixed`
    assert_eq!(unmoved(book_params(), BOOK_WITHIN), [2, 3]);
}
