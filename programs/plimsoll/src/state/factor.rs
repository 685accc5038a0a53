//! A risk factor: one price, what the program observed of it, and the thresholds that follow.

use anchor_lang::prelude::*;

use super::params::FactorParams;
use super::wide::Wide;
use crate::constants::{DELAY_HOURS, PATH_POINTS};
use crate::error::PlimsollError;

/// The slot is free.
pub const STATUS_EMPTY: u8 = 0;
/// The slot is in use.
pub const STATUS_ACTIVE: u8 = 1;
/// Only closing actions.
pub const STATUS_DELISTING: u8 = 2;

/// A pull account, owned by the receiver program, named by its feed id.
pub const ORACLE_PULL: u8 = 0;
/// A push account, named by its own address.
pub const ORACLE_PUSH: u8 = 1;

/// One risk factor.
#[zero_copy]
#[derive(Debug)]
pub struct Factor {
    /// The oracle's feed id (pull) or the price account's address (push).
    pub feed_id: [u8; 32],
    /// Name for people, zero-padded.
    pub symbol: [u8; 16],
    /// One of the `STATUS_` constants.
    pub status: u8,
    /// One of the `ORACLE_` constants.
    pub oracle_kind: u8,
    /// Decimals of an atom of every token and market on this factor.
    pub base_decimals: u8,
    /// Alignment.
    pub padding: [u8; 1],
    /// Counts parameter changes.
    pub params_version: u32,
    /// Prices in force.
    pub price: FactorPrice,
    /// A step that waits for confirmation.
    pub jump: JumpState,
    /// The stable price's memory.
    pub stable: StableState,
    /// What was observed of volatility.
    pub volatility: VolatilityState,
    /// What follows from it.
    pub threshold: ThresholdState,
    /// Implied volatility feed.
    pub implied: ImpliedState,
    /// Liquidity of the markets elsewhere, and what follows from it.
    pub liquidity: LiquidityState,
    /// Liquidation bucket: what is left of it.
    pub throughput_available_quote_atoms: u64,
    /// When that was.
    pub throughput_updated_seconds: u64,
    /// Parameters.
    pub params: FactorParams,
    /// For later versions.
    pub reserved: [u64; 6],
}

/// Prices in force, as a margin check reads them. Mantissas with 40 fractional bits.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FactorPrice {
    /// The oracle's price.
    pub mid: u64,
    /// The oracle's confidence interval, rounded up.
    pub confidence: u64,
    /// What an asset counts at in initial margin.
    pub asset_initial: u64,
    /// What a debt counts at in initial margin.
    pub debt_initial: u64,
    /// When the oracle published it.
    pub publish_time_seconds: u64,
}

/// The jump guard's memory.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct JumpState {
    /// The price that waits, mantissa; 0: none does.
    pub pending_mid: u64,
    /// Its confidence interval.
    pub pending_confidence: u64,
    /// When it was published.
    pub pending_publish_time_seconds: u64,
    /// When the publication before it was published.
    pub pending_prev_publish_time_seconds: u64,
    /// Pending time spent of the hour's budget, in sixtieths of a second.
    pub spent_sixtieths: u64,
    /// When that was counted.
    pub spent_at_seconds: u64,
}

/// The stable price's memory.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct StableState {
    /// The stable price, mantissa.
    pub stable: u64,
    /// Its last update.
    pub updated_seconds: u64,
    /// Σ mantissa·seconds of the hour under way.
    pub hour_sum: Wide,
    /// Seconds in it.
    pub hour_weight_seconds: u64,
    /// Average price of each of the last 24 hours, mantissas, at the hour of Unix time modulo 24.
    pub hours: [u64; DELAY_HOURS],
}

/// What was observed of volatility.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct VolatilityState {
    /// Fast variance per day, 96 fractional bits.
    pub variance_fast: Wide,
    /// Slow variance per day, 96 fractional bits.
    pub variance_slow: Wide,
    /// Jump level, ratio.
    pub jump_level: u64,
    /// √ of the larger variance: widens stale bands, measures distances. Ratio per √day.
    pub sigma_now: u64,
    /// Log price of the last folded sample, 48 fractional bits.
    pub last_log_price: i64,
    /// Its grid step.
    pub last_step: u64,
    /// Log price of the newest sample.
    pub sample_log_price: i64,
    /// Its grid step.
    pub sample_step: u64,
    /// Log prices from the last folded sample to the newest one: highest and lowest.
    pub closed_high: i64,
    /// See `closed_high`.
    pub closed_low: i64,
    /// Log prices from the newest sample on: highest and lowest.
    pub open_high: i64,
    /// See `open_high`.
    pub open_low: i64,
    /// λ of the fast variance over one grid step, 63 fractional bits.
    pub decay_fast: u64,
    /// λ of the slow variance.
    pub decay_slow: u64,
    /// λ of the jump level.
    pub decay_jump: u64,
}

/// Margins, as ratios with 32 fractional bits.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ThresholdState {
    /// Maintenance margin, announced: point n holds in step `path_step` + n, the last one from then on.
    pub path: [u64; PATH_POINTS],
    /// The step of point 0.
    pub path_step: u64,
    /// Where the path walks to.
    pub goal: u64,
    /// Initial margin.
    pub initial: u64,
    /// Added to initial margin by the steward, for a later version.
    pub initial_add: u64,
    /// What follows from the parameters alone.
    pub derived: ThresholdDerived,
}

/// Constants of a factor's threshold, derived by the core when its parameters are set.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ThresholdDerived {
    /// Least expected shortfall, squared, 96 fractional bits.
    pub floor_shortfall: Wide,
    /// What stress adds to it.
    pub stress_shortfall: Wide,
    /// What the current variance is multiplied by, 48 fractional bits.
    pub live_multiplier: u64,
    /// Cost of closing out, ratio.
    pub closing_cost: u64,
    /// Level up to which the buffer fills, ratio.
    pub buffer_level: u64,
    /// Upward walk of one step relative to the level, ratio.
    pub step_relative: u64,
    /// Upward walk of one step at least, ratio.
    pub step_absolute: u64,
}

/// An implied-volatility feed.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ImpliedState {
    /// Feed id; zero: none.
    pub feed_id: [u8; 32],
    /// Implied variance per day, 96 fractional bits.
    pub variance: Wide,
    /// When it was published.
    pub publish_time_seconds: u64,
}

/// What a factor's markets bear, and the impact that follows: in force, announced by the tide, and newest.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LiquidityState {
    /// The steward's profile.
    pub profile: LiquidityProfile,
    /// When it was set; 0: never.
    pub profile_set_seconds: u64,
    /// The impact in force.
    pub in_force: ImpactState,
    /// The impact announced.
    pub announced: ImpactState,
    /// The impact that would be announced next.
    pub newest: ImpactState,
    /// The day of Unix time over which `volume_today_quote_atoms` counts.
    pub volume_day: u64,
    /// What perp markets traded of the factor in that day.
    pub volume_today_quote_atoms: u64,
    /// What they traded in the day before it.
    pub volume_last_day_quote_atoms: u64,
}

/// A factor's law of impact.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ImpactState {
    /// Multiple of the margin per √quote atom, 64 fractional bits; 0: none.
    pub unit: u64,
    /// Least multiple of a deposit or long, ratio.
    pub concentrated_long: u64,
    /// Least multiple of a debt or short, ratio.
    pub concentrated_short: u64,
}

/// What closing out costs, as the steward sees it.
#[zero_copy]
#[derive(borsh::BorshSerialize, borsh::BorshDeserialize, Debug, Default, PartialEq, Eq)]
pub struct LiquidityProfile {
    /// Depth within 2 % of mid, one side.
    pub depth_quote_atoms: u64,
    /// Average daily volume.
    pub daily_volume_quote_atoms: u64,
    /// Spread, whole.
    pub spread_ppm: u32,
    /// Its standard deviation.
    pub spread_deviation_ppm: u32,
}

const _: () = assert!(core::mem::size_of::<Factor>() == 1_088);

impl Factor {
    /// Whether the slot is in use.
    #[must_use]
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.status != STATUS_EMPTY
    }

    /// Refuses an empty slot and a factor that has not seen a price.
    pub fn require_priced(&self) -> Result<()> {
        require!(self.is_listed(), PlimsollError::FactorIndex);
        require!(self.price.mid != 0, PlimsollError::FactorNotPriced);
        Ok(())
    }
}
