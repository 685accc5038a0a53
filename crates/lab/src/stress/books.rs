//! Who gave what to whom, in atoms: nothing is made or lost.

use plimsoll_risk::RiskError;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::quantities::{Amount, Price, SignedAmount};

use super::holding::{Holding, Plan};
use super::venue::QUOTE;

/// What everybody but the accounts holds, in atoms of each factor's token, signed; and the other side of all perps.
///
/// At any moment, for each token: Σ accounts (deposits − debts, and perps' entry and realised in the quote token) + liquidators + insurance + lenders + others = 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// Collateral seized less debts taken over, and what perps taken over were worth.
    pub liquidators: Vec<i128>,
    /// Cuts less what the fund paid.
    pub insurance: Vec<i128>,
    /// What depositors lost (negative).
    pub lenders: Vec<i128>,
    /// What owners took out less what they brought, and what they traded with the market.
    pub others: Vec<i128>,
    /// Base atoms of the other side of all perps, of each factor.
    pub perp_base: Vec<i128>,
}

/// What one step of a liquidation moved, in quote atoms at mid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moved {
    /// Value of what the liquidator sells or buys in the market.
    pub traded: u128,
    /// What the liquidator keeps, rounded down.
    pub bonus: u128,
    /// What insurance received.
    pub cut: u128,
    /// What insurance paid.
    pub paid: u128,
}

impl Books {
    /// Empty books of this many factors.
    #[must_use]
    pub fn new(factors: usize) -> Self {
        let zeros = vec![0; factors];
        Self {
            liquidators: zeros.clone(),
            insurance: zeros.clone(),
            lenders: zeros.clone(),
            others: zeros.clone(),
            perp_base: zeros,
        }
    }

    /// Books what a holding's owner brings (`is_opened`) or takes out.
    pub fn pass(&mut self, holding: &Holding, is_opened: bool) {
        let sign = if is_opened { -1 } else { 1 };
        for (factor, atoms) in net(holding) {
            self.others[factor] += sign * atoms;
        }
        self.perp_base[holding.factor] += sign * i128::from(holding.perp.base.0);
    }

    /// Does what the core planned, and tells what it was worth at these prices.
    ///
    /// # Errors
    /// [`RiskError::Overflow`].
    pub fn execute(&mut self, holding: &mut Holding, plan: &Plan, prices: &[Price]) -> Result<Moved, RiskError> {
        match plan {
            Plan::Loan(plan) => {
                let (owed, held) = (holding.debt_factor(), holding.deposit_factor());
                holding.debt = holding.debt.minus(plan.repaid)?;
                holding.deposit = holding.deposit.minus(plan.seized)?.minus(plan.insurance_cut)?;
                self.liquidators[held] += atoms(plan.seized);
                self.liquidators[owed] -= atoms(plan.repaid) - atoms(plan.insurance_top_up);
                self.insurance[held] += atoms(plan.insurance_cut);
                self.insurance[owed] -= atoms(plan.insurance_top_up);
                let (seized, repaid) = (value(prices[held], plan.seized)?, value(prices[owed], plan.repaid)?);
                let paid = value(prices[owed], plan.insurance_top_up)?;
                Ok(Moved {
                    traded: if held == QUOTE { repaid } else { seized },
                    bonus: (seized + paid).saturating_sub(repaid),
                    cut: value(prices[held], plan.insurance_cut)?,
                    paid,
                })
            }
            Plan::Perp(plan) => {
                let kept = plan.bonus.plus(plan.insurance_cut)?;
                let quote = if plan.delta.is_negative() {
                    SignedAmount::received(plan.value)?.minus(SignedAmount::received(kept)?)?
                } else {
                    SignedAmount::paid(plan.value.plus(kept)?)?
                };
                holding.trade(plan.delta, quote)?;
                self.liquidators[QUOTE] -= i128::from(quote.0) + atoms(plan.insurance_cut);
                self.insurance[QUOTE] += atoms(plan.insurance_cut);
                self.perp_base[holding.factor] -= i128::from(plan.delta.0);
                let price = prices[QUOTE];
                Ok(Moved {
                    traded: u128::from(plan.throughput.0),
                    bonus: value(price, plan.bonus)?,
                    cut: value(price, plan.insurance_cut)?,
                    paid: 0,
                })
            }
        }
    }

    /// Writes off what a holding owes beyond what it has: insurance pays as far as `fund_atoms` of that token reach, lenders bear the rest. Returns the
    /// deficit in atoms, of which insurance pays the second.
    pub fn write_off(&mut self, holding: &mut Holding, fund_atoms: u64) -> (usize, Amount, Amount) {
        let factor = holding.debt_factor();
        let perp = i128::from(holding.perp.entry.0) + i128::from(holding.perp.realised.0);
        let owed = if holding.kind.is_perp() {
            // a loss beyond the deposit: the deposit goes first
            let left = atoms(holding.deposit) + perp;
            holding.deposit = Amount(u64::try_from(left.max(0)).unwrap_or(u64::MAX));
            holding.perp = PerpPosition::default();
            (-left).max(0)
        } else {
            atoms(std::mem::replace(&mut holding.debt, Amount::ZERO))
        };
        let owed = u64::try_from(owed).unwrap_or(u64::MAX);
        let paid = owed.min(fund_atoms);
        self.insurance[factor] -= i128::from(paid);
        self.lenders[factor] -= i128::from(owed - paid);
        (factor, Amount(owed), Amount(paid))
    }

    /// What is left over when everybody's atoms of each token, and base atoms of each perp, are added: zeros, always.
    #[must_use]
    pub fn imbalance<'a>(&self, holdings: impl Iterator<Item = &'a Holding>) -> (Vec<i128>, Vec<i128>) {
        let parties = [&self.liquidators, &self.insurance, &self.lenders, &self.others];
        let mut tokens: Vec<i128> =
            (0..self.others.len()).map(|factor| parties.iter().map(|party| party[factor]).sum()).collect();
        let mut bases = self.perp_base.clone();
        for holding in holdings {
            for (factor, atoms) in net(holding) {
                tokens[factor] += atoms;
            }
            bases[holding.factor] += i128::from(holding.perp.base.0);
        }
        (tokens, bases)
    }
}

/// What a holding has of each token: its deposit, less its debt, and what its perp paid or received in the quote token.
fn net(holding: &Holding) -> [(usize, i128); 3] {
    let perp = i128::from(holding.perp.entry.0) + i128::from(holding.perp.realised.0);
    [(holding.deposit_factor(), atoms(holding.deposit)), (holding.debt_factor(), -atoms(holding.debt)), (QUOTE, perp)]
}

const fn atoms(amount: Amount) -> i128 {
    amount.0 as i128
}

fn value(price: Price, amount: Amount) -> Result<u128, RiskError> {
    price.value_down(amount).map(|value| value.0.into())
}
