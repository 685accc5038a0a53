//! What the rows of the tide, profiles, scenarios and implied volatility measure.

use plimsoll_client::{Pubkey, instructions};
use plimsoll_tests::perps::perp_params;
use plimsoll_tests::risk::{GRACE_SECONDS, GRID_SECONDS, ImpliedFeed, profile, scenario};
use plimsoll_tests::{Signer, World, assets};
use solana_message::Message;

use super::measure::Row;

/// Sixteen factors, each with a profile, deposits, and (but for the quote) a market: everything that an impact is computed from.
fn full_world() -> World {
    let mut world = World::with(&assets::sixteen());
    world.create_pool();
    let lender = world.trader();
    for asset in world.assets.clone() {
        world.deposit(&lender, &asset, asset.atoms(1_000_000)).expect("a deposit");
        if asset.index > 0 {
            world.list_perp(&asset, perp_params(asset.decimals));
        }
        world.set_profile(asset.index, profile()).expect("a profile");
    }
    world
}

/// Every price moves, and the step is folded.
fn fold_moved(world: &mut World, round: i64) -> u64 {
    for (asset, sign) in world.assets.clone().iter().zip([1, -1].into_iter().cycle()) {
        let price = world.published_price(asset);
        world.publish(asset, price + sign * price / (500 + 10 * i64::from(asset.index) + round));
    }
    world.refresh_prices();
    world.must(&[instructions::refresh_risk(world.book, &[])], &[])
}

/// The third tide: what comes into force and what is announced are both full.
fn turn() -> u64 {
    let mut world = full_world();
    world.advance(GRID_SECONDS);
    let mut cu = fold_moved(&mut world, 0);
    for round in 1..=2 {
        world.advance(2 * GRACE_SECONDS - GRID_SECONDS);
        fold_moved(&mut world, round);
        world.advance(GRID_SECONDS);
        let tides = world.book_state().tides;
        cu = fold_moved(&mut world, round);
        assert_eq!(world.book_state().tides, tides + 1, "the tide did not turn");
    }
    cu
}

fn set_profile() -> u64 {
    let mut world = full_world();
    world.advance(21_600);
    let (group, steward, book) = (world.group, world.admin.pubkey(), world.book);
    world.must(&[instructions::set_liquidity_profile(group, steward, book, 15, profile())], &[])
}

/// Compute units, and bytes of the transaction.
fn set_scenarios() -> (u64, u64) {
    let mut world = World::with_majors();
    let admin = world.admin.pubkey();
    let set = instructions::set_scenarios(world.group, admin, world.book, (0, 16), vec![scenario(-4_096, 41); 16]);
    let message = Message::new(std::slice::from_ref(&set), Some(&admin));
    let bytes = 1 + 64 + message.serialize().len();
    (world.must(&[set], &[]), bytes as u64)
}

fn refresh_implied() -> u64 {
    let mut world = World::with(&assets::sixteen());
    let feed = ImpliedFeed { feed_id: [0x1F; 32], oracle: Pubkey::new_unique() };
    let (group, admin, book) = (world.group, world.admin.pubkey(), world.book);
    world.must(&[instructions::set_implied_feed(group, admin, book, 15, feed.feed_id)], &[]);
    world.publish_implied(&feed, 6_000_000);
    world.must(&[instructions::refresh_implied(book, &[feed.oracle])], &[])
}

/// Every row.
pub(crate) fn all() -> Vec<Row> {
    let (rows, bytes) = set_scenarios();
    vec![
        Row::new("refresh_risk", "tide turns, 16 factors", turn()),
        Row::new("refresh_implied", "1 oracle", refresh_implied()),
        Row::new("set_liquidity_profile", "16 markets", set_profile()),
        Row::new("set_scenarios", "16 rows", rows),
        Row::new("set_scenarios", "16 rows bytes", bytes),
    ]
}
