//! The waterfall of a perp deficit: the market's insurance, the pool, then the winning side through two lazily applied numbers.
//! See `docs/risk.md`, section 13.

use crate::error::{Result, RiskError};
use crate::math::{mul_div_down, wide_mul_div_down, wide_mul_div_up};
use crate::perp::{PerpBooks, PerpPosition, SideIndices};
use crate::quantities::{Amount, PerUnit, Price, SignedAmount, SizeFactor};

/// What a resolution depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpBankruptcyInputs {
    /// The failed position, touched.
    pub position: PerpPosition,
    /// The factor's mid price.
    pub mid: Price,
    /// The account's balance in the quote reserve (a debt negative) and the PnL at mid of all its positions.
    pub quote_net: SignedAmount,
    /// What is left of the share of its equity that the pool pays today.
    pub pool_share_left: Amount,
    /// The pool's equity at mid, which it cannot exceed; 0 where negative.
    pub pool_equity: Amount,
}

/// Who bears a deficit: `insurance + pool + winners = deficit`, to the atom (**INV-WATERFALL**), but for `unpaid`, which stays on the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PerpBankruptcy {
    /// What the account cannot pay of this market's loss.
    pub deficit: Amount,
    /// What the market's insurance pays.
    pub insurance: Amount,
    /// What the pool pays.
    pub pool: Amount,
    /// Of it, what counts against the pool's share of the day.
    pub pool_share_used: Amount,
    /// What the other side's positions pay together.
    pub winners: Amount,
    /// What nobody pays.
    pub unpaid: Amount,
    /// Base atoms closed against the other side; the rest of the position closes against the pool at mid.
    pub closed_against_winners: Amount,
    /// The market's books afterwards.
    pub books: PerpBooks,
    /// The failed position afterwards: no base, and the part of its loss that is its own to pay as `realised`.
    pub position: PerpPosition,
}

/// Plans the resolution of one market's deficit.
///
/// # Errors
/// [`RiskError::NoDeficit`] where the market leaves none, [`RiskError::WaterfallExhausted`] where nobody can pay anything.
pub fn resolve_perp_bankruptcy(books: &PerpBooks, inputs: &PerpBankruptcyInputs) -> Result<PerpBankruptcy> {
    let pnl = inputs.position.unrealised_down(inputs.mid)?.plus(inputs.position.realised)?;
    let deficit = deficit(pnl, inputs.quote_net)?;
    let insurance = deficit.min(books.insurance);
    let gain = books.pool_gain_down(inputs.mid)?;
    let uninsured = deficit.minus(insurance)?;
    let pool_first = uninsured.min(gain.plus(inputs.pool_share_left)?).min(inputs.pool_equity);
    let (closing, winners) = books.winners_part(inputs, uninsured.minus(pool_first)?)?;
    // the pool closes what the winners do not, and pays for that too, as far as its equity reaches
    let pool = uninsured.minus(winners)?.min(inputs.pool_equity);
    let unpaid = uninsured.minus(winners)?.minus(pool)?;
    if unpaid == deficit {
        return Err(RiskError::WaterfallExhausted);
    }
    let mut outcome = PerpBankruptcy {
        deficit,
        insurance,
        pool,
        pool_share_used: pool_first.minus(pool_first.min(gain))?,
        winners,
        unpaid,
        closed_against_winners: closing.map_or(Amount::ZERO, |closing| closing.closed),
        books: *books,
        position: inputs.position,
    };
    outcome.book(inputs.mid, closing)?;
    Ok(outcome)
}

/// `min(−PnL of this market, −(quote balance + Σ PnL))`, or [`RiskError::NoDeficit`].
fn deficit(pnl: SignedAmount, quote_net: SignedAmount) -> Result<Amount> {
    if pnl.is_negative() && quote_net.is_negative() {
        Ok(pnl.magnitude().min(quote_net.magnitude()))
    } else {
        Err(RiskError::NoDeficit)
    }
}

/// What of the winning side is closed.
#[derive(Clone, Copy)]
struct Closing {
    /// Base atoms.
    closed: Amount,
    /// S of the side afterwards.
    size: SizeFactor,
}

impl PerpBankruptcy {
    /// Closes the failed position: against the winners what `closing` says, at the price that leaves them their part of the loss, the rest against the
    /// pool at mid. Then books what insurance and pool pay.
    fn book(&mut self, mid: Price, closing: Option<Closing>) -> Result<()> {
        let base = self.position.base;
        let value = self.position.value_down(mid)?;
        let rest = PerpPosition { base: base.toward_zero(self.closed_against_winners)?, ..self.position };
        let from_pool = rest.value_down(mid)?;
        let from_winners = value.minus(from_pool)?.plus(SignedAmount::received(self.winners)?)?;
        if let Some(closing) = closing {
            self.books.close_side(base.negated()?, closing, from_winners.negated()?)?;
        }
        let quote = from_pool.plus(from_winners)?;
        self.books.trade(&mut self.position, base.negated()?, quote)?;

        let paid = SignedAmount::received(self.insurance.plus(self.pool)?)?;
        self.position.realised = self.position.realised.plus(paid)?;
        self.books.insurance = self.books.insurance.minus(self.insurance)?;
        let from_pool = from_pool.plus(SignedAmount::received(self.pool)?)?;
        self.books.pool_quote = self.books.pool_quote.minus(from_pool)?;
        Ok(())
    }
}

impl PerpBooks {
    /// What the pool earned in this market so far, rounded down; 0 where it lost: `pool_quote + settled − k·mid`.
    fn pool_gain_down(&self, mid: Price) -> Result<Amount> {
        // the pool holds what the traders lack
        let pool = PerpPosition { base: self.skew()?.negated()?, entry: self.pool_quote, ..PerpPosition::default() };
        let gain = pool.unrealised_down(mid)?.plus(self.settled)?;
        Ok(if gain.is_negative() { Amount::ZERO } else { gain.magnitude() })
    }

    /// What of the failed position closes against the winners, and what of `rest` they pay for that.
    ///
    /// The open size's own loss is shared by size between them and the pool, so that both close at one price. A loss that was booked before is the
    /// pool's alone. So no base atom of the side, be it one that rounding left to nobody, bears more than a base atom of the failed position lost.
    fn winners_part(&self, inputs: &PerpBankruptcyInputs, rest: Amount) -> Result<(Option<Closing>, Amount)> {
        let failed = &inputs.position;
        let unrealised = failed.unrealised_down(inputs.mid)?;
        let shared = if unrealised.is_negative() { rest.min(unrealised.magnitude()) } else { Amount::ZERO };
        let Some(closing) = self.closing(failed.base)? else {
            return Ok((None, Amount::ZERO));
        };
        let winners = Amount(mul_div_down(shared.0, closing.closed.0, failed.base.magnitude().0)?);
        Ok(if winners.is_zero() { (None, winners) } else { (Some(closing), winners) })
    }

    /// How much of the other side a failed position closes: its size, at most 15/16 of the side. `None` where nobody is there, or where S is used up:
    /// below 2⁻³⁰, or when it would have fewer bits than the side, and a position could lose more than an atom to rounding.
    fn closing(&self, failed: SignedAmount) -> Result<Option<Closing>> {
        if failed.is_zero() {
            return Ok(None);
        }
        let (side, indices) = self.opposite(failed);
        let closed = failed.magnitude().min(side.minus(Amount(side.0.div_ceil(16)))?);
        if closed.is_zero() || indices.size < SizeFactor::FLOOR {
            return Ok(None);
        }
        let left = side.minus(closed)?;
        let size = SizeFactor::from_bits(mul_div_down(indices.size.to_bits(), left.0, side.0)?);
        Ok(if size.to_bits() < left.0 { None } else { Some(Closing { closed, size }) })
    }

    /// Closes a part of the side that holds against `failed`: the same fraction of each position, all for `quote` together.
    fn close_side(&mut self, winner: SignedAmount, closing: Closing, quote: SignedAmount) -> Result<()> {
        let (side, indices) = self.side_and_indices_mut(winner);
        let per_unit = per_unit_down(quote, indices.size, *side)?;
        indices.profit = indices.profit.plus(per_unit)?;
        indices.size = closing.size;
        *side = side.minus(closing.closed)?;
        self.unapplied = self.unapplied.plus(quote)?;
        Ok(())
    }

    const fn opposite(&self, base: SignedAmount) -> (Amount, SideIndices) {
        if base.is_negative() {
            (self.open_interest.long, self.indices.long)
        } else {
            (self.open_interest.short, self.indices.short)
        }
    }
}

/// `⌊S·quote/side⌋` with 64 fractional bits.
fn per_unit_down(quote: SignedAmount, size: SizeFactor, side: Amount) -> Result<PerUnit> {
    // S has 62 fractional bits
    let quadrupled = u128::from(quote.magnitude().0) << 2;
    let divided = if quote.is_negative() { wide_mul_div_up } else { wide_mul_div_down };
    let magnitude = divided(quadrupled, size.to_bits().into(), side.0.into())?;
    let bits = i128::try_from(magnitude).map_err(|_| RiskError::Overflow)?;
    Ok(PerUnit::from_bits(if quote.is_negative() { bits.saturating_neg() } else { bits }))
}
