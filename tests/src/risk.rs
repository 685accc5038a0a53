//! Liquidity profiles, scenarios, implied volatility and the tide of a test world.

use plimsoll_client::plimsoll::state::{LiquidityProfile, Scenario};
use plimsoll_client::{instructions, oracle};
use solana_signer::Signer;

use crate::outcome::Outcome;
use crate::world::World;

/// Length of a grid step of a test world.
pub const GRID_SECONDS: i64 = 300;
/// Length of a grace of a test world.
pub const GRACE_SECONDS: i64 = 3_600;
/// Exponent of the test feeds of implied volatility: percent a year.
const IMPLIED_EXPONENT: i32 = -5;

/// 20 million dollars of depth, 2 billion a day, a spread of 0.05 % that deviates by 0.01 %: less than the parameter's 0.1 %.
#[must_use]
pub const fn profile() -> LiquidityProfile {
    LiquidityProfile {
        depth_quote_atoms: 20_000_000_000_000,
        daily_volume_quote_atoms: 2_000_000_000_000_000,
        spread_ppm: 500,
        spread_deviation_ppm: 100,
    }
}

/// A row in which every factor moves by this part of its margin, 12 fractional bits.
#[must_use]
pub const fn scenario(shock: i16, basis: i16) -> Scenario {
    Scenario { shocks: [shock; 16], basis }
}

impl World {
    /// Sets a factor's liquidity profile.
    pub fn set_profile(&mut self, factor_index: u8, profile: LiquidityProfile) -> Outcome {
        let steward = self.admin.pubkey();
        self.send(&[instructions::set_liquidity_profile(self.group, steward, self.book, factor_index, profile)], &[])
    }

    /// Publishes this many hundred-thousandths of a per cent a year on the feed of an oracle account; the publication before it was a second ago.
    pub fn publish_implied(&mut self, feed: &ImpliedFeed, percent_e5: i64) {
        let now = self.now();
        self.publish_quote(
            feed.oracle,
            &oracle::Quote {
                feed_id: feed.feed_id,
                price: percent_e5,
                confidence: 0,
                exponent: IMPLIED_EXPONENT,
                publish_time: now,
                prev_publish_time: now - 1,
            },
        );
    }

    /// The next boundary of the grid passes, no price moves, and the step is folded.
    pub fn fold(&mut self) -> Outcome {
        let to_boundary = GRID_SECONDS - self.now() % GRID_SECONDS;
        self.advance_refreshed(to_boundary);
        self.send(&[instructions::refresh_risk(self.book, &[])], &[])
    }

    /// Two graces pass, no price moves, and the fold turns the tide.
    ///
    /// # Panics
    /// Where it does not.
    pub fn turn_tide(&mut self) {
        let tides = self.book_state().tides;
        self.advance(2 * GRACE_SECONDS);
        self.fold().expect("a fold");
        assert_eq!(self.book_state().tides, tides + 1, "the tide did not turn");
    }
}

/// A feed of implied volatility and the account that carries it.
#[derive(Clone, Copy, Debug)]
pub struct ImpliedFeed {
    /// The feed.
    pub feed_id: [u8; 32],
    /// The account.
    pub oracle: plimsoll_client::Pubkey,
}
