//! The program's events, read from the logs of its transactions.

use anchor_lang::{AnchorDeserialize, Discriminator};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plimsoll_client::Pubkey;
use plimsoll_client::plimsoll::events::{BankruptcyResolved, Liquidated};

/// What happened to an account in one transaction.
pub enum Event {
    /// A part of it was liquidated.
    Liquidated(Liquidated),
    /// A debt without assets was written off.
    BankruptcyResolved(BankruptcyResolved),
}

impl Event {
    /// The margin account that it happened to.
    #[must_use]
    pub const fn account(&self) -> Pubkey {
        match self {
            Self::Liquidated(event) => event.liquidatee,
            Self::BankruptcyResolved(event) => event.margin_account,
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
    if let Some(mut body) = bytes.strip_prefix(Liquidated::DISCRIMINATOR) {
        return Liquidated::deserialize(&mut body).ok().map(Event::Liquidated);
    }
    let mut body = bytes.strip_prefix(BankruptcyResolved::DISCRIMINATOR)?;
    BankruptcyResolved::deserialize(&mut body).ok().map(Event::BankruptcyResolved)
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
