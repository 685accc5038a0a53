//! Stella sleeps: her stop-loss and her limit order are shown to hold by others, and fill on the first publication after that.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_client::plimsoll::state::margin_account::{ORDER_LIMIT, ORDER_REDUCE_ONLY, ORDER_STOP_LOSS};
use plimsoll_tests::perps::{EXECUTOR_FEE_ATOMS, market_order};
use plimsoll_tests::{World, assert_refused};

use crate::perp_story::{self, SOL, SOL_PERP, USDC, position};
use crate::story::{self, DOLLAR_E8};

/// A price of SOL in dollars as orders write it.
fn mantissa(dollars: u64) -> u64 {
    u64::try_from((u128::from(dollars * USDC) << 40) / u128::from(SOL.unsigned_abs())).expect("a price")
}

fn at(world: &mut World, seconds: i64, dollars: i64) {
    world.advance(seconds);
    story::reprice(world, dollars * DOLLAR_E8);
}

#[test]
fn a_stop_loss_fills_on_the_first_publication_after_it_was_armed() {
    let (mut world, _provider) = World::with_perps();
    let stella = perp_story::with_dollars(&mut world, 10_000);
    let emil = perp_story::with_dollars(&mut world, 10);
    world.trade(&stella, SOL_PERP, 100 * SOL).expect("Stella is long");
    let stop = OrderRequest {
        kind: ORDER_STOP_LOSS,
        flags: ORDER_REDUCE_ONLY,
        trigger_price: mantissa(194),
        ..market_order(SOL_PERP, -100 * SOL)
    };
    let stop = world.place(&stella, stop);
    assert_refused(world.execute_through(&stop, emil.account), PlimsollError::ConditionUnmet);

    at(&mut world, 5, 193);
    world.execute_through(&stop, emil.account).expect("Emil shows that the condition holds");
    assert_refused(world.execute_through(&stop, emil.account), PlimsollError::OrderTooEarly);
    // the price recovers: the stop binds all the same, and fills where the oracle is next
    at(&mut world, 1, 196);
    let before = position(&world, &stella).1;
    world.execute_through(&stop, emil.account).expect("the stop fills");

    let (left, profit) = position(&world, &stella);
    assert!(left.base.is_zero());
    // 4 dollars a SOL were lost since 200, and what spread, premium and fees took: below a dollar a SOL
    let lost = -profit;
    assert!((400..500).contains(&(lost / 1_000_000)), "{lost}");
    assert!(profit < before);
    assert_eq!(position(&world, &emil).1, i64::try_from(EXECUTOR_FEE_ATOMS).expect("a fee"));
}

#[test]
fn a_limit_waits_for_its_price_and_takes_no_worse_one() {
    let (mut world, _provider) = World::with_perps();
    let stella = perp_story::with_dollars(&mut world, 10_000);
    let limit = OrderRequest {
        kind: ORDER_LIMIT,
        worst_price: mantissa(196),
        trigger_price: mantissa(195),
        ..market_order(SOL_PERP, 10 * SOL)
    };
    let limit = world.place(&stella, limit);
    at(&mut world, 5, 197);
    assert_refused(world.execute(&limit), PlimsollError::ConditionUnmet);
    at(&mut world, 5, 195);
    world.execute(&limit).expect("armed");
    // by the publication that it is due on, the price has left her limit
    at(&mut world, 1, 198);
    assert_refused(world.execute(&limit), PlimsollError::WorstPriceBreached);

    // it lapses, waits, and is armed again
    at(&mut world, 40, 195);
    world.execute(&limit).expect("armed again");
    at(&mut world, 1, 195);
    world.execute(&limit).expect("filled");
    let (held, _) = position(&world, &stella);
    assert_eq!(held.base.0, 10 * SOL);
    let paid = held.entry.magnitude().0;
    assert!((1_950 * USDC..=1_960 * USDC).contains(&paid), "{paid}");
}
