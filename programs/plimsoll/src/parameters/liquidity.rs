//! Liquidity profiles, the scenario grid, and feeds of implied volatility.

use anchor_lang::prelude::*;
use plimsoll_risk::portfolio::check_scenario;

use super::restate;
use crate::constants::{PERP_MARKETS, SCENARIOS};
use crate::error::{OrRefuse, PlimsollError};
use crate::state::factor::{ImpliedState, LiquidityProfile};
use crate::state::{Book, Factor, PerpMarket, PortfolioModel, Scenario, Wide};
use crate::{perps, tide};

/// Sets a factor's profile within its rate limits. Spread enters goal and initial margin at once and the path by its walk; depth enters caps and
/// crowding at once; volume enters the newest impact, which the tide announces.
pub(crate) fn set_liquidity_profile(
    book: &mut Book,
    factor_index: u8,
    profile: &LiquidityProfile,
    now_seconds: u64,
) -> Result<()> {
    let book_params = book.params;
    let factor = book.factor_mut(factor_index)?;
    let before = factor.liquidity.profile.profile();
    before.require_step(&profile.profile(), factor.liquidity.profile_set_seconds, now_seconds).or_refuse()?;

    factor.liquidity.profile = *profile;
    factor.liquidity.profile_set_seconds = now_seconds;
    restate(factor, &book_params, now_seconds)?;
    for (market_index, slot) in (0u8..).zip(0..PERP_MARKETS) {
        let is_of_factor = |market: &PerpMarket| market.is_listed() && market.factor_index == factor_index;
        if book.perp_markets.get(slot).is_some_and(is_of_factor) {
            perps::refresh_crowding(book, market_index)?;
        }
    }
    tide::refresh_impact(book, factor_index, now_seconds)
}

/// Writes rows of a grid from `first_row` on and sets how many of its rows count, from the first. Rows that nobody wrote are zero and lose nothing.
pub(crate) fn set_scenarios(newest: &mut PortfolioModel, first_row: u8, count: u8, rows: &[Scenario]) -> Result<()> {
    let first = usize::from(first_row);
    let slots = newest.scenarios.get_mut(first..first.saturating_add(rows.len())).ok_or(PlimsollError::ScenarioRow)?;
    require!(usize::from(count) <= SCENARIOS, PlimsollError::ScenarioRow);
    for (slot, row) in slots.iter_mut().zip(rows) {
        check_scenario(&row.scenario()).or_refuse()?;
        *slot = *row;
    }
    newest.scenario_count = count.into();
    newest.refresh_bounds();
    Ok(())
}

/// Names the feed of a factor's implied volatility, zero for none. What another feed said counts no more.
pub(crate) const fn set_implied_feed(factor: &mut Factor, feed_id: [u8; 32]) {
    factor.implied = ImpliedState { feed_id, variance: Wide::new(0), publish_time_seconds: 0 };
}
