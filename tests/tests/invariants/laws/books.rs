//! Whose money is where.

use super::{Change, Verdict, ensure};
use crate::snapshot::Snapshot;

/// INV-SOLVENT: vaults hold what is booked, accounts and the pool add up to the totals, claims are covered.
pub(crate) fn solvent(state: &Snapshot) -> Verdict {
    for (index, reserve) in state.reserves() {
        let totals = reserve.totals();
        ensure(state.vaults_atoms[index] == reserve.liquidity_atoms, || {
            format!("INV-SOLVENT: vault {index} holds another amount than is booked")
        })?;
        let balances = || state.open_accounts().map(|(_, account)| account.balances[index]);
        let of_the_pool =
            if index == usize::from(state.book.pool.quote_reserve) { state.book.pool.deposit_shares } else { 0 };
        let deposits: u128 =
            balances().map(|one| u128::from(one.deposit_shares)).sum::<u128>() + u128::from(of_the_pool);
        let debts: u128 = balances().map(|one| u128::from(one.debt_shares)).sum();
        ensure(deposits == u128::from(reserve.total_deposit_shares), || {
            format!("INV-SOLVENT: deposit shares of reserve {index} do not add up")
        })?;
        ensure(debts == u128::from(reserve.total_debt_shares), || {
            format!("INV-SOLVENT: debt shares of reserve {index} do not add up")
        })?;
        let amount = |sum: plimsoll_risk::Result<plimsoll_risk::quantities::Amount>| {
            sum.map(|amount| u128::from(amount.0)).map_err(|error| format!("{error:?}"))
        };
        let claims = amount(totals.deposit_index.amount_down(totals.deposit_shares))?;
        let assets = amount(totals.debts_down())? + u128::from(reserve.liquidity_atoms);
        ensure(claims + u128::from(reserve.insurance_atoms) <= assets, || {
            format!("INV-SOLVENT: claims on reserve {index} exceed its assets")
        })?;
    }
    for (who, account) in state.open_accounts() {
        for (index, balance) in account.balances.iter().enumerate() {
            let (deposit, debt) = (balance.deposit_shares > 0, balance.debt_shares > 0);
            let flagged = account.active_balances >> index & 1 == 1;
            ensure(!(deposit && debt) && flagged == (deposit || debt), || {
                format!("account {who}: balance {index} is both, or its bit is wrong")
            })?;
        }
    }
    Ok(())
}

/// No instruction makes or destroys a token: people and vaults together hold what they held.
pub(crate) fn tokens_conserved(change: &Change) -> Verdict {
    let sums = |state: &Snapshot| -> Vec<u64> {
        let both = state.vaults_atoms.iter().zip(&state.wallets_atoms);
        both.map(|(vault, wallets)| vault + wallets).collect()
    };
    ensure(sums(change.before) == sums(change.after), || "tokens appeared or vanished".to_owned())
}

/// Shares, positions and orders change only in accounts of the signer, but by what anybody may do.
pub(crate) fn only_the_signers_account(change: &Change) -> Verdict {
    if change.action.kind.is_open_to_anybody() {
        return Ok(());
    }
    for (who, (before, after)) in change.before.accounts.iter().zip(&change.after.accounts).enumerate() {
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        // every person has two accounts
        let own = change.action.signer == Some(who / 2);
        let same = before.balances == after.balances
            && before.perps == after.perps
            && before.orders == after.orders
            && before.pool_shares == after.pool_shares;
        ensure(own || same, || format!("account {who} changed without its owner's signature"))?;
    }
    Ok(())
}
