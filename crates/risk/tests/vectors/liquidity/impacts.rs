//! Impact, and health with it.

use plimsoll_risk::health::{CollateralWeights, CrossHealth, FactorTerms, LiquidationFactorTerms, LiquidationHealth};
use plimsoll_risk::liquidity::{Impact, ImpactTerms, LegSide};
use plimsoll_risk::quantities::{Price, Ratio, Shares, Value};
use serde::Deserialize;

use super::RATIO_BITS;
use crate::accounts::Kind;
use crate::decimal::{Expected, Side};
use crate::{Text, cases};

const INDEX_ONE: u64 = 1 << 48;

#[derive(Deserialize)]
struct ImpactLeg {
    value: Text<u64>,
    multiple_long_expected: Expected,
    multiple_short_expected: Expected,
    margin_long_expected: Expected,
    margin_short_expected: Expected,
}

#[derive(Deserialize)]
struct ImpactCase {
    multiple_ppm: u32,
    shortfall_multiple_ppm: u32,
    horizon_seconds: u32,
    concentration_share_ppm: u32,
    daily_volume: Text<u64>,
    long: Text<u64>,
    short: Text<u64>,
    margin: Text<u64>,
    unit_expected: Expected,
    concentrated_long_expected: Expected,
    concentrated_short_expected: Expected,
    legs: Vec<ImpactLeg>,
}

impl ImpactCase {
    fn impact(&self) -> Impact {
        let terms = ImpactTerms {
            multiple_ppm: self.multiple_ppm,
            shortfall_multiple_ppm: self.shortfall_multiple_ppm,
            horizon_seconds: self.horizon_seconds,
            daily_volume: Value(self.daily_volume.0),
            concentration_share_ppm: self.concentration_share_ppm,
            long: Value(self.long.0),
            short: Value(self.short.0),
        };
        Impact::new(&terms).unwrap()
    }

    /// The concentrated share of a side, and by how much it is rounded up.
    fn share(&self, book: u64) -> (f64, f64) {
        (f64::from(self.concentration_share_ppm) / 1e6 * book as f64, 1.0 + book as f64 * 2f64.powi(-32))
    }

    fn assert_leg(&self, impact: &Impact, leg: &ImpactLeg) {
        let margin = Ratio::from_bits(self.margin.0);
        for (side, multiple, with) in [
            (LegSide::Long, &leg.multiple_long_expected, &leg.margin_long_expected),
            (LegSide::Short, &leg.multiple_short_expected, &leg.margin_short_expected),
        ] {
            let value = Value(leg.value.0);
            let book = if side == LegSide::Long { self.long.0 } else { self.short.0 };
            let sizes = [self.share(book), (leg.value.0 as f64, 0.0)];
            let tolerance = sizes.map(|size| rounding(impact, multiple, size)).into_iter().fold(0.0, f64::max);
            let found = impact.multiple_up(value, side);
            multiple.assert_near(found.to_bits(), RATIO_BITS, Side::Up, tolerance);
            let found = impact.margin_up(margin, value, side).unwrap();
            with.assert_near(found.to_bits(), RATIO_BITS, Side::Up, 2.0 + tolerance);
        }
    }
}

/// Two units; the parts by which a unit and a root are rounded up, the last place of a unit; and what rounding up a value adds to its root.
fn rounding(impact: &Impact, expected: &Expected, (value, atoms): (f64, f64)) -> f64 {
    let of_value = impact.unit as f64 * 2f64.powi(-32) * ((value + atoms).sqrt() - value.sqrt());
    2.0 + expected.units(RATIO_BITS) * 4e-9 + 64.0 * 2f64.powi(-32) * value.sqrt() + of_value
}

#[test]
fn liquidity_impact() {
    for case in cases::<ImpactCase>(include_str!("../liquidity_impact.json")) {
        let impact = case.impact();
        // a unit of one or more is at most the largest number
        if impact.unit != u64::MAX {
            let tolerance = 64.0 + case.unit_expected.units(64) * 4e-9;
            case.unit_expected.assert_near(impact.unit, 64, Side::Up, tolerance);
            for (found, expected, book) in [
                (impact.concentrated_long, &case.concentrated_long_expected, case.long.0),
                (impact.concentrated_short, &case.concentrated_short_expected, case.short.0),
            ] {
                let tolerance = rounding(&impact, expected, case.share(book));
                expected.assert_near(found.to_bits(), RATIO_BITS, Side::Up, tolerance);
            }
            case.legs.iter().for_each(|leg| case.assert_leg(&impact, leg));
        }
    }
}

#[derive(Deserialize, Debug)]
struct SizedLeg {
    kind: Kind,
    amount: Text<u64>,
    mid: Text<u64>,
    initial_price: Text<u64>,
    maintenance_margin: Text<u64>,
    initial_margin: Text<u64>,
    collateral_weight_maintenance: Text<u64>,
    collateral_weight_initial: Text<u64>,
    unit: Text<u64>,
    unit_initial: Text<u64>,
    concentrated: Text<u64>,
    concentrated_initial: Text<u64>,
}

const fn impact_of(unit: u64, concentrated: u64) -> Impact {
    let concentrated = Ratio::from_bits(concentrated);
    Impact { unit, concentrated_long: concentrated, concentrated_short: concentrated }
}

impl SizedLeg {
    const fn terms(&self) -> FactorTerms {
        let edge = Price::from_bits(self.initial_price.0);
        FactorTerms {
            mid: Price::from_bits(self.mid.0),
            asset_initial: edge,
            debt_initial: edge,
            maintenance: Ratio::from_bits(self.maintenance_margin.0),
            initial: Ratio::from_bits(self.initial_margin.0),
            impact: impact_of(self.unit.0, self.concentrated.0),
            impact_initial: impact_of(self.unit_initial.0, self.concentrated_initial.0),
        }
    }

    fn add(&self, cross: &mut CrossHealth, ending: &mut LiquidationHealth, buffer: Ratio) {
        let terms = self.terms();
        let end = LiquidationFactorTerms {
            asset_price: terms.mid,
            debt_price: terms.mid,
            maintenance: terms.maintenance,
            liquidation_end: terms.maintenance.times_up(Ratio::ONE.plus(buffer).unwrap()).unwrap(),
            impact: terms.impact,
        };
        let weights = CollateralWeights {
            initial: Ratio::from_bits(self.collateral_weight_initial.0),
            maintenance: Ratio::from_bits(self.collateral_weight_maintenance.0),
        };
        let shares = Shares(self.amount.0);
        match self.kind {
            Kind::Deposit => {
                cross.add_deposit(shares, INDEX_ONE, &terms, &weights).unwrap();
                ending.add_deposit(shares, INDEX_ONE, &end, weights.maintenance).unwrap();
            }
            Kind::Debt => {
                cross.add_debt(shares, INDEX_ONE, &terms).unwrap();
                ending.add_debt(shares, INDEX_ONE, &end).unwrap();
            }
        }
    }

    fn value(&self) -> f64 {
        self.amount.0 as f64 * self.mid.0.max(self.initial_price.0) as f64 / 2f64.powi(40)
    }
}

#[derive(Deserialize, Debug)]
struct HealthCase {
    legs: Vec<SizedLeg>,
    liquidation_buffer: Text<u64>,
    initial_expected: Expected,
    maintenance_expected: Expected,
    liquidation_end_expected: Expected,
    equity_expected: Expected,
}

#[test]
fn liquidity_health() {
    for case in cases::<HealthCase>(include_str!("../liquidity_health.json")) {
        let (mut cross, mut ending) = (CrossHealth::default(), LiquidationHealth::default());
        for leg in &case.legs {
            leg.add(&mut cross, &mut ending, Ratio::from_bits(case.liquidation_buffer.0));
        }
        assert_eq!(ending.maintenance, cross.maintenance);
        // an atom of the value at a weight of up to 13, and a margin's rounding on all of the leg
        let tolerance: f64 = case.legs.iter().map(|leg| 14.0 + leg.value() * 2f64.powi(-25)).sum();
        for (sum, expected) in [
            (cross.initial, &case.initial_expected),
            (cross.maintenance, &case.maintenance_expected),
            (ending.liquidation_end, &case.liquidation_end_expected),
        ] {
            expected.assert_near(sum.0, 0, Side::Down, tolerance);
        }
        let tolerance = case.legs.len() as f64;
        case.equity_expected.assert_near(cross.equity().0, 0, Side::Down, tolerance);
    }
}
