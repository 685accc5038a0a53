//! An account of every kind.

use plimsoll_client::health;
use plimsoll_tests::{Asset, Trader, World};

use crate::perp_story::{SOL, SOL_PERP, USDC};
use crate::story::ratio;

/// How an account is liquidated.
#[derive(Clone, Copy)]
pub(crate) enum Exchange {
    Loan { collateral_reserve: u8, debt_reserve: u8 },
    Perp,
}

/// Somebody who was promised an hour.
pub(crate) struct Promised {
    pub(crate) name: &'static str,
    pub(crate) trader: Trader,
    pub(crate) exchange: Exchange,
}

/// One account of every kind, all at their initial margins: a borrower against SOL, one who owes SOL, a long and a short, an isolated long,
/// and one with a bit of everything.
pub(crate) fn open_accounts(world: &mut World) -> Vec<Promised> {
    let [usdc, sol] = [world.assets[0], world.assets[1]];
    let loan = |collateral_reserve, debt_reserve| Exchange::Loan { collateral_reserve, debt_reserve };
    let borrower = world.depositor(&sol, sol.atoms(150));
    world.borrow(&borrower, &usdc, 20_000 * USDC).expect("a loan");
    let owing_sol = world.depositor(&usdc, 40_000 * USDC);
    world.borrow(&owing_sol, &sol, sol.atoms(100)).expect("a loan");
    let long = world.depositor(&usdc, 10_000 * USDC);
    world.trade(&long, SOL_PERP, 100 * SOL).expect("a purchase");
    // as much as the others together, so that there is no skew and no funding
    let short = world.depositor(&usdc, 20_000 * USDC);
    world.trade(&short, SOL_PERP, -180 * SOL).expect("a sale");
    let owner = world.trader();
    let isolated = world.isolated_account(&owner, 1, SOL_PERP);
    world.deposit(&isolated, &usdc, 10_000 * USDC).expect("collateral of its own");
    world.trade(&isolated, SOL_PERP, 100 * SOL).expect("a purchase");
    let mixed = world.depositor(&sol, sol.atoms(100));
    world.borrow(&mixed, &usdc, 8_000 * USDC).expect("a loan");
    world.trade(&mixed, SOL_PERP, -20 * SOL).expect("a sale");
    world.advance_refreshed(1);

    let all = [
        ("the borrower", borrower, loan(1, 0), sol),
        ("who owes SOL", owing_sol, loan(0, 1), usdc),
        ("the long", long, Exchange::Perp, usdc),
        ("the short", short, Exchange::Perp, usdc),
        ("the isolated long", isolated, Exchange::Perp, usdc),
        ("the mixed account", mixed, loan(1, 0), sol),
    ];
    let mut promised = Vec::new();
    for (name, trader, exchange, collateral) in all {
        withdraw_to_the_limit(world, &trader, &collateral);
        promised.push(Promised { name, trader, exchange });
    }
    promised
}

/// Withdraws collateral until initial health is a dollar or two.
fn withdraw_to_the_limit(world: &mut World, trader: &Trader, collateral: &Asset) {
    let book = world.book_state();
    let initial = health::cross(&book, &world.margin_state(&trader.account), world.now().unsigned_abs());
    let factor = &book.factors[usize::from(collateral.index)];
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a dollar is left
    let atoms = {
        let price = factor.price.asset_initial as f64 / 2f64.powi(40);
        let free = initial.expect("a health").initial.0 as f64 - 1_000_000.0;
        (free / (price * (1.0 - ratio(factor.threshold.initial)))) as u64
    };
    world.withdraw(trader, collateral, atoms).expect("what is free");
}
