//! Publications, good and bad.

use plimsoll_client::oracle::{PULL_ORACLE_PROGRAM, PUSH_ORACLE_PROGRAM};
use plimsoll_client::oracle::{Quote, pull_account_data, pull_account_data_verified};
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::{Instruction, Pubkey};
use plimsoll_tests::world::EXPONENT;
use plimsoll_tests::{Asset, World};
use pyth_sdk_solana::state::{AccountType, MAGIC, PriceStatus, SolanaPriceAccount, VERSION_2};
use pyth_solana_receiver_sdk::price_update::VerificationLevel;

use crate::expect::refuses;
use crate::wrong_accounts::swapped;

/// 10⁸: what the test oracles' exponent makes of one.
pub(crate) const ONE_E8: i64 = 100_000_000;

/// A publication of this second, the first after the one a second ago, at the price that the oracle's account has.
pub(crate) fn quote_of(world: &World, asset: &Asset) -> Quote {
    Quote {
        feed_id: asset.feed_id,
        price: world.published_price(asset),
        confidence: 0,
        exponent: EXPONENT,
        publish_time: world.now(),
        prev_publish_time: world.now() - 1,
    }
}

/// What is wrong with a publication of SOL, 60 seconds being the oldest age and 2 % the widest confidence.
type Fault = fn(&mut Quote, i64);

const FAULTS: &[(Fault, PlimsollError)] = &[
    (|quote, _| quote.price = 0, PlimsollError::PriceNotPositive),
    (|quote, _| quote.price = -1, PlimsollError::PriceNotPositive),
    (|quote, _| quote.price = i64::MIN, PlimsollError::PriceNotPositive),
    (|quote, _| quote.exponent = -19, PlimsollError::PriceExponent),
    (|quote, _| quote.exponent = 7, PlimsollError::PriceExponent),
    (|quote, _| quote.exponent = i32::MIN, PlimsollError::PriceExponent),
    (|quote, _| quote.exponent = i32::MAX, PlimsollError::PriceExponent),
    (|quote, _| quote.publish_time = -1, PlimsollError::PriceNotNewer),
    (|quote, _| quote.publish_time = i64::MIN, PlimsollError::PriceNotNewer),
    (|quote, now| quote.publish_time = now + 31, PlimsollError::PriceFromFuture),
    (|quote, _| quote.publish_time = i64::MAX, PlimsollError::PriceFromFuture),
    (|quote, now| quote.publish_time = now - 61, PlimsollError::PriceStale),
    (|quote, _| quote.confidence = quote.price.unsigned_abs() / 50 + 1, PlimsollError::PriceUncertain),
    (|quote, _| quote.confidence = u64::MAX, PlimsollError::PriceUncertain),
    // a token atom of SOL is 10⁻⁹: below 2⁻²⁰ or above 2¹³ quote atoms
    (|quote, _| quote.price = 95_000, PlimsollError::PriceTooSmall),
    (|quote, _| quote.price = 8_193_000 * ONE_E8, PlimsollError::PriceTooLarge),
    (|quote, _| quote.price = i64::MAX, PlimsollError::PriceTooLarge),
    (|quote, _| quote.exponent = 6, PlimsollError::PriceTooLarge),
    (|quote, _| quote.exponent = -18, PlimsollError::PriceTooSmall),
];

/// Every fault of a publication, in an instruction that reads SOL's oracle a while after the last refresh.
#[track_caller]
pub(crate) fn refuses_faulty_publications(world: &mut World, instruction: &Instruction, sol: &Asset) {
    let good = quote_of(world, sol);
    for (fault, error) in FAULTS {
        let mut quote = good;
        fault(&mut quote, world.now());
        world.publish_quote(sol.oracle, &quote);
        refuses(world, instruction, &[], *error);
    }
    world.publish_quote(sol.oracle, &good);
}

/// Accounts that are no oracle of the Book, in an instruction that reads SOL's.
#[track_caller]
pub(crate) fn refuses_false_oracles(world: &mut World, instruction: &Instruction, sol: &Asset) {
    let good = quote_of(world, sol);
    let data = pull_account_data(&good);
    let partial = VerificationLevel::Partial { num_signatures: 12 };
    let (mut other_kind, mut other_feed) = (data.clone(), good);
    other_kind[0] ^= 1;
    other_feed.feed_id = [77; 32];
    for (data, owner, error) in [
        (data.clone(), anchor_spl::token::ID, PlimsollError::OracleOwner),
        (data.clone(), plimsoll_client::plimsoll::ID, PlimsollError::OracleOwner),
        (other_kind, PULL_ORACLE_PROGRAM, PlimsollError::OracleData),
        (data[..50].to_vec(), PULL_ORACLE_PROGRAM, PlimsollError::OracleData),
        (Vec::new(), PULL_ORACLE_PROGRAM, PlimsollError::OracleData),
        (data, PUSH_ORACLE_PROGRAM, PlimsollError::OracleData),
        (pull_account_data_verified(&good, partial), PULL_ORACLE_PROGRAM, PlimsollError::OracleNotVerified),
        (pull_account_data(&other_feed), PULL_ORACLE_PROGRAM, PlimsollError::OracleFeed),
    ] {
        let account = Pubkey::new_unique();
        world.set_account(account, data, owner);
        refuses(world, &swapped(instruction, sol.oracle, account), &[], error);
    }
    let nobody = swapped(instruction, sol.oracle, Pubkey::new_unique());
    refuses(world, &nobody, &[], PlimsollError::OracleOwner);
}

/// A push account in its real layout.
pub(crate) fn push_account(quote: &Quote, status: PriceStatus) -> SolanaPriceAccount {
    let mut account = SolanaPriceAccount {
        magic: MAGIC,
        ver: VERSION_2,
        atype: AccountType::Price as u32,
        expo: quote.exponent,
        timestamp: quote.publish_time,
        prev_timestamp: quote.prev_publish_time,
        ..SolanaPriceAccount::default()
    };
    account.agg.price = quote.price;
    account.agg.conf = quote.confidence;
    account.agg.status = status;
    account
}
