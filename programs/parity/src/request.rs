//! What is asked and answered, in bytes.

use crate::kernels::Kernel;
use crate::source::Source;
use crate::transcript::{KEPT_WORDS, Transcript};

/// Bytes of an [`Answer`]: four words and those of the last case.
pub const ANSWER_BYTES: usize = (4 + KEPT_WORDS) * 8;

/// Cases of one kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// Which part of the core.
    pub kernel: Kernel,
    /// What the inputs are drawn from.
    pub seed: u64,
    /// The first case.
    pub first_case: u64,
    /// How many cases.
    pub cases: u64,
}

impl Request {
    /// As instruction data.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 25] {
        let mut bytes = [0; 25];
        let words = [self.seed, self.first_case, self.cases];
        bytes[0] = self.kernel as u8;
        for (slot, word) in bytes[1..].chunks_exact_mut(8).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&code, rest) = bytes.split_first()?;
        let word = |index: usize| Some(u64::from_le_bytes(*rest.get(index * 8..)?.first_chunk::<8>()?));
        Some(Self {
            kernel: *Kernel::ALL.get(usize::from(code))?,
            seed: word(0)?,
            first_case: word(1)?,
            cases: word(2)?,
        })
    }
}

/// What the cases returned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Of every word of every case.
    pub digest: u64,
    /// Results that were an answer.
    pub answered: u64,
    /// Results that were a refusal.
    pub refused: u64,
    /// How many words the last case wrote.
    pub length: u64,
    /// The first of them.
    pub words: [u64; KEPT_WORDS],
}

impl Answer {
    /// As return data.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ANSWER_BYTES] {
        let mut bytes = [0; ANSWER_BYTES];
        let head = [self.digest, self.answered, self.refused, self.length];
        for (slot, word) in bytes.chunks_exact_mut(8).zip(head.iter().chain(&self.words)) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// From return data, whose trailing zeros the runtime may have cut off.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let word = |index: usize| {
            let mut word = [0; 8];
            for (slot, byte) in word.iter_mut().zip(bytes.iter().skip(index * 8)) {
                *slot = *byte;
            }
            u64::from_le_bytes(word)
        };
        Self {
            digest: word(0),
            answered: word(1),
            refused: word(2),
            length: word(3),
            words: core::array::from_fn(|index| word(4 + index)),
        }
    }
}

/// Runs the cases of a request. None where its bytes are no request.
#[must_use]
pub fn run(request: &[u8]) -> Option<Answer> {
    let request = Request::from_bytes(request)?;
    let mut transcript = Transcript::EMPTY;
    for case in 0..request.cases {
        transcript.begin_case();
        let mut source = Source::new(request.seed, request.first_case.wrapping_add(case));
        request.kernel.run(&mut source, &mut transcript);
    }
    Some(Answer {
        digest: transcript.digest,
        answered: transcript.answered,
        refused: transcript.refused,
        length: transcript.length as u64,
        words: transcript.words,
    })
}
