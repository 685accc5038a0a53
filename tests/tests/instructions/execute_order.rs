//! `execute_order`: arms an order once its condition holds, fills it on the first publication after its delay.

mod conditions;
mod limits;
mod publications;
mod refused;
mod wrong;

use anchor_lang::Event;
use plimsoll_client::instructions;
use plimsoll_client::plimsoll::events::OrderFilled;
use plimsoll_client::plimsoll::state::margin_account::{Order, PerpPosition};
use plimsoll_tests::Trader;
use plimsoll_tests::perps::EXECUTOR_FEE_ATOMS;

use crate::expect::{assert_emitted, emitted};
use crate::perp_stage::{PerpStage, SOL, SOL_PERP, USDC, dollars, now, reduce_only, sol_mantissa, sol_order};
use crate::stage::edit_account;

const DAY_SECONDS: i64 = 86_400;
/// What an executor earns.
const EXECUTOR_FEE: i64 = EXECUTOR_FEE_ATOMS.cast_signed();

/// A figure that is rounded a few times, each time against the trader.
#[track_caller]
fn assert_about(actual: i64, expected: i64) {
    assert!((expected - 3..=expected + 3).contains(&actual), "{actual} instead of {expected}");
}

/// Fills Alice's order through the keeper; returns the event.
#[track_caller]
fn fill(stage: &mut PerpStage, base_atoms: i64) -> OrderFilled {
    let order = stage.due(sol_order(base_atoms));
    let execute = stage.execute(&order);
    emitted(&stage.world.send(&[execute], &[]))
}

#[test]
fn a_purchase_pays_the_upper_edge_the_premium_and_the_fee() {
    let mut stage = PerpStage::new();
    let filled = fill(&mut stage, 10 * SOL);
    // 10 SOL at 200.1; the skew goes from 0 to 10 of 100,000, 0.005 % in the mean; 0.06 % of 2,001 as a fee, a fifth of it for insurance
    assert_about(filled.quote_atoms, -2_001_100_050);
    assert_about(filled.fee_atoms.cast_signed(), 1_200_600);
    assert!(filled.quote_atoms <= -2_001_100_050 && filled.fee_atoms >= 1_200_600, "rounded for the trader");
    let expected = OrderFilled {
        margin_account: stage.alice.account,
        executor: stage.keeper.account,
        market: SOL_PERP,
        order_id: 1,
        base_atoms: 10 * SOL,
        quote_atoms: filled.quote_atoms,
        fee_atoms: filled.fee_atoms,
        executor_fee_atoms: EXECUTOR_FEE_ATOMS,
        price: filled.price,
        publish_time_seconds: now(&stage.world),
        skew_after_base_atoms: 10 * SOL,
    };
    assert!(filled.price.abs_diff(sol_mantissa(200)) <= 1);
    assert_eq!(filled.data(), expected.data());

    let (market, fee) = (stage.market(), filled.fee_atoms.cast_signed());
    let insurance = fee / 5;
    assert_eq!((market.long_base_atoms, market.short_base_atoms), (10 * SOL.unsigned_abs(), 0));
    assert_eq!(market.insurance_atoms, insurance.unsigned_abs());
    assert_eq!(market.pool_quote_atoms, fee - insurance - filled.quote_atoms);
    assert_eq!((market.fees_atoms, market.positions), (filled.fee_atoms, 2));
    assert_eq!(market.measured_volume_quote_atoms, filled.quote_atoms.unsigned_abs());
}

#[test]
fn volume_is_measured_by_days() {
    let mut stage = PerpStage::new();
    let traded = |stage: &mut PerpStage| fill(stage, 10 * SOL).quote_atoms.unsigned_abs();
    let (first, second) = (traded(&mut stage), traded(&mut stage));
    let measured = |stage: &PerpStage| {
        let liquidity = stage.world.book_state().factors[1].liquidity;
        (liquidity.volume_day, liquidity.volume_today_quote_atoms, liquidity.volume_last_day_quote_atoms)
    };
    let day = now(&stage.world) / DAY_SECONDS.unsigned_abs();
    assert_eq!(measured(&stage), (day, first + second, 0));
    stage.world.advance(DAY_SECONDS);
    let third = traded(&mut stage);
    assert_eq!(measured(&stage), (day + 1, third, first + second));
    stage.world.advance(2 * DAY_SECONDS);
    let fourth = traded(&mut stage);
    assert_eq!(measured(&stage), (day + 3, fourth, 0), "the day before saw no trade");
}

#[test]
fn the_position_carries_its_quote_and_the_executor_earns_of_what_the_owner_realised() {
    let mut stage = PerpStage::new();
    let filled = fill(&mut stage, 10 * SOL);
    let alice = stage.position(&stage.alice);
    assert_eq!((alice.base_atoms, alice.quote_entry_atoms), (10 * SOL, filled.quote_atoms));
    assert_eq!(alice.realised_atoms, -(filled.fee_atoms.cast_signed() + EXECUTOR_FEE));
    let keeper = stage.position(&stage.keeper);
    assert_eq!((keeper.base_atoms, keeper.quote_entry_atoms, keeper.realised_atoms), (0, 0, EXECUTOR_FEE));
    stage.assert_ledger_balances(&[&stage.alice, &stage.keeper]);

    let account = stage.world.margin_state(&stage.alice.account);
    assert_eq!((account.orders[0], account.active_orders, account.active_perps), (Order::default(), 0, 1));
    let settle = instructions::settle_pnl(stage.world.book, stage.keeper.account, SOL_PERP);
    stage.world.must(&[settle], &[]);
    assert_eq!(stage.position(&stage.keeper), PerpPosition::default());
}

#[test]
fn a_sale_receives_the_lower_edge_less_the_premium() {
    let mut stage = PerpStage::new();
    let filled = fill(&mut stage, -10 * SOL);
    // 10 SOL at 199.9, 0.005 % less; 0.06 % of 1,999 as a fee
    assert_about(filled.quote_atoms, 1_998_900_050);
    assert_about(filled.fee_atoms.cast_signed(), 1_199_400);
    assert!(filled.quote_atoms <= 1_998_900_050, "rounded for the trader");
    assert_eq!(filled.skew_after_base_atoms, -10 * SOL);
    let market = stage.market();
    assert_eq!((market.long_base_atoms, market.short_base_atoms), (0, 10 * SOL.unsigned_abs()));
    stage.assert_ledger_balances(&[&stage.alice, &stage.keeper]);
}

#[test]
fn ones_own_account_executes_without_a_fee() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(10 * SOL));
    let filled: OrderFilled = emitted(&stage.world.execute(&order));
    assert_eq!((filled.executor, filled.executor_fee_atoms), (stage.alice.account, 0));
    assert_eq!(stage.position(&stage.alice).realised_atoms, -filled.fee_atoms.cast_signed());
    stage.assert_ledger_balances(&[&stage.alice]);
}

#[test]
fn the_fee_is_the_one_of_when_the_order_was_placed() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(10 * SOL));
    stage.world.change_pool(|params| params.executor_fee_atoms = 0);
    let execute = stage.execute(&order);
    let filled: OrderFilled = emitted(&stage.world.send(&[execute], &[]));
    assert_eq!(filled.executor_fee_atoms, EXECUTOR_FEE_ATOMS);
}

#[test]
fn closing_realises_what_was_paid_for_the_closed_part() {
    let mut stage = PerpStage::with_position(10 * SOL);
    stage.reprice_sol(3, dollars(204));
    let (before, opened) = (stage.position(&stage.alice), stage.market().fees_atoms);
    let filled = fill(&mut stage, -4 * SOL);
    let after = stage.position(&stage.alice);
    assert_eq!(after.base_atoms, 6 * SOL);
    let closed_entry = (before.quote_entry_atoms * 4).div_euclid(10);
    assert_eq!(after.quote_entry_atoms, before.quote_entry_atoms - closed_entry);
    // 0.02 % as a fee, of what reduces the skew
    assert_about(filled.fee_atoms.cast_signed(), 4 * 203_898 * USDC / 1_000 * 200 / 1_000_000);
    assert_eq!(stage.market().fees_atoms, opened + filled.fee_atoms);
    let realised = closed_entry + filled.quote_atoms - filled.fee_atoms.cast_signed() - EXECUTOR_FEE;
    let funding = after.realised_atoms - before.realised_atoms - realised;
    assert!((-10..=0).contains(&funding), "{funding} atoms of funding in four seconds");
    assert!(realised > 14 * USDC, "four dollars a SOL, less confidence, premium and fees");
    stage.assert_ledger_balances(&[&stage.alice, &stage.keeper]);
}

#[test]
fn a_trade_through_zero_closes_and_opens() {
    let mut stage = PerpStage::with_position(10 * SOL);
    let before = stage.position(&stage.alice);
    let filled = fill(&mut stage, -25 * SOL);
    let after = stage.position(&stage.alice);
    assert_eq!((after.base_atoms, filled.skew_after_base_atoms), (-15 * SOL, -15 * SOL));
    let opened = filled.quote_atoms - after.quote_entry_atoms;
    assert_about(after.quote_entry_atoms, filled.quote_atoms * 15 / 25);
    let realised = before.quote_entry_atoms + opened - filled.fee_atoms.cast_signed() - EXECUTOR_FEE;
    assert_about(after.realised_atoms - before.realised_atoms, realised);
    let market = stage.market();
    assert_eq!((market.long_base_atoms, market.short_base_atoms), (0, 15 * SOL.unsigned_abs()));
    stage.assert_ledger_balances(&[&stage.alice, &stage.keeper]);
}

#[test]
fn the_last_position_leaves_nothing_unapplied() {
    let mut stage = PerpStage::with_position(10 * SOL);
    stage.world.advance_refreshed(86_400);
    let order = stage.due(reduce_only(-10 * SOL));
    stage.world.execute(&order).expect("a fill");
    let settle = instructions::settle_pnl(stage.world.book, stage.alice.account, SOL_PERP);
    stage.world.must(&[settle], &[]);
    let market = stage.market();
    assert_eq!((market.positions, market.unapplied_atoms, market.long_base_atoms), (0, 0, 0));
    stage.assert_ledger_balances(&[&stage.alice]);
}

/// A shortfall that a liquidation saw is forgotten by a fill that leaves the account healthy.
#[track_caller]
fn forgets_a_shortfall(stage: &mut PerpStage, trader: &Trader, base_atoms: i64) {
    edit_account(&mut stage.world, trader.account, |account| account.unhealthy_since_seconds = 7);
    stage.world.trade(trader, SOL_PERP, base_atoms).expect("a fill");
    assert_eq!(stage.world.margin_state(&trader.account).unhealthy_since_seconds, 0);
}

#[test]
fn a_healthy_fill_forgets_an_earlier_shortfall() {
    let mut stage = PerpStage::new();
    let bob = stage.world.depositor(&stage.usdc.clone(), 100_000 * USDC.unsigned_abs());
    forgets_a_shortfall(&mut stage, &bob, 10 * SOL);
    forgets_a_shortfall(&mut stage, &bob, -5 * SOL);
}

#[test]
fn anybody_brings_an_order_to_its_fill() {
    let mut stage = PerpStage::new();
    let order = stage.due(sol_order(SOL));
    // nobody but the payer of the transaction signs
    let execute = stage.execute(&order);
    assert!(execute.accounts.iter().all(|meta| !meta.is_signer));
    let outcome = stage.world.send(&[execute], &[]);
    let filled: OrderFilled = emitted(&outcome);
    assert_emitted(&outcome, &filled);
}
