//! Cranks bundled with what gains from them: a liquidation of somebody else, a loan of one's own.

use plimsoll_client::{Instruction, Pubkey, accounts, health, instructions};
use plimsoll_tests::{Trader, World};

use super::trial::{data_of, is_safe, try_out};
use super::{SOL_E8, calm, fold, leap, next_step};
use crate::grace::setters::publish;
use crate::grace::stage::{GRACE_STEPS, Stage, lowest_announced};
use crate::story::{self, DOLLAR_E8};

/// How far SOL moves in a step, in either direction: no jump.
const MOVE_E8: i64 = 9 * DOLLAR_E8;

/// Every oracle's publication of this second, SOL's at a price, still to be refreshed.
fn arrive(world: &mut World, sol_e8: i64) {
    for asset in world.assets.clone() {
        let price = if asset.index == 1 { sol_e8 } else { world.published_price(&asset) };
        publish(world, &asset, price);
    }
}

fn refresh_all(world: &World) -> Instruction {
    let oracles: Vec<_> = world.assets.iter().map(|asset| asset.oracle).collect();
    instructions::refresh_prices(world.book, &oracles)
}

/// A liquidation with the price alone, and with price and crank, of one account in every way: whether each was safe. Where it was not, the
/// accounts of both sides end the same to the byte.
fn with_and_without_the_crank(stage: &Stage, index: usize) -> Vec<bool> {
    let world = &stage.world;
    let (refresh, crank) = (refresh_all(world), instructions::refresh_risk(world.book, &[]));
    let pair = [stage.promised[index].trader.account, stage.keeper.account];
    let mut outcomes = Vec::new();
    for liquidation in stage.liquidations(index) {
        let alone = [refresh.clone(), liquidation.clone()];
        let cranked = [refresh.clone(), crank.clone(), liquidation];
        let name = stage.promised[index].name;
        let (without, with) =
            (try_out(world, &alone, &stage.keeper.keypair), try_out(world, &cranked, &stage.keeper.keypair));
        assert_eq!(is_safe(&without, &alone), is_safe(&with, &cranked), "{name}: the crank decided");
        if let (Ok(without), Ok(with)) = (&without, &with) {
            for account in &pair {
                assert!(
                    data_of(without, account) == data_of(with, account),
                    "{name}: the crank changed what was taken"
                );
            }
        } else {
            assert!(is_safe(&without, &alone), "{name}: {without:?}");
        }
        outcomes.push(is_safe(&without, &alone));
    }
    outcomes
}

/// At every step of an hour and at three prices: who is liquidated with the crank is liquidated without it, and gives up the same to the atom; who
/// is healthy at the price is healthy after the crank. The path was fixed an hour ahead. The stage's market has no skew, so no funding is due.
#[test]
fn a_crank_in_the_same_transaction_decides_nothing() {
    let mut stage = Stage::new();
    let (mut safe, mut taken) = (0, 0);
    for step in 1..=GRACE_STEPS {
        stage.begin_step();
        for price in [SOL_E8, SOL_E8 - MOVE_E8, SOL_E8 + MOVE_E8] {
            arrive(&mut stage.world, price);
            for index in 0..stage.promised.len() {
                for was_safe in with_and_without_the_crank(&stage, index) {
                    *(if was_safe { &mut safe } else { &mut taken }) += 1;
                    assert!(was_safe || price != SOL_E8, "step {step}: taken at the price of the promise");
                }
            }
        }
        arrive(&mut stage.world, SOL_E8);
        stage.publish_unchanged();
        stage.fold();
    }
    // two ways and six accounts, three prices: a third of them at the promised price, half of the rest on the losing side
    println!("{safe} liquidations refused and {taken} made, with and without the crank alike");
    assert!(safe >= 144 && taken >= 100, "{safe} refused, {taken} made");
}

/// Bob with 100 SOL, and where his loans go. After leaps an hour of calm lies ahead, in which initial margin falls with every crank.
fn bob_after(leaps: &[i64]) -> (World, Trader, Pubkey) {
    let mut world = calm();
    let [usdc, sol] = [world.assets[0], world.assets[1]];
    world.depositor(&usdc, usdc.atoms(1_000_000));
    let bob = world.depositor(&sol, sol.atoms(100));
    for price in leaps {
        next_step(&mut world);
        leap(&mut world, *price);
        fold(&mut world);
    }
    let destination = world.create_token_account(&usdc, &bob.key(), 0);
    (world, bob, destination)
}

/// The most that somebody can borrow after these instructions in one transaction.
fn most(world: &World, (bob, destination): (&Trader, Pubkey), before: &[Instruction]) -> (u64, Vec<Instruction>) {
    let usdc = world.assets[0];
    let with = |atoms| {
        let borrow = instructions::borrow(&usdc.keys(), bob.account, bob.key(), destination, atoms);
        before.iter().cloned().chain([borrow]).collect::<Vec<_>>()
    };
    let (mut low, mut high) = (1, usdc.atoms(20_000));
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        let fits = try_out(world, &with(middle), &bob.keypair).is_ok();
        *(if fits { &mut low } else { &mut high }) = middle;
    }
    (low, with(low))
}

/// What is left of maintenance health at the worst announced point, what initial margin of 1.25 times the highest point proves, and what the crank
/// set free: after a crank and the largest loan in one transaction.
fn crank_and_borrow(world: &World, bob: &Trader, destination: Pubkey) -> (i128, i128, u64) {
    let (refresh, crank) = (refresh_all(world), instructions::refresh_risk(world.book, &[]));
    let (without, _) = most(world, (bob, destination), std::slice::from_ref(&refresh));
    let (with, list) = most(world, (bob, destination), &[refresh, crank]);
    let after = try_out(world, &list, &bob.keypair).expect("what was tried");
    let book = accounts::book(&data_of(&after, &world.book)).expect("a Book");
    let account = accounts::margin_account(&data_of(&after, &bob.account)).expect("an account");
    let now_seconds = world.now().unsigned_abs();
    let equity = health::cross(&book, &account, now_seconds).expect("a health").equity().0;
    (lowest_announced(&book, &account, now_seconds), equity / 5, with.saturating_sub(without))
}

/// INV-LAW: who cranks and borrows in one transaction all that the crank sets free is still above maintenance at every announced point, by a fifth
/// of his equity. In a calm that is all that is left to him; after leaps the jump level keeps more.
#[test]
fn a_crank_before_ones_own_loan_frees_nothing_of_the_announced_hour() {
    for (leaps, most_left) in [(&[][..], 1.05), (&[SOL_E8 * 11 / 10, SOL_E8][..], 4.0)] {
        let (mut world, bob, destination) = bob_after(leaps);
        let mut gained = 0;
        for step in 1..=GRACE_STEPS {
            next_step(&mut world);
            arrive(&mut world, SOL_E8);
            let (lowest, least, freed) = crank_and_borrow(&world, &bob, destination);
            println!("step {step} after {} leaps: {freed} set free; {lowest} left, proven {least}", leaps.len());
            assert!(lowest >= least, "step {step}: {lowest} left at the worst announced point, proven {least}");
            #[allow(clippy::cast_precision_loss)] // dollars
            let part = lowest as f64 / least as f64;
            assert!(part <= most_left, "step {step}: {lowest} left is far from the proven {least}");
            gained += freed;
            story::reprice(&mut world, SOL_E8);
            fold(&mut world);
        }
        assert!(gained > 0, "the calm set nothing free");
    }
}
