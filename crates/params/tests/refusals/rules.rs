//! Rules between fields.

use crate::{SHIPPED, assert_refused, line_in, violations_of, with, with_line};

#[test]
fn the_grid_divides_the_day_and_the_grace_is_whole_steps_of_it() {
    let uneven =
        violations_of(&with("grid_seconds", "350").replacen("grace_seconds = 3_600", "grace_seconds = 3_500", 1));
    assert_eq!(uneven.len(), 1);
    assert_eq!(
        (uneven[0].field.as_str(), uneven[0].message.as_str()),
        ("book.grid_seconds", "350 does not divide 86400")
    );
    assert_refused("grace_seconds", "3_601", "book.grace_seconds", "must be a multiple of grid_seconds (300)");
    assert_refused("grace_seconds", "3_900", "book.grace_seconds", "13 grid steps; a path has 12");
    let zero = violations_of(&with("grid_seconds", "0"));
    assert_eq!(
        zero.iter().map(|violation| violation.message.as_str()).collect::<Vec<_>>(),
        ["0 is outside 60 ..= 3600"]
    );
}

#[test]
fn low_and_high_are_in_order() {
    let cases = [
        ("margin_min_ppm", "300_001", "factors[0]", "300001 is above margin_max_ppm (300000)"),
        ("bonus_min_ppm", "20_001", "factors[0]", "20001 is above bonus_max_ppm (20000)"),
        ("sigma_floor_ppm", "10_001", "factors[0]", "10001 is above sigma_stress_ppm (10000)"),
        ("half_life_fast_seconds", "1_296_001", "factors[0]", "1296001 is above half_life_slow_seconds (1296000)"),
        ("target_utilisation_ppm", "980_001", "reserves[0]", "980001 is above max_utilisation_ppm (980000)"),
        (
            "collateral_weight_maintenance_ppm",
            "999_999",
            "reserves[0]",
            "1000000 is above collateral_weight_maintenance_ppm (999999)",
        ),
        ("borrow_cap_atoms", "50_000_000_000_001", "reserves[0]", "is above deposit_cap_atoms (50000000000000)"),
    ];
    for (key, value, table, message) in cases {
        let found = violations_of(&with(key, value));
        assert_eq!(found.len(), 1, "{key}");
        assert!(found[0].field.starts_with(table), "{}", found[0].field);
        assert_eq!(found[0].message, message);
    }
    let stale = with("liquidation_max_age_seconds", "11").replacen("max_age_seconds = 60", "max_age_seconds = 10", 1);
    assert_eq!(violations_of(&stale)[0].message, "11 is above max_age_seconds (10)");
}

#[test]
fn rates_enclose_the_initial_one() {
    let message = "must lie between rate_min (1000) and rate_max (2000000)";
    assert_refused("initial_rate_ppm_per_year", "999", "reserves[0].initial_rate_ppm_per_year", message);
    assert_refused("initial_rate_ppm_per_year", "2_000_001", "reserves[0].initial_rate_ppm_per_year", message);
    let crossed = violations_of(&with("rate_max_ppm_per_year", "40_000").replacen(
        "rate_min_ppm_per_year = 1_000",
        "rate_min_ppm_per_year = 40_001",
        1,
    ));
    assert!(crossed.iter().any(|violation| violation.message == "40001 is above rate_max_ppm_per_year (40000)"));
}

#[test]
fn closing_out_fits_into_the_margin_and_the_queue_into_the_horizon() {
    let text = with("margin_min_ppm", "10_000").replacen("pegged = true", "pegged = false", 1);
    let text = text.replacen("margin_max_ppm = 300_000", "margin_max_ppm = 25_100", 1);
    let message = "must exceed what closing out costs (spread/2 + bonus_max + insurance_cut = 25100)";
    assert_eq!(violations_of(&text)[0].message, message);
    let message = "must cover the queue: capacity / refill takes 1799 s";
    assert_refused("horizon_seconds", "1_798", "factors[0].params.horizon_seconds", message);
}

#[test]
fn a_pegged_asset_keeps_five_percent() {
    assert_refused(
        "margin_min_ppm",
        "49_999",
        "factors[0].params.margin_min_ppm",
        "must be at least 50000 for a pegged asset",
    );
}

#[test]
fn names_refer_to_what_is_listed_once() {
    assert_refused("quote", "\"EURC\"", "group.quote", "no reserve has the symbol `EURC`");
    assert_refused("factor", "\"EURC\"", "reserves[0].factor", "no factor has the symbol `EURC`");
    let twice = SHIPPED
        .replace("symbol = \"ETH\"", "symbol = \"BTC\"")
        .replace("factor = \"ETH\"", "factor = \"BTC\"")
        .lines()
        .map(|line| line.split_once(", ETH = ").map_or_else(|| line.to_owned(), |(shocks, _)| format!("{shocks} }}")))
        .collect::<Vec<_>>()
        .join("\n");
    let fields: Vec<(String, String)> =
        violations_of(&twice).into_iter().map(|found| (found.field, found.message)).collect();
    let message = "`BTC` stands here for the second time".to_owned();
    let traded = ("perp_markets[2].factor".to_owned(), "`BTC` has a market already".to_owned());
    let listed = ("reserves[3].symbol".to_owned(), message.clone());
    assert_eq!(fields, [("factors[3].symbol".to_owned(), message), listed, traded]);
}

#[test]
fn a_scenario_shocks_every_factor_once_and_within_eight_margins() {
    let row = |shocks: &str| with("shocks_ppm", &format!("{{ {shocks} }}"));
    let messages =
        |text: &str| violations_of(text).into_iter().map(|found| (found.field, found.message)).collect::<Vec<_>>();
    let refused = |message: &str| [("scenarios[0].shocks_ppm".to_owned(), message.to_owned())];
    assert_eq!(messages(&row("USDC = 0, SOL = 0, BTC = 0")), refused("has no shock of `ETH`"));
    assert_eq!(
        messages(&row("USDC = 0, SOL = 0, BTC = 0, ETH = 0, EURC = 0")),
        refused("no factor has the symbol `EURC`")
    );
    let message = "ETH = 8000000 is not within -8,000,000 .. 8,000,000";
    assert_eq!(messages(&row("USDC = 0, SOL = 0, BTC = 0, ETH = 8_000_000")), refused(message));
    assert_eq!(messages(&row("USDC = 0, SOL = 0, BTC = 0, ETH = -8_000_000")), []);
    assert_refused("basis_ppm", "-1", "scenarios[0].basis_ppm", "-1 is not within 0 .. 8,000,000");
    let again = with("name", "\"rally\"");
    assert_eq!(violations_of(&again)[0].message, "`rally` stands here for the second time");
    assert_refused(
        "implied_feed_id",
        "\"5\"",
        "factors[0].implied_feed_id",
        "`5` is neither 64 hexadecimal digits nor the word `none`",
    );
}

#[test]
fn mainnet_creates_no_mints_and_waits_a_day() {
    assert_refused("mint", "\"create\"", "reserves[0].mint", "a mint cannot be created on mainnet");
    assert_refused("timelock_seconds", "86_399", "group.timelock_seconds", "must be at least 86400 on mainnet");
}

#[test]
fn the_pool_settles_in_a_reserve_of_the_quotes_decimals() {
    let message = "no reserve has the symbol `EURC`";
    assert_refused("quote_reserve", "\"EURC\"", "pool.quote_reserve", message);
    let message = "must have the decimals of the group's quote `USDC`";
    assert_refused("quote_reserve", "\"SOL\"", "pool.quote_reserve", message);
}

#[test]
fn a_perp_markets_parameters_fit_together() {
    let text = with_line(line_in(SHIPPED, "[[perp_markets]]", "factor = "), "factor = \"EURC\"");
    assert_eq!(violations_of(&text)[0].message, "no factor has the symbol `EURC`");
    assert_refused("fee_reducing_ppm", "501", "perp_markets[0].params.fee_reducing_ppm", "501 is above fee_ppm (500)");
    let message = "20000000000001 is above max_open_interest_base_atoms (20000000000000)";
    assert_refused("min_base_atoms", "20_000_000_000_001", "perp_markets[0].params.min_base_atoms", message);
    assert_refused(
        "max_open_interest_base_atoms",
        "500_000_000_000_001",
        "perp_markets[0].params.max_open_interest_base_atoms",
        "must be at most a quarter of skew_scale_base_atoms (2000000000000000)",
    );
}
