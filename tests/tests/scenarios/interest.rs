//! A loan runs for a year: the program books what the core computes, to the last bit.

use plimsoll_client::instructions;
use plimsoll_client::plimsoll::state::Reserve;
use plimsoll_risk::interest::{self, CurveTerms, InterestTerms};
use plimsoll_risk::position::ReserveTotals;
use plimsoll_risk::quantities::{Rate, Ratio};
use plimsoll_tests::{Trader, World};

use crate::story::{claim, debt, usdc_and_sol};

const YEAR_SECONDS: i64 = 31_536_000;

/// Alice lends 100,000 USDC, Bob owes 95,000 of them: above the target of 90 %.
fn with_a_loan() -> (World, Trader, Trader) {
    let mut world = World::with_majors();
    let (usdc, sol) = usdc_and_sol(&world);
    let alice = world.depositor(&usdc, usdc.atoms(100_000));
    let bob = world.depositor(&sol, sol.atoms(10_000));
    world.borrow(&bob, &usdc, usdc.atoms(95_000)).expect("Bob borrows");
    (world, alice, bob)
}

fn terms(reserve: &Reserve) -> InterestTerms {
    let params = &reserve.params;
    let curve = CurveTerms {
        target_utilisation: Ratio::from_ppm_down(params.target_utilisation_ppm),
        steepness: Ratio::from_ppm_down(params.curve_steepness_ppm),
        adaptation_speed: Rate::from_ppm_per_year_down(params.curve_speed_per_year * 1_000_000),
        min_rate_at_target: Rate::from_ppm_per_year_down(params.rate_min_ppm_per_year),
        max_rate_at_target: Rate::from_ppm_per_year_down(params.rate_max_ppm_per_year),
    };
    InterestTerms::new(curve, Ratio::from_ppm_up(params.protocol_share_ppm)).expect("terms")
}

/// Accrues `times` times within a year; returns the program's books and the core's.
fn a_year_in(times: i64) -> (World, Trader, Trader, ReserveTotals) {
    let (mut world, alice, bob) = with_a_loan();
    let reserve = world.book_state().reserves[0];
    let (mut totals, mut rate) = (reserve.totals(), Rate::from_bits(reserve.rate_at_target));
    let terms = terms(&reserve);
    for _ in 0..times {
        world.advance(YEAR_SECONDS / times);
        world.must(&[instructions::accrue(world.book)], &[]);
        let elapsed = (YEAR_SECONDS / times).unsigned_abs();
        let accrual = interest::accrue(&totals, rate, &terms, elapsed).expect("an accrual").expect("time passed");
        (totals, rate) = (accrual.totals, accrual.rate_at_target);
    }
    assert_eq!(world.book_state().reserves[0].rate_at_target, rate.to_bits());
    (world, alice, bob, totals)
}

#[test]
fn a_year_of_interest_is_the_cores() {
    for times in [1, 12, 365] {
        let (world, alice, bob, totals) = a_year_in(times);
        let (usdc, _) = usdc_and_sol(&world);
        assert_eq!(world.book_state().reserves[0].totals(), totals, "{times} accruals");

        // INV-SOLVENT: what Bob pays is what Alice and the insurance get, to the atom that rounding gives to the insurance
        let (paid, earned) =
            (debt(&world, &bob, &usdc) - usdc.atoms(95_000), claim(&world, &alice, &usdc) - usdc.atoms(100_000));
        assert!(earned > 0 && totals.insurance.0 > 0);
        assert!(paid.abs_diff(earned + totals.insurance.0) <= 2, "{paid} paid, {earned} earned");
        // the protocol's share is a tenth, and more once debts, with the insurance's part in them, outgrow deposits
        assert!(totals.insurance.0 >= paid / 10, "{} of {paid}", totals.insurance.0);
        assert!(times > 1 || totals.insurance.0 <= paid / 10 + paid / 1_000);
    }
}
