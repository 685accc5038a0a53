//! Health with perp positions.

use plimsoll_risk::health::{CollateralWeights, FactorTerms, LiquidationFactorTerms, LiquidationHealth, QuoteBalance};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms};
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, PerUnit, Price, Ratio, SizeFactor};
use serde::Deserialize;

use crate::accounts::{InitialLeg, Leg, cross_health, liquidation_health};
use crate::decimal::{Expected, Side};
use crate::{Text, cases};

/// A position in maintenance, its market and its factor.
#[derive(Deserialize, Debug)]
pub(super) struct Perp {
    base: Text<i64>,
    entry: Text<i64>,
    realised: Text<i64>,
    mid: Text<u64>,
    maintenance_margin: Text<u64>,
    size_margin_maintenance: Text<u64>,
    skew_scale: Text<u64>,
}

impl Perp {
    /// The position, just touched by a side to which nothing has happened.
    pub(super) fn position(&self) -> PerpPosition {
        PerpPosition {
            base: self.base.signed(),
            entry: self.entry.signed(),
            realised: self.realised.signed(),
            ..PerpPosition::default()
        }
    }

    pub(super) const fn price(&self) -> Price {
        self.mid.price()
    }

    /// The factor's maintenance margin times 1 + `buffer`.
    pub(super) fn margin(&self, buffer: Ratio) -> Ratio {
        self.maintenance_margin.ratio().times_up(Ratio::ONE.plus(buffer).unwrap()).unwrap()
    }

    pub(super) fn size_per_atom(&self) -> u64 {
        per_atom(self.size_margin_maintenance, self.skew_scale)
    }

    pub(super) fn liquidation_terms(&self, buffer: Ratio) -> PerpLiquidationTerms {
        PerpLiquidationTerms {
            long_price: self.price(),
            short_price: self.price(),
            maintenance: self.margin(Ratio::ZERO),
            liquidation_end: self.margin(buffer),
            size_maintenance: self.size_per_atom(),
            impact: Impact::default(),
        }
    }

    /// The notional in quote atoms, for tolerances.
    pub(super) fn value(&self) -> f64 {
        self.base.0.unsigned_abs() as f64 * self.mid.0 as f64 / 2f64.powi(40)
    }

    /// What is added up for the position, in quote atoms, for tolerances.
    pub(super) fn gross(&self) -> f64 {
        2.0 * self.value() + self.entry.0.unsigned_abs() as f64 + self.realised.0.unsigned_abs() as f64
    }
}

/// A size margin over its scale, 96 fractional bits, rounded up.
fn per_atom(size_margin: Text<u64>, skew_scale: Text<u64>) -> u64 {
    u64::try_from((u128::from(size_margin.0) << 64).div_ceil(skew_scale.0.into())).unwrap()
}

/// The quote reserve in maintenance.
#[derive(Deserialize, Debug)]
pub(super) struct Quote {
    balance: Text<i64>,
    mid: Text<u64>,
    maintenance_margin: Text<u64>,
    collateral_weight_maintenance: Text<u64>,
}

impl Quote {
    fn balance(&self) -> QuoteBalance {
        let size = Amount(self.balance.0.unsigned_abs());
        if self.balance.0 < 0 {
            QuoteBalance { debt: size, ..QuoteBalance::default() }
        } else {
            QuoteBalance { deposit: size, ..QuoteBalance::default() }
        }
    }

    /// The factor's maintenance margin times 1 + `buffer`.
    fn margin(&self, buffer: Ratio) -> Ratio {
        self.maintenance_margin.ratio().times_up(Ratio::ONE.plus(buffer).unwrap()).unwrap()
    }

    /// What its liquidation needs of the quote reserve's factor.
    pub(super) fn terms(&self, buffer: Ratio) -> LiquidationFactorTerms {
        LiquidationFactorTerms {
            asset_price: self.mid.price(),
            debt_price: self.mid.price(),
            maintenance: self.margin(Ratio::ZERO),
            liquidation_end: self.margin(buffer),
            impact: Impact::default(),
        }
    }

    /// The balance in quote units, for tolerances.
    pub(super) fn value(&self) -> f64 {
        self.balance.0.unsigned_abs() as f64 * self.mid.0 as f64 / 2f64.powi(40)
    }
}

/// Maintenance and liquidation-end health of legs, positions and a quote balance.
pub(super) fn perp_liquidation_health<'a>(
    legs: &[Leg],
    perps: impl IntoIterator<Item = (&'a Perp, PerpPosition, Sides<SideIndices>)>,
    quote: &Quote,
    buffer: Ratio,
) -> LiquidationHealth {
    let mut health = liquidation_health(legs, buffer);
    for (perp, position, sides) in perps {
        health.add_perp(&position, &sides, &perp.liquidation_terms(buffer)).unwrap();
    }
    health.add_quote(&quote.balance(), &quote.terms(buffer), quote.collateral_weight_maintenance.ratio()).unwrap();
    health
}

/// A position with what its side has done since it was last touched, and the terms of initial margin.
#[derive(Deserialize, Debug)]
struct InitialPerp {
    #[serde(flatten)]
    perp: Perp,
    size_factor: Text<u64>,
    profit_per_unit: Text<i128>,
    side_size_factor: Text<u64>,
    side_profit_per_unit: Text<i128>,
    initial_price: Text<u64>,
    initial_margin: Text<u64>,
    size_margin_initial: Text<u64>,
}

impl InitialPerp {
    fn position(&self) -> PerpPosition {
        PerpPosition {
            size: SizeFactor::from_bits(self.size_factor.0),
            profit: PerUnit::from_bits(self.profit_per_unit.0),
            ..self.perp.position()
        }
    }

    /// The position's own side as it stands; on the other side nothing has happened.
    fn sides(&self) -> Sides<SideIndices> {
        let own = SideIndices {
            size: SizeFactor::from_bits(self.side_size_factor.0),
            profit: PerUnit::from_bits(self.side_profit_per_unit.0),
        };
        if self.perp.base.0 < 0 {
            Sides { long: SideIndices::START, short: own }
        } else {
            Sides { long: own, short: SideIndices::START }
        }
    }

    fn terms(&self, profit_weight: Ratio) -> PerpTerms {
        let (mid, edge) = (self.perp.price(), self.initial_price.price());
        PerpTerms {
            mid,
            long_initial: edge.min(mid),
            short_initial: edge.max(mid),
            maintenance: self.perp.margin(Ratio::ZERO),
            initial: self.initial_margin.ratio(),
            size_maintenance: self.perp.size_per_atom(),
            size_initial: per_atom(self.size_margin_initial, self.perp.skew_scale),
            profit_weight,
            impact: Impact::default(),
            impact_initial: Impact::default(),
        }
    }
}

#[derive(Deserialize, Debug)]
struct InitialQuote {
    #[serde(flatten)]
    quote: Quote,
    asset_initial: Text<u64>,
    debt_initial: Text<u64>,
    initial_margin: Text<u64>,
    collateral_weight_initial: Text<u64>,
}

#[derive(Deserialize, Debug)]
struct Health {
    legs: Vec<InitialLeg>,
    perps: Vec<InitialPerp>,
    quote: InitialQuote,
    profit_weight: Text<u64>,
    liquidation_buffer: Text<u64>,
    initial_expected: Expected,
    maintenance_expected: Expected,
    liquidation_end_expected: Expected,
    equity_expected: Expected,
}

impl Health {
    fn cross(&self) -> plimsoll_risk::health::CrossHealth {
        let mut health = cross_health(&self.legs);
        for perp in &self.perps {
            let terms = perp.terms(self.profit_weight.ratio());
            health.add_perp(&perp.position(), &perp.sides(), &terms).unwrap();
        }
        let InitialQuote { quote, asset_initial, debt_initial, initial_margin, collateral_weight_initial } =
            &self.quote;
        let terms = FactorTerms {
            mid: quote.mid.price(),
            asset_initial: asset_initial.price(),
            debt_initial: debt_initial.price(),
            maintenance: quote.margin(Ratio::ZERO),
            initial: initial_margin.ratio(),
            impact: Impact::default(),
            impact_initial: Impact::default(),
        };
        let weights = CollateralWeights {
            initial: collateral_weight_initial.ratio(),
            maintenance: quote.collateral_weight_maintenance.ratio(),
        };
        health.add_quote(&quote.balance(), &terms, &weights).unwrap();
        health
    }

    /// A leg rounds as in section 5; a position's margin by an atom and three units of its last place; the quote leg carries what all positions add up to.
    fn tolerance(&self) -> f64 {
        let of_legs: f64 = self.legs.iter().map(|leg| 5.0 + 8.0 * leg.leg.value() * 2f64.powi(-32)).sum();
        let of_perps: f64 = self.perps.iter().map(|perp| 5.0 + 16.0 * perp.perp.gross() * 2f64.powi(-32)).sum();
        of_legs + of_perps + 5.0 + 8.0 * self.quote.quote.value() * 2f64.powi(-32)
    }
}

#[test]
fn perp_health() {
    for mut case in cases::<Health>(include_str!("../perp_health.json")) {
        let (found, tolerance) = (case.cross(), case.tolerance());
        let legs: Vec<Leg> = std::mem::take(&mut case.legs).into_iter().map(|initial| initial.leg).collect();
        let perps = case.perps.iter().map(|perp| (&perp.perp, perp.position(), perp.sides()));
        let liquidation = perp_liquidation_health(&legs, perps, &case.quote.quote, case.liquidation_buffer.ratio());
        assert_eq!(liquidation.maintenance, found.maintenance, "{case:?}");
        assert_eq!(liquidation.equity(), found.equity(), "{case:?}");
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
