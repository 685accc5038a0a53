//! One account's loan or perp position, valued and liquidated by the core.

use plimsoll_risk::RiskError;
use plimsoll_risk::health::{
    CollateralWeights, CrossHealth, FactorTerms, LiquidationFactorTerms, LiquidationHealth, QuoteBalance,
    asset_weight_down, debt_weight_up,
};
use plimsoll_risk::liquidation::{
    ExchangeLeg, LiquidationInputs, LiquidationPlan, PerpLiquidationInputs, PerpLiquidationPlan, QuoteCost,
    plan_liquidation, plan_perp_liquidation,
};
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms};
use plimsoll_risk::perp::{PerpBooks, PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedAmount, Value};

use super::venue::{QUOTE, Venue};
use crate::replay::real;

/// An index of one: interest plays no part within days.
const INDEX_ONE: u64 = 1 << 48;
const SIDES: Sides<SideIndices> = Sides { long: SideIndices::START, short: SideIndices::START };

/// What an account bets on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub enum Kind {
    /// A deposit of the factor, a debt in the quote token.
    LoanLong,
    /// A deposit of the quote token, a debt of the factor.
    LoanShort,
    /// A long perp on a deposit of the quote token.
    PerpLong,
    /// A short perp on a deposit of the quote token.
    PerpShort,
}

impl Kind {
    /// Whether the account gains as the price rises.
    #[must_use]
    pub const fn is_long(self) -> bool {
        matches!(self, Self::LoanLong | Self::PerpLong)
    }

    /// Whether it holds a perp position.
    #[must_use]
    pub const fn is_perp(self) -> bool {
        matches!(self, Self::PerpLong | Self::PerpShort)
    }
}

/// A position: one deposit with one debt, or with one perp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holding {
    /// What it bets on.
    pub kind: Kind,
    /// The factor that it bets on.
    pub factor: usize,
    /// Atoms deposited, of the factor for a [`Kind::LoanLong`], else of the quote token.
    pub deposit: Amount,
    /// Atoms owed, of the quote token for a [`Kind::LoanLong`], of the factor for a [`Kind::LoanShort`].
    pub debt: Amount,
    /// The perp position.
    pub perp: PerpPosition,
}

/// What the limits of a moment leave of a liquidation.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What the buckets let through.
    pub throughput_left: Value,
    /// Atoms in the insurance of the debt's reserve.
    pub insurance: Amount,
    /// Since the account was first seen unhealthy.
    pub seconds_unhealthy: u64,
}

/// A plan of either kind.
#[derive(Clone, Copy, Debug)]
pub enum Plan {
    /// A debt is repaid for collateral.
    Loan(LiquidationPlan),
    /// A position is taken over.
    Perp(PerpLiquidationPlan),
}

impl Plan {
    /// The value that passes the buckets.
    #[must_use]
    pub const fn value(&self) -> Value {
        match self {
            Self::Loan(plan) => plan.value,
            Self::Perp(plan) => plan.throughput,
        }
    }

    /// What the liquidator earns per value exchanged.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // a liquidator's judgement
    pub fn bonus(&self) -> f64 {
        match self {
            Self::Loan(plan) => {
                real::ratio(plan.bonus) + plan.insurance_top_up.0 as f64 / (plan.repaid.0.max(1)) as f64
            }
            Self::Perp(plan) => plan.bonus.0 as f64 / (plan.value.0.max(1)) as f64,
        }
    }

    /// Whether it passes them regardless.
    #[must_use]
    pub const fn is_urgent(&self) -> bool {
        match self {
            Self::Loan(plan) => plan.is_urgent,
            Self::Perp(plan) => plan.is_urgent,
        }
    }
}

impl Holding {
    /// The factor of what is deposited.
    #[must_use]
    pub const fn deposit_factor(&self) -> usize {
        if matches!(self.kind, Kind::LoanLong) { self.factor } else { QUOTE }
    }

    /// The factor of what is owed.
    #[must_use]
    pub const fn debt_factor(&self) -> usize {
        if matches!(self.kind, Kind::LoanShort) { self.factor } else { QUOTE }
    }

    /// Initial and maintenance health, from the core.
    ///
    /// # Errors
    /// The core's refusal.
    pub fn health(&self, terms: &[FactorTerms], venue: &Venue) -> Result<CrossHealth, RiskError> {
        let mut health = CrossHealth::default();
        if self.kind.is_perp() {
            health.add_perp(&self.perp, &SIDES, &perp_terms(&terms[self.factor], venue))?;
            let balance = QuoteBalance { deposit: self.deposit, debt: self.debt };
            health.add_quote(&balance, &terms[QUOTE], &CollateralWeights::FULL)?;
        } else {
            let deposit = &terms[self.deposit_factor()];
            health.add_deposit(Shares(self.deposit.0), INDEX_ONE, deposit, &CollateralWeights::FULL)?;
            health.add_debt(Shares(self.debt.0), INDEX_ONE, &terms[self.debt_factor()])?;
        }
        Ok(health)
    }

    fn liquidation_health(&self, terms: &[LiquidationFactorTerms]) -> Result<LiquidationHealth, RiskError> {
        let mut health = LiquidationHealth::default();
        if self.kind.is_perp() {
            health.add_perp(&self.perp, &SIDES, &perp_liquidation_terms(&terms[self.factor]))?;
            let balance = QuoteBalance { deposit: self.deposit, debt: self.debt };
            health.add_quote(&balance, &terms[QUOTE], Ratio::ONE)?;
        } else {
            let deposit = &terms[self.deposit_factor()];
            health.add_deposit(Shares(self.deposit.0), INDEX_ONE, deposit, Ratio::ONE)?;
            health.add_debt(Shares(self.debt.0), INDEX_ONE, &terms[self.debt_factor()])?;
        }
        Ok(health)
    }

    /// One step of this account's liquidation, as the core plans it.
    ///
    /// # Errors
    /// The core's refusal: throughput, nothing left to seize, no step that raises health.
    pub fn plan(&self, terms: &[FactorTerms], venue: &Venue, limits: &Limits) -> Result<Plan, RiskError> {
        let terms = liquidation_terms(terms, venue)?;
        let health = self.liquidation_health(&terms)?;
        let liquidation = &venue.factors[self.factor].liquidation;
        if !self.kind.is_perp() {
            let inputs = self.loan_inputs(health, &terms, limits)?;
            return plan_liquidation(&inputs, &venue.factors[self.deposit_factor()].liquidation).map(Plan::Loan);
        }
        plan_perp_liquidation(&self.perp_inputs(health, &terms, limits)?, liquidation).map(Plan::Perp)
    }

    fn loan_inputs(
        &self,
        health: LiquidationHealth,
        terms: &[LiquidationFactorTerms],
        limits: &Limits,
    ) -> Result<LiquidationInputs, RiskError> {
        let (owed, held) = (&terms[self.debt_factor()], &terms[self.deposit_factor()]);
        Ok(LiquidationInputs {
            health,
            debt: ExchangeLeg {
                price: owed.debt_price,
                amount: self.debt,
                maintenance_weight: debt_weight_up(owed.maintenance)?,
                liquidation_end_weight: debt_weight_up(owed.liquidation_end)?,
            },
            collateral: ExchangeLeg {
                price: held.asset_price,
                amount: self.deposit,
                maintenance_weight: asset_weight_down(held.maintenance, Ratio::ONE),
                liquidation_end_weight: asset_weight_down(held.liquidation_end, Ratio::ONE),
            },
            throughput_left: limits.throughput_left,
            insurance: limits.insurance,
            repay_limit: Amount(u64::MAX),
            seconds_unhealthy: limits.seconds_unhealthy,
        })
    }

    fn perp_inputs(
        &self,
        health: LiquidationHealth,
        terms: &[LiquidationFactorTerms],
        limits: &Limits,
    ) -> Result<PerpLiquidationInputs, RiskError> {
        let (base, own, quote) = (self.perp.base, &terms[self.factor], &terms[QUOTE]);
        Ok(PerpLiquidationInputs {
            health,
            base,
            price: own.asset_price,
            margins: perp_liquidation_terms(own).margins_up(base, own.asset_price.value_up(base.magnitude())?)?,
            quote: QuoteCost {
                price: quote.debt_price,
                maintenance_weight: debt_weight_up(quote.maintenance)?,
                liquidation_end_weight: debt_weight_up(quote.liquidation_end)?,
                rounding: Value::ZERO,
            },
            slip: Ratio::ZERO,
            throughput_left: limits.throughput_left,
            base_limit: Amount(u64::MAX),
            seconds_unhealthy: limits.seconds_unhealthy,
        })
    }

    /// Trades base atoms of the perp for quote atoms; the books of the other side are the caller's.
    ///
    /// # Errors
    /// [`RiskError::Overflow`].
    pub fn trade(&mut self, delta: SignedAmount, quote: SignedAmount) -> Result<(), RiskError> {
        let mut books = PerpBooks::EMPTY;
        // the ledger knows the open interest that the position stands for
        if self.perp.base.is_negative() {
            books.open_interest.short = self.perp.base.magnitude();
        } else {
            books.open_interest.long = self.perp.base.magnitude();
        }
        books.trade(&mut self.perp, delta, quote)
    }

    /// What the size bet on is worth at a price, in quote atoms.
    ///
    /// # Errors
    /// [`RiskError::Overflow`].
    pub fn size(&self, price: Price) -> Result<Value, RiskError> {
        match self.kind {
            Kind::LoanLong => price.value_down(self.deposit),
            Kind::LoanShort => price.value_down(self.debt),
            Kind::PerpLong | Kind::PerpShort => price.value_down(self.perp.base.magnitude()),
        }
    }
}

fn perp_terms(terms: &FactorTerms, venue: &Venue) -> PerpTerms {
    PerpTerms {
        mid: terms.mid,
        long_initial: terms.asset_initial,
        short_initial: terms.debt_initial,
        maintenance: terms.maintenance,
        initial: terms.initial,
        impact: terms.impact,
        impact_initial: terms.impact_initial,
        size_maintenance: 0,
        size_initial: 0,
        profit_weight: venue.profit_weight,
    }
}

const fn perp_liquidation_terms(terms: &LiquidationFactorTerms) -> PerpLiquidationTerms {
    PerpLiquidationTerms {
        long_price: terms.asset_price,
        short_price: terms.debt_price,
        maintenance: terms.maintenance,
        liquidation_end: terms.liquidation_end,
        impact: terms.impact,
        size_maintenance: 0,
    }
}

fn liquidation_terms(terms: &[FactorTerms], venue: &Venue) -> Result<Vec<LiquidationFactorTerms>, RiskError> {
    let one = |terms: &FactorTerms| {
        Ok(LiquidationFactorTerms {
            asset_price: terms.mid,
            debt_price: terms.mid,
            maintenance: terms.maintenance,
            liquidation_end: terms.maintenance.times_up(venue.one_plus_buffer)?,
            impact: terms.impact,
        })
    };
    terms.iter().map(one).collect()
}
