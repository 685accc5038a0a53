//! INV-GRACE of portfolio accounts: everything that portfolio margin is made of, at its bounds, within the hour of accounts that stand two dollars above
//! their line; and what it does to them once its own notice is over.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::state::{LiquidityProfile, Scenario};
use plimsoll_client::{Pubkey, health, instructions};
use plimsoll_tests::Signer;
use plimsoll_tests::outcome::refusal;
use plimsoll_tests::risk::ImpliedFeed;

use super::GRACE_STEPS;
use super::netted::{GRACE_SECONDS, Kept, Netted, fold, health_at, moments};
use super::setters::{change_book, change_factor, next_step, publish};

/// A path of parameters or samples: what is done before each fold of the hour, by the number of the step.
struct Path {
    name: &'static str,
    take: fn(&mut Netted, usize),
    /// Whether somebody's maintenance health is worse for it once its notice is over.
    bites: bool,
}

const PATHS: [Path; 8] = [
    Path { name: "the worst rows", take: worst_rows, bites: true },
    Path { name: "shrinkage at its bounds", take: shrinkage, bites: true },
    Path { name: "the hedged floor at its bounds", take: floor, bites: true },
    Path { name: "a profile as tight as one step allows", take: tight_profiles, bites: true },
    Path { name: "impact and measured volume at their bounds", take: impact, bites: true },
    Path { name: "all of the Book counted as concentrated", take: concentration, bites: true },
    Path { name: "crowded from the first atom on", take: crowding, bites: false },
    Path { name: "implied volatility of 1,000 %", take: implied, bites: false },
];

/// Ages of the tide at which the promise is made: just turned, about to walk, about to turn.
const AGES: [u64; 3] = [300, GRACE_SECONDS, 2 * GRACE_SECONDS - 300];

fn worst_rows(stage: &mut Netted, step: usize) {
    // −8 margins for all, +7.99 for all, and every pair against each other
    let row = |odd: i16, even: i16| {
        let shocks = core::array::from_fn(|factor| if factor % 2 == 1 { odd } else { even });
        Scenario { shocks, basis: 4_096 }
    };
    let (up, down) = (i16::MAX, i16::MIN);
    let mut rows = vec![row(down, down), row(up, up), row(down, up), row(up, down)];
    rows.rotate_left(step % 4);
    let world = &mut stage.world;
    let set = instructions::set_scenarios(world.group, world.admin.pubkey(), world.book, (0, 32), rows);
    world.must(&[set], &[]);
}

fn shrinkage(stage: &mut Netted, step: usize) {
    // first and last the one that bites
    let ppm = if step.is_multiple_of(2) { 1_000_000 } else { 0 };
    change_book(&mut stage.world, |params| params.correlation_shrinkage_ppm = ppm);
}

fn floor(stage: &mut Netted, step: usize) {
    let ppm = if step.is_multiple_of(2) { 1_000_000 } else { 0 };
    change_book(&mut stage.world, |params| params.hedged_floor_ppm = ppm);
}

fn tight_profiles(stage: &mut Netted, step: usize) {
    if step > 0 {
        return;
    }
    for factor in 1..4 {
        let before = stage.world.book_state().factors[usize::from(factor)].liquidity.profile;
        let tighter = LiquidityProfile {
            depth_quote_atoms: before.depth_quote_atoms.div_ceil(2),
            daily_volume_quote_atoms: before.daily_volume_quote_atoms.div_ceil(2),
            spread_ppm: 2 * before.spread_ppm,
            spread_deviation_ppm: 2 * before.spread_deviation_ppm,
        };
        stage.world.set_profile(factor, tighter).expect("a step within its limits");
    }
}

fn impact(stage: &mut Netted, _step: usize) {
    for factor in 0..4 {
        change_factor(&mut stage.world, factor, |params| {
            (params.impact_multiple_ppm, params.volume_multiple_ppm) = (10_000_000, 1);
        });
    }
}

fn concentration(stage: &mut Netted, _step: usize) {
    change_book(&mut stage.world, |params| params.concentration_share_ppm = 1_000_000);
}

fn crowding(stage: &mut Netted, step: usize) {
    let start_ppm = if step.is_multiple_of(2) { 0 } else { 1_000_000 };
    for market in 0..3 {
        stage.world.change_perp(market, |params| {
            (params.crowding_start_ppm, params.max_open_interest_base_atoms) = (start_ppm, params.min_base_atoms);
        });
    }
}

fn implied(stage: &mut Netted, step: usize) {
    let world = &mut stage.world;
    let feed = ImpliedFeed { feed_id: [0x9A; 32], oracle: Pubkey::new_from_array([0x9B; 32]) };
    if step == 0 {
        for factor in 1..4 {
            let set =
                instructions::set_implied_feed(world.group, world.admin.pubkey(), world.book, factor, feed.feed_id);
            world.must(&[set], &[]);
        }
    }
    world.publish_implied(&feed, 1_000 * 100_000);
    world.must(&[instructions::refresh_implied(world.book, &[feed.oracle])], &[]);
}

impl Netted {
    /// Asserts that nobody can be liquidated in any way, and that initial health is below maintenance health at every moment of the hour ahead.
    #[track_caller]
    fn assert_uncalled_are_safe(&mut self, what: &str) {
        let (book, now) = (self.world.book_state(), self.world.now().unsigned_abs());
        for index in 0..self.hedgers.len() {
            let name = self.hedgers[index].name;
            let account = self.world.margin_state(&self.hedgers[index].trader.account);
            let health = health_at(&book, &account, now);
            assert!(health >= 0, "{what}: {name} has {health}");
            for outcome in self.liquidate(index) {
                let refused = refusal(&outcome);
                assert_eq!(refused, u32::from(PlimsollError::NotLiquidatable), "{what}: {name}: {outcome:?}");
            }
            let initial = health::of(&book, &account, now).expect("a health").initial.0;
            for at in moments(now) {
                let ahead = health_at(&book, &account, at);
                assert!(initial <= ahead, "{what}: {name}: {initial} above {ahead}, {} seconds ahead", at - now);
            }
        }
    }

    /// Thirteen moments of an hour in which a path is taken.
    #[track_caller]
    fn assert_hour_of(&mut self, path: &Path, age: u64) {
        for step in 0..=GRACE_STEPS {
            if step > 0 {
                next_step(&mut self.world);
            }
            (path.take)(self, step);
            self.assert_uncalled_are_safe(&format!("{}, tide of {age} s, step {step}", path.name));
            if step > 0 {
                fold(&mut self.world);
                self.assert_uncalled_are_safe(&format!("{}, tide of {age} s, step {step} folded", path.name));
            }
        }
    }

    /// Four hours at unchanged prices, in which everything that was set is announced and walks in.
    fn pass_the_notice(&mut self) -> Vec<i128> {
        for _ in 0..=4 * GRACE_STEPS {
            self.step();
        }
        self.healths()
    }
}

/// INV-GRACE: no path of any parameter of portfolio margin reaches an uncalled account within the hour; IM stays above MM for the whole hour ahead.
#[test]
fn no_parameter_reaches_an_uncalled_portfolio_account_within_the_hour() {
    std::thread::scope(|scope| {
        for ages in [&AGES[..2], &AGES[2..]] {
            scope.spawn(move || ages.iter().for_each(|age| every_path_at(*age)));
        }
    });
}

fn every_path_at(age: u64) {
    let mut stage = Netted::new();
    stage.promise_at(age);
    let promised = Kept::of(&stage);
    for path in &PATHS {
        stage.assert_hour_of(path, age);
        promised.restore(&mut stage);
    }
    let everything = Path {
        name: "everything at once",
        take: |stage, step| PATHS.iter().for_each(|path| (path.take)(stage, step)),
        bites: true,
    };
    stage.assert_hour_of(&everything, age);
}

/// The stage would show it: once its notice is over, each of these paths reaches somebody, who is then liquidated.
#[test]
fn after_its_notice_every_parameter_reaches_somebody() {
    let mut stage = Netted::new();
    stage.promise_at(AGES[2]);
    let promised = Kept::of(&stage);
    let without = stage.pass_the_notice();
    for path in PATHS.iter().filter(|path| path.bites) {
        promised.restore(&mut stage);
        (path.take)(&mut stage, 0);
        let with = stage.pass_the_notice();
        let worse = (0..with.len()).filter(|&index| with[index] < 0 && with[index] < without[index] - 1_000_000);
        let reached: Vec<usize> = worse.collect();
        println!("{}: healths {with:?}, else {without:?}", path.name);
        assert!(!reached.is_empty(), "{} reaches nobody: {with:?}, else {without:?}", path.name);
        for index in reached {
            let outcomes = stage.liquidate(index);
            assert!(outcomes.iter().any(Result::is_ok), "{}: {:?}", path.name, outcomes);
        }
    }
}

/// INV-GRACE: BTC, ETH and SOL swing against each other at every sample of the hour, so that every hedge looks like a bet, and return to where they stood.
#[test]
fn violent_correlations_reach_no_uncalled_portfolio_account_within_the_hour() {
    let mut stage = Netted::new();
    stage.promise_at(AGES[2]);
    let assets: Vec<_> = stage.world.assets[1..].to_vec();
    let bases: Vec<_> = assets.iter().map(|asset| stage.world.published_price(asset)).collect();
    let before = stage.world.book_state().model_newest.correlations;
    for step in 1..=GRACE_STEPS {
        for (number, (asset, base)) in assets.iter().zip(&bases).enumerate() {
            let per_mille = if (step + number) % 2 == 0 { 1_044 } else { 956 };
            publish(&mut stage.world, asset, base * per_mille / 1_000);
        }
        // the first publication after the boundary is the swing
        next_step(&mut stage.world);
        fold(&mut stage.world);
        stage.world.advance(1);
        for (asset, base) in assets.iter().zip(&bases) {
            publish(&mut stage.world, asset, *base);
        }
        stage.world.refresh_prices();
        stage.assert_uncalled_are_safe(&format!("swings against each other, step {step}"));
    }
    let after = stage.world.book_state();
    assert_ne!(after.model_newest.correlations, before, "nothing was seen");
    assert_ne!(
        after.model_announced.correlations, after.model_newest.correlations,
        "what is newest waits for the tide"
    );
}
