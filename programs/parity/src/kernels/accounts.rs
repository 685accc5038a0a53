//! Health of an account, and what its owner sees of his risk.

use plimsoll_risk::health::{
    self, CollateralWeights, CrossHealth, FactorTerms, LiquidationFactorTerms, LiquidationHealth,
};
use plimsoll_risk::metrics::{self, FactorExposure};
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedValue, Variance};

use super::liquidity::impact;
use crate::source::Source;
use crate::transcript::Transcript;

const LEGS: u64 = 6;

/// A margin below one, or once in 20 cases any.
#[inline(never)]
pub(super) fn margin(source: &mut Source) -> Ratio {
    Ratio::from_bits(if source.one_in(20) { source.any() } else { source.between(0, 1 << 32) })
}

/// A price of the Book.
#[inline(never)]
pub(super) fn price(source: &mut Source) -> Price {
    let bits = source.between(Price::MIN_MANTISSA, Price::MAX_MANTISSA) >> source.below(33);
    Price::from_bits(bits.max(Price::MIN_MANTISSA))
}

pub(super) fn factor_terms(source: &mut Source) -> FactorTerms {
    let mid = price(source);
    FactorTerms {
        mid,
        asset_initial: Price::from_bits(source.near(mid.to_bits())),
        debt_initial: Price::from_bits(source.near(mid.to_bits())),
        maintenance: margin(source),
        initial: margin(source),
        impact: impact(source),
        impact_initial: impact(source),
    }
}

#[inline(never)]
pub(super) fn healths(source: &mut Source, transcript: &mut Transcript) {
    let (mut cross, mut liquidation) = (CrossHealth::default(), LiquidationHealth::default());
    for _ in 0..source.between(1, LEGS) {
        let terms = factor_terms(source);
        let ending = LiquidationFactorTerms {
            asset_price: terms.mid,
            debt_price: terms.debt_initial,
            maintenance: terms.maintenance,
            liquidation_end: terms.initial,
            impact: terms.impact,
        };
        let weights = CollateralWeights { initial: margin(source), maintenance: margin(source) };
        let shares = Shares(source.sized(58));
        let mantissa48 = source.between(1 << 40, 1 << 52);
        let added = if source.one_in(2) {
            transcript.write(health::deposit_amount_down(shares, mantissa48));
            let weight = weights.maintenance;
            let added = liquidation.add_deposit(shares, mantissa48, &ending, weight);
            added.and_then(|()| cross.add_deposit(shares, mantissa48, &terms, &weights))
        } else {
            transcript.write(health::debt_amount_up(shares, mantissa48));
            let added = liquidation.add_debt(shares, mantissa48, &ending);
            added.and_then(|()| cross.add_debt(shares, mantissa48, &terms))
        };
        transcript.write(added.map(|()| true));
    }
    transcript.write([cross.initial, cross.maintenance, cross.equity()]);
    transcript.write([cross.assets, cross.debts]);
    transcript.write(cross.admit().map(|()| true));
    transcript.write([liquidation.maintenance, liquidation.liquidation_end, liquidation.equity()]);
    transcript.write([liquidation.assets, liquidation.debts]);
}

#[inline(never)]
pub(super) fn metrics(source: &mut Source, transcript: &mut Transcript) {
    let mid = price(source);
    let (maintenance, weight) = (margin(source), margin(source));
    let mut exposure = FactorExposure::default();
    let asset_weight = health::asset_weight_down(maintenance, weight);
    transcript.write(exposure.add_deposit(Amount(source.sized(60)), asset_weight).map(|()| true));
    if let Some(debt_weight) = transcript.keep(health::debt_weight_up(maintenance)) {
        transcript.write(exposure.add_debt(Amount(source.sized(60)), debt_weight).map(|()| true));
    }
    let Some(value) = transcript.keep(exposure.value_at(mid)) else {
        return;
    };
    let size = i128::from(source.near(u64::try_from(value.unsigned_abs()).unwrap_or(u64::MAX)));
    let health = SignedValue(if source.one_in(2) { -size } else { size });
    let crossing = transcript.keep(exposure.liquidation_price(health, mid)).flatten();
    let level = crossing.unwrap_or(Price::from_bits(source.near(mid.to_bits())));
    let variance = Variance::from_root(Ratio::from_bits(source.sized(32))).unwrap_or(Variance::MAX);
    if let Some(distance) = transcript.keep(metrics::distance_down(mid, level, variance)) {
        transcript.write(metrics::touch_probability(distance, source.sized(32)));
    }
    let distance = Ratio::from_bits(source.sized(36));
    transcript.write(metrics::touch_probability(distance, source.between(0, 31_536_000)));
}
