//! INV-LAW from the sources on: a requirement rises with σ, size, confidence and age, through goal, path, band and weights.

use plimsoll_risk::health::{CollateralWeights, CrossHealth, FactorTerms, QuoteBalance};
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::perp::margin::PerpTerms;
use plimsoll_risk::perp::{PerpPosition, SideIndices, Sides};
use plimsoll_risk::price::{PriceParameters, Quote, initial_band};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedAmount, Variance};
use plimsoll_risk::threshold::{Path, initial_margin, margin_goal};
use proptest::prelude::*;

use crate::THRESHOLD;
use crate::seeded::seeded;

const NOW: u64 = 1_760_000_000;
const INDEX_ONE: u64 = 1 << 48;
/// Roundings of two sizes: of value, weighed value and profit, each twice.
const ATOMS: i128 = 6;

const PRICES: PriceParameters = PriceParameters {
    max_age_seconds: 60,
    liquidation_max_age_seconds: 5,
    max_confidence_ppm: 20_000,
    confidence_multiple_ppm: 2_000_000,
    age_sigmas_ppm: 3_000_000,
    halt_sigmas_ppm: 8_000_000,
    halt_min_ppm: 50_000,
    confirm_seconds: 2,
    base_decimals: 9,
    quote_decimals: 6,
};

/// What a requirement depends on.
#[derive(Clone, Copy, Debug)]
struct Case {
    mid: u64,
    stable: u64,
    confidence: u64,
    age_seconds: u64,
    sigma_ppm: u32,
    size: u64,
}

impl Case {
    /// What health needs of the factor: band, announced path and initial margin of this σ.
    fn factor(&self) -> FactorTerms {
        let quote = Quote {
            mid: Price::from_bits(self.mid),
            confidence: Price::from_bits(self.confidence),
            publish_time_seconds: NOW,
            prev_publish_time_seconds: NOW - 1,
        };
        let sigma = Ratio::from_ppm_up(self.sigma_ppm);
        let stable = Price::from_bits(self.stable);
        let band = initial_band(&quote, stable, sigma, NOW + self.age_seconds, &PRICES.terms().unwrap()).unwrap();
        let terms = THRESHOLD.terms().unwrap();
        let goal = margin_goal(Variance::from_root(sigma).unwrap(), &terms).unwrap();
        let path = Path::start(goal, 0, &terms);
        FactorTerms {
            mid: quote.mid,
            asset_initial: band.asset,
            debt_initial: band.debt,
            maintenance: path.at(0),
            initial: initial_margin(&path, goal, Ratio::ZERO, &terms).unwrap(),
            impact: Impact::default(),
            impact_initial: Impact::default(),
        }
    }

    fn deposit(&self) -> CrossHealth {
        let mut health = CrossHealth::default();
        health.add_deposit(Shares(self.size), INDEX_ONE, &self.factor(), &CollateralWeights::FULL).unwrap();
        health
    }

    fn debt(&self) -> CrossHealth {
        let mut health = CrossHealth::default();
        health.add_debt(Shares(self.size), INDEX_ONE, &self.factor()).unwrap();
        health
    }

    /// A position opened at mid, with a quote balance of its own size, so that neither side of zero changes the weights.
    fn perp(&self, is_short: bool) -> CrossHealth {
        let factor = self.factor();
        let value = factor.mid.value_up(Amount(self.size)).unwrap().0.cast_signed();
        let size = self.size.cast_signed();
        let (base, entry) = if is_short { (-size, value) } else { (size, -value) };
        let terms = PerpTerms {
            mid: factor.mid,
            long_initial: factor.asset_initial,
            short_initial: factor.debt_initial,
            maintenance: factor.maintenance,
            initial: factor.initial,
            impact: Impact::default(),
            impact_initial: Impact::default(),
            size_maintenance: 1 << 40,
            size_initial: 1 << 40,
            profit_weight: Ratio::from_ppm_down(500_000),
        };
        let position = PerpPosition { base: SignedAmount(base), entry: SignedAmount(entry), ..PerpPosition::default() };
        let one = Price::from_bits(1 << 40);
        let (maintenance, initial) = (Ratio::ZERO, Ratio::ZERO);
        let quote = FactorTerms {
            mid: one,
            asset_initial: one,
            debt_initial: one,
            maintenance,
            initial,
            impact: Impact::default(),
            impact_initial: Impact::default(),
        };
        let balance = QuoteBalance { deposit: Amount(1 << 52), ..QuoteBalance::default() };
        let sides = Sides { long: SideIndices::START, short: SideIndices::START };
        let mut health = CrossHealth::default();
        health.add_perp(&position, &sides, &terms).unwrap();
        health.add_quote(&balance, &quote, &CollateralWeights::FULL).unwrap();
        health
    }

    /// Initial and maintenance requirements of a deposit, a debt, a long and a short.
    fn requirements(&self) -> [[i128; 2]; 4] {
        [self.deposit(), self.debt(), self.perp(false), self.perp(true)].map(|health| {
            let equity = health.equity().0;
            [equity - health.initial.0, equity - health.maintenance.0]
        })
    }
}

/// Whether no requirement of `more` is lower than that of `less`, but for some atoms of rounding.
fn rises(less: &Case, more: &Case, atoms: i128) -> bool {
    let (less, more) = (less.requirements(), more.requirements());
    less.iter().flatten().zip(more.iter().flatten()).all(|(less, more)| *more >= *less - atoms)
}

prop_compose! {
    fn any_case()(
        mid in (1u64 << 32)..1 << 40,
        stable_ppm in 700_000u64..1_300_000,
        confidence_ppm in 0u64..20_000,
        age_seconds in prop_oneof![0u64..70, 0u64..400, 0u64..10_000_000],
        sigma_ppm in prop_oneof![100u32..50_000, 100u32..1_000_000],
        size in prop_oneof![1u64..10_000, 1u64..1 << 48],
    ) -> Case {
        let part = |ppm: u64| u64::try_from(u128::from(mid) * u128::from(ppm) / 1_000_000).unwrap();
        Case { mid, stable: part(stable_ppm), confidence: part(confidence_ppm), age_seconds, sigma_ppm, size }
    }
}

proptest! {
    #![proptest_config(seeded(2_000))]

    /// INV-LAW, to the atom: the position is the same, only what is known of its market is worse.
    #[test]
    fn requirements_rise_with_volatility_confidence_and_age(
        case in any_case(), sigma in 0u32..500_000, confidence in 0u64..1 << 34, age in prop_oneof![0u64..100, 0u64..10_000_000],
    ) {
        let rougher = Case { sigma_ppm: case.sigma_ppm + sigma, ..case };
        let wider = Case { confidence: case.confidence + confidence, ..case };
        let older = Case { age_seconds: case.age_seconds + age, ..case };
        prop_assert!(rises(&case, &rougher, 0), "σ: {:?} {:?}", case.requirements(), rougher.requirements());
        prop_assert!(rises(&case, &wider, 0), "confidence: {:?} {:?}", case.requirements(), wider.requirements());
        prop_assert!(rises(&case, &older, 0), "age: {:?} {:?}", case.requirements(), older.requirements());
        // neither confidence nor age enters maintenance margin
        for other in [wider, older] {
            for (one, another) in case.requirements().iter().zip(&other.requirements()) {
                prop_assert_eq!(one[1], another[1]);
            }
        }
    }

    /// INV-LAW: a larger position requires more, but for the atoms that its values round by.
    #[test]
    fn requirements_rise_with_size(case in any_case(), more in prop_oneof![1u64..100, 1u64..1 << 48]) {
        let larger = Case { size: case.size + more, ..case };
        prop_assert!(rises(&case, &larger, ATOMS), "{:?} {:?}", case.requirements(), larger.requirements());
        // the size margin makes a perp's rise faster than its size
        let doubled = Case { size: case.size * 2, ..case };
        for (one, two) in case.requirements().iter().flatten().zip(doubled.requirements().iter().flatten()) {
            prop_assert!(*two >= 2 * one - ATOMS, "{one} {two}");
        }
    }

    /// INV-LAW: initial requirements stand above maintenance requirements by the gap at least, and both are no gift.
    #[test]
    fn initial_requirements_are_the_larger(case in any_case()) {
        for [initial, maintenance] in case.requirements() {
            prop_assert!(initial >= maintenance && maintenance >= 0, "{initial} {maintenance}");
        }
    }
}
