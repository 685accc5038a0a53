//! Perp positions in an account's health and liquidation, and the pool.

use plimsoll_risk::Result;
use plimsoll_risk::correlation::{CELLS, FACTORS};
use plimsoll_risk::health::{CollateralWeights, CrossHealth, LiquidationFactorTerms, LiquidationHealth, QuoteBalance};
use plimsoll_risk::liquidation::{LiquidationTerms, PerpLiquidationInputs, QuoteCost, plan_perp_liquidation};
use plimsoll_risk::perp::margin::{PerpLiquidationTerms, PerpTerms, size_margin_per_atom_up};
use plimsoll_risk::perp::pool::{
    PoolEquity, PoolMarket, exposure_up, payout_down, require_within, requirement_up, shares_down,
};
use plimsoll_risk::perp::{PerpBooks, PerpPosition};
use plimsoll_risk::price::Quote;
use plimsoll_risk::quantities::{Amount, Price, Ratio, Shares, SignedAmount, SignedValue, Value};

use super::accounts::{factor_terms, margin, price};
use super::liquidations::bonus;
use super::liquidity::impact;
use super::perps::{base_worth, books, position, signed};
use crate::source::Source;
use crate::transcript::Transcript;

const POSITIONS: u64 = 3;

fn perp_terms(source: &mut Source, mid: Price) -> PerpTerms {
    let mut near = || Price::from_bits(source.near(mid.to_bits()));
    let (long_initial, short_initial) = (near(), near());
    let size_maintenance = source.sized(44);
    PerpTerms {
        mid,
        long_initial,
        short_initial: if source.one_in(3) { mid } else { short_initial },
        maintenance: margin(source),
        initial: margin(source),
        size_maintenance,
        size_initial: if source.one_in(2) { size_maintenance } else { source.sized(46) },
        profit_weight: margin(source),
        impact: impact(source),
        impact_initial: impact(source),
    }
}

fn ending(terms: &PerpTerms) -> PerpLiquidationTerms {
    PerpLiquidationTerms {
        long_price: terms.mid,
        short_price: terms.long_initial,
        maintenance: terms.maintenance,
        liquidation_end: terms.initial,
        size_maintenance: terms.size_maintenance,
        impact: terms.impact,
    }
}

/// A deposit, a debt or nothing.
fn balance(source: &mut Source) -> QuoteBalance {
    let amount = Amount(source.sized(52));
    match source.below(3) {
        0 => QuoteBalance::default(),
        1 => QuoteBalance { deposit: amount, debt: Amount::ZERO },
        _ => QuoteBalance { deposit: Amount::ZERO, debt: amount },
    }
}

#[inline(never)]
pub(super) fn healths(source: &mut Source, transcript: &mut Transcript) {
    let (mut cross, mut liquidation) = (CrossHealth::default(), LiquidationHealth::default());
    for _ in 0..source.between(1, POSITIONS) {
        let mid = price(source);
        let books = books(source, mid);
        let Some(position) = transcript.refusal(position(source, &books, mid)) else {
            return;
        };
        let terms = perp_terms(source, mid);
        transcript.write(cross.add_perp(&position, &books.indices, &terms).map(|()| true));
        transcript.write(liquidation.add_perp(&position, &books.indices, &ending(&terms)).map(|()| true));
    }
    let (terms, balance) = (factor_terms(source), balance(source));
    let weights = CollateralWeights { initial: margin(source), maintenance: margin(source) };
    let exchangeable = balance.exchangeable(liquidation.profit);
    transcript.write([exchangeable.deposit, exchangeable.debt]);
    transcript.write(cross.add_quote(&balance, &terms, &weights).map(|()| true));
    let quote = quote_terms(source);
    transcript.write(liquidation.add_quote(&balance, &quote, weights.maintenance).map(|()| true));
    transcript.write([cross.initial, cross.maintenance, cross.equity()]);
    transcript.write([cross.assets, cross.debts]);
    transcript.write(cross.admit().map(|()| true));
    write_liquidation_health(transcript, &liquidation);
}

#[inline(never)]
fn write_liquidation_health(transcript: &mut Transcript, health: &LiquidationHealth) {
    transcript.write([health.maintenance, health.liquidation_end, health.equity()]);
    transcript.write([health.assets, health.debts, health.perp_sizes]);
    transcript.write(health.profit);
}

/// A position opened at mid, worth at most 2⁴⁶ quote atoms.
fn opened(source: &mut Source, mid: Price) -> Result<PerpPosition> {
    let size = base_worth(source, mid, 46);
    let is_short = source.one_in(2);
    let (base, value) = (SignedAmount::received(size)?, SignedAmount::received(Amount(mid.value_up(size)?.0))?);
    Ok(PerpPosition {
        base: if is_short { base.negated()? } else { base },
        entry: if is_short { value } else { value.negated()? },
        realised: signed(source, 30),
        ..PerpPosition::default()
    })
}

fn position_terms(source: &mut Source, mid: Price, size: Amount) -> Result<PerpLiquidationTerms> {
    let maintenance = source.between(1 << 26, 1 << 30);
    let scale = Amount((size.0 * source.between(8, 1_000)).max(1 << 34));
    Ok(PerpLiquidationTerms {
        long_price: mid,
        short_price: mid,
        maintenance: Ratio::from_bits(maintenance),
        liquidation_end: Ratio::from_bits(maintenance + maintenance / 10),
        size_maintenance: size_margin_per_atom_up(source.parameter(0, 1_000_000), scale)?,
        impact: impact(source),
    })
}

fn quote_terms(source: &mut Source) -> LiquidationFactorTerms {
    let price = Price::from_bits(source.near(1 << Price::FRACTION_BITS));
    let maintenance = source.sized(26);
    LiquidationFactorTerms {
        asset_price: price,
        debt_price: price,
        maintenance: Ratio::from_bits(maintenance),
        liquidation_end: Ratio::from_bits(maintenance + maintenance / 10),
        impact: impact(source),
    }
}

/// An account with one position and about its margin in the quote reserve, as the program sees it.
fn inputs(source: &mut Source) -> Result<PerpLiquidationInputs> {
    let mid = price(source);
    let position = opened(source, mid)?;
    let size = position.base.magnitude();
    let (terms, quote) = (position_terms(source, mid, size)?, quote_terms(source));
    let value = mid.value_up(size)?;
    let margins = terms.margins_up(position.base, value)?;
    let requirement = margins.maintenance.of_up(value)?;

    let mut health = LiquidationHealth::default();
    health.add_perp(&position, &PerpBooks::EMPTY.indices, &terms)?;
    let deposit = Amount(source.near(requirement.0 - requirement.0 / 8));
    health.add_quote(&QuoteBalance { deposit, debt: Amount::ZERO }, &quote, Ratio::ONE)?;
    Ok(PerpLiquidationInputs {
        health,
        base: position.base,
        price: mid,
        margins,
        quote: QuoteCost::new(&quote, SignedAmount::received(deposit)?.plus(position.realised)?, requirement)?,
        slip: if source.one_in(2) { Ratio::ZERO } else { Ratio::from_bits(source.sized(25)) },
        throughput_left: Value(source.any()),
        base_limit: Amount(source.any()),
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
    write_liquidation_health(transcript, &inputs.health);
    let Some(plan) = transcript.refusal(plan_perp_liquidation(&inputs, &terms)) else {
        return;
    };
    transcript.write(plan.delta);
    transcript.write([plan.value, plan.bonus, plan.insurance_cut]);
    transcript.write(plan.throughput);
    transcript.write(plan.is_urgent);
}

#[inline(never)]
pub(super) fn pools(source: &mut Source, transcript: &mut Transcript) {
    let mut equity = PoolEquity::of_deposits(Amount(source.sized(54)));
    for _ in 0..source.between(1, POSITIONS) {
        let mid = price(source);
        let confidence = Price::from_bits(mid.to_bits() >> source.between(3, 40));
        let size = base_worth(source, mid, 50).0.cast_signed();
        let skew = SignedAmount(if source.one_in(2) { -size } else { size });
        let quote = Quote { mid, confidence, ..Quote::default() };
        let market = PoolMarket { skew, pool_quote: signed(source, 50), quote };
        transcript.write(equity.add(&market).map(|()| true));
        transcript.write(exposure_up(skew, mid, margin(source)));
    }
    transcript.write([equity.mid, equity.worse, equity.better]);
    let total = Shares(source.sized(60));
    transcript.write(shares_down(Amount(source.sized(54)), total, equity.better));
    transcript.write(payout_down(Shares(source.between(0, total.0)), total, equity.worse));
}

#[inline(never)]
pub(super) fn requirements(source: &mut Source, transcript: &mut Transcript) {
    let mut exposures = [0; FACTORS];
    for _ in 0..source.between(1, 4) {
        exposures[source.index_below(FACTORS)] = signed(source, 50).0;
    }
    let mut cells = [0; CELLS];
    for i in 0..FACTORS {
        fill_row(source, &mut cells, i);
    }
    let Some(required) = transcript.keep(requirement_up(&exposures, &cells)) else {
        return;
    };
    let share = margin(source);
    let equity = SignedValue(i128::from(source.near(required.0)));
    transcript.write(require_within(&exposures, &cells, share, equity).map(|()| true));
}

/// Covariances of factor `i` with those after it: variances around (8 %)² a day, some of them zero, and anything that they allow.
fn fill_row(source: &mut Source, cells: &mut [i64; CELLS], i: usize) {
    let start = i * FACTORS - i * i.saturating_sub(1) / 2;
    for (offset, cell) in cells.iter_mut().skip(start).take(FACTORS - i).enumerate() {
        let is_variance = offset == 0;
        *cell = if is_variance && source.one_in(8) { 0 } else { source.sized(49).cast_signed() };
        if !is_variance && source.one_in(2) {
            *cell = -*cell;
        }
    }
}
