//! The final reckoning: every vault against what is booked, every account's shares against the totals, claims against assets.

use anyhow::{Context, Result};
use plimsoll_client::accounts;
use plimsoll_client::plimsoll::state::{Book, MarginAccount, Reserve};

use super::cluster::Cluster;
use super::deployment::Deployment;

/// Where a token account keeps its balance.
const BALANCE_BYTES: std::ops::Range<usize> = 64..72;

/// What does not add up, summed over the reserves: |vault − liquidity booked| and |shares of all accounts − totals|, and by how much claims
/// exceed assets. Zero in a sound market.
///
/// # Errors
/// Where the node does not tell, or the program's arithmetic refuses.
pub async fn conservation_error_atoms(cluster: &Cluster, deployment: &Deployment) -> Result<u64> {
    let book = accounts::book(&cluster.account(&deployment.book).await?)?;
    // the program's other accounts are its Group and its Book
    let holders: Vec<MarginAccount> = cluster
        .program_accounts()
        .await?
        .iter()
        .filter_map(|data| accounts::margin_account(data).ok().map(|holder| *holder))
        .collect();
    let mut error = 0u128;
    for (keys, vault) in deployment.reserves.iter().zip(&deployment.vaults) {
        let data = cluster.account(vault).await?;
        let balance = data.get(BALANCE_BYTES).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        let balance = balance.context("a vault that is no token account")?;
        error += reserve_error_atoms(&book, usize::from(keys.reserve_index), &holders, balance)?;
    }
    Ok(u64::try_from(error).unwrap_or(u64::MAX))
}

fn reserve_error_atoms(book: &Book, index: usize, holders: &[MarginAccount], vault: u64) -> Result<u128> {
    let reserve = &book.reserves[index];
    let (mut deposits, mut debts) = (0u128, 0u128);
    for balance in holders.iter().map(|holder| &holder.balances[index]) {
        deposits += u128::from(balance.deposit_shares);
        debts += u128::from(balance.debt_shares);
    }
    let unbooked = u128::from(vault).abs_diff(reserve.liquidity_atoms.into());
    let shares =
        deposits.abs_diff(reserve.total_deposit_shares.into()) + debts.abs_diff(reserve.total_debt_shares.into());
    Ok(unbooked + shares + excess_claims_atoms(reserve)?)
}

/// By how much the claims of depositors and insurance exceed liquidity and debts.
fn excess_claims_atoms(reserve: &Reserve) -> Result<u128> {
    let totals = reserve.totals();
    let claims = totals.deposit_index.amount_down(totals.deposit_shares).and_then(|sum| sum.plus(totals.insurance));
    let assets = totals.debts_down().and_then(|debts| debts.plus(totals.liquidity));
    match (claims, assets) {
        (Ok(claims), Ok(assets)) => Ok(claims.0.saturating_sub(assets.0).into()),
        _ => anyhow::bail!("a reserve's claims cannot be summed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_client::plimsoll::state::Wide;

    const ONE: u128 = 1 << 96;

    /// 100 shares deposited by one account, 40 owed by another, 60 atoms left in the vault.
    fn sound() -> (Box<Book>, Vec<MarginAccount>) {
        let mut book: Box<Book> = bytemuck::zeroed_box();
        let reserve = &mut book.reserves[1];
        (reserve.total_deposit_shares, reserve.total_debt_shares, reserve.liquidity_atoms) = (100, 40, 60);
        (reserve.deposit_index, reserve.debt_index) = (Wide::new(ONE), Wide::new(ONE));
        let mut holders: Vec<MarginAccount> = vec![bytemuck::Zeroable::zeroed(), bytemuck::Zeroable::zeroed()];
        holders[0].balances[1].deposit_shares = 100;
        holders[1].balances[1].debt_shares = 40;
        (book, holders)
    }

    #[test]
    fn a_sound_reserve_has_no_error_and_every_missing_atom_counts() {
        let (mut book, mut holders) = sound();
        assert_eq!(reserve_error_atoms(&book, 1, &holders, 60).ok(), Some(0));
        assert_eq!(reserve_error_atoms(&book, 1, &holders, 57).ok(), Some(3));
        holders[1].balances[1].debt_shares = 38;
        assert_eq!(reserve_error_atoms(&book, 1, &holders, 60).ok(), Some(2));
        book.reserves[1].insurance_atoms = 4;
        assert_eq!(reserve_error_atoms(&book, 1, &holders, 60).ok(), Some(6));
    }
}
