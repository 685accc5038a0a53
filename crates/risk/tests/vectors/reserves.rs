//! Sections 7 and 8: bankruptcy, the curve, interest, shares.

use plimsoll_risk::RiskError;
use plimsoll_risk::interest::{CurveTerms, InterestTerms, accrue, utilisation_down};
use plimsoll_risk::position::{ReservePosition, ReserveTotals};
use plimsoll_risk::quantities::{Amount, Index, Rate, Ratio, Shares, Value, YEAR_SECONDS};
use plimsoll_risk::waterfall::resolve_bankruptcy;
use serde::Deserialize;

use crate::decimal::{Expected, Side};
use crate::{Text, cases};

const INDEX_BITS: u32 = Index::FRACTION_BITS;

#[derive(Deserialize, Debug)]
struct Bankruptcy {
    debt: Text<u64>,
    insurance: Text<u64>,
    deposit_shares: Text<u64>,
    deposit_index: Text<u128>,
    insurance_pays: Text<u64>,
    depositors_pay: Text<u64>,
    deposit_index_after: Text<u128>,
    closed: bool,
}

/// INV-WATERFALL: what insurance and depositors lose adds up to the debt, to the atom.
#[test]
fn bankruptcy() {
    for case in cases::<Bankruptcy>(include_str!("bankruptcy.json")) {
        let mut totals = ReserveTotals {
            deposit_shares: Shares(case.deposit_shares.0),
            debt_shares: Shares(case.debt.0),
            deposit_index: Index::from_bits(case.deposit_index.0),
            insurance: Amount(case.insurance.0),
            ..ReserveTotals::EMPTY
        };
        // books in which nothing belongs to nobody
        let covered = totals.deposits_up().unwrap().plus(totals.insurance).unwrap();
        totals.liquidity = covered.minus(Amount(case.debt.0)).unwrap();
        let position = ReservePosition { debt_shares: totals.debt_shares, ..ReservePosition::default() };
        let found = resolve_bankruptcy(&totals, &position, Value::ZERO, Value::ZERO).unwrap();
        assert_eq!(found.deficit, Amount(case.debt.0));
        assert_eq!(found.insurance_loss, Amount(case.insurance_pays.0));
        assert_eq!(found.socialised, Amount(case.depositors_pay.0));
        assert_eq!(found.totals.deposit_index.to_bits(), case.deposit_index_after.0);
        assert_eq!(found.totals.deposit_index < Index::DEPOSIT_FLOOR, case.closed, "{case:?}");
    }
}

#[derive(Deserialize)]
struct Curve {
    debts: Text<u64>,
    deposits: Text<u64>,
    rate_at_target: Text<u64>,
    seconds: u64,
    target: Text<u64>,
    steepness: Text<u64>,
    speed_per_year: Text<u64>,
    rate_min: Text<u64>,
    rate_max: Text<u64>,
    rate_now_expected: Expected,
    rate_at_target_expected: Expected,
    mean_rate_expected: Expected,
}

#[test]
fn interest_curve() {
    for case in cases::<Curve>(include_str!("interest_curve.json")) {
        let speed = (u128::from(case.speed_per_year.0) << 32) / u128::from(YEAR_SECONDS);
        let terms = CurveTerms {
            target_utilisation: Ratio::from_bits(case.target.0),
            steepness: Ratio::from_bits(case.steepness.0),
            adaptation_speed: Rate::from_bits(u64::try_from(speed).unwrap()),
            min_rate_at_target: Rate::from_bits(case.rate_min.0),
            max_rate_at_target: Rate::from_bits(case.rate_max.0),
        };
        let utilisation = utilisation_down(Amount(case.debts.0), Amount(case.deposits.0));
        let rate = Rate::from_bits(case.rate_at_target.0);
        let adapted = terms.adapt(rate, utilisation, case.seconds).unwrap();
        for (found, expected) in [
            (terms.borrow_rate_down(rate, utilisation).unwrap(), &case.rate_now_expected),
            (adapted.rate_at_target, &case.rate_at_target_expected),
            (adapted.mean_borrow_rate, &case.mean_rate_expected),
        ] {
            let tolerance = 4.0 + 1e-7 * expected.units(64);
            expected.assert_near(found.to_bits(), 64, Side::Both, tolerance);
        }
    }
}

#[derive(Deserialize)]
struct Distribution {
    debt_shares: Text<u64>,
    debt_index: Text<u128>,
    deposit_shares: Text<u64>,
    deposit_index: Text<u128>,
    mean_rate: Text<u64>,
    seconds: u64,
    protocol_share: Text<u64>,
    growth_expected: Expected,
    debt_index_expected: Expected,
    interest_expected: Expected,
    to_insurance_expected: Expected,
    deposit_index_expected: Expected,
}

/// A curve that charges one rate whatever the utilisation.
fn flat(rate: Rate, protocol_share: Ratio) -> InterestTerms {
    let curve = CurveTerms {
        target_utilisation: Ratio::from_ppm_down(900_000),
        steepness: Ratio::ONE,
        adaptation_speed: Rate::ZERO,
        min_rate_at_target: rate,
        max_rate_at_target: rate,
    };
    InterestTerms::new(curve, protocol_share).unwrap()
}

#[test]
fn interest_distribution() {
    for case in cases::<Distribution>(include_str!("interest_distribution.json")) {
        let mut totals = ReserveTotals {
            deposit_shares: Shares(case.deposit_shares.0),
            debt_shares: Shares(case.debt_shares.0),
            deposit_index: Index::from_bits(case.deposit_index.0),
            debt_index: Index::from_bits(case.debt_index.0),
            ..ReserveTotals::EMPTY
        };
        // books in which nothing belongs to nobody
        let (deposits, debts) = (totals.deposits_up().unwrap(), totals.debts_down().unwrap());
        totals.liquidity = Amount(deposits.0.saturating_sub(debts.0));
        let rate = Rate::from_bits(case.mean_rate.0);
        let terms = flat(rate, Ratio::from_bits(case.protocol_share.0));
        let after = accrue(&totals, rate, &terms, case.seconds).unwrap();
        let (books, interest, protocol) = after.map_or((totals, Amount::ZERO, Amount::ZERO), |accrual| {
            (accrual.totals, accrual.interest, accrual.protocol)
        });

        let growth = case.growth_expected.units(64) / 2f64.powi(64);
        // utilisation counts whole atoms, virtual shares included, and has 30 bits
        let of_utilisation = 2f64.powi(-28) + 2.0 / (deposits.0 as f64 + 1e6);
        let in_indices = |index: u128| index as f64 * (growth * of_utilisation + 2f64.powi(-61));
        case.debt_index_expected.assert_near(
            books.debt_index.to_bits(),
            INDEX_BITS,
            Side::Both,
            in_indices(case.debt_index.0),
        );
        case.deposit_index_expected.assert_near(
            books.deposit_index.to_bits(),
            INDEX_BITS,
            Side::Down,
            in_indices(case.deposit_index.0),
        );
        let tolerance = 3.0 + case.interest_expected.units(0) * 2f64.powi(-29);
        case.interest_expected.assert_near(interest.0, 0, Side::Both, tolerance);
        let deposits_tolerance = tolerance + deposits.0 as f64 * growth * 2f64.powi(-29);
        case.to_insurance_expected.assert_near(protocol.0, 0, Side::Both, deposits_tolerance);
    }
}

#[derive(Deserialize)]
struct Conversion {
    count: Text<u64>,
    index: Text<u128>,
    atoms_to_shares_down: Text<u128>,
    atoms_to_shares_up: Text<u128>,
    shares_to_atoms_down: Text<u128>,
    shares_to_atoms_up: Text<u128>,
}

/// INV-ROUND: each conversion is exact, to its own side.
#[test]
fn interest_shares() {
    let fits = |exact: u128| u64::try_from(exact).map_err(|_| RiskError::Overflow);
    for case in cases::<Conversion>(include_str!("interest_shares.json")) {
        let index = Index::from_bits(case.index.0);
        let (amount, shares) = (Amount(case.count.0), Shares(case.count.0));
        let in_shares = |found: Result<Shares, RiskError>| found.map(|shares| shares.0);
        let in_atoms = |found: Result<Amount, RiskError>| found.map(|amount| amount.0);
        assert_eq!(in_shares(index.shares_down(amount)), fits(case.atoms_to_shares_down.0));
        assert_eq!(in_shares(index.shares_up(amount)), fits(case.atoms_to_shares_up.0));
        assert_eq!(in_atoms(index.amount_down(shares)), fits(case.shares_to_atoms_down.0));
        assert_eq!(in_atoms(index.amount_up(shares)), fits(case.shares_to_atoms_up.0));
    }
}
