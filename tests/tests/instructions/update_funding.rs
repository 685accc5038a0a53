//! `update_funding`: the rate moves with the skew, longs pay shorts, the pool bears the difference.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::FundingUpdated;
use plimsoll_client::{Instruction, instructions};

use crate::expect::{emitted, refuses};
use crate::position_stage::{BTC_PERP, PositionStage, SOL_PERP};
use crate::stage::{edit_book, elsewhere};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions};

const HOUR_SECONDS: i64 = 3_600;
/// 9 a day and day at a skew of the scale, at a two-hundredth of it: 32 fractional bits of the share, 16 of the velocity.
const VELOCITY: i64 = (1 << 32) / 200 * (9 << 16);

fn update(stage: &PositionStage, market: u8) -> Instruction {
    instructions::update_funding(stage.world.book, market)
}

#[test]
fn the_rate_moves_with_the_skew_and_the_side_that_makes_it_pays() {
    let mut stage = PositionStage::new();
    let before = (stage.market(SOL_PERP), stage.realised(&stage.long.account, SOL_PERP));
    stage.world.advance(HOUR_SECONDS);
    let outcome = stage.send(update(&stage, SOL_PERP));

    let event: FundingUpdated = emitted(&outcome);
    assert_eq!(event.funding_rate, VELOCITY / 24);
    // the mean rate, half of the last, over an hour on 100,000 dollars: 3.90625
    assert!((3_906_248..=3_906_250).contains(&event.pool_atoms), "{}", event.pool_atoms);
    let after = stage.market(SOL_PERP);
    assert_eq!(
        (event.book, event.market, event.short_profit_index),
        (stage.world.book, SOL_PERP, -event.long_profit_index)
    );
    assert_eq!(event.long_profit_index, after.profit_index[0].signed());
    assert_eq!((after.funding_rate, after.funding_updated_seconds), (event.funding_rate, stage.now()));
    assert_eq!(after.pool_quote_atoms, before.0.pool_quote_atoms + event.pool_atoms);
    assert_eq!(after.unapplied_atoms, before.0.unapplied_atoms - event.pool_atoms);
    let paid = before.1 - stage.realised(&stage.long.account, SOL_PERP);
    assert!(paid == event.pool_atoms || paid == event.pool_atoms + 1, "{paid}");
    stage.assert_ledger();
}

#[test]
fn shorts_pay_longs_and_the_pool_bears_the_difference() {
    let mut stage = PositionStage::two_sided();
    stage.world.must(&[update(&stage, SOL_PERP)], &[]);
    let accounts = [stage.long.account, stage.shorts[0].account, stage.shorts[1].account];
    let before = accounts.map(|account| stage.realised(&account, SOL_PERP));
    stage.world.advance(6 * HOUR_SECONDS);
    let event: FundingUpdated = emitted(&stage.send(update(&stage, SOL_PERP)));

    assert!(event.funding_rate < 0, "more shorts than longs");
    let after = accounts.map(|account| stage.realised(&account, SOL_PERP));
    let [long, small, large] = [0, 1, 2].map(|index| after[index] - before[index]);
    assert!(long > 0 && small < 0 && large < 0);
    assert!((long + 2 * small).abs() <= 3, "half the size pays half");
    assert!((large - 3 * small).abs() <= 3);
    // the pool is long too
    let sum = long + small + large + event.pool_atoms;
    assert!((-4..=0).contains(&sum), "{sum}: rounding favours the market");
    stage.assert_ledger();
}

/// A tenth of the gap between SOL's margins an hour, as a rate a day.
fn cap(stage: &PositionStage) -> i64 {
    let threshold = stage.world.book_state().factors[1].threshold;
    i64::try_from(threshold.initial - threshold.path[0]).expect("a margin") * 24 * (1 << 16) / 10
}

/// What 500 SOL at 200 dollars owe for this many rate·days, with 48 fractional bits.
fn owed(rate_days: i64) -> i64 {
    i64::try_from((i128::from(rate_days) * 100_000_000_000) >> 48).expect("63 bits")
}

#[test]
fn the_rate_stops_at_its_cap() {
    let mut stage = PositionStage::new();
    let (cap, day) = (cap(&stage), 24 * HOUR_SECONDS);
    stage.world.advance(2 * day);
    let capped: FundingUpdated = emitted(&stage.send(update(&stage, SOL_PERP)));
    assert!((capped.funding_rate - cap).abs() < cap / 1_000_000, "{} instead of {cap}", capped.funding_rate);
    let walking_seconds = cap / (VELOCITY / day);
    assert!((day..2 * day).contains(&walking_seconds));
    let rate_days = cap / (2 * day) * walking_seconds + cap / day * (2 * day - walking_seconds);
    assert!(capped.pool_atoms.abs_diff(owed(rate_days)) < 100_000, "{}", capped.pool_atoms);

    stage.world.advance(day);
    let still: FundingUpdated = emitted(&stage.send(update(&stage, SOL_PERP)));
    assert_eq!(still.funding_rate, capped.funding_rate);
    assert!(still.pool_atoms.abs_diff(owed(capped.funding_rate)) <= 1, "{}", still.pool_atoms);
    stage.assert_ledger();
}

#[test]
fn one_update_books_a_week_at_most() {
    let mut stage = PositionStage::new();
    stage.world.advance(48 * HOUR_SECONDS);
    stage.world.must(&[update(&stage, SOL_PERP)], &[]);
    stage.world.advance(14 * 24 * HOUR_SECONDS);
    let late: FundingUpdated = emitted(&stage.send(update(&stage, SOL_PERP)));
    assert!(late.pool_atoms.abs_diff(owed(7 * late.funding_rate)) <= 1, "{}: seven days", late.pool_atoms);
    assert_eq!(stage.market(SOL_PERP).funding_updated_seconds, stage.now(), "what lies before is forgiven");
    stage.assert_ledger();
}

#[test]
fn twice_in_one_second_is_nothing() {
    let mut stage = PositionStage::new();
    stage.world.advance(HOUR_SECONDS);
    stage.world.must(&[update(&stage, SOL_PERP)], &[]);
    let before = stage.market(SOL_PERP);
    let meta = stage.send(update(&stage, SOL_PERP)).expect("keepers race");
    assert!(!meta.logs.iter().any(|line| line.starts_with("Program data: ")), "an event for nothing");
    assert_eq!(stage.market(SOL_PERP), before);
}

#[test]
fn a_market_without_skew_keeps_its_rate() {
    let mut stage = PositionStage::new();
    stage.world.advance(HOUR_SECONDS);
    let event: FundingUpdated = emitted(&stage.send(update(&stage, BTC_PERP)));
    assert_eq!((event.funding_rate, event.pool_atoms, event.long_profit_index), (0, 0, 0));
    // a rate is owed by whoever holds the market: where nobody does, nobody pays
    let long = stage.long.account;
    stage.world.advance_refreshed(1);
    let trader = plimsoll_tests::Trader { keypair: stage.long.keypair.insecure_clone(), account: long };
    stage.close(&trader, SOL_PERP);
    let rate = stage.market(SOL_PERP).funding_rate;
    stage.world.advance(HOUR_SECONDS);
    let empty: FundingUpdated = emitted(&stage.send(update(&stage, SOL_PERP)));
    assert_eq!((empty.funding_rate, empty.pool_atoms), (rate, 0));
    assert!(rate > 0);
    stage.assert_ledger();
}

#[test]
fn parameters_apply_from_their_change_on() {
    let mut stage = PositionStage::new();
    edit_book(&mut stage.world, |book| book.perp_markets[0].params.max_funding_velocity_ppm = 0);
    stage.world.advance(HOUR_SECONDS);
    let event: FundingUpdated = emitted(&stage.send(update(&stage, SOL_PERP)));
    assert_eq!((event.funding_rate, event.pool_atoms), (0, 0));
}

#[test]
fn crowding_follows_the_price_against_the_cap() {
    let mut stage = PositionStage::new();
    // 100,000 dollars long of a cap of 125,000, crowded from half of it on
    stage.world.change_perp(SOL_PERP, |params| {
        params.depth_quote_atoms = 62_500_000_000;
        params.crowding_start_ppm = 500_000;
    });
    let crowding = |stage: &PositionStage| {
        #[allow(clippy::cast_precision_loss)] // at most 2³²
        let bits = stage.market(SOL_PERP).crowding as f64;
        bits / 2f64.powi(32)
    };
    assert!((crowding(&stage) - 0.6).abs() < 1e-6, "{}", crowding(&stage));
    stage.move_sol(205);
    assert!((crowding(&stage) - 0.6).abs() < 1e-6, "before anybody looks");
    stage.world.must(&[update(&stage, SOL_PERP)], &[]);
    // (102,500 − 62,500)/62,500
    assert!((crowding(&stage) - 0.64).abs() < 1e-6, "{}", crowding(&stage));
    let long = stage.long.account;
    let crowded = stage.cross(&long);
    stage.world.change_perp(SOL_PERP, |params| params.crowding_start_ppm = 1_000_000);
    let calm = stage.cross(&long);
    assert!(crowded.initial < calm.initial && crowded.maintenance == calm.maintenance, "initial margin alone");
    assert_eq!(stage.market(SOL_PERP).crowding, 0);
}

#[test]
fn unlisted_markets_are_refused() {
    let mut stage = PositionStage::new();
    for market in [3, 15, 16, u8::MAX] {
        let instruction = update(&stage, market);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::MarketIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = PositionStage::new();
    let (instruction, book) = (update(&stage, SOL_PERP), stage.world.book);
    refuses_impostors(&mut stage.world, &instruction, &[], book);
    refuses_other_versions(&mut stage.world, &instruction, &[], &[book]);
    let other = elsewhere(&mut stage.world);
    let instruction = instructions::update_funding(other.book, SOL_PERP);
    refuses(&mut stage.world, &instruction, &[], PlimsollError::MarketIndex);
}
