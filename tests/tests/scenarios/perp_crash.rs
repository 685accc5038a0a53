//! SOL falls by a tenth: a long is taken over by a keeper, another one closes into the pool, and a hedged trader sleeps through it.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{Trader, World, assert_refused};

use crate::perp_story::{self, SOL, SOL_PERP, USDC, assert_ledger, liquidate, position};
use crate::story;

struct Crash {
    world: World,
    kate: Trader,
    lea: Trader,
    liam: Trader,
    hugo: Trader,
}

/// Lea and Liam are long seven times their money. Hugo holds 100 SOL and is short as many. SOL falls from 200 to 180.
fn after_the_fall() -> Crash {
    let (mut world, _provider) = World::with_perps();
    let (_, sol) = story::usdc_and_sol(&world);
    let kate = perp_story::with_dollars(&mut world, 1_000_000);
    let lea = perp_story::with_dollars(&mut world, 3_000);
    let liam = perp_story::with_dollars(&mut world, 3_000);
    let hugo = world.depositor(&sol, sol.atoms(100));
    world.trade(&hugo, SOL_PERP, -100 * SOL).expect("Hugo hedges");
    world.trade(&lea, SOL_PERP, 80 * SOL).expect("Lea goes long");
    world.trade(&liam, SOL_PERP, 80 * SOL).expect("Liam goes long");
    perp_story::gap_to(&mut world, 180);
    Crash { world, kate, lea, liam, hugo }
}

#[test]
fn a_keeper_takes_a_long_over_and_the_pool_another_one() {
    let Crash { mut world, kate, lea, liam, hugo } = after_the_fall();
    for victim in [&lea, &liam] {
        assert!(story::liquidation_health(&world, victim) < 0);
        assert!(perp_story::wealth(&world, victim) > 0, "what is left pays for the liquidation");
    }
    let (before, insurance) = (position(&world, &lea), world.book_state().perp_markets[0].insurance_atoms);
    liquidate(&mut world, &kate, &lea, false).expect("Kate takes over");
    let (left, taken) = (position(&world, &lea), position(&world, &kate));

    // nobody but the two, and the insurance, gained or lost an atom
    let market = world.book_state().perp_markets[0];
    let cut = market.insurance_atoms - insurance;
    assert_eq!(before.0.base.0, left.0.base.0 + taken.0.base.0);
    let change = i128::from(before.1) - i128::from(left.1) - i128::from(taken.1) - i128::from(cut);
    assert!(cut > 0 && change.abs() <= 2, "{change} atoms vanished");
    assert!(taken.1 > 0, "Kate earns the bonus");
    assert!(story::liquidation_health(&world, &lea) >= 0);

    liquidate(&mut world, &kate, &liam, true).expect("the pool takes Liam's");
    assert!(story::liquidation_health(&world, &liam) >= 0);
    let bonus = position(&world, &kate);
    assert_eq!(bonus.0.base, taken.0.base, "Kate takes only the bonus");
    assert!(bonus.1 > taken.1);
    assert_ledger(&world, &[&kate, &lea, &liam, &hugo]);
}

#[test]
fn spot_and_short_net_so_that_the_hedger_is_not_liquidated() {
    let Crash { mut world, kate, hugo, .. } = after_the_fall();
    // what the spot lost the short won
    let won = position(&world, &hugo).1;
    assert!(won > i64::try_from(1_900 * USDC).expect("dollars"));
    assert!(story::liquidation_health(&world, &hugo) > 0);
    assert_refused(liquidate(&mut world, &kate, &hugo, false), PlimsollError::NotLiquidatable);

    let equity = story::cross(&world, &hugo).equity().0;
    perp_story::gap_to(&mut world, 140);
    let later = story::cross(&world, &hugo).equity().0;
    // 100 SOL spot, 100 SOL short: another 40 dollars down leave the equity where it was, but for funding
    assert!(later.abs_diff(equity) < u128::from(10 * USDC), "{equity} became {later}");
    assert!(story::liquidation_health(&world, &hugo) > 0);
}
