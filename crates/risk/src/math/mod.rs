//! Integer kernels: products, quotients, roots, logarithms and exponentials. The only place in the core with raw integers.
//!
//! Operators here are plain where a comment or the types show that they cannot overflow. In kernels of the chain's hot paths they wrap
//! instead, with the same bound beside them: release builds check overflow, and a check that cannot fire costs as much as the operation.
#![allow(clippy::arithmetic_side_effects)]

mod decimal;
mod exponential;
mod index;
mod inverse_root;
mod limbs;
mod logarithm;
mod matrix;
mod product;
mod quadratic;
mod quotient;
mod root;
mod scaled;
mod wide;

pub use decimal::{MAX_POWER_OF_TEN, scale_decimal_down, scale_decimal_nearest, scale_decimal_up};
pub use exponential::{EXP_LIMIT_BITS, decay_factor, exp_bits, times_exp_down};
pub(crate) use index::{
    fraction_of_index_down, fraction_of_index_up, index_of_ratio_down, per_index_down, per_index_up, times_index_down,
    times_index_up,
};
pub use inverse_root::{InverseRoot, correlation15};
pub use limbs::{BIAS, FACTOR_BITS, ProductSum, biased_sum};
pub use logarithm::ln_bits;
pub use matrix::decay_and_add_product;
pub use product::{mul_shift_bounds, mul_shift_down, mul_shift_up, product, square_times, square31_times};
pub use quadratic::{Standardised, root_of_terms_up};
pub use quotient::{
    fraction31_down, mul_div_down, mul_div_up, wide_div_down, wide_mul_div_word_down, wide_mul_div_word_up,
};
pub use root::{sqrt_down, sqrt_fraction32_up, sqrt_up, times_root_up};
pub use scaled::{cut_down, cut_up, excess_bits, shifted_down, shifted_up, unscaled_signed_up, unscaled_up};
pub use wide::{blend_up, wide_mul_div_down, wide_mul_div_up, wide_mul_shift_down, wide_mul_shift_up};
