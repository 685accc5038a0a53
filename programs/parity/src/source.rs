//! Random inputs that both sides draw alike: small numbers, large numbers and edges.

/// Numbers around which code goes wrong.
const EDGES: [u64; 14] = [
    0,
    1,
    2,
    u32::MAX as u64,
    1 << 32,
    (1 << 48) - 1,
    1 << 53,
    i64::MAX as u64,
    1 << 63,
    (1 << 63) + 1,
    // as a divisor, this makes an estimated digit two too large
    (1 << 63) | u32::MAX as u64,
    u64::MAX << 32,
    u64::MAX - 1,
    u64::MAX,
];

/// The inputs of one case: SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Source {
    state: u64,
}

impl Source {
    /// The inputs of case number `case`.
    #[must_use]
    pub const fn new(seed: u64, case: u64) -> Self {
        Self { state: seed ^ mix(case.wrapping_add(1)) }
    }

    /// 64 random bits.
    pub const fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number below `bound`, which is not zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.word() % bound
    }

    /// True once in `cases` cases.
    pub const fn one_in(&mut self, cases: u64) -> bool {
        self.below(cases) == 0
    }

    /// A number from `low` to `high`, ends included and favoured.
    pub const fn between(&mut self, low: u64, high: u64) -> u64 {
        match self.below(16) {
            0 => low,
            1 => high,
            _ => low + self.below((high - low).saturating_add(1)),
        }
    }

    /// A parameter that should lie in `low ..= high`, and once in 200 cases does not.
    #[allow(clippy::cast_possible_truncation)] // the bounds are 32 bits wide
    pub const fn parameter(&mut self, low: u32, high: u32) -> u32 {
        if self.one_in(200) {
            return self.word() as u32;
        }
        self.between(low as u64, high as u64) as u32
    }

    /// One of the choices, of which there is at least one.
    #[allow(clippy::indexing_slicing)]
    pub const fn one_of<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        choices[self.index_below(N)]
    }

    /// An index below `length`, which is not zero.
    #[allow(clippy::cast_possible_truncation)] // the remainder is an index
    pub const fn index_below(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number of at most `bits` bits, every length equally likely; `bits` is 1 to 64.
    pub const fn sized(&mut self, bits: u64) -> u64 {
        let length = self.below(bits);
        (self.word() | 1 << 63) >> (63 - length)
    }

    /// Any number: an edge, a power of two or its neighbour, runs of ones and zeros, or one of any length.
    pub const fn any(&mut self) -> u64 {
        match self.below(8) {
            0 => self.one_of(EDGES),
            1 => (1 << self.below(64)) - 1 + self.below(3),
            2 => (u64::MAX << self.below(64)) ^ (u64::MAX >> self.below(64)),
            _ => self.sized(64),
        }
    }

    /// Any 128-bit number: each half any number, or one of any length.
    pub const fn wide(&mut self) -> u128 {
        let whole = ((self.any() as u128) << 64) | self.any() as u128;
        match self.below(4) {
            0 => whole,
            1 => self.any() as u128,
            _ => whole >> self.below(128),
        }
    }

    /// `value` times a number between one half and three halves; mostly close to one.
    pub const fn near(&mut self, value: u64) -> u64 {
        let distance = (value >> 1) >> self.below(32);
        let offset = self.below(distance.saturating_add(1));
        if self.one_in(2) { value.saturating_add(offset) } else { value - offset }
    }
}

/// The finaliser of SplitMix64.
const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
