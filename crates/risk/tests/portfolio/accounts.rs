//! Accounts, margins and models to draw and to write down.

use plimsoll_risk::correlation::{self, CELLS, CovarianceWeights, FACTORS};
use plimsoll_risk::liquidity::{Impact, LegSide};
use plimsoll_risk::portfolio::{
    CORRELATIONS, Exposures, GridBounds, LegTerms, Margins, PerpLeg, PortfolioModel, SCENARIO_CELLS, Scenario,
    correlations,
};
use plimsoll_risk::quantities::{Decay, LogReturn, Ratio, Value};
use proptest::prelude::*;

/// Without impact.
pub(crate) const NO_IMPACT: Impact =
    Impact { unit: 0, concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO };

/// A ratio of a double, rounded down.
pub(crate) fn ratio(value: f64) -> Ratio {
    Ratio::from_bits((value * 2f64.powi(32)) as u64)
}

/// A margin for each of the first factors.
pub(crate) fn margins<const N: usize>(of: [f64; N]) -> Margins {
    std::array::from_fn(|factor| of.get(factor).map_or(Ratio::ZERO, |margin| ratio(*margin)))
}

/// A correlation of 15 bits, toward zero.
pub(crate) fn correlation_bits(value: f64) -> i16 {
    ((value * 32_768.0) as i32).clamp(-32_767, 32_767) as i16
}

/// Where a pair's correlation stands.
pub(crate) fn cell(i: usize, j: usize) -> usize {
    i * (2 * FACTORS - 1 - i) / 2 + j - i - 1
}

/// A row of shocks for the first factors, and a basis.
pub(crate) fn row<const N: usize>(shocks: [f64; N], basis: f64) -> Scenario {
    let bits = |value: f64| (value * 4096.0).round() as i16;
    let mut row = [0; SCENARIO_CELLS];
    for (slot, shock) in row.iter_mut().zip(shocks) {
        *slot = bits(shock);
    }
    row[FACTORS] = bits(basis);
    row
}

/// A model that owns its parts.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) correlations: [i16; CORRELATIONS],
    pub(crate) shrinkage: Ratio,
    pub(crate) hedged_floor: Ratio,
    pub(crate) rows: Vec<Scenario>,
}

impl Model {
    /// Uncorrelated, and nothing else.
    pub(crate) fn plain() -> Self {
        Self { correlations: [0; CORRELATIONS], shrinkage: Ratio::ZERO, hedged_floor: Ratio::ZERO, rows: Vec::new() }
    }

    pub(crate) fn correlated(self, value: f64) -> Self {
        Self { correlations: [correlation_bits(value); CORRELATIONS], ..self }
    }

    pub(crate) fn with_pair(mut self, i: usize, j: usize, value: f64) -> Self {
        self.correlations[cell(i, j)] = correlation_bits(value);
        self
    }

    pub(crate) fn shrunk(self, shrinkage: f64) -> Self {
        Self { shrinkage: ratio(shrinkage), ..self }
    }

    pub(crate) fn floored(self, floor: f64) -> Self {
        Self { hedged_floor: ratio(floor), ..self }
    }

    pub(crate) fn with_rows(self, rows: Vec<Scenario>) -> Self {
        Self { rows, ..self }
    }

    pub(crate) fn borrowed(&self) -> PortfolioModel<'_> {
        PortfolioModel {
            correlations: &self.correlations,
            shrinkage: self.shrinkage,
            hedged_floor: self.hedged_floor,
            scenarios: &self.rows,
            bounds: GridBounds::of(&self.rows),
        }
    }
}

/// A leg of an account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leg {
    Deposit(u64),
    Debt(u64),
    Long(u64),
    Short(u64),
}

/// Adds a leg without impact or size margin, its collateral counting in full.
pub(crate) fn add(exposures: &mut Exposures, factor: usize, leg: Leg, margin: Ratio) {
    let terms = LegTerms { margin, impact: &NO_IMPACT };
    let perp = |size, side| PerpLeg { size: Value(size), side, size_margin: Ratio::ZERO };
    match leg {
        Leg::Deposit(value) => exposures.add_deposit(factor, Value(value), Ratio::ONE, &terms),
        Leg::Debt(value) => exposures.add_debt(factor, Value(value), &terms),
        Leg::Long(size) => exposures.add_perp(factor, &perp(size, LegSide::Long), &terms),
        Leg::Short(size) => exposures.add_perp(factor, &perp(size, LegSide::Short), &terms),
    }
    .unwrap();
}

/// An account of such legs.
pub(crate) fn account(legs: &[(usize, Leg)], margins: &Margins) -> Exposures {
    let mut exposures = Exposures::default();
    for &(factor, leg) in legs {
        add(&mut exposures, factor, leg, margins[factor]);
    }
    exposures
}

pub(crate) fn any_leg() -> impl Strategy<Value = Leg> {
    // every length up to what an admitted account holds
    (0u32..4, 0u32..40, 1u64 << 39..1 << 40).prop_map(|(kind, cut, size)| {
        let size = size >> cut << 9;
        match kind {
            0 => Leg::Deposit(size),
            1 => Leg::Debt(size),
            2 => Leg::Long(size),
            _ => Leg::Short(size),
        }
    })
}

pub(crate) fn any_legs() -> impl Strategy<Value = Vec<(usize, Leg)>> {
    prop_oneof![
        prop::collection::vec((0usize..3, any_leg()), 1..6),
        prop::collection::vec((0usize..FACTORS, any_leg()), 1..24),
    ]
}

/// Maintenance margins, at most one.
pub(crate) fn any_margins() -> impl Strategy<Value = Margins> {
    prop::array::uniform16(prop_oneof![8 => (1u64 << 24)..1 << 31, 1 => 1u64..=1 << 32])
        .prop_map(|bits| bits.map(Ratio::from_bits))
}

/// Covariances that folds of returns from a few common causes have left.
pub(crate) fn any_cells() -> impl Strategy<Value = [i64; CELLS]> {
    let cause = prop::array::uniform16(-(1i64 << 42)..1 << 42);
    (prop::collection::vec(cause, 1..6), prop::array::uniform16(0u32..12)).prop_map(|(causes, sizes)| {
        let mut cells = [0; CELLS];
        let weights = CovarianceWeights::new(Decay::over(300, 86_400).unwrap(), 1, 288).unwrap();
        for cause in causes.iter().cycle().take(12) {
            let returns = std::array::from_fn(|factor| LogReturn::from_bits(cause[factor] >> sizes[factor]));
            correlation::fold(&mut cells, &returns, &weights).unwrap();
        }
        cells
    })
}

/// Correlations as folds leave them.
pub(crate) fn any_correlations() -> impl Strategy<Value = [i16; CORRELATIONS]> {
    any_cells().prop_map(|cells| {
        let mut found = [0; CORRELATIONS];
        correlations(&cells, &mut found);
        found
    })
}

pub(crate) fn any_row() -> impl Strategy<Value = Scenario> {
    let shocks = prop::array::uniform16(prop_oneof![4 => -8192i16..=8192, 1 => -32_767i16..=32_767]);
    (shocks, prop_oneof![Just(0i16), 0i16..=4096])
        .prop_map(|(shocks, basis)| std::array::from_fn(|slot| shocks.get(slot).copied().unwrap_or(basis)))
}

pub(crate) fn any_model() -> impl Strategy<Value = Model> {
    (any_correlations(), 0u64..=1 << 32, 0u64..=1 << 32, prop::collection::vec(any_row(), 0..33)).prop_map(
        |(correlations, shrinkage, floor, rows)| Model {
            correlations,
            shrinkage: Ratio::from_bits(shrinkage),
            hedged_floor: Ratio::from_bits(floor),
            rows,
        },
    )
}
