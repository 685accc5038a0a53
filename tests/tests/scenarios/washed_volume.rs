//! Mallory trades with himself so that the program measures more volume, and impact falls.

use plimsoll_client::instructions;
use plimsoll_risk::health::CrossHealth;
use plimsoll_tests::risk::profile;
use plimsoll_tests::{Signer, World};

use crate::perp_story::{SOL, SOL_PERP, USDC, with_dollars};
use crate::story::cross;

const DAY_SECONDS: i64 = 86_400;
/// The steward's daily volume: a million dollars.
const DAILY_VOLUME_ATOMS: u64 = 1_000_000_000_000;
/// What Mallory buys and sells back in a round: worth 200,000 dollars each way.
const ROUND: i64 = 1_000 * SOL;
/// The program's own volume counts as it is.
const ONCE_PPM: u32 = 1_000_000;

/// What became of it a day and a tide later.
struct Washed {
    /// The impact of SOL in maintenance margin, per √quote atom.
    unit: u64,
    /// Bob's healths.
    bob: CrossHealth,
    /// What the day's trades were worth, in quote atoms.
    volume: u64,
    /// What they cost Mallory in fees, in quote atoms.
    fees: u64,
}

/// Mallory trades so many rounds on one day; the next day's tides bring what follows into force.
fn washed(rounds: u32, volume_multiple_ppm: u32) -> Washed {
    let (mut world, _provider) = World::with_perps();
    let sol = world.assets[1];
    let bob = world.depositor(&sol, 100 * SOL.unsigned_abs());
    let usdc = world.assets[0];
    world.depositor(&usdc, 1_000_000 * USDC);
    world.borrow(&bob, &usdc, 5_000 * USDC).expect("Bob borrows");
    let mut params = world.book_state().factors[1].params;
    params.volume_multiple_ppm = volume_multiple_ppm;
    world.must(&[instructions::set_factor_params(world.group, world.admin.pubkey(), world.book, 1, params)], &[]);
    let mut thin = profile();
    thin.daily_volume_quote_atoms = DAILY_VOLUME_ATOMS;
    world.set_profile(1, thin).expect("a profile");

    let mallory = with_dollars(&mut world, 1_000_000);
    for _ in 0..rounds {
        world.trade(&mallory, SOL_PERP, ROUND).expect("a purchase");
        world.trade(&mallory, SOL_PERP, -ROUND).expect("a sale");
    }
    let volume = world.book_state().factors[1].liquidity.volume_today_quote_atoms;
    // every run at the same second of the next day
    world.advance(DAY_SECONDS - 2 * i64::from(rounds));
    world.fold().expect("a fold that announces");
    world.turn_tide();
    world.must(&[instructions::accrue(world.book)], &[]);
    let book = world.book_state();
    let fees = book.perp_markets[usize::from(SOL_PERP)].fees_atoms;
    Washed { unit: book.factors[1].liquidity.in_force.unit, bob: cross(&world, &bob), volume, fees }
}

#[test]
fn washing_gains_nothing_beyond_the_stewards_number() {
    let bound = washed(0, 0);
    let mut last = u64::MAX;
    for rounds in [0, 2, 3, 8] {
        let measured = washed(rounds, ONCE_PPM);
        let said =
            format!("{rounds} rounds, {} atoms: {} beside the bound of {}", measured.volume, measured.unit, bound.unit);
        assert!(measured.unit >= bound.unit, "{said}");
        assert!(measured.bob.initial <= bound.bob.initial, "{said}");
        assert!(measured.bob.maintenance <= bound.bob.maintenance, "{said}");
        assert!(measured.unit <= last, "more volume, no more impact: {said}");
        last = measured.unit;
        // 0.06 % opening and 0.02 % closing: what reaching the bound costs is no less
        assert!(
            u128::from(measured.fees) * 1_000_000 >= u128::from(measured.volume) * 390,
            "{said}: {}",
            measured.fees
        );
    }
    assert_eq!(last, bound.unit, "eight rounds pass the steward's number, and reach it");
}

#[test]
fn without_trades_a_quarter_of_the_stewards_number_counts() {
    let (bound, quiet) = (washed(0, 0), washed(0, ONCE_PPM));
    // a quarter of the volume: twice the impact
    assert!(quiet.unit.abs_diff(2 * bound.unit) <= bound.unit >> 24, "{} beside {}", quiet.unit, bound.unit);
    assert!(quiet.bob.maintenance < bound.bob.maintenance);
}

#[test]
fn the_day_under_way_counts_for_nothing() {
    let (mut world, _provider) = World::with_perps();
    let mut params = world.book_state().factors[1].params;
    params.volume_multiple_ppm = u32::MAX;
    world.must(&[instructions::set_factor_params(world.group, world.admin.pubkey(), world.book, 1, params)], &[]);
    world.set_profile(1, profile()).expect("a profile");
    let before = world.book_state().factors[1].liquidity.newest.unit;
    let mallory = with_dollars(&mut world, 1_000_000);
    for _ in 0..4 {
        world.trade(&mallory, SOL_PERP, ROUND).expect("a purchase");
        world.trade(&mallory, SOL_PERP, -ROUND).expect("a sale");
    }
    world.turn_tide();
    let liquidity = world.book_state().factors[1].liquidity;
    assert!(liquidity.volume_today_quote_atoms > 0);
    assert_eq!(liquidity.newest.unit, before);
}
