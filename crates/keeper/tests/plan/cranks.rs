//! Funding and implied volatility: when they are booked, and when not.

use plimsoll_keeper::oracle::Publication;

use crate::market::{Market, NOW_SECONDS, SOL, STEP, USDC, oracle, subjects};
use crate::perps::PERP;

const GRID_SECONDS: u64 = 900;

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
    market.factor(SOL).price.mid = 0;
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

#[test]
fn a_market_with_a_settlement_price_has_no_funding() {
    let mut market = aged(61);
    market.trader(1, 1_000, 10);
    market.perp().settlement_price = market.sol_price().to_bits();
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}

/// SOL's feed of implied volatility.
const IMPLIED_FEED: u8 = 7;

fn with_implied_feed() -> Market {
    let mut market = Market::new();
    market.factor(SOL).implied.feed_id = [IMPLIED_FEED + 1; 32];
    market
}

fn bringing_implied() -> String {
    format!("refresh_implied {}", oracle(IMPLIED_FEED))
}

#[test]
fn implied_volatility_is_brought_before_the_fold_that_it_counts_in() {
    let mut market = with_implied_feed();
    market.publish(IMPLIED_FEED, NOW_SECONDS);
    market.snapshot.book.folded_step = STEP - 1;
    assert_eq!(subjects(&market, &[]), [bringing_implied(), format!("refresh_risk {STEP}")]);
    assert_eq!(subjects(&market, &["--frozen-thresholds"]), Vec::<String>::new());
}

#[test]
fn implied_volatility_is_brought_once_a_step() {
    let mut market = with_implied_feed();
    market.publish(IMPLIED_FEED, NOW_SECONDS);
    market.factor(SOL).implied.publish_time_seconds = STEP * GRID_SECONDS;
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
    market.factor(SOL).implied.publish_time_seconds = STEP * GRID_SECONDS - 1;
    assert_eq!(subjects(&market, &[]), [bringing_implied()]);
}

#[test]
fn implied_volatility_that_the_program_would_refuse_is_left_alone() {
    let refused: [fn(&mut Publication); 4] = [
        |publication| publication.price = 1_001,
        |publication| publication.confidence = 11,
        |publication| publication.publish_time_seconds = NOW_SECONDS - 3_601,
        |publication| publication.publish_time_seconds = NOW_SECONDS + 31,
    ];
    for spoil in refused {
        let mut market = with_implied_feed();
        market.publish(IMPLIED_FEED, NOW_SECONDS);
        assert_eq!(subjects(&market, &[]), [bringing_implied()]);
        spoil(&mut market.snapshot.publications[0]);
        assert_eq!(subjects(&market, &[]), Vec::<String>::new(), "{:?}", market.snapshot.publications);
    }
}

/// The program stores a publication for every follower of its feed or for none.
#[test]
fn a_feed_that_two_factors_follow_waits_for_news_to_both() {
    let mut market = with_implied_feed();
    market.publish(IMPLIED_FEED, NOW_SECONDS);
    market.factor(USDC).implied = market.factor(SOL).implied;
    assert_eq!(subjects(&market, &[]), [bringing_implied()]);
    market.factor(USDC).implied.publish_time_seconds = NOW_SECONDS;
    assert_eq!(subjects(&market, &[]), Vec::<String>::new());
}
