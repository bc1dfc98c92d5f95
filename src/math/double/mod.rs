//! Our own mathematics in f64.

mod bits;
mod exp;
mod hyperbolic;
mod inverse;
mod log;
mod power;
mod rounding;
mod special;
mod trig;

pub use bits::{
    INFINITY, NAN, abs, add, and, canonical, div, eq, ge, gt, is_finite, is_nan, le, lt, max, min, mul, ne, neg, not,
    or, select, sign, sub, truth,
};
pub use exp::{exp, exp2, expm1, gauss};
pub use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub use inverse::{acos, asin, atan, atan2};
pub use log::{ln, log1p, log2, log10};
pub use power::{cbrt, hypot, pow, sqrt};
pub use rounding::{ceil, floor, fract, modulo, round, trunc};
pub use special::{erf, sigmoid, softplus};
pub use trig::{cos, sin, tan};
