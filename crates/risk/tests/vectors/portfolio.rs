//! Section 16: correlations, requirements and losses, healths of an hour ahead.

use plimsoll_risk::correlation::{CELLS, FACTORS};
use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::portfolio::{
    AheadInputs, CORRELATIONS, Exposures, GridBounds, InitialInputs, LegTerms, Margins, PerpLeg, PortfolioInputs,
    PortfolioModel, SCENARIO_CELLS, Scenario, check_scenario, correlations, initial_health, losses_up,
    maintenance_health, requirement_up,
};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

/// Below every health: cross health plays no part here.
const FAR_BELOW: SignedValue = SignedValue(-(1 << 80));

/// Where the cell of a pair stands in the strict upper triangle of all factors.
const fn cell(i: usize, j: usize) -> usize {
    i * (2 * FACTORS - 1 - i) / 2 + j - i - 1
}

/// The pairs of the first `count` factors.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |i| (i + 1..count).map(move |j| (i, j)))
}

#[derive(Deserialize)]
struct CorrelationCase {
    covariances: Vec<Text<i64>>,
    correlations_expected: Vec<Expected>,
}

#[test]
fn portfolio_correlations() {
    for case in cases::<CorrelationCase>(include_str!("portfolio_correlations.json")) {
        let count = (1..=FACTORS).find(|count| count * (count + 1) / 2 == case.covariances.len()).unwrap();
        let mut cells = [0; CELLS];
        let triangle = (0..count).flat_map(|i| (i..count).map(move |j| i * (2 * FACTORS + 1 - i) / 2 + j - i));
        for (at, covariance) in triangle.zip(&case.covariances) {
            cells[at] = covariance.0;
        }
        let mut found = [0; CORRELATIONS];
        correlations(&cells, &mut found);
        for ((i, j), expected) in pairs(count).zip(&case.correlations_expected) {
            let found = found[cell(i, j)];
            let side = if found < 0 { Side::Up } else { Side::Down };
            expected.assert_near(found, 15, side, 1.0 + 2f64.powi(-12));
        }
    }
}

#[derive(Deserialize)]
struct LegFields {
    factor: usize,
    kind: String,
    value: Text<u64>,
    size_margin: Text<u64>,
}

#[derive(Deserialize)]
struct ModelFields {
    correlations: Vec<i16>,
    shrinkage: Text<u64>,
    hedged_floor: Text<u64>,
    rows: Vec<Vec<i16>>,
}

/// A model of as many factors as the file names, among all.
struct Model {
    correlations: [i16; CORRELATIONS],
    shrinkage: Ratio,
    hedged_floor: Ratio,
    rows: Vec<Scenario>,
}

impl Model {
    fn new(fields: &ModelFields, factors: usize) -> Self {
        let mut correlations = [0; CORRELATIONS];
        for ((i, j), correlation) in pairs(factors).zip(&fields.correlations) {
            correlations[cell(i, j)] = *correlation;
        }
        let row = |given: &Vec<i16>| {
            let mut row = [0; SCENARIO_CELLS];
            let (basis, shocks) = given.split_last().unwrap();
            row[..factors].copy_from_slice(shocks);
            row[FACTORS] = *basis;
            assert_eq!(check_scenario(&row), Ok(()));
            row
        };
        Self {
            correlations,
            shrinkage: Ratio::from_bits(fields.shrinkage.0),
            hedged_floor: Ratio::from_bits(fields.hedged_floor.0),
            rows: fields.rows.iter().map(row).collect(),
        }
    }

    fn borrowed(&self) -> PortfolioModel<'_> {
        PortfolioModel {
            correlations: &self.correlations,
            shrinkage: self.shrinkage,
            hedged_floor: self.hedged_floor,
            scenarios: &self.rows,
            bounds: GridBounds::of(&self.rows),
        }
    }
}

fn margins(given: &[Text<u64>]) -> Margins {
    std::array::from_fn(|factor| given.get(factor).map_or(Ratio::ZERO, |margin| Ratio::from_bits(margin.0)))
}

fn exposures(legs: &[LegFields], margins: &Margins) -> Exposures {
    let mut exposures = Exposures::default();
    let impact = Impact::default();
    for leg in legs {
        let terms = LegTerms { margin: margins[leg.factor], impact: &impact };
        let value = Value(leg.value.0);
        let perp = |side| PerpLeg { size: value, side, size_margin: Ratio::from_bits(leg.size_margin.0) };
        match leg.kind.as_str() {
            "deposit" => exposures.add_deposit(leg.factor, value, Ratio::ONE, &terms),
            "debt" => exposures.add_debt(leg.factor, value, &terms),
            "long" => exposures.add_perp(leg.factor, &perp(LegSide::Long), &terms),
            "short" => exposures.add_perp(leg.factor, &perp(LegSide::Short), &terms),
            kind => panic!("no leg is a {kind}"),
        }
        .unwrap();
    }
    exposures
}

/// A part of Σ gross, and some atoms.
fn tolerance(exposures: &Exposures, part_bits: i32, atoms: f64) -> f64 {
    exposures.gross().iter().map(|gross| *gross as f64).sum::<f64>() * 2f64.powi(-part_bits) + atoms
}

#[derive(Deserialize)]
struct RequirementCase {
    legs: Vec<LegFields>,
    margins: Vec<Text<u64>>,
    model: ModelFields,
    requirement_expected: Expected,
    losses_expected: Vec<Expected>,
}

#[test]
fn portfolio_requirement() {
    for case in cases::<RequirementCase>(include_str!("portfolio_requirement.json")) {
        let margins = margins(&case.margins);
        let model = Model::new(&case.model, case.margins.len());
        let exposures = exposures(&case.legs, &margins);
        let tolerance = tolerance(&exposures, 20, 64.0);
        let found = requirement_up(&exposures, &margins, &model.borrowed()).unwrap();
        case.requirement_expected.assert_near(found.0, 0, Side::Up, tolerance);
        let losses = losses_up(&exposures, &margins, &model.borrowed()).unwrap();
        for (loss, expected) in losses.iter().zip(&case.losses_expected) {
            expected.assert_near(*loss, 0, Side::Up, tolerance);
        }
    }
}

#[derive(Deserialize)]
struct Models {
    in_force: ModelFields,
    announced: ModelFields,
    newest: ModelFields,
}

#[derive(Deserialize)]
struct HealthCase {
    legs: Vec<LegFields>,
    maintenance: Vec<Text<u64>>,
    initial: Vec<Text<u64>>,
    highest: Vec<Text<u64>>,
    lowest: Vec<Text<u64>>,
    walked: Text<u64>,
    gap: Text<u64>,
    added_more: Text<u64>,
    models: Models,
    maintenance_expected: Expected,
    initial_expected: Expected,
}

#[test]
fn portfolio_health() {
    for case in cases::<HealthCase>(include_str!("portfolio_health.json")) {
        let factors = case.maintenance.len();
        let model = |fields| Model::new(fields, factors);
        let (in_force, announced) = (model(&case.models.in_force), model(&case.models.announced));
        let newest = model(&case.models.newest);
        let now = margins(&case.maintenance);
        let exposures = exposures(&case.legs, &now);
        let maintenance = PortfolioInputs {
            exposures: &exposures,
            margins: &now,
            in_force: in_force.borrowed(),
            announced: announced.borrowed(),
            walked: Ratio::from_bits(case.walked.0),
        };
        let added = exposures.added.plus(Value(case.added_more.0)).unwrap();
        let initial = InitialInputs {
            exposures: &exposures,
            margins: &margins(&case.initial),
            newest: newest.borrowed(),
            maintenance,
            ahead: AheadInputs { highest: &margins(&case.highest), lowest: &margins(&case.lowest), added },
            initial_gap: Ratio::from_bits(case.gap.0),
        };
        let tolerance = tolerance(&exposures, 18, 256.0);
        let found = maintenance_health(&maintenance, FAR_BELOW).unwrap();
        case.maintenance_expected.assert_near(found.health.0, 0, Side::Down, tolerance);
        let health = initial_health(&initial, &found, FAR_BELOW).unwrap();
        case.initial_expected.assert_near(health.0, 0, Side::Down, tolerance);
    }
}
