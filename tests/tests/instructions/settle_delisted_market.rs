//! `settle_delisted_market`: after a notice every position closes at one price, and the last one frees the slot.

mod refused;

use anchor_lang::Event;
use plimsoll_client::plimsoll::events::{DelistedPositionSettled, OrderCancelled, PerpMarketRemoved, PnlSettled};
use plimsoll_client::plimsoll::state::PerpMarket;
use plimsoll_client::plimsoll::state::margin_account::ORDER_LIMIT;
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_risk::quantities::{Amount, Price};
use plimsoll_tests::perps::market_order;
use plimsoll_tests::{Signer, Trader};

use crate::expect::events;
use crate::oracles::ONE_E8;
use crate::position_stage::{BTC_PERP, LONG, PositionStage, SOL_PERP};
use crate::stage::edit_book;

/// From the notice to the settlement.
pub(super) const NOTICE_SECONDS: i64 = 86_400;

pub(super) fn settle(stage: &PositionStage, account: Pubkey) -> Instruction {
    instructions::settle_delisted_market(stage.world.book, account, SOL_PERP, stage.sol.oracle)
}

/// Names SOL-PERP for delisting, now.
pub(super) fn delist(stage: &mut PositionStage) {
    let (group, admin, book) = (stage.world.group, stage.world.admin.pubkey(), stage.world.book);
    stage.world.must(&[instructions::delist_perp_market(group, admin, book, SOL_PERP)], &[]);
}

/// A day after the notice, SOL's first publication since then is 201 dollars.
pub(super) fn due() -> PositionStage {
    due_from(PositionStage::two_sided())
}

fn due_from(mut stage: PositionStage) -> PositionStage {
    delist(&mut stage);
    stage.world.advance_refreshed(NOTICE_SECONDS);
    let sol = stage.sol;
    stage.world.publish(&sol, 201 * ONE_E8);
    stage
}

fn position_settled(stage: &PositionStage, account: Pubkey, base_atoms: i64, quote_atoms: i64) -> Vec<u8> {
    let settlement_price = stage.market(SOL_PERP).settlement_price;
    DelistedPositionSettled { margin_account: account, market: SOL_PERP, base_atoms, quote_atoms, settlement_price }
        .data()
}

#[test]
fn everybody_closes_at_the_first_publication_and_the_slot_is_freed() {
    let mut stage = due();
    let funding = instructions::update_funding(stage.world.book, SOL_PERP);
    stage.world.must(&[funding], &[]);
    let long = stage.long.account;
    let realised = stage.realised(&long, SOL_PERP) + stage.position(&long, SOL_PERP).position.entry.0;
    let first = stage.send(settle(&stage, long));
    // 500 at 201, without premium or fee
    let quote = 100_500_000_000;
    let settled_atoms = realised + quote;
    let settled = PnlSettled { margin_account: long, market: SOL_PERP, settled_atoms, realised_left_atoms: 0 };
    let expected = [position_settled(&stage, long, -LONG, quote), settled.data()];
    assert!(events(&first) == expected);
    let market = stage.market(SOL_PERP);
    assert_eq!((market.long_base_atoms, market.positions), (0, 2));
    stage.assert_ledger();

    // later publications change nothing for the others
    stage.move_sol(150);
    for (index, base) in [(0, 250_000_000_000), (1, 750_000_000_000)] {
        let account = stage.shorts[index].account;
        let instruction = settle(&stage, account);
        let price = stage.market(SOL_PERP).settlement_price;
        let outcome = stage.send(instruction);
        let size = Amount(u64::try_from(base).expect("a purchase"));
        let cost = Price::from_bits(price).value_up(size).expect("a value").0;
        let quote_atoms = -i64::try_from(cost).expect("63 bits");
        assert!((base * 201 / 1_000 + quote_atoms).abs() <= 1);
        let expected = DelistedPositionSettled {
            margin_account: account,
            market: SOL_PERP,
            base_atoms: base,
            quote_atoms,
            settlement_price: price,
        };
        assert!(events(&outcome)[0] == expected.data());
    }
    assert_eq!(stage.market(SOL_PERP), PerpMarket::default());
    assert!(stage.market(BTC_PERP).is_listed());
    stage.assert_ledger();
}

#[test]
fn the_last_one_leaves_the_insurance_to_the_pool() {
    let mut stage = due_from(PositionStage::new());
    let insurance_atoms = stage.market(SOL_PERP).insurance_atoms;
    assert!(insurance_atoms > 0);
    let outcome = stage.send(settle(&stage, stage.long.account));
    let removed = PerpMarketRemoved { book: stage.world.book, market: SOL_PERP, insurance_atoms };
    let events = events(&outcome);
    assert_eq!(events.len(), 3);
    assert!(events[2] == removed.data());
    assert_eq!(stage.world.margin_state(&stage.long.account).active_perps, 0);
}

#[test]
fn funding_ends_with_the_price() {
    let mut stage = due();
    let first = settle(&stage, stage.shorts[0].account);
    stage.world.must(&[first], &[]);
    let before = stage.market(SOL_PERP);
    stage.world.advance_refreshed(NOTICE_SECONDS);
    let funding = instructions::update_funding(stage.world.book, SOL_PERP);
    stage.world.must(&[funding], &[]);
    let after = stage.market(SOL_PERP);
    assert_eq!((after.profit_index, after.pool_quote_atoms), (before.profit_index, before.pool_quote_atoms));
    assert_eq!(after.funding_updated_seconds, stage.now());
    stage.assert_ledger();
}

#[test]
fn a_day_without_a_publication_settles_at_the_stable_price() {
    let mut stage = PositionStage::new();
    delist(&mut stage);
    stage.world.advance(2 * NOTICE_SECONDS);
    let stable = stage.world.book_state().factors[1].stable.stable;
    // any account in the oracle's place: it is not read
    let (book, long) = (stage.world.book, stage.long.account);
    let instruction = instructions::settle_delisted_market(book, long, SOL_PERP, stage.usdc.mint);
    let outcome = stage.send(instruction);
    // 500 at 200
    let quote_atoms = 99_999_999_999;
    let expected = DelistedPositionSettled {
        margin_account: long,
        market: SOL_PERP,
        base_atoms: -LONG,
        quote_atoms,
        settlement_price: stable,
    };
    assert!(events(&outcome)[0] == expected.data());
}

#[test]
fn orders_of_the_market_are_cancelled_and_others_stay() {
    let mut stage = PositionStage::new();
    let long = Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    let conditional = |market| plimsoll_client::plimsoll::instructions::trader::place_order::OrderRequest {
        kind: ORDER_LIMIT,
        trigger_price: 1 << 30,
        ..market_order(market, 10_000_000_000)
    };
    let here = stage.world.place(&long, conditional(SOL_PERP));
    let elsewhere = stage.world.place(&long, conditional(BTC_PERP));
    let mut stage = due_from(stage);
    let outcome = stage.send(settle(&stage, long.account));
    let cancelled =
        OrderCancelled { margin_account: long.account, market: SOL_PERP, order_slot: here.slot, order_id: here.id };
    assert!(events(&outcome)[0] == cancelled.data());
    assert_eq!(stage.world.order(&here).id, 0);
    assert_eq!(stage.world.order(&elsewhere).id, elsewhere.id);
}

#[test]
fn a_profit_that_the_pool_cannot_pay_waits() {
    let mut stage = due();
    edit_book(&mut stage.world, |book| book.pool.deposit_shares = 1_000_000);
    let (long, pool) = (stage.long.account, stage.pool_deposits());
    let outcome = stage.send(settle(&stage, long));
    let left = stage.realised(&long, SOL_PERP);
    let settled_atoms = i64::try_from(pool).expect("63 bits");
    let settled = PnlSettled { margin_account: long, market: SOL_PERP, settled_atoms, realised_left_atoms: left };
    assert!(events(&outcome)[1] == settled.data() && left > 0);
    stage.assert_ledger();
    // the shorts' losses pay him
    for index in [0, 1] {
        let instruction = settle(&stage, stage.shorts[index].account);
        stage.world.must(&[instruction], &[]);
    }
    let rest = settle(&stage, long);
    stage.world.must(&[rest], &[]);
    assert_eq!(stage.market(SOL_PERP), PerpMarket::default());
}
