//! Our own mathematics in f32, with a WGSL twin for every function, and the f64 reference it is judged by.
//!
//! Built-in functions differ from driver to driver and from the CPU; these are the same sequence of `+ - * /`, comparisons and bit
//! operations in Rust (`src/math/*.rs`) and in WGSL (`shaders/lib/*.wgsl`, `m_NAME` for `NAME`), and give the same bits on both
//! wherever the hardware rounds to nearest and keeps subnormals. There are no branches but for large angles and the loop of
//! [`modulo`], so loops over these functions vectorise.
//!
//! Outside its domain a function returns the one NaN, 0x7fc00000; a NaN argument gives that NaN. Zero, −0, infinity: see each file.
//! [`wgsl_library`] picks the WGSL functions that a shader needs.

mod bits;
mod blocks;
#[cfg(test)]
mod check;
pub mod double;
mod exp;
mod hyperbolic;
mod inverse;
mod log;
mod power;
pub mod reference;
mod rounding;
pub mod samples;
mod special;
mod trig;
pub mod ulp;
mod wgsl;

pub use bits::{
    INFINITY, NAN, abs, add, and, canonical, div, eq, ge, gt, is_nan, known, le, lt, max, min, mul, ne, neg, not, or,
    select, sign, sub, truth,
};
pub use blocks::{atan2_block, cos_block, exp_block, gauss_block, hypot_block, sin_block, tan_block};
pub use exp::{exp, exp2, expm1, gauss};
pub use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub use inverse::{acos, asin, atan, atan2};
pub use log::{ln, log1p, log2, log10};
pub use power::{cbrt, hypot, pow, sqrt};
pub use rounding::{ceil, floor, fract, modulo, round, trunc};
pub use special::{erf, sigmoid, softplus};
pub use trig::{cos, cos_ordinary, is_ordinary, sin, sin_ordinary, tan, tan_ordinary};
pub use wgsl::{Library, UnknownLibrary, wgsl_library};
