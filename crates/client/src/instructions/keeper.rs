//! Instructions that anyone may send.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
use plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll::{accounts, instruction};

use super::{ReserveKeys, build};

/// `refresh_prices` from any subset of the listed oracles.
#[must_use]
pub fn refresh_prices(book: Pubkey, oracles: &[Pubkey]) -> Instruction {
    with_oracles(build(&accounts::Crank { book }, &instruction::RefreshPrices {}), oracles)
}

/// `refresh_risk`, with the oracles that bring samples which `refresh_prices` has not seen.
#[must_use]
pub fn refresh_risk(book: Pubkey, oracles: &[Pubkey]) -> Instruction {
    with_oracles(build(&accounts::Crank { book }, &instruction::RefreshRisk {}), oracles)
}

/// `refresh_implied` from accounts of implied-volatility feeds.
#[must_use]
pub fn refresh_implied(book: Pubkey, oracles: &[Pubkey]) -> Instruction {
    with_oracles(build(&accounts::Crank { book }, &instruction::RefreshImplied {}), oracles)
}

fn with_oracles(mut instruction: Instruction, oracles: &[Pubkey]) -> Instruction {
    instruction.accounts.extend(oracles.iter().map(|oracle| AccountMeta::new_readonly(*oracle, false)));
    instruction
}

/// `accrue`.
#[must_use]
pub fn accrue(book: Pubkey) -> Instruction {
    build(&accounts::Crank { book }, &instruction::Accrue {})
}

/// `liquidate`: `liquidator` is the margin account that takes over, `authority` its owner or delegate.
#[must_use]
pub fn liquidate(
    book: Pubkey,
    liquidatee: Pubkey,
    liquidator: Pubkey,
    authority: Pubkey,
    request: LiquidationRequest,
) -> Instruction {
    build(&accounts::Liquidate { book, liquidatee, liquidator, authority }, &instruction::Liquidate { request })
}

/// `resolve_bankruptcy` of one debt.
#[must_use]
pub fn resolve_bankruptcy(book: Pubkey, margin_account: Pubkey, reserve_index: u8) -> Instruction {
    build(&accounts::ResolveBankruptcy { book, margin_account }, &instruction::ResolveBankruptcy { reserve_index })
}

/// `fund_insurance` from a token account.
#[must_use]
pub fn fund_insurance(reserve: &ReserveKeys, funder: Pubkey, source: Pubkey, amount_atoms: u64) -> Instruction {
    let accounts = accounts::FundInsurance {
        book: reserve.book,
        funder,
        source,
        vault: reserve.vault(),
        mint: reserve.mint,
        token_program: reserve.token_program,
    };
    build(&accounts, &instruction::FundInsurance { reserve_index: reserve.reserve_index, amount_atoms })
}

/// `call_margin`: calls an account that what is announced will make liquidatable, or clears such a call.
#[must_use]
pub fn call_margin(book: Pubkey, margin_account: Pubkey) -> Instruction {
    build(&accounts::CallMargin { book, margin_account }, &instruction::CallMargin {})
}

/// `stress_account`: its return data is a report, read by [`crate::stress::report`].
#[must_use]
pub fn stress_account(book: Pubkey, margin_account: Pubkey) -> Instruction {
    build(&accounts::StressAccount { book, margin_account }, &instruction::StressAccount {})
}
