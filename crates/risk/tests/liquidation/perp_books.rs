//! Random accounts with perps in real books: INV-IMPROVE, solvency, the target, fills against the pool.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{LiquidationFactorTerms, LiquidationHealth, QuoteBalance};
use plimsoll_risk::liquidation::{
    LiquidationTerms, PerpLiquidationInputs, PerpLiquidationPlan, QuoteCost, plan_perp_liquidation,
};
use plimsoll_risk::perp::fill::{FillTerms, plan_fill};
use plimsoll_risk::perp::margin::PerpLiquidationTerms;
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::quantities::{Amount, Price, Ratio, SignedAmount, Value};
use proptest::prelude::*;

use crate::impacts::any_impact;
use crate::seeded::seeded;
use crate::terms;

/// A position in real books.
#[derive(Clone, Debug)]
struct Holding {
    terms: PerpLiquidationTerms,
    books: PerpBooks,
    position: PerpPosition,
}

/// An account of one or two positions and a balance in the quote reserve.
#[derive(Clone, Debug)]
struct Account {
    holdings: Vec<Holding>,
    balance: i64,
    quote: LiquidationFactorTerms,
}

impl Account {
    fn health(&self) -> LiquidationHealth {
        let mut health = LiquidationHealth::default();
        for holding in &self.holdings {
            health.add_perp(&holding.position, &holding.books.indices, &holding.terms).unwrap();
        }
        let amount = Amount(self.balance.unsigned_abs());
        let balance = if self.balance < 0 {
            QuoteBalance { debt: amount, ..QuoteBalance::default() }
        } else {
            QuoteBalance { deposit: amount, ..QuoteBalance::default() }
        };
        health.add_quote(&balance, &self.quote, Ratio::ONE).unwrap();
        health
    }

    /// The liquidation of the first position.
    fn inputs(&self, throughput_left: u64, base_limit: u64) -> PerpLiquidationInputs {
        let Holding { terms, position, .. } = &self.holdings[0];
        let health = self.health();
        let net = SignedAmount(self.balance + health.profit as i64);
        let value = terms.long_price.value_up(position.base.magnitude()).unwrap();
        let margins = terms.margins_up(position.base, value).unwrap();
        let requirement = margins.maintenance.of_up(value).unwrap();
        PerpLiquidationInputs {
            health,
            base: position.base,
            price: terms.long_price,
            margins,
            quote: QuoteCost::new(&self.quote, net, requirement).unwrap(),
            slip: Ratio::ZERO,
            throughput_left: Value(throughput_left),
            base_limit: Amount(base_limit),
            seconds_unhealthy: 60,
        }
    }

    fn trade(&mut self, delta: SignedAmount, quote: SignedAmount, taken: u64) {
        let Holding { books, position, .. } = &mut self.holdings[0];
        books.trade(position, delta, quote).unwrap();
        books.charge(position, Amount(taken), Amount(0)).unwrap();
    }

    /// After a step between two accounts: at mid, less bonus and cut.
    fn after(&self, plan: &PerpLiquidationPlan) -> Self {
        let mut next = self.clone();
        let value =
            if plan.delta.is_negative() { SignedAmount::received(plan.value) } else { SignedAmount::paid(plan.value) };
        next.trade(plan.delta, value.unwrap(), plan.bonus.0 + plan.insurance_cut.0);
        next
    }
}

prop_compose! {
    fn holding()(
        price in (1u64 << 26)..1 << 46,
        margin in (1u64 << 26)..1 << 31,
        value in 1_000_000u64..10_000_000_000_000,
        is_short: bool,
        paid_ppm in 800_000u64..1_200_000,
        size_ppm in prop_oneof![Just(0), 0u64..100_000],
        impact in any_impact(),
    ) -> Holding {
        let base = ((u128::from(value) << 40) / u128::from(price)).max(1) as i64;
        let quote = (u128::from(value) * u128::from(paid_ppm) / 1_000_000) as i64;
        let (mut books, mut position) = (PerpBooks::EMPTY, PerpPosition::default());
        let sign = if is_short { -1 } else { 1 };
        books.trade(&mut position, SignedAmount(sign * base), SignedAmount(-sign * quote)).unwrap();
        let terms = PerpLiquidationTerms {
            long_price: Price::from_bits(price),
            short_price: Price::from_bits(price),
            maintenance: Ratio::from_bits(margin),
            liquidation_end: Ratio::from_bits(margin + margin / 10),
            impact,
            size_maintenance: ((u128::from(size_ppm) << 96) / 1_000_000 / base as u128).min(u128::from(u64::MAX)) as u64,
        };
        Holding { terms, books, position }
    }
}

prop_compose! {
    /// Accounts of positions worth 1 to 10⁷ USD, with −20 to 105 % of the equity that they require.
    fn accounts()(
        holdings in prop::collection::vec(holding(), 1..3),
        equity_ppm in -200_000i128..1_050_000,
        quote_price in (1u64 << 39)..1 << 41,
        quote_margin in prop_oneof![Just(0), 0u64..1 << 29],
        impact in any_impact(),
    ) -> Account {
        let quote = LiquidationFactorTerms {
            asset_price: Price::from_bits(quote_price),
            debt_price: Price::from_bits(quote_price),
            maintenance: Ratio::from_bits(quote_margin),
            liquidation_end: Ratio::from_bits(quote_margin + quote_margin / 10),
            impact,
        };
        let mut account = Account { holdings, balance: 0, quote };
        let mut health = LiquidationHealth::default();
        for holding in &account.holdings {
            health.add_perp(&holding.position, &holding.books.indices, &holding.terms).unwrap();
        }
        let required = -health.maintenance.0 * equity_ppm / 1_000_000;
        let atoms = (required << 40) / i128::from(quote_price);
        account.balance = (atoms - health.profit) as i64;
        account
    }
}

proptest! {
    #![proptest_config(seeded(8192))]

    /// INV-IMPROVE: every accepted plan strictly raises maintenance health, in the real books with all their rounding.
    #[test]
    fn an_accepted_plan_raises_health_and_keeps_to_its_bounds(
        account in accounts(),
        throughput_left in prop_oneof![Just(u64::MAX), 0u64..10_000_000_000],
        base_limit in prop_oneof![Just(u64::MAX), 0u64..10_000_000_000, 0u64..1 << 12],
    ) {
        let inputs = account.inputs(throughput_left, base_limit);
        match plan_perp_liquidation(&inputs, &terms()) {
            Ok(plan) => {
                let (before, after) = (account.health(), account.after(&plan).health());
                prop_assert!(after.maintenance > before.maintenance, "{before:?} {after:?} {plan:?}");
                prop_assert!(plan.delta.is_negative() != inputs.base.is_negative());
                prop_assert!(plan.delta.magnitude() <= inputs.base.magnitude().min(Amount(base_limit)));
                prop_assert!(plan.is_urgent || plan.throughput.0 <= throughput_left);
                prop_assert!(terms().bonus.max.of_down(plan.throughput).unwrap().0 >= plan.bonus.0);
                prop_assert!(inputs.health.equity().0 > 0 || plan.insurance_cut.is_zero());
            }
            Err(RiskError::NotLiquidatable) => prop_assert!(!inputs.health.maintenance.is_negative()),
            Err(RiskError::ThroughputExhausted) => prop_assert_eq!(throughput_left, 0),
            Err(RiskError::AmountZero) => prop_assert!(base_limit.min(throughput_left) < 1 << 22),
            // the roundings are worth more than the gain: only where the step is small
            Err(RiskError::HealthNotImproved) => {
                let step = inputs.price.value_up(Amount(base_limit)).map_or(u64::MAX, |value| value.0).min(throughput_left);
                // the spiral bound leaves an eighth of a margin of 1/64 or more
                prop_assert!(step < 12_000 + 1_024 * inputs.quote.rounding.0, "{step} {:?}", inputs.quote);
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// A bonus never takes a solvent account's equity below zero.
    #[test]
    fn a_solvent_account_stays_solvent(account in accounts(), base_limit in prop_oneof![Just(u64::MAX), 0u64..10_000_000_000]) {
        let inputs = account.inputs(u64::MAX, base_limit);
        let plan = plan_perp_liquidation(&inputs, &terms());
        if let (Ok(plan), true) = (plan, inputs.health.equity().0 > 0) {
            let after = account.after(&plan).health();
            prop_assert!(after.equity().0 >= 0, "{:?} {after:?} {plan:?}", inputs.health);
        }
    }

    /// Where nothing limits it, one step brings liquidation-end health to zero or closes everything; above zero only as size margin and impact fall.
    #[test]
    fn an_unlimited_step_reaches_the_target(account in accounts()) {
        let inputs = account.inputs(u64::MAX, u64::MAX);
        if let Ok(plan) = plan_perp_liquidation(&inputs, &LiquidationTerms { dust: Value(0), ..terms() }) {
            let after = account.after(&plan);
            if !after.holdings[0].position.base.is_zero() {
                let end = after.health().liquidation_end.0;
                let tolerance = 16 + i128::from(inputs.price.to_bits() >> 39) + (inputs.health.perp_sizes >> 26) as i128;
                prop_assert!(end >= -tolerance, "{plan:?} {end}");
                // a balance that is no debt loses less than the plan reckons with
                let weighs_as_reckoned = account.quote.maintenance == Ratio::ZERO;
                let terms = &account.holdings[0].terms;
                if terms.size_maintenance == 0 && terms.impact.is_none() && weighs_as_reckoned {
                    prop_assert!(end <= tolerance, "{plan:?} {end}");
                }
            }
        }
    }

    /// The plan does not depend on the order in which the account's positions were counted.
    #[test]
    fn the_order_of_positions_does_not_matter(account in accounts()) {
        let mut health = LiquidationHealth::default();
        for holding in account.holdings.iter().rev() {
            health.add_perp(&holding.position, &holding.books.indices, &holding.terms).unwrap();
        }
        let balance = QuoteBalance {
            deposit: Amount(account.balance.max(0) as u64),
            debt: Amount((-account.balance).max(0) as u64),
        };
        health.add_quote(&balance, &account.quote, Ratio::ONE).unwrap();
        let inputs = account.inputs(u64::MAX, u64::MAX);
        let reversed = PerpLiquidationInputs { health, ..inputs };
        prop_assert_eq!(plan_perp_liquidation(&reversed, &terms()), plan_perp_liquidation(&inputs, &terms()));
    }

    /// INV-IMPROVE against the pool: the fill costs what the slip says at most.
    #[test]
    fn a_step_against_the_pool_raises_health(
        account in accounts(), confidence_ppm in 0u64..10_000, skew_ppm in -250_000i64..250_000, depth in 4i64..1_000,
    ) {
        let mut inputs = account.inputs(u64::MAX, u64::MAX);
        let (mid, size) = (inputs.price.to_bits(), inputs.base.magnitude().0 as i64);
        let confidence = Price::from_bits((u128::from(mid) * u128::from(confidence_ppm) / 1_000_000) as u64);
        let scale = size * depth;
        let skew = SignedAmount((i128::from(scale) * i128::from(skew_ppm) / 1_000_000) as i64);
        // confidence, and the premium of the whole position on the edge
        let premium = (skew.0.unsigned_abs() as f64 + size as f64) / scale as f64;
        let spread = confidence_ppm as f64 / 1e6;
        inputs.slip = Ratio::from_bits(((spread + (1.0 + spread) * premium) * 2f64.powi(32)).ceil() as u64 + 1);
        match plan_perp_liquidation(&inputs, &terms()) {
            Ok(plan) => {
                let fill_terms = FillTerms {
                    skew_scale: Amount(scale as u64),
                    fee: Ratio::ZERO,
                    fee_reducing: Ratio::ZERO,
                    insurance_share: Ratio::ZERO,
                };
                let fill = plan_fill(skew, plan.delta, inputs.price, confidence, &fill_terms).unwrap();
                let mut after = account.clone();
                after.trade(plan.delta, fill.quote, plan.bonus.0 + plan.insurance_cut.0);
                prop_assert!(after.health().maintenance > inputs.health.maintenance, "{plan:?} {fill:?}");
            }
            Err(RiskError::LiquidationSpiral | RiskError::NotLiquidatable) => {}
            Err(other) => prop_assert_eq!(other, RiskError::HealthNotImproved),
        }
    }
}
