//! What the promise leaves out, at its worst: interest and funding under parameters that the admin sets at once, and walks in the owner's favour.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::state::PerpMarketParams;
use plimsoll_client::{instructions, perps};
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::{Trader, World, assert_refused};

use super::GRACE_STEPS;
use super::setters::{change_book, change_factor, change_reserve};
use super::stage::{Stage, lines};
use crate::perp_story::{self, SOL, SOL_PERP, USDC};
use crate::story;

/// What somebody's SOL position is worth to him, in quote atoms.
fn profit(stage: &Stage, index: usize) -> i64 {
    let account = stage.world.margin_state(&stage.promised[index].trader.account);
    perps::position(&stage.world.book_state(), &account, SOL_PERP).expect("a market").profit().expect("a profit").0
}

/// An hour passes, cranked at every step; the lines come as announced.
fn pass_an_hour(stage: &mut Stage) {
    for step in 1..=GRACE_STEPS {
        stage.next_step();
        stage.fold();
        stage.assert_lines(&format!("step {step}"));
    }
}

/// The most extreme funding that the bounds admit, set at once: everything at full speed, no cap that binds.
fn fastest_funding(params: &mut PerpMarketParams) {
    params.max_open_interest_base_atoms = 1;
    params.min_base_atoms = 0;
    params.skew_scale_base_atoms = 1 << 20;
    params.size_margin_ppm = 0;
    params.max_funding_velocity_ppm = 100_000_000;
    params.funding_cap_ppm = 1_000_000;
}

/// Funding is no line. At the bounds of its parameters it takes ½·100/day²·(1 h)² = 8.68 % of a position within the hour, by law of its velocity.
#[test]
fn funding_at_its_bounds_takes_what_its_velocity_allows() {
    let mut stage = Stage::new();
    let usdc = stage.world.assets[0];
    let whale = stage.world.depositor(&usdc, 1_000_000 * USDC);
    stage.world.trade(&whale, SOL_PERP, 2_000 * SOL).expect("a skew");
    stage.bring_up();
    stage.world.change_perp(SOL_PERP, fastest_funding);
    for factor in 0..2 {
        change_factor(&mut stage.world, factor, |params| params.initial_gap_ppm = 1_000_000);
    }
    let long = stage.index_of("the long");
    let (before, started) = (profit(&stage, long), stage.world.now());
    let rate = stage.world.book_state().perp_markets[usize::from(SOL_PERP)].funding_rate;
    pass_an_hour(&mut stage);

    #[allow(clippy::cast_precision_loss)] // dollars, and a rate of 48 fractional bits
    let (taken, days, rate) = (
        (before - profit(&stage, long)) as f64 / 20_000e6,
        (stage.world.now() - started) as f64 / 86_400.0,
        rate as f64 / 2f64.powi(48),
    );
    // an atom is lost to rounding at each update
    let bound = rate * days + 50.0 * days * days + 1e-9;
    println!("funding took {taken:.6} of the position within the hour, proven {bound:.6}");
    assert!(taken <= bound && taken >= 0.95 * bound, "funding took {taken:.6}, proven {bound:.6}");
    assert!(stage.liquidate(long)[0].is_ok(), "funding at its bounds reaches the long within the hour");
}

/// Interest is no line. At the bounds of its parameters, with all of a reserve lent out, it takes 16·1,000 % a year: 1.83 % of a debt an hour.
#[test]
fn interest_at_its_bounds_takes_what_its_curve_allows() {
    let mut stage = Stage::new();
    let [usdc, sol] = [stage.world.assets[0], stage.world.assets[1]];
    let whale = stage.world.depositor(&usdc, 4_000_000 * USDC);
    stage.world.borrow(&whale, &sol, sol.atoms(9_900)).expect("nearly all SOL");
    change_reserve(&mut stage.world, 1, |params| {
        params.target_utilisation_ppm = 10_000;
        params.curve_steepness_ppm = 16_000_000;
        params.rate_max_ppm_per_year = 10_000_000;
        params.rate_min_ppm_per_year = 10_000_000;
    });
    let owing = stage.index_of("who owes SOL");
    let owed = |stage: &Stage| story::debt(&stage.world, &stage.promised[owing].trader, &sol);
    let (before, started) = (owed(&stage), stage.world.now());
    pass_an_hour(&mut stage);

    #[allow(clippy::cast_precision_loss)] // SOL
    let (grown, years) =
        (owed(&stage) as f64 / before as f64 - 1.0, (stage.world.now() - started) as f64 / 31_557_600.0);
    let bound = (160.0 * years).exp_m1();
    println!("interest took {grown:.6} of the debt within the hour, proven {bound:.6}");
    assert!(grown <= bound * 1.001 && grown >= 0.9 * bound, "interest took {grown:.6}, proven {bound:.6}");
    assert!(stage.liquidate(owing)[0].is_ok(), "interest at its bounds reaches who owes within the hour");
}

/// A walk in the owner's favour is no promise: announced again it stops where it stands. So a size margin counts at the highest of its walk, and a
/// collateral weight at the lowest: never beyond either does it come.
#[test]
fn a_walk_that_is_announced_again_never_passes_the_worse_of_its_ends() {
    let mut stage = Stage::new();
    stage.world.change_perp(SOL_PERP, |params| params.size_margin_ppm = 0);
    for _ in 0..GRACE_STEPS + GRACE_STEPS / 2 {
        stage.next_step();
        stage.fold();
    }
    let size_at = |stage: &Stage, at: i64| {
        let market = stage.world.book_state().perp_markets[usize::from(SOL_PERP)];
        market.size_margin_per_atom(at.unsigned_abs()).expect("a size margin")
    };
    let (now, later) = (stage.world.now(), stage.world.now() + 1_200);
    let (standing, announced) = (size_at(&stage, now), size_at(&stage, later));
    assert!(announced < standing, "the size margin walks down");
    stage.world.change_perp(SOL_PERP, |params| params.size_margin_ppm = 500_000);
    let frozen = size_at(&stage, later);
    println!("size margin {standing} now, {announced} announced, {frozen} after it was announced again");
    assert!(announced < frozen && frozen <= standing);
}

/// Lou's 300 SOL are bankrupt and Wanda, who is short against them, has borrowed all that her profit allows.
fn a_winner_at_her_limit() -> (World, [Trader; 3]) {
    let mut world = World::with_majors();
    let [usdc, sol] = [world.assets[0], world.assets[1]];
    world.create_pool();
    world.list_perp(&sol, perp_params(sol.decimals));
    world.provider(usdc.atoms(100_000));
    change_book(&mut world, |params| params.profit_weight_initial_ppm = 1_000_000);
    let [lou, wanda] = [10_000, 15_000].map(|dollars| perp_story::with_dollars(&mut world, dollars));
    let keeper = perp_story::with_dollars(&mut world, 1_000_000);
    for (trader, size) in [(&lou, 300), (&wanda, -300)] {
        world.trade(trader, SOL_PERP, size * SOL).expect("a trade");
    }
    perp_story::gap_to(&mut world, 100);
    // two days, until the stable price has followed
    for _ in 0..288 {
        world.advance_refreshed(600);
    }
    world.must(&[instructions::accrue(world.book), instructions::update_funding(world.book, SOL_PERP)], &[]);
    world.withdraw(&wanda, &usdc, instructions::ALL).expect("all of her deposit");
    for _ in 0..4 {
        let free = story::most_borrowable(&world, &wanda);
        world.borrow(&wanda, &usdc, free).expect("a loan against her profit");
    }
    (world, [lou, wanda, keeper])
}

/// What the winning side bears of somebody's bankruptcy is a loss and no line: it makes a winner liquidatable while the price stands. It takes no
/// more an atom than an atom of the failed position had lost.
#[test]
fn a_waterfall_takes_from_winners_what_the_loser_lost_at_most() {
    let (mut world, [lou, wanda, keeper]) = a_winner_at_her_limit();
    let (lost, held) = (-perp_story::position(&world, &lou).1, perp_story::wealth(&world, &wanda));
    let safe = perp_story::liquidate(&mut world, &keeper, &wanda, false);
    assert_refused(safe, PlimsollError::NotLiquidatable);
    let margin = lines(&world.book_state(), world.now().unsigned_abs());

    perp_story::resolve(&mut world, &lou).expect("Lou's loss");
    let taken = held - perp_story::wealth(&world, &wanda);
    println!("the winner bore {taken} atoms, proven {lost}");
    assert!(taken <= i128::from(lost) && taken > i128::from(lost) / 5, "the winner bore {taken}, proven {lost}");
    assert_eq!(lines(&world.book_state(), world.now().unsigned_abs()), margin);
    assert!(story::liquidation_health(&world, &wanda) < 0, "{}", story::liquidation_health(&world, &wanda));
    perp_story::liquidate(&mut world, &keeper, &wanda, false).expect("what she bore reaches her line");
}
