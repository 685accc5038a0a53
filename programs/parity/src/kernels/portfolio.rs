//! Portfolio margin: correlations, requirements, losses, healths.

use plimsoll_risk::correlation::{CELLS, FACTORS};
use plimsoll_risk::liquidity::LegSide;
use plimsoll_risk::portfolio::{
    self, AheadInputs, CORRELATIONS, Exposures, GridBounds, InitialInputs, LegTerms, Margins, PerpLeg, PortfolioInputs,
    PortfolioModel, SCENARIOS, Scenario,
};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};

use super::liquidity::impact;
use crate::source::Source;
use crate::transcript::Transcript;

const LEGS: u64 = 10;
/// Rows of each model of a health: three of them must fit a stack frame of the chain.
const FEW_ROWS: usize = 3;

/// A model with `ROWS` rows.
struct Model<const ROWS: usize> {
    correlations: [i16; CORRELATIONS],
    rows: [Scenario; ROWS],
    used: usize,
    shrinkage: Ratio,
    hedged_floor: Ratio,
}

impl<const ROWS: usize> Model<ROWS> {
    const EMPTY: Self = Self {
        correlations: [0; CORRELATIONS],
        rows: [[0; FACTORS + 1]; ROWS],
        used: 0,
        shrinkage: Ratio::ZERO,
        hedged_floor: Ratio::ZERO,
    };

    #[inline(never)]
    fn draw(&mut self, source: &mut Source) {
        for correlation in &mut self.correlations {
            *correlation = word16(source);
        }
        // small shocks mostly, as a grid has them; any once in four rows
        for row in &mut self.rows {
            let cut = if source.one_in(4) { 0 } else { 3 };
            let [shocks @ .., basis] = row;
            for shock in shocks {
                *shock = word16(source) >> cut;
            }
            *basis = if source.one_in(2) { 0 } else { word16(source).unsigned_abs().cast_signed().max(0) >> 3 };
        }
        self.used = source.index_below(ROWS + 1);
        self.shrinkage = Ratio::from_bits(source.between(0, 1 << 33) >> source.below(8));
        self.hedged_floor = Ratio::from_bits(source.between(0, 1 << 33) >> source.below(8));
    }

    fn borrowed(&self) -> PortfolioModel<'_> {
        let scenarios = self.rows.get(..self.used).unwrap_or(&self.rows);
        PortfolioModel {
            correlations: &self.correlations,
            shrinkage: self.shrinkage,
            hedged_floor: self.hedged_floor,
            scenarios,
            bounds: GridBounds::of(scenarios),
        }
    }
}

#[allow(clippy::cast_possible_truncation)] // sixteen random bits
fn word16(source: &mut Source) -> i16 {
    source.word() as i16
}

/// Up to ten legs, in few factors or many.
#[inline(never)]
fn draw_exposures(source: &mut Source, transcript: &mut Transcript, margins: &Margins, exposures: &mut Exposures) {
    let factors = source.one_of([1, 2, 4, FACTORS, FACTORS + 1]);
    let length = source.between(10, 58);
    for _ in 0..source.between(0, LEGS) {
        let factor = source.index_below(factors);
        let value = Value(if source.one_in(100) { source.any() } else { source.sized(length) });
        let impact = impact(source);
        let margin = margins.get(factor).copied().unwrap_or(Ratio::ZERO);
        let terms = LegTerms { margin, impact: &impact };
        let added = match source.below(3) {
            0 => exposures.add_deposit(factor, value, Ratio::from_bits(source.between(0, 1 << 32)), &terms),
            1 => exposures.add_debt(factor, value, &terms),
            _ => exposures.add_perp(factor, &perp(source, value), &terms),
        };
        transcript.write(added.map(|()| true));
        let ahead =
            terms.addition_ahead_up(Ratio::from_bits(source.near(margin.to_bits())), value, LegSide::Long, margin);
        transcript.write(ahead);
    }
    transcript.write([exposures.added]);
    transcript.write([exposures.counted]);
}

fn perp(source: &mut Source, size: Value) -> PerpLeg {
    let side = if source.one_in(2) { LegSide::Short } else { LegSide::Long };
    PerpLeg { size, side, size_margin: Ratio::from_bits(source.sized(33)) }
}

/// Margins below one, or once in 30 accounts any.
#[inline(never)]
fn draw_margins(source: &mut Source, margins: &mut Margins) {
    let is_any = source.one_in(30);
    for margin in margins {
        *margin = Ratio::from_bits(if is_any { source.any() } else { source.between(0, 1 << 32) });
    }
}

#[inline(never)]
fn draw_near(source: &mut Source, from: &Margins, margins: &mut Margins) {
    for (margin, from) in margins.iter_mut().zip(from) {
        *margin = Ratio::from_bits(source.near(from.to_bits()));
    }
}

#[inline(never)]
pub(super) fn correlations(source: &mut Source, transcript: &mut Transcript) {
    let mut cells = [0_i64; CELLS];
    let length = source.between(1, 63);
    for cell in &mut cells {
        let size = source.sized(length).cast_signed().max(0);
        *cell = if source.one_in(3) { -size } else { size };
    }
    let mut found = [0; CORRELATIONS];
    portfolio::correlations(&cells, &mut found);
    for correlation in found {
        transcript.write(i64::from(correlation));
    }
    // there is nothing to refuse
    transcript.keep(Ok(true));
}

#[inline(never)]
pub(super) fn requirements(source: &mut Source, transcript: &mut Transcript) {
    let mut margins = [Ratio::ZERO; FACTORS];
    draw_margins(source, &mut margins);
    let mut exposures = Exposures::default();
    draw_exposures(source, transcript, &margins, &mut exposures);
    let mut model = Model::<SCENARIOS>::EMPTY;
    model.draw(source);
    transcript.write(portfolio::requirement_up(&exposures, &margins, &model.borrowed()));
    transcript.write(portfolio::losses_up(&exposures, &margins, &model.borrowed()));
}

#[inline(never)]
pub(super) fn healths(source: &mut Source, transcript: &mut Transcript) {
    let mut margins = [Ratio::ZERO; FACTORS];
    draw_margins(source, &mut margins);
    let mut exposures = Exposures::default();
    draw_exposures(source, transcript, &margins, &mut exposures);
    let mut in_force = Model::<FEW_ROWS>::EMPTY;
    let mut announced = Model::<FEW_ROWS>::EMPTY;
    in_force.draw(source);
    announced.draw(source);
    if source.one_in(2) {
        (announced.rows, announced.used) = (in_force.rows, in_force.used);
    }
    let on_the_way = source.word() >> 32;
    let walked = source.one_of([0, 1 << 32, on_the_way]);
    let maintenance = PortfolioInputs {
        exposures: &exposures,
        margins: &margins,
        in_force: in_force.borrowed(),
        announced: if source.one_in(8) { in_force.borrowed() } else { announced.borrowed() },
        walked: Ratio::from_bits(walked),
    };
    let cross = SignedValue(-i128::from(source.any()));
    let Some(present) = transcript.refusal(portfolio::maintenance_health(&maintenance, cross)) else {
        return;
    };
    transcript.write([present.health, present.counted]);
    transcript.write([present.requirement, present.worst]);
    transcript.write(present.liquidation_end(Ratio::from_bits(source.sized(32)), cross));
    initial(source, transcript, &maintenance, &present);
}

#[inline(never)]
fn initial(
    source: &mut Source,
    transcript: &mut Transcript,
    maintenance: &PortfolioInputs,
    present: &portfolio::PortfolioHealth,
) {
    let (mut initial, mut highest, mut lowest) = ([Ratio::ZERO; FACTORS], *maintenance.margins, *maintenance.margins);
    draw_near(source, maintenance.margins, &mut initial);
    if source.one_in(2) {
        draw_near(source, maintenance.margins, &mut highest);
        draw_near(source, maintenance.margins, &mut lowest);
    }
    let mut newest = Model::<FEW_ROWS>::EMPTY;
    newest.draw(source);
    let inputs = InitialInputs {
        exposures: maintenance.exposures,
        margins: &initial,
        newest: newest.borrowed(),
        maintenance: *maintenance,
        ahead: AheadInputs { highest: &highest, lowest: &lowest, added: Value(source.sized(50)) },
        initial_gap: Ratio::from_bits(source.sized(33)),
    };
    let cross = SignedValue(-i128::from(source.any()));
    transcript.write(portfolio::initial_health(&inputs, present, cross));
}
