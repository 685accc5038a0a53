//! Mallory fills a reserve for the length of one transaction, while the tide turns, so that everybody's deposits seem crowded.

use plimsoll_client::instructions;
use plimsoll_risk::health::CrossHealth;
use plimsoll_risk::liquidity::{Impact, ImpactTerms};
use plimsoll_risk::quantities::{Amount, Price, Value};
use plimsoll_tests::risk::{GRACE_SECONDS, GRID_SECONDS, profile};
use plimsoll_tests::{Signer, Trader, World};

use crate::perp_story::SOL;
use crate::story::{cross, with_bob_at_his_limit};

/// The reserve's cap, in SOL.
const CAP: u64 = 50_000;
const SOL_FACTOR: u8 = 1;

/// Bob with a loan on SOL, a profile, a cap of deposits, and a tide that the next fold ends.
fn before_the_turn() -> (World, Trader) {
    let (mut world, _alice, bob) = with_bob_at_his_limit();
    let mut params = world.book_state().reserves[usize::from(SOL_FACTOR)].params;
    params.deposit_cap_atoms = CAP * SOL.unsigned_abs();
    let (group, admin, book) = (world.group, world.admin.pubkey(), world.book);
    world.must(&[instructions::set_reserve_params(group, admin, book, SOL_FACTOR, params)], &[]);
    world.set_profile(SOL_FACTOR, profile()).expect("a profile");
    world.turn_tide();
    world.advance(2 * GRACE_SECONDS);
    world.advance_refreshed(GRID_SECONDS - world.now() % GRID_SECONDS);
    world.must(&[instructions::accrue(book)], &[]);
    (world, bob)
}

/// The impact if the reserve were full: what governance allows.
fn bound(world: &World) -> Impact {
    let book = world.book_state();
    let factor = &book.factors[usize::from(SOL_FACTOR)];
    let full = Price::from_bits(factor.price.mid).value_up(Amount(CAP * SOL.unsigned_abs())).expect("a value");
    let terms = ImpactTerms {
        multiple_ppm: factor.params.impact_multiple_ppm,
        shortfall_multiple_ppm: factor.params.tail_multiplier_ppm,
        horizon_seconds: factor.params.horizon_seconds,
        daily_volume: Value(factor.liquidity.profile.daily_volume_quote_atoms),
        concentration_share_ppm: book.params.concentration_share_ppm,
        long: full,
        short: Value::ZERO,
    };
    Impact::new(&terms).expect("an impact")
}

#[test]
fn a_deposit_of_one_transaction_moves_no_threshold_for_an_hour_and_later_no_further_than_a_full_reserve_would() {
    let (mut world, bob) = before_the_turn();
    let sol = world.assets[usize::from(SOL_FACTOR)];
    let mallory = world.trader();
    let amount_atoms = CAP * SOL.unsigned_abs() - 101 * SOL.unsigned_abs();
    let tokens = world.create_token_account(&sol, &mallory.key(), amount_atoms);
    let (book, key) = (world.book, mallory.key());
    let bundle = [
        instructions::deposit(&sol.keys(), mallory.account, key, tokens, amount_atoms),
        instructions::refresh_risk(book, &[]),
        instructions::withdraw(&sol.keys(), mallory.account, key, tokens, instructions::ALL),
    ];
    let before: CrossHealth = cross(&world, &bob);
    let honest = world.book_state().factors[usize::from(SOL_FACTOR)].liquidity.newest;
    world.must(&bundle, &[&mallory.keypair]);
    assert!(world.balance(&tokens) >= amount_atoms - 1, "the bundle costs nothing");

    let state = world.book_state();
    let (factor, now) = (&state.factors[usize::from(SOL_FACTOR)], world.now().unsigned_abs());
    assert_eq!((state.tides, state.announced_seconds), (2, now));
    assert_eq!(cross(&world, &bob).maintenance, before.maintenance, "not at once");
    for ahead in (0..=GRACE_SECONDS.unsigned_abs()).step_by(60) {
        let walked = state.moment_ahead(now, now + ahead).walked;
        assert_eq!(factor.impact_at(walked).expect("an impact"), factor.liquidity.in_force.impact(), "{ahead} seconds");
    }
    let (measured, bound) = (factor.liquidity.announced.impact(), bound(&world));
    assert!(measured.concentrated_long > honest.impact().concentrated_long, "the attack does something");
    assert!(measured.concentrated_long <= bound.concentrated_long, "{measured:?} beside the bound of {bound:?}");
    assert_eq!(measured.unit, bound.unit);
    // less than a hundredth of a margin more, an hour ahead, and the next tide takes it back
    let hundredth = (1u64 << 32) / 100;
    assert!(bound.concentrated_long.to_bits() < hundredth, "{bound:?}");
    world.turn_tide();
    let after = world.book_state().factors[usize::from(SOL_FACTOR)].liquidity;
    assert_eq!(after.announced.concentrated_long, honest.concentrated_long);
}
