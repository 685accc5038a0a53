//! The portfolio models of a Book as the core borrows them, and what it needs of the factors.

use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::portfolio::{self, GridBounds, Margins};
use plimsoll_risk::quantities::Ratio;

use crate::constants::FACTORS;
use crate::state::{Book, Factor, PortfolioModel};

impl PortfolioModel {
    /// As the core sees it. Nothing is copied: a Book holds three of them.
    #[must_use]
    #[inline(always)]
    pub fn model(&self) -> portfolio::PortfolioModel<'_> {
        let count = usize::try_from(self.scenario_count).unwrap_or(usize::MAX).min(self.scenarios.len());
        portfolio::PortfolioModel {
            correlations: &self.correlations,
            shrinkage: Ratio::from_ppm_up(self.correlation_shrinkage_ppm),
            hedged_floor: Ratio::from_ppm_up(self.hedged_floor_ppm),
            scenarios: bytemuck::cast_slice(self.scenarios.get(..count).unwrap_or(&[])),
            bounds: GridBounds { shock: self.grid_shock, basis: self.grid_basis },
        }
    }
}

/// The three models of a Book. Two that are the same are borrowed from the same place, so that the core evaluates them once.
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    /// In force; once the walk is over, the announced one is.
    pub in_force: portfolio::PortfolioModel<'a>,
    /// Announced.
    pub announced: portfolio::PortfolioModel<'a>,
    /// What would be announced next.
    pub newest: portfolio::PortfolioModel<'a>,
}

/// Ends of a path from some step on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathEnds {
    /// The lowest point.
    pub lowest: Ratio,
    /// The highest.
    pub highest: Ratio,
}

impl Factor {
    /// The ends of the announced path from a step on.
    #[must_use]
    #[inline]
    pub fn path_ahead(&self, step: u64) -> PathEnds {
        let [.., last] = self.threshold.path;
        let passed = usize::try_from(step.saturating_sub(self.threshold.path_step)).unwrap_or(usize::MAX);
        let ahead = self.threshold.path.get(passed..).unwrap_or(&[]);
        let (lowest, highest) =
            ahead.iter().fold((last, last), |(low, high), &point| (low.min(point), high.max(point)));
        PathEnds { lowest: Ratio::from_bits(lowest), highest: Ratio::from_bits(highest) }
    }

    /// The impact at its worst in the hour ahead: in force or announced.
    #[must_use]
    #[inline(always)]
    pub fn impact_ahead(&self) -> Impact {
        let (in_force, announced) = (&self.liquidity.in_force, &self.liquidity.announced);
        if in_force.unit | announced.unit == 0 {
            return Impact::default();
        }
        in_force.impact().worst(&announced.impact())
    }
}

/// Margins of every factor, at each moment that initial health looks at.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    /// Maintenance margins of a step.
    pub maintenance: Margins,
    /// Initial margins.
    pub initial: Margins,
    /// The lowest points of the paths from that step on.
    pub lowest: Margins,
    /// The highest.
    pub highest: Margins,
}

impl Book {
    /// The models once the tide has walked so far.
    #[must_use]
    #[inline(never)]
    pub fn models(&self, walked: Ratio) -> Models<'_> {
        let announced = &self.model_announced;
        let is_over = walked >= Ratio::ONE || is_same(&self.model_in_force, announced);
        let in_force = if is_over { announced } else { &self.model_in_force };
        let newest = if is_same(&self.model_newest, announced) { announced } else { &self.model_newest };
        Models { in_force: in_force.model(), announced: announced.model(), newest: newest.model() }
    }

    /// Maintenance margins of the factors in a mask, in a step; zero for the others.
    #[inline(never)]
    pub fn margins_in(&self, held: u16, step: u64, out: &mut Margins) {
        for (index, (margin, factor)) in out.iter_mut().zip(&self.factors).enumerate() {
            *margin = if is_held(held, index) { factor.maintenance_margin(step) } else { Ratio::ZERO };
        }
    }

    /// Every margin of the factors in a mask that initial health looks at.
    #[inline(never)]
    pub fn thresholds_in(&self, held: u16, step: u64, out: &mut Thresholds) {
        self.margins_in(held, step, &mut out.maintenance);
        for (index, factor) in self.factors.iter().enumerate().filter(|(index, _)| is_held(held, *index)) {
            let ends = factor.path_ahead(step);
            for (margins, margin) in [
                (&mut out.initial, Ratio::from_bits(factor.threshold.initial)),
                (&mut out.lowest, ends.lowest),
                (&mut out.highest, ends.highest),
            ] {
                if let Some(slot) = margins.get_mut(index) {
                    *slot = margin;
                }
            }
        }
    }

    /// The largest initial gap of the factors in a mask.
    #[must_use]
    pub fn largest_gap_up(&self, held: u16) -> Ratio {
        let of_held = self.factors.iter().enumerate().filter(|(index, _)| is_held(held, *index));
        Ratio::from_ppm_up(of_held.map(|(_, factor)| factor.params.initial_gap_ppm).max().unwrap_or(0))
    }
}

impl Default for Thresholds {
    fn default() -> Self {
        let none = [Ratio::ZERO; FACTORS];
        Self { maintenance: none, initial: none, lowest: none, highest: none }
    }
}

fn is_same(one: &PortfolioModel, other: &PortfolioModel) -> bool {
    bytemuck::bytes_of(one) == bytemuck::bytes_of(other)
}

/// Whether bit `index` of a mask is set.
#[inline(always)]
pub(crate) const fn is_held(held: u16, index: usize) -> bool {
    held >> index & 1 == 1
}
