//! Liquidity profiles, scenarios, implied volatility and the tide of a test world.

use plimsoll_client::plimsoll::state::{LiquidityProfile, Scenario};
use plimsoll_client::{Instruction, Pubkey, instructions, oracle};
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

/// What a whole transaction may use.
const MOST_COMPUTE_UNITS: u32 = 1_400_000;
/// The program that reads a transaction's limits, and its instruction that raises the compute units to a 32-bit number.
const COMPUTE_BUDGET: Pubkey = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
const SET_COMPUTE_UNIT_LIMIT: u8 = 2;

/// Lets the transaction that it is put in front of use as much compute as any may: a look at every step of a portfolio account's hour takes more than an
/// instruction has by default.
#[must_use]
pub fn most_compute_units() -> Instruction {
    let mut data = vec![SET_COMPUTE_UNIT_LIMIT];
    data.extend(MOST_COMPUTE_UNITS.to_le_bytes());
    Instruction { program_id: COMPUTE_BUDGET, accounts: Vec::new(), data }
}

impl World {
    /// Sends `call_margin` for an account.
    pub fn call_margin(&mut self, margin_account: Pubkey) -> Outcome {
        self.send(&[most_compute_units(), instructions::call_margin(self.book, margin_account)], &[])
    }

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
    pub oracle: Pubkey,
}
