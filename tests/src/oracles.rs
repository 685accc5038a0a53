//! Oracle accounts of a test world, and the prices that the Book reads from them.

use plimsoll_client::{Pubkey, instructions, oracle};

use crate::assets::Asset;
use crate::world::{EXPONENT, World};

impl World {
    /// Writes an oracle's account: a publication of this second, the one before a second ago.
    pub fn publish(&mut self, asset: &Asset, price_e8: i64) {
        let now = self.now();
        self.publish_at(asset, price_e8, now, now - 1);
    }

    /// Writes an oracle's account, with a confidence of 0.05 % of the price.
    pub fn publish_at(&mut self, asset: &Asset, price_e8: i64, publish_time: i64, prev_publish_time: i64) {
        self.publish_quote(
            asset.oracle,
            &oracle::Quote {
                feed_id: asset.feed_id,
                price: price_e8,
                confidence: price_e8.unsigned_abs() / 2_000,
                exponent: EXPONENT,
                publish_time,
                prev_publish_time,
            },
        );
    }

    /// Writes any publication to any oracle account.
    pub fn publish_quote(&mut self, account: Pubkey, quote: &oracle::Quote) {
        self.set_account(account, oracle::pull_account_data(quote), oracle::PULL_ORACLE_PROGRAM);
    }

    /// Refreshes every listed price from its oracle.
    pub fn refresh_prices(&mut self) {
        let oracles: Vec<Pubkey> = self.assets.iter().map(|asset| asset.oracle).collect();
        self.must(&[instructions::refresh_prices(self.book, &oracles)], &[]);
    }

    /// Moves the clock and publishes every price anew, unchanged, then refreshes.
    pub fn advance_refreshed(&mut self, seconds: i64) {
        self.advance(seconds);
        for asset in self.assets.clone() {
            let price = self.published_price(&asset);
            self.publish(&asset, price);
        }
        self.refresh_prices();
    }

    /// What the oracle's account says now, in 10⁻⁸.
    ///
    /// # Panics
    /// Where there is no such account.
    #[must_use]
    pub fn published_price(&self, asset: &Asset) -> i64 {
        use anchor_lang::AccountDeserialize;
        let account = self.svm.get_account(&asset.oracle).expect("an oracle account");
        pyth_solana_receiver_sdk::price_update::PriceUpdateV2::try_deserialize(&mut account.data.as_slice())
            .expect("a price update")
            .price_message
            .price
    }
}
