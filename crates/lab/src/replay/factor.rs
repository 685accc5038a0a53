//! One factor between cranks: what `refresh_prices` and `refresh_risk` do to it, with the same calls into the core.

use plimsoll_risk::RiskError;
use plimsoll_risk::price::{HOURS, JumpDecision, JumpGuard, Publication, Quote, StablePrice, is_jump};
use plimsoll_risk::quantities::{Price, Ratio, Variance};
use plimsoll_risk::threshold::{self, Path};
use plimsoll_risk::volatility::{Decays, Observations, Volatility, step_to_fold};

use super::{FactorModel, Seeds};

/// Significant decimal digits of a publication's price.
const PRICE_DIGITS: i32 = 16;

/// A factor as the Book keeps it.
#[derive(Clone, Copy, Debug)]
pub struct FactorState {
    /// The price in force.
    pub quote: Quote,
    /// The jump guard.
    pub guard: JumpGuard,
    /// The stable price.
    pub stable: StablePrice,
    hours: [u64; HOURS],
    /// Variances and jump level.
    pub volatility: Volatility,
    /// What was seen since the last fold.
    pub observations: Observations,
    /// The announced path.
    pub path: Path,
    /// The newest publication, whether or not it entered.
    published_at_seconds: u64,
    /// The first publication of the newest grid step: its sample, which anybody may bring.
    first_of_step: Publication,
}

/// A factor right after a fold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// The boundary that was folded, Unix time.
    pub time_seconds: u64,
    /// The price in force, in quote atoms per base atom.
    pub mid: Price,
    /// Mango's stable price, in the same unit.
    pub stable: Price,
    /// v_fast, per day.
    pub fast: Variance,
    /// v_slow, per day.
    pub slow: Variance,
    /// The jump level.
    pub jump: Ratio,
    /// es of σ_now: m_raw without what closing out costs, before the walk.
    pub shortfall: Ratio,
    /// m_goal.
    pub goal: Ratio,
    /// MM in force from this boundary to the next.
    pub maintenance: Ratio,
    /// IM.
    pub initial: Ratio,
    /// The last announced point.
    pub path_end: Ratio,
    /// Whether the step had a sample.
    pub sampled: bool,
}

impl FactorState {
    /// A new listing at its first price, its path at the goal.
    ///
    /// # Errors
    /// The core's refusal of the price or of the seeds.
    pub fn list(model: &FactorModel, seeds: &Seeds, price: f64, at_seconds: u64) -> Result<Self, RiskError> {
        let first_of_step = publication(price, at_seconds, at_seconds.saturating_sub(1));
        let quote = first_of_step.screen(0, at_seconds, &model.price)?;
        let log_price = quote.mid.ln()?;
        let step = at_seconds / model.grid_seconds;
        let mut hours = [0; HOURS];
        let goal = threshold::margin_goal(now(seeds.fast, seeds.slow), &model.threshold)?;
        Ok(Self {
            quote,
            guard: JumpGuard::default(),
            stable: StablePrice::start(quote.mid, at_seconds, &mut hours),
            hours,
            volatility: Volatility {
                fast: seeds.fast,
                slow: seeds.slow,
                jump: Ratio::ZERO,
                last_sample: log_price,
                last_step: step,
            },
            observations: Observations::start(log_price, step),
            path: Path::start(goal, step, &model.threshold),
            published_at_seconds: at_seconds,
            first_of_step,
        })
    }

    /// A price that the oracle holds for longer than a confirmation takes: published once, and where it jumps once more.
    ///
    /// # Errors
    /// The core's refusal of the publication.
    pub fn publish(&mut self, model: &FactorModel, price: f64, at_seconds: u64) -> Result<(), RiskError> {
        if self.receive(model, price, at_seconds)? {
            return Ok(());
        }
        self.receive(model, price, at_seconds.saturating_add(model.price.confirm_seconds)).map(|_| ())
    }

    /// One publication, as `refresh_prices` takes it. Returns whether a price was accepted; else it is pending.
    ///
    /// # Errors
    /// The core's refusal of the publication.
    pub fn receive(&mut self, model: &FactorModel, price: f64, at_seconds: u64) -> Result<bool, RiskError> {
        let arriving = publication(price, at_seconds, self.published_at_seconds);
        let quote = arriving.screen(self.guard.newest_seconds(&self.quote), at_seconds, &model.price)?;
        if self.published_at_seconds / model.grid_seconds < at_seconds / model.grid_seconds {
            self.first_of_step = arriving;
        }
        self.published_at_seconds = at_seconds;
        let reference = self.volatility.reference(&model.volatility);
        let (decision, guard) = self.guard.judge(&self.quote, quote, reference, &model.price)?;
        self.guard = guard;
        let JumpDecision::Accepted(accepted) = decision else { return Ok(false) };
        self.quote = accepted;
        self.stable = self.stable.update(accepted.mid, accepted.publish_time_seconds, &mut self.hours)?;
        (self.observations, _) = self.observations.observe(
            accepted.mid.ln()?,
            accepted.publish_time_seconds,
            accepted.prev_publish_time_seconds,
            model.grid_seconds,
        )?;
        Ok(true)
    }

    /// The crank: brings the step's sample where it is missing, folds it and slides the path. Nothing where the step is folded already or is not ready.
    ///
    /// # Errors
    /// The core's refusal of the fold.
    pub fn crank(&mut self, model: &FactorModel, now_seconds: u64) -> Result<Option<Step>, RiskError> {
        let current = now_seconds / model.grid_seconds;
        if current <= self.path.first_step {
            return Ok(None);
        }
        self.bring_sample(model, now_seconds)?;
        let sampled = self.observations.has_sample(current);
        match step_to_fold(self.path.first_step, sampled, now_seconds, model.grid_seconds) {
            Ok(step) => self.fold(model, step, sampled).map(Some),
            Err(RiskError::StepIncomplete) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// A first publication that had to be confirmed is not the price that entered; as on-chain it is brought once it is no jump any more.
    fn bring_sample(&mut self, model: &FactorModel, now_seconds: u64) -> Result<(), RiskError> {
        let step = now_seconds / model.grid_seconds;
        let is_of_step =
            u64::try_from(self.first_of_step.publish_time_seconds).unwrap_or(0) / model.grid_seconds == step;
        if !is_of_step || self.observations.has_sample(step) {
            return Ok(());
        }
        let quote = match self.first_of_step.screen(0, now_seconds, &model.price) {
            // too old to be brought: the step is folded without it
            Err(RiskError::PriceStale) => return Ok(()),
            screened => screened?,
        };
        let reference = self.volatility.reference(&model.volatility);
        if is_jump(&self.quote, &quote, reference, &model.price)? {
            return Ok(());
        }
        self.observations = self.observations.observe_sample(
            quote.mid.ln()?,
            quote.publish_time_seconds,
            quote.prev_publish_time_seconds,
            model.grid_seconds,
        )?;
        Ok(())
    }

    fn fold(&mut self, model: &FactorModel, step: u64, sampled: bool) -> Result<Step, RiskError> {
        if self.volatility.is_due(&self.observations, step) {
            let spanned = step.saturating_sub(self.volatility.last_step);
            let decays = if spanned == 1 { model.step_decays } else { Decays::over(spanned, &model.volatility)? };
            let folded = self.volatility.fold(&self.observations, &decays, &model.volatility)?;
            (self.volatility, self.observations) = (folded.volatility, folded.observations);
        }
        let current = now(self.volatility.fast, self.volatility.slow);
        let goal = threshold::margin_goal(current, &model.threshold)?;
        self.path = self.path.slide(step, goal, &model.threshold)?;
        let last = step.saturating_add(self.path.length as u64).saturating_sub(1);
        Ok(Step {
            time_seconds: step.saturating_mul(model.grid_seconds),
            mid: self.quote.mid,
            stable: self.stable.price,
            fast: self.volatility.fast,
            slow: self.volatility.slow,
            jump: self.volatility.jump,
            shortfall: model.threshold.raw_margin(current)?.minus(model.threshold.closing_cost)?,
            goal,
            maintenance: self.path.at(step),
            initial: threshold::initial_margin(&self.path, goal, self.volatility.jump, &model.threshold)?,
            path_end: self.path.at(last),
            sampled,
        })
    }
}

/// σ_now² of a factor without an implied volatility.
fn now(fast: Variance, slow: Variance) -> Variance {
    threshold::current_variance(fast, slow, Variance::ZERO)
}

/// A price as the oracle signs it, with as many digits as an `f64` has. What is no price becomes zero, which the core refuses.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // clamped; times are far below 2^63
fn publication(price: f64, at_seconds: u64, prev_seconds: u64) -> Publication {
    let magnitude = if price > 0.0 && price.is_finite() { price.log10().floor() as i32 + 1 } else { 0 };
    let exponent =
        (magnitude - PRICE_DIGITS).clamp(plimsoll_risk::price::MIN_EXPONENT, plimsoll_risk::price::MAX_EXPONENT);
    Publication {
        price: (price * 10f64.powi(-exponent)).round() as i64,
        confidence: 0,
        exponent,
        publish_time_seconds: at_seconds as i64,
        prev_publish_time_seconds: prev_seconds as i64,
    }
}
