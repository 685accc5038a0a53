//! What a fill may not do: to its owner, to the market, to the pool.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::OrderFilled;
use plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest;
use plimsoll_tests::assets::ONE_PPM;

use crate::expect::{emitted, refuses};
use crate::perp_stage::{PerpStage, SOL, SOL_PERP, USDC, dollars, reduce_only, sol_order};

/// Alice's order is due and must be refused with this error.
#[track_caller]
fn refuses_fill(stage: &mut PerpStage, order: OrderRequest, error: PlimsollError) {
    let order = stage.due(order);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], error);
}

/// Alice's order is due and must fill.
#[track_caller]
fn fills(stage: &mut PerpStage, order: OrderRequest) -> OrderFilled {
    let order = stage.due(order);
    let execute = stage.execute(&order);
    emitted(&stage.world.send(&[execute], &[]))
}

#[test]
fn a_fill_keeps_to_the_worst_price_to_the_atom() {
    for base_atoms in [7 * SOL, -7 * SOL] {
        let quote = fills(&mut PerpStage::new(), sol_order(base_atoms)).quote_atoms.unsigned_abs();
        let size = u128::from(base_atoms.unsigned_abs());
        // the tightest price at which ⌈Δ·worst⌉ is still the quote paid, or ⌊Δ·worst⌋ the quote received
        let of_quote = |quote: u64| u64::try_from((u128::from(quote) << 40) / size).expect("a price");
        let (allowed, breached) = if base_atoms > 0 {
            (of_quote(quote - 1) + 1, of_quote(quote - 1))
        } else {
            (of_quote(quote + 1), of_quote(quote + 1) + 1)
        };
        let mut stage = PerpStage::new();
        let order = OrderRequest { worst_price: breached, ..sol_order(base_atoms) };
        refuses_fill(&mut stage, order, PlimsollError::WorstPriceBreached);
        let mut stage = PerpStage::new();
        fills(&mut stage, OrderRequest { worst_price: allowed, ..sol_order(base_atoms) });
    }
}

#[test]
fn a_reduce_only_order_neither_opens_grows_nor_turns_a_position() {
    let mut stage = PerpStage::new();
    refuses_fill(&mut stage, reduce_only(SOL), PlimsollError::ReduceOnly);
    for sign in [1, -1] {
        let mut stage = PerpStage::with_position(2 * SOL * sign);
        for base_atoms in [SOL, -2 * SOL - 1, -4 * SOL] {
            refuses_fill(&mut stage, reduce_only(base_atoms * sign), PlimsollError::ReduceOnly);
        }
        fills(&mut stage, reduce_only(-SOL * sign));
        fills(&mut stage, reduce_only(-SOL * sign));
        assert_eq!(stage.position(&stage.alice).base_atoms, 0);
    }
}

#[test]
fn no_trade_leaves_less_than_the_minimum() {
    let minimum = SOL / 1_000;
    let mut stage = PerpStage::with_position(10 * minimum);
    // a rest of nine tenths of the minimum, on either side of zero; and a trade that is too small itself
    for base_atoms in [-9 * minimum - minimum / 10, -10 * minimum - minimum * 9 / 10] {
        refuses_fill(&mut stage, sol_order(base_atoms), PlimsollError::BelowMinimumSize);
    }
    refuses_fill(&mut stage, reduce_only(1 - minimum), PlimsollError::BelowMinimumSize);
    fills(&mut stage, sol_order(-9 * minimum));
    // a rest that a higher minimum made small may be closed whole
    stage.world.change_perp(SOL_PERP, |params| params.min_base_atoms = SOL.unsigned_abs());
    fills(&mut stage, reduce_only(-minimum));
}

/// A side grows to ten SOL and no further; the other side, and shrinking, are free.
#[track_caller]
fn caps_at_ten(mut stage: PerpStage, sign: i64) {
    fills(&mut stage, sol_order(10 * SOL * sign));
    refuses_fill(&mut stage, sol_order(SOL / 100 * sign), PlimsollError::OpenInterestCap);
    // through zero the other side grows
    refuses_fill(&mut stage, sol_order(-(20 * SOL + SOL / 100) * sign), PlimsollError::OpenInterestCap);
    fills(&mut stage, sol_order(-20 * SOL * sign));
    fills(&mut stage, sol_order(SOL * sign));
}

#[test]
fn a_side_stays_within_its_cap_in_base_atoms() {
    for sign in [1, -1] {
        let mut stage = PerpStage::new();
        stage.world.change_perp(SOL_PERP, |params| params.max_open_interest_base_atoms = 10 * SOL.unsigned_abs());
        caps_at_ten(stage, sign);
    }
}

#[test]
fn a_side_stays_within_its_multiple_of_the_depth() {
    for sign in [1, -1] {
        let mut stage = PerpStage::new();
        // twice 1,000 USDC are ten SOL at 200; the mantissa of 200 is rounded, so half an atom is to spare
        stage.world.change_perp(SOL_PERP, |params| {
            params.depth_quote_atoms = 1_000 * USDC.unsigned_abs() + 1;
            params.depth_multiple_ppm = 2 * ONE_PPM;
        });
        caps_at_ten(stage, sign);
    }
}

#[test]
fn a_side_above_a_lowered_cap_may_still_shrink() {
    let mut stage = PerpStage::with_position(10 * SOL);
    stage.world.change_perp(SOL_PERP, |params| params.max_open_interest_base_atoms = SOL.unsigned_abs());
    refuses_fill(&mut stage, sol_order(SOL), PlimsollError::OpenInterestCap);
    fills(&mut stage, sol_order(-SOL));
}

#[test]
fn a_fill_leaves_initial_margin() {
    let mut stage = PerpStage::new();
    let poor = stage.world.depositor(&stage.usdc.clone(), 100 * USDC.unsigned_abs());
    let order = stage.world.place(&poor, sol_order(100 * SOL));
    stage.world.advance_refreshed(1);
    let execute = stage.execute(&order);
    refuses(&mut stage.world, &execute, &[], PlimsollError::InitialHealthNegative);
}

/// Alice's initial health is negative by much, and her maintenance health too: SOL fell.
fn underwater() -> PerpStage {
    let mut stage = PerpStage::with_position(2_000 * SOL);
    for price in [192, 184, 176, 168, 160, 153] {
        stage.reprice_sol(30, dollars(price));
    }
    stage
}

#[test]
fn who_lacks_margin_may_reduce_where_no_health_falls() {
    let mut stage = underwater();
    refuses_fill(&mut stage, sol_order(SOL), PlimsollError::InitialHealthNegative);
    // a dollar for the executor is more than a trade of a thousandth of a SOL relieves
    stage.world.change_pool(|params| params.executor_fee_atoms = USDC.unsigned_abs());
    refuses_fill(&mut stage, sol_order(-SOL / 1_000), PlimsollError::HealthLowered);
    crate::stage::edit_account(&mut stage.world, stage.alice.account, |account| account.unhealthy_since_seconds = 7);
    fills(&mut stage, sol_order(-100 * SOL));
    let account = stage.world.margin_state(&stage.alice.account);
    assert_eq!(account.unhealthy_since_seconds, 7, "it is not healthy yet");
}

#[test]
fn what_enlarges_the_skew_leaves_the_pools_requirement_within_its_share() {
    for sign in [1, -1] {
        let mut stage = PerpStage::with_position(10 * SOL * sign);
        // a millionth of 10 million USDC: the position requires more already
        stage.world.change_pool(|params| params.requirement_share_ppm = 1);
        refuses_fill(&mut stage, sol_order(SOL * sign), PlimsollError::PoolRequirement);
        // through zero to a larger skew of the other sign
        refuses_fill(&mut stage, sol_order(-21 * SOL * sign), PlimsollError::PoolRequirement);
        fills(&mut stage, sol_order(-SOL * sign));
    }
}

#[test]
fn a_crowded_market_asks_for_more_initial_margin() {
    // 600 of 625 SOL, worth 120,000 dollars: margin is nearly all of them, and Alice has 100,000
    let with_start = |crowding_start_ppm| {
        let mut stage = PerpStage::new();
        stage.world.change_perp(SOL_PERP, |params| {
            params.max_open_interest_base_atoms = 625 * SOL.unsigned_abs();
            params.crowding_start_ppm = crowding_start_ppm;
        });
        stage
    };
    let mut crowded = with_start(0);
    refuses_fill(&mut crowded, sol_order(600 * SOL), PlimsollError::InitialHealthNegative);
    fills(&mut crowded, sol_order(300 * SOL));
    // what reduces passes, and the market is less crowded afterwards
    let before = crowded.market().crowding;
    fills(&mut crowded, reduce_only(-100 * SOL));
    assert!(before.abs_diff((300 << 32) / 625) < 1 << 8 && crowded.market().crowding < before, "{before}");
    let mut calm = with_start(ONE_PPM);
    fills(&mut calm, sol_order(600 * SOL));
    assert_eq!(calm.market().crowding, 0);
}
