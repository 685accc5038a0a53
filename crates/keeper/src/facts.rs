//! What an observer counts: one JSON object per line on standard output.

use std::io::Write;

use serde::Serialize;

/// Something that happened, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Fact {
    /// The keeper has seen the chain and works from now on.
    Ready,
    /// Prices of some factors were read; a bit per factor.
    PricesRefreshed {
        /// The transaction.
        signature: String,
        /// Factors whose price changed.
        accepted: u16,
        /// Factors whose publication waits for confirmation.
        pending: u16,
    },
    /// A grid step was folded.
    RiskRefreshed {
        /// The transaction.
        signature: String,
        /// The step.
        step: u64,
        /// Factors that had a sample; a bit per factor.
        sampled: u16,
    },
    /// Interest was booked.
    Accrued {
        /// The transaction.
        signature: String,
    },
    /// An account was liquidated by this keeper.
    Liquidated {
        /// The transaction.
        signature: String,
        /// The account.
        liquidatee: String,
        /// Reserve of the seized deposit.
        collateral_reserve: u8,
        /// Reserve of the repaid debt.
        debt_reserve: u8,
        /// Debt taken off the account.
        repaid_atoms: u64,
        /// Collateral received.
        seized_atoms: u64,
        /// Value of the debt repaid.
        value_quote_atoms: u64,
    },
    /// A debt without assets was written off.
    BankruptcyResolved {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// Reserve of the debt.
        reserve_index: u8,
        /// What insurance paid.
        insurance_atoms: u64,
        /// What depositors lost.
        socialised_atoms: u64,
    },
    /// Somebody else had done it before.
    LostRace {
        /// The instruction and what it was about.
        what: String,
        /// The program's refusal.
        error: String,
        /// The transaction; absent where its simulation showed it.
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<String>,
    },
    /// The program refuses what the keeper wants.
    Refused {
        /// The instruction and what it was about.
        what: String,
        /// The program's refusal.
        error: String,
    },
}

/// Writes facts.
pub trait Observer: Send {
    /// Writes one fact.
    fn observe(&mut self, fact: &Fact);
}

/// Writes facts as lines of JSON.
pub struct JsonLines<W>(pub W);

impl<W: Write + Send> Observer for JsonLines<W> {
    fn observe(&mut self, fact: &Fact) {
        let written = serde_json::to_string(fact)
            .map_err(std::io::Error::from)
            .and_then(|line| writeln!(self.0, "{line}").and_then(|()| self.0.flush()));
        if let Err(error) = written {
            // nobody listens any more; the work goes on
            tracing::warn!(%error, "cannot write a fact");
        }
    }
}
