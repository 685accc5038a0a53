//! Speed of portfolio margin on one core of this machine: `make bench`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use plimsoll_risk::correlation::FACTORS;
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::portfolio::{
    CORRELATIONS, Exposures, GridBounds, LegTerms, Margins, PortfolioInputs, PortfolioModel, SCENARIO_CELLS, SCENARIOS,
    Scenario, maintenance_health,
};
use plimsoll_risk::quantities::{Ratio, SignedValue, Value};

/// Different accounts of one measurement.
const BATCH: u64 = 256;
const NO_IMPACT: Impact = Impact { unit: 0, concentrated_long: Ratio::ZERO, concentrated_short: Ratio::ZERO };

fn main() {
    divan::main();
}

/// Shocks of up to three margins, each factor's and row's its own.
fn rows() -> Vec<Scenario> {
    let shock = |row: usize, cell: usize| i16::try_from((row * 7 + cell * 13) % 49).map_or(0, |part| (part - 24) * 512);
    let mut rows: Vec<Scenario> = (0..SCENARIOS).map(|row| std::array::from_fn(|cell| shock(row, cell))).collect();
    for row in &mut rows {
        row[SCENARIO_CELLS - 1] = 409;
    }
    rows
}

/// Maintenance health of an account with 16 exposures, eight long and eight short: three readings of the covariance, 32 rows, the floor.
#[divan::bench]
fn portfolio_margin_of_16_factors_and_32_rows(bencher: Bencher) {
    let correlations = [26_000_i16; CORRELATIONS];
    let rows = rows();
    let model = PortfolioModel {
        correlations: &correlations,
        shrinkage: Ratio::from_ppm_up(250_000),
        hedged_floor: Ratio::from_ppm_up(100_000),
        scenarios: &rows,
        bounds: GridBounds::of(&rows),
    };
    let margins: Margins =
        std::array::from_fn(|factor| Ratio::from_ppm_up(80_000 + 5_000 * u32::try_from(factor).unwrap_or(0)));
    let account = |number: u64| {
        let mut exposures = Exposures::default();
        for (factor, margin) in margins.iter().enumerate().take(FACTORS) {
            let terms = LegTerms { margin: *margin, impact: &NO_IMPACT };
            let value = Value(black_box(1_000_000_000 + number * 977_000 + factor as u64 * 31_000));
            if factor % 2 == 0 {
                exposures.add_deposit(factor, value, Ratio::ONE, &terms)?;
            } else {
                exposures.add_debt(factor, value, &terms)?;
            }
        }
        let inputs = PortfolioInputs {
            exposures: &exposures,
            margins: &margins,
            in_force: model,
            announced: model,
            walked: Ratio::ONE,
        };
        maintenance_health(&inputs, SignedValue(i128::MIN / 4))
    };
    assert!(
        account(0).is_ok_and(|health| health.requirement > Value::ZERO),
        "what is measured are accounts, not refusals"
    );
    let accounts = bencher.counter(ItemsCount::new(BATCH));
    accounts.bench(|| (0..BATCH).filter(|number| account(*number).is_ok()).count());
}
