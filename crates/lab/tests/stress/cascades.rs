//! Cascades: what moves what, and that nothing is made or lost.

use std::path::Path;

use plimsoll_lab::stress::cascade::{Cascade, PricePath, Setting};
use plimsoll_lab::stress::definition::{FactorDefinition, Source};
use plimsoll_lab::stress::market::{Arm, Start, Thresholds};
use plimsoll_lab::stress::outcome::{Outcome, Recorder};
use plimsoll_lab::stress::population::luck;
use plimsoll_lab::stress::venue::Venue;
use plimsoll_params::ParameterFile;

const MAINNET: &str = include_str!("../../../../migrations/params/mainnet.toml");
const START: u64 = 1_760_000_400;
const TICK: u64 = 300;

fn setting(accounts: u64) -> Setting {
    let definition = Source::find("october-2025").and_then(|source| source.definition()).expect("shipped");
    let file = ParameterFile::parse(Path::new("mainnet.toml"), MAINNET).expect("shipped");
    let symbols: Vec<String> = definition.factor.iter().map(|factor| factor.symbol.clone()).collect();
    Setting {
        venue: Venue::of(&file, &symbols, None).expect("listed"),
        liquidity: definition.factor.iter().map(FactorDefinition::liquidity).collect(),
        shares: definition.factor.iter().map(|factor| factor.share).collect(),
        population: definition.population,
        keepers: definition.keepers,
        accounts,
        insurance_usd: definition.insurance_usd,
        seed: 11,
    }
}

/// Prices that stand still for four hours, fall by `fall` within one, and stand still again.
fn crash(setting: &Setting, fall: f64) -> PricePath {
    let usd = [1.0, 200.0, 120_000.0, 4_400.0];
    let prices = |tick: u32| {
        let part = (f64::from(tick.clamp(48, 60)) - 48.0) / 12.0;
        usd.iter().enumerate().map(|(factor, usd)| if factor == 0 { *usd } else { usd * (1.0 - fall * part) }).collect()
    };
    let listed = setting.venue.factors.iter().zip(usd);
    PricePath {
        start_seconds: START,
        tick_seconds: TICK,
        prices_usd: (0..120).map(prices).collect(),
        starts: listed.map(|(factor, usd)| Start::listed(factor, usd, START - TICK).expect("a price")).collect(),
    }
}

fn arm(thresholds: Thresholds, is_throttled: bool) -> Arm {
    Arm { name: "one".into(), thresholds, is_throttled }
}

fn fixed(margins_ppm: [u64; 4]) -> Thresholds {
    Thresholds::Fixed(margins_ppm.map(|ppm| (ppm << 32) / 1_000_000).to_vec())
}

/// Plays a path, proves that values add up, and returns what happened.
fn play(setting: &Setting, arm: &Arm, path: &PricePath) -> Outcome {
    let cascade = Cascade::new(setting, arm, 0, path);
    let (outcome, end) = cascade.play(path, &mut Recorder::default()).expect("played");
    let (tokens, bases) = end.imbalance();
    assert!(tokens.iter().chain(&bases).all(|left| *left == 0), "tokens {tokens:?}, perps {bases:?}");
    outcome
}

#[test]
fn values_add_up_to_the_atom_through_liquidations_and_failures() {
    let setting = setting(300);
    for thresholds in [Thresholds::Dynamic, Thresholds::Unannounced, fixed([50_000, 100_000, 80_000, 90_000])] {
        for is_throttled in [true, false] {
            let outcome = play(&setting, &arm(thresholds.clone(), is_throttled), &crash(&setting, 0.35));
            assert!(outcome.liquidated_accounts > 50 && outcome.failed_accounts > 5, "{outcome:?}");
            assert!(outcome.bad_debt_usd > 0.0 && outcome.lenders_loss_usd >= 0.0, "{outcome:?}");
        }
    }
}

#[test]
fn calm_prices_liquidate_nobody() {
    let setting = setting(200);
    let outcome = play(&setting, &arm(Thresholds::Dynamic, true), &crash(&setting, 0.0));
    assert_eq!((outcome.liquidated_accounts, outcome.failed_accounts), (0, 0));
    assert!(outcome.opened_usd > 1e6);
}

#[test]
fn higher_fixed_margins_lose_less() {
    let setting = setting(300);
    let path = crash(&setting, 0.35);
    let losses = [80_000, 160_000, 300_000]
        .map(|ppm| play(&setting, &arm(fixed([50_000, ppm, ppm, ppm]), true), &path).bad_debt_usd);
    assert!(losses[0] > losses[1] && losses[1] > losses[2], "{losses:?}");
}

#[test]
fn forced_sales_move_the_price_and_moved_prices_liquidate() {
    let deep = setting(300);
    let mut shallow = deep.clone();
    shallow.liquidity.iter_mut().for_each(|liquidity| liquidity.daily_volume_usd /= 100.0);
    let path = crash(&deep, 0.2);
    let [calm, moved] = [&deep, &shallow].map(|setting| play(setting, &arm(Thresholds::Dynamic, true), &path));
    assert!(moved.largest_impact > 2.0 * calm.largest_impact, "{} {}", moved.largest_impact, calm.largest_impact);
    assert!(moved.bad_debt_usd > calm.bad_debt_usd);
}

#[test]
fn buckets_hold_liquidations_back() {
    let mut setting = setting(300);
    let path = crash(&setting, 0.2);
    for factor in &mut setting.venue.factors {
        factor.bucket.capacity.0 /= 1_000;
        factor.bucket.refill_per_second.0 /= 1_000;
    }
    let throttled = play(&setting, &arm(Thresholds::Dynamic, true), &path);
    let free = play(&setting, &arm(Thresholds::Dynamic, false), &path);
    assert!(throttled.throttled > 0 && free.throttled == 0);
    // who waits while prices fall fails more often
    assert!(throttled.failed_accounts > free.failed_accounts, "{throttled:?} {free:?}");
}

/// Volatility that rises while the price returns to where it was: what is announced hurts nobody without notice, what jumps does (INV-GRACE).
#[test]
fn only_thresholds_without_notice_liquidate_without_a_move_of_the_price() {
    let mut setting = setting(300);
    setting.population.use_alpha = 60.0;
    setting.population.attentive_share = 0.0;
    setting.population.perp_life_hours = 10_000.0;
    setting.population.loan_life_hours = 10_000.0;
    let mut path = crash(&setting, 0.0);
    for (tick, prices) in path.prices_usd.iter_mut().enumerate() {
        // eight hours of swings by 0.8 %, every other step
        let swing = if tick > 12 && tick % 2 == 1 { 1.008 } else { 1.0 };
        prices.iter_mut().skip(1).for_each(|usd| *usd *= swing);
    }
    let announced = play(&setting, &arm(Thresholds::Dynamic, true), &path);
    let jumping = play(&setting, &arm(Thresholds::Unannounced, true), &path);
    assert_eq!(announced.by_unannounced_threshold, 0, "{announced:?}");
    assert!(jumping.by_unannounced_threshold > 0, "{jumping:?}");
}

#[test]
fn luck_is_uniform() {
    let draws: Vec<f64> = (0..20_000).map(|draw| luck(3, draw % 200, START + draw / 200 * 60)).collect();
    let mean = draws.iter().sum::<f64>() / 2e4;
    let square = draws.iter().map(|draw| draw * draw).sum::<f64>() / 2e4;
    assert!((mean - 0.5).abs() < 0.01 && (square - 1.0 / 3.0).abs() < 0.01, "{mean} {square}");
}
