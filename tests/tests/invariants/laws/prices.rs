//! Which publications enter.

use plimsoll_risk::quantities::Price;

use super::{Change, Verdict, ensure};
use crate::feeds::Feed;
use crate::snapshot::Snapshot;

/// Decimals of the quote token less those of the oracle's exponent.
const QUOTE_ATOMS_E8: u32 = 2;
/// Log prices have 48 fractional bits; a mantissa that is off by one moves them by less.
const LOG_SLACK: u64 = 1 << 24;

/// INV-PRICE: the price in force never goes back in time.
pub(crate) fn never_back_in_time(change: &Change) -> Verdict {
    for (index, before) in change.before.factors() {
        let after = &change.after.book.factors[index];
        let forward = after.price.publish_time_seconds >= before.price.publish_time_seconds;
        ensure(forward, || format!("INV-PRICE: factor {index} went back in time"))?;
    }
    Ok(())
}

/// INV-PRICE: the sample of a step is its first publication, whichever were offered, in whatever order, by whom.
pub(crate) fn first_publication_is_the_sample(state: &Snapshot, feeds: &[Feed]) -> Verdict {
    for (index, factor) in state.factors() {
        let (step, grid_seconds) = (factor.volatility.sample_step, state.book.params.grid_seconds);
        let sample = feeds[index].sample_of(step, grid_seconds);
        let first = sample.ok_or_else(|| format!("INV-PRICE: factor {index}: step {step} had no first publication"))?;
        let mantissa = (u128::from(first.price_e8.unsigned_abs()) << Price::FRACTION_BITS)
            / 10u128.pow(u32::from(factor.base_decimals) + QUOTE_ATOMS_E8);
        let mid = u64::try_from(mantissa).map_err(|error| error.to_string())?;
        let expected = Price::from_bits(mid).ln().map_err(|error| format!("{error:?}"))?;
        let distance = factor.volatility.sample_log_price.abs_diff(expected.to_bits());
        ensure(distance <= LOG_SLACK, || {
            format!("INV-PRICE: factor {index}: the sample of step {step} is not {first:?}")
        })?;
    }
    Ok(())
}
