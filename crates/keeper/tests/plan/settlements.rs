//! Settlements that somebody asked for, and markets that end.

use plimsoll::state::factor::STATUS_DELISTING;
use plimsoll_client::Pubkey;

use crate::market::{Market, NOW_SECONDS, SOL, USDC_ATOMS, oracle, subjects};
use crate::perps::{PERP, market_order};

const NOTHING: [String; 0] = [];
const DAY_SECONDS: u64 = 86_400;

fn settling(address: &Pubkey) -> String {
    format!("settle_pnl {address} {PERP}")
}

#[test]
fn healthy_accounts_are_settled_on_request_alone() {
    let mut market = Market::with_perps();
    let winner = market.trader(1, 1_000, 0);
    market.realise(&winner, 100);
    assert_eq!(subjects(&market, &[]), NOTHING);
    let least = (100 * USDC_ATOMS).to_string();
    assert_eq!(subjects(&market, &["--settle-atoms", &least]), [settling(&winner)]);
    let more = (100 * USDC_ATOMS + 1).to_string();
    assert_eq!(subjects(&market, &["--settle-atoms", &more]), NOTHING);
}

#[test]
fn losses_are_settled_first_and_the_largest_of_each() {
    let mut market = Market::with_perps();
    let [small, large, loser] = [(1, 50), (2, 90), (3, -70)].map(|(number, usdc)| {
        let trader = market.trader(number, 1_000, 0);
        market.realise(&trader, usdc);
        trader
    });
    assert_eq!(subjects(&market, &["--settle-atoms", "1"]), [settling(&loser), settling(&large), settling(&small)]);
}

#[test]
fn a_profit_waits_while_the_pool_has_nothing_to_pay_with() {
    let mut market = Market::with_perps();
    let winner = market.trader(1, 1_000, 0);
    market.realise(&winner, 100);
    market.pool_holds(0);
    assert_eq!(subjects(&market, &["--settle-atoms", "1"]), NOTHING);
}

/// A market whose settlement time came `ago_seconds` ago, with one position.
fn delisted(ago_seconds: u64) -> (Market, Pubkey) {
    let mut market = Market::with_perps();
    let trader = market.trader(1, 1_000, 1);
    market.perp().status = STATUS_DELISTING;
    market.perp().settle_at_seconds = NOW_SECONDS - ago_seconds;
    (market, trader)
}

fn closing(address: &Pubkey) -> String {
    format!("settle_delisted_market {address} {PERP}")
}

#[test]
fn a_delisted_market_is_settled_on_the_first_publication_since_its_time() {
    let (mut market, trader) = delisted(0);
    assert_eq!(subjects(&market, &[]), NOTHING);
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), [closing(&trader)]);
    market.snapshot.now_seconds -= 1;
    assert_eq!(subjects(&market, &[]), NOTHING);
}

#[test]
fn a_later_publication_does_not_fix_the_settlement_price() {
    let (mut market, trader) = delisted(10);
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), NOTHING);

    market.perp().settlement_price = market.sol_price().to_bits();
    assert_eq!(subjects(&market, &[]), [closing(&trader)]);
}

#[test]
fn after_a_day_no_publication_is_needed() {
    let (mut market, trader) = delisted(DAY_SECONDS);
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &["--funding-seconds", "86400"])[..1], [closing(&trader)]);
}

#[test]
fn orders_of_a_delisted_market_are_cleared_away() {
    let (mut market, trader) = delisted(0);
    let idle = market.trader(2, 1_000, 0);
    let waiting = market.trader(3, 1_000, 0);
    market.order(&waiting, market_order(NOW_SECONDS - 100));
    market.publish(SOL, NOW_SECONDS);
    assert_eq!(subjects(&market, &[]), [closing(&trader), closing(&waiting)]);
    assert!(!subjects(&market, &[]).contains(&closing(&idle)), "an account without anything there");
    assert_eq!(market.snapshot.publications[0].oracle, oracle(SOL));
}
