//! What an observer counts: one JSON object per line on standard output; and the same in words, for the log.

mod words;

use std::io::Write;

use serde::Serialize;

/// What will make a called account liquidatable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallCause {
    /// Something announced walks in.
    Walk,
    /// Interest and funding.
    Growth,
}

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
    /// Implied volatilities were read; a bit per factor.
    ImpliedRefreshed {
        /// The transaction.
        signature: String,
        /// Factors that follow one of the feeds.
        accepted: u16,
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
    /// An account was called: what is announced will make it liquidatable.
    MarginCalled {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// When, Unix time.
        deadline_seconds: u64,
        /// What is missing then.
        shortfall_quote_atoms: u64,
        /// What brings it about.
        cause: CallCause,
    },
    /// A margin call was cleared: nothing announced reaches the account any more.
    MarginCallCleared {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
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
    /// A market's funding was booked.
    FundingUpdated {
        /// The transaction.
        signature: String,
        /// The market.
        market: u8,
        /// The rate a day, 48 fractional bits; positive: longs pay.
        funding_rate: i64,
        /// What the pool received (positive) or paid.
        pool_atoms: i64,
    },
    /// An order's condition was shown to hold.
    OrderArmed {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// The market.
        market: u8,
        /// The order.
        order_id: u64,
    },
    /// An order was filled.
    OrderFilled {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// The market.
        market: u8,
        /// The order.
        order_id: u64,
        /// Base atoms; positive: bought.
        base_atoms: i64,
        /// Quote received (positive) or paid.
        quote_atoms: i64,
        /// What the executor received.
        executor_fee_atoms: u64,
    },
    /// A request to the pool was carried out.
    PoolOrderExecuted {
        /// The transaction.
        signature: String,
        /// The provider's account.
        margin_account: String,
        /// The request.
        order_id: u64,
        /// Quote atoms that the pool received (positive) or paid.
        pool_atoms: i128,
        /// Shares minted or burned.
        pool_shares: u64,
    },
    /// A realised profit or loss moved home.
    PnlSettled {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// The market.
        market: u8,
        /// What the account received (positive) or paid.
        settled_atoms: i64,
    },
    /// A position was liquidated by this keeper.
    PerpLiquidated {
        /// The transaction.
        signature: String,
        /// The account.
        liquidatee: String,
        /// The market.
        market: u8,
        /// Whether the pool took the other side.
        against_pool: bool,
        /// The liquidatee's trade.
        base_atoms: i64,
        /// What he received (positive) or paid for it.
        quote_atoms: i64,
        /// What the keeper earned.
        bonus_atoms: u64,
    },
    /// A perp loss without assets was distributed.
    PerpBankruptcyResolved {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// The market.
        market: u8,
        /// The loss.
        deficit_atoms: u64,
        /// What the market's insurance paid.
        insurance_atoms: u64,
        /// What the pool paid.
        pool_atoms: u64,
        /// What the winning side paid.
        winners_atoms: u64,
    },
    /// A position of a delisted market was closed.
    DelistedPositionSettled {
        /// The transaction.
        signature: String,
        /// The account.
        margin_account: String,
        /// The market.
        market: u8,
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
