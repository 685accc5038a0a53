//! `set_scenarios`: rows of the newest grid, which the tide announces.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::ScenariosSet;
use plimsoll_client::plimsoll::state::Scenario;
use plimsoll_client::{Instruction, instructions};
use plimsoll_tests::risk::scenario;
use plimsoll_tests::{Signer, World};
use solana_message::Message;

use crate::expect::{emits, refuses};
use crate::wrong_accounts::refuses_wrong_governance;

/// One margin.
const ONE: i16 = 1 << 12;
/// What a transaction may hold.
const PACKET_BYTES: usize = 1_232;

fn set(world: &World, first_row: u8, count: u8, rows: Vec<Scenario>) -> Instruction {
    instructions::set_scenarios(world.group, world.admin.pubkey(), world.book, (first_row, count), rows)
}

#[test]
fn rows_change_the_newest_grid_alone() {
    let mut world = World::with_majors();
    let before = world.book_state();
    let rows = vec![scenario(-ONE, 0), scenario(ONE, 410)];
    let set = set(&world, 3, 5, rows.clone());
    let event = ScenariosSet { book: world.book, first_row: 3, rows: 2, count: 5 };
    emits(&mut world, &set, &[], &event);

    let after = world.book_state();
    let newest = after.model_newest;
    assert_eq!((newest.scenario_count, &newest.scenarios[3..5]), (5, &rows[..]));
    let (mut others, nothing) = (newest.scenarios, scenario(0, 0));
    others[3..5].fill(nothing);
    assert!(others.iter().all(|row| *row == nothing), "another row changed");
    assert_eq!((after.model_in_force, after.model_announced), (before.model_in_force, before.model_announced));
}

#[test]
fn the_bounds_of_the_grid_are_those_of_the_rows_in_use() {
    let mut world = World::with_majors();
    assert_eq!(bounds(&world), (4_096, 0), "at least one margin");
    let rows = vec![scenario(-3 * ONE, 100), scenario(2 * ONE, 200), scenario(-8 * ONE, ONE)];
    let all = set(&world, 0, 3, rows);
    world.must(&[all], &[]);
    assert_eq!(bounds(&world), (32_768, 4_096));
    let two = set(&world, 0, 2, Vec::new());
    world.must(&[two], &[]);
    assert_eq!(bounds(&world), (12_288, 200), "the third is out of use");
    let none = set(&world, 0, 0, Vec::new());
    world.must(&[none], &[]);
    assert_eq!(bounds(&world), (4_096, 0));
}

fn bounds(world: &World) -> (u16, u16) {
    let newest = world.book_state().model_newest;
    (newest.grid_shock, newest.grid_basis)
}

#[test]
fn a_grid_of_32_rows_takes_two_transactions() {
    let mut world = World::with_majors();
    for first_row in [0, 16] {
        let rows: Vec<Scenario> = (0..16).map(|row| scenario(i16::from(first_row) * 16 + row, 1)).collect();
        let set = set(&world, first_row, first_row + 16, rows);
        let message = Message::new(std::slice::from_ref(&set), Some(&world.admin.pubkey()));
        assert!(1 + 64 + message.serialize().len() <= PACKET_BYTES);
        world.must(&[set], &[]);
    }
    let newest = world.book_state().model_newest;
    assert_eq!((newest.scenario_count, newest.scenarios[31]), (32, scenario(271, 1)));
}

#[test]
fn rows_beyond_the_grid_are_refused() {
    let mut world = World::with_majors();
    for (first_row, count, rows) in [(32, 1, 1), (31, 1, 2), (u8::MAX, 1, 1), (33, 1, 0), (0, 33, 1), (0, u8::MAX, 1)] {
        let set = set(&world, first_row, count, vec![scenario(0, 0); rows]);
        refuses(&mut world, &set, &[], PlimsollError::ScenarioRow);
    }
    let last = set(&world, 31, 32, vec![scenario(0, 0)]);
    world.must(&[last], &[]);
}

#[test]
fn bases_out_of_range_are_refused() {
    let mut world = World::with_majors();
    for basis in [-1, i16::MIN, ONE + 1, i16::MAX] {
        let set = set(&world, 0, 2, vec![scenario(1, 1), scenario(0, basis)]);
        refuses(&mut world, &set, &[], PlimsollError::ScenarioOutOfRange);
    }
    // sixteen bits hold no shock beyond 8 margins
    let widest = set(&world, 0, 2, vec![scenario(i16::MIN, 0), scenario(i16::MAX, ONE)]);
    world.must(&[widest], &[]);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, 0, 1, vec![scenario(ONE, 0)]);
    refuses_wrong_governance(&mut world, &set);
}
