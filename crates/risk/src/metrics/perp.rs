//! The prices between which an account with perp positions is healthy, and a position's bankruptcy price.

use super::FactorExposure;
use crate::error::{Result, RiskError};
use crate::math::{mul_shift_down, mul_shift_up};
use crate::quantities::{Price, Ratio, SignedAmount, SignedValue};

const PRICE_BITS: u32 = Price::FRACTION_BITS;

/// The balance in the quote reserve together with the profit of all perp positions, as maintenance health counts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuoteNet {
    /// Atoms: held (positive) or owed.
    pub atoms: i128,
    /// Mid price of the quote reserve's factor.
    pub price: Price,
    /// What a deposit's value counts for, from [`crate::health::asset_weight_down`].
    pub asset_weight: Ratio,
    /// What a debt's value requires, from [`crate::health::debt_weight_up`].
    pub debt_weight: Ratio,
}

/// The prices between which maintenance health is not negative, all else equal. A bound is none where the account is healthy up to the end of
/// the Book's range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HealthyRange {
    /// Below it the account is liquidated; rounded up.
    pub lowest: Option<Price>,
    /// Above it the account is liquidated; rounded down.
    pub highest: Option<Price>,
}

impl FactorExposure {
    /// The prices of the factor between which the account is healthy; none where no price makes it healthy. `maintenance` is the health at `mid`.
    ///
    /// A profit that turns the quote balance from a debt into a deposit counts for less from there on, so that health has a kink, is the lower of
    /// two straight lines, and may have a liquidation price on either side. For the factor of the quote reserve itself, add the net as a deposit
    /// or a debt and ask [`Self::liquidation_price`].
    pub fn healthy_range(
        &self,
        maintenance: SignedValue,
        mid: Price,
        quote: &QuoteNet,
    ) -> Result<Option<HealthyRange>> {
        let as_deposit = mul_shift_down::<PRICE_BITS>(quote.asset_weight.to_bits(), quote.price.to_bits())?;
        let as_debt = mul_shift_up::<PRICE_BITS>(quote.debt_weight.to_bits(), quote.price.to_bits())?;
        let counted = if quote.atoms < 0 { as_debt } else { as_deposit };
        let mut range = HealthyRange { lowest: None, highest: None };
        for weight in [as_deposit, as_debt] {
            let line = self.with_profit_weighted(weight)?;
            let health = line_at_mid(maintenance, quote.atoms, counted, weight)?;
            let rises = line.weighted_atoms > 0;
            match line.liquidation_price(health, mid)? {
                Some(price) if rises => range.lowest = range.lowest.max(Some(price)),
                Some(price) => range.highest = Some(range.highest.map_or(price, |highest| highest.min(price))),
                None if line.is_healthy_at_best(health, mid)? => {}
                None => return Ok(None),
            }
        }
        let is_empty = range.lowest.zip(range.highest).is_some_and(|(lowest, highest)| lowest > highest);
        Ok(if is_empty { None } else { Some(range) })
    }

    /// Whether health is not negative at the end of the Book's range at which it is highest.
    fn is_healthy_at_best(&self, health: SignedValue, mid: Price) -> Result<bool> {
        let best = if self.weighted_atoms > 0 { Price::MAX_MANTISSA } else { Price::MIN_MANTISSA };
        let gained = self.value_at(Price::from_bits(best))?.checked_sub(self.value_at(mid)?);
        let at_best = gained.and_then(|gained| health.0.checked_add(gained)).ok_or(RiskError::Overflow)?;
        Ok(at_best >= 0)
    }

    /// The factor with the perps' profit counted at one weight of 32 fractional bits.
    fn with_profit_weighted(&self, weight: u64) -> Result<Self> {
        let profit = self.base.checked_mul(weight.into()).ok_or(RiskError::Overflow)?;
        let weighted_atoms = self.weighted_atoms.checked_add(profit).ok_or(RiskError::Overflow)?;
        Ok(Self { weighted_atoms, base: 0 })
    }
}

/// Health at mid, had the quote net counted at `weight` instead of `counted`.
fn line_at_mid(maintenance: SignedValue, atoms: i128, counted: u64, weight: u64) -> Result<SignedValue> {
    let difference = i128::from(weight).checked_sub(counted.into()).ok_or(RiskError::Overflow)?;
    let shifted = atoms.checked_mul(difference).ok_or(RiskError::Overflow)? >> Ratio::FRACTION_BITS;
    maintenance.0.checked_add(shifted).map(SignedValue).ok_or(RiskError::Overflow)
}

/// The price at which closing a position would use up its share of the account's equity: dYdX v4's bankruptcy price. `share` is its requirement
/// over all requirements, one for a single position; the quote reserve's token counts at one quote unit.
///
/// Rounded to the side on which it is reached sooner; none without a position, and where the price leaves the Book's range.
pub fn bankruptcy_price(base: SignedAmount, mid: Price, equity: SignedValue, share: Ratio) -> Result<Option<Price>> {
    let part = equity.0.checked_mul(share.to_bits().into()).ok_or(RiskError::Overflow)? >> Ratio::FRACTION_BITS;
    let dividend = part.checked_mul(1 << PRICE_BITS).ok_or(RiskError::Overflow)?;
    // a long loses as the price falls: the quotient, and with it the distance, is rounded down
    let Some(distance) = dividend.checked_div_euclid(base.magnitude().0.into()) else {
        return Ok(None);
    };
    let mid = i128::from(mid.to_bits());
    let moved = if base.is_negative() { mid.checked_add(distance) } else { mid.checked_sub(distance) };
    let mantissa = moved.and_then(|moved| u64::try_from(moved).ok());
    Ok(mantissa
        .map(Price::from_bits)
        .filter(|price| (Price::MIN_MANTISSA..=Price::MAX_MANTISSA).contains(&price.to_bits())))
}
