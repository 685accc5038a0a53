//! How margin calls look at an account's legs: now, at a moment ahead, and at the worst of the hour. Always at present mid prices.

use anchor_lang::prelude::*;
use plimsoll_risk::health::LiquidationFactorTerms;
use plimsoll_risk::liquidity::Impact;
use plimsoll_risk::perp::PerpPosition;
use plimsoll_risk::perp::funding::paid_ahead_up;
use plimsoll_risk::perp::margin::PerpLiquidationTerms;
use plimsoll_risk::quantities::{Amount, DailyRate, Index, Price, Rate, Ratio};

use super::legs;
use super::liquidation::Outlook;
use crate::bridge::terms;
use crate::constants::RESERVES;
use crate::error::{OrRefuse, PlimsollError};
use crate::state::{Book, Factor, MarginAccount, Moment, PerpMarket, Reserve};

/// Now.
pub(super) struct Present<'a> {
    pub(super) book: &'a Book,
    pub(super) moment: Moment,
}

/// A step ahead: its margins, and of what walks within it the worse of two moments. A walk in the owner's favour is no promise: announced again, it
/// stops where it stands. So weights and size margins count at their worst from now on.
pub(super) struct Ahead<'a> {
    pub(super) growth: &'a Growth,
    pub(super) from: Moment,
    pub(super) to: Moment,
}

/// Everything at its worst from now to the horizon.
pub(super) struct Worst<'a> {
    pub(super) growth: &'a Growth,
    pub(super) step: u64,
    pub(super) now_seconds: u64,
}

/// What debts will have grown to at the horizon.
pub(super) struct Growth {
    pub(super) horizon_seconds: u64,
    /// Debt indices of the reserves that the account owes in, as they multiply shares.
    debt_mantissas48_up: [u64; RESERVES],
}

impl Growth {
    /// What a position will have paid in funding at the horizon.
    pub(super) fn funding_up(&self, market: &PerpMarket, position: &PerpPosition, mid: Price) -> Result<Amount> {
        funding_until_up(market, position, mid, self.horizon_seconds)
    }

    /// Accrues each reserve that the account owes in, from its last accrual on.
    #[inline(never)]
    pub(super) fn of(book: &Book, account: &MarginAccount, horizon_seconds: u64) -> Result<Self> {
        let mut growth = Self { horizon_seconds, debt_mantissas48_up: [0; RESERVES] };
        let rows = account.balances.iter().zip(&book.reserves).zip(&mut growth.debt_mantissas48_up);
        for ((_, reserve), mantissa) in rows.filter(|((balance, _), _)| balance.debt_shares != 0) {
            *mantissa = grown_mantissa48_up(reserve, horizon_seconds)?;
        }
        Ok(growth)
    }

    pub(super) fn debt_mantissa_up(&self, index: u8) -> Result<u64> {
        self.debt_mantissas48_up.get(usize::from(index)).copied().ok_or_else(|| PlimsollError::ReserveIndex.into())
    }
}

fn grown_mantissa48_up(reserve: &Reserve, at_seconds: u64) -> Result<u64> {
    let elapsed = at_seconds.saturating_sub(reserve.accrued_seconds);
    let terms = terms::interest_terms(&reserve.params)?;
    let rate = Rate::from_bits(reserve.rate_at_target);
    let grown = plimsoll_risk::interest::accrue(&reserve.totals(), rate, &terms, elapsed).or_refuse()?;
    let index = grown.map_or(Index::from_bits(reserve.debt_index.get()), |accrual| accrual.totals.debt_index);
    index.mantissa48_up().or_refuse()
}

/// Prices at mid.
#[inline(always)]
fn at_mid(factor: &Factor, maintenance: Ratio, impact: Impact) -> LiquidationFactorTerms {
    let mid = Price::from_bits(factor.price.mid);
    LiquidationFactorTerms { asset_price: mid, debt_price: mid, maintenance, liquidation_end: maintenance, impact }
}

/// What a position will have paid at a moment, at the present rate; a market with a settlement price charges nothing more.
#[inline(always)]
fn funding_until_up(market: &PerpMarket, position: &PerpPosition, mid: Price, at_seconds: u64) -> Result<Amount> {
    if market.settlement_price != 0 || position.base.is_zero() {
        return Ok(Amount::ZERO);
    }
    let seconds = at_seconds.saturating_sub(market.funding_updated_seconds);
    paid_ahead_up(DailyRate::from_bits(market.funding_rate), position.base, mid, seconds).or_refuse()
}

impl Outlook for Present<'_> {
    #[inline(always)]
    fn factor_terms(&self, factor: &Factor) -> Result<LiquidationFactorTerms> {
        legs::require_settled_price(factor, self.moment.now_seconds)?;
        Ok(at_mid(factor, factor.maintenance_margin(self.moment.step), factor.impact_at(self.moment.walked)?))
    }

    #[inline(always)]
    fn perp_terms(&self, market: &PerpMarket, factor: &LiquidationFactorTerms) -> Result<PerpLiquidationTerms> {
        market.liquidation_margin_terms(factor, &self.moment)
    }

    #[inline(always)]
    fn weight_down(&self, reserve: &Reserve) -> Result<Ratio> {
        reserve.weight_ramp().at_down(self.moment.at_seconds).or_refuse()
    }

    #[inline(always)]
    fn debt_mantissa_up(&self, _index: u8, reserve: &Reserve) -> Result<u64> {
        legs::require_accrued(self.book, reserve, self.moment.now_seconds)?;
        Index::from_bits(reserve.debt_index.get()).mantissa48_up().or_refuse()
    }

    #[inline(always)]
    fn funding_up(&self, market: &PerpMarket, position: &PerpPosition, _mid: Price) -> Result<Amount> {
        if !position.base.is_zero() {
            market.require_funded(self.book, self.moment.now_seconds)?;
        }
        Ok(Amount::ZERO)
    }
}

impl Outlook for Ahead<'_> {
    #[inline(always)]
    fn factor_terms(&self, factor: &Factor) -> Result<LiquidationFactorTerms> {
        let mut impact = factor.impact_at(self.to.walked)?;
        if self.from.walked != self.to.walked {
            impact = impact.worst(&factor.impact_at(self.from.walked)?);
        }
        Ok(at_mid(factor, factor.maintenance_margin(self.to.step), impact))
    }

    #[inline(always)]
    fn perp_terms(&self, market: &PerpMarket, factor: &LiquidationFactorTerms) -> Result<PerpLiquidationTerms> {
        worst_perp_terms(market, factor, [self.to.now_seconds, self.to.at_seconds])
    }

    #[inline(always)]
    fn weight_down(&self, reserve: &Reserve) -> Result<Ratio> {
        lowest_weight_down(reserve, [self.to.now_seconds, self.to.at_seconds])
    }

    #[inline(always)]
    fn debt_mantissa_up(&self, index: u8, _reserve: &Reserve) -> Result<u64> {
        self.growth.debt_mantissa_up(index)
    }

    #[inline(always)]
    fn funding_up(&self, market: &PerpMarket, position: &PerpPosition, mid: Price) -> Result<Amount> {
        funding_until_up(market, position, mid, self.to.at_seconds)
    }
}

/// Margins of a market with the larger of its size margins at two moments.
#[inline(always)]
fn worst_perp_terms(
    market: &PerpMarket,
    factor: &LiquidationFactorTerms,
    [from, to]: [u64; 2],
) -> Result<PerpLiquidationTerms> {
    Ok(PerpLiquidationTerms {
        long_price: factor.asset_price,
        short_price: factor.debt_price,
        maintenance: factor.maintenance,
        liquidation_end: factor.liquidation_end,
        impact: factor.impact,
        size_maintenance: market.size_margin_per_atom(from)?.max(market.size_margin_per_atom(to)?),
    })
}

/// The lower of a reserve's collateral weights at two moments.
#[inline(always)]
fn lowest_weight_down(reserve: &Reserve, [from, to]: [u64; 2]) -> Result<Ratio> {
    let ramp = reserve.weight_ramp();
    Ok(ramp.at_down(from).or_refuse()?.min(ramp.at_down(to).or_refuse()?))
}

impl Outlook for Worst<'_> {
    #[inline(always)]
    fn factor_terms(&self, factor: &Factor) -> Result<LiquidationFactorTerms> {
        Ok(at_mid(factor, factor.path_ahead(self.step).highest, factor.impact_ahead()))
    }

    #[inline(always)]
    fn perp_terms(&self, market: &PerpMarket, factor: &LiquidationFactorTerms) -> Result<PerpLiquidationTerms> {
        worst_perp_terms(market, factor, [self.now_seconds, self.growth.horizon_seconds])
    }

    #[inline(always)]
    fn weight_down(&self, reserve: &Reserve) -> Result<Ratio> {
        lowest_weight_down(reserve, [self.now_seconds, self.growth.horizon_seconds])
    }

    #[inline(always)]
    fn debt_mantissa_up(&self, index: u8, _reserve: &Reserve) -> Result<u64> {
        self.growth.debt_mantissa_up(index)
    }

    #[inline(always)]
    fn funding_up(&self, market: &PerpMarket, position: &PerpPosition, mid: Price) -> Result<Amount> {
        self.growth.funding_up(market, position, mid)
    }
}
