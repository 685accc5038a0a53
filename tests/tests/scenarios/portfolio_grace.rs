//! INV-GRACE for portfolio accounts: whatever governance, cranks and correlations do, who is not called cannot become liquidatable within the grace.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::margin;
use plimsoll_client::plimsoll::state::{BookParams, LiquidityProfile};
use plimsoll_tests::margin::{ONE_MARGIN, grid};
use plimsoll_tests::risk::{GRACE_SECONDS, GRID_SECONDS, profile, scenario};
use plimsoll_tests::{Signer, Trader, World};

const BTC_PERP: u8 = 1;
const ETH_PERP: u8 = 2;

/// Long 60,000 dollars of BTC-PERP and short as much ETH-PERP on 10,000 USDC, while the two moved together.
struct Story {
    world: World,
    trader: Trader,
}

impl Story {
    fn new() -> Self {
        let (mut world, _) = World::with_perps();
        let [usdc, _, btc, eth] = world.assets[..] else { panic!("four majors") };
        let trader = world.depositor(&usdc, usdc.atoms(16_000));
        for (market, asset, sign) in [(BTC_PERP, btc, 1), (ETH_PERP, eth, -1)] {
            let size = i64::try_from(world.worth(&asset, 60_000)).expect("63 bits");
            world.trade(&trader, market, sign * size).expect("a fill");
        }
        let mut story = Self { world, trader };
        story.world.set_grid(&grid()[..0]);
        story.fold_moves(60, 1);
        for _ in 0..2 {
            story.world.advance(2 * GRACE_SECONDS);
            story.fold_moves(2, 1);
        }
        story.world.bring_up();
        story.world.enter_portfolio_mode(&story.trader);
        story
    }

    /// Steps in which BTC and ETH move by a third of a per cent, together (1) or against one another (−1), and back.
    fn fold_moves(&mut self, folds: i64, together: i64) {
        for fold in 0..folds {
            self.world.advance(GRID_SECONDS - self.world.now() % GRID_SECONDS);
            for asset in self.world.assets.clone() {
                let price = self.world.published_price(&asset);
                let sign = if fold % 2 == 0 { 1 } else { -1 };
                let moved = match asset.index {
                    2 => price + sign * price / 300,
                    3 => price + together * sign * price / 300,
                    _ => price,
                };
                self.world.publish(&asset, moved);
            }
            self.world.refresh_prices();
            self.world.must(&[instructions::refresh_risk(self.world.book, &[])], &[]);
        }
    }

    fn maintenance(&mut self) -> i128 {
        self.world.bring_up();
        let (book, account) = (self.world.book_state(), self.world.margin_state(&self.trader.account));
        let now = self.world.now().unsigned_abs();
        margin::liquidation_health(&book, &account, now).expect("health").maintenance.0
    }

    /// Takes quote out until maintenance health is this many dollars, less a few, as if it had been lost.
    fn leave(&mut self, dollars: i128) {
        for _ in 0..6 {
            let excess = self.maintenance() - dollars * 1_000_000;
            let mut account = self.world.margin_state(&self.trader.account);
            // an atom of the quote counts for no more than itself
            account.balances[0].deposit_shares -= u64::try_from(excess.max(0)).expect("more than that");
            let mut data = self.world.svm.get_account(&self.trader.account).expect("an account").data;
            data[8..].copy_from_slice(bytemuck::bytes_of(&*account));
            self.world.set_account(self.trader.account, data, plimsoll_client::plimsoll::ID);
        }
        assert!(self.maintenance() >= 0);
    }

    fn is_called(&mut self) -> bool {
        self.world.bring_up();
        self.world.call(&self.trader).expect("an evaluation");
        self.world.margin_state(&self.trader.account).is_called()
    }

    fn set_book(&mut self, change: impl FnOnce(&mut BookParams)) {
        let mut params = self.world.book_state().params;
        change(&mut params);
        let (group, admin, book) = (self.world.group, self.world.admin.pubkey(), self.world.book);
        self.world.must(&[instructions::set_book_params(group, admin, book, params)], &[]);
    }

    /// Everything that governance can do to portfolio margin, all at once and for the worse.
    fn govern(&mut self) {
        self.world.set_grid(&[scenario(-8 * ONE_MARGIN + 1, ONE_MARGIN); 32]);
        self.set_book(|params| {
            params.correlation_shrinkage_ppm = 1_000_000;
            params.hedged_floor_ppm = 1_000_000;
            params.concentration_share_ppm = 1_000_000;
        });
        for factor in 0..4 {
            let thin = LiquidityProfile { daily_volume_quote_atoms: 1_000_000_000_000, ..profile() };
            self.world.set_profile(factor, thin).expect("a profile");
        }
    }

    /// A fold at each boundary and a look each minute for a whole grace; every moment must leave the account healthy.
    #[track_caller]
    fn survives_a_grace(&mut self) {
        let end = self.world.now() + GRACE_SECONDS;
        while self.world.now() + 60 < end {
            if GRID_SECONDS - self.world.now() % GRID_SECONDS <= 60 {
                self.world.fold().expect("a fold");
            } else {
                self.world.advance(60);
            }
            let health = self.maintenance();
            assert!(health >= 0, "liquidatable {} seconds before the grace was over", end - self.world.now());
        }
    }
}

#[test]
fn a_long_short_pair_needs_less_than_its_legs_while_they_move_together() {
    let story = Story::new();
    let cross = story.world.cross_health(&story.trader);
    let portfolio = story.world.health_in(&story.trader, 2);
    let (cross_requires, requires) =
        (cross.equity().0 - cross.maintenance.0, cross.equity().0 - portfolio.maintenance.0);
    assert!(requires * 3 < cross_requires * 2, "{requires} of {cross_requires}");
    // never below the floor: a tenth of the gross margin
    let book = story.world.book_state();
    let step = story.world.now().unsigned_abs() / 300;
    let gross: u128 = [(2, 60_000), (3, 60_000)]
        .map(|(factor, dollars): (usize, u128)| {
            (u128::from(book.factors[factor].maintenance_margin(step).to_bits()) * dollars * 990_000) >> 32
        })
        .iter()
        .sum();
    assert!(requires > i128::try_from(gross / 10).expect("small"));
}

#[test]
fn when_correlation_breaks_initial_health_falls_at_once_and_maintenance_by_the_tide() {
    let mut story = Story::new();
    let before = (story.world.health_in(&story.trader, 2), story.world.book_state().tides);
    // the fold that ends the tide under way would announce what it sees: stop before it
    story.fold_moves(20, -1);
    story.world.bring_up();
    let after = (story.world.health_in(&story.trader, 2), story.world.book_state().tides);
    assert_eq!(before.1, after.1, "the same tide");
    assert!(after.0.initial.0 < before.0.initial.0 - 1_000_000_000, "{before:?} {after:?}");
    let moved = after.0.maintenance.0.abs_diff(before.0.maintenance.0);
    assert!(moved < 300_000_000, "prices came back, so that maintenance stays: {moved}");
}

#[test]
fn no_change_of_parameters_liquidates_within_the_grace() {
    let mut story = Story::new();
    story.leave(100);
    assert!(!story.is_called());
    story.govern();
    assert!(!story.is_called(), "nothing is announced yet");
    story.survives_a_grace();
}

#[test]
fn not_even_on_the_last_second_before_a_tide() {
    let mut story = Story::new();
    story.leave(100);
    story.govern();
    // until just before the tide that announces it all turns
    let announced = i64::try_from(story.world.book_state().announced_seconds).expect("a clock");
    let to_turn = announced + 2 * GRACE_SECONDS - story.world.now();
    story.world.advance((to_turn - 2).max(0));
    assert!(!story.is_called());
    story.survives_a_grace();
    // what was announced within that grace is known by now
    assert!(story.is_called(), "the walk lies ahead");
}

#[test]
fn a_called_account_knew_an_hour_ahead() {
    let mut story = Story::new();
    story.leave(100);
    story.govern();
    let mut called_at = None;
    loop {
        if story.maintenance() < 0 {
            break;
        }
        if called_at.is_none() && story.is_called() {
            called_at = Some(story.world.now());
        }
        story.world.advance(120);
        story.world.advance_refreshed(1);
        let _ = story.world.send(&[instructions::refresh_risk(story.world.book, &[])], &[]);
    }
    let called_at = called_at.expect("called before it was liquidatable");
    let notice = story.world.now() - called_at;
    assert!(notice > GRACE_SECONDS - 400, "{notice} seconds");
}
