//! What an executed action did, in the program's own figures.

use plimsoll::events::{
    BankruptcyResolved, FundingUpdated, ImpliedRefreshed, Liquidated, MarginCallCleared, MarginCalled, OrderArmed,
    OrderFilled, PerpBankruptcyResolved, PerpLiquidated, PnlSettled, PoolDeposited, PoolWithdrawn, PricesRefreshed,
    RiskRefreshed,
};
use plimsoll::margin::CALLED_BY_WALK;

use crate::events;
use crate::facts::{CallCause, Fact};
use crate::plan::Action;

/// The fact that a transaction's log shows. None where the log lacks the event that the action leaves.
#[must_use]
pub fn fact(action: &Action, signature: &str, log: &[String]) -> Option<Fact> {
    let signature = signature.to_owned();
    match action {
        Action::RefreshPrices { .. } => prices_refreshed(action, signature, log),
        Action::RefreshImplied { .. } => {
            let event: ImpliedRefreshed = events::first(log)?;
            Some(Fact::ImpliedRefreshed { signature, accepted: event.accepted })
        }
        Action::CallMargin { .. } => Some(margin_called(action, signature, log)),
        Action::RefreshRisk { .. } => {
            let event: RiskRefreshed = events::first(log)?;
            Some(Fact::RiskRefreshed { signature, step: event.step, sampled: event.sampled })
        }
        Action::Accrue => Some(Fact::Accrued { signature }),
        Action::UpdateFunding { .. } => Some(funding_updated(action, signature, log)),
        Action::Liquidate { .. } => events::first(log).map(|event| liquidated(signature, &event)),
        Action::LiquidatePerp { .. } => events::first(log).map(|event| perp_liquidated(signature, &event)),
        Action::ResolveBankruptcy { .. } => events::first(log).map(|event| bankruptcy_resolved(signature, &event)),
        Action::ResolvePerpBankruptcy { .. } => {
            events::first(log).map(|event| perp_bankruptcy_resolved(signature, &event))
        }
        Action::SettlePnl { .. } => events::first(log).map(|event| pnl_settled(signature, &event)),
        // where somebody else armed it in between, the instruction has filled it
        Action::ArmOrder { .. } | Action::FillOrder { .. } => order_filled(&signature, log).or_else(|| {
            let event: OrderArmed = events::first(log)?;
            let margin_account = event.margin_account.to_string();
            Some(Fact::OrderArmed { signature, margin_account, market: event.market, order_id: event.order_id })
        }),
        Action::ExecutePoolOrder { .. } => pool_order_executed(&signature, log),
        Action::SettleDelisted { margin_account, market, .. } => {
            let margin_account = margin_account.to_string();
            Some(Fact::DelistedPositionSettled { signature, margin_account, market: *market })
        }
    }
}

fn prices_refreshed(action: &Action, signature: String, log: &[String]) -> Option<Fact> {
    let event: PricesRefreshed = events::first(log)?;
    if event.accepted == 0 && event.pending == 0 {
        // the program passes over publications that it knows
        return Some(lost(action, signature, "every publication was known"));
    }
    Some(Fact::PricesRefreshed { signature, accepted: event.accepted, pending: event.pending })
}

/// Without either event the call was made, or the account cured, in between.
fn margin_called(action: &Action, signature: String, log: &[String]) -> Fact {
    if let Some(event) = events::first::<MarginCalled>(log) {
        let cause = if event.reason == CALLED_BY_WALK { CallCause::Walk } else { CallCause::Growth };
        let MarginCalled { margin_account, deadline_seconds, shortfall_quote_atoms, .. } = event;
        let margin_account = margin_account.to_string();
        return Fact::MarginCalled { signature, margin_account, deadline_seconds, shortfall_quote_atoms, cause };
    }
    match events::first::<MarginCallCleared>(log) {
        Some(event) => Fact::MarginCallCleared { signature, margin_account: event.margin_account.to_string() },
        None => lost(action, signature, "nothing was left to say"),
    }
}

/// Without an event the funding had been booked in the same second.
fn funding_updated(action: &Action, signature: String, log: &[String]) -> Fact {
    let Some(event) = events::first::<FundingUpdated>(log) else {
        return lost(action, signature, "the funding was booked in this second");
    };
    let FundingUpdated { market, funding_rate, pool_atoms, .. } = event;
    Fact::FundingUpdated { signature, market, funding_rate, pool_atoms }
}

fn lost(action: &Action, signature: String, error: &str) -> Fact {
    Fact::LostRace { what: action.subject(), error: error.to_owned(), signature: Some(signature) }
}

fn liquidated(signature: String, event: &Liquidated) -> Fact {
    Fact::Liquidated {
        signature,
        liquidatee: event.liquidatee.to_string(),
        collateral_reserve: event.collateral_reserve,
        debt_reserve: event.debt_reserve,
        repaid_atoms: event.repaid_atoms,
        seized_atoms: event.seized_atoms,
        value_quote_atoms: event.value_quote_atoms,
    }
}

fn perp_liquidated(signature: String, event: &PerpLiquidated) -> Fact {
    Fact::PerpLiquidated {
        signature,
        liquidatee: event.liquidatee.to_string(),
        market: event.market,
        against_pool: event.against_pool,
        base_atoms: event.base_atoms,
        quote_atoms: event.quote_atoms,
        bonus_atoms: event.bonus_atoms,
    }
}

fn bankruptcy_resolved(signature: String, event: &BankruptcyResolved) -> Fact {
    Fact::BankruptcyResolved {
        signature,
        margin_account: event.margin_account.to_string(),
        reserve_index: event.reserve_index,
        insurance_atoms: event.insurance_atoms,
        socialised_atoms: event.socialised_atoms,
    }
}

fn perp_bankruptcy_resolved(signature: String, event: &PerpBankruptcyResolved) -> Fact {
    Fact::PerpBankruptcyResolved {
        signature,
        margin_account: event.margin_account.to_string(),
        market: event.market,
        deficit_atoms: event.deficit_atoms,
        insurance_atoms: event.insurance_atoms,
        pool_atoms: event.pool_atoms,
        winners_atoms: event.winners_atoms,
    }
}

fn pnl_settled(signature: String, event: &PnlSettled) -> Fact {
    Fact::PnlSettled {
        signature,
        margin_account: event.margin_account.to_string(),
        market: event.market,
        settled_atoms: event.settled_atoms,
    }
}

fn order_filled(signature: &str, log: &[String]) -> Option<Fact> {
    let event: OrderFilled = events::first(log)?;
    Some(Fact::OrderFilled {
        signature: signature.to_owned(),
        margin_account: event.margin_account.to_string(),
        market: event.market,
        order_id: event.order_id,
        base_atoms: event.base_atoms,
        quote_atoms: event.quote_atoms,
        executor_fee_atoms: event.executor_fee_atoms,
    })
}

fn pool_order_executed(signature: &str, log: &[String]) -> Option<Fact> {
    let executed =
        |margin_account: plimsoll_client::Pubkey, order_id, pool_atoms, pool_shares| Fact::PoolOrderExecuted {
            signature: signature.to_owned(),
            margin_account: margin_account.to_string(),
            order_id,
            pool_atoms,
            pool_shares,
        };
    if let Some(event) = events::first::<PoolDeposited>(log) {
        return Some(executed(event.margin_account, event.order_id, event.amount_atoms.into(), event.pool_shares));
    }
    let event: PoolWithdrawn = events::first(log)?;
    Some(executed(event.margin_account, event.order_id, -i128::from(event.amount_atoms), event.pool_shares))
}
