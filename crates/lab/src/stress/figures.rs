//! The figures of a run: distributions over its paths, arm by arm.

use serde::Serialize;

use super::outcome::Outcome;
use super::part::Part;
use super::run::Request;
use crate::statistics::descriptive::{mean, quantile_of_sorted, sorted};
use crate::statistics::risk_measures::{MeasureError, TailRisk, of_sample};

/// The levels of the figures.
pub const LEVELS: [f64; 2] = [0.95, 0.99];

/// A quantity over all paths.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Distribution {
    /// Mean.
    pub mean: f64,
    /// Median.
    pub median: f64,
    /// Value at risk and expected shortfall at 95 %.
    pub at_95: TailRisk,
    /// The same at 99 %.
    pub at_99: TailRisk,
    /// The largest.
    pub largest: f64,
}

/// One arm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArmFigures {
    /// Its name.
    pub name: String,
    /// Mean maintenance margin of each factor, in the order of `factors`.
    pub mean_margins: Vec<f64>,
    /// What failed accounts owed beyond what they had, US dollars.
    pub bad_debt_usd: Distribution,
    /// What the insurance fund lost (negative: earned), US dollars.
    pub insurance_loss_usd: Distribution,
    /// What depositors lost, US dollars.
    pub lenders_loss_usd: Distribution,
    /// Accounts that became liquidatable.
    pub liquidated_accounts: Distribution,
    /// Value liquidated, US dollars.
    pub liquidated_usd: Distribution,
    /// Accounts that failed.
    pub failed_accounts: Distribution,
    /// Part of the paths with bad debt.
    pub paths_with_bad_debt: f64,
    /// Liquidations without a move of the price, announced a grace ahead; all paths.
    pub by_announced_threshold: u64,
    /// Liquidations without a move of the price and without notice; all paths.
    pub by_unannounced_threshold: u64,
    /// Times that a liquidation waited for throughput; all paths.
    pub throttled: u64,
    /// The furthest that forced trades moved a price; all paths.
    pub largest_impact: f64,
    /// Mean bad debt over that of the second arm, the fixed threshold of the same mean margin; none where that has none.
    pub bad_debt_to_fixed: Option<f64>,
}

/// All figures of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// The scenario.
    pub scenario: String,
    /// What it is.
    pub description: String,
    /// Where prices came from.
    pub prices_from: String,
    /// What was asked for.
    pub request: Request,
    /// Names of the factors.
    pub factors: Vec<String>,
    /// The arms.
    pub arms: Vec<ArmFigures>,
    /// The path with the largest bad debt under fixed thresholds.
    pub worst_path: u64,
}

impl Figures {
    /// Of a complete run.
    ///
    /// # Errors
    /// [`MeasureError::NoLosses`] of a run without paths.
    pub fn of(whole: &Part) -> Result<Self, MeasureError> {
        let identity = &whole.identity;
        let arms = (0..identity.arms.len()).map(|arm| arm_figures(whole, arm)).collect::<Result<_, _>>()?;
        Ok(Self {
            scenario: identity.definition.name.clone(),
            description: identity.definition.description.clone(),
            prices_from: identity.prices_from.clone(),
            request: identity.request.clone(),
            factors: identity.symbols().map(str::to_owned).collect(),
            arms,
            worst_path: whole.timeline.path,
        })
    }
}

impl Distribution {
    /// Of a sample, one value a path.
    ///
    /// # Errors
    /// [`MeasureError::NoLosses`] of an empty one.
    pub fn of(values: &[f64]) -> Result<Self, MeasureError> {
        let (at_95, at_99) = (of_sample(values, LEVELS[0])?, of_sample(values, LEVELS[1])?);
        let sorted = sorted(values);
        let (median, largest) = (quantile_of_sorted(&sorted, 0.5), quantile_of_sorted(&sorted, 1.0));
        Ok(Self { mean: mean(values), median, at_95, at_99, largest })
    }
}

#[allow(clippy::cast_precision_loss)] // counts
fn arm_figures(whole: &Part, arm: usize) -> Result<ArmFigures, MeasureError> {
    let outcomes: Vec<&Outcome> = whole.results.iter().filter_map(|result| result.outcomes.get(arm)).collect();
    let over = |field: fn(&Outcome) -> f64| outcomes.iter().map(|outcome| field(outcome)).collect::<Vec<f64>>();
    let sum = |field: fn(&Outcome) -> u64| outcomes.iter().map(|outcome| field(outcome)).sum();
    let paths = outcomes.len() as f64;
    let bad_debt = over(|outcome| outcome.bad_debt_usd);
    let fixed: f64 = whole.results.iter().filter_map(|result| result.outcomes.get(1)).map(|one| one.bad_debt_usd).sum();
    let margin = |factor: usize| outcomes.iter().map(|outcome| outcome.mean_margins[factor]).sum::<f64>() / paths;
    Ok(ArmFigures {
        name: whole.identity.arms[arm].name.clone(),
        mean_margins: (0..whole.identity.definition.factor.len()).map(margin).collect(),
        paths_with_bad_debt: bad_debt.iter().filter(|value| **value > 0.0).count() as f64 / paths,
        bad_debt_to_fixed: (fixed > 0.0).then(|| bad_debt.iter().sum::<f64>() / fixed),
        bad_debt_usd: Distribution::of(&bad_debt)?,
        insurance_loss_usd: Distribution::of(&over(|outcome| outcome.insurance_loss_usd))?,
        lenders_loss_usd: Distribution::of(&over(|outcome| outcome.lenders_loss_usd))?,
        liquidated_accounts: Distribution::of(&over(|outcome| outcome.liquidated_accounts as f64))?,
        liquidated_usd: Distribution::of(&over(|outcome| outcome.liquidated_usd))?,
        failed_accounts: Distribution::of(&over(|outcome| outcome.failed_accounts as f64))?,
        by_announced_threshold: sum(|outcome| outcome.by_announced_threshold),
        by_unannounced_threshold: sum(|outcome| outcome.by_unannounced_threshold),
        throttled: sum(|outcome| outcome.throttled),
        largest_impact: over(|outcome| outcome.largest_impact).into_iter().fold(0.0, f64::max),
    })
}
