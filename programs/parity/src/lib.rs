//! A test-only program: the risk core on the SVM, so that its answers can be compared with the native ones (**INV-PARITY**). It is no part of the product.
//!
//! A [`Request`] names a kernel, a seed and a range of cases. Either side draws the inputs itself ([`source`]), calls the core and writes what it returned, refusals
//! included, to a [`transcript`]. One digest stands for thousands of cases, and the words of the last case are sent along, so that a difference can be narrowed down.

pub mod kernels;
pub mod request;
pub mod source;
pub mod transcript;

pub use kernels::Kernel;
pub use request::{Answer, Request, run};

// the 128-bit calls of LLVM's BPF back end
#[cfg(target_arch = "bpf")]
use sbf_builtins as _;

#[cfg(target_os = "solana")]
#[allow(unexpected_cfgs)] // the macro's own
mod program {
    use anchor_lang::prelude::{AccountInfo, ProgramError, Pubkey};
    use anchor_lang::solana_program::{entrypoint, entrypoint::ProgramResult, program::set_return_data};

    entrypoint!(answer);

    fn answer(_program: &Pubkey, _accounts: &[AccountInfo], data: &[u8]) -> ProgramResult {
        let answer = crate::run(data).ok_or(ProgramError::InvalidInstructionData)?;
        set_return_data(&answer.to_bytes());
        Ok(())
    }
}
