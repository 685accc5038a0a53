//! What the core returned, as words: a digest of all, and those of the last case in full.

use plimsoll_risk::quantities::{
    Amount, Correlation, Covariance, DailyRate, Decay, Index, LogPrice, LogReturn, PerUnit, Price, Rate, Ratio, Shares,
    SignedAmount, SignedValue, SizeFactor, Value, Variance,
};
use plimsoll_risk::{Result, RiskError};

/// Words of one case that are kept.
pub const KEPT_WORDS: usize = 96;
/// Stands before the code of a refusal.
const REFUSED: u64 = 0xEEEE_EEEE_EEEE_EEEE;
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Everything that a range of cases returned.
pub struct Transcript {
    /// Of every word of every case.
    pub digest: u64,
    /// Results that were an answer.
    pub answered: u64,
    /// Results that were a refusal.
    pub refused: u64,
    /// The first words of the last case.
    pub words: [u64; KEPT_WORDS],
    /// How many words the last case wrote.
    pub length: usize,
}

impl Transcript {
    /// Nothing so far.
    pub const EMPTY: Self = Self { digest: 0, answered: 0, refused: 0, words: [0; KEPT_WORDS], length: 0 };

    /// Forgets the words of the case before, though not their digest.
    pub const fn begin_case(&mut self) {
        self.length = 0;
    }

    /// Writes something down.
    #[inline(always)]
    pub fn write(&mut self, entry: impl Entry) {
        entry.write_to(self);
    }

    /// Writes a result down and passes an answer on.
    pub fn keep<T: Entry + Copy>(&mut self, result: Result<T>) -> Option<T> {
        self.write(result);
        result.ok()
    }

    /// Notes the refusal of a result whose answer is written field by field.
    pub fn refusal<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(answer) => {
                self.answered += 1;
                Some(answer)
            }
            Err(error) => {
                self.write(error);
                None
            }
        }
    }

    fn word(&mut self, word: u64) {
        // the rotation carries high bits down, which a product does not
        self.digest = (self.digest.rotate_left(29) ^ word).wrapping_mul(MULTIPLIER);
        if let Some(kept) = self.words.get_mut(self.length) {
            *kept = word;
        }
        self.length += 1;
    }
}

/// What can be written down.
pub trait Entry {
    /// Writes every bit of it.
    fn write_to(&self, transcript: &mut Transcript);
}

macro_rules! entries {
    ($($type:ty: $entry:ident => $words:expr;)+) => {
        $(impl Entry for $type {
            #[inline(always)]
            fn write_to(&self, transcript: &mut Transcript) {
                let $entry = *self;
                for word in $words {
                    transcript.word(word);
                }
            }
        })+
    };
}

#[allow(clippy::cast_possible_truncation)] // the halves
const fn halves(wide: u128) -> [u64; 2] {
    [(wide >> 64) as u64, wide as u64]
}

entries! {
    u64: word => [word];
    u128: wide => halves(wide);
    i64: word => [word.cast_unsigned()];
    i128: wide => halves(wide.cast_unsigned());
    u32: word => [word.into()];
    usize: word => [word as u64];
    bool: truth => [truth.into()];
    core::cmp::Ordering: order => [i64::from(order as i8).cast_unsigned()];
    Amount: amount => [amount.0];
    Shares: shares => [shares.0];
    Value: value => [value.0];
    SignedValue: value => halves(value.0.cast_unsigned());
    SignedAmount: amount => [amount.0.cast_unsigned()];
    DailyRate: rate => [rate.to_bits().cast_unsigned()];
    PerUnit: profit => halves(profit.to_bits().cast_unsigned());
    SizeFactor: size => [size.to_bits()];
    Price: price => [price.to_bits()];
    Ratio: ratio => [ratio.to_bits()];
    Rate: rate => [rate.to_bits()];
    Decay: decay => [decay.to_bits()];
    Variance: variance => halves(variance.to_bits());
    Index: index => halves(index.to_bits());
    LogPrice: logarithm => [logarithm.to_bits().cast_unsigned()];
    LogReturn: logarithm => [logarithm.to_bits().cast_unsigned()];
    Covariance: covariance => [covariance.to_bits().cast_unsigned()];
    Correlation: correlation => [i64::from(correlation.to_bits()).cast_unsigned()];
}

impl Entry for RiskError {
    fn write_to(&self, transcript: &mut Transcript) {
        transcript.refused += 1;
        transcript.word(REFUSED);
        transcript.word(self.code().into());
    }
}

impl<T: Entry> Entry for Result<T> {
    fn write_to(&self, transcript: &mut Transcript) {
        match self {
            Ok(answer) => {
                transcript.answered += 1;
                answer.write_to(transcript);
            }
            Err(error) => error.write_to(transcript),
        }
    }
}

impl<T: Entry> Entry for Option<T> {
    fn write_to(&self, transcript: &mut Transcript) {
        transcript.word(self.is_some().into());
        if let Some(entry) = self {
            entry.write_to(transcript);
        }
    }
}

impl<T: Entry> Entry for &T {
    fn write_to(&self, transcript: &mut Transcript) {
        (*self).write_to(transcript);
    }
}

impl<T: Entry, const N: usize> Entry for [T; N] {
    fn write_to(&self, transcript: &mut Transcript) {
        for entry in self {
            entry.write_to(transcript);
        }
    }
}

impl<A: Entry, B: Entry> Entry for (A, B) {
    fn write_to(&self, transcript: &mut Transcript) {
        self.0.write_to(transcript);
        self.1.write_to(transcript);
    }
}
