//! Carrying an action out, and saying what became of it.

use anyhow::{Context, Result};
use plimsoll_client::instructions;
use plimsoll_client::{Instruction, Pubkey};

use crate::facts::Fact;
use crate::outcome;
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
            Ending::Executed { signature, log } => outcome::fact(action, &signature.to_string(), &log)
                .with_context(|| format!("{signature} logged no event")),
            Ending::Refused { refusal, signature } if refusal.is_race => Ok(Fact::LostRace {
                what: action.subject(),
                error: refusal.error,
                signature: signature.map(|signature| signature.to_string()),
            }),
            Ending::Refused { refusal, .. } => Ok(Fact::Refused { what: action.subject(), error: refusal.error }),
        }
    }

    fn instructions(&self, action: &Action) -> Vec<Instruction> {
        let (book, own) = (self.book, self.margin_account);
        match action {
            Action::RefreshPrices { oracles } => vec![instructions::refresh_prices(book, oracles)],
            Action::RefreshImplied { oracles } => vec![instructions::refresh_implied(book, oracles)],
            Action::CallMargin { margin_account } => vec![instructions::call_margin(book, *margin_account)],
            Action::RefreshRisk { oracles, .. } => vec![instructions::refresh_risk(book, oracles)],
            Action::Accrue => vec![instructions::accrue(book)],
            Action::UpdateFunding { market } => vec![instructions::update_funding(book, *market)],
            Action::Liquidate { liquidatee, request, oracles } => {
                self.refreshed(oracles, instructions::liquidate(book, *liquidatee, own, self.authority, *request))
            }
            Action::LiquidatePerp { liquidatee, request, oracles } => {
                self.refreshed(oracles, instructions::liquidate_perp(book, *liquidatee, own, self.authority, *request))
            }
            Action::ResolveBankruptcy { margin_account, reserve_index } => {
                vec![instructions::resolve_bankruptcy(book, *margin_account, *reserve_index)]
            }
            Action::ResolvePerpBankruptcy { margin_account, market } => {
                vec![instructions::resolve_perp_bankruptcy(book, *margin_account, *market)]
            }
            Action::SettlePnl { margin_account, market } => {
                vec![instructions::settle_pnl(book, *margin_account, *market)]
            }
            Action::ArmOrder { order, oracle } => vec![instructions::execute_order(book, order, own, *oracle)],
            Action::FillOrder { order, oracle, oracles } => {
                self.refreshed(oracles, instructions::execute_order(book, order, own, *oracle))
            }
            Action::ExecutePoolOrder { order, oracles } => {
                self.refreshed(oracles, instructions::execute_pool_order(book, order, own))
            }
            Action::SettleDelisted { margin_account, market, oracle } => {
                vec![instructions::settle_delisted_market(book, *margin_account, *market, *oracle)]
            }
        }
    }

    /// The instruction, and before it the news that it depends on.
    fn refreshed(&self, oracles: &[Pubkey], instruction: Instruction) -> Vec<Instruction> {
        let refresh = (!oracles.is_empty()).then(|| instructions::refresh_prices(self.book, oracles));
        refresh.into_iter().chain([instruction]).collect()
    }
}
