//! What a fill against the pool can cost, before its size is known. See `docs/risk.md`, section 13.

use crate::error::Result;
use crate::math::mul_div_up;
use crate::quantities::{Amount, Price, Ratio, SignedAmount};

/// The most that a trade of up to `delta` loses to confidence and premium, per unit of its value at mid, rounded up. The fee is not in it.
///
/// `(confidence + edge·max(0, premium against the trader))/mid`, the premium being `(2k + Δ)/2s`: among the trades of one direction the largest
/// pays the worst one.
///
/// # Errors
/// [`crate::RiskError::DivisionByZero`] for a scale or mid of zero, [`crate::RiskError::Overflow`].
pub fn largest_slip_up(
    skew: SignedAmount,
    delta: SignedAmount,
    mid: Price,
    confidence: Price,
    skew_scale: Amount,
) -> Result<Ratio> {
    let mean = skew.plus(skew)?.plus(delta)?;
    let is_against = mean.is_negative() == delta.is_negative();
    let numerator = if is_against { mean.magnitude().0 } else { 0 };
    let edge = if delta.is_negative() {
        Price::from_bits(mid.to_bits().saturating_sub(confidence.to_bits()))
    } else {
        mid.plus(confidence)?
    };
    let premium = mul_div_up(edge.to_bits(), numerator, skew_scale.plus(skew_scale)?.0)?;
    let lost = confidence.plus(Price::from_bits(premium))?;
    mul_div_up(lost.to_bits(), Ratio::ONE.to_bits(), mid.to_bits()).map(Ratio::from_bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RiskError;
    use crate::perp::fill::{FillTerms, plan_fill};

    const MID: Price = Price::from_bits(200 << Price::FRACTION_BITS);
    const CONFIDENCE: Price = Price::from_bits(1 << Price::FRACTION_BITS);
    const SCALE: Amount = Amount(1_000_000);

    fn slip(skew: i64, delta: i64) -> Ratio {
        largest_slip_up(SignedAmount(skew), SignedAmount(delta), MID, CONFIDENCE, SCALE).unwrap()
    }

    #[test]
    fn without_a_premium_it_is_the_confidence() {
        // shorts outweigh: whoever buys gets a discount, which does not count
        assert_eq!(slip(-50_000, 10_000), Ratio::from_ppm_up(5_000));
        assert_eq!(slip(50_000, -10_000), Ratio::from_ppm_up(5_000));
    }

    #[test]
    fn a_sale_into_longs_that_turn_short_pays_the_premium_of_its_whole_size() {
        // (2·1,000 − 12,000)/2,000,000 = −0.5 %, of 199
        let expected = (MID.to_bits() / 100 * 199 / 200).div_ceil(2) + CONFIDENCE.to_bits();
        let expected = u128::from(expected) << 32;
        let slip = slip(1_000, -12_000).to_bits();
        assert!(u128::from(slip).abs_diff(expected / u128::from(MID.to_bits())) <= 2, "{slip}");
    }

    #[test]
    fn no_smaller_fill_of_that_direction_costs_more() {
        let zero = Ratio::ZERO;
        let terms = FillTerms { skew_scale: SCALE, fee: zero, fee_reducing: zero, insurance_share: zero };
        for skew in [-90_000, -3, 0, 3, 90_000] {
            for delta in [-40_000, -7, 7, 40_000] {
                let bound = slip(skew, delta);
                for part in [1, 2, 5, 7] {
                    let trade = SignedAmount(delta / part);
                    let fill = plan_fill(SignedAmount(skew), trade, MID, CONFIDENCE, &terms).unwrap();
                    let at_mid = i128::from(trade.0) * 200;
                    let lost = -(at_mid + i128::from(fill.quote.0));
                    let most = (at_mid.unsigned_abs() * u128::from(bound.to_bits())) >> 32;
                    // a fill loses less than four atoms to rounding
                    assert!(lost <= most.cast_signed() + 4, "{skew} {delta} {part}: {lost} > {most}");
                }
            }
        }
    }

    #[test]
    fn a_market_without_a_scale_is_refused() {
        let slip = largest_slip_up(SignedAmount(1), SignedAmount(1), MID, CONFIDENCE, Amount(0));
        assert_eq!(slip, Err(RiskError::DivisionByZero));
    }
}
