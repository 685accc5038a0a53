//! Reading oracle accounts: which feed, and when it was published. The only file here that names a vendor.

use anchor_lang::AccountDeserialize;
use plimsoll::state::Factor;
use plimsoll::state::factor::{ORACLE_PULL, ORACLE_PUSH};
use plimsoll_client::Pubkey;
use plimsoll_client::oracle::{PULL_ORACLE_PROGRAM, PUSH_ORACLE_PROGRAM};
use pyth_sdk_solana::state::{PriceStatus, load_price_account};
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

/// The program refuses publications further ahead of its clock.
const MAX_FUTURE_SECONDS: u64 = 30;

/// The newest publication of an oracle account. What a price comes to is the program's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The oracle account.
    pub oracle: Pubkey,
    /// `ORACLE_PULL` or `ORACLE_PUSH`.
    pub kind: u8,
    /// The feed id, or the push account's address.
    pub feed_id: [u8; 32],
    /// When it was published, Unix time.
    pub publish_time_seconds: u64,
    /// When the publication before it was, Unix time.
    pub prev_publish_time_seconds: u64,
    /// Mantissa of the price, or of an implied volatility in percent a year.
    pub price: i64,
    /// Mantissa of the confidence interval.
    pub confidence: u64,
    /// Power of ten of both.
    pub exponent: i32,
}

impl Publication {
    /// Whether a factor follows this feed.
    #[must_use]
    pub fn is_of(&self, factor: &Factor) -> bool {
        factor.is_listed() && factor.oracle_kind == self.kind && factor.feed_id == self.feed_id
    }

    /// Whether a factor takes its implied volatility from this feed.
    #[must_use]
    pub fn is_implied_of(&self, factor: &Factor) -> bool {
        let has_feed = factor.implied.feed_id != [0; 32];
        factor.is_listed() && has_feed && self.kind == ORACLE_PULL && factor.implied.feed_id == self.feed_id
    }

    /// As the core reads it.
    #[must_use]
    pub const fn content(&self) -> plimsoll_risk::price::Publication {
        plimsoll_risk::price::Publication {
            price: self.price,
            confidence: self.confidence,
            exponent: self.exponent,
            publish_time_seconds: self.publish_time_seconds.cast_signed(),
            prev_publish_time_seconds: self.prev_publish_time_seconds.cast_signed(),
        }
    }

    /// Whether it is the feed's first publication at or after a moment: each feed has one.
    #[must_use]
    pub const fn is_first_since(&self, seconds: u64) -> bool {
        self.prev_publish_time_seconds < seconds && self.publish_time_seconds >= seconds
    }

    /// Whether the program would refuse it for its distance ahead of the clock.
    #[must_use]
    pub const fn is_from_future(&self, now_seconds: u64) -> bool {
        self.publish_time_seconds > now_seconds.saturating_add(MAX_FUTURE_SECONDS)
    }

    /// How long ago it was published.
    #[must_use]
    pub const fn age_seconds(&self, now_seconds: u64) -> u64 {
        now_seconds.saturating_sub(self.publish_time_seconds)
    }
}

/// Reads an oracle account. None where the program would refuse it: another owner, other data, not fully verified, not trading.
#[must_use]
pub fn read(oracle: Pubkey, owner: &Pubkey, data: &[u8]) -> Option<Publication> {
    if *owner == PULL_ORACLE_PROGRAM {
        read_pull(oracle, data)
    } else if *owner == PUSH_ORACLE_PROGRAM {
        read_push(oracle, data)
    } else {
        None
    }
}

fn read_pull(oracle: Pubkey, mut data: &[u8]) -> Option<Publication> {
    let update = PriceUpdateV2::try_deserialize(&mut data).ok()?;
    let message = update.price_message;
    (update.verification_level == VerificationLevel::Full).then_some(Publication {
        oracle,
        kind: ORACLE_PULL,
        feed_id: message.feed_id,
        publish_time_seconds: u64::try_from(message.publish_time).ok()?,
        prev_publish_time_seconds: u64::try_from(message.prev_publish_time).unwrap_or(0),
        price: message.price,
        confidence: message.conf,
        exponent: message.exponent,
    })
}

fn read_push(oracle: Pubkey, data: &[u8]) -> Option<Publication> {
    let price = load_price_account::<32, ()>(data).ok()?;
    (price.agg.status == PriceStatus::Trading).then_some(Publication {
        oracle,
        kind: ORACLE_PUSH,
        feed_id: oracle.to_bytes(),
        publish_time_seconds: u64::try_from(price.timestamp).ok()?,
        prev_publish_time_seconds: u64::try_from(price.prev_timestamp).unwrap_or(0),
        price: price.agg.price,
        confidence: price.agg.conf,
        exponent: price.expo,
    })
}
