//! Cranks without end: wicks of the own factor, storms in the others, idle gaps.

use plimsoll_client::instructions;

use super::setters::{change_book, change_factor, publish};
use super::{GRACE_STEPS, Stage};
use crate::story::DOLLAR_E8;

/// SOL's price of the stage, and how far a wick goes: less than a jump.
const SOL_E8: i64 = 200 * DOLLAR_E8;
const WICK_E8: i64 = 9 * DOLLAR_E8;

/// One second later an asset is published at a price, and refreshed.
fn tick(stage: &mut Stage, asset: usize, price_e8: i64) {
    stage.world.advance(1);
    let asset = stage.world.assets[asset];
    publish(&mut stage.world, &asset, price_e8);
    stage.world.must(&[instructions::refresh_prices(stage.world.book, &[asset.oracle])], &[]);
}

/// The walk of maintenance margin at its fastest, so that a burst would be seen.
fn fastest_walk(stage: &mut Stage) {
    change_book(&mut stage.world, |params| {
        (params.walk_relative_ppm_per_hour, params.walk_absolute_ppm_per_hour) = (200_000, 100_000);
    });
    change_factor(&mut stage.world, 1, |params| params.half_life_fast_seconds = 3_600);
}

/// INV-GRACE: SOL's own samples are all wicks, up and down, and its price returns to where it stood before anybody is tried.
#[test]
fn wicks_of_the_own_factor_move_no_announced_line() {
    let mut stage = Stage::new();
    fastest_walk(&mut stage);
    let before = stage.world.book_state().factors[1];
    for step in 1..=GRACE_STEPS {
        stage.next_step();
        for side in [WICK_E8, -WICK_E8, WICK_E8] {
            tick(&mut stage, 1, SOL_E8 + side);
        }
        stage.fold();
        tick(&mut stage, 1, SOL_E8);
        stage.publish_unchanged();
        stage.assert_kept(&format!("wicks of step {step}"));
    }
    // the storm was seen: initial margin and the goal rose at once, and so did the end of the path
    let after = stage.world.book_state().factors[1];
    assert!(after.threshold.goal > before.threshold.goal && after.threshold.initial > before.threshold.initial);
    assert!(after.threshold.path[GRACE_STEPS] > before.threshold.path[GRACE_STEPS]);
}

/// INV-GRACE: the sample itself is violent and the accepted price comes back.
#[test]
fn violent_samples_move_no_announced_line() {
    let mut stage = Stage::new();
    fastest_walk(&mut stage);
    let sol = stage.world.assets[1];
    for step in 1..=GRACE_STEPS {
        let swung = if step % 2 == 0 { SOL_E8 - WICK_E8 } else { SOL_E8 + WICK_E8 };
        publish(&mut stage.world, &sol, swung);
        // the first publication after the boundary is the wick
        stage.next_step();
        stage.fold();
        tick(&mut stage, 1, SOL_E8);
        stage.publish_unchanged();
        stage.assert_kept(&format!("sample of step {step}"));
    }
}

/// INV-GRACE: BTC and ETH, which nobody here holds, swing by 4.5 % a step; every step is cranked as often as the chain takes it.
#[test]
fn storms_of_other_factors_move_no_announced_line() {
    let mut stage = Stage::new();
    fastest_walk(&mut stage);
    let (btc, eth) = (stage.world.assets[2], stage.world.assets[3]);
    let bases = [btc, eth].map(|asset| stage.world.published_price(&asset));
    for step in 1..=GRACE_STEPS {
        for (asset, base) in [(btc, bases[0]), (eth, bases[1])] {
            let swung = if step % 2 == 0 { base } else { base * 1_045 / 1_000 };
            publish(&mut stage.world, &asset, swung);
        }
        stage.next_step();
        stage.fold();
        for _ in 0..5 {
            let again = instructions::refresh_risk(stage.world.book, &[]);
            assert!(stage.world.send(&[again], &[]).is_err(), "a step is folded once");
        }
        stage.assert_kept(&format!("storm of step {step}"));
    }
}

/// INV-GRACE: nobody folds for a while and then somebody does, at whatever step of the hour.
#[test]
fn an_idle_gap_and_the_crank_after_it_move_no_announced_line() {
    for idle in [1, 2, 6, 11, 12] {
        let mut stage = Stage::new();
        fastest_walk(&mut stage);
        for step in 1..=GRACE_STEPS {
            stage.next_step();
            if step >= idle {
                stage.fold();
            } else {
                stage.bring_up();
            }
            stage.assert_kept(&format!("step {step}, idle until {idle}"));
        }
    }
}

/// The stage would show it: when the hour is over the announced rise goes on, and everybody is liquidated.
#[test]
fn when_the_hour_is_over_the_line_reaches_everybody() {
    let mut stage = Stage::new();
    for step in 1..=GRACE_STEPS {
        stage.next_step();
        stage.fold();
        stage.assert_kept(&format!("step {step}"));
    }
    for _ in 0..3 {
        stage.next_step();
        stage.fold();
    }
    for index in 0..stage.promised.len() {
        let outcomes = stage.liquidate(index);
        let name = stage.promised[index].name;
        assert!(outcomes[0].is_ok(), "{name} is still safe: {:?}", outcomes[0]);
    }
}
