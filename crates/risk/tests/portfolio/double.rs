//! Section 16 in doubles, from its text: what the integers are judged by.

use plimsoll_risk::correlation::FACTORS;
use plimsoll_risk::portfolio::{Exposures, Margins, Scenario};
use plimsoll_risk::quantities::Ratio;

use crate::accounts::{Model, cell};

const LIFT: f64 = 1.0 / 1024.0;

fn real(ratio: Ratio) -> f64 {
    ratio.to_bits() as f64 / 2f64.powi(32)
}

/// A netted factor.
#[derive(Clone, Copy)]
struct Net {
    x: f64,
    hedged: f64,
    gross: f64,
    margin: f64,
    long_margin: f64,
}

impl Net {
    fn y(&self) -> f64 {
        self.x * if self.x < 0.0 { self.margin } else { self.long_margin }
    }

    /// A row's loss.
    fn loss(&self, shock: f64, basis: f64) -> f64 {
        let margin = if self.x < 0.0 { self.margin } else { self.long_margin };
        let limit = if self.x < 0.0 { (1.0 - basis * margin).max(0.0) } else { 1.0 };
        let fall = (shock * margin).max(-limit);
        -fall * self.x + basis * self.hedged * self.long_margin
    }
}

fn nets(exposures: &Exposures, margins: &Margins) -> [Net; FACTORS] {
    std::array::from_fn(|factor| {
        let (spot, perp) = (exposures.spot()[factor] as f64, exposures.perp()[factor] as f64);
        let margin = real(margins[factor]);
        Net {
            x: spot + perp,
            hedged: if spot * perp < 0.0 { spot.abs().min(perp.abs()) } else { 0.0 },
            gross: exposures.gross()[factor] as f64,
            margin,
            long_margin: margin.min(1.0 - LIFT / 2.0),
        }
    })
}

/// What a row loses.
pub(crate) fn loss(exposures: &Exposures, margins: &Margins, row: &Scenario) -> f64 {
    let basis = f64::from(row[FACTORS]) / 4096.0;
    let nets = nets(exposures, margins);
    nets.iter().zip(row).map(|(net, shock)| net.loss(f64::from(*shock) / 4096.0, basis)).sum()
}

/// The largest of the three readings of the covariance.
pub(crate) fn root(exposures: &Exposures, margins: &Margins, model: &Model) -> f64 {
    let y = nets(exposures, margins).map(|net| net.y());
    let squares: f64 = y.iter().map(|y| y * y).sum();
    let mut form = squares * (1.0 + LIFT);
    for i in 0..FACTORS {
        for j in i + 1..FACTORS {
            form += 2.0 * y[i] * y[j] * f64::from(model.correlations[cell(i, j)]) / 32_768.0;
        }
    }
    let sum: f64 = y.iter().sum();
    let shrinkage = real(model.shrinkage);
    let blend = |extreme: f64| (1.0 - shrinkage) * form + shrinkage * extreme;
    form.max(blend(squares)).max(blend(sum * sum)).max(0.0).sqrt()
}

/// R.
pub(crate) fn requirement(exposures: &Exposures, margins: &Margins, model: &Model) -> f64 {
    let nets = nets(exposures, margins);
    let shorts: f64 = nets.iter().filter(|net| net.x < 0.0).map(|net| -net.x * net.margin * net.margin).sum();
    let rows = model.rows.iter().map(|row| loss(exposures, margins, row)).fold(0.0, f64::max);
    let gross: f64 = nets.iter().map(|net| net.gross * net.long_margin).sum();
    let root = root(exposures, margins, model) + shorts;
    root.max(rows).max(real(model.hedged_floor) * gross) + exposures.added.0 as f64
}

/// Σ gross: what tolerances are parts of.
pub(crate) fn gross(exposures: &Exposures) -> f64 {
    exposures.gross().iter().map(|gross| *gross as f64).sum()
}
