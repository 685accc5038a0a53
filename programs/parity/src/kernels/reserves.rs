//! Interest, bookings and losses of a reserve.

use plimsoll_risk::Result;
use plimsoll_risk::interest::{CurveTerms, InterestTerms, accrue};
use plimsoll_risk::position::{ReservePosition, ReserveTotals, Split, credit, debit};
use plimsoll_risk::quantities::{Amount, Index, Rate, Ratio, Shares, Value};
use plimsoll_risk::waterfall::resolve_bankruptcy;

use crate::source::Source;
use crate::transcript::Transcript;

/// A reserve whose books are in order: assets and debts cover deposits and insurance.
fn totals(source: &mut Source) -> Result<ReserveTotals> {
    let deposit_index = Index::from_bits(u128::from(source.between(1 << 32, 1 << 36)) << 61);
    let debt_index = Index::from_bits((u128::from(source.sized(46)) << 80) | (1 << 96));
    let deposit_shares = Shares(source.sized(58));
    let deposits = deposit_index.amount_up(deposit_shares)?;
    let lent = Amount(source.below(deposits.0.saturating_add(1)));
    let debt_shares = debt_index.shares_down(lent)?;
    let debts = debt_index.amount_down(debt_shares)?;
    let insurance = Amount(source.sized(50));
    Ok(ReserveTotals {
        liquidity: deposits.minus(debts)?.plus(insurance)?,
        deposit_shares,
        debt_shares,
        deposit_index,
        debt_index,
        insurance,
    })
}

fn write_totals(transcript: &mut Transcript, totals: &ReserveTotals) {
    transcript.write([totals.liquidity, totals.insurance]);
    transcript.write([totals.deposit_shares, totals.debt_shares]);
    transcript.write([totals.deposit_index, totals.debt_index]);
    transcript.write([totals.deposits_up(), totals.debts_down()]);
}

fn interest_terms(source: &mut Source) -> Result<InterestTerms> {
    let min_ppm = source.parameter(1, 100_000);
    let curve = CurveTerms {
        target_utilisation: Ratio::from_ppm_up(source.parameter(10_000, 990_000)),
        steepness: Ratio::from_ppm_down(source.parameter(1_000_000, 16_000_000)),
        adaptation_speed: Rate::from_ppm_per_year_down(source.parameter(0, 365_000_000)),
        min_rate_at_target: Rate::from_ppm_per_year_down(min_ppm),
        max_rate_at_target: Rate::from_ppm_per_year_down(source.parameter(min_ppm.min(10_000_000), 10_000_000)),
    };
    let protocol_share = Ratio::from_ppm_down(source.parameter(0, 1_000_000));
    InterestTerms::new(curve.checked()?, protocol_share)
}

#[inline(never)]
pub(super) fn accruals(source: &mut Source, transcript: &mut Transcript) {
    let terms = transcript.refusal(interest_terms(source));
    let (Some(mut books), Some(terms)) = (transcript.refusal(totals(source)), terms) else {
        return;
    };
    let mut rate_at_target = Rate::from_ppm_per_year_down(source.parameter(0, 2_000_000));
    for _ in 0..3 {
        let elapsed_seconds = if source.one_in(20) { source.any() } else { source.sized(28) };
        let Some(accrual) = transcript.refusal(accrue(&books, rate_at_target, &terms, elapsed_seconds)).flatten()
        else {
            return;
        };
        write_totals(transcript, &accrual.totals);
        transcript.write([accrual.rate_at_target, accrual.borrow_rate]);
        transcript.write(accrual.utilisation);
        transcript.write([accrual.interest, accrual.protocol]);
        books = accrual.totals;
        rate_at_target = accrual.rate_at_target;
    }
}

/// Somebody's part of a reserve.
fn position(source: &mut Source, totals: &ReserveTotals) -> ReservePosition {
    let is_lender = source.one_in(2);
    let part_of = |shares: Shares, source: &mut Source| Shares(source.between(0, shares.0));
    ReservePosition {
        deposit_shares: if is_lender { part_of(totals.deposit_shares, source) } else { Shares::ZERO },
        debt_shares: if is_lender { Shares::ZERO } else { part_of(totals.debt_shares, source) },
    }
}

#[inline(never)]
pub(super) fn positions(source: &mut Source, transcript: &mut Transcript) {
    let Some(mut books) = transcript.refusal(totals(source)) else {
        return;
    };
    let mut position = position(source, &books);
    for _ in 0..4 {
        let holding = transcript.keep(position.claim_down(&books)).unwrap_or_default();
        let owed = transcript.keep(position.owed_up(&books)).unwrap_or_default();
        let around = holding.max(owed).0;
        let amount = Amount(if source.one_in(4) { source.sized(50) } else { source.near(around) });
        let split: Result<Split> = if source.one_in(2) {
            credit(&mut position, &mut books, amount)
        } else {
            debit(&mut position, &mut books, amount)
        };
        transcript.write(split.map(|split| [split.deposit, split.debt]));
        transcript.write([position.deposit_shares, position.debt_shares]);
        write_totals(transcript, &books);
    }
}

#[inline(never)]
pub(super) fn bankruptcies(source: &mut Source, transcript: &mut Transcript) {
    let Some(mut books) = transcript.refusal(totals(source)) else {
        return;
    };
    books.insurance = Amount(books.insurance.0 >> source.below(50));
    let debt_shares = Shares(source.between(0, books.debt_shares.0));
    let position = ReservePosition { debt_shares, ..ReservePosition::default() };
    let (remaining, dust) = (Value(source.sized(24)), Value(source.sized(32)));
    let Some(resolved) = transcript.refusal(resolve_bankruptcy(&books, &position, remaining, dust)) else {
        return;
    };
    transcript.write([resolved.deficit, resolved.insurance_loss, resolved.socialised]);
    write_totals(transcript, &resolved.totals);
}
