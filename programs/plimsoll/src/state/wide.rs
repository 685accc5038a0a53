//! 128-bit numbers in accounts.

use anchor_lang::prelude::*;

/// A `u128` as two little-endian words: aligned to eight bytes on every platform, so that layouts agree everywhere.
#[zero_copy]
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wide {
    /// Low and high word.
    pub words: [u64; 2],
}

impl Wide {
    /// From a number.
    #[must_use]
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)] // the words are what is meant
    pub const fn new(value: u128) -> Self {
        Self { words: [value as u64, (value >> 64) as u64] }
    }

    /// From a signed number: its two's complement.
    #[must_use]
    #[inline(always)]
    pub const fn from_signed(value: i128) -> Self {
        Self::new(value.cast_unsigned())
    }

    /// As a signed number.
    #[must_use]
    #[inline(always)]
    pub const fn signed(self) -> i128 {
        self.get().cast_signed()
    }

    /// As a number.
    #[must_use]
    #[inline(always)]
    pub const fn get(self) -> u128 {
        (self.words[0] as u128) | ((self.words[1] as u128) << 64)
    }
}
