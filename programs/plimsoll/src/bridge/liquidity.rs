//! Liquidity, impact and the portfolio model as stored, and the core's structs.

use anchor_lang::prelude::*;
use plimsoll_risk::liquidity::{Impact, LiquidityProfile, MeasuredVolume, crowding_up};
use plimsoll_risk::portfolio::{GridBounds, SCENARIO_CELLS, Scenario};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Value, Variance};
use plimsoll_risk::volatility::ImpliedVolatility;

use super::terms;
use crate::constants::{FACTORS, SCENARIOS};
use crate::error::OrRefuse;
use crate::state::factor::{self, ImpactState, ImpliedState, LiquidityState};
use crate::state::{self, Factor, PerpMarket, Wide};

/// From this part of its cap on a market would be crowded: never.
const NEVER_CROWDED_PPM: u32 = 1_000_000;

impl ImpactState {
    /// As the core sees it.
    #[must_use]
    #[inline(always)]
    pub const fn impact(&self) -> Impact {
        Impact {
            unit: self.unit,
            concentrated_long: Ratio::from_bits(self.concentrated_long),
            concentrated_short: Ratio::from_bits(self.concentrated_short),
        }
    }

    /// To store.
    #[must_use]
    pub const fn of(impact: &Impact) -> Self {
        Self {
            unit: impact.unit,
            concentrated_long: impact.concentrated_long.to_bits(),
            concentrated_short: impact.concentrated_short.to_bits(),
        }
    }
}

impl factor::LiquidityProfile {
    /// As the core sees it.
    #[must_use]
    pub const fn profile(&self) -> LiquidityProfile {
        LiquidityProfile {
            depth: Value(self.depth_quote_atoms),
            daily_volume: Value(self.daily_volume_quote_atoms),
            spread_ppm: self.spread_ppm,
            spread_deviation_ppm: self.spread_deviation_ppm,
        }
    }
}

impl LiquidityState {
    /// What the program measured of the factor's volume.
    #[must_use]
    pub const fn measured(&self) -> MeasuredVolume {
        MeasuredVolume {
            day: self.volume_day,
            today: Value(self.volume_today_quote_atoms),
            last_day: Value(self.volume_last_day_quote_atoms),
        }
    }

    /// Counts one more trade.
    pub fn count_volume(&mut self, traded: Value, now_seconds: u64) {
        let measured = self.measured().with(traded, now_seconds);
        self.set_measured(&measured);
    }

    /// Stores what was measured.
    const fn set_measured(&mut self, measured: &MeasuredVolume) {
        self.volume_day = measured.day;
        self.volume_today_quote_atoms = measured.today.0;
        self.volume_last_day_quote_atoms = measured.last_day.0;
    }

    /// Whether no impact is in force, announced or about to be.
    #[inline(always)]
    const fn is_calm(&self) -> bool {
        self.in_force.unit | self.announced.unit | self.newest.unit == 0
    }
}

impl ImpliedState {
    /// As the core sees it.
    #[must_use]
    #[inline(always)]
    pub const fn implied(&self) -> ImpliedVolatility {
        ImpliedVolatility {
            variance: Variance::from_bits(self.variance.get()),
            publish_time_seconds: self.publish_time_seconds,
        }
    }

    /// Stores an accepted publication.
    pub const fn set_implied(&mut self, implied: &ImpliedVolatility) {
        self.variance = Wide::new(implied.variance.to_bits());
        self.publish_time_seconds = implied.publish_time_seconds;
    }
}

impl state::Scenario {
    /// As the core sees it.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        let mut row = [self.basis; SCENARIO_CELLS];
        let (shocks, _) = row.split_at_mut(FACTORS);
        shocks.copy_from_slice(&self.shocks);
        row
    }
}

impl state::PortfolioModel {
    /// Brings the bounds of the grid up to date with the rows in use.
    pub fn refresh_bounds(&mut self) {
        let rows = self.scenarios.iter().take(usize::try_from(self.scenario_count).unwrap_or(SCENARIOS));
        let bounds = rows.fold(GridBounds::of(&[]), |bounds, row| {
            let GridBounds { shock, basis } = GridBounds::of(&[row.scenario()]);
            GridBounds { shock: bounds.shock.max(shock), basis: bounds.basis.max(basis) }
        });
        (self.grid_shock, self.grid_basis) = (bounds.shock, bounds.basis);
    }
}

impl PerpMarket {
    /// Brings the crowding up to date with the books, the price and the cap. What does not fit counts as the most that does: a refusal here would
    /// stop trades that reduce.
    pub fn refresh_crowding(&mut self, factor: &Factor) -> Result<()> {
        if self.params.crowding_start_ppm >= NEVER_CROWDED_PPM || !self.has_open_interest() {
            self.crowding = 0;
            return Ok(());
        }
        let mid = Price::from_bits(factor.price.mid);
        let terms = terms::open_interest_terms(&self.params, &factor.liquidity.profile);
        let by_size = mid.value_down(terms.max_open_interest).unwrap_or(Value(u64::MAX));
        let by_depth = terms.depth_multiple.of_down(terms.depth).unwrap_or(Value(u64::MAX));
        let larger = Amount(self.long_base_atoms.max(self.short_base_atoms));
        let held = mid.value_up(larger).unwrap_or(Value(u64::MAX));
        let crowding = crowding_up(held, by_size.min(by_depth), self.params.crowding_start_ppm).or_refuse()?;
        self.crowding = crowding.to_bits();
        Ok(())
    }
}

impl Factor {
    /// The impact in maintenance margin once the tide has walked so far.
    #[inline(always)]
    pub fn impact_at(&self, walked: Ratio) -> Result<Impact> {
        if self.liquidity.is_calm() {
            return Ok(Impact::default());
        }
        if walked == Ratio::ZERO || self.liquidity.in_force == self.liquidity.announced {
            return Ok(self.liquidity.in_force.impact());
        }
        self.liquidity.in_force.impact().walked_up(&self.liquidity.announced.impact(), walked).or_refuse()
    }

    /// The impact in initial margin: the worst of in force, announced and newest.
    #[must_use]
    #[inline(always)]
    pub fn impact_initial(&self) -> Impact {
        let state = &self.liquidity;
        if state.is_calm() {
            return Impact::default();
        }
        state.in_force.impact().worst(&state.announced.impact()).worst(&state.newest.impact())
    }
}
