//! SOL gaps through Lou's bankruptcy price: insurance, pool and the shorts bear what he cannot, each his part, whenever he looks.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::perps;
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::{Trader, World, assert_refused};

use crate::perp_story::{self, SOL, SOL_PERP, assert_ledger, gap_to, position, resolve, wealth};
use crate::story;

struct Market {
    world: World,
    lou: Trader,
    lea: Trader,
    wanda: Trader,
    will: Trader,
}

/// A pool of 200,000 dollars. Lou and Lea are long 300 SOL each with 10,000 dollars each, Wanda and Will short 500 each: equally.
fn market() -> Market {
    let mut world = World::with_majors();
    let (usdc, sol) = story::usdc_and_sol(&world);
    world.create_pool();
    assert_eq!(world.list_perp(&sol, perp_params(sol.decimals)), SOL_PERP);
    world.provider(usdc.atoms(200_000));
    let [lou, lea] = [10_000, 10_000].map(|dollars| perp_story::with_dollars(&mut world, dollars));
    let [wanda, will] = [40_000, 40_000].map(|dollars| perp_story::with_dollars(&mut world, dollars));
    for (trader, size) in [(&lou, 300), (&lea, 300), (&wanda, -500), (&will, -500)] {
        world.trade(trader, SOL_PERP, size * SOL).expect("a trade");
    }
    Market { world, lou, lea, wanda, will }
}

/// What a resolution took: insurance, pool at mid, and what the market counts as the winners' part.
fn payers(world: &World) -> [i128; 3] {
    let book = world.book_state();
    let market = &book.perp_markets[usize::from(SOL_PERP)];
    let equity = perps::pool_equity(&book).expect("an equity").mid.0;
    [market.insurance_atoms.into(), equity, market.waterfall_quote_atoms.into()]
}

#[test]
fn insurance_pays_then_the_pool_then_the_winners() {
    let Market { mut world, lou, lea, wanda, will } = market();
    assert_refused(resolve(&mut world, &lou), PlimsollError::NotBankrupt);
    gap_to(&mut world, 100);
    let deficit = -wealth(&world, &lou);
    let (before, shorts) = (payers(&world), [&wanda, &will].map(|short| wealth(&world, short)));
    assert!(deficit > 0 && before[0] > 0);
    resolve(&mut world, &lou).expect("Lou's loss is resolved");

    // INV-WATERFALL
    let after = payers(&world);
    let (insurance, pool, winners) = (before[0] - after[0], before[1] - after[1], after[2] - before[2]);
    assert_eq!((insurance, after[0]), (before[0], 0), "the insurance is spent first");
    // the pool is long with the shorts against it: it lost, and pays a tenth of its equity a day
    assert!((pool - before[1] / 10).abs() < 1_000, "{pool} of {}", before[1]);
    assert!(winners > 0);
    assert!((insurance + pool + winners - deficit).abs() <= 2);
    assert_eq!(wealth(&world, &lou), 0, "Lou has nothing, and owes nothing");

    // half each, to the atom, and no part of a winner's own money
    let kept = [&wanda, &will].map(|short| wealth(&world, short));
    for (was, is) in shorts.into_iter().zip(kept) {
        assert!((was - is - winners / 2).abs() <= 2, "{was} became {is}");
        assert!(is > i128::from(perp_story::USDC) * 40_000);
    }
    assert_refused(resolve(&mut world, &lou), PlimsollError::NotBankrupt);
    assert_ledger(&world, &[&lou, &lea, &wanda, &will]);
}

#[test]
fn nobody_escapes_by_looking_late() {
    let Market { mut world, lou, lea, wanda, will } = market();
    gap_to(&mut world, 100);
    resolve(&mut world, &lou).expect("the first waterfall");
    // Wanda looks at once; Will sleeps through the next one
    perp_story::settle(&mut world, &wanda).expect("Wanda takes what she realised");
    resolve(&mut world, &lea).expect("the second waterfall");
    perp_story::settle(&mut world, &wanda).expect("Wanda again");
    perp_story::settle(&mut world, &will).expect("Will wakes");

    let (early, late) = (position(&world, &wanda).0, position(&world, &will).0);
    assert!(early.base.magnitude().0 < 500 * SOL.unsigned_abs(), "winners were closed in part");
    assert!(early.base.0.abs_diff(late.base.0) <= 1, "{early:?}, {late:?}");
    // they opened one after the other, at premiums of their own: the difference is what it was
    let Market { world: other, wanda: first, will: second, .. } = market();
    let opened = wealth(&other, &first) - wealth(&other, &second);
    let left = wealth(&world, &wanda) - wealth(&world, &will);
    assert!((left - opened).abs() <= 8, "{left} between them, {opened} at the beginning");
    assert_ledger(&world, &[&lou, &lea, &wanda, &will]);
}
