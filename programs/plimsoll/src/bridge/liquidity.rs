//! Liquidity, impact and the portfolio model as stored, and the core's structs.

use anchor_lang::prelude::*;
use plimsoll_risk::liquidity::{Impact, LiquidityProfile, MeasuredVolume};
use plimsoll_risk::quantities::{Ratio, Value};

use crate::error::OrRefuse;
use crate::state::Factor;
use crate::state::factor::{self, ImpactState, LiquidityState};

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

    /// Stores it.
    pub const fn set_measured(&mut self, measured: &MeasuredVolume) {
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

impl Factor {
    /// The impact in maintenance margin once the tide has walked so far.
    #[inline(always)]
    pub fn impact_at(&self, walked: Ratio) -> Result<Impact> {
        if self.liquidity.is_calm() {
            return Ok(Impact::default());
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
