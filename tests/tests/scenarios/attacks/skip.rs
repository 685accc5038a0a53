//! Who keeps steps from being folded, for 1, 2, 12 or 300 of them, and then cranks.

use plimsoll_tests::World;

use super::proven::{Proven, assert_within, fast};
use super::{SOL_E8, calm, fold, leap, next_step, path_end, skip_steps};
use crate::story::{self, DOLLAR_E8};

const GAPS: [u64; 4] = [1, 2, 12, 300];
/// A swing that no fold cuts: six σ of 3 % a √day are 1.06 % in five minutes.
const SWING_E8: i64 = 2 * DOLLAR_E8;

fn path(world: &World) -> [u64; 13] {
    world.book_state().factors[1].threshold.path
}

/// SOL's price in the n-th step of a market that swings and comes back.
fn swinging(step: u64) -> i64 {
    if step.is_multiple_of(2) { SOL_E8 } else { SOL_E8 + SWING_E8 }
}

/// Asserts that every announced point came as announced, the last one holding on, and that only the end walked, by one step.
fn assert_one_step(world: &World, proven: &Proven, before: &[u64; 13], gap: u64) {
    let passed = usize::try_from(gap).expect("a gap");
    for (index, point) in path(world).iter().take(12).enumerate() {
        assert_eq!(*point, before[(index + passed).min(12)], "gap {gap}: an announced point moved");
    }
    let (end, (up, down)) = (path_end(world), proven.walk());
    let (rose, fell) = (end.saturating_sub(before[12]), before[12].saturating_sub(end));
    println!("gap {gap}: the path rose {rose} of {up} and fell {fell} of {down}");
    assert!(rose <= up && fell <= down, "gap {gap}: the path rose {rose} of {up}, fell {fell} of {down}");
}

/// INV-INFLUENCE: a gap that ends in the most violent publication moves the variance as far as its length allows, less than a storm folded at
/// every step of it, and the path by one step.
#[test]
fn a_leap_after_a_gap_moves_what_the_gap_allows() {
    for gap in GAPS {
        let mut world = calm();
        let (proven, before) = (Proven::of(&world), path(&world));
        skip_steps(&mut world, gap);
        leap(&mut world, 2 * SOL_E8);
        fold(&mut world);
        assert_within(&format!("a leap after {gap} steps"), fast(&world), proven.influence(gap), 0.999_999);
        assert_one_step(&world, &proven, &before, gap);
        assert!(path_end(&world) > before[12], "gap {gap}: the leap is not answered");

        let storm = stormy(gap);
        assert!(fast(&world) <= fast(&storm) * (1.0 + 1e-9), "gap {gap}: {} after a storm", fast(&storm));
    }
}

/// A world in which SOL leaps at every step and everybody cranks.
fn stormy(steps: u64) -> World {
    let mut world = calm();
    let proven = Proven::of(&world);
    for step in 0..steps {
        next_step(&mut world);
        leap(&mut world, if step.is_multiple_of(2) { 2 * SOL_E8 } else { SOL_E8 });
        fold(&mut world);
    }
    assert_within(&format!("a storm of {steps} steps"), fast(&world), proven.compounded(steps), 0.99);
    world
}

/// A gap hides what happened in it, and no more: the variance decays as it would in a calm, and the path sinks by one step, however long the gap.
/// Who folds honestly sees the swings; one who only refreshes prices leaves a range that counts.
#[test]
fn a_gap_hides_no_more_than_a_calm() {
    for gap in [2, 12, 300] {
        let mut hidden = calm();
        let (proven, before) = (Proven::of(&hidden), path(&hidden));
        skip_steps(&mut hidden, gap);
        story::reprice(&mut hidden, swinging(gap));
        fold(&mut hidden);
        // here the floor binds from below: measured ÷ proven is 1 where the gap hides all
        let (measured, lowest) = (fast(&hidden), proven.decayed(gap));
        assert!((lowest..lowest * 1.000_001).contains(&measured), "gap {gap}: {measured:.6e}, proven {lowest:.6e}");
        assert_one_step(&hidden, &proven, &before, gap);

        let (seen, honest) = (swung(gap, false), swung(gap, true));
        println!("gap {gap}: hidden {measured:.3e}, refreshed {:.3e}, folded {:.3e}", fast(&seen), fast(&honest));
        assert!(measured < fast(&seen) && fast(&seen) < fast(&honest), "gap {gap}");
        // the honest path moved once a step
        let (steps, (up, down)) = (i128::from(gap), proven.walk());
        let apart = i128::from(path_end(&honest)) - i128::from(path_end(&hidden));
        let bound = steps * i128::from(up) + i128::from(down);
        println!("gap {gap}: the honest path ends {apart} higher, proven {bound}");
        assert!((0..=bound).contains(&apart), "gap {gap}: {apart} of {bound}");
    }
}

/// A world whose swings were all refreshed; folded at each step, or once at the end.
fn swung(steps: u64, is_folded: bool) -> World {
    let mut world = calm();
    for step in 1..=steps {
        next_step(&mut world);
        story::reprice(&mut world, swinging(step));
        if is_folded || step == steps {
            fold(&mut world);
        }
    }
    world
}
