//! Facts for people.

use std::fmt::{Display, Formatter, Result};

use super::{CallCause, Fact};

impl Display for Fact {
    fn fmt(&self, out: &mut Formatter) -> Result {
        let words = of_keeping(self)
            .or_else(|| of_calls(self))
            .or_else(|| of_loans(self))
            .or_else(|| of_orders(self))
            .or_else(|| of_perps(self));
        out.write_str(&words.unwrap_or_default())
    }
}

fn of_keeping(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::Ready => "ready".to_owned(),
        Fact::PricesRefreshed { accepted, pending, .. } => {
            format!("brought {} prices; {} wait for confirmation", accepted.count_ones(), pending.count_ones())
        }
        Fact::RiskRefreshed { step, sampled, .. } => {
            format!("folded step {step} with {} samples", sampled.count_ones())
        }
        Fact::ImpliedRefreshed { accepted, .. } => {
            format!("brought the implied volatility of {} factors", accepted.count_ones())
        }
        Fact::Accrued { .. } => "booked interest".to_owned(),
        Fact::FundingUpdated { market, pool_atoms, .. } => {
            format!("booked funding of market {market}: the pool got {pool_atoms:+} quote atoms")
        }
        Fact::LostRace { what, error, .. } => format!("came second with {what}: {error}"),
        Fact::Refused { what, error } => format!("refused: {what}: {error}"),
        _ => return None,
    })
}

fn of_calls(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::MarginCalled { margin_account, deadline_seconds, shortfall_quote_atoms, cause, .. } => {
            let cause = if *cause == CallCause::Walk { "what is announced" } else { "interest and funding" };
            format!(
                "called {margin_account}: by {deadline_seconds} {cause} will leave it {shortfall_quote_atoms} quote atoms \
                 short"
            )
        }
        Fact::MarginCallCleared { margin_account, .. } => format!("cleared the margin call of {margin_account}"),
        _ => return None,
    })
}

fn of_loans(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::Liquidated {
            liquidatee,
            collateral_reserve,
            debt_reserve,
            repaid_atoms,
            seized_atoms,
            value_quote_atoms,
            ..
        } => format!(
            "liquidated {liquidatee}: took over {repaid_atoms} atoms of debt in reserve {debt_reserve}, worth \
             {value_quote_atoms}, for {seized_atoms} of reserve {collateral_reserve}"
        ),
        Fact::BankruptcyResolved { margin_account, reserve_index, insurance_atoms, socialised_atoms, .. } => format!(
            "wrote off the debt of {margin_account} in reserve {reserve_index}: insurance paid {insurance_atoms} atoms, \
             depositors {socialised_atoms}"
        ),
        _ => return None,
    })
}

fn of_orders(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::OrderArmed { margin_account, market, order_id, .. } => {
            format!("armed order {order_id} of {margin_account} in market {market}")
        }
        Fact::OrderFilled { margin_account, market, order_id, base_atoms, quote_atoms, executor_fee_atoms, .. } => {
            format!(
                "filled order {order_id} of {margin_account} in market {market}: {base_atoms:+} base atoms, \
                 {quote_atoms:+} quote atoms; earned {executor_fee_atoms}"
            )
        }
        Fact::PoolOrderExecuted { margin_account, order_id, pool_atoms, pool_shares, .. } => format!(
            "carried out request {order_id} of {margin_account}: the pool got {pool_atoms:+} quote atoms against \
             {pool_shares} shares"
        ),
        _ => return None,
    })
}

fn of_perps(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::PnlSettled { margin_account, market, settled_atoms, .. } => {
            format!("settled {settled_atoms:+} quote atoms of {margin_account} in market {market}")
        }
        Fact::PerpLiquidated { liquidatee, market, against_pool, base_atoms, quote_atoms, bonus_atoms, .. } => {
            let counterparty = if *against_pool { "against the pool" } else { "by taking over" };
            format!(
                "liquidated {liquidatee} in market {market} {counterparty}: {base_atoms:+} base atoms, {quote_atoms:+} \
                 quote atoms; earned {bonus_atoms}"
            )
        }
        Fact::PerpBankruptcyResolved {
            margin_account,
            market,
            deficit_atoms,
            insurance_atoms,
            pool_atoms,
            winners_atoms,
            ..
        } => format!(
            "resolved the loss of {margin_account} in market {market}: of {deficit_atoms} atoms insurance paid \
             {insurance_atoms}, the pool {pool_atoms}, the winning side {winners_atoms}"
        ),
        Fact::DelistedPositionSettled { margin_account, market, .. } => {
            format!("settled {margin_account} in delisted market {market}")
        }
        _ => return None,
    })
}
