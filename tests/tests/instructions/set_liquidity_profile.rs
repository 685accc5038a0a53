//! `set_liquidity_profile`: the steward's, in bounded steps; caps, goal and initial margin follow at once, what is announced never.

use plimsoll_client::plimsoll::error::PlimsollError;
use plimsoll_client::plimsoll::events::LiquidityProfileSet;
use plimsoll_client::plimsoll::instructions::governance::create_group::GroupRoles;
use plimsoll_client::plimsoll::state::factor::{Factor, ImpactState};
use plimsoll_client::plimsoll::state::{BOOK_BYTES, LiquidityProfile};
use plimsoll_client::{Instruction, Pubkey, addresses, instructions, plimsoll};
use plimsoll_tests::risk::profile;
use plimsoll_tests::{Signer, World, assert_refused, assets};

use crate::expect::{emits, refuses};
use crate::perp_stage::{PerpStage, SOL, SOL_PERP};
use crate::wrong_accounts::refuses_wrong_role;

/// SOL, in every test world.
const SOL_FACTOR: u8 = 1;
const SIX_HOURS: i64 = 21_600;

fn set(world: &World, factor_index: u8, apply: impl FnOnce(&mut LiquidityProfile)) -> Instruction {
    let mut profile = profile();
    apply(&mut profile);
    instructions::set_liquidity_profile(world.group, world.admin.pubkey(), world.book, factor_index, profile)
}

fn sol(world: &World) -> Factor {
    world.book_state().factors[usize::from(SOL_FACTOR)]
}

/// A number with `bits` fractional bits.
#[allow(clippy::cast_precision_loss)] // compared to nine digits
fn float(mantissa: u64, bits: i32) -> f64 {
    mantissa as f64 / 2f64.powi(bits)
}

#[test]
fn the_first_profile_is_taken_and_its_impact_waits_for_the_tide() {
    let mut world = World::with_majors();
    let before = sol(&world);
    let set = set(&world, SOL_FACTOR, |_| ());
    let event = LiquidityProfileSet {
        book: world.book,
        factor_index: SOL_FACTOR,
        depth_quote_atoms: 20_000_000_000_000,
        daily_volume_quote_atoms: 2_000_000_000_000_000,
        spread_ppm: 500,
        spread_deviation_ppm: 100,
    };
    emits(&mut world, &set, &[], &event);

    let after = sol(&world);
    assert_eq!((after.liquidity.profile, after.liquidity.profile_set_seconds), (profile(), world.now().unsigned_abs()));
    let calm = ImpactState::default();
    assert_eq!((after.liquidity.in_force, after.liquidity.announced), (calm, calm));
    // Y = 1 over k = 3.69151 and the root of an hour and a half of a day, and of two billion dollars in atoms
    let expected = 1.0 / (3.691_51 * (5_400.0f64 / 86_400.0).sqrt() * 2e15f64.sqrt());
    let unit = float(after.liquidity.newest.unit, 64);
    assert!((unit / expected - 1.0).abs() < 1e-6, "{unit} instead of {expected}");
    // the parameter's spread is wider
    assert_eq!(after.threshold, before.threshold);
    assert_eq!(world.book_state().factors[2].liquidity.profile_set_seconds, 0, "another factor changed");
}

#[test]
fn a_wider_spread_raises_goal_and_initial_margin_at_once_and_leaves_the_path() {
    let mut world = World::with_majors();
    let before = sol(&world).threshold;
    let set = set(&world, SOL_FACTOR, |profile| {
        profile.spread_ppm = 10_000;
        profile.spread_deviation_ppm = 2_000;
    });
    world.must(&[set], &[]);
    let after = sol(&world).threshold;
    assert_eq!((after.path, after.path_step), (before.path, before.path_step));
    assert!(after.goal > before.goal && after.initial > before.initial);
    // half of what 1 % + 3·0.2 % is wider than 0.1 %
    let wider = float(after.derived.closing_cost - before.derived.closing_cost, 32);
    assert!((wider - 0.0075).abs() < 1e-8, "{wider}");

    world.fold().expect("a fold");
    let folded = sol(&world).threshold;
    assert_eq!(folded.path[..12], after.path[1..], "what was announced stands");
    assert!(folded.path[12] > after.path[12], "the end walks");
}

#[test]
fn the_narrower_depth_bounds_open_interest() {
    let mut stage = PerpStage::new();
    let (usdc, alice) = (stage.usdc, &stage.alice);
    stage.world.deposit(alice, &usdc, usdc.atoms(1_000_000)).expect("a deposit");
    // twice 100,000 dollars: 1,000 SOL at 200, but for the confidence
    let set = set(&stage.world, SOL_FACTOR, |profile| profile.depth_quote_atoms = 100_000_000_000);
    stage.world.must(&[set], &[]);
    let outcome = stage.world.trade(&stage.alice, SOL_PERP, 1_001 * SOL);
    assert_refused(outcome, PlimsollError::OpenInterestCap);
    stage.world.trade(&stage.alice, SOL_PERP, 999 * SOL).expect("within the depth");
}

#[test]
fn crowding_follows_the_depth_at_once() {
    let mut stage = PerpStage::with_position(500 * SOL);
    stage.world.change_perp(SOL_PERP, |params| params.crowding_start_ppm = 0);
    let before = stage.market().crowding;
    // 100,000 of 200,000 dollars
    let set = set(&stage.world, SOL_FACTOR, |profile| profile.depth_quote_atoms = 100_000_000_000);
    stage.world.must(&[set], &[]);
    let after = stage.market().crowding;
    assert!(before < after && (float(after, 32) - 0.5).abs() < 1e-6, "{before} became {after}");
}

#[test]
fn the_next_profile_waits_six_hours() {
    let mut world = World::with_majors();
    world.set_profile(SOL_FACTOR, profile()).expect("the first");
    world.advance(SIX_HOURS - 1);
    let again = set(&world, SOL_FACTOR, |_| ());
    refuses(&mut world, &again, &[], PlimsollError::ProfileTooSoon);
    world.set_profile(2, profile()).expect("another factor has a clock of its own");
    world.advance(1);
    world.must(&[again], &[]);
}

/// A change, and why it is refused; nothing where it is not.
type Step = (fn(&mut LiquidityProfile), Option<PlimsollError>);

const STEPS: &[Step] = &[
    (|profile| profile.depth_quote_atoms = 25_000_000_000_000, None),
    (|profile| profile.depth_quote_atoms = 25_000_000_000_001, Some(PlimsollError::ProfileDepthStep)),
    (|profile| profile.depth_quote_atoms = u64::MAX, Some(PlimsollError::ProfileDepthStep)),
    (|profile| profile.depth_quote_atoms = 10_000_000_000_000, None),
    (|profile| profile.depth_quote_atoms = 9_999_999_999_999, Some(PlimsollError::ProfileDepthStep)),
    (|profile| profile.daily_volume_quote_atoms = 2_500_000_000_000_000, None),
    (|profile| profile.daily_volume_quote_atoms = 2_500_000_000_000_001, Some(PlimsollError::ProfileVolumeStep)),
    (|profile| profile.daily_volume_quote_atoms = 1_000_000_000_000_000, None),
    (|profile| profile.daily_volume_quote_atoms = 999_999_999_999_999, Some(PlimsollError::ProfileVolumeStep)),
    (|profile| profile.spread_ppm = 375, None),
    (|profile| profile.spread_ppm = 374, Some(PlimsollError::ProfileSpreadStep)),
    (|profile| profile.spread_ppm = 1_000, None),
    (|profile| profile.spread_ppm = 1_001, Some(PlimsollError::ProfileSpreadStep)),
    (|profile| profile.spread_deviation_ppm = 75, None),
    (|profile| profile.spread_deviation_ppm = 74, Some(PlimsollError::ProfileDeviationStep)),
    (|profile| profile.spread_deviation_ppm = 200, None),
    (|profile| profile.spread_deviation_ppm = 201, Some(PlimsollError::ProfileDeviationStep)),
];

#[test]
fn each_number_moves_by_a_quarter_looser_or_twice_as_tight_at_most() {
    for (apply, refusal) in STEPS {
        let mut world = World::with_majors();
        world.set_profile(SOL_FACTOR, profile()).expect("the first");
        world.advance(SIX_HOURS);
        let step = set(&world, SOL_FACTOR, apply);
        match refusal {
            Some(error) => refuses(&mut world, &step, &[], *error),
            None => drop(world.must(&[step], &[])),
        }
    }
}

#[test]
fn the_first_profile_keeps_its_bounds() {
    let mut world = World::with_majors();
    let outside: &[fn(&mut LiquidityProfile)] = &[
        |profile| profile.depth_quote_atoms = 0,
        |profile| profile.depth_quote_atoms = 999,
        |profile| profile.daily_volume_quote_atoms = 0,
        |profile| profile.daily_volume_quote_atoms = 999,
        |profile| profile.spread_ppm = 200_001,
        |profile| profile.spread_deviation_ppm = 200_001,
        |profile| profile.spread_ppm = u32::MAX,
    ];
    for apply in outside {
        let set = set(&world, SOL_FACTOR, apply);
        refuses(&mut world, &set, &[], PlimsollError::ParameterOutOfBounds);
    }
    let widest = set(&world, SOL_FACTOR, |profile| {
        *profile = LiquidityProfile {
            depth_quote_atoms: 1_000,
            daily_volume_quote_atoms: 1_000,
            spread_ppm: 200_000,
            spread_deviation_ppm: 200_000,
        };
    });
    world.must(&[widest], &[]);
}

#[test]
fn a_factor_that_is_not_listed_is_refused() {
    let mut world = World::with_majors();
    for factor_index in [4, 15, 16, u8::MAX] {
        let set = set(&world, factor_index, |_| ());
        refuses(&mut world, &set, &[], PlimsollError::FactorIndex);
    }
}

#[test]
fn wrong_accounts_are_refused() {
    let mut world = World::with_majors();
    let set = set(&world, SOL_FACTOR, |_| ());
    refuses_wrong_role(&mut world, &set, PlimsollError::NotSteward);
}

#[test]
fn an_admin_who_is_not_the_steward_is_refused() {
    let mut world = World::with_majors();
    let (admin, quote_mint, steward) = (world.admin.pubkey(), world.assets[0].mint, Pubkey::new_unique());
    let (group, book) = (addresses::group(&admin, 2), Pubkey::new_unique());
    let roles = GroupRoles { admin, steward, guardian: admin, timelock_seconds: 0 };
    world.set_account(book, vec![0; BOOK_BYTES], plimsoll::ID);
    let params = assets::book_params();
    world.must(&[instructions::create_group(admin, 2, quote_mint, roles)], &[]);
    world.must(&[instructions::create_book(group, admin, book, quote_mint, params)], &[]);
    let set = instructions::set_liquidity_profile(group, admin, book, SOL_FACTOR, profile());
    refuses(&mut world, &set, &[], PlimsollError::NotSteward);
}
