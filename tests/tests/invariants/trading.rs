//! What people do with their money, by chance.

use plimsoll_client::plimsoll::instructions::keeper::liquidate::LiquidationRequest;
use plimsoll_client::{Instruction, Pubkey, health, instructions};
use plimsoll_risk::health::debt_weight_up;
use plimsoll_risk::quantities::{Price, Ratio};
use rand::Rng;

use crate::action::{Action, Kind};
use crate::choose::Intention;
use crate::keeping;
use crate::market::{Market, PEOPLE, RICH};

/// A person's instruction of a kind.
pub(crate) fn of_kind(market: &mut Market, kind: Kind) -> Action {
    let account = account_for(market, kind);
    let person = account / 2;
    let asset = asset_for(market, kind, account);
    let instruction = instruction_of(market, kind, (person, account), asset);
    let reserve_index = market.feeds[asset].asset.index;
    Action { reserves: (reserve_index, reserve_index), ..Action::new(kind, Some(person), instruction) }
}

fn instruction_of(market: &mut Market, kind: Kind, (person, account): (usize, usize), asset: usize) -> Instruction {
    let keys = market.feeds[asset].asset.keys();
    let (address, owner) = (market.accounts[account], market.key(person));
    let (wallet, group) = (market.wallets[person][asset], market.world.group);
    match kind {
        Kind::Deposit => {
            let amount = part_of(market, wallet, 0.2);
            instructions::deposit(&keys, address, owner, wallet, amount)
        }
        Kind::Withdraw => {
            let amount = part_of_claim(market, account, asset);
            instructions::withdraw(&keys, address, owner, wallet, amount)
        }
        Kind::Borrow => {
            let amount = borrowable(market, account, asset);
            instructions::borrow(&keys, address, owner, wallet, amount)
        }
        Kind::Repay => {
            let amount = part_of_debt(market, account, asset);
            instructions::repay(&keys, address, owner, wallet, amount)
        }
        Kind::FundInsurance => {
            let amount = part_of(market, wallet, 0.0001);
            instructions::fund_insurance(&keys, owner, wallet, amount)
        }
        Kind::Open => instructions::open_margin_account(group, owner, 1),
        Kind::Close => instructions::close_margin_account(market.accounts[2 * person + 1], owner),
        _ => {
            let named = if market.rng.random_bool(0.5) { owner } else { Pubkey::default() };
            instructions::set_delegate(address, owner, named)
        }
    }
}

/// A deposit of half of what somebody holds of an asset.
pub(crate) fn endowment(market: &Market, person: usize, asset: usize) -> Action {
    let (keys, wallet) = (market.feeds[asset].asset.keys(), market.wallets[person][asset]);
    let half = market.world.balance(&wallet) / 2;
    let instruction = instructions::deposit(&keys, market.accounts[2 * person], market.key(person), wallet, half);
    Action {
        reserves: (keys.reserve_index, keys.reserve_index),
        ..Action::new(Kind::Deposit, Some(person), instruction)
    }
}

/// An account that the instruction makes sense for, mostly: who borrows has a deposit, who repays or withdraws holds something.
fn account_for(market: &mut Market, kind: Kind) -> usize {
    let count = 2 * PEOPLE;
    let any = 2 * market.rng.random_range(0..PEOPLE) + usize::from(market.rng.random_bool(0.2));
    let fits = |index: &usize| {
        let account = market.state.accounts[*index].as_deref();
        match kind {
            Kind::Borrow => {
                let holds = account.is_some_and(|one| one.balances.iter().any(|balance| balance.deposit_shares > 0));
                holds && *index >= 2 * RICH
            }
            Kind::Repay | Kind::Withdraw => account.is_some_and(|one| one.active_balances != 0),
            _ => true,
        }
    };
    let found = (any..count).chain(0..any).find(fits).unwrap_or(any);
    if market.rng.random_bool(0.1) { any } else { found }
}

/// An asset that the instruction makes sense for, mostly: everybody has a collateral, and borrows something else.
fn asset_for(market: &mut Market, kind: Kind, account: usize) -> usize {
    let count = market.feeds.len();
    let any = market.rng.random_range(0..count);
    if market.rng.random_bool(0.1) {
        return any;
    }
    let person = account / 2;
    let balances = market.state.accounts[account].as_deref().map(|one| one.balances);
    let fits = |asset: &usize| {
        let balance = balances.map(|all| all[*asset]).unwrap_or_default();
        match kind {
            Kind::Deposit if person < RICH => true,
            // the last two keep the quote token: they trade perps
            Kind::Deposit => *asset == if person >= PEOPLE - 2 { 0 } else { 1 + person % 3 },
            Kind::Withdraw => balance.deposit_shares > 0,
            Kind::Borrow => balance.deposit_shares == 0,
            Kind::Repay => balance.debt_shares > 0,
            _ => true,
        }
    };
    (any..count).chain(0..any).find(fits).unwrap_or(any)
}

/// Some of a token account's balance, now and then nothing or a single atom.
fn part_of(market: &mut Market, wallet: Pubkey, most: f64) -> u64 {
    let balance = market.world.balance(&wallet);
    fraction(market, balance, most)
}

/// All, nothing, an atom, or a part of an amount.
pub(crate) fn fraction(market: &mut Market, amount: u64, most: f64) -> u64 {
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // any part will do
    match market.rng.random_range(0..40) {
        0 => 0,
        1 => 1,
        _ => (amount as f64 * market.rng.random_range(0.0..most)) as u64,
    }
}

fn part_of_claim(market: &mut Market, account: usize, asset: usize) -> u64 {
    // the rich stay
    let most = if account < 2 * RICH { 0.05 } else { 1.1 };
    if most > 1.0 && market.rng.random_bool(0.2) {
        return instructions::ALL;
    }
    let totals = market.state.book.reserves[asset].totals();
    let position = market.state.accounts[account].as_deref().and_then(|one| one.position(asset).ok());
    let claim = position.and_then(|position| position.claim_down(&totals).ok());
    fraction(market, claim.map_or(0, |amount| amount.0), most)
}

fn part_of_debt(market: &mut Market, account: usize, asset: usize) -> u64 {
    if market.rng.random_bool(0.3) {
        return instructions::ALL;
    }
    let totals = market.state.book.reserves[asset].totals();
    let position = market.state.accounts[account].as_deref().and_then(|one| one.position(asset).ok());
    let owed = position.and_then(|position| position.owed_up(&totals).ok());
    fraction(market, owed.map_or(0, |amount| amount.0), 1.1)
}

/// An amount that uses up to a little more than the initial health that is left.
fn borrowable(market: &mut Market, account: usize, asset: usize) -> u64 {
    let state = &market.state;
    let health =
        state.accounts[account].as_deref().and_then(|one| health::of(&state.book, one, state.now_seconds).ok());
    let left = health.map_or(0, |health| health.initial.0.max(0).unsigned_abs());
    let factor = &state.book.factors[asset];
    let weight = debt_weight_up(Ratio::from_bits(factor.threshold.initial)).map_or(u64::MAX, Ratio::to_bits);
    let required = (u128::from(factor.price.debt_initial.max(1)) * u128::from(weight)) >> Ratio::FRACTION_BITS;
    let atoms = u64::try_from((left << Price::FRACTION_BITS) / required.max(1)).unwrap_or(u64::MAX / 4);
    let liquidity = state.book.reserves[asset].liquidity_atoms;
    // most of what margin allows, of what is there
    let most = atoms.min(liquidity.saturating_add(liquidity / 10));
    if market.rng.random_bool(0.4) {
        return most - most / 64;
    }
    fraction(market, most, 1.05)
}

/// What a keeper does about an unhealthy account: liquidate it after fresh prices, or write its debts off when nothing is left.
pub(crate) fn relieve(market: &mut Market, account: usize) -> Intention {
    let state = &market.state;
    let Some(holder) = state.accounts[account].as_deref() else {
        return Intention::Any(Kind::Open);
    };
    if holder.active_perps != 0
        && let Some(intention) = keeping::relief(market, account)
    {
        return intention;
    }
    let state = &market.state;
    let Some(holder) = state.accounts[account].as_deref() else {
        return Intention::Any(Kind::Open);
    };
    let health = health::liquidation(&state.book, holder, state.now_seconds).unwrap_or_default();
    if health.assets <= u128::from(state.book.params.dust_quote_atoms) {
        let reserves = 0u8..;
        let mut owed = reserves.zip(&holder.balances).filter(|(_, balance)| balance.debt_shares > 0);
        if let Some((reserve, _)) = owed.next() {
            return write_off_later(market, account, reserve);
        }
    }
    market.queue.push(Intention::Liquidate { account });
    Intention::RefreshAll
}

/// A liquidation of an account by somebody, mostly by the rich, mostly of its largest pair.
pub(crate) fn liquidation_of(market: &mut Market, account: usize) -> Action {
    let keeper =
        if market.rng.random_bool(0.9) { market.rng.random_range(0..RICH) } else { market.rng.random_range(0..PEOPLE) };
    let liquidator = 2 * keeper;
    let state = &market.state;
    let holder = state.accounts[account].as_deref();
    let largest = holder.and_then(|holder| health::largest_pair(&state.book, holder));
    let (collateral_reserve, debt_reserve) = match largest {
        Some(pair) if market.rng.random_bool(0.9) => pair,
        _ => (market.rng.random_range(0..4), market.rng.random_range(0..4)),
    };
    let max_repay_atoms =
        if market.rng.random_bool(0.7) { u64::MAX } else { market.rng.random_range(0..5_000_000_000) };
    let request = LiquidationRequest { collateral_reserve, debt_reserve, max_repay_atoms };
    let accounts = (market.accounts[account], market.accounts[liquidator]);
    let authority = market.key(keeper);
    let instruction = instructions::liquidate(market.world.book, accounts.0, accounts.1, authority, request);
    Action {
        liquidation: Some((account, liquidator)),
        reserves: (collateral_reserve, debt_reserve),
        ..Action::new(Kind::Liquidate, Some(keeper), instruction)
    }
}

/// Interest first, so that nothing but the write-off separates the states before and after it.
pub(crate) fn write_off_later(market: &mut Market, account: usize, reserve: u8) -> Intention {
    market.queue.push(Intention::WriteOff { account, reserve });
    Intention::Any(Kind::Accrue)
}

/// A write-off of one debt.
pub(crate) fn write_off(market: &Market, account: usize, reserve: u8) -> Action {
    let instruction = instructions::resolve_bankruptcy(market.world.book, market.accounts[account], reserve);
    Action { reserves: (reserve, reserve), ..Action::new(Kind::ResolveBankruptcy, None, instruction) }
}
