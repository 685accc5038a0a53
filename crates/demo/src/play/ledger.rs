//! The audit: every vault against what is booked, every account's shares against the totals, claims against assets, and the ledger of each
//! perpetual market.

use anyhow::{Context, Result};
use plimsoll_client::plimsoll::state::{Book, MarginAccount, Reserve};
use plimsoll_client::{accounts, perps};
use plimsoll_risk::quantities::SizeFactor;

use super::cluster::Cluster;
use super::deployment::Deployment;

/// Where a token account keeps its balance.
const BALANCE_BYTES: std::ops::Range<usize> = 64..72;

/// What all checks of a run found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// How often was checked.
    pub checks: u64,
    /// What did not add up at all of them together, atoms.
    pub error_atoms: u64,
}

impl Audit {
    /// Checks the group as it stands: Book and accounts of one moment, then the vaults, whose tokens nobody moves while the keepers work.
    ///
    /// # Errors
    /// Where the node does not tell, or the program's arithmetic refuses.
    pub async fn check(&mut self, cluster: &Cluster, deployment: &Deployment) -> Result<()> {
        let data = cluster.program_accounts().await?;
        let book = data.iter().find_map(|data| accounts::book(data).ok()).context("there is no Book")?;
        let holders: Vec<MarginAccount> =
            data.iter().filter_map(|data| accounts::margin_account(data).ok().map(|holder| *holder)).collect();
        let mut error = perp_error_atoms(&book, &holders)?;
        for (keys, vault) in deployment.reserves.iter().zip(cluster.accounts(&deployment.vaults).await?) {
            let balance = vault.get(BALANCE_BYTES).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
            let balance = balance.context("a vault that is no token account")?;
            error += reserve_error_atoms(&book, usize::from(keys.reserve_index), &holders, balance)?;
        }
        self.checks += 1;
        self.error_atoms = self.error_atoms.saturating_add(u64::try_from(error).unwrap_or(u64::MAX));
        Ok(())
    }
}

fn reserve_error_atoms(book: &Book, index: usize, holders: &[MarginAccount], vault: u64) -> Result<u128> {
    let reserve = &book.reserves[index];
    let (mut deposits, mut debts) = (0u128, 0u128);
    for balance in holders.iter().map(|holder| &holder.balances[index]) {
        deposits += u128::from(balance.deposit_shares);
        debts += u128::from(balance.debt_shares);
    }
    if book.pool.exists() && usize::from(book.pool.quote_reserve) == index {
        deposits += u128::from(book.pool.deposit_shares);
    }
    let unbooked = u128::from(vault).abs_diff(reserve.liquidity_atoms.into());
    let shares =
        deposits.abs_diff(reserve.total_deposit_shares.into()) + debts.abs_diff(reserve.total_debt_shares.into());
    Ok(unbooked + shares + excess_claims_atoms(reserve)?)
}

/// What does not add up in the perpetual markets: |sum of each market's ledger|, open interest that no position holds, and shares of the pool
/// that nobody holds.
fn perp_error_atoms(book: &Book, holders: &[MarginAccount]) -> Result<u128> {
    let shares: u128 = holders.iter().map(|holder| u128::from(holder.pool_shares)).sum();
    let mut error = shares.abs_diff(book.pool.total_shares.into());
    for (index, market) in (0u8..).zip(&book.perp_markets).filter(|(_, market)| market.is_listed()) {
        let booked = [market.pool_quote_atoms, market.unapplied_atoms].map(i128::from).iter().sum::<i128>();
        let accounts = holders.iter().map(|holder| &holder.perps[usize::from(index)]);
        let held: i128 =
            accounts.map(|perp| i128::from(perp.quote_entry_atoms) + i128::from(perp.realised_atoms)).sum();
        error += (held + booked + i128::from(market.insurance_atoms)).unsigned_abs();
        error += open_interest_error_atoms(book, index, holders)?;
    }
    Ok(error)
}

/// By how much the open interest differs from the positions as they stand: exact, until a waterfall has closed a fraction; then within one atom
/// a position.
fn open_interest_error_atoms(book: &Book, index: u8, holders: &[MarginAccount]) -> Result<u128> {
    let market = book.perp_market(index)?;
    let (mut long, mut short) = (0u128, 0u128);
    for holder in holders {
        let base = perps::position(book, holder, index)?.position.base;
        *(if base.is_negative() { &mut short } else { &mut long }) += u128::from(base.magnitude().0);
    }
    let rounding = |size_factor: u64| {
        if size_factor == SizeFactor::ONE.to_bits() { 0 } else { u128::from(market.positions) }
    };
    let [long_rounding, short_rounding] = market.size_factor.map(rounding);
    let excess = |sum: u128, booked: u64, rounding: u128| sum.abs_diff(booked.into()).saturating_sub(rounding);
    Ok(excess(long, market.long_base_atoms, long_rounding) + excess(short, market.short_base_atoms, short_rounding))
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
    use plimsoll_client::plimsoll::state::margin_account::PerpPosition;
    use plimsoll_client::plimsoll::state::{PerpMarket, Wide};

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

    #[test]
    fn the_pool_is_a_depositor_of_the_quote_reserve() {
        let (mut book, mut holders) = sound();
        (book.pool.status, book.pool.quote_reserve, book.pool.deposit_shares) = (1, 1, 30);
        holders[0].balances[1].deposit_shares = 70;
        assert_eq!(reserve_error_atoms(&book, 1, &holders, 60).ok(), Some(0));
        (book.pool.total_shares, holders[1].pool_shares) = (30, 29);
        assert_eq!(perp_error_atoms(&book, &holders).ok(), Some(1));
    }

    #[test]
    fn a_market_is_sound_where_its_ledger_sums_to_zero_and_somebody_holds_all_open_interest() {
        let (mut book, mut holders) = sound();
        let one = SizeFactor::ONE.to_bits();
        book.factors[0].status = 1;
        book.perp_markets[0] = PerpMarket {
            status: 1,
            long_base_atoms: 10,
            pool_quote_atoms: 990,
            insurance_atoms: 5,
            unapplied_atoms: 2,
            size_factor: [one; 2],
            positions: 1,
            ..PerpMarket::default()
        };
        holders[0].active_perps = 1;
        holders[0].perps[0] = PerpPosition {
            base_atoms: 10,
            quote_entry_atoms: -1_000,
            realised_atoms: 3,
            size_factor: one,
            ..PerpPosition::default()
        };
        assert_eq!(perp_error_atoms(&book, &holders).ok(), Some(0));
        holders[0].perps[0].realised_atoms = -4;
        assert_eq!(perp_error_atoms(&book, &holders).ok(), Some(7));
        holders[0].perps[0].base_atoms = 8;
        assert_eq!(perp_error_atoms(&book, &holders).ok(), Some(9));
    }
}
