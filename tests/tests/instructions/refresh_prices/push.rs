//! Pyth's older push accounts, named by their address.

use plimsoll_client::Pubkey;
use plimsoll_client::instructions::{self, refresh_prices};
use plimsoll_client::oracle::{PULL_ORACLE_PROGRAM, PUSH_ORACLE_PROGRAM, Quote, pull_account_data};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::PricesRefreshed;
use plimsoll_client::plimsoll::state::factor::ORACLE_PUSH;
use plimsoll_tests::world::factor_listing;
use plimsoll_tests::{Listing, Signer, World};
use pyth_sdk_solana::state::{AccountType, PriceStatus, SolanaPriceAccount};

use super::mid_of;
use crate::expect::{emits, refuses};
use crate::oracles::{ONE_E8, push_account, quote_of};
use crate::wrong_accounts::swapped;

/// A push factor listed as the fifth, its account's address, and what the account says.
fn world_with_push() -> (World, Pubkey, Quote) {
    let mut world = World::with_majors();
    let address = Pubkey::new_unique();
    let listing = Listing { symbol: "PUSH", decimals: 9, price_e8: 0, sigma_ppm: 30_000 };
    let mut listing = factor_listing(&listing, address.to_bytes());
    listing.oracle_kind = ORACLE_PUSH;
    let list = instructions::list_factor(world.group, world.admin.pubkey(), world.book, listing);
    world.must(&[list], &[]);
    let quote = Quote { price: 50 * ONE_E8, feed_id: address.to_bytes(), ..quote_of(&world, &world.assets[1]) };
    (world, address, quote)
}

#[test]
fn a_push_oracle_enters_while_it_trades() {
    let (mut world, address, quote) = world_with_push();
    let refresh = refresh_prices(world.book, &[address]);
    for status in [PriceStatus::Unknown, PriceStatus::Halted, PriceStatus::Auction, PriceStatus::Ignored] {
        let account = push_account(&quote, status);
        world.set_account(address, bytemuck::bytes_of(&account).to_vec(), PUSH_ORACLE_PROGRAM);
        refuses(&mut world, &refresh, &[], PlimsollError::OracleNotTrading);
    }
    let account = push_account(&quote, PriceStatus::Trading);
    world.set_account(address, bytemuck::bytes_of(&account).to_vec(), PUSH_ORACLE_PROGRAM);
    let event = PricesRefreshed { book: world.book, accepted: 0b1_0000, pending: 0 };
    emits(&mut world, &refresh, &[], &event);
    assert_eq!(world.book_state().factors[4].price.mid, mid_of(50));
}

#[test]
fn false_push_oracles_are_refused() {
    let (mut world, address, quote) = world_with_push();
    let refresh = refresh_prices(world.book, &[address]);
    let genuine = push_account(&quote, PriceStatus::Trading);
    let bytes = |change: fn(&mut SolanaPriceAccount)| {
        let mut account = genuine;
        change(&mut account);
        bytemuck::bytes_of(&account).to_vec()
    };
    for (data, owner, error) in [
        (bytes(|account| account.magic ^= 1), PUSH_ORACLE_PROGRAM, PlimsollError::OracleData),
        (bytes(|account| account.ver = 1), PUSH_ORACLE_PROGRAM, PlimsollError::OracleData),
        (bytes(|account| account.atype = AccountType::Product as u32), PUSH_ORACLE_PROGRAM, PlimsollError::OracleData),
        (bytes(|_| ())[..200].to_vec(), PUSH_ORACLE_PROGRAM, PlimsollError::OracleData),
        (bytes(|_| ()), anchor_spl::token::ID, PlimsollError::OracleOwner),
        // a pull update that names the push account's address as its feed
        (pull_account_data(&quote), PULL_ORACLE_PROGRAM, PlimsollError::OracleFeed),
    ] {
        world.set_account(address, data, owner);
        refuses(&mut world, &refresh, &[], error);
    }
    let elsewhere = Pubkey::new_unique();
    world.set_account(elsewhere, bytes(|_| ()), PUSH_ORACLE_PROGRAM);
    refuses(&mut world, &swapped(&refresh, address, elsewhere), &[], PlimsollError::OracleFeed);
}
