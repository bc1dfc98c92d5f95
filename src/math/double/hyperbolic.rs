//! Hyperbolic functions and their inverses in f64.
//!
//! sinh below 1 is a series, above it (e^a − e^−a)/2; tanh a = (e^2a − 1)/(e^2a + 1) from expm1; the inverse functions are
//! logarithms of 1 + t, t written so that it keeps its digits near 0 (Kahan, "Branch cuts for complex elementary functions", 1987). Exponentials and t are
//! unevaluated pairs wherever their last bit would count.

use super::bits::{
    INFINITE, INFINITY, NAN, Pair, add_pairs, clamp, divide_pairs, fast_two_sum, is_nan, magnitude, scale, two_product,
    two_sum, with_sign,
};
use super::exp::{LN2, exp_parts, expm1_pair, significant};
use super::log::{ln_pair, log_parts, log1p_pair};
use super::power::sqrt_pair;

/// e^a/2 in two parts, for 0 ≤ a ≤ 712.
#[inline(always)]
fn half_exp(a: f64) -> Pair {
    let e = exp_parts(a, 0.0);
    let s = significant(e);
    let n = e.n.wrapping_sub(1);
    Pair { hi: scale(s.hi, n), lo: scale(s.lo, n) }
}

/// The hyperbolic sine.
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let a = f64::from_bits(magnitude(x));
    let z = a * a;
    let mut p = 8.309171941866942e-18;
    p = p * z + 2.8112909646770106e-15;
    p = p * z + 7.647165414593481e-13;
    p = p * z + 1.605904382690051e-10;
    p = p * z + 2.505210838547607e-8;
    p = p * z + 2.7557319223985825e-6;
    p = p * z + 0.0001984126984126984;
    p = p * z + 0.008333333333333333;
    p = p * z + 0.16666666666666666;
    let near = a + a * z * p;
    let h = half_exp(clamp(a, 0.0, 712.0));
    let s = two_sum(h.hi, 0.0 - 0.25 / h.hi);
    let rest = s.hi + (s.lo + h.lo);
    // Once the half has overflowed, its error is no number.
    let far = if magnitude(h.hi) == INFINITE { INFINITY } else { rest };
    let r = if a < 1.0 { near } else { far };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// The hyperbolic cosine.
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let h = half_exp(clamp(f64::from_bits(magnitude(x)), 0.0, 712.0));
    let s = two_sum(h.hi, 0.25 / h.hi);
    let rest = s.hi + (s.lo + h.lo);
    let r = if magnitude(h.hi) == INFINITE { INFINITY } else { rest };
    if is_nan(x) { NAN } else { r }
}

/// y with the sign of x, or x where it is tiny: then all these functions round to it.
#[inline(always)]
fn odd_part(x: f64, y: f64) -> f64 {
    let r = if magnitude(x) < 0x3e40_0000_0000_0000 { x } else { with_sign(y, x) };
    if is_nan(x) { NAN } else { r }
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let a = clamp(f64::from_bits(magnitude(x)), 0.0, 20.0);
    let t = expm1_pair(a + a);
    odd_part(x, divide_pairs(t, add_pairs(t, Pair { hi: 2.0, lo: 0.0 })).hi)
}

/// The inverse hyperbolic sine.
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    let a = f64::from_bits(magnitude(x));
    let c = clamp(a, 0.0, 1.152921504606847e18);
    // t = c + c²/(1 + √(1 + c²)).
    let square = two_product(c, c);
    let root = sqrt_pair(add_pairs(square, Pair { hi: 1.0, lo: 0.0 }));
    let t = add_pairs(divide_pairs(square, add_pairs(root, Pair { hi: 1.0, lo: 0.0 })), Pair { hi: c, lo: 0.0 });
    let near = log1p_pair(t).hi;
    let far = ln_pair(log_parts(a, 0.0)).hi + LN2;
    let finite = if magnitude(x) == INFINITE { INFINITY } else { far };
    let r = if a > c { finite } else { near };
    odd_part(x, r)
}

/// The inverse hyperbolic cosine; NaN below 1.
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    let c = clamp(x, 1.0, 1.152921504606847e18);
    let d = c - 1.0;
    // t = d + √(d·(d + 2)).
    let square = two_product(d, d);
    let root = sqrt_pair(add_pairs(square, Pair { hi: d + d, lo: 0.0 }));
    let near = log1p_pair(add_pairs(root, Pair { hi: d, lo: 0.0 })).hi;
    let far = ln_pair(log_parts(x, 0.0)).hi + LN2;
    let finite = if x.to_bits() == INFINITE { INFINITY } else { far };
    let r = if x > c { finite } else { near };
    let inside = (x >= 1.0) & !is_nan(x);
    if inside { r } else { NAN }
}

/// The inverse hyperbolic tangent; NaN unless |x| < 1.
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    let outside = magnitude(x) >= 0x3ff0_0000_0000_0000;
    let a = if outside { 0.5 } else { f64::from_bits(magnitude(x)) };
    let below = two_sum(1.0, 0.0 - a);
    let r = 0.5 * log1p_pair(divide_pairs(Pair { hi: a + a, lo: 0.0 }, fast_two_sum(below.hi, below.lo))).hi;
    if outside { NAN } else { odd_part(x, r) }
}
