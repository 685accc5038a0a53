//! Perp accounts that fail: who liquidates them, how, and what comes after.

use plimsoll::state::MarginAccount;
use plimsoll_client::steps::{self, Sides};
use plimsoll_client::{Pubkey, failures, health, metrics};
use plimsoll_keeper::plan::{Action, plan};

use crate::market::{KEEPER, Market, NOW_SECONDS, SOL, USDC, USDC_ATOMS, mantissa, oracle, settings, subjects};
use crate::perps::PERP;

const NOTHING: [String; 0] = [];

/// A long of 10 SOL with 300 USDC behind it: unhealthy from about 188, without assets below 170.
fn long_at(sol_price: u64) -> (Market, Pubkey) {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 300, 10);
    market.price(SOL, sol_price);
    (market, trader)
}

fn taking_over(address: &Pubkey) -> String {
    format!("liquidate_perp {address} {PERP}")
}

fn by_pool(address: &Pubkey) -> String {
    format!("liquidate_perp {address} {PERP} against the pool")
}

fn resolving(address: &Pubkey) -> String {
    format!("resolve_perp_bankruptcy {address} {PERP}")
}

fn max_base_atoms(market: &Market, flags: &[&str]) -> u64 {
    match plan(&market.snapshot, &settings(flags)).as_slice() {
        [Action::LiquidatePerp { request, .. }] => request.max_base_atoms,
        other => panic!("expected one perp liquidation, got {other:?}"),
    }
}

fn is_healthy(market: &Market, account: &MarginAccount) -> bool {
    let health = health::liquidation(&market.snapshot.book, account, NOW_SECONDS);
    !health.expect("it can be measured").maintenance.is_negative()
}

#[test]
fn a_healthy_position_is_left_alone() {
    let (market, trader) = long_at(190);
    assert!(is_healthy(&market, &market.snapshot.accounts[&trader]));
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn a_keeper_that_can_carry_the_position_takes_it_over() {
    let (market, trader) = long_at(180);
    assert_eq!(subjects(&market, &[]), [taking_over(&trader)]);
    assert_eq!(max_base_atoms(&market, &[]), u64::MAX);
}

#[test]
fn a_keeper_may_leave_positions_to_the_pool() {
    let (market, trader) = long_at(180);
    assert_eq!(subjects(&market, &["--perp-counterparty", "pool"]), [by_pool(&trader)]);
    assert_eq!(max_base_atoms(&market, &["--perp-counterparty", "pool"]), u64::MAX);
}

#[test]
fn a_keeper_that_cannot_carry_the_position_turns_to_the_pool() {
    let (mut market, trader) = long_at(180);
    market.account(KEEPER, (USDC, 0), None);
    assert_eq!(subjects(&market, &[]), [by_pool(&trader)]);
    assert_eq!(subjects(&market, &["--perp-counterparty", "own"]), NOTHING);
}

/// One USDC carries 1/0.125 of initial margin less the bonus that comes with it: some hundredths of a SOL.
#[test]
fn a_poor_keeper_takes_over_what_it_can_carry() {
    let (mut market, trader) = long_at(180);
    market.account(KEEPER, (USDC, USDC_ATOMS), None);
    assert_eq!(subjects(&market, &["--perp-counterparty", "own"]), [taking_over(&trader)]);
    let base_atoms = max_base_atoms(&market, &["--perp-counterparty", "own"]);
    assert!((40_000_000..=100_000_000).contains(&base_atoms), "{base_atoms}");
    let request = |max_base_atoms| plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest {
        market: PERP,
        max_base_atoms,
        against_pool: false,
    };
    let (book, accounts) = (&market.snapshot.book, &market.snapshot.accounts);
    let fits = |base_atoms| {
        let sides = Sides { liquidatee: &accounts[&trader], liquidator: &accounts[&KEEPER] };
        steps::perp(book, &sides, &request(base_atoms), NOW_SECONDS).is_ok()
    };
    assert!(fits(base_atoms) && !fits(base_atoms + base_atoms / 100));
}

#[test]
fn a_short_is_liquidated_as_the_price_rises() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 300, -10);
    market.price(SOL, 205);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.price(SOL, 215);
    assert_eq!(subjects(&market, &[]), [taking_over(&trader)]);
}

#[test]
fn a_perp_liquidation_brings_newer_publications_of_its_market() {
    let (mut market, trader) = long_at(180);
    market.publish(SOL, NOW_SECONDS + 1);
    let actions = plan(&market.snapshot, &settings(&[]));
    assert_eq!(actions[0].subject(), format!("{} at newer prices", taking_over(&trader)));
    match &actions[0] {
        Action::LiquidatePerp { oracles, .. } => assert_eq!(*oracles, [oracle(SOL)]),
        other => panic!("expected a perp liquidation, got {other:?}"),
    }
    let parts: Vec<String> = actions[0].parts().iter().map(Action::subject).collect();
    assert_eq!(parts, [taking_over(&trader)]);
}

#[test]
fn a_perp_is_not_liquidated_at_an_old_or_unconfirmed_price() {
    let (mut market, _) = long_at(180);
    market.pending(SOL, 100, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);

    let (mut market, _) = long_at(150);
    let max_age_seconds = u64::from(market.factor(SOL).params.liquidation_max_age_seconds);
    market.factor(SOL).price.publish_time_seconds = NOW_SECONDS - max_age_seconds - 1;
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn loans_and_perps_are_ranked_by_shortfall() {
    let (mut market, trader) = long_at(180);
    let borrower = market.borrower(2, 1_700);
    assert_eq!(subjects(&market, &[]), [format!("liquidate {borrower}"), taking_over(&trader)]);
}

/// 10 SOL against 1,500 USDC, and a long of 1 SOL: the loan repays more than the position is worth. Where the program refuses it, the position is next.
#[test]
fn of_a_loan_and_a_position_the_larger_is_liquidated_first() {
    let mut market = Market::with_perps();
    let borrower = market.borrower(1, 1_500);
    market.trade(&borrower, 1, 200);
    market.price(SOL, 150);
    assert_eq!(subjects(&market, &[]), [format!("liquidate {borrower}"), taking_over(&borrower)]);
}

#[test]
fn a_position_without_assets_goes_down_the_waterfall() {
    let (market, trader) = long_at(165);
    assert_eq!(subjects(&market, &[]), [resolving(&trader)]);
    let resolved =
        failures::perp_bankruptcy(&market.snapshot.book, &market.snapshot.accounts[&trader], PERP, NOW_SECONDS);
    // 165/1,000 has no exact mantissa: the position is worth an atom less
    assert_eq!(resolved.expect("a deficit").deficit.0, 50 * USDC_ATOMS + 1);
}

/// Of a loss of 301 the deposit covers 300.
#[test]
fn a_realised_loss_that_nothing_covers_goes_down_the_waterfall() {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 300, 0);
    market.realise(&trader, -300);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.realise(&trader, -1);
    assert_eq!(subjects(&market, &[]), [resolving(&trader)]);
}

/// 10 SOL and a realised loss: there is no debt to repay before the loss is settled into one.
#[test]
fn a_realised_loss_is_settled_where_it_stands_in_the_way_of_a_liquidation() {
    let mut market = Market::with_perps();
    let holder = market.borrower(1, 0);
    market.realise(&holder, -1_700);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.price(SOL, 180);
    assert_eq!(subjects(&market, &[]), [format!("settle_pnl {holder} {PERP}")]);
}

/// A debt of SOL and a realised profit: there is no deposit to seize before the profit is settled into one.
#[test]
fn a_realised_profit_is_settled_where_it_can_be_seized() {
    let mut market = Market::with_perps();
    let holder = Pubkey::new_from_array([1; 32]);
    market.account(holder, (USDC, 0), Some((SOL, 1_000_000_000)));
    market.realise(&holder, 205);
    assert_eq!(subjects(&market, &[]), [format!("settle_pnl {holder} {PERP}")]);
}

#[test]
fn debts_are_written_off_once_no_perp_can_pay_them() {
    let mut market = Market::with_perps();
    let bankrupt = Pubkey::new_from_array([1; 32]);
    market.account(bankrupt, (SOL, 0), Some((USDC, 50 * USDC_ATOMS)));
    market.realise(&bankrupt, 10);
    market.pool_holds(0);
    // the pool cannot pay the profit now
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.realise(&bankrupt, -10);
    assert_eq!(subjects(&market, &[]), [format!("resolve_bankruptcy {bankrupt} {USDC}")]);
}

#[test]
fn the_keeper_does_not_liquidate_its_own_position() {
    let mut market = Market::with_perps();
    market.account(KEEPER, (USDC, 300 * USDC_ATOMS), None);
    market.trade(&KEEPER, 10, 200);
    market.price(SOL, 180);
    assert!(!is_healthy(&market, &market.snapshot.accounts[&KEEPER]));
    assert_eq!(subjects(&market, &[]), NOTHING);
}

/// The price that clients show is the one at which the keeper acts.
#[test]
fn an_account_is_liquidated_below_its_healthy_range() {
    let (mut market, trader) = long_at(200);
    let range = metrics::healthy_range(&market.snapshot.book, &market.snapshot.accounts[&trader], SOL, NOW_SECONDS);
    let range = range.expect("it can be measured").expect("some price makes it healthy");
    let lowest = range.lowest.expect("a long is liquidated as the price falls");
    assert_eq!(range.highest, None);
    assert!((mantissa(SOL, 187)..mantissa(SOL, 190)).contains(&lowest.to_bits()), "{lowest:?}");
    // health counts whole atoms: the last of them lies a few billionths of the price away
    for (mantissa, expected) in
        [(lowest.to_bits() + 1_000, vec![]), (lowest.to_bits() - 1_000, vec![taking_over(&trader)])]
    {
        market.factor(SOL).price.mid = mantissa;
        assert_eq!(subjects(&market, &[]), expected, "{mantissa}");
    }
}
