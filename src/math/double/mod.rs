//! Our own mathematics in f64, with a WGSL twin for every function, for double precision on the GPU.
//!
//! The same names, domains and rules as the f32 functions one floor up, and the same bits as `shaders/lib64/*.wgsl` wherever f64
//! arithmetic rounds to nearest and keeps subnormals: `+ - * /`, comparisons and 64-bit integers only, one estimate of a square root that is
//! settled exactly, no branch but the loops of the remainder. WGSL has no f64 of its own, and naga, which offers it, passes sin, exp and the like
//! to Vulkan, where they are defined for 32 bits only and give silently wrong values.
//!
//! **Precision.** f32 functions can lean on a few extra bits; here there is no wider type, so sums and products that decide the last bit are
//! unevaluated pairs of f64 (double-double, about 106 bits). That makes nearly all functions correct to a little over half an ulp, and the code
//! short: one logarithm, one exponential, one angle serve everything else.
//!
//! | function | worst ulp | function | worst ulp | function | worst ulp |
//! |---|---|---|---|---|---|
//! | exp | 0.66 | sin, cos | 0.69 | sinh | 0.71 |
//! | exp2 | 0.64 | tan | 0.75 | cosh | 0.70 |
//! | expm1 | 0.94 | asin, acos | 0.51 | tanh | 0.74 |
//! | ln, log2, log10, log1p | 0.51 | atan, atan2 | 0.51 | asinh, acosh, atanh | 0.51 |
//! | pow | 0.60 | sqrt | 0.50 | sigmoid | 0.56 |
//! | cbrt, hypot | 0.51 | erf | 0.85 | softplus | 0.92 |
//! | gauss | 0.63 | modulo | exact, or one rounding | floor … fract | exact, or one rounding |
//!
//! Against mpmath with 140 to 1250 bits, at 24 000 seeded points a function in its interesting range; each is at most one representable number
//! away from libm's at 10⁶ nasty points, two where libm's own or the composed reference is more than one ulp off (sinh, tanh, asinh, acosh,
//! atanh, sigmoid, softplus, gauss).
//!
//! **Measured** with naga 30 on llvmpipe (Mesa 22.3, LLVM 15): `bitcast` between f64 and u64 works (with `SHADER_INT64`; there is none to
//! vec2 of u32), as do literals such as `0.5lf` and `0x3ff0000000000000lu`, arrays of f64 and of vec4 of u64 in storage, and u64 `%`. A constant
//! array with an index that is not constant is copied at each use; tables here are ladders of selects. Subnormals are kept, division and the
//! square root round correctly, `a*b + c` is not contracted;
//! all the same every result passes the barrier, since other drivers may. 0 of 50 × 2^20 results differed from this module.
//!
//! Outside its domain a function returns the one NaN, 0x7ff8000000000000; a NaN argument gives that NaN.

mod bits;
#[cfg(test)]
pub(crate) mod check;
mod exp;
mod hyperbolic;
mod inverse;
mod log;
mod power;
mod rounding;
mod special;
#[cfg(test)]
mod tests;
mod trig;

pub use bits::{
    INFINITY, NAN, abs, add, and, canonical, div, eq, ge, gt, is_finite, is_nan, known, le, lt, max, min, mul, ne, neg,
    not, or, select, sign, sub, truth,
};
pub use exp::{exp, exp2, expm1, gauss};
pub use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub use inverse::{acos, asin, atan, atan2};
pub use log::{ln, log1p, log2, log10};
pub use power::{cbrt, hypot, pow, sqrt};
pub use rounding::{ceil, floor, fract, modulo, round, trunc};
pub use special::{erf, sigmoid, softplus};
pub use trig::{cos, sin, tan};
