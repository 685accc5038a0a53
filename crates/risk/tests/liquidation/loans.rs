//! Random loans in real books: INV-IMPROVE, solvency, the target.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{LiquidationFactorTerms, LiquidationHealth};
use plimsoll_risk::liquidation::{ExchangeLeg, LiquidationInputs, LiquidationPlan, LiquidationTerms, plan_liquidation};
use plimsoll_risk::position::{ReservePosition, ReserveTotals, credit, debit};
use plimsoll_risk::quantities::{Amount, Index, Price, Ratio, Shares, Value};
use proptest::prelude::*;

use crate::impacts::any_impact;
use crate::seeded::seeded;
use crate::terms;

/// An account in real books: a deposit in one reserve, a debt in another.
#[derive(Clone, Debug)]
struct Loan {
    collateral: LiquidationFactorTerms,
    debt: LiquidationFactorTerms,
    books: [ReserveTotals; 2],
    positions: [ReservePosition; 2],
}

impl Loan {
    fn health(&self) -> LiquidationHealth {
        let mut health = LiquidationHealth::default();
        let [collateral, debt] = &self.books;
        let deposit_index = collateral.deposit_index.mantissa48_down().unwrap();
        let debt_index = debt.debt_index.mantissa48_up().unwrap();
        let [deposited, owed] = &self.positions;
        health.add_deposit(deposited.deposit_shares, deposit_index, &self.collateral, Ratio::ONE).unwrap();
        health.add_debt(owed.debt_shares, debt_index, &self.debt).unwrap();
        health
    }

    fn inputs(&self, throughput_left: u64, repay_limit: u64) -> LiquidationInputs {
        let [deposited, owed] = &self.positions;
        let claim = deposited.claim_down(&self.books[0]).unwrap();
        LiquidationInputs {
            health: self.health(),
            debt: ExchangeLeg::debt(owed.owed_up(&self.books[1]).unwrap(), &self.debt).unwrap(),
            collateral: ExchangeLeg::deposit(claim, Ratio::ONE, &self.collateral).unwrap(),
            throughput_left: Value(throughput_left),
            insurance: Amount(1_000_000),
            repay_limit: Amount(repay_limit),
            seconds_unhealthy: 60,
        }
    }

    fn after(&self, plan: &LiquidationPlan) -> Self {
        let mut next = self.clone();
        let taken = Amount(plan.seized.0 + plan.insurance_cut.0);
        let withdrawn = debit(&mut next.positions[0], &mut next.books[0], taken).unwrap();
        assert_eq!(withdrawn.debt, Amount(0));
        let repaid = credit(&mut next.positions[1], &mut next.books[1], plan.repaid).unwrap();
        assert_eq!(repaid.deposit, Amount(0));
        next
    }
}

prop_compose! {
    fn factor_terms()(price in (1u64 << 26)..1 << 48, margin in (1u64 << 26)..1 << 31, impact in any_impact()) -> LiquidationFactorTerms {
        LiquidationFactorTerms {
            asset_price: Price::from_bits(price),
            debt_price: Price::from_bits(price),
            maintenance: Ratio::from_bits(margin),
            liquidation_end: Ratio::from_bits(margin + margin / 10),
            impact,
        }
    }
}

prop_compose! {
    /// Loans worth 1 to 10⁷ USD of collateral at a loan-to-value of 60 to 115 %.
    fn loans()(
        collateral in factor_terms(),
        debt in factor_terms(),
        value in 1_000_000u64..10_000_000_000_000,
        loan_to_value_ppm in 600_000u64..1_150_000,
        deposit_index in (1u128 << 96)..(1u128 << 97),
        debt_index in (1u128 << 96)..(1u128 << 97),
    ) -> Loan {
        let shares = |value: u64, price: Price, index: u128| {
            let atoms = (u128::from(value) << 40) / u128::from(price.to_bits());
            Shares(((atoms << 32) / (index >> 64)) as u64)
        };
        let owed = (u128::from(value) * u128::from(loan_to_value_ppm) / 1_000_000) as u64;
        let position = [
            ReservePosition { deposit_shares: shares(value, collateral.asset_price, deposit_index), debt_shares: Shares(0) },
            ReservePosition { deposit_shares: Shares(0), debt_shares: shares(owed, debt.asset_price, debt_index) },
        ];
        let books = position.map(|position| ReserveTotals {
            deposit_shares: position.deposit_shares,
            debt_shares: position.debt_shares,
            deposit_index: Index::from_bits(deposit_index),
            debt_index: Index::from_bits(debt_index),
            ..ReserveTotals::EMPTY
        });
        Loan { collateral, debt, books, positions: position }
    }
}

proptest! {
    #![proptest_config(seeded(8192))]

    /// INV-IMPROVE: every accepted plan strictly raises maintenance health, in the real books with all their rounding.
    #[test]
    fn an_accepted_plan_raises_health_and_keeps_to_its_bounds(
        loan in loans(),
        throughput_left in prop_oneof![Just(u64::MAX), 0u64..10_000_000_000],
        repay_limit in prop_oneof![Just(u64::MAX), 0u64..10_000_000_000],
    ) {
        let inputs = loan.inputs(throughput_left, repay_limit);
        match plan_liquidation(&inputs, &terms()) {
            Ok(plan) => {
                let (before, after) = (loan.health(), loan.after(&plan).health());
                prop_assert!(after.maintenance > before.maintenance, "{before:?} {after:?} {plan:?}");
                prop_assert!(plan.repaid <= inputs.debt.amount && plan.repaid.0 <= repay_limit);
                prop_assert!(plan.seized.0 + plan.insurance_cut.0 <= inputs.collateral.amount.0);
                prop_assert!(plan.is_urgent || plan.value.0 <= throughput_left);
                prop_assert!(plan.insurance_top_up <= inputs.insurance.min(plan.repaid));
                prop_assert!(plan.bonus <= terms().bonus.max);
            }
            Err(RiskError::NotLiquidatable) => prop_assert!(!inputs.health.maintenance.is_negative()),
            Err(RiskError::ThroughputExhausted) => prop_assert_eq!(throughput_left, 0),
            Err(RiskError::AmountZero) => prop_assert!(repay_limit.min(throughput_left) < 1 << 22),
            // both sides' roundings are worth more than the gain: only where atoms are dear or the step is small
            Err(RiskError::HealthNotImproved) => {
                let step = inputs.debt.price.value_up(Amount(repay_limit)).map_or(u64::MAX, |value| value.0).min(throughput_left);
                let atoms = inputs.debt.price.to_bits().max(inputs.collateral.price.to_bits()) >> 40;
                prop_assert!(step.min(inputs.health.debts as u64) < 4_000 * (atoms + 1), "{step} {atoms}");
            }
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }

    /// A bonus never takes a solvent account's equity below zero.
    #[test]
    fn a_solvent_account_stays_solvent(loan in loans()) {
        let inputs = loan.inputs(u64::MAX, u64::MAX);
        let plan = plan_liquidation(&inputs, &terms());
        if let (Ok(plan), true) = (plan, inputs.health.equity().0 > 0) {
            let left = Amount(inputs.collateral.amount.0 - plan.seized.0 - plan.insurance_cut.0);
            let owed = Amount(inputs.debt.amount.0 - plan.repaid.0);
            let assets = inputs.collateral.price.value_down(left).unwrap();
            let debts = inputs.debt.price.value_up(owed).unwrap();
            prop_assert!(assets >= debts, "{assets:?} {debts:?} {plan:?}");
        }
    }

    /// Where nothing limits it, one step brings liquidation-end health to zero or repays everything; above zero only as impact falls.
    #[test]
    fn an_unlimited_step_reaches_the_target(loan in loans()) {
        let inputs = loan.inputs(u64::MAX, u64::MAX);
        if let Ok(plan) = plan_liquidation(&inputs, &LiquidationTerms { dust: Value(0), ..terms() }) {
            let after = loan.after(&plan);
            let atom = i128::from(inputs.debt.price.to_bits().max(inputs.collateral.price.to_bits()) >> 40) + 1;
            let has_collateral = after.positions[0].claim_down(&after.books[0]).unwrap().0 > 2 + 2 * (plan.repaid.0 >> 20);
            if has_collateral && plan.repaid < inputs.debt.amount {
                let (end, tolerance) = (after.health().liquidation_end.0, 16 * atom + (inputs.health.debts >> 26) as i128);
                prop_assert!(end >= -tolerance, "{plan:?} {end}");
                if loan.collateral.impact.is_none() && loan.debt.impact.is_none() {
                    prop_assert!(end <= tolerance, "{plan:?} {end}");
                }
            }
        }
    }
}
