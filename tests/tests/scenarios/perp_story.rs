//! What the stories of perps share: traders with USDC, SOL's market, a price that gaps.

use plimsoll_client::instructions;
use plimsoll_client::perps;
use plimsoll_client::plimsoll::instructions::keeper::liquidate_perp::PerpLiquidationRequest;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_tests::outcome::Outcome;
use plimsoll_tests::{Trader, World};

use crate::story::{self, DOLLAR_E8};

/// The market of SOL.
pub(crate) const SOL_PERP: u8 = 0;
/// A whole SOL in atoms, as orders count it.
pub(crate) const SOL: i64 = 1_000_000_000;
/// A whole USDC in atoms.
pub(crate) const USDC: u64 = 1_000_000;

/// Somebody with this many dollars in USDC.
pub(crate) fn with_dollars(world: &mut World, dollars: u64) -> Trader {
    let usdc = world.assets[0];
    world.depositor(&usdc, dollars * USDC)
}

/// SOL leaps to a price, which the oracle confirms three seconds later.
pub(crate) fn gap_to(world: &mut World, dollars: i64) {
    for _ in 0..2 {
        world.advance(3);
        story::reprice(world, dollars * DOLLAR_E8);
    }
}

/// SOL's position of somebody, with what is due to it, and its profit in atoms.
pub(crate) fn position(world: &World, trader: &Trader) -> (PerpPosition, i64) {
    let view = perps::position(&world.book_state(), &world.margin_state(&trader.account), SOL_PERP);
    let view = view.expect("a market");
    (view.position, view.profit().expect("a profit").0)
}

/// What somebody's USDC balance and SOL position come to, in atoms: negative where he owes more.
pub(crate) fn wealth(world: &World, trader: &Trader) -> i128 {
    let usdc = world.assets[0];
    let balance = i128::from(story::claim(world, trader, &usdc)) - i128::from(story::debt(world, trader, &usdc));
    balance + i128::from(position(world, trader).1)
}

/// A liquidation of SOL's position: taken over, or closed against the pool.
pub(crate) fn liquidate(world: &mut World, keeper: &Trader, victim: &Trader, against_pool: bool) -> Outcome {
    let request = PerpLiquidationRequest { market: SOL_PERP, max_base_atoms: u64::MAX, against_pool };
    let pair = (victim.account, keeper.account);
    let liquidation = instructions::liquidate_perp(world.book, pair.0, pair.1, keeper.key(), request);
    world.send(&[liquidation], &[&keeper.keypair])
}

/// Settles what somebody realised in SOL's market.
pub(crate) fn settle(world: &mut World, trader: &Trader) -> Outcome {
    world.send(&[instructions::settle_pnl(world.book, trader.account, SOL_PERP)], &[])
}

/// Sends somebody's loss in SOL's market down the waterfall.
pub(crate) fn resolve(world: &mut World, trader: &Trader) -> Outcome {
    world.send(&[instructions::resolve_perp_bankruptcy(world.book, trader.account, SOL_PERP)], &[])
}

/// INV-LEDGER of SOL's market, over these accounts: all that ever held there.
pub(crate) fn assert_ledger(world: &World, traders: &[&Trader]) {
    let market = &world.book_state().perp_markets[usize::from(SOL_PERP)];
    let held: i128 = traders
        .iter()
        .map(|trader| world.margin_state(&trader.account).perps[usize::from(SOL_PERP)])
        .map(|slot| i128::from(slot.quote_entry_atoms) + i128::from(slot.realised_atoms))
        .sum();
    let booked = i128::from(market.pool_quote_atoms) + i128::from(market.insurance_atoms);
    assert_eq!(held + booked + i128::from(market.unapplied_atoms), 0);
}
