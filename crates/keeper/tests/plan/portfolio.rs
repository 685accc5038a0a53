//! Portfolio accounts: which leg is liquidated, and how much of it, so that the account is better for it.

use plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll::state::margin_account::{MODE_CROSS, MODE_PORTFOLIO};
use plimsoll_client::steps::{self, Sides};
use plimsoll_client::{Pubkey, health};
use plimsoll_keeper::plan::{Action, plan};

use crate::market::{KEEPER, Market, NOW_SECONDS, SOL, SOL_ATOMS, USDC, USDC_ATOMS, settings, subjects};
use crate::perps::PERP;

/// So many SOL deposited and sold short at 200, against a debt; margins are netted, nothing else is known of the factors.
fn hedger(deposit_sol: u64, short_sol: i64, debt_usdc: u64) -> (Market, Pubkey) {
    let mut market = Market::with_perps();
    let address = Pubkey::new_from_array([1; 32]);
    market.account(address, (SOL, deposit_sol * SOL_ATOMS), Some((USDC, debt_usdc * USDC_ATOMS)));
    market.trade(&address, -short_sol, 200);
    market.account_mut(&address).mode = MODE_PORTFOLIO;
    (market, address)
}

fn taking_over(address: &Pubkey) -> String {
    format!("liquidate_perp {address} {PERP}")
}

fn max_base_atoms(market: &Market) -> u64 {
    match plan(&market.snapshot, &settings(&["--perp-counterparty", "own"])).as_slice() {
        [Action::LiquidatePerp { request, .. }] => request.max_base_atoms,
        other => panic!("expected one perp liquidation, got {other:?}"),
    }
}

/// What the program says to closing so much of the short.
fn refusal(market: &Market, address: &Pubkey, max_base_atoms: u64) -> Option<String> {
    let accounts = &market.snapshot.accounts;
    let sides = Sides { liquidatee: &accounts[address], liquidator: &accounts[&KEEPER] };
    let request = PerpLiquidationRequest { market: PERP, max_base_atoms, against_pool: false };
    steps::perp(&market.snapshot.book, &sides, &request, NOW_SECONDS).err().map(|error| error.to_string())
}

#[test]
fn a_hedge_that_cross_margin_would_liquidate_is_left_alone() {
    let (mut market, address) = hedger(10, 10, 1_700);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
    market.account_mut(&address).mode = MODE_CROSS;
    assert!(!subjects(&market, &[]).is_empty(), "the same legs, one by one");
}

/// 4 SOL against a short of 10: the short is what exceeds the hedge. Seizing SOL to repay the debt would leave a larger one.
#[test]
fn the_leg_that_the_hedge_does_not_need_is_liquidated() {
    let (market, address) = hedger(4, 10, 671);
    let health = health::liquidation(&market.snapshot.book, &market.snapshot.accounts[&address], NOW_SECONDS);
    assert!(health.expect("it can be measured").maintenance.is_negative());
    assert_eq!(subjects(&market, &[]), [taking_over(&address)]);
    assert_eq!(max_base_atoms(&market), u64::MAX);
}

/// With a wide distance to the end of a liquidation the plan would close far more of the short than exceeds the hedge.
#[test]
fn a_step_that_would_turn_the_hedge_around_is_made_smaller() {
    let (mut market, address) = hedger(98, 100, 19_401);
    market.snapshot.book.params.liquidation_buffer_ppm = 1_000_000;
    assert_eq!(
        refusal(&market, &address, u64::MAX).as_deref().map(|error| error.contains("HealthNotImproved")),
        Some(true)
    );
    let base_atoms = max_base_atoms(&market);
    assert!((SOL_ATOMS..4 * SOL_ATOMS).contains(&base_atoms), "{base_atoms}");
    assert_eq!(refusal(&market, &address, base_atoms), None);
    assert!(refusal(&market, &address, base_atoms + base_atoms / 100).is_some(), "no larger one is accepted");
}

/// A perfect hedge: whatever is closed first leaves the rest open, so that nothing is accepted until the shortfall is urgent.
#[test]
fn a_perfect_hedge_is_liquidated_once_that_is_urgent() {
    let (market, address) = hedger(10, 10, 1_981);
    assert!(refusal(&market, &address, u64::MAX).is_some_and(|error| error.contains("HealthNotImproved")));
    assert_eq!(subjects(&market, &[]), [format!("liquidate {address}")], "the program's answer is worth seeing");
    let (market, address) = hedger(10, 10, 1_988);
    assert_eq!(refusal(&market, &address, u64::MAX), None);
    assert!(subjects(&market, &[]).contains(&taking_over(&address)));
}
