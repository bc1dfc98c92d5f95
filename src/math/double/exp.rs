//! Exponentials in f64: exp, exp2, expm1, and the Gaussian.
//!
//! e^x = 2^n·e^r with |r| ≤ ½·ln 2, ln 2 in two parts (Cody and Waite, "Software Manual for the Elementary Functions", 1980), r as an
//! unevaluated pair, and e^r = 1 + r + r²·P(r), P by Chebyshev interpolation in extended precision. The sum is kept in two parts until
//! the last rounding, so that expm1 and the functions built on this file do not lose digits where it cancels.

use super::bits::{
    NAN, Pair, ROUNDER, ROUNDER_BITS, clamp, fast_two_sum, is_nan, magnitude, power_of_two, scale, two_product, two_sum,
};

const LOG2_E: f64 = core::f64::consts::LOG2_E;
/// ln 2, its first 42 bits: a product with |n| < 2^11 is exact.
pub(super) const LN2_HIGH: f64 = 0.6931471805598903;
/// ln 2 − `LN2_HIGH`.
pub(super) const LN2_LOW: f64 = 5.497923018708371e-14;
/// ln 2.
pub(super) const LN2: f64 = core::f64::consts::LN_2;
/// ln 2 − `LN2`.
const LN2_REST: f64 = 2.3190468138462996e-17;

/// 2^n·(1 + head + tail), not yet put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    /// The reduced argument.
    pub head: f64,
    /// What e^r has above 1 + r.
    pub tail: f64,
    /// The power of two.
    pub n: u64,
}

/// e^r·2^n for |r| ≤ 0.347; the weighted error of the polynomial is 2^−62.
#[inline(always)]
fn exp_reduced(r: Pair, n: u64) -> Parts {
    let x = r.hi;
    let mut p = 2.0914707069612355e-9;
    p = p * x + 2.510524515390137e-8;
    p = p * x + 2.7557273594799413e-7;
    p = p * x + 2.755725533255441e-6;
    p = p * x + 0.00002480158732558584;
    p = p * x + 0.00019841269874873975;
    p = p * x + 0.0013888888888883737;
    p = p * x + 0.00833333333332612;
    p = p * x + 0.04166666666666667;
    p = p * x + 0.1666666666666667;
    p = p * x + 0.5;
    let tail = x * x * p + (r.lo + r.lo * x);
    Parts { head: x, tail, n }
}

/// e^(high + low), for |high| ≤ 1400 and low small against 1.
#[inline(always)]
pub(super) fn exp_parts(high: f64, low: f64) -> Parts {
    let t = high * LOG2_E + ROUNDER;
    let n = t.to_bits().wrapping_sub(ROUNDER_BITS);
    let k = t - ROUNDER;
    let s = two_sum(high - k * LN2_HIGH, 0.0 - k * LN2_LOW);
    exp_reduced(fast_two_sum(s.hi, s.lo + low), n)
}

/// 1 + head + tail in two parts.
#[inline(always)]
pub(super) fn significant(e: Parts) -> Pair {
    let s = fast_two_sum(1.0, e.head);
    fast_two_sum(s.hi, s.lo + e.tail)
}

/// The value, rounded.
#[inline(always)]
pub(super) fn exp_value(e: Parts) -> f64 {
    scale(significant(e).hi, e.n)
}

/// e^x.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let r = exp_value(exp_parts(clamp(x, -760.0, 720.0), 0.0));
    if is_nan(x) { NAN } else { r }
}

/// 2^x.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let c = clamp(x, -1100.0, 1030.0);
    let t = c + ROUNDER;
    let f = c - (t - ROUNDER);
    let product = two_product(f, LN2);
    let r = exp_value(exp_reduced(
        fast_two_sum(product.hi, product.lo + f * LN2_REST),
        t.to_bits().wrapping_sub(ROUNDER_BITS),
    ));
    if is_nan(x) { NAN } else { r }
}

/// e^x − 1 in two parts, for −45 ≤ x ≤ 45.
#[inline(always)]
pub(super) fn expm1_pair(x: f64) -> Pair {
    let e = exp_parts(x, 0.0);
    let a = power_of_two(e.n);
    let s = two_sum(a - 1.0, a * e.head);
    fast_two_sum(s.hi, s.lo + a * e.tail)
}

/// e^x − 1.
#[inline(always)]
pub fn expm1(x: f64) -> f64 {
    let near = expm1_pair(clamp(x, -45.0, 45.0)).hi;
    let r = if x > 45.0 { exp(x) } else { near };
    // Below 2^−54, x itself is nearest, and keeps its sign at 0.
    let v = if magnitude(x) < 0x3c90_0000_0000_0000 { x } else { r };
    if is_nan(x) { NAN } else { v }
}

/// e^(−x²/2), with an exact square.
#[inline(always)]
pub fn gauss(x: f64) -> f64 {
    let a = clamp(f64::from_bits(magnitude(x)), 0.0, 39.0);
    let z = two_product(a, a);
    let r = exp_value(exp_parts(-0.5 * z.hi, -0.5 * z.lo));
    if is_nan(x) { NAN } else { r }
}
