//! Liquidation plans and their bounds.

use plimsoll_risk::Result;
use plimsoll_risk::health::{LiquidationFactorTerms, LiquidationHealth};
use plimsoll_risk::liquidation::{
    BonusTerms, Bucket, BucketTerms, ExchangeLeg, LiquidationInputs, LiquidationTerms, plan_liquidation,
};
use plimsoll_risk::math::mul_div_down;
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, Value};

use super::accounts::price;
use super::liquidity::impact;
use crate::source::Source;
use crate::transcript::Transcript;

const INDEX_ONE: u64 = 1 << 48;

pub(super) fn bonus(source: &mut Source) -> BonusTerms {
    let min = Ratio::from_bits(source.sized(29));
    BonusTerms {
        min,
        max: Ratio::from_bits(min.to_bits() + source.sized(29)),
        slope: Ratio::from_bits(source.sized(32)),
        per_second: Ratio::from_bits(source.sized(20)),
    }
}

fn factor(source: &mut Source) -> LiquidationFactorTerms {
    let price = price(source);
    let maintenance = source.between(1 << 24, 1 << 30);
    LiquidationFactorTerms {
        asset_price: price,
        debt_price: price,
        maintenance: Ratio::from_bits(maintenance),
        liquidation_end: Ratio::from_bits(maintenance + maintenance / 10),
        impact: impact(source),
    }
}

/// An account with one deposit and one debt of about the same value, as the program sees it.
fn inputs(source: &mut Source) -> Result<LiquidationInputs> {
    let (debt_factor, collateral_factor) = (factor(source), factor(source));
    let (debt_price, collateral_price) = (debt_factor.debt_price, collateral_factor.asset_price);
    let debt = Amount(source.sized(44));
    let wanted = source.near(debt_price.value_down(debt)?.0);
    let one = 1 << Price::FRACTION_BITS;
    let collateral = Amount(mul_div_down(wanted, one, collateral_price.to_bits())?);
    let mut health = LiquidationHealth::default();
    health.add_deposit(Shares(collateral.0), INDEX_ONE, &collateral_factor, Ratio::ONE)?;
    health.add_debt(Shares(debt.0), INDEX_ONE, &debt_factor)?;
    Ok(LiquidationInputs {
        health,
        debt: ExchangeLeg::debt(debt, &debt_factor)?,
        collateral: ExchangeLeg::deposit(collateral, Ratio::ONE, &collateral_factor)?,
        throughput_left: Value(source.any()),
        insurance: Amount(source.any()),
        repay_limit: Amount(source.any()),
        seconds_unhealthy: source.sized(20),
    })
}

#[inline(never)]
pub(super) fn plans(source: &mut Source, transcript: &mut Transcript) {
    let terms = LiquidationTerms {
        bonus: bonus(source),
        insurance_cut: Ratio::from_bits(source.sized(26)),
        urgent_fraction: Ratio::from_bits(source.between(0, 1 << 32)),
        dust: Value(source.sized(30)),
    };
    let Some(inputs) = transcript.refusal(inputs(source)) else {
        return;
    };
    transcript.write([inputs.health.maintenance, inputs.health.liquidation_end]);
    let Some(plan) = transcript.refusal(plan_liquidation(&inputs, &terms)) else {
        return;
    };
    transcript.write([plan.repaid, plan.seized, plan.insurance_cut, plan.insurance_top_up]);
    transcript.write(plan.bonus);
    transcript.write(plan.value);
    transcript.write(plan.is_urgent);
}

#[inline(never)]
pub(super) fn throughputs(source: &mut Source, transcript: &mut Transcript) {
    let mut terms = || BucketTerms { capacity: Value(source.sized(60)), refill_per_second: Value(source.sized(40)) };
    let (first, second) = (terms(), terms());
    let share = Ratio::from_bits(source.between(0, 1 << 32));
    let of_account = first.of_account(second, share);
    transcript.write(of_account.map(|terms| [terms.capacity, terms.refill_per_second]));
    let now_seconds = source.sized(36);
    let mut bucket = Bucket::full(&first, now_seconds);
    for _ in 0..3 {
        let value = Value(source.near(bucket.available.0));
        match transcript.refusal(bucket.take(value)) {
            Some(after) => bucket = after,
            None => bucket = bucket.drain(value),
        }
        bucket = bucket.refilled(&first, now_seconds + source.any() % (1 << 37));
        transcript.write([bucket.available.0, bucket.updated_at]);
    }
    let ratio = Ratio::from_bits(source.any());
    transcript.write(bonus(source).wanted_down(ratio, source.any()));
}
