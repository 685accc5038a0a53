//! Perp markets: their books, positions, fills, funding and losses.

use plimsoll_risk::Result;
use plimsoll_risk::math::mul_div_down;
use plimsoll_risk::perp::fill::{
    FillTerms, OpenInterestTerms, plan_fill, require_minimum_size, require_open_interest, require_worst_price,
};
use plimsoll_risk::perp::funding::{FundingInputs, FundingTerms, cap_down, walk};
use plimsoll_risk::perp::settlement::QuoteWeights;
use plimsoll_risk::perp::slip::largest_slip_up;
use plimsoll_risk::perp::waterfall::{PerpBankruptcyInputs, resolve_perp_bankruptcy};
use plimsoll_risk::perp::{PerpBooks, PerpPosition, SideIndices, Sides};
use plimsoll_risk::quantities::{
    Amount, DailyRate, PerUnit, Price, Ratio, SignedAmount, SignedValue, SizeFactor, Value,
};

use super::accounts::{margin, price};
use crate::source::Source;
use crate::transcript::Transcript;

const BASE_BITS: u64 = 52;

/// A number of at most `bits` bits, of either sign.
#[inline(never)]
pub(super) fn signed(source: &mut Source, bits: u64) -> SignedAmount {
    let size = source.sized(bits).cast_signed();
    SignedAmount(if source.one_in(2) { -size } else { size })
}

/// Base atoms that are worth at most 2^`bits` quote atoms.
#[inline(never)]
pub(super) fn base_worth(source: &mut Source, mid: Price, bits: u64) -> Amount {
    let value = source.sized(bits);
    let size = mul_div_down(value, 1 << Price::FRACTION_BITS, mid.to_bits()).unwrap_or(u64::MAX);
    Amount(size.clamp(1, 1 << BASE_BITS))
}

/// A size factor that no waterfall, or some, have lowered.
fn size_factor(source: &mut Source) -> SizeFactor {
    if source.one_in(2) {
        return SizeFactor::ONE;
    }
    SizeFactor::from_bits(source.between(1, SizeFactor::ONE.to_bits()) >> source.below(40))
        .max(SizeFactor::from_bits(1))
}

/// Quote atoms a base atom: up to four times the price, of either sign.
fn per_unit(source: &mut Source, mid: Price) -> PerUnit {
    let size = (i128::from(mid.to_bits()) << 26) >> source.below(40);
    PerUnit::from_bits(if source.one_in(2) { -size } else { size })
}

/// A market's books after anything.
#[inline(never)]
pub(super) fn books(source: &mut Source, mid: Price) -> PerpBooks {
    let mut side = || {
        let indices = SideIndices { size: size_factor(source), profit: per_unit(source, mid) };
        (base_worth(source, mid, 50), indices)
    };
    let ((long, long_indices), (short, short_indices)) = (side(), side());
    PerpBooks {
        open_interest: Sides { long, short },
        indices: Sides { long: long_indices, short: short_indices },
        pool_quote: signed(source, 50),
        insurance: Amount(source.sized(44)),
        unapplied: signed(source, 40),
        settled: signed(source, 50),
    }
}

/// A position within its side, last touched before anything that happened there.
#[inline(never)]
pub(super) fn position(source: &mut Source, books: &PerpBooks, mid: Price) -> Result<PerpPosition> {
    let is_short = source.one_in(2);
    let (side, indices) = if is_short {
        (books.open_interest.short, books.indices.short)
    } else {
        (books.open_interest.long, books.indices.long)
    };
    let size = Amount(source.between(0, side.0));
    let value = SignedAmount::received(Amount(source.near(mid.value_up(size)?.0)))?;
    let base = SignedAmount::received(size)?;
    let moved = per_unit(source, mid).to_bits() >> source.between(0, 8);
    Ok(PerpPosition {
        base: if is_short { base.negated()? } else { base },
        entry: if is_short { value } else { value.negated()? },
        realised: signed(source, 44),
        size: SizeFactor::from_bits(source.between(indices.size.to_bits(), SizeFactor::ONE.to_bits())),
        profit: indices.profit.minus(PerUnit::from_bits(moved))?,
    })
}

#[inline(never)]
fn write_position(transcript: &mut Transcript, position: &PerpPosition) {
    transcript.write([position.base, position.entry, position.realised]);
    transcript.write(position.size);
    transcript.write(position.profit);
}

#[inline(never)]
fn write_books(transcript: &mut Transcript, books: &PerpBooks) {
    transcript.write([books.open_interest.long, books.open_interest.short, books.insurance]);
    for indices in [books.indices.long, books.indices.short] {
        transcript.write(indices.size);
        transcript.write(indices.profit);
    }
    transcript.write([books.pool_quote, books.unapplied, books.settled]);
    transcript.write(books.skew());
}

#[inline(never)]
pub(super) fn fills(source: &mut Source, transcript: &mut Transcript) {
    let mid = price(source);
    let confidence = Price::from_bits(mid.to_bits() >> source.between(3, 40));
    let scale = Amount(base_worth(source, mid, 58).0.max(16));
    let (skew, delta) = (signed(source, 62 - u64::from(scale.0.leading_zeros())), signed(source, 50));
    let delta = SignedAmount(delta.0 % (scale.0 | 1).cast_signed());
    let terms = FillTerms {
        skew_scale: scale,
        fee: Ratio::from_bits(source.sized(27)),
        fee_reducing: Ratio::from_bits(source.sized(26)),
        insurance_share: Ratio::from_bits(source.between(0, 1 << 32)),
    };
    transcript.write(largest_slip_up(skew, delta, mid, confidence, scale));
    if let Some(fill) = transcript.refusal(plan_fill(skew, delta, mid, confidence, &terms)) {
        transcript.write(fill.quote);
        transcript.write([fill.fee, fill.to_insurance]);
        let worst = Price::from_bits(source.near(mid.to_bits()));
        transcript.write(require_worst_price(delta, fill.quote, worst).map(|()| true));
    }
    let caps = OpenInterestTerms {
        max_open_interest: Amount(source.near(scale.0)),
        depth: Value(source.sized(50)),
        depth_multiple: Ratio::from_bits(source.sized(34)),
    };
    let before = Sides { long: Amount(source.near(scale.0)), short: Amount(source.near(scale.0)) };
    let after = Sides { long: Amount(source.near(before.long.0)), short: before.short };
    transcript.write(require_open_interest(&before, &after, mid, &caps).map(|()| true));
    transcript.write(require_minimum_size(skew, delta, Amount(source.sized(20))).map(|()| true));
}

fn funding_terms(source: &mut Source, skew: SignedAmount) -> FundingTerms {
    FundingTerms {
        skew_scale: Amount(if source.one_in(2) { source.near(skew.magnitude().0) } else { source.sized(56) }),
        max_velocity: DailyRate::from_bits(source.sized(58).cast_signed()),
        cap_fraction: Ratio::from_bits(source.sized(32)),
    }
}

fn funding_inputs(source: &mut Source, mid: Price) -> FundingInputs {
    FundingInputs {
        rate: DailyRate::from_bits(signed(source, 48).0),
        elapsed_seconds: if source.one_in(20) { source.any() } else { source.sized(21) },
        mid,
        gap: margin(source),
    }
}

#[inline(never)]
pub(super) fn fundings(source: &mut Source, transcript: &mut Transcript) {
    let mid = price(source);
    let mut books = books(source, mid);
    let Some(skew) = transcript.keep(books.skew()) else {
        return;
    };
    for _ in 0..2 {
        let (inputs, terms) = (funding_inputs(source, mid), funding_terms(source, skew));
        transcript.write(cap_down(&inputs, &terms));
        transcript.write(walk(skew, &inputs, &terms).map(|step| [step.rate, step.integral]));
        transcript.write(books.update_funding(&inputs, &terms));
        write_books(transcript, &books);
    }
}

#[inline(never)]
pub(super) fn positions(source: &mut Source, transcript: &mut Transcript) {
    let mid = price(source);
    let mut books = books(source, mid);
    let Some(mut position) = transcript.refusal(position(source, &books, mid)) else {
        return;
    };
    for _ in 0..4 {
        transcript.write(books.touch(&mut position).map(|()| true));
        let moved = match source.below(6) {
            0 => books.charge(&mut position, Amount(source.sized(30)), Amount(source.sized(28))),
            1 => books.settle(&mut position, signed(source, 44)),
            2 => books.update_funding(&funding_inputs(source, mid), &funding_terms(source, position.base)).map(drop),
            step => trade(source, &mut books, &mut position, mid, step == 3),
        };
        if transcript.refusal(moved).is_none() {
            return;
        }
        write_position(transcript, &position);
        write_books(transcript, &books);
        transcript.write(position.unrealised_down(Price::from_bits(source.near(mid.to_bits()))));
    }
    transcript.write(books.sweep().map(|()| true));
    write_books(transcript, &books);
}

/// A trade with the pool around the position's size, or of any.
#[inline(never)]
fn trade(
    source: &mut Source,
    books: &mut PerpBooks,
    position: &mut PerpPosition,
    mid: Price,
    closes: bool,
) -> Result<()> {
    let size = if closes { Amount(source.near(position.base.magnitude().0)) } else { base_worth(source, mid, 46) };
    let delta = SignedAmount::received(size)?;
    let delta = if position.base.is_negative() == closes { delta } else { delta.negated()? };
    let quote = SignedAmount::received(Amount(source.near(mid.value_down(size)?.0)))?;
    let quote = if delta.is_negative() { quote } else { quote.negated()? };
    books.trade_with_pool(position, delta, quote)
}

#[inline(never)]
pub(super) fn bankruptcies(source: &mut Source, transcript: &mut Transcript) {
    let mid = price(source);
    let mut books = books(source, mid);
    let Some(mut position) = transcript.refusal(position(source, &books, mid)) else {
        return;
    };
    transcript.write(books.touch(&mut position).map(|()| true));
    // most are at a loss
    let lost = SignedAmount(source.sized(46).cast_signed());
    position.entry = position.entry.minus(lost).unwrap_or(position.entry);
    books.insurance = Amount(books.insurance.0 >> source.below(40));
    let inputs = PerpBankruptcyInputs {
        position,
        mid,
        quote_net: SignedAmount(-source.near(lost.magnitude().0).cast_signed()),
        pool_share_left: Amount(source.sized(44)),
        pool_equity: Amount(source.sized(50)),
    };
    let Some(outcome) = transcript.refusal(resolve_perp_bankruptcy(&books, &inputs)) else {
        return;
    };
    transcript.write([outcome.deficit, outcome.insurance, outcome.pool, outcome.pool_share_used]);
    transcript.write([outcome.winners, outcome.unpaid, outcome.closed_against_winners]);
    write_position(transcript, &outcome.position);
    write_books(transcript, &outcome.books);
}

#[inline(never)]
pub(super) fn settlements(source: &mut Source, transcript: &mut Transcript) {
    for _ in 0..4 {
        let weights = QuoteWeights { price: price(source), asset: margin(source), debt: margin(source) };
        let health = SignedValue(signed(source, 60).0.into());
        transcript.write(weights.payable_down(Amount(source.sized(50)), health));
    }
}
