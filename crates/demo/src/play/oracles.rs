//! The oracles: one account per factor in Pyth's real layout, written by the node as the receiver program would leave it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plimsoll_client::Pubkey;
use plimsoll_client::oracle::{PULL_ORACLE_PROGRAM, Quote, pull_account_data};
use plimsoll_client::plimsoll::state::Book;
use serde_json::{Value, json};

use super::cast::seeded_bytes;
use crate::scenario::{ASSETS, PRICE_EXPONENT, Publication};

/// More than the rent of any account here.
const LAMPORTS: u64 = 10_000_000;
/// A publication that confirms a jump comes this much later.
pub const CONFIRMATION_SECONDS: u64 = 4;

/// The oracle accounts, in the order of [`ASSETS`].
#[derive(Clone, Copy, Debug)]
pub struct Oracles {
    /// Addresses.
    pub addresses: [Pubkey; ASSETS.len()],
    feed_ids: [[u8; 32]; ASSETS.len()],
    /// What is added to a scenario's time: the node's clock cannot go back to it.
    shift_seconds: u64,
}

impl Oracles {
    /// The oracles of a Book's first factors.
    #[must_use]
    pub fn of(book: &Book, shift_seconds: u64) -> Self {
        let mut feed_ids = [[0; 32]; ASSETS.len()];
        for (feed_id, factor) in feed_ids.iter_mut().zip(&book.factors) {
            *feed_id = factor.feed_id;
        }
        Self {
            addresses: ASSETS.map(|symbol| Pubkey::new_from_array(seeded_bytes("oracle", symbol))),
            feed_ids,
            shift_seconds,
        }
    }

    /// The command that publishes for every factor.
    #[must_use]
    pub fn publish(&self, publications: &[Publication; ASSETS.len()]) -> Value {
        let accounts: Vec<Value> = (0..ASSETS.len()).map(|asset| self.account(asset, &publications[asset])).collect();
        json!({"cmd": "setAccounts", "accounts": accounts})
    }

    /// The command that publishes every price once more at a later moment of the node's clock: the first publication after the step's, or after
    /// the confirmation of those that `confirmed` marks.
    #[must_use]
    pub fn follow_up(
        &self,
        publications: &[Publication; ASSETS.len()],
        confirmed: [bool; ASSETS.len()],
        clock_seconds: u64,
    ) -> Value {
        let publish_time = clock_seconds.saturating_sub(self.shift_seconds).cast_signed();
        let later = |asset: usize| {
            let publication = publications[asset];
            let confirmation = if confirmed[asset] { CONFIRMATION_SECONDS.cast_signed() } else { 0 };
            Publication { publish_time, prev_publish_time: publication.publish_time + confirmation, ..publication }
        };
        self.publish(&std::array::from_fn(later))
    }

    /// The command that publishes what confirms a jump from `before` to `jumped`, for the assets that `waits` marks.
    ///
    /// The second price lies a millionth further: of two publications the guard takes the one nearer to the price in force, with its
    /// own times, and the first one is the sample of its grid step.
    #[must_use]
    pub fn confirm(
        &self,
        before: &[Publication; ASSETS.len()],
        jumped: &[Publication; ASSETS.len()],
        waits: [bool; ASSETS.len()],
    ) -> Value {
        let marked = (0..ASSETS.len()).filter(|asset| waits[*asset]);
        let accounts: Vec<Value> =
            marked.map(|asset| self.account(asset, &confirmation(&before[asset], &jumped[asset]))).collect();
        json!({"cmd": "setAccounts", "accounts": accounts})
    }

    fn account(&self, asset: usize, publication: &Publication) -> Value {
        let shift = self.shift_seconds.cast_signed();
        let data = pull_account_data(&Quote {
            feed_id: self.feed_ids[asset],
            price: publication.price,
            confidence: publication.confidence,
            exponent: PRICE_EXPONENT,
            publish_time: publication.publish_time + shift,
            prev_publish_time: publication.prev_publish_time + shift,
        });
        json!({
            "address": self.addresses[asset].to_string(),
            "lamports": LAMPORTS,
            "data_base64": BASE64_STANDARD.encode(data),
            "owner": PULL_ORACLE_PROGRAM.to_string(),
        })
    }
}

fn confirmation(before: &Publication, jumped: &Publication) -> Publication {
    let further = (jumped.price / 1_000_000).max(1) * (jumped.price - before.price).signum();
    let publish_time = jumped.publish_time + CONFIRMATION_SECONDS.cast_signed();
    Publication {
        price: jumped.price + further,
        confidence: jumped.confidence,
        publish_time,
        prev_publish_time: publish_time - 1,
    }
}
