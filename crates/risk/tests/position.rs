//! Positions: splits, and the two laws that hold whatever the order of bookings: INV-SOLVENT and INV-ROUND.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

mod seeded;

use plimsoll_risk::RiskError;
use plimsoll_risk::interest::{CurveTerms, InterestTerms, accrue};
use plimsoll_risk::position::{ReservePosition, ReserveTotals, Split, credit, debit};
use plimsoll_risk::quantities::{Amount, Index, Rate, Ratio, Shares, Value};
use plimsoll_risk::waterfall::resolve_bankruptcy;
use proptest::prelude::*;
use seeded::seeded;

fn at_indices(deposit_bits: u128, debt_bits: u128) -> ReserveTotals {
    ReserveTotals {
        deposit_index: Index::from_bits(deposit_bits),
        debt_index: Index::from_bits(debt_bits),
        ..ReserveTotals::EMPTY
    }
}

fn terms() -> InterestTerms {
    let curve = CurveTerms {
        target_utilisation: Ratio::from_ppm_down(900_000),
        steepness: Ratio::from_bits(4 << 32),
        adaptation_speed: Rate::from_ppm_per_year_down(50_000_000),
        min_rate_at_target: Rate::from_ppm_per_year_down(1_000),
        max_rate_at_target: Rate::from_ppm_per_year_down(2_000_000),
    };
    InterestTerms::new(curve.checked().unwrap(), Ratio::from_ppm_down(100_000)).unwrap()
}

#[test]
fn credit_repays_before_it_deposits_and_debit_withdraws_before_it_borrows() {
    let (mut totals, mut position) = (ReserveTotals::EMPTY, ReservePosition::default());
    let split = |deposit, debt| Ok(Split { deposit: Amount(deposit), debt: Amount(debt) });
    assert_eq!(credit(&mut position, &mut totals, Amount(100)), split(100, 0));
    assert_eq!(debit(&mut position, &mut totals, Amount(150)), split(100, 50));
    assert_eq!(position, ReservePosition { deposit_shares: Shares(0), debt_shares: Shares(50) });
    assert_eq!(credit(&mut position, &mut totals, Amount(80)), split(30, 50));
    assert_eq!(position, ReservePosition { deposit_shares: Shares(30), debt_shares: Shares(0) });
    assert_eq!((totals.deposit_shares, totals.debt_shares), (Shares(30), Shares(0)));
}

#[test]
fn a_debt_is_rounded_up_and_paid_off_whole() {
    let mut totals = at_indices(1 << 96, (1 << 96) + 1);
    let mut position = ReservePosition::default();
    debit(&mut position, &mut totals, Amount(1_000)).unwrap();
    assert_eq!(position.owed_up(&totals), Ok(Amount(1_001)));
    let split = credit(&mut position, &mut totals, Amount(1_001)).unwrap();
    assert_eq!(split, Split { deposit: Amount(0), debt: Amount(1_001) });
    assert!(position.is_empty());
}

#[test]
fn a_closed_reserve_refuses_deposits_and_takes_repayments() {
    let mut totals = at_indices(Index::DEPOSIT_FLOOR.to_bits() - 1, 1 << 96);
    let mut position = ReservePosition::default();
    assert_eq!(credit(&mut position, &mut totals, Amount(1)), Err(RiskError::ReserveClosed));
    debit(&mut position, &mut totals, Amount(10)).unwrap();
    assert_eq!(credit(&mut position, &mut totals, Amount(10)).map(|split| split.debt), Ok(Amount(10)));
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut totals = at_indices(Index::DEPOSIT_FLOOR.to_bits(), 0);
    let mut position = ReservePosition::default();
    assert_eq!(credit(&mut position, &mut totals, Amount(u64::MAX)), Err(RiskError::Overflow));
    assert_eq!(debit(&mut position, &mut totals, Amount(1)), Err(RiskError::DivisionByZero));
}

/// `a · b` in four 64-bit digits, the reference for the wide kernels.
fn product(a: u64, b: u128) -> [u64; 3] {
    let low = u128::from(a) * u128::from(b as u64);
    let high = u128::from(a) * (b >> 64) + (low >> 64);
    [(high >> 64) as u64, high as u64, low as u64]
}

/// An amount times 2⁹⁶ in three digits.
fn shifted(amount: u64) -> [u64; 3] {
    [amount >> 32, amount << 32, 0]
}

proptest! {
    #![proptest_config(seeded(4096))]

    #[test]
    fn shares_and_amounts_convert_exactly(amount: u64, high in 1u64..1 << 48, low: u64) {
        let bits = u128::from(high) << 64 | u128::from(low);
        let index = Index::from_bits(bits);
        if let Ok(shares) = index.shares_down(Amount(amount)) {
            prop_assert!(product(shares.0, bits) <= shifted(amount));
            if let Some(more) = shares.0.checked_add(1) {
                prop_assert!(product(more, bits) > shifted(amount));
            }
        }
        if let Ok(shares) = index.shares_up(Amount(amount)) {
            prop_assert!(product(shares.0, bits) >= shifted(amount));
            prop_assert!(shares.0 == 0 || product(shares.0 - 1, bits) < shifted(amount));
        }
        if let Ok(worth) = index.amount_down(Shares(amount)) {
            prop_assert!(shifted(worth.0) <= product(amount, bits));
            prop_assert!(worth.0 == u64::MAX || shifted(worth.0 + 1) > product(amount, bits));
        }
        if let Ok(worth) = index.amount_up(Shares(amount)) {
            prop_assert!(shifted(worth.0) >= product(amount, bits));
            prop_assert!(worth.0 == 0 || shifted(worth.0 - 1) < product(amount, bits));
        }
    }
}

/// What a party may do to a reserve.
#[derive(Clone, Debug)]
enum Action {
    Credit { party: usize, atoms: u64 },
    Debit { party: usize, atoms: u64 },
    Accrue { seconds: u64 },
    WriteOff { party: usize },
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let atoms = prop_oneof![1u64..20, 1u64..2_000_000, 1u64..1 << 40];
    let action = prop_oneof![
        4 => (0usize..3, atoms.clone()).prop_map(|(party, atoms)| Action::Credit { party, atoms }),
        4 => (0usize..3, atoms).prop_map(|(party, atoms)| Action::Debit { party, atoms }),
        2 => (1u64..100_000_000).prop_map(|seconds| Action::Accrue { seconds }),
        1 => (0usize..3).prop_map(|party| Action::WriteOff { party }),
    ];
    prop::collection::vec(action, 1..60)
}

/// A reserve with its vault and three parties.
struct World {
    totals: ReserveTotals,
    rate_at_target: Rate,
    positions: [ReservePosition; 3],
}

impl World {
    fn new(liquidity: u64) -> Self {
        let mut totals = ReserveTotals::EMPTY;
        let mut positions = [ReservePosition::default(); 3];
        credit(&mut positions[2], &mut totals, Amount(liquidity)).unwrap();
        totals.liquidity = Amount(liquidity);
        Self { totals, rate_at_target: Rate::from_ppm_per_year_down(40_000), positions }
    }

    fn apply(&mut self, action: &Action) {
        match *action {
            Action::Credit { party, atoms } => {
                let (mut position, mut totals) = (self.positions[party], self.totals);
                // a closed reserve refuses: then nothing happened
                if credit(&mut position, &mut totals, Amount(atoms)).is_ok() {
                    totals.liquidity.0 += atoms;
                    (self.positions[party], self.totals) = (position, totals);
                }
            }
            Action::Debit { party, atoms } => {
                let atoms = atoms.min(self.totals.liquidity.0);
                debit(&mut self.positions[party], &mut self.totals, Amount(atoms)).unwrap();
                self.totals.liquidity.0 -= atoms;
            }
            Action::Accrue { seconds } => {
                let accrual = accrue(&self.totals, self.rate_at_target, &terms(), seconds).unwrap().unwrap();
                (self.totals, self.rate_at_target) = (accrual.totals, accrual.rate_at_target);
            }
            Action::WriteOff { party } => {
                if let Ok(bankruptcy) = resolve_bankruptcy(&self.totals, &self.positions[party], Value(0), Value(0)) {
                    self.totals = bankruptcy.totals;
                    self.positions[party].debt_shares = Shares(0);
                }
            }
        }
    }

    fn assert_solvent(&self) {
        let claims =
            self.totals.deposit_index.amount_down(self.totals.deposit_shares).unwrap().0 + self.totals.insurance.0;
        let assets = self.totals.liquidity.0 + self.totals.debts_down().unwrap().0;
        assert!(claims <= assets, "claims {claims}, assets {assets}, {:?}", self.totals);
        let deposits: u64 = self.positions.iter().map(|position| position.deposit_shares.0).sum();
        let debts: u64 = self.positions.iter().map(|position| position.debt_shares.0).sum();
        assert_eq!((deposits, debts), (self.totals.deposit_shares.0, self.totals.debt_shares.0));
        for position in &self.positions {
            assert!(position.deposit_shares.is_zero() || position.debt_shares.is_zero());
        }
    }
}

proptest! {
    #![proptest_config(seeded(1024))]

    /// INV-SOLVENT: after every step claims are at most what is there.
    #[test]
    fn claims_never_exceed_assets(liquidity in 1u64..1 << 42, actions in actions()) {
        let mut world = World::new(liquidity);
        world.assert_solvent();
        for action in &actions {
            world.apply(action);
            world.assert_solvent();
        }
    }

    /// INV-ROUND: a party that comes with nothing and trades with the reserve alone, at any indices, leaves with no more than it brought.
    #[test]
    fn one_party_gains_nothing_by_rounding(
        deposit_bits in (1u128 << 64)..(1u128 << 100),
        debt_bits in (1u128 << 96)..(1u128 << 100),
        moves in prop::collection::vec((any::<bool>(), 1u64..1_000_000), 1..40),
    ) {
        let mut totals = at_indices(deposit_bits, debt_bits);
        let mut position = ReservePosition::default();
        let mut pocket: i128 = 0;
        for (is_credit, atoms) in moves {
            let split = if is_credit { credit(&mut position, &mut totals, Amount(atoms)) } else { debit(&mut position, &mut totals, Amount(atoms)) };
            let split = split.unwrap();
            prop_assert_eq!(split.deposit.0 + split.debt.0, atoms);
            pocket += if is_credit { -i128::from(atoms) } else { i128::from(atoms) };
            let net = i128::from(position.claim_down(&totals).unwrap().0) - i128::from(position.owed_up(&totals).unwrap().0);
            prop_assert!(pocket + net <= 0, "pocket {pocket}, net {net}");
        }
    }
}
