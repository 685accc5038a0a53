//! What the admin sets and the oracles publish.

use plimsoll_client::plimsoll::state::{BookParams, FactorParams, ReserveParams};
use plimsoll_client::{instructions, oracle};
use plimsoll_tests::world::EXPONENT;
use plimsoll_tests::{Asset, Signer, World};

use crate::story::STEP_SECONDS;

/// Publishes a price of this second without any doubt: no bound of the confidence refuses it.
pub(crate) fn publish(world: &mut World, asset: &Asset, price_e8: i64) {
    let now = world.now();
    let (feed_id, exponent) = (asset.feed_id, EXPONENT);
    let (publish_time, prev_publish_time) = (now, now - 1);
    let quote = oracle::Quote { feed_id, price: price_e8, confidence: 0, exponent, publish_time, prev_publish_time };
    world.publish_quote(asset.oracle, &quote);
}

/// Changes a factor's parameters.
pub(crate) fn change_factor(world: &mut World, index: u8, change: impl FnOnce(&mut FactorParams)) {
    let mut params = world.book_state().factors[usize::from(index)].params;
    change(&mut params);
    let set = instructions::set_factor_params(world.group, world.admin.pubkey(), world.book, index, params);
    world.must(&[set], &[]);
}

/// Changes a reserve's parameters.
pub(crate) fn change_reserve(world: &mut World, index: u8, change: impl FnOnce(&mut ReserveParams)) {
    let mut params = world.book_state().reserves[usize::from(index)].params;
    change(&mut params);
    let set = instructions::set_reserve_params(world.group, world.admin.pubkey(), world.book, index, params);
    world.must(&[set], &[]);
}

/// Changes the Book's parameters.
pub(crate) fn change_book(world: &mut World, change: impl FnOnce(&mut BookParams)) {
    let mut params = world.book_state().params;
    change(&mut params);
    let set = instructions::set_book_params(world.group, world.admin.pubkey(), world.book, params);
    world.must(&[set], &[]);
}

/// The next grid step begins this very second, and every price is published as it was.
pub(crate) fn next_step(world: &mut World) {
    world.advance(STEP_SECONDS - world.now() % STEP_SECONDS);
    publish_unchanged(world);
}

/// Every price is published as it was, and refreshed.
pub(crate) fn publish_unchanged(world: &mut World) {
    for asset in world.assets.clone() {
        let price = world.published_price(&asset);
        publish(world, &asset, price);
    }
    world.refresh_prices();
}

/// Brings interest and funding up to date.
pub(crate) fn bring_up(world: &mut World) {
    let mut list = vec![instructions::accrue(world.book)];
    list.extend((0..3).map(|market| instructions::update_funding(world.book, market)));
    world.must(&list, &[]);
}
