//! Interest: an adaptive curve sets the borrow rate, the debt index compounds at it, and depositors and insurance share what is paid.
//! See `docs/risk.md`, section 8.

mod curve;

pub use curve::{AdaptedRate, CurveTerms, MAX_STEEPNESS, utilisation_down};

use crate::error::{Result, RiskError};
use crate::math::{fraction_of_index_down, fraction_of_index_up, mul_shift_down};
use crate::position::ReserveTotals;
use crate::quantities::{Amount, Index, Rate, Ratio, Shares};

/// Deposit shares that nobody owns, counted when interest is spread: a reserve with next to no deposits cannot see its index leap.
pub const VIRTUAL_SHARES: u64 = 1_000_000;
/// The debt index at which a reserve stops charging, 2¹⁵: above 2¹⁶ a margin check could not read it.
pub const MAX_DEBT_INDEX: Index = Index::from_bits(1 << 111);
/// ln 2 in 64 fractional bits, rounded down: the most that `r̄ · Δt` may be in one accrual, which at most doubles a debt.
const MAX_INTEREST_EXPONENT: u64 = 0xB172_17F7_D1CF_79AB;

/// Who pays and receives interest in one reserve, and how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InterestTerms {
    /// The borrow rate's curve.
    pub curve: CurveTerms,
    /// The part of interest that goes to the reserve's insurance; at most one.
    pub protocol_share: Ratio,
}

impl InterestTerms {
    /// Checked terms, or [`RiskError::ParameterOutOfBounds`].
    pub fn new(curve: CurveTerms, protocol_share: Ratio) -> Result<Self> {
        if protocol_share > Ratio::ONE {
            return Err(RiskError::ParameterOutOfBounds);
        }
        Ok(Self { curve, protocol_share })
    }
}

/// A reserve after interest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Accrual {
    /// The books with both indices and the insurance moved forward.
    pub totals: ReserveTotals,
    /// The curve's state to store: its rate at target utilisation.
    pub rate_at_target: Rate,
    /// The mean borrow rate of the interval.
    pub borrow_rate: Rate,
    /// Utilisation over the interval.
    pub utilisation: Ratio,
    /// By how much all debts together grew.
    pub interest: Amount,
    /// What of it (and of older rounding) went to the insurance.
    pub protocol: Amount,
}

/// Charges `elapsed_seconds` of interest; none where no time passed. Without debts only the curve adapts.
///
/// Rounding: the debt index up, the deposit index down, and the insurance takes what is between them, so no atom is lost or made.
/// Call it before any other booking of an instruction. It never fails for a long gap: one accrual charges `r̄ · Δt` of at most ln 2, a debt
/// index of [`MAX_DEBT_INDEX`] and debts of 2⁶³ atoms grow no further.
/// Errors: [`RiskError::Overflow`] where the books themselves do not fit.
pub fn accrue(
    totals: &ReserveTotals,
    rate_at_target: Rate,
    terms: &InterestTerms,
    elapsed_seconds: u64,
) -> Result<Option<Accrual>> {
    if elapsed_seconds == 0 {
        return Ok(None);
    }
    let debts = totals.debts_down()?;
    let utilisation = utilisation_with_virtual_shares(totals, debts)?;
    let adapted = terms.curve.adapt(rate_at_target, utilisation, elapsed_seconds)?;
    let mut accrual = Accrual {
        totals: *totals,
        rate_at_target: adapted.rate_at_target,
        borrow_rate: adapted.mean_borrow_rate,
        utilisation,
        interest: Amount::ZERO,
        protocol: Amount::ZERO,
    };
    if debts.is_zero() {
        return Ok(Some(accrual));
    }

    let growth = growth_down(adapted.mean_borrow_rate, elapsed_seconds)?;
    let Some((debt_index, debts_after)) = grown_debts(totals, growth) else {
        return Ok(Some(accrual));
    };
    accrual.totals.debt_index = debt_index;
    accrual.totals.deposit_index = grown_deposit_index(totals, growth, utilisation, terms.protocol_share)?;
    let deposits_after = accrual.totals.deposits_up()?;
    accrual.totals.sweep_to_insurance(debts_after, deposits_after)?;
    accrual.interest = debts_after.minus(debts)?;
    accrual.protocol = accrual.totals.insurance.minus(totals.insurance)?;
    Ok(Some(accrual))
}

/// Debts over deposits, the virtual shares included; at most one.
fn utilisation_with_virtual_shares(totals: &ReserveTotals, debts: Amount) -> Result<Ratio> {
    if debts.is_zero() {
        return Ok(Ratio::ZERO);
    }
    let shares = totals.deposit_shares.plus(Shares(VIRTUAL_SHARES))?;
    Ok(utilisation_down(debts, totals.deposit_index.amount_up(shares)?))
}

/// `y + y²/2 + y³/6` with 64 fractional bits, `y = rate · seconds` but at most ln 2; rounded down, so below `e^y − 1` and below one.
fn growth_down(rate: Rate, elapsed_seconds: u64) -> Result<u64> {
    let exponent = rate.to_bits().saturating_mul(elapsed_seconds).min(MAX_INTEREST_EXPONENT);
    let square = mul_shift_down::<64>(exponent, exponent)?;
    let cube = mul_shift_down::<64>(square, exponent)?;
    exponent.checked_add(square >> 1).and_then(|sum| sum.checked_add(cube / 6)).ok_or(RiskError::Overflow)
}

/// The debt index grown by `growth`, rounded up, and the debts at it; none where the reserve has reached the end of what it can count.
fn grown_debts(totals: &ReserveTotals, growth: u64) -> Option<(Index, Amount)> {
    let step = fraction_of_index_up(totals.debt_index.to_bits(), growth);
    let index = Index::from_bits(totals.debt_index.to_bits().checked_add(step)?);
    let debts = index.amount_down(totals.debt_shares).ok()?;
    (index <= MAX_DEBT_INDEX && debts.0 >> 63 == 0).then_some((index, debts))
}

/// The deposit index grown by `growth · utilisation · (1 − protocol_share)`, every factor rounded down.
fn grown_deposit_index(
    totals: &ReserveTotals,
    growth: u64,
    utilisation: Ratio,
    protocol_share: Ratio,
) -> Result<Index> {
    let depositors_share = Ratio::ONE.minus(protocol_share)?;
    let growth = mul_shift_down::<32>(growth, utilisation.times_down(depositors_share)?.to_bits())?;
    totals.deposit_index.plus(Index::from_bits(fraction_of_index_down(totals.deposit_index.to_bits(), growth)))
}
