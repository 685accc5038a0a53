//! The admin changes parameters: who holds a position has an hour, who wants a new one has not.

use plimsoll_client::instructions;
use plimsoll_tests::{Signer, World};

use crate::story::{self, fold_flat, ratio};

#[test]
fn doubled_margins_bind_new_risk_at_once_and_old_risk_after_the_announced_hour() {
    let (mut world, _alice, bob) = story::with_bob_at_his_limit();
    fold_flat(&mut world);
    let before = world.book_state().factors[1];
    let mut params = before.params;
    params.tail_multiplier_ppm *= 2;
    let set = instructions::set_factor_params(world.group, world.admin.pubkey(), world.book, 1, params);
    let maintenance = story::cross(&world, &bob).maintenance;
    world.must(&[set], &[]);

    let after = world.book_state().factors[1];
    // INV-GRACE
    assert_eq!(after.threshold.path, before.threshold.path);
    assert_eq!(story::cross(&world, &bob).maintenance, maintenance);
    assert!(ratio(after.threshold.goal) > 1.6 * ratio(before.threshold.goal));
    assert!(ratio(after.threshold.initial) > 1.6 * ratio(before.threshold.initial));
    assert!(story::cross(&world, &bob).initial.0 < 0);

    for point in &before.threshold.path[1..] {
        fold_flat(&mut world);
        assert_eq!(world.book_state().factors[1].threshold.path[0], *point);
    }
    fold_flat(&mut world);
    let (now, then) = (world.book_state().factors[1].threshold.path[0], before.threshold.path[12]);
    assert!(now > then, "the hour is over and the line walks");
    // a quarter of a point an hour at most, or 2 % of the level
    assert!(ratio(now) - ratio(then) <= 0.0025 / 12.0 + 1e-9);
}

#[test]
fn a_lower_collateral_weight_waits_an_hour_and_walks_a_day() {
    let mut world = World::with_majors();
    let (_, sol) = story::usdc_and_sol(&world);
    let carol = world.depositor(&sol, sol.atoms(100));
    let before = story::cross(&world, &carol);
    let mut params = world.book_state().reserves[1].params;
    params.collateral_weight_maintenance_ppm = 800_000;
    params.collateral_weight_initial_ppm = 800_000;
    let set = instructions::set_reserve_params(world.group, world.admin.pubkey(), world.book, 1, params);
    world.must(&[set], &[]);

    // initial health falls at once, maintenance health not within the hour (INV-GRACE)
    #[allow(clippy::cast_precision_loss)] // dollars of the story
    let part = |now: i128, then: i128| now as f64 / then as f64;
    let cut = story::cross(&world, &carol);
    assert!((part(cut.initial.0, before.initial.0) - 0.8).abs() < 1e-6);
    assert_eq!(cut.maintenance, before.maintenance);
    world.advance_refreshed(3_600);
    assert_eq!(story::cross(&world, &carol).maintenance, before.maintenance);

    for (seconds, weight) in [(21_600, 0.95), (21_600, 0.9), (43_200, 0.8), (86_400, 0.8)] {
        world.advance_refreshed(seconds);
        let now = story::cross(&world, &carol);
        let reached = part(now.maintenance.0, before.maintenance.0);
        assert!((reached - weight).abs() < 1e-6, "{reached} instead of {weight}");
        // INV-LAW
        assert!(now.initial <= now.maintenance);
    }
}
