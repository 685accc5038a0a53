//! Fills against the pool: the premium of the skew, the fee, and the caps of open interest. See `docs/risk.md`, section 10.

use crate::error::{Result, RiskError};
use crate::math::{mul_div_down, mul_div_up};
use crate::perp::Sides;
use crate::quantities::{Amount, Price, Ratio, SignedAmount, Value};

/// How a market fills.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FillTerms {
    /// The skew at which the premium is 100 %; at least four times every cap of open interest.
    pub skew_scale: Amount,
    /// Fee on what enlarges the skew.
    pub fee: Ratio,
    /// Fee on what brings the skew nearer to zero.
    pub fee_reducing: Ratio,
    /// The insurance's part of the fee, at most one.
    pub insurance_share: Ratio,
}

/// A fill: what a trade costs or brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fill {
    /// Quote received (a sale) or paid (a purchase, negative), premium included, fee not.
    pub quote: SignedAmount,
    /// The fee.
    pub fee: Amount,
    /// Of it, what goes to the market's insurance.
    pub to_insurance: Amount,
}

/// Plans a trade of `delta` at a price: premium and fee against the trader in every rounding.
///
/// Errors: [`RiskError::AmountZero`], [`RiskError::Overflow`].
#[inline(always)]
pub fn plan_fill(
    skew: SignedAmount,
    delta: SignedAmount,
    mid: Price,
    confidence: Price,
    terms: &FillTerms,
) -> Result<Fill> {
    if delta.is_zero() {
        return Err(RiskError::AmountZero);
    }
    let edge = if delta.is_negative() {
        Price::from_bits(mid.to_bits().saturating_sub(confidence.to_bits()))
    } else {
        mid.plus(confidence)?
    };
    let quote = quote_down(skew, delta, edge, terms.skew_scale)?;
    let fee = fee_up(skew, delta, edge, terms)?;
    let to_insurance = Amount(terms.insurance_share.of_down(Value(fee.0))?.0);
    Ok(Fill { quote, fee, to_insurance })
}

/// The trader's quote: `−Δ·edge·(1 + (2k + Δ)/2s)`, rounded against him.
///
/// While a side's cap is at most s/4, no premium passes 1/4; where parameters changed under open positions, it counts as 1/4.
#[inline(always)]
fn quote_down(skew: SignedAmount, delta: SignedAmount, edge: Price, scale: Amount) -> Result<SignedAmount> {
    let mean = skew.plus(skew)?.plus(delta)?;
    let twice_scale = scale.plus(scale)?.0;
    let numerator = mean.magnitude().0.min(scale.0 >> 1);
    let size = delta.magnitude();
    if delta.is_negative() {
        let value = edge.value_down(size)?.0;
        let received = if mean.is_negative() {
            let discount = mul_div_up(edge.value_up(size)?.0, numerator, twice_scale)?;
            value.saturating_sub(discount) // of less than an atom nothing is left
        } else {
            value.checked_add(mul_div_down(value, numerator, twice_scale)?).ok_or(RiskError::Overflow)?
        };
        return SignedAmount::received(Amount(received));
    }
    let value = edge.value_up(size)?.0;
    let paid = if mean.is_negative() {
        let discount = mul_div_down(edge.value_down(size)?.0, numerator, twice_scale)?;
        value.saturating_sub(discount) // at most a quarter
    } else {
        value.checked_add(mul_div_up(value, numerator, twice_scale)?).ok_or(RiskError::Overflow)?
    };
    SignedAmount::paid(Amount(paid))
}

/// The fee: lower on the part that brings the skew nearer to zero.
#[inline(always)]
fn fee_up(skew: SignedAmount, delta: SignedAmount, edge: Price, terms: &FillTerms) -> Result<Amount> {
    let size = delta.magnitude();
    let opposite = skew.is_negative() != delta.is_negative();
    let reducing = if opposite { size.min(skew.magnitude()) } else { Amount::ZERO };
    let enlarging = size.minus(reducing)?;
    let fee_reducing = terms.fee_reducing.of_up(edge.value_up(reducing)?)?;
    let fee = terms.fee.of_up(edge.value_up(enlarging)?)?;
    Ok(Amount(fee_reducing.plus(fee)?.0))
}

/// Refuses a fill that is worse than the order allows: [`RiskError::WorstPriceBreached`].
#[inline(always)]
pub fn require_worst_price(delta: SignedAmount, quote: SignedAmount, worst: Price) -> Result<()> {
    let size = delta.magnitude();
    // a limit beyond every amount allows each purchase, and no sale
    let is_within = if delta.is_negative() {
        let least = worst.value_down(size).map_or(u64::MAX, |value| value.0);
        !quote.is_negative() && quote.magnitude().0 >= least
    } else {
        let most = worst.value_up(size).map_or(u64::MAX, |value| value.0);
        !quote.is_negative() || quote.magnitude().0 <= most
    };
    if is_within { Ok(()) } else { Err(RiskError::WorstPriceBreached) }
}

/// How large a side may become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenInterestTerms {
    /// The most base atoms of a side.
    pub max_open_interest: Amount,
    /// Depth of the market within 2 % of mid, one side.
    pub depth: Value,
    /// Multiple of the depth that a side may hold.
    pub depth_multiple: Ratio,
}

/// Refuses a side that grew past its cap: [`RiskError::OpenInterestCap`]. A side that shrank or stood still is never refused.
#[inline(always)]
pub fn require_open_interest(
    before: &Sides<Amount>,
    after: &Sides<Amount>,
    mid: Price,
    terms: &OpenInterestTerms,
) -> Result<()> {
    let by_depth = terms.depth_multiple.of_down(terms.depth)?;
    let exceeds = |was: Amount, is: Amount| {
        // |is|·mid in quote atoms, rounded up, against the depth: no division; a value that does not fit passes every depth
        is > was && (is > terms.max_open_interest || mid.value_up(is).map_or(true, |value| value > by_depth))
    };
    if exceeds(before.long, after.long) || exceeds(before.short, after.short) {
        return Err(RiskError::OpenInterestCap);
    }
    Ok(())
}

/// Refuses a trade that is smaller than the minimum, or leaves a smaller position: [`RiskError::BelowMinimumSize`]. Closing all is always allowed.
pub fn require_minimum_size(before: SignedAmount, delta: SignedAmount, minimum: Amount) -> Result<()> {
    let after = before.plus(delta)?;
    if after.is_zero() {
        return Ok(());
    }
    if delta.magnitude() < minimum || after.magnitude() < minimum {
        return Err(RiskError::BelowMinimumSize);
    }
    Ok(())
}

/// Refuses a trade that would grow, open or turn a position: [`RiskError::ReduceOnly`].
pub fn require_reduces(before: SignedAmount, delta: SignedAmount) -> Result<()> {
    if reduces(before, delta) { Ok(()) } else { Err(RiskError::ReduceOnly) }
}

/// Whether a trade only reduces a position, down to zero at most.
#[must_use]
pub fn reduces(before: SignedAmount, delta: SignedAmount) -> bool {
    !before.is_zero() && before.is_negative() != delta.is_negative() && delta.magnitude() <= before.magnitude()
}
