//! What is booked late follows what was in force: neither a crank nor a change of parameters raises the funding of the time before it.

use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_client::{accounts, health, instructions, perps};
use plimsoll_tests::{Trader, World};

use super::trial::{data_of, is_safe, try_out};
use super::{fold, next_step};
use crate::grace::setters::change_factor;
use crate::perp_story::{self, SOL, SOL_PERP};
use crate::story::{self, DOLLAR_E8};

/// A market whose funding has come to its cap, and has not been booked for an hour; the long that pays most of it, and one of 100 SOL.
fn late_market() -> (World, [Trader; 2]) {
    let (mut world, _provider) = World::with_perps();
    let whale = perp_story::with_dollars(&mut world, 1_000_000);
    let vera = perp_story::with_dollars(&mut world, 6_000);
    for (trader, size) in [(&whale, 10_000), (&vera, 100)] {
        world.trade(trader, SOL_PERP, size * SOL).expect("a purchase");
    }
    for _ in 0..24 {
        world.advance(3_300);
        next_step(&mut world);
        story::reprice(&mut world, 200 * DOLLAR_E8);
        fold(&mut world);
        world.must(&[instructions::update_funding(world.book, SOL_PERP)], &[]);
    }
    world.advance(3_300);
    next_step(&mut world);
    (world, [whale, vera])
}

/// What a long's profit is once funding is booked.
fn profit_after_funding(world: &mut World, trader: &Trader) -> i64 {
    world.must(&[instructions::update_funding(world.book, SOL_PERP)], &[]);
    perp_story::position(world, trader).1
}

#[test]
fn a_change_of_parameters_leaves_funding_of_the_past_alone() {
    let after = |is_changed| {
        let (mut world, [whale, _]) = late_market();
        if is_changed {
            change_factor(&mut world, 1, |params| params.initial_gap_ppm = 1_000_000);
        }
        profit_after_funding(&mut world, &whale)
    };
    assert_eq!(after(true), after(false));
}

#[test]
fn a_crank_leaves_funding_of_the_past_alone() {
    let after = |is_cranked| {
        let (mut world, [whale, _]) = late_market();
        leap_and_fall(&mut world);
        if is_cranked {
            fold(&mut world);
        }
        profit_after_funding(&mut world, &whale)
    };
    assert_eq!(after(true), after(false));
}

/// SOL's sample is a leap to 220; then it costs 190. Nobody has folded it.
fn leap_and_fall(world: &mut World) {
    for dollars in [220, 221, 190, 189] {
        world.advance(3);
        if dollars == 220 {
            world.advance(-3);
        }
        story::reprice(world, dollars * DOLLAR_E8);
    }
}

/// Vera is healthy by two dollars once the hour's funding is booked; a keeper who cranks first has her.
#[test]
fn a_crank_before_a_liquidation_makes_nobody_liquidatable_by_funding() {
    let (mut world, [_, vera]) = late_market();
    let keeper = perp_story::with_dollars(&mut world, 1_000_000);
    leap_and_fall(&mut world);
    let usdc = world.assets[0];
    let health_now = |world: &World| {
        let (mut book, now_seconds) = (world.book_state(), world.now().unsigned_abs());
        perps::bring_funding_up(&mut book, now_seconds).expect("funding");
        let account = world.margin_state(&vera.account);
        health::liquidation(&book, &account, now_seconds).expect("a health").maintenance.0
    };
    let lacks = u64::try_from(2_000_000 - health_now(&world)).expect("Vera is below her line") * 100 / 95;
    world.deposit(&vera, &usdc, lacks).expect("a deposit");
    assert!(health_now(&world) > 0);

    let request = PerpLiquidationRequest { market: SOL_PERP, max_base_atoms: u64::MAX, against_pool: false };
    let liquidation = instructions::liquidate_perp(world.book, vera.account, keeper.account, keeper.key(), request);
    let (alone, cranked) =
        ([liquidation.clone()].to_vec(), [instructions::refresh_risk(world.book, &[]), liquidation].to_vec());
    assert!(is_safe(&try_out(&world, &alone, &keeper.keypair), &alone));
    let with = try_out(&world, &cranked, &keeper.keypair);
    if let Ok(after) = &with {
        let taken = accounts::margin_account(&data_of(after, &keeper.account)).expect("an account");
        println!("the keeper took {} lamports of SOL", taken.perps[usize::from(SOL_PERP)].base_atoms);
    }
    assert!(is_safe(&with, &cranked), "the crank decided");
}
