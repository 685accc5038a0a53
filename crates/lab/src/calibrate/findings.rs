//! From what was measured to the numbers of a parameter file, each with its evidence in a sentence.

use plimsoll_params::FactorParams;
use plimsoll_report::calendar::date;
use plimsoll_report::format::{duration, grouped, number, share, significant};

use super::factor::{Evidence, Source};
use super::half_lives::Choice;
use super::levels::Levels;
use super::liquidity::QUEUE_SECONDS;
use super::options::Rules;
use super::rounding::{bounds, bounds_wide, ppm_up, rounded_down, rounded_up, whole};
use super::tails::Tails;

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// From the history.
    Measured,
    /// From the parameters in force: the history does not say it.
    Kept,
    /// From the parameters in force: a decision, which no history measures.
    Policy,
}

/// A parameter with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Field of `[factors.params]`.
    pub field: &'static str,
    /// Where its number comes from.
    pub basis: Basis,
    /// Why it is what it is.
    pub evidence: String,
}

/// Collects findings while it sets parameters.
struct Findings<'a> {
    params: FactorParams,
    list: Vec<Finding>,
    kept: &'a FactorParams,
}

/// The parameters, and where each number comes from.
pub(super) fn derive(source: &Source, evidence: &Evidence, rules: &Rules) -> (FactorParams, Vec<Finding>) {
    let kept = &source.kept.params;
    let mut findings = Findings { params: kept.clone(), list: Vec::new(), kept };
    findings.levels(&evidence.levels, rules);
    findings.half_lives(evidence);
    findings.jump(evidence);
    findings.tails(&evidence.tails, rules);
    findings.guards(&evidence.tails, rules);
    findings.spread(evidence);
    findings.throughput(evidence, rules);
    let Findings { params, list, .. } = findings;
    let of_field = |(field, _): &(&'static str, _)| {
        let policy = || Finding { field, basis: Basis::Policy, evidence: policy(field).to_owned() };
        list.iter().find(|one| one.field == *field).cloned().unwrap_or_else(policy)
    };
    let in_order = FactorParams::BOUNDS.iter().map(of_field).collect();
    (params, in_order)
}

/// Why a parameter that no history measures stays as it is.
fn policy(field: &str) -> &'static str {
    match field {
        "max_age_seconds" | "liquidation_max_age_seconds" | "max_confidence_ppm" | "confirm_seconds" => {
            "about the oracle, not the market's history: kept"
        }
        "stress_weight_ppm" => "EMIR RTS 153/2013, Art. 28 b, asks for at least a quarter: kept",
        "horizon_seconds" => "how long closing out takes: a decision about liquidators, kept",
        "bonus_min_ppm" | "bonus_max_ppm" | "insurance_cut_ppm" => "what a liquidation pays: a decision, kept",
        "margin_min_ppm" | "margin_max_ppm" | "initial_gap_ppm" => "a limit of the group's appetite for risk: kept",
        _ => "a decision that no history measures: kept",
    }
}

/// Beyond thrice what markets measure a history says nothing.
const IMPACT_MULTIPLE_PPM_MAX: u32 = 3_000_000;

impl Findings<'_> {
    fn note(&mut self, field: &'static str, basis: Basis, evidence: String) {
        self.list.push(Finding { field, basis, evidence });
    }

    fn levels(&mut self, levels: &Levels, rules: &Rules) {
        let floor = floor_ppm(levels);
        let bounds = bounds("sigma_stress_ppm");
        let stress = rounded_up(levels.stress).clamp(bounds.0.max(floor), bounds.1);
        (self.params.sigma_floor_ppm, self.params.sigma_stress_ppm) = (floor, stress);
        let ends = levels.days.first().zip(levels.days.last());
        let ends = ends.map_or(String::new(), |(first, last)| {
            format!(" of {} days, {} to {}", levels.days.len(), date(first.day_seconds), date(last.day_seconds))
        });
        let quantile = |probability: f64, sigma: f64| {
            format!("{} quantile {} of daily volatilities{ends}", share(probability, 0), share(sigma, 2))
        };
        let floor = quantile(rules.floor_quantile, levels.floor);
        self.note("sigma_floor_ppm", Basis::Measured, format!("{floor}; median {}", share(levels.median, 2)));
        let worst = levels.worst.iter();
        let worst: Vec<String> = worst
            .map(|one| format!("{} d from {}: {}", one.days, date(one.from_seconds), share(one.sigma, 1)))
            .collect();
        let stress = quantile(rules.stress_quantile, levels.stress);
        self.note("sigma_stress_ppm", Basis::Measured, format!("{stress}; worst {}", worst.join(", ")));
    }

    fn half_lives(&mut self, evidence: &Evidence) {
        let (fast, slow) = (&evidence.fast, &evidence.slow);
        (self.params.half_life_fast_seconds, self.params.half_life_slow_seconds) =
            (fast.best_seconds, slow.best_seconds);
        let kept = (self.kept.half_life_fast_seconds, self.kept.half_life_slow_seconds);
        self.note("half_life_fast_seconds", Basis::Measured, choice(fast, kept.0));
        self.note("half_life_slow_seconds", Basis::Measured, choice(slow, kept.1));
    }

    fn jump(&mut self, evidence: &Evidence) {
        const FIELD: &str = "half_life_jump_seconds";
        let bounds = bounds(FIELD);
        match &evidence.jumps {
            Some(decay) => {
                let fitted = decay.half_life_seconds;
                self.params.half_life_jump_seconds = (whole(fitted / 300.0) * 300).clamp(bounds.0, bounds.1);
                let clamped =
                    if fitted < f64::from(bounds.0) || fitted > f64::from(bounds.1) { "; the bound holds" } else { "" };
                self.note(
                    FIELD,
                    Basis::Measured,
                    format!(
                        "after {} moves beyond winsor_sigmas half of the unrest of two days above the ordinary {} σ passed in {}{clamped}; the best exponential has {}",
                        decay.jumps,
                        significant(decay.ordinary),
                        duration(u64::from(whole(fitted))),
                        duration(u64::from(whole(decay.fitted_half_life_seconds)))
                    ),
                );
            }
            None => self.note(FIELD, Basis::Kept, "fewer than 20 jumps, or no unrest after them: kept".to_owned()),
        }
    }

    fn tails(&mut self, tails: &Tails, rules: &Rules) {
        let k = bounds("tail_multiplier_ppm");
        self.params.tail_multiplier_ppm = ppm_up(tails.multiplier).clamp(k.0, k.1);
        let (low, high) = tails.fit.degrees_interval();
        let hill = tails.hill.map_or("Hill not estimable".to_owned(), |hill| {
            format!(
                "Hill {} ± {} from the {} largest",
                number(hill.index, 2),
                number(hill.half_width, 2),
                hill.exceedances
            )
        });
        let tail = format!(
            "ES at {} of a unit-variance t, ν = {} by maximum likelihood ({} to {}) of {} returns over {}; {hill}; their own ES {} down, {} up, deviation {}",
            share(rules.tail_probability, 1),
            number(tails.fit.degrees_of_freedom, 2),
            number(low, 2),
            number(high, 2),
            grouped(tails.fit.observations as u64),
            duration(tails.span_seconds),
            number(tails.shortfall_long, 2),
            number(tails.shortfall_short, 2),
            number(tails.deviation, 2),
        );
        self.note("tail_multiplier_ppm", Basis::Measured, tail);
    }

    fn guards(&mut self, tails: &Tails, rules: &Rules) {
        self.params.winsor_sigmas_ppm = whole(winsor_sigmas(tails) * 1e6);
        let winsor = format!(
            "{} quantile {} of one bar's |r|/σ, up to the next half",
            share(rules.winsor_quantile, 2),
            number(tails.winsor, 2)
        );
        self.note("winsor_sigmas_ppm", Basis::Measured, winsor);
        let halt = bounds("halt_sigmas_ppm");
        self.params.halt_sigmas_ppm = (whole(tails.halt.ceil()).saturating_mul(1_000_000)).clamp(halt.0, halt.1);
        let halts = format!(
            "{} quantile {} of one bar's |r|/σ, up to the next whole; {} bar(s) moved beyond that and beyond halt_min",
            share(rules.halt_quantile, 2),
            number(tails.halt, 2),
            tails.halts
        );
        self.note("halt_sigmas_ppm", Basis::Measured, halts);
    }

    fn spread(&mut self, evidence: &Evidence) {
        const FIELD: &str = "spread_ppm";
        let bounds = bounds(FIELD);
        let liquidity = &evidence.liquidity;
        let shown = |spread: Option<f64>| spread.map_or("none".to_owned(), |spread| share(spread, 3));
        let both = format!(
            "Abdi-Ranaldo {}, Corwin-Schultz {}",
            shown(liquidity.spread_abdi_ranaldo),
            shown(liquidity.spread_corwin_schultz)
        );
        match liquidity.spread() {
            Some((spread, from)) => {
                self.params.spread_ppm = rounded_up(spread).clamp(bounds.0, bounds.1);
                self.note(FIELD, Basis::Measured, format!("{from} ({both})"));
            }
            None => self.note(FIELD, Basis::Kept, format!("not estimable: {both}; kept")),
        }
    }

    fn throughput(&mut self, evidence: &Evidence, rules: &Rules) {
        let fields = ("liquidation_capacity_quote_atoms", "liquidation_refill_quote_atoms_per_second");
        let Some(volume) = &evidence.liquidity.volume else {
            for field in [fields.0, fields.1, "impact_multiple_ppm"] {
                self.note(field, Basis::Kept, "not estimable, the history has no volume: kept".to_owned());
            }
            return;
        };
        let per_second = volume.refill_quote_per_second(rules);
        let refill = rounded_down(per_second * 1e6).max(1);
        let queue = QUEUE_SECONDS.min(f64::from(self.params.horizon_seconds));
        let bounds = bounds_wide(fields.0);
        // whole seconds of refill, so that the queue is as long as it says
        let capacity = refill.saturating_mul(u64::from(whole(queue))).clamp(bounds.0, bounds.1);
        let refill = refill.max(capacity.div_ceil(u64::from(whole(queue)).max(1)));
        self.params.liquidation_refill_quote_atoms_per_second = refill;
        self.params.liquidation_capacity_quote_atoms = capacity;
        let impact = crate::statistics::liquidity::square_root_impact(
            volume.multiple(),
            evidence.levels.median,
            per_second * queue,
            volume.average_day_quote,
        );
        let capacity = format!(
            "refill times {}; taken at once it would move the price by {}",
            duration(u64::from(whole(queue))),
            share(impact, 2)
        );
        let refill = format!(
            "{} of a quiet day's volume of {} quote units (10 % quantile; mean {})",
            share(rules.participation, 1),
            number(volume.quiet_day_quote, 0),
            number(volume.average_day_quote, 0)
        );
        self.params.impact_multiple_ppm = whole(volume.multiple() * 1e6).min(IMPACT_MULTIPLE_PPM_MAX);
        let multiple = format!("Y = {:.2} in the bars of the largest volume", volume.multiple());
        self.note("impact_multiple_ppm", Basis::Measured, multiple);
        self.note(fields.0, Basis::Measured, capacity);
        self.note(fields.1, Basis::Measured, refill);
    }
}

fn choice(choice: &Choice, kept: u32) -> String {
    let best = u64::from(choice.best_seconds);
    let edge = if choice.at_edge() { "; at the edge of what was tried" } else { "" };
    let excess = choice.excess_of(kept).filter(|excess| *excess > 0.0);
    let against = excess.map_or(String::new(), |excess| {
        format!("; {} in force loses {} more", duration(kept.into()), significant(excess))
    });
    format!(
        "least QLIKE of forecasts {} ahead: {}; older half {}, newer half {}{against}{edge}",
        duration(choice.ahead_seconds),
        duration(best),
        duration(choice.best_older_seconds.into()),
        duration(choice.best_newer_seconds.into())
    )
}

/// σ_floor, within its bounds.
pub(super) fn floor_ppm(levels: &Levels) -> u32 {
    let bounds = bounds("sigma_floor_ppm");
    rounded_up(levels.floor).clamp(bounds.0, bounds.1)
}

/// winsor_sigmas: the quantile, up to the next half, within its bounds.
pub(super) fn winsor_sigmas(tails: &Tails) -> f64 {
    let bounds = bounds("winsor_sigmas_ppm");
    ((tails.winsor * 2.0).ceil() / 2.0).clamp(f64::from(bounds.0) / 1e6, f64::from(bounds.1) / 1e6)
}
