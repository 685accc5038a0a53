//! What a scenario may say.

use super::definition::{Definition, SimulatedDefinition, Source};
use super::error::StressError;
use super::population::PopulationTerms;
use super::venue::QUOTE;
use crate::statistics::paths::{CorrelationError, CorrelationRoot};

impl Source {
    /// Refuses numbers out of range, contradictions, and correlations that are none.
    pub(super) fn check(&self, definition: &Definition) -> Result<(), StressError> {
        if definition.replay.is_some() == definition.simulated.is_some() {
            return Err(self.refuse("replay", "give exactly one of [replay] and [simulated]"));
        }
        self.check_population(&definition.population)?;
        self.at_least("insurance_usd", definition.insurance_usd, 0.0)?;
        self.at_least("keepers.delay_seconds", definition.keepers.delay_seconds, 0.0)?;
        self.at_least("keepers.congested_delay_seconds", definition.keepers.congested_delay_seconds, 0.0)?;
        self.at_least("keepers.congested_from_percent", definition.keepers.congested_from_percent, 0.0)?;
        if definition.factor.len() < 2 {
            return Err(self.refuse("factor", "give the quote and at least one factor to trade"));
        }
        for factor in &definition.factor {
            self.probability("factor.share", factor.share)?;
            self.above("factor.daily_volume_usd", factor.daily_volume_usd, 0.0)?;
            self.at_least("factor.impact", factor.impact, 0.0)?;
            self.above("factor.impact_half_life_seconds", factor.impact_half_life_seconds, 0.0)?;
        }
        let others: f64 = definition.factor.iter().map(|factor| factor.share).sum();
        if definition.factor[QUOTE].share > 0.0 || others <= 0.0 {
            return Err(
                self.refuse("factor.share", "the first factor is the quote and has share 0; the others need more")
            );
        }
        if let Some(replay) = &definition.replay {
            self.check_tick("replay.tick_seconds", replay.tick_seconds)?;
        }
        definition
            .simulated
            .as_ref()
            .map_or(Ok(()), |simulated| self.check_simulated(simulated, definition.factor.len()))
    }

    fn check_population(&self, population: &PopulationTerms) -> Result<(), StressError> {
        self.above("population.equity_median_usd", population.equity_median_usd, 0.0)?;
        self.at_least("population.equity_log_deviation", population.equity_log_deviation, 0.0)?;
        self.probability("population.perp_share", population.perp_share)?;
        self.probability("population.short_share", population.short_share)?;
        self.probability("population.attentive_share", population.attentive_share)?;
        self.probability("population.warn_fraction", population.warn_fraction)?;
        self.above("population.use_alpha", population.use_alpha, 0.0)?;
        self.above("population.use_beta", population.use_beta, 0.0)?;
        self.above("population.loan_life_hours", population.loan_life_hours, 0.0)?;
        self.above("population.perp_life_hours", population.perp_life_hours, 0.0)?;
        self.at_least("population.return_hours", population.return_hours, 0.0)
    }

    fn check_simulated(&self, simulated: &SimulatedDefinition, factors: usize) -> Result<(), StressError> {
        self.check_tick("simulated.tick_seconds", simulated.tick_seconds)?;
        self.above("simulated.days", simulated.days, 0.0)?;
        self.above("simulated.tail_index", simulated.tail_index, 2.0)?;
        for (field, rate) in [
            ("simulated.jumps_per_day", simulated.jumps_per_day),
            ("simulated.jump_deviation_percent", simulated.jump_deviation_percent),
            ("simulated.stress_per_day", simulated.stress_per_day),
            ("simulated.calm_per_day", simulated.calm_per_day),
        ] {
            self.at_least(field, rate, 0.0)?;
        }
        self.above("simulated.stress_multiple", simulated.stress_multiple, 0.0)?;
        self.above("simulated.block_hours", simulated.block_hours, 0.0)?;
        self.above("simulated.filter_half_life_hours", simulated.filter_half_life_hours, 0.0)?;
        self.probability("simulated.stress_correlation", simulated.stress_correlation)?;
        for (field, list) in [
            ("simulated.usd", &simulated.usd),
            ("simulated.sigma_percent", &simulated.sigma_percent),
            ("simulated.jump_loading", &simulated.jump_loading),
        ] {
            if list.len() != factors {
                return Err(
                    self.refuse(field, format!("{} numbers for {factors} factors; give one for each", list.len()))
                );
            }
        }
        self.check_correlation(&simulated.correlation, factors)
    }

    fn check_correlation(&self, correlation: &[Vec<f64>], factors: usize) -> Result<(), StressError> {
        let refuse = |error: CorrelationError| {
            let opening = self.text.lines().position(|line| line.trim_start().starts_with("correlation"));
            let line = opening
                .map(|opening| opening + 1 + if self.text.contains("correlation = [\n") { error.row() } else { 0 });
            let problem = error.to_string();
            StressError::Definition { file: self.file.clone(), line, field: "simulated.correlation".into(), problem }
        };
        if correlation.len() != factors {
            return Err(refuse(CorrelationError::Shape { row: 1, length: correlation.len(), size: factors }));
        }
        CorrelationRoot::of(correlation).map(|_| ()).map_err(refuse)
    }

    fn check_tick(&self, field: &str, seconds: u64) -> Result<(), StressError> {
        if (60..=3_600).contains(&seconds) && 3_600 % seconds == 0 {
            return Ok(());
        }
        Err(self.refuse(field, format!("{seconds} is not a divisor of 3600 from 60 on; use 60 or 300")))
    }

    fn probability(&self, field: &str, value: f64) -> Result<(), StressError> {
        if (0.0..=1.0).contains(&value) {
            Ok(())
        } else {
            Err(self.refuse(field, format!("{value} is not between 0 and 1")))
        }
    }

    fn above(&self, field: &str, value: f64, bound: f64) -> Result<(), StressError> {
        if value > bound && value.is_finite() {
            Ok(())
        } else {
            Err(self.refuse(field, format!("{value} is not above {bound}")))
        }
    }

    fn at_least(&self, field: &str, value: f64, bound: f64) -> Result<(), StressError> {
        if value >= bound && value.is_finite() {
            Ok(())
        } else {
            Err(self.refuse(field, format!("{value} is below {bound}")))
        }
    }
}
