//! What the steward says of liquidity, the admin of scenarios, and oracles of implied volatility, by chance: mostly within bounds, sometimes outside.

use plimsoll_client::plimsoll::state::{LiquidityProfile, Scenario};
use plimsoll_client::{Instruction, Pubkey, instructions};
use plimsoll_tests::Signer;
use plimsoll_tests::risk::ImpliedFeed;
use rand::Rng;

use crate::action::{Action, Kind};
use crate::market::Market;

/// One margin, in the units of shocks.
const ONE_MARGIN: i16 = 1 << 12;
/// Rows that fit a transaction beside everything else.
const ROWS_AT_ONCE: usize = 4;
/// One per cent a year, in the units of publications.
const PERCENT_E5: i64 = 100_000;
/// Daily volume elsewhere of a profile that begins, in quote atoms.
const VOLUMES: core::ops::Range<u64> = 100_000_000_000_000..4_000_000_000_000_000;

/// A feed that a factor may follow.
pub(crate) fn implied_feed(factor_index: u8) -> ImpliedFeed {
    ImpliedFeed { feed_id: [0x80 + factor_index; 32], oracle: Pubkey::new_unique() }
}

/// An instruction of one of these kinds.
pub(crate) fn of_kind(market: &mut Market, kind: Kind) -> Action {
    let factor = market.rng.random_range(0..market.feeds.len());
    let index = market.feeds[factor].asset.index;
    let (group, admin, book) = (market.world.group, market.world.admin.pubkey(), market.world.book);
    let instruction = match kind {
        Kind::SetLiquidityProfile => {
            let profile = next_profile(market, factor);
            instructions::set_liquidity_profile(group, admin, book, index, profile)
        }
        Kind::SetImpliedFeed => {
            let follows = market.rng.random_bool(0.8);
            let feed_id = if follows { market.implied[factor].feed_id } else { [0; 32] };
            // a slot that nobody listed is refused
            let index = if market.rng.random_bool(0.1) { 15 } else { index };
            instructions::set_implied_feed(group, admin, book, index, feed_id)
        }
        Kind::RefreshImplied => publication(market, factor),
        _ => rows(market),
    };
    Action { reserves: (index, index), ..Action::new(kind, None, instruction) }
}

/// The first profile is free; later ones move by a part of what is allowed, or beyond it.
fn next_profile(market: &mut Market, factor: usize) -> LiquidityProfile {
    let before = market.state.book.factors[factor].liquidity.profile;
    if before.daily_volume_quote_atoms == 0 {
        let daily_volume_quote_atoms = market.rng.random_range(VOLUMES);
        let depth_quote_atoms = daily_volume_quote_atoms / market.rng.random_range(20..200);
        let (spread_ppm, spread_deviation_ppm) = (market.rng.random_range(0..2_000), market.rng.random_range(0..500));
        return LiquidityProfile { depth_quote_atoms, daily_volume_quote_atoms, spread_ppm, spread_deviation_ppm };
    }
    let is_outside = market.rng.random_bool(0.15);
    let mut moved = |number: u64, tighter: u64, looser: u64| {
        let per_mille = if is_outside { looser + 100 } else { market.rng.random_range(tighter..=looser) };
        number / 1_000 * per_mille + number % 1_000
    };
    // deeper volumes than at first would switch impact off; tighter ones would close every market
    let volume = moved(before.daily_volume_quote_atoms, 700, 1_245).clamp(VOLUMES.start / 2, VOLUMES.end * 2);
    LiquidityProfile {
        depth_quote_atoms: moved(before.depth_quote_atoms, 700, 1_245),
        daily_volume_quote_atoms: volume,
        spread_ppm: stepped(market, before.spread_ppm),
        spread_deviation_ppm: stepped(market, before.spread_deviation_ppm),
    }
}

/// A cost: at most a quarter less or twice as much, and not for ever.
fn stepped(market: &mut Market, before_ppm: u32) -> u32 {
    let most = before_ppm.saturating_mul(2).clamp(1, 3_000);
    let least = before_ppm - before_ppm / 4;
    market.rng.random_range(least.min(most)..=most)
}

/// Some rows of the grid, and how many count: mostly falls and rises of two margins, now and then the most that a row may hold.
fn rows(market: &mut Market) -> Instruction {
    let (group, admin, book) = (market.world.group, market.world.admin.pubkey(), market.world.book);
    let mut written = Vec::new();
    for _ in 0..market.rng.random_range(1..=ROWS_AT_ONCE) {
        let reach = if market.rng.random_bool(0.1) { i16::MAX } else { 2 * ONE_MARGIN };
        let shocks = core::array::from_fn(|_| market.rng.random_range(-reach..=reach));
        // a basis beyond one margin is refused
        let basis = market.rng.random_range(0..ONE_MARGIN + ONE_MARGIN / 8);
        written.push(Scenario { shocks, basis });
    }
    let first_row = market.rng.random_range(0..32);
    let count = market.rng.random_range(0..=33);
    instructions::set_scenarios(group, admin, book, (first_row, count), written)
}

/// A publication of a feed: that of the factor, mostly, and mostly a possible one.
fn publication(market: &mut Market, factor: usize) -> Instruction {
    let follows = |market: &Market, index: usize| market.state.book.factors[index].implied.feed_id != [0; 32];
    let followed = (factor..market.feeds.len()).chain(0..factor).find(|index| follows(market, *index));
    let feed = market.implied[followed.unwrap_or(factor)];
    let percent = match market.rng.random_range(0..20) {
        0 => 0,
        1 => 1_100,
        2 => market.rng.random_range(100..900),
        _ => market.rng.random_range(5..100),
    };
    market.world.publish_implied(&feed, percent * PERCENT_E5);
    instructions::refresh_implied(market.world.book, &[feed.oracle])
}
