//! Margin calls: maintenance health along everything that is announced for the hour ahead. `docs/risk.md`, section 17.

use anchor_lang::prelude::*;
use plimsoll_risk::health::LiquidationHealth;
use plimsoll_risk::portfolio::{Exposures, Margins, WeightedExposures, maintenance_health};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};
use plimsoll_risk::ramp::Ramp;

use super::legs;
use super::liquidation::{add_legs, portfolio_inputs};
use super::outlook::{Ahead, Growth, Present, Worst};
use super::portfolio::grown_initial_health;
use crate::bridge::portfolio::is_held;
use crate::error::OrRefuse;
use crate::state::margin_account::{MODE_PORTFOLIO, MarginCall};
use crate::state::{Book, Factor, MarginAccount, Moment};

/// A call's reason: something announced walks in (a path, the tide, a weight, a size margin).
pub const CALLED_BY_WALK: u8 = 1;
/// A call's reason: interest and funding of the hour ahead, while nothing walks.
pub const CALLED_BY_GROWTH: u8 = 2;

/// What is announced for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    /// Maintenance health now, in the account's mode.
    pub maintenance: SignedValue,
    /// The first step in which it will be negative; none where it is already.
    pub call: Option<Call>,
}

/// A step in which maintenance health will be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its beginning; now, if it is the present one.
    pub deadline_seconds: u64,
    /// What is missing in it.
    pub shortfall: Value,
    /// One of the `CALLED_BY_` constants.
    pub reason: u8,
}

/// An account on its way through the hour.
struct Journey<'a> {
    book: &'a Book,
    account: &'a MarginAccount,
    growth: &'a Growth,
    now_seconds: u64,
    /// The end of the notice: what is announced later than now takes effect from here on at the earliest.
    horizon_seconds: u64,
    held: u16,
    /// Whether something walks within steps, so that their two ends differ.
    walks_within_steps: bool,
}

/// Looks at the hour ahead. Refuses what [`super::health`] does.
pub fn project(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Projection> {
    let maintenance = present_maintenance(book, account, now_seconds)?;
    let owes = account.active_perps != 0 || account.balances.iter().any(|balance| balance.debt_shares != 0);
    if maintenance.is_negative() || !owes {
        return Ok(Projection { maintenance, call: None });
    }
    let growth = growth_of_the_hour(book, account, now_seconds)?;
    let is_safe = is_beyond_reach(book, account, &growth, now_seconds)?;
    let call = if is_safe { None } else { first_call(book, account, &growth, now_seconds)? };
    Ok(Projection { maintenance, call })
}

#[inline(never)]
fn growth_of_the_hour(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Growth> {
    Growth::of(book, account, now_seconds.saturating_add(book.params.grace_seconds.into()))
}

/// Clears a stored call where one look shows that nothing announced reaches the account (`is_beyond_reach`). Returns whether it did.
///
/// What cannot be evaluated now (an old accrual, a price that waits) leaves the call, and hinders nobody who brings tokens in.
pub fn clear_if_cured(book: &Book, account: &mut MarginAccount, now_seconds: u64) -> bool {
    let is_cured = account.is_called() && is_cured(book, account, now_seconds).unwrap_or(false);
    if is_cured {
        account.call = MarginCall::default();
    }
    is_cured
}

#[inline(never)]
fn is_cured(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<bool> {
    // refuses what cannot be evaluated
    if present_maintenance(book, account, now_seconds)?.is_negative() {
        return Ok(false);
    }
    let growth = growth_of_the_hour(book, account, now_seconds)?;
    is_beyond_reach(book, account, &growth, now_seconds)
}

/// Whether cross health is not negative with everything in the hour ahead at its worst at once, or initial health in portfolio mode is not: then no
/// step can fail. Sufficient, and nearly always what the steps would say, at a fraction of their cost.
fn is_beyond_reach(book: &Book, account: &MarginAccount, growth: &Growth, now_seconds: u64) -> Result<bool> {
    if !worst_ahead(book, account, growth, now_seconds)?.is_negative() {
        return Ok(true);
    }
    let is_portfolio = account.mode == MODE_PORTFOLIO;
    Ok(is_portfolio && !grown_initial_health(book, account, growth, now_seconds)?.is_negative())
}

/// Maintenance health now, at mid, in the account's mode.
#[inline(never)]
fn present_maintenance(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<SignedValue> {
    let moment = book.moment(now_seconds);
    let (mut health, mut exposures) = (LiquidationHealth::default(), Exposures::default());
    let present = Present { book, moment };
    if account.mode != MODE_PORTFOLIO {
        add_legs(&present, book, account, &mut health, None)?;
        return Ok(health.maintenance);
    }
    add_legs(&present, book, account, &mut health, Some(&mut exposures))?;
    let netted = netted_maintenance(book, &exposures, legs::factors_held(book, account), &moment)?;
    Ok(health.maintenance.max(netted))
}

/// A floor of cross health in the hour ahead: everything at its worst at once.
#[inline(never)]
fn worst_ahead(book: &Book, account: &MarginAccount, growth: &Growth, now_seconds: u64) -> Result<SignedValue> {
    let mut health = LiquidationHealth::default();
    let worst = Worst { growth, step: book.step_at(now_seconds), now_seconds };
    add_legs(&worst, book, account, &mut health, None)?;
    Ok(health.maintenance)
}

/// Counted less the requirement of portfolio mode, which may be below cross health.
#[inline(never)]
fn netted_maintenance(book: &Book, exposures: &Exposures, held: u16, moment: &Moment) -> Result<SignedValue> {
    let mut margins = Margins::default();
    book.margins_in(held, moment.step, &mut margins);
    let inputs = portfolio_inputs(book, exposures, &margins, moment.walked);
    Ok(maintenance_health(&inputs, SignedValue(i128::MIN)).or_refuse()?.health)
}

/// The first step that fails.
#[inline(never)]
fn first_call(book: &Book, account: &MarginAccount, growth: &Growth, now_seconds: u64) -> Result<Option<Call>> {
    let held = legs::factors_held(book, account);
    let horizon_seconds = growth.horizon_seconds;
    let walks_within_steps = walks_within_steps(book, account, held, [now_seconds, horizon_seconds]);
    let journey = Journey { book, account, growth, now_seconds, horizon_seconds, held, walks_within_steps };
    let (first, last) = (book.step_at(now_seconds), book.step_at(horizon_seconds));
    let nothing_walks = !walks_within_steps && journey.paths_are_flat(first);
    if nothing_walks && !journey.health_in(last)?.is_negative() {
        // interest and funding only ever add
        return Ok(None);
    }
    for step in first..=last {
        if step > first && journey.is_like_the_step_before(step) {
            continue;
        }
        let health = journey.health_in(step)?;
        if health.is_negative() {
            let is_growth = nothing_walks || (step == first && !walks_within_steps);
            return Ok(Some(Call {
                deadline_seconds: journey.begin(step),
                shortfall: Value(u64::try_from(health.0.unsigned_abs()).unwrap_or(u64::MAX)),
                reason: if is_growth { CALLED_BY_GROWTH } else { CALLED_BY_WALK },
            }));
        }
    }
    Ok(None)
}

impl Journey<'_> {
    fn begin(&self, step: u64) -> u64 {
        step.saturating_mul(self.book.params.grid_seconds.into()).max(self.now_seconds)
    }

    fn end(&self, step: u64) -> u64 {
        let next = step.saturating_add(1).saturating_mul(self.book.params.grid_seconds.into());
        next.min(self.horizon_seconds)
    }

    fn held_factors(&self) -> impl Iterator<Item = &Factor> {
        let factors = self.book.factors.iter().enumerate();
        factors.filter(|(index, _)| is_held(self.held, *index)).map(|(_, factor)| factor)
    }

    fn paths_are_flat(&self, step: u64) -> bool {
        self.held_factors().all(|factor| {
            let ends = factor.path_ahead(step);
            ends.lowest == ends.highest
        })
    }

    /// Whether a step adds nothing to the one before it. Funding adds in every step.
    fn is_like_the_step_before(&self, step: u64) -> bool {
        !self.walks_within_steps
            && self.account.active_perps == 0
            && self
                .held_factors()
                .all(|factor| factor.maintenance_margin(step) == factor.maintenance_margin(step.saturating_sub(1)))
    }

    /// A floor of maintenance health in a step, in the account's mode: cross, or netted where that is higher.
    ///
    /// The legs carry the step's margins and, of weights, size margins and impacts, the worse of the step's two ends. The portfolio requirement is
    /// linear in the tide, so that the larger of the two ends bounds it.
    #[inline(never)]
    fn health_in(&self, step: u64) -> Result<SignedValue> {
        let [from, to] = [self.begin(step), self.end(step)]
            .map(|at_seconds| Moment { step, ..self.book.moment_ahead(self.now_seconds, at_seconds) });
        let ahead = Ahead { growth: self.growth, from, to };
        let (mut health, mut exposures) = (LiquidationHealth::default(), Exposures::default());
        if self.account.mode != MODE_PORTFOLIO {
            add_legs(&ahead, self.book, self.account, &mut health, None)?;
            return Ok(health.maintenance);
        }
        add_legs(&ahead, self.book, self.account, &mut health, Some(&mut exposures))?;
        if !health.maintenance.is_negative() {
            return Ok(health.maintenance);
        }
        let mut netted = netted_maintenance(self.book, &exposures, self.held, &to)?;
        if from.walked != to.walked && !netted.is_negative() {
            netted = netted.min(netted_maintenance(self.book, &exposures, self.held, &from)?);
        }
        Ok(health.maintenance.max(netted))
    }
}

/// Whether an impact, a model, a collateral weight or a size margin of the account walks between two moments.
fn walks_within_steps(book: &Book, account: &MarginAccount, held: u16, [from, to]: [u64; 2]) -> bool {
    let tide = book.tide();
    if tide.walked_down(from) != tide.walked_down(to) {
        let mut factors = book.factors.iter().enumerate().filter(|(index, _)| is_held(held, *index));
        let impact_walks = factors.any(|(_, factor)| factor.liquidity.in_force != factor.liquidity.announced);
        if account.mode == MODE_PORTFOLIO || impact_walks {
            return true;
        }
    }
    let is_walking = |ramp: Ramp| ramp.from != ramp.to && ramp.start_seconds < to && from < ramp.end_seconds;
    legs::ramps(book, account).any(is_walking)
}

/// The standard deviation of the account's value over a day, by the newest correlations.
pub fn daily_deviation_up(book: &Book, account: &MarginAccount, now_seconds: u64) -> Result<Value> {
    let (mut health, mut exposures) = (LiquidationHealth::default(), Exposures::default());
    let present = Present { book, moment: book.moment(now_seconds) };
    add_legs(&present, book, account, &mut health, Some(&mut exposures))?;
    let mut sigmas = Margins::default();
    for (sigma, factor) in sigmas.iter_mut().zip(&book.factors) {
        *sigma = Ratio::from_bits(factor.volatility.sigma_now);
    }
    let weighted = WeightedExposures::new(&exposures, &sigmas).or_refuse()?;
    weighted.deviation_up(&book.model_newest.model()).or_refuse()
}
