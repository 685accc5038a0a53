//! The program's events, read from the logs of its transactions.

use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::events::{
    BankruptcyResolved, Deposited, Liquidated, MarginCallCleared, MarginCalled, OrderArmed, OrderCancelled,
    OrderFilled, OrderPlaced, PerpBankruptcyResolved, PerpLiquidated, PoolDeposited, PoolWithdrawn, Repaid,
};

/// What happened to an account in one transaction.
pub enum Event {
    /// A part of a loan was liquidated.
    Liquidated(Liquidated),
    /// A debt without assets was written off.
    BankruptcyResolved(BankruptcyResolved),
    /// Something announced will make the account liquidatable.
    MarginCalled(MarginCalled),
    /// It will not any more.
    MarginCallCleared(MarginCallCleared),
    /// Tokens came in as a deposit.
    Deposited(Deposited),
    /// Tokens came in to pay a debt.
    Repaid(Repaid),
    /// An order was placed.
    OrderPlaced(OrderPlaced),
    /// An order's condition was shown to hold.
    OrderArmed(OrderArmed),
    /// An order was filled.
    OrderFilled(OrderFilled),
    /// An order left its slot without a fill.
    OrderCancelled(OrderCancelled),
    /// Quote atoms became shares of the pool.
    PoolDeposited(PoolDeposited),
    /// Shares of the pool became quote atoms.
    PoolWithdrawn(PoolWithdrawn),
    /// A part of a position was liquidated.
    PerpLiquidated(PerpLiquidated),
    /// A deficit went down the waterfall.
    PerpBankruptcyResolved(PerpBankruptcyResolved),
}

impl Event {
    /// The margin account that it happened to.
    #[must_use]
    pub const fn account(&self) -> Pubkey {
        match self {
            Self::Liquidated(event) => event.liquidatee,
            Self::BankruptcyResolved(event) => event.margin_account,
            Self::MarginCalled(event) => event.margin_account,
            Self::MarginCallCleared(event) => event.margin_account,
            Self::Deposited(event) => event.margin_account,
            Self::Repaid(event) => event.margin_account,
            Self::OrderPlaced(event) => event.margin_account,
            Self::OrderArmed(event) => event.margin_account,
            Self::OrderFilled(event) => event.margin_account,
            Self::OrderCancelled(event) => event.margin_account,
            Self::PoolDeposited(event) => event.margin_account,
            Self::PoolWithdrawn(event) => event.margin_account,
            Self::PerpLiquidated(event) => event.liquidatee,
            Self::PerpBankruptcyResolved(event) => event.margin_account,
        }
    }
}

/// The events of interest among a transaction's log lines, in order.
#[must_use]
pub fn read(logs: &[String]) -> Vec<Event> {
    let lines = logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
    lines.filter_map(|line| decode(&BASE64_STANDARD.decode(line).ok()?)).collect()
}

fn decode(bytes: &[u8]) -> Option<Event> {
    body(bytes)
        .map(Event::Liquidated)
        .or_else(|| body(bytes).map(Event::BankruptcyResolved))
        .or_else(|| body(bytes).map(Event::MarginCalled))
        .or_else(|| body(bytes).map(Event::MarginCallCleared))
        .or_else(|| body(bytes).map(Event::Deposited))
        .or_else(|| body(bytes).map(Event::Repaid))
        .or_else(|| body(bytes).map(Event::OrderPlaced))
        .or_else(|| body(bytes).map(Event::OrderArmed))
        .or_else(|| body(bytes).map(Event::OrderFilled))
        .or_else(|| body(bytes).map(Event::OrderCancelled))
        .or_else(|| body(bytes).map(Event::PoolDeposited))
        .or_else(|| body(bytes).map(Event::PoolWithdrawn))
        .or_else(|| body(bytes).map(Event::PerpLiquidated))
        .or_else(|| body(bytes).map(Event::PerpBankruptcyResolved))
}

/// An event of this type; none where the bytes are those of another.
fn body<E: AnchorDeserialize + Discriminator>(bytes: &[u8]) -> Option<E> {
    E::deserialize(&mut bytes.strip_prefix(E::DISCRIMINATOR)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anchor_lang::Event as _;

    #[test]
    fn an_event_is_read_back_from_its_log_line_and_other_lines_are_not_events() {
        let written = BankruptcyResolved {
            margin_account: Pubkey::new_from_array([3; 32]),
            reserve_index: 2,
            insurance_atoms: 5,
            socialised_atoms: 7,
        };
        let logs = [
            "Program log: Instruction: ResolveBankruptcy".to_owned(),
            format!("Program data: {}", BASE64_STANDARD.encode(written.data())),
            "Program data: bm90aGluZw==".to_owned(),
        ];
        let events = read(&logs);
        assert!(
            matches!(&events[..], [Event::BankruptcyResolved(one)] if one.socialised_atoms == 7 && one.reserve_index == 2)
        );
    }
}
