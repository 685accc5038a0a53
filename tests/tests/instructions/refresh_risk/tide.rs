//! The tide: what was announced comes into force, what is newest is announced, two graces after the time before and by a fold alone.

use anchor_lang::Event;
use plimsoll_client::instructions::{self, refresh_risk};
use plimsoll_client::plimsoll::events::{RiskRefreshed, TideTurned};
use plimsoll_client::plimsoll::state::factor::ImpactState;
use plimsoll_client::plimsoll::state::{Book, PortfolioModel};
use plimsoll_risk::portfolio::correlations;
use plimsoll_risk::quantities::Ratio;
use plimsoll_tests::risk::{GRACE_SECONDS, GRID_SECONDS, profile, scenario};
use plimsoll_tests::{Signer, World, assets};

use super::step;
use crate::expect::events;
use crate::oracles::ONE_E8;
use crate::perp_stage::{PerpStage, SOL};

const SOL_FACTOR: u8 = 1;
/// One margin.
const ONE: i16 = 1 << 12;

/// What the tide holds of SOL's impact and of the portfolio: in force, announced, newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tides {
    impacts: [ImpactState; 3],
    models: [PortfolioModel; 3],
}

fn tides(world: &World) -> Tides {
    let book = world.book_state();
    let sol = book.factors[1].liquidity;
    Tides {
        impacts: [sol.in_force, sol.announced, sol.newest],
        models: [book.model_in_force, book.model_announced, book.model_newest],
    }
}

/// The majors; SOL has a profile and the grid a row.
fn world_with_profile() -> World {
    let mut world = World::with_majors();
    world.set_profile(SOL_FACTOR, profile()).expect("a profile");
    set_rows(&mut world, 1);
    world
}

fn set_rows(world: &mut World, count: u8) {
    let rows = vec![scenario(-ONE, 0); count.into()];
    world.must(&[instructions::set_scenarios(world.group, world.admin.pubkey(), world.book, (0, count), rows)], &[]);
}

#[test]
fn the_first_fold_begins_the_first_tide() {
    let mut world = world_with_profile();
    let before = tides(&world);
    // seven seconds into a step: the tide begins when the fold comes
    world.advance_refreshed(GRID_SECONDS);
    world.advance(7);
    let outcome = world.send(&[refresh_risk(world.book, &[])], &[]);
    let (book, announced_seconds) = (world.book, world.now().unsigned_abs());
    let folded = RiskRefreshed { book, step: step(&world), sampled: 0b1111 };
    let turned = TideTurned { book, tide: 1, announced_seconds };
    assert!(events(&outcome) == [folded.data(), turned.data()], "other events than expected");

    let (after, state) = (tides(&world), world.book_state());
    assert_eq!((state.tides, state.announced_seconds), (1, announced_seconds));
    assert_eq!(after.impacts, [ImpactState::default(), before.impacts[2], before.impacts[2]]);
    assert_eq!((after.models[0], after.models[1]), (before.models[1], after.models[2]));
    assert_eq!(after.models[1].scenarios, before.models[2].scenarios);
}

#[test]
fn a_tide_lasts_two_graces() {
    let mut world = world_with_profile();
    world.fold().expect("a fold");
    let first = tides(&world);
    for number in 1..2 * GRACE_SECONDS / GRID_SECONDS {
        world.fold().expect("a fold");
        assert_eq!(world.book_state().tides, 1, "fold {number} turned the tide");
    }
    world.fold().expect("a fold");
    let second = tides(&world);
    assert_eq!(world.book_state().tides, 2);
    assert_eq!(
        (second.impacts[0], second.models[0]),
        (first.impacts[1], first.models[1]),
        "what was announced is in force"
    );
    assert_eq!((second.impacts[1], second.models[1]), (second.impacts[2], second.models[2]));
}

#[test]
fn nothing_that_is_set_moves_what_is_in_force_or_announced() {
    let mut world = world_with_profile();
    world.turn_tide();
    world.turn_tide();
    let Tides { impacts: [in_force, announced, newest], models: [model, announced_model, newest_model] } =
        tides(&world);
    let (group, book, admin) = (world.group, world.book, world.admin.pubkey());

    let mut params = assets::factor_params(30_000);
    params.impact_multiple_ppm *= 2;
    let mut book_params = assets::book_params();
    (book_params.correlation_shrinkage_ppm, book_params.hedged_floor_ppm) = (900_000, 800_000);
    book_params.concentration_share_ppm = 100_000;
    let changes = [
        instructions::set_factor_params(group, admin, book, SOL_FACTOR, params),
        instructions::set_book_params(group, admin, book, book_params),
        instructions::set_implied_feed(group, admin, book, SOL_FACTOR, [9; 32]),
    ];
    for change in changes {
        world.must(&[change], &[]);
    }
    set_rows(&mut world, 9);
    let sol = world.assets[1];
    world.depositor(&sol, sol.atoms(1_000_000));
    for _ in 0..3 {
        world.fold().expect("a fold");
    }

    let now = tides(&world);
    assert_eq!((&now.impacts[..2], &now.models[..2]), (&[in_force, announced][..], &[model, announced_model][..]));
    assert!(now.impacts[2].unit >= 2 * newest.unit - 2, "the newest follows");
    assert_ne!(now.models[2], newest_model);
    assert_eq!((now.models[2].correlation_shrinkage_ppm, now.models[2].hedged_floor_ppm), (900_000, 800_000));
    world.turn_tide();
    let turned = tides(&world);
    assert_eq!(turned.impacts[1].unit, now.impacts[2].unit);
    assert!(
        turned.impacts[1].concentrated_long > now.impacts[2].concentrated_long,
        "the deposit is counted as it turns"
    );
    assert_eq!(turned.models[1].scenario_count, 9);
}

#[test]
fn a_delayed_fold_delays_the_next_tide_and_shortens_no_notice() {
    let mut world = world_with_profile();
    world.turn_tide();
    world.advance(3 * GRACE_SECONDS + 11);
    world.fold().expect("a fold");
    let (book, turned) = (world.book_state(), world.now().unsigned_abs());
    assert_eq!((book.tides, book.announced_seconds), (2, turned));
    let walked = |after: u64| Book::tide(&book).walked_down(turned + after);
    assert_eq!((walked(0), walked(3_600)), (Ratio::ZERO, Ratio::ZERO), "a grace of notice");
    assert_eq!((walked(5_400), walked(7_200)), (Ratio::from_bits(1 << 31), Ratio::ONE));
}

/// Ratios and roots, compared to six digits.
#[track_caller]
#[allow(clippy::cast_precision_loss)]
fn assert_concentrated(mantissa: u64, unit: u64, dollars: f64) {
    let multiple = mantissa as f64 / 2f64.powi(32);
    // a hundredth of it, in quote atoms
    let expected = unit as f64 / 2f64.powi(64) * (dollars * 1e6 * 0.01).sqrt();
    assert!((multiple / expected - 1.0).abs() < 1e-6, "{multiple} instead of {expected}");
}

#[test]
fn what_the_book_holds_of_a_factor_is_counted_on_both_sides() {
    let mut stage = PerpStage::with_position(40 * SOL);
    let sol = stage.sol;
    stage.world.depositor(&sol, sol.atoms(10_000));
    stage.world.borrow(&stage.alice, &sol, sol.atoms(60)).expect("a loan");
    let short = stage.world.depositor(&stage.usdc, stage.usdc.atoms(100_000));
    stage.world.trade(&short, 0, -100 * SOL).expect("a sale");
    stage.world.set_profile(SOL_FACTOR, profile()).expect("a profile");
    let ImpactState { unit, concentrated_long, concentrated_short } = tides(&stage.world).impacts[2];
    // 10,000 deposited and 40 long; 60 owed and 100 short; 200 dollars each
    assert_concentrated(concentrated_long, unit, 10_040.0 * 200.0);
    assert_concentrated(concentrated_short, unit, 160.0 * 200.0);
}

#[test]
fn every_fold_renews_the_newest_correlations_alone() {
    let mut world = world_with_profile();
    world.fold().expect("a fold");
    let announced = tides(&world).models[1];
    for (index, price) in [(1, 205 * ONE_E8), (2, 122_000 * ONE_E8)] {
        let asset = world.assets[index];
        world.publish(&asset, price);
    }
    world.fold().expect("a fold");
    let (book, after) = (world.book_state(), tides(&world).models);
    let mut expected = [0; 120];
    correlations(&book.covariance, &mut expected);
    assert_eq!(after[2].correlations, expected);
    // SOL and BTC: the row after USDC's fifteen pairs
    assert!(expected[15] > 30_000, "they rose together: {}", expected[15]);
    assert_eq!(after[1], announced);
}
