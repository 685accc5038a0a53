//! Funding: when it is booked, and when not.

use crate::market::{Market, NOW_SECONDS, subjects};
use crate::perps::PERP;

fn aged(seconds: u64) -> Market {
    let mut market = Market::with_perps();
    market.perp().funding_updated_seconds = NOW_SECONDS - seconds;
    market
}

#[test]
fn old_funding_is_booked_where_somebody_holds_a_position() {
    let mut market = aged(61);
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());

    market.trader(1, 1_000, 10);
    assert_eq!(subjects(&market, &[]), [format!("update_funding {PERP}")]);
    assert_eq!(subjects(&market, &["--funding-seconds", "61"]), Vec::<String>::new());
}

#[test]
fn funding_never_becomes_older_than_half_of_what_margin_checks_take() {
    let mut market = Market::with_perps();
    market.trader(1, 1_000, 10);
    let limit_seconds = u64::from(market.snapshot.book.params.max_accrual_age_seconds) / 2;
    for (age_seconds, expected) in
        [(limit_seconds, vec![]), (limit_seconds + 1, vec![format!("update_funding {PERP}")])]
    {
        market.perp().funding_updated_seconds = NOW_SECONDS - age_seconds;
        assert_eq!(subjects(&market, &["--funding-seconds", "86400"]), expected, "{age_seconds} s old");
    }
}

#[test]
fn funding_waits_for_a_first_price() {
    let mut market = aged(61);
    market.trader(1, 1_000, 10);
    market.factor(crate::market::SOL).price.mid = 0;
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_market_with_a_settlement_price_has_no_funding() {
    let mut market = aged(61);
    market.trader(1, 1_000, 10);
    market.perp().settlement_price = market.sol_price().to_bits();
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}
