//! Pyth accounts in their real layout, for local nodes and tests: what the oracle's programs would have written.

use anchor_lang::{AccountSerialize, prelude::Pubkey};
use pyth_solana_receiver_sdk::price_update::{PriceFeedMessage, PriceUpdateV2, VerificationLevel};

/// Owner of pull accounts.
pub use plimsoll::oracle::{PULL_ORACLE_PROGRAM, PUSH_ORACLE_PROGRAM};

/// What an oracle says at one moment: price and confidence of one whole token, times 10^exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The feed.
    pub feed_id: [u8; 32],
    /// Price mantissa.
    pub price: i64,
    /// Confidence mantissa.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// When it was published.
    pub publish_time: i64,
    /// When the publication before it was.
    pub prev_publish_time: i64,
}

/// The bytes of a fully verified pull account.
#[must_use]
pub fn pull_account_data(quote: &Quote) -> Vec<u8> {
    pull_account_data_verified(quote, VerificationLevel::Full)
}

/// The bytes of a pull account of any verification level.
#[must_use]
pub fn pull_account_data_verified(quote: &Quote, verification_level: VerificationLevel) -> Vec<u8> {
    let update = PriceUpdateV2 {
        write_authority: Pubkey::default(),
        verification_level,
        price_message: PriceFeedMessage {
            feed_id: quote.feed_id,
            price: quote.price,
            conf: quote.confidence,
            exponent: quote.exponent,
            publish_time: quote.publish_time,
            prev_publish_time: quote.prev_publish_time,
            ema_price: quote.price,
            ema_conf: quote.confidence,
        },
        posted_slot: 0,
    };
    let mut data = Vec::with_capacity(PriceUpdateV2::LEN);
    // writing to memory cannot fail
    let written = update.try_serialize(&mut data);
    debug_assert!(written.is_ok());
    data.resize(PriceUpdateV2::LEN, 0);
    data
}
