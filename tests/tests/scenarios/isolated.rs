//! Ida bets 2,000 USDC in an account of its own: when the bet fails, nothing else of hers is touched.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{addresses, instructions};
use plimsoll_tests::perps::market_order;
use plimsoll_tests::{Keypair, Trader, World, assert_refused};

use crate::perp_story::{self, SOL, SOL_PERP, USDC, gap_to, liquidate, resolve};
use crate::story::{self, claim};

/// Ida with 10,000 USDC, of which 2,000 stand behind 60 SOL long in an isolated account.
fn ida() -> (World, Trader, Trader) {
    let (mut world, _provider) = World::with_perps();
    let ida = perp_story::with_dollars(&mut world, 10_000);
    let (group, book, key) = (world.group, world.book, ida.key());
    world.must(&[instructions::open_isolated_account(group, book, key, 1, SOL_PERP)], &[&ida.keypair]);
    let bet = Trader { account: addresses::margin_account(&group, &key, 1), keypair: Keypair::new() };
    let bet = Trader { keypair: ida.keypair.insecure_clone(), ..bet };
    let moved = instructions::move_collateral(book, (ida.account, bet.account), key, 0, 2_000 * USDC);
    world.must(&[moved], &[&ida.keypair]);
    world.advance_refreshed(1);
    world.trade(&bet, SOL_PERP, 60 * SOL).expect("Ida bets");
    (world, ida, bet)
}

#[test]
fn a_loss_stops_at_the_sub_account() {
    let (mut world, ida, bet) = ida();
    let (usdc, _) = story::usdc_and_sol(&world);
    let before = claim(&world, &ida, &usdc);
    gap_to(&mut world, 150);

    // 60 SOL lost 50 dollars each; 2,000 were there
    assert!(perp_story::wealth(&world, &bet) < 0);
    perp_story::settle(&mut world, &bet).expect("the fee of the opening");
    // what is not realised is not settled
    assert_refused(perp_story::settle(&mut world, &bet), PlimsollError::NothingToSettle);
    resolve(&mut world, &bet).expect("the waterfall pays the rest");
    perp_story::settle(&mut world, &bet).expect("the bet pays what it has");
    assert!(perp_story::wealth(&world, &bet).abs() <= 1);
    assert_eq!(story::debt(&world, &bet, &usdc), 0);
    assert_eq!(claim(&world, &ida, &usdc), before);
}

#[test]
fn it_reaches_no_other_market_and_no_other_collateral() {
    let (mut world, ida, bet) = ida();
    let (_, sol) = story::usdc_and_sol(&world);
    assert_refused(world.deposit(&bet, &sol, SOL.unsigned_abs()), PlimsollError::IsolatedCollateral);
    assert_refused(world.try_place(&bet, market_order(1, 1_000_000)), PlimsollError::IsolatedMarket);

    // and no more may leave it than its position allows
    let back = |amount| instructions::move_collateral(world.book, (bet.account, ida.account), ida.key(), 0, amount);
    let (little, much) = (back(USDC), back(1_500 * USDC));
    assert_refused(world.send(&[much], &[&ida.keypair]), PlimsollError::InitialHealthNegative);
    world.must(&[little], &[&ida.keypair]);
}

#[test]
fn a_keeper_saves_it_before_it_is_empty() {
    let (mut world, ida, bet) = ida();
    let kate = perp_story::with_dollars(&mut world, 100_000);
    let (usdc, _) = story::usdc_and_sol(&world);
    let before = claim(&world, &ida, &usdc);
    gap_to(&mut world, 180);
    liquidate(&mut world, &kate, &bet, true).expect("part of the bet is closed");
    assert!(perp_story::wealth(&world, &bet) > 0);
    assert!(story::liquidation_health(&world, &bet) >= 0);
    assert_eq!(claim(&world, &ida, &usdc), before);
}
