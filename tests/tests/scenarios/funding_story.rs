//! Everybody is long SOL: the crowd pays for it by the hour, and Arthur, who takes the other side with spot against it, is paid.

use plimsoll_client::instructions;
use plimsoll_tests::{Trader, World};

use crate::perp_story::{self, SOL, SOL_PERP, USDC, assert_ledger, position};
use crate::story;

const HOUR_SECONDS: i64 = 3_600;
/// What the crowd holds, in SOL.
const CROWD_SOL: i64 = 10_000;

fn funding_rate(world: &World) -> i64 {
    world.book_state().perp_markets[usize::from(SOL_PERP)].funding_rate
}

fn hours_pass(world: &mut World, hours: i64) {
    for _ in 0..hours {
        world.advance_refreshed(HOUR_SECONDS);
        let (funding, accrual) = (instructions::update_funding(world.book, SOL_PERP), instructions::accrue(world.book));
        world.must(&[funding, accrual], &[]);
    }
}

fn crowd() -> (World, Trader) {
    let (mut world, _provider) = World::with_perps();
    let crowd = perp_story::with_dollars(&mut world, 2_000_000);
    world.trade(&crowd, SOL_PERP, CROWD_SOL * SOL).expect("the crowd is long");
    (world, crowd)
}

#[test]
fn the_crowded_side_pays_and_whoever_takes_the_other_is_paid() {
    let (mut world, crowd) = crowd();
    hours_pass(&mut world, 2);
    let rate = funding_rate(&world);
    assert!(rate > 0, "longs pay");

    // Arthur buys spot elsewhere, deposits it and shorts as much: no price risk
    let (_, sol) = story::usdc_and_sol(&world);
    let arthur = world.depositor(&sol, sol.atoms(4_000));
    world.trade(&arthur, SOL_PERP, -4_000 * SOL).expect("Arthur is short");
    let (paying, paid) = (position(&world, &crowd).1, position(&world, &arthur).1);
    let pool = world.book_state().perp_markets[0].pool_quote_atoms;
    hours_pass(&mut world, 6);

    let (pays, earns) = (paying - position(&world, &crowd).1, position(&world, &arthur).1 - paid);
    assert!(earns > 0 && pays > earns);
    // the crowd pays 10,000 parts, Arthur gets 4,000, the pool, short the other 6,000, the rest: but for an atom a booking
    let to_pool = world.book_state().perp_markets[0].pool_quote_atoms - pool;
    assert!((0..=8).contains(&(pays - earns - to_pool)), "{pays}, {earns}, {to_pool}");
    assert!((pays * 4 / 10 - earns).abs() <= 8);
    assert_ledger(&world, &[&crowd, &arthur]);
}

#[test]
fn the_rate_stops_at_its_cap_and_turns_with_the_skew() {
    let (mut world, crowd) = crowd();
    hours_pass(&mut world, 24);
    let capped = funding_rate(&world);
    hours_pass(&mut world, 1);
    assert_eq!(funding_rate(&world), capped, "the cap holds");
    let factor = &world.book_state().factors[1];
    let gap = factor.threshold.initial - factor.threshold.path[0];
    // 10 % of the gap an hour, in 48 bits a day
    let cap = (u128::from(gap) * 24 / 10) << 16;
    assert!(cap.abs_diff(u128::from(capped.unsigned_abs())) < 1 << 24, "{capped} is not {cap}");

    // the crowd leaves and others go short: from then on the rate falls, and crosses zero
    let bear = perp_story::with_dollars(&mut world, 2_000_000);
    world.trade(&crowd, SOL_PERP, -CROWD_SOL * SOL).expect("the crowd leaves");
    world.trade(&bear, SOL_PERP, -CROWD_SOL * SOL).expect("Bruno is short");
    hours_pass(&mut world, 24);
    assert!(funding_rate(&world) < 0, "shorts pay");
    assert!(position(&world, &bear).1 < i64::try_from(USDC).expect("a dollar"));
}
