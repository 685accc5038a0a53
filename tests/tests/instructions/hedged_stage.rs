//! Accounts whose legs hedge one another, in a Book that has models in force.

use plimsoll_client::plimsoll::margin::{self, Standing};
use plimsoll_client::plimsoll::state::margin_account::{MODE_CROSS, MODE_PORTFOLIO};
use plimsoll_tests::margin::grid;
use plimsoll_tests::{Asset, Trader, World};

use crate::position_stage::SOL_PERP;

/// What the hedger holds and has sold, in SOL.
pub(crate) const HEDGED_SOL: u64 = 500;

/// A pool, lenders, and somebody with 500 SOL, 500 SOL-PERP sold and a loan of 55,000 USDC, in cross.
pub(crate) struct HedgedStage {
    pub(crate) world: World,
    pub(crate) usdc: Asset,
    pub(crate) sol: Asset,
    pub(crate) hedger: Trader,
    pub(crate) liquidator: Trader,
}

impl HedgedStage {
    /// No tide has passed.
    pub(crate) fn new() -> Self {
        let (mut world, _) = World::with_perps();
        let [usdc, sol, ..] = world.assets[..] else { panic!("four majors") };
        let liquidator = world.depositor(&usdc, usdc.atoms(5_000_000));
        let hedger = world.depositor(&sol, sol.atoms(HEDGED_SOL));
        let size = i64::try_from(sol.atoms(HEDGED_SOL)).expect("63 bits");
        world.trade(&hedger, SOL_PERP, -size).expect("a sale");
        world.borrow(&hedger, &usdc, usdc.atoms(55_000)).expect("a loan");
        Self { world, usdc, sol, hedger, liquidator }
    }

    /// Portfolio mode is open; the hedger is still in cross.
    pub(crate) fn open() -> Self {
        let mut stage = Self::new();
        stage.world.open_portfolio_mode(&grid());
        stage
    }

    /// The hedger is in portfolio mode and owes 37,000 USDC more: beyond what cross margin allows.
    pub(crate) fn geared() -> Self {
        let mut stage = Self::open();
        stage.world.enter_portfolio_mode(&stage.hedger);
        let more = stage.usdc.atoms(37_000);
        stage.world.borrow(&stage.hedger, &stage.usdc.clone(), more).expect("a loan");
        stage
    }

    /// The hedger's healths in cross and in portfolio.
    pub(crate) fn healths(&self) -> [(i128, i128); 2] {
        [MODE_CROSS, MODE_PORTFOLIO].map(|mode| {
            let health = self.world.health_in(&self.hedger, mode);
            (health.initial.0, health.maintenance.0)
        })
    }

    pub(crate) fn standing(&self) -> Standing {
        let (book, account) = (self.world.book_state(), self.world.margin_state(&self.hedger.account));
        margin::liquidation_standing(&book, &account, self.now()).expect("a standing")
    }

    pub(crate) fn now(&self) -> u64 {
        self.world.now().unsigned_abs()
    }
}
