//! Nobody chooses the price: of all publications one fills an order, and who waits gets no better one.

use plimsoll_client::oracle::Quote;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::OrderFilled;
use plimsoll_client::{Pubkey, instructions};

use crate::expect::{emitted, refuses};
use crate::oracles::{quote_of, refuses_false_oracles, refuses_faulty_publications};
use crate::perp_stage::{PerpStage, SOL, WINDOW_SECONDS, dollars, sol_mantissa, sol_order};
use crate::stage::leave_pending;

/// A publication of SOL in an account of its own, `seconds` from now, the one before it `gap` seconds earlier.
fn published(stage: &mut PerpStage, seconds: i64, gap: i64, price_e8: i64) -> Pubkey {
    let publish_time = stage.world.now() + seconds;
    let prev_publish_time = publish_time - gap;
    let quote = Quote { price: price_e8, publish_time, prev_publish_time, ..quote_of(&stage.world, &stage.sol) };
    let account = Pubkey::new_unique();
    stage.world.publish_quote(account, &quote);
    account
}

#[test]
fn of_ten_publications_around_the_due_time_exactly_one_is_taken() {
    for base_atoms in [SOL, -SOL] {
        let mut stage = PerpStage::new();
        let order = stage.world.place(&stage.alice, sol_order(base_atoms));
        stage.world.advance_refreshed(5);
        // due four seconds ago; prices from 198 to 202, each a chance if one could choose
        let ages = -8..=1;
        let prices = [199, 198, 202, 200, 201, 198, 202, 199, 201, 200];
        let accounts: Vec<(i64, i64, Pubkey)> = ages
            .zip(prices)
            .map(|(seconds, price)| (seconds, price, published(&mut stage, seconds, 1, dollars(price))))
            .collect();
        for (seconds, _, account) in accounts.iter().filter(|(seconds, ..)| *seconds != -4) {
            let execute = stage.execute_with(&order, *account);
            let error = if *seconds < -4 { PlimsollError::OrderTooEarly } else { PlimsollError::PublicationNotFirst };
            refuses(&mut stage.world, &execute, &[], error);
        }
        let (_, price, account) = accounts[4];
        let execute = stage.execute_with(&order, account);
        let filled: OrderFilled = emitted(&stage.world.send(&[execute], &[]));
        assert!(filled.price.abs_diff(sol_mantissa(price.unsigned_abs())) <= 1);
        assert_eq!(filled.publish_time_seconds, stage.world.now().unsigned_abs() - 4);
    }
}

#[test]
fn after_a_gap_the_first_publication_is_still_the_one() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    stage.world.advance_refreshed(5);
    // due four seconds ago, when none was published; one that names the due second as its predecessor's is the second one
    let second = published(&mut stage, -1, 3, dollars(200));
    let execute = stage.execute_with(&order, second);
    refuses(&mut stage.world, &execute, &[], PlimsollError::PublicationNotFirst);
    let first = published(&mut stage, -1, 4, dollars(200));
    let execute = stage.execute_with(&order, first);
    stage.world.must(&[execute], &[]);
}

#[test]
fn an_order_that_is_not_due_is_not_executed() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderTooEarly);
    // due, but nothing was published since
    stage.world.advance(1);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderTooEarly);
}

#[test]
fn the_book_knows_the_publication_or_a_newer_one() {
    let mut stage = PerpStage::new();
    let order = stage.world.place(&stage.alice, sol_order(SOL));
    stage.world.advance(1);
    stage.world.publish(&stage.sol.clone(), dollars(201));
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::BookBehindPublication);
    let refresh = instructions::refresh_prices(stage.world.book, &[stage.sol.oracle]);
    stage.world.must(&[refresh, execute], &[]);
}

#[test]
fn a_publication_a_jump_away_waits_for_the_book() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    for price in [150, 250] {
        let jump = published(&mut stage, 0, 1, dollars(price));
        let execute = stage.execute_with(&order, jump);
        refuses(&mut stage.world, &execute, &[], PlimsollError::PublicationJump);
    }
}

#[test]
fn nothing_fills_while_the_price_is_unconfirmed() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    let account = published(&mut stage, 0, 1, dollars(200));
    leave_pending(&mut stage.world, &stage.sol.clone());
    let execute = stage.execute_with(&order, account);
    refuses(&mut stage.world, &execute, &[], PlimsollError::PricePending);
}

/// The price that an order fills at this long after a publication at 200, the price in force being this many dollars.
fn late_fill(base_atoms: i64, seconds: i64, in_force: i64) -> u64 {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(base_atoms));
    let first = published(&mut stage, 0, 1, dollars(200));
    stage.reprice_sol(seconds, dollars(in_force));
    let execute = stage.execute_with(&order, first);
    let filled: OrderFilled = emitted(&stage.world.send(&[execute], &[]));
    filled.price
}

#[test]
fn a_late_fill_takes_the_worse_of_then_and_now() {
    for (base_atoms, seconds, in_force, price) in [
        // as long as the publication is fresh it alone counts
        (SOL, 5, 202, 200),
        (SOL, 5, 198, 200),
        (-SOL, 5, 198, 200),
        // later the worse one
        (SOL, 6, 202, 202),
        (SOL, 6, 198, 200),
        (-SOL, 6, 198, 198),
        (-SOL, 6, 202, 200),
        (SOL, WINDOW_SECONDS, 203, 203),
        (-SOL, WINDOW_SECONDS, 203, 200),
    ] {
        let filled = late_fill(base_atoms, seconds, in_force);
        let what = format!("{base_atoms} after {seconds} s at {in_force}");
        assert!(filled.abs_diff(sol_mantissa(price)) <= 1, "{what}: {filled}");
    }
}

#[test]
fn a_late_fill_needs_a_fresh_price_in_force() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    stage.world.advance(6);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::StalePriceLeg);
}

#[test]
fn an_order_lapses_with_its_window() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    let first = published(&mut stage, 0, 1, dollars(200));
    stage.world.advance_refreshed(WINDOW_SECONDS + 1);
    let execute = stage.execute_with(&order, first);
    refuses(&mut stage.world, &execute, &[], PlimsollError::OrderLapsed);
}

#[test]
fn faulty_publications_and_false_oracles_are_refused() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    let (execute, sol) = (stage.execute(&order), stage.sol);
    refuses_faulty_publications(&mut stage.world, &execute, &sol);
    refuses_false_oracles(&mut stage.world, &execute, &sol);
    // a listed feed, but of another factor
    let of_usdc = stage.execute_with(&order, stage.usdc.oracle);
    refuses(&mut stage.world, &of_usdc, &[], PlimsollError::OracleFeed);
    stage.world.must(&[execute], &[]);
}

#[test]
fn a_market_without_a_price_fills_nothing() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    crate::stage::edit_book(&mut stage.world, |book| book.factors[1].price.mid = 0);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::FactorNotPriced);
}
