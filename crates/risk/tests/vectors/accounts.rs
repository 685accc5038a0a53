//! Sections 5 and 9: health, and what an owner sees.

use plimsoll_risk::health::{
    CollateralWeights, CrossHealth, FactorTerms, LiquidationFactorTerms, LiquidationHealth, asset_weight_down,
    debt_weight_up,
};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::metrics::{FactorExposure, distance_down, touch_probability};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedValue, Variance};
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

/// An index of one, with 48 fractional bits: shares are atoms.
const INDEX_ONE: u64 = 1 << 48;

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Deposit,
    Debt,
}

/// A leg in maintenance.
#[derive(Deserialize, Debug)]
pub(crate) struct Leg {
    pub(crate) kind: Kind,
    amount: Text<u64>,
    mid: Text<u64>,
    maintenance_margin: Text<u64>,
    collateral_weight_maintenance: Text<u64>,
}

impl Leg {
    pub(crate) fn amount(&self) -> Amount {
        Amount(self.amount.0)
    }

    pub(crate) fn price(&self) -> Price {
        Price::from_bits(self.mid.0)
    }

    /// The weight at the maintenance margin times 1 + `buffer`.
    pub(crate) fn weight(&self, buffer: Ratio) -> Ratio {
        let margin = self.margin(buffer);
        match self.kind {
            Kind::Deposit => asset_weight_down(margin, Ratio::from_bits(self.collateral_weight_maintenance.0)),
            Kind::Debt => debt_weight_up(margin).unwrap(),
        }
    }

    fn margin(&self, buffer: Ratio) -> Ratio {
        let multiple = Ratio::ONE.plus(buffer).unwrap();
        Ratio::from_bits(self.maintenance_margin.0).times_up(multiple).unwrap()
    }

    /// The value in quote atoms, for tolerances.
    pub(crate) fn value(&self) -> f64 {
        self.amount.0 as f64 * self.mid.0 as f64 / 2f64.powi(40)
    }
}

/// Maintenance and liquidation-end health of an account.
pub(crate) fn liquidation_health(legs: &[Leg], buffer: Ratio) -> LiquidationHealth {
    let mut health = LiquidationHealth::default();
    for leg in legs {
        let terms = LiquidationFactorTerms {
            asset_price: leg.price(),
            debt_price: leg.price(),
            maintenance: leg.margin(Ratio::ZERO),
            liquidation_end: leg.margin(buffer),
            impact: Impact::default(),
        };
        let (shares, weight) = (Shares(leg.amount.0), Ratio::from_bits(leg.collateral_weight_maintenance.0));
        match leg.kind {
            Kind::Deposit => health.add_deposit(shares, INDEX_ONE, &terms, weight).unwrap(),
            Kind::Debt => health.add_debt(shares, INDEX_ONE, &terms).unwrap(),
        }
    }
    health
}

#[derive(Deserialize, Debug)]
pub(crate) struct InitialLeg {
    #[serde(flatten)]
    pub(crate) leg: Leg,
    initial_price: Text<u64>,
    initial_margin: Text<u64>,
    collateral_weight_initial: Text<u64>,
}

#[derive(Deserialize)]
struct Health {
    legs: Vec<InitialLeg>,
    liquidation_buffer: Text<u64>,
    initial_expected: Expected,
    maintenance_expected: Expected,
    liquidation_end_expected: Expected,
    equity_expected: Expected,
}

pub(crate) fn cross_health(legs: &[InitialLeg]) -> CrossHealth {
    let mut health = CrossHealth::default();
    for InitialLeg { leg, initial_price, initial_margin, collateral_weight_initial } in legs {
        let terms = FactorTerms {
            mid: leg.price(),
            asset_initial: Price::from_bits(initial_price.0),
            debt_initial: Price::from_bits(initial_price.0),
            maintenance: leg.margin(Ratio::ZERO),
            initial: Ratio::from_bits(initial_margin.0),
            impact: Impact::default(),
            impact_initial: Impact::default(),
        };
        let weights = CollateralWeights {
            initial: Ratio::from_bits(collateral_weight_initial.0),
            maintenance: Ratio::from_bits(leg.collateral_weight_maintenance.0),
        };
        let shares = Shares(leg.amount.0);
        match leg.kind {
            Kind::Deposit => health.add_deposit(shares, INDEX_ONE, &terms, &weights).unwrap(),
            Kind::Debt => health.add_debt(shares, INDEX_ONE, &terms).unwrap(),
        }
    }
    health
}

#[test]
fn health() {
    for case in cases::<Health>(include_str!("health.json")) {
        let found = cross_health(&case.legs);
        let legs: Vec<Leg> = case.legs.into_iter().map(|initial| initial.leg).collect();
        let liquidation = liquidation_health(&legs, Ratio::from_bits(case.liquidation_buffer.0));
        assert_eq!(liquidation.maintenance, found.maintenance);
        assert_eq!(liquidation.equity(), found.equity());
        // a leg's value rounds by an atom, its weighted value by another; a debt's weight is at most 4 here, an initial price twice the mid
        let tolerance: f64 = legs.iter().map(|leg| 5.0 + 8.0 * leg.value() * 2f64.powi(-32)).sum();
        for (sum, expected) in [
            (found.initial, &case.initial_expected),
            (found.maintenance, &case.maintenance_expected),
            (liquidation.liquidation_end, &case.liquidation_end_expected),
            (found.equity(), &case.equity_expected),
        ] {
            expected.assert_near(sum.0, 0, Side::Down, tolerance);
        }
    }
}

#[derive(Deserialize, Debug)]
struct Metrics {
    legs: Vec<Leg>,
    factor_leg: usize,
    variance_now: Text<u128>,
    horizon_seconds: u64,
    liquidation_price_expected: Option<Expected>,
    distance_expected: Option<Expected>,
    probability_expected: Option<Expected>,
}

#[test]
fn metrics() {
    for case in cases::<Metrics>(include_str!("metrics.json")) {
        let moving = &case.legs[case.factor_leg];
        let mut exposure = FactorExposure::default();
        let weight = moving.weight(Ratio::ZERO);
        match moving.kind {
            Kind::Deposit => exposure.add_deposit(moving.amount(), weight).unwrap(),
            Kind::Debt => exposure.add_debt(moving.amount(), weight).unwrap(),
        }
        let health = liquidation_health(&case.legs, Ratio::ZERO);
        let SignedValue(maintenance) = health.maintenance;
        let found = exposure.liquidation_price(SignedValue(maintenance), moving.price()).unwrap();
        let (Some(price), Some(distance), Some(probability)) =
            (&case.liquidation_price_expected, &case.distance_expected, &case.probability_expected)
        else {
            assert_eq!(found, None, "{case:?}");
            continue;
        };
        let found = found.unwrap();
        // a leg's rounding as in health and one of the exposure's value, carried over to the price
        let atoms_of_price = 6.0 * case.legs.len() as f64 * 2f64.powi(40) / moving.amount().0 as f64;
        let weight = weight.to_bits() as f64 / 2f64.powi(32);
        let tolerance = 2.0 + 1e-8 * price.units(40) + atoms_of_price / weight;
        price.assert_near(found.to_bits(), 40, Side::Both, tolerance);

        let variance = Variance::from_bits(case.variance_now.0);
        let sigma = (case.variance_now.0 as f64 / 2f64.powi(96)).sqrt();
        let away = distance_down(moving.price(), found, variance).unwrap();
        let of_price = tolerance / price.units(40) / sigma;
        let in_ratios = 2f64.powi(32);
        distance.assert_near(away.to_bits(), 32, Side::Both, 2.0 + (1e-6 + of_price) * in_ratios);
        let chance = touch_probability(away, case.horizon_seconds).unwrap();
        let horizon = (case.horizon_seconds.max(1) as f64 / 86_400.0).sqrt();
        let tolerance = (2e-6 + (1e-6 + of_price) / horizon) * in_ratios;
        probability.assert_near(chance.to_bits(), 32, Side::Both, tolerance);
    }
}
