//! A factor's stored state as the core's structs, and back.

use anchor_lang::prelude::*;
use plimsoll_risk::health::{FactorTerms, LiquidationFactorTerms};
use plimsoll_risk::liquidation::Bucket;
use plimsoll_risk::price::{self, JumpGuard, PENDING_SECONDS, PriceBand, Quote, StablePrice};
use plimsoll_risk::quantities::{Decay, LogPrice, Price, Ratio, Value, Variance};
use plimsoll_risk::threshold::{self, Path, ThresholdTerms};
use plimsoll_risk::volatility::{Decays, LogRange, Observations, Volatility};

use super::terms;
use crate::error::OrRefuse;
use crate::state::factor::{FactorPrice, JumpState, VolatilityState};
use crate::state::{Factor, Moment, Wide};

impl Factor {
    /// The price in force.
    #[must_use]
    #[inline(always)]
    pub const fn quote(&self) -> Quote {
        Quote {
            mid: Price::from_bits(self.price.mid),
            confidence: Price::from_bits(self.price.confidence),
            publish_time_seconds: self.price.publish_time_seconds,
            prev_publish_time_seconds: 0,
        }
    }

    /// The jump guard.
    #[must_use]
    #[inline(always)]
    pub fn jump_guard(&self) -> JumpGuard {
        let jump = &self.jump;
        let pending = Quote {
            mid: Price::from_bits(jump.pending_mid),
            confidence: Price::from_bits(jump.pending_confidence),
            publish_time_seconds: jump.pending_publish_time_seconds,
            prev_publish_time_seconds: jump.pending_prev_publish_time_seconds,
        };
        JumpGuard {
            pending: (jump.pending_mid != 0).then_some(pending),
            spent_sixtieths: jump.spent_sixtieths,
            spent_at_seconds: jump.spent_at_seconds,
        }
    }

    /// Stores the jump guard.
    pub fn set_jump_guard(&mut self, guard: &JumpGuard) {
        let pending = guard.pending.unwrap_or_default();
        self.jump = JumpState {
            pending_mid: pending.mid.to_bits(),
            pending_confidence: pending.confidence.to_bits(),
            pending_publish_time_seconds: pending.publish_time_seconds,
            pending_prev_publish_time_seconds: pending.prev_publish_time_seconds,
            spent_sixtieths: guard.spent_sixtieths,
            spent_at_seconds: guard.spent_at_seconds,
        };
    }

    /// Whether a step waits for its confirmation.
    #[must_use]
    #[inline(always)]
    pub const fn is_pending(&self, now_seconds: u64) -> bool {
        self.jump.pending_mid != 0
            && now_seconds.saturating_sub(self.jump.pending_publish_time_seconds) <= PENDING_SECONDS
    }

    /// Stores an accepted price with its bands.
    pub const fn set_price(&mut self, quote: &Quote, band: &PriceBand) {
        self.price = FactorPrice {
            mid: quote.mid.to_bits(),
            confidence: quote.confidence.to_bits(),
            asset_initial: band.asset.to_bits(),
            debt_initial: band.debt.to_bits(),
            publish_time_seconds: quote.publish_time_seconds,
        };
    }

    /// The stable price.
    #[must_use]
    pub const fn stable_price(&self) -> StablePrice {
        StablePrice {
            price: Price::from_bits(self.stable.stable),
            updated_at_seconds: self.stable.updated_seconds,
            hour_sum: self.stable.hour_sum.get(),
            hour_weight_seconds: self.stable.hour_weight_seconds,
        }
    }

    /// Stores the stable price.
    pub const fn set_stable_price(&mut self, stable: &StablePrice) {
        self.stable.stable = stable.price.to_bits();
        self.stable.updated_seconds = stable.updated_at_seconds;
        self.stable.hour_sum = Wide::new(stable.hour_sum);
        self.stable.hour_weight_seconds = stable.hour_weight_seconds;
    }

    /// The variances.
    #[must_use]
    #[inline(always)]
    pub const fn volatility_state(&self) -> Volatility {
        let state = &self.volatility;
        Volatility {
            fast: Variance::from_bits(state.variance_fast.get()),
            slow: Variance::from_bits(state.variance_slow.get()),
            jump: Ratio::from_bits(state.jump_level),
            last_sample: LogPrice::from_bits(state.last_log_price),
            last_step: state.last_step,
        }
    }

    /// What was observed since the last fold.
    #[must_use]
    #[inline(always)]
    pub const fn observations(&self) -> Observations {
        let state = &self.volatility;
        Observations {
            sample: LogPrice::from_bits(state.sample_log_price),
            sample_step: state.sample_step,
            closed: LogRange {
                high: LogPrice::from_bits(state.closed_high),
                low: LogPrice::from_bits(state.closed_low),
            },
            open: LogRange { high: LogPrice::from_bits(state.open_high), low: LogPrice::from_bits(state.open_low) },
        }
    }

    /// Stores the variances; `sigma_now` follows.
    pub fn set_volatility(&mut self, volatility: &Volatility) {
        let state: &mut VolatilityState = &mut self.volatility;
        state.variance_fast = Wide::new(volatility.fast.to_bits());
        state.variance_slow = Wide::new(volatility.slow.to_bits());
        state.jump_level = volatility.jump.to_bits();
        state.last_log_price = volatility.last_sample.to_bits();
        state.last_step = volatility.last_step;
        state.sigma_now = volatility.fast.max(volatility.slow).root_up().to_bits();
    }

    /// Stores what was observed.
    #[inline(always)]
    pub const fn set_observations(&mut self, observations: &Observations) {
        let state: &mut VolatilityState = &mut self.volatility;
        state.sample_log_price = observations.sample.to_bits();
        state.sample_step = observations.sample_step;
        state.closed_high = observations.closed.high.to_bits();
        state.closed_low = observations.closed.low.to_bits();
        state.open_high = observations.open.high.to_bits();
        state.open_low = observations.open.low.to_bits();
    }

    /// λ of the variances over one step.
    #[must_use]
    #[inline(always)]
    pub const fn step_decays(&self) -> Decays {
        Decays {
            fast: Decay::from_bits(self.volatility.decay_fast),
            slow: Decay::from_bits(self.volatility.decay_slow),
            jump: Decay::from_bits(self.volatility.decay_jump),
        }
    }

    /// The announced path.
    #[must_use]
    #[inline(always)]
    pub const fn path(&self, points: usize) -> Path {
        Path { points: self.threshold.path, length: points, first_step: self.threshold.path_step }
    }

    /// Stores a path, its goal, and the initial margin that follows.
    pub fn set_thresholds(&mut self, path: &Path, terms: &ThresholdTerms) -> Result<()> {
        let goal = self.margin_goal(terms)?;
        let jump = Ratio::from_bits(self.volatility.jump_level);
        let initial = threshold::initial_margin(path, goal, jump, terms).or_refuse()?;
        self.threshold.path = path.points;
        self.threshold.path_step = path.first_step;
        self.threshold.goal = goal.to_bits();
        self.threshold.initial = initial.to_bits();
        Ok(())
    }

    /// Where maintenance margin walks to.
    #[inline(always)]
    pub fn margin_goal(&self, terms: &ThresholdTerms) -> Result<Ratio> {
        let state = self.volatility_state();
        let implied = Variance::from_bits(self.implied.variance.get());
        threshold::margin_goal(threshold::current_variance(state.fast, state.slow, implied), terms).or_refuse()
    }

    /// Maintenance margin in a step.
    #[must_use]
    #[inline(always)]
    pub fn maintenance_margin(&self, step: u64) -> Ratio {
        let ahead = step.saturating_sub(self.threshold.path_step);
        let [.., last] = self.threshold.path;
        let point = usize::try_from(ahead).ok().and_then(|ahead| self.threshold.path.get(ahead));
        Ratio::from_bits(point.copied().unwrap_or(last))
    }

    /// What initial and maintenance health need of the factor.
    #[inline(always)]
    pub fn margin_terms(&self, moment: &Moment) -> Result<FactorTerms> {
        let age = moment.now_seconds.saturating_sub(self.price.publish_time_seconds);
        let band = if age <= u64::from(self.params.max_age_seconds) {
            PriceBand {
                asset: Price::from_bits(self.price.asset_initial),
                debt: Price::from_bits(self.price.debt_initial),
            }
        } else {
            self.stale_band(moment.now_seconds, moment.quote_decimals)?
        };
        Ok(FactorTerms {
            mid: Price::from_bits(self.price.mid),
            asset_initial: band.asset,
            debt_initial: band.debt,
            maintenance: self.maintenance_margin(moment.step),
            initial: Ratio::from_bits(self.threshold.initial),
            impact: self.impact_at(moment.walked)?,
            impact_initial: self.impact_initial(),
        })
    }

    /// The band of initial margin now that the price has aged past its limit.
    #[cold]
    #[inline(never)]
    fn stale_band(&self, now_seconds: u64, quote_decimals: u8) -> Result<PriceBand> {
        let terms = terms::price_terms(self, quote_decimals)?;
        let sigma = Ratio::from_bits(self.volatility.sigma_now);
        price::initial_band(&self.quote(), Price::from_bits(self.stable.stable), sigma, now_seconds, &terms).or_refuse()
    }

    /// What maintenance and liquidation-end health need of the factor, and whether its legs may be exchanged.
    pub fn liquidation_margin_terms(&self, moment: &Moment, buffer: Ratio) -> Result<LiquidationFactorTerms> {
        let age = moment.now_seconds.saturating_sub(self.price.publish_time_seconds);
        let mid = Price::from_bits(self.price.mid);
        let band = if age <= u64::from(self.params.liquidation_max_age_seconds) {
            PriceBand { asset: mid, debt: mid }
        } else {
            let terms = terms::price_terms(self, moment.quote_decimals)?;
            let sigma = Ratio::from_bits(self.volatility.sigma_now);
            price::liquidation_band(&self.quote(), sigma, moment.now_seconds, &terms).or_refuse()?
        };
        let maintenance = self.maintenance_margin(moment.step);
        Ok(LiquidationFactorTerms {
            asset_price: band.asset,
            debt_price: band.debt,
            maintenance,
            liquidation_end: maintenance.times_up(buffer).or_refuse()?,
            impact: self.impact_at(moment.walked)?,
        })
    }

    /// The liquidation bucket, refilled.
    #[must_use]
    pub fn bucket(&self, now_seconds: u64) -> Bucket {
        let stored = Bucket {
            available: Value(self.throughput_available_quote_atoms),
            updated_at: self.throughput_updated_seconds,
        };
        stored.refilled(&terms::bucket_terms(&self.params), now_seconds)
    }

    /// Stores the liquidation bucket.
    pub const fn set_bucket(&mut self, bucket: &Bucket) {
        self.throughput_available_quote_atoms = bucket.available.0;
        self.throughput_updated_seconds = bucket.updated_at;
    }
}
