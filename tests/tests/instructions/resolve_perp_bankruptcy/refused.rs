//! What `resolve_perp_bankruptcy` refuses.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_tests::{Signer, Trader};

use super::{bankrupt, resolve};
use crate::expect::refuses;
use crate::position_stage::{BTC_PERP, ETH_PERP, LONG, PositionStage, SOL_PERP};
use crate::stage::{UNKNOWN_MODE, account_elsewhere, edit_account, edit_book, elsewhere, move_price};
use crate::wrong_accounts::{refuses_impostors, refuses_other_versions, swapped};

#[track_caller]
fn refuses_long(stage: &mut PositionStage, error: PlimsollError) {
    let instruction = resolve(stage, stage.long.account);
    refuses(&mut stage.world, &instruction, &[], error);
}

#[test]
fn who_is_not_bankrupt_is_refused() {
    // healthy; unhealthy with something left
    for dollars in [200, 180, 165] {
        let mut stage = PositionStage::two_sided().sol_at(dollars);
        refuses_long(&mut stage, PlimsollError::NotBankrupt);
    }
    let mut stage = bankrupt();
    let first = resolve(&stage, stage.long.account);
    stage.world.must(std::slice::from_ref(&first), &[]);
    refuses_long(&mut stage, PlimsollError::NotBankrupt);
}

#[test]
fn deposits_above_dust_are_liquidated_first() {
    let mut stage = bankrupt();
    let btc = stage.world.assets[2];
    let long = Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    // 1.20 dollars
    stage.world.deposit(&long, &btc, 1_000).expect("a deposit");
    refuses_long(&mut stage, PlimsollError::NotBankrupt);
}

#[test]
fn a_market_that_leaves_no_deficit_is_refused() {
    let mut stage = PositionStage::new();
    let (usdc, eth) = (stage.usdc, stage.world.market_asset(ETH_PERP));
    let both = stage.holder(30_000);
    stage.world.trade(&both, SOL_PERP, LONG).expect("a purchase");
    // two ETH, which win
    stage.world.trade(&both, ETH_PERP, 200_000_000).expect("a purchase");
    move_price(&mut stage.world, &eth, 4_400 * 100_000_000);
    stage.move_sol(130);
    assert!(stage.profit(&both.account, ETH_PERP) > i64::try_from(usdc.atoms(700)).expect("63 bits"));
    let of_eth = instructions::resolve_perp_bankruptcy(stage.world.book, both.account, ETH_PERP);
    refuses(&mut stage.world, &of_eth, &[], PlimsollError::NoDeficit);
    // what is won there stands against what is lost here
    let of_sol = resolve(&stage, both.account);
    stage.world.must(&[of_sol], &[]);
    stage.assert_ledger();
}

#[test]
fn an_account_without_a_position_is_refused() {
    let mut stage = bankrupt();
    for market in [BTC_PERP, 3, 16, u8::MAX] {
        let instruction = instructions::resolve_perp_bankruptcy(stage.world.book, stage.long.account, market);
        refuses(&mut stage.world, &instruction, &[], PlimsollError::NoPosition);
    }
    let nobody = resolve(&stage, stage.liquidator.account);
    refuses(&mut stage.world, &nobody, &[], PlimsollError::NoPosition);
}

#[test]
fn stale_unconfirmed_and_missing_prices_are_refused() {
    let mut stage = bankrupt();
    stage.world.advance(6);
    refuses_long(&mut stage, PlimsollError::StalePriceLeg);

    let mut stage = bankrupt();
    let sol = stage.sol;
    stage.world.advance(3);
    stage.world.publish(&sol, 100 * 100_000_000);
    stage.world.must(&[instructions::refresh_prices(stage.world.book, &[sol.oracle])], &[]);
    refuses_long(&mut stage, PlimsollError::PricePending);

    let mut stage = bankrupt();
    edit_book(&mut stage.world, |book| book.factors[1].price.mid = 0);
    refuses_long(&mut stage, PlimsollError::FactorNotPriced);
}

#[test]
fn an_unconfirmed_price_of_another_open_position_is_refused() {
    let mut stage = PositionStage::two_sided();
    let long = Trader { keypair: stage.long.keypair.insecure_clone(), account: stage.long.account };
    stage.world.trade(&long, ETH_PERP, 10_000_000).expect("a purchase");
    stage.move_sol(155);
    let eth = stage.world.market_asset(ETH_PERP);
    stage.world.advance(3);
    for other in stage.world.assets.clone() {
        let price = stage.world.published_price(&other);
        stage.world.publish(&other, price);
    }
    stage.world.publish(&eth, 5_000 * 100_000_000);
    stage.world.refresh_prices();
    refuses_long(&mut stage, PlimsollError::PricePending);
}

#[test]
fn a_market_past_its_settlement_time_is_settled_first() {
    let mut stage = bankrupt();
    let (group, admin, book) = (stage.world.group, stage.world.admin.pubkey(), stage.world.book);
    stage.world.must(&[instructions::delist_perp_market(group, admin, book, SOL_PERP)], &[]);
    stage.world.advance_refreshed(86_400);
    refuses_long(&mut stage, PlimsollError::MarketSettling);
}

#[test]
fn a_waterfall_with_nothing_left_is_refused() {
    let mut stage = PositionStage::new().sol_at(155);
    edit_book(&mut stage.world, |book| {
        book.perp_markets[0].insurance_atoms = 0;
        book.perp_markets[0].pool_quote_atoms -= 200_000_000_000;
        book.pool.deposit_shares = 0;
    });
    refuses_long(&mut stage, PlimsollError::WaterfallExhausted);
}

#[test]
fn an_unknown_mode_is_refused() {
    let mut stage = bankrupt();
    let long = stage.long.account;
    edit_account(&mut stage.world, long, |account| account.mode = UNKNOWN_MODE);
    refuses_long(&mut stage, PlimsollError::AccountMode);
}

#[test]
fn wrong_accounts_are_refused() {
    let mut stage = bankrupt();
    let instruction = resolve(&stage, stage.long.account);
    let (book, long) = (stage.world.book, stage.long.account);
    for account in [book, long] {
        refuses_impostors(&mut stage.world, &instruction, &[], account);
    }
    refuses_other_versions(&mut stage.world, &instruction, &[], &[book, long]);
    let other = elsewhere(&mut stage.world);
    let theirs = account_elsewhere(&mut stage.world, &stage.long.keypair, other.group);
    for (right, wrong) in [(book, other.book), (long, theirs)] {
        refuses(&mut stage.world, &swapped(&instruction, right, wrong), &[], PlimsollError::WrongGroup);
    }
}
