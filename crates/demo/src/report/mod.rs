//! What two runs of one scenario came to: with moving thresholds, and with thresholds frozen at their first values.
//!
//! [`Report`] is written as `report.json` and as `report.html`, one file without external resources.

mod call_page;
pub mod calls;
pub mod comparison;
mod html;
mod panels;
mod perp_page;
mod perp_panels;
pub mod perps;

use std::path::Path;

use serde::{Deserialize, Serialize};

use self::calls::Calls;
use self::perps::Perps;

/// Time over which the worst change of a threshold is measured, seconds.
pub const CHANGE_WINDOW_SECONDS: u64 = 3_600;

/// Both runs of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the scenario.
    pub scenario: String,
    /// What happens in it.
    pub description: String,
    /// What is constructed or assumed in it.
    pub notes: Vec<String>,
    /// Seed of the path; 0 where nothing is random.
    pub seed: u64,
    /// Price vectors played in each run.
    pub steps: u64,
    /// Simulated time between two steps, seconds.
    pub step_seconds: u64,
    /// Borrowers in each run.
    pub borrowers: u64,
    /// Traders of perpetuals in each run.
    pub traders: u64,
    /// Hedgers in each run.
    pub hedgers: u64,
    /// Duration of both runs by the wall clock, seconds.
    pub seconds: f64,
    /// SHA-256 of the deployed program, hexadecimal.
    pub program_sha256: String,
    /// The run with moving thresholds.
    pub dynamic: Run,
    /// The run with thresholds frozen at their first values.
    #[serde(rename = "static")]
    pub frozen: Run,
}

/// What is measured at the end of a run and cannot be derived from its series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Debt that collateral did not cover, borne by insurance and lenders, quote atoms.
    pub bad_debt_quote_atoms: u64,
    /// What did not add up, atoms, at all checks together: vaults and claims, shares, the ledger of each perpetual market. Anything but 0 is
    /// an error of the program.
    pub conservation_error_atoms: u64,
    /// How often that was checked.
    pub conservation_checks: u64,
    /// Borrowers' equity at the end over their equity at the start, parts per million.
    pub borrowers_equity_kept_ppm: u64,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Number of liquidations.
    pub liquidations: u64,
    /// Those that the walk of the threshold alone brought about: prices flat over the hour before.
    pub threshold_liquidations: u64,
    /// Value of the debt repaid in liquidations, quote atoms.
    pub liquidated_value_quote_atoms: u64,
    /// What the vaults and the borrowers came to.
    #[serde(flatten)]
    pub totals: Totals,
    /// Largest change of any factor's maintenance margin within one hour, parts per million of the position's value.
    pub worst_hour_threshold_change_ppm: u32,
    /// Unix time of each step, seconds.
    pub times_seconds: Vec<u64>,
    /// Each factor's series.
    pub factors: Vec<FactorSeries>,
    /// Every liquidation of a loan, in order.
    pub liquidation_list: Vec<Liquidation>,
    /// The perpetual markets.
    pub perps: Perps,
    /// Margin calls and hedgers.
    pub calls: Calls,
}

/// One factor over a run; every list has one entry per step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorSeries {
    /// Symbol.
    pub symbol: String,
    /// Price of one whole token, quote atoms.
    pub price_quote_atoms: Vec<u64>,
    /// Volatility in force, parts per million per √day.
    pub sigma_ppm: Vec<u32>,
    /// Maintenance margin, parts per million of the position's value.
    pub maintenance_ppm: Vec<u32>,
    /// Initial margin, parts per million of the position's value.
    pub initial_ppm: Vec<u32>,
}

/// What made an account liquidatable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Some price of the account moved within the hour before.
    Price,
    /// No price of the account moved within the hour before: the announced walk alone.
    Threshold,
}

/// One liquidation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liquidation {
    /// Unix time of the simulation, seconds.
    pub time_seconds: u64,
    /// The account liquidated: its public key.
    pub account: String,
    /// The borrower's name in the demonstration.
    pub borrower: String,
    /// The keeper that did it.
    pub keeper: String,
    /// Why.
    pub cause: Cause,
    /// Symbol of what was seized.
    pub collateral: String,
    /// Symbol of what was repaid.
    pub debt: String,
    /// Value of the debt repaid, quote atoms.
    pub repaid_quote_atoms: u64,
    /// Value of the collateral seized, quote atoms.
    pub seized_quote_atoms: u64,
    /// What proves the cause; present with [`Cause::Threshold`].
    pub evidence: Option<WalkEvidence>,
}

/// The hour before a liquidation by the walk alone, of the collateral's factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkEvidence {
    /// Price of one whole token, the same all hour, quote atoms.
    pub price_quote_atoms: u64,
    /// Maintenance margin an hour before, parts per million.
    pub maintenance_before_ppm: u32,
    /// Maintenance margin at the liquidation, parts per million.
    pub maintenance_ppm: u32,
    /// The account's maintenance health an hour before, quote atoms: at or above 0.
    pub health_before_quote_atoms: i64,
    /// Its maintenance health at the liquidation, quote atoms: below 0.
    pub health_quote_atoms: i64,
}

impl Run {
    /// Derives counts, value and the worst hour from the series, so that a report cannot contradict itself.
    #[must_use]
    pub fn new(times: Vec<u64>, factors: Vec<FactorSeries>, liquidations: Vec<Liquidation>, totals: Totals) -> Self {
        let by_walk = liquidations.iter().filter(|liquidation| liquidation.cause == Cause::Threshold).count();
        let value = liquidations.iter().map(|liquidation| liquidation.repaid_quote_atoms).fold(0, u64::saturating_add);
        let worst = factors.iter().map(|factor| worst_hour_change_ppm(&times, &factor.maintenance_ppm)).max();
        Self {
            liquidations: liquidations.len() as u64,
            threshold_liquidations: by_walk as u64,
            liquidated_value_quote_atoms: value,
            totals,
            worst_hour_threshold_change_ppm: worst.unwrap_or(0),
            times_seconds: times,
            factors,
            liquidation_list: liquidations,
            perps: Perps::default(),
            calls: Calls::default(),
        }
    }

    /// The same run with its perpetual markets.
    #[must_use]
    pub fn with_perps(self, perps: Perps) -> Self {
        Self { perps, ..self }
    }

    /// The same run with its margin calls.
    #[must_use]
    pub fn with_calls(self, calls: Calls) -> Self {
        Self { calls, ..self }
    }

    /// The liquidations that the walk alone brought about.
    pub fn walk_liquidations(&self) -> impl Iterator<Item = &Liquidation> {
        self.liquidation_list.iter().filter(|liquidation| liquidation.cause == Cause::Threshold)
    }
}

impl Report {
    /// Writes `report.json` and `report.html` into a directory, which is created if absent.
    ///
    /// # Errors
    /// The system's error, if the directory or a file cannot be written.
    pub fn write(&self, directory: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(directory)?;
        std::fs::write(directory.join("report.json"), serde_json::to_string_pretty(self)? + "\n")?;
        std::fs::write(directory.join("report.html"), self.to_html())
    }

    /// The report as one HTML page without external resources.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::page(self)
    }
}

/// The largest difference, up or down, between two values at most an hour apart. With steps longer than an hour the
/// difference from one step to the next counts.
fn worst_hour_change_ppm(times: &[u64], values: &[u32]) -> u32 {
    let mut worst = 0;
    let mut first = 0;
    for (last, (time, value)) in times.iter().zip(values).enumerate() {
        while first + 1 < last && times[first] + CHANGE_WINDOW_SECONDS < *time {
            first += 1;
        }
        for before in &values[first..last] {
            worst = worst.max(value.abs_diff(*before));
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_change_is_taken_over_one_hour_and_no_more() {
        let times: Vec<u64> = (0..9).map(|quarter| quarter * 900).collect();
        assert_eq!(worst_hour_change_ppm(&times, &[0, 10, 20, 30, 40, 50, 60, 70, 80]), 40);
        assert_eq!(worst_hour_change_ppm(&times, &[90, 90, 90, 20, 20, 20, 20, 20, 100]), 80);
        assert_eq!(worst_hour_change_ppm(&[0, 7_200], &[5, 9]), 4);
        assert_eq!(worst_hour_change_ppm(&[], &[]), 0);
    }
}
