//! Carrying an action out, and saying what became of it.

use anyhow::{Context, Result};
use plimsoll::events::{BankruptcyResolved, Liquidated, PricesRefreshed, RiskRefreshed};
use plimsoll_client::instructions;
use plimsoll_client::{Instruction, Pubkey};
use solana_signature::Signature;

use crate::events;
use crate::facts::Fact;
use crate::plan::Action;
use crate::transaction::{Ending, Sender};

/// Builds and sends what the plan decided.
pub struct Actor<'a> {
    /// Sends transactions.
    pub sender: Sender<'a>,
    /// The Book.
    pub book: Pubkey,
    /// The keeper's margin account.
    pub margin_account: Pubkey,
    /// Owner or delegate of it.
    pub authority: Pubkey,
}

impl Actor<'_> {
    /// Sends one action's transaction and reports how it ended.
    ///
    /// # Errors
    /// Where the node cannot be reached or the transaction was lost; what happened then shows in the accounts.
    pub async fn act(&self, action: &Action) -> Result<Fact> {
        let ending = self.sender.execute(&self.instructions(action)).await?;
        match ending {
            Ending::Executed { signature, log } => {
                fact_of(action, signature, &log).with_context(|| format!("{signature} logged no event"))
            }
            Ending::Refused { refusal, signature } if refusal.is_race => Ok(Fact::LostRace {
                what: action.subject(),
                error: refusal.error,
                signature: signature.map(|signature| signature.to_string()),
            }),
            Ending::Refused { refusal, .. } => Ok(Fact::Refused { what: action.subject(), error: refusal.error }),
        }
    }

    fn instructions(&self, action: &Action) -> Vec<Instruction> {
        let book = self.book;
        match action {
            Action::RefreshPrices { oracles } => vec![instructions::refresh_prices(book, oracles)],
            Action::RefreshRisk { oracles, .. } => vec![instructions::refresh_risk(book, oracles)],
            Action::Accrue => vec![instructions::accrue(book)],
            Action::Liquidate { liquidatee, request, oracles } => {
                let refresh = (!oracles.is_empty()).then(|| instructions::refresh_prices(book, oracles));
                let liquidate =
                    instructions::liquidate(book, *liquidatee, self.margin_account, self.authority, *request);
                refresh.into_iter().chain([liquidate]).collect()
            }
            Action::ResolveBankruptcy { margin_account, reserve_index } => {
                vec![instructions::resolve_bankruptcy(book, *margin_account, *reserve_index)]
            }
        }
    }
}

/// What an executed action did, in the program's own figures.
fn fact_of(action: &Action, signature: Signature, log: &[String]) -> Option<Fact> {
    let signature = signature.to_string();
    Some(match action {
        Action::RefreshPrices { .. } => {
            let event: PricesRefreshed = events::first(log)?;
            if event.accepted == 0 && event.pending == 0 {
                // the program passes over publications that it knows
                return Some(Fact::LostRace {
                    what: action.subject(),
                    error: "every publication was known".to_owned(),
                    signature: Some(signature),
                });
            }
            Fact::PricesRefreshed { signature, accepted: event.accepted, pending: event.pending }
        }
        Action::RefreshRisk { .. } => {
            let event: RiskRefreshed = events::first(log)?;
            Fact::RiskRefreshed { signature, step: event.step, sampled: event.sampled }
        }
        Action::Accrue => Fact::Accrued { signature },
        Action::Liquidate { .. } => liquidated(signature, &events::first(log)?),
        Action::ResolveBankruptcy { .. } => {
            let event: BankruptcyResolved = events::first(log)?;
            Fact::BankruptcyResolved {
                signature,
                margin_account: event.margin_account.to_string(),
                reserve_index: event.reserve_index,
                insurance_atoms: event.insurance_atoms,
                socialised_atoms: event.socialised_atoms,
            }
        }
    })
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
