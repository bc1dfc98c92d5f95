//! The logistic sigmoid, softplus, and the error function.
//!
//! Both tails of sigmoid and softplus go through e^(−|x|), which cannot overflow. erf has an odd polynomial up to 0.92 (relative accuracy
//! near zero) and 1 − e^(−Q(x)) beyond, where Q is a minimax polynomial for −ln erfc and the error of e^(−Q) is small against 1; from 4 on
//! it is 1. The shape is that of N. Juffa's published erff; the coefficients are our own Remez runs.

use super::bits::{NAN, is_nan, scale, with_sign};
use super::exp::{exp, exp_parts};
use super::log::log1p;

/// 1/(1 + e^−x).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let e = exp(-a);
    let top = if x < 0.0 { e } else { 1.0 };
    let r = top / (1.0 + e);
    if is_nan(x) { NAN } else { r }
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let l = log1p(exp(-a));
    let r = if x > 0.0 { x + l } else { l };
    if is_nan(x) { NAN } else { r }
}

/// The error function, 2/√π·∫₀ˣ e^(−t²) dt.
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let z = a * a;
    let mut p = 0.000_085_184_256;
    p = p * z + -0.000_817_727_06;
    p = p * z + 0.005_203_819;
    p = p * z + -0.026_860_233;
    p = p * z + 0.112_836_98;
    p = p * z + -0.376_126_32;
    p = p * z + 0.128_379_17;
    let near = a * p + a;
    let b = if a < 4.0 { a } else { 4.0 };
    let mut q = 0.000_021_097_214;
    q = q * b + -0.000_434_485_73;
    q = q * b + 0.004_171_150_7;
    q = q * b + -0.025_119_584;
    q = q * b + 0.108_280_23;
    q = q * b + 0.633_346_86;
    q = q * b + 1.129_514_9;
    q = q * b + -0.000_174_683_18;
    let e = exp_parts(-q, 0.0);
    let far = 1.0 - scale(e.p, e.n);
    let r = if a < 0.92 { near } else { far };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

#[cfg(test)]
mod tests {
    use super::super::bits::INFINITY;
    use super::super::check::{COMPOSED_ULP, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn special_functions_are_within_their_bar() {
        assert_unary("sigmoid", COMPOSED_ULP, sigmoid, reference::sigmoid);
        assert_unary("softplus", COMPOSED_ULP, softplus, reference::softplus);
        assert_unary("erf", COMPOSED_ULP, erf, reference::erf);
    }

    #[test]
    fn ends() {
        let inf = INFINITY;
        assert_values("sigmoid", sigmoid, &[(0.0, 0.5), (inf, 1.0), (-inf, 0.0), (-200.0, 0.0), (-NAN, NAN)]);
        assert_values("softplus", softplus, &[(inf, inf), (-inf, 0.0), (1e30, 1e30), (-200.0, 0.0), (-NAN, NAN)]);
        assert_values("erf", erf, &[(0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0), (5.0, 1.0), (-NAN, NAN)]);
    }
}
