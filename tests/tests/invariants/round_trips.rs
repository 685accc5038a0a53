//! INV-ROUND: who only goes in and out within one second takes no atom along.

use plimsoll_client::instructions;
use plimsoll_tests::{Trader, World};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::market::Market;

const SEED: u64 = 89;
/// Instructions that bring both indices to odd values.
const HISTORY: usize = 500;
/// Round trips of each kind.
const TRIPS: usize = 150;

/// A world whose indices are no longer one.
fn world_with_history() -> World {
    let mut market = Market::new(SEED);
    for step in 0..HISTORY {
        market.step(step).expect("the laws hold");
    }
    market.world
}

fn wealth(world: &World, visitor: &Trader, wallet: &plimsoll_client::Pubkey, index: usize) -> u64 {
    let (book, account) = (world.book_state(), world.margin_state(&visitor.account));
    let (totals, position) = (book.reserves[index].totals(), account.position(index).expect("a reserve"));
    let claim = position.claim_down(&totals).expect("a claim").0;
    let owed = position.owed_up(&totals).expect("a debt").0;
    world.balance(wallet) + claim - owed
}

#[test]
fn deposits_and_withdrawals_within_a_second_gain_nothing() {
    let mut world = world_with_history();
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    world.advance(7);
    for asset in world.assets.clone() {
        let visitor = world.trader();
        let brought = 1_000_003;
        let wallet = world.create_token_account(&asset, &visitor.key(), brought);
        let mut accepted = 0;
        for _ in 0..TRIPS {
            let amount = [1, 2, 3, rng.random_range(1..5_000)][rng.random_range(0..4)];
            let (keys, account, key) = (asset.keys(), visitor.account, visitor.key());
            let trip = if rng.random_bool(0.6) {
                instructions::deposit(&keys, account, key, wallet, amount)
            } else {
                instructions::withdraw(&keys, account, key, wallet, amount)
            };
            accepted += usize::from(world.send(&[trip], &[&visitor.keypair]).is_ok());
            let left = wealth(&world, &visitor, &wallet, usize::from(asset.index));
            assert!(left <= brought, "INV-ROUND: {brought} became {left}");
        }
        assert!(accepted > TRIPS / 2, "only {accepted} of {TRIPS} trips were made");
    }
}

#[test]
fn borrows_and_repayments_within_a_second_gain_nothing() {
    let mut world = world_with_history();
    let mut rng = ChaCha8Rng::seed_from_u64(SEED + 1);
    world.advance_refreshed(7);
    // jumps that the history left pending are confirmed
    world.advance_refreshed(3);
    let [usdc, sol, ..] = world.assets[..] else { panic!("four assets") };
    // something to borrow, and something to borrow against
    world.depositor(&usdc, usdc.atoms(1_000_000));
    let visitor = world.depositor(&sol, sol.atoms(1_000));
    let brought = 1_000_003;
    let wallet = world.create_token_account(&usdc, &visitor.key(), brought);
    let mut accepted = 0;
    for _ in 0..TRIPS {
        let amount = [1, 2, 3, rng.random_range(1..5_000)][rng.random_range(0..4)];
        let (keys, account, key) = (usdc.keys(), visitor.account, visitor.key());
        let trip = if rng.random_bool(0.5) {
            instructions::borrow(&keys, account, key, wallet, amount)
        } else {
            instructions::repay(&keys, account, key, wallet, amount)
        };
        accepted += usize::from(world.send(&[trip], &[&visitor.keypair]).is_ok());
        let left = wealth(&world, &visitor, &wallet, usize::from(usdc.index));
        assert!(left <= brought, "INV-ROUND: {brought} became {left}");
    }
    assert!(accepted > TRIPS / 2, "only {accepted} of {TRIPS} trips were made");
}
