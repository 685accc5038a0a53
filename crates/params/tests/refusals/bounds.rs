//! Bounds of single parameters and of lists.

use plimsoll_params::{
    BookParams, FactorParams, LiquidityProfile, PerpMarketParams, PoolParams, ReserveParams, Violation,
};

use crate::{SHIPPED, assert_refused, line_in, violations_of, with_line};

/// All parameters with the header and the path of the table in which they first stand.
fn bounded_fields() -> impl Iterator<Item = (&'static str, &'static str, &'static str, u64, u64)> {
    let tables = [
        ("[book]", "book", BookParams::BOUNDS),
        ("[factors.params]", "factors[0].params", FactorParams::BOUNDS),
        ("[factors.liquidity]", "factors[0].liquidity", LiquidityProfile::BOUNDS),
        ("[reserves.params]", "reserves[0].params", ReserveParams::BOUNDS),
        ("[pool.params]", "pool.params", PoolParams::BOUNDS),
        ("[perp_markets.params]", "perp_markets[0].params", PerpMarketParams::BOUNDS),
    ];
    tables.into_iter().flat_map(|(header, table, bounds)| {
        bounds.iter().map(move |(field, range)| (header, table, *field, *range.start(), *range.end()))
    })
}

#[test]
fn every_parameter_is_refused_just_outside_its_bounds() {
    let mut refused = 0;
    for (header, table, field, min, max) in bounded_fields() {
        let above = max.checked_add(1).filter(|above| i64::try_from(*above).is_ok());
        for outside in [min.checked_sub(1), above].into_iter().flatten() {
            let line = line_in(SHIPPED, header, &format!("{field} = "));
            let text = with_line(line, &format!("{field} = {outside}"));
            let message = format!("{outside} is outside {min} ..= {max}");
            let expected = Violation { line, field: format!("{table}.{field}"), message };
            assert!(violations_of(&text).contains(&expected), "{field} = {outside}");
            refused += 1;
        }
    }
    assert!(refused > 110, "{refused} values outside bounds were tried");
}

#[test]
fn every_parameter_is_required() {
    for (header, table, field, ..) in bounded_fields() {
        let line = line_in(SHIPPED, header, &format!("{field} = "));
        let found = violations_of(&with_line(line, ""));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].field.as_str(), found[0].message.clone()), (table, format!("missing field `{field}`")));
    }
}

#[test]
fn listing_facts_have_bounds() {
    assert_refused("base_decimals", "13", "factors[0].base_decimals", "13 is outside 0 ..= 12");
    assert_refused("seed_sigma_fast_ppm", "0", "factors[0].seed_sigma_fast_ppm", "0 is outside 100 ..= 1000000");
    assert_refused(
        "seed_sigma_slow_ppm",
        "1_000_001",
        "factors[0].seed_sigma_slow_ppm",
        "1000001 is outside 100 ..= 1000000",
    );
    assert_refused("timelock_seconds", "2_592_001", "group.timelock_seconds", "2592001 is outside 0 ..= 2592000");
}

#[test]
fn a_book_holds_one_to_sixteen() {
    let (head, rest) = SHIPPED.split_at(SHIPPED.find("[[scenarios]]").unwrap());
    let ether = &head[head.rfind("[[factors]]").unwrap()..];
    let more = (0..13).map(|index| ether.replace("symbol = \"ETH\"", &format!("symbol = \"F{index}\"")));
    let shocks = (0..13).fold("{ ".to_owned(), |shocks, index| format!("{shocks}F{index} = 0, "));
    let rest_of_more = rest.replace("shocks_ppm = { ", &format!("shocks_ppm = {shocks}"));
    let found = violations_of(&format!("{head}{}{rest_of_more}", more.collect::<String>()));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].field.as_str(), found[0].message.as_str()), ("factors", "17 entries; a Book holds 1 to 16"));

    let (listed, perps) = SHIPPED.split_at(SHIPPED.find("[pool]").unwrap());
    let (before_reserves, _) = SHIPPED.split_at(SHIPPED.find("[[reserves]]").unwrap());
    let none = violations_of(&format!("reserves = []\n{before_reserves}{perps}"));
    let lists: Vec<&str> = none.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(lists, ["group.quote", "reserves", "pool.quote_reserve"]);

    let pool = &perps[..perps.find("[[perp_markets]]").unwrap()];
    let none = violations_of(&format!("perp_markets = []\n{listed}{pool}"));
    assert_eq!(none.len(), 1);
    assert_eq!((none[0].field.as_str(), none[0].message.as_str()), ("perp_markets", "0 entries; a Book holds 1 to 16"));
}
