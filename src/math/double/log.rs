//! Logarithms in f64.
//!
//! x = m·2^k with √½ ≤ m < √2, s = (m − 1)/(m + 1) as an unevaluated pair, ln m = 2·artanh s = 2s·(1 + s²/3 + s⁴·R(s²)): the plan of
//! fdlibm's log and pow, with s, s² and the first term of the series in two parts, which leaves about 2^−65 of relative error.
//! The argument may have a second part itself: log1p and the inverse hyperbolic functions pass 1 + t without rounding it.

use super::bits::{
    INFINITE, NAN, NORMAL, Pair, add_pairs, divide_pairs, fast_two_sum, is_nan, magnitude, multiply_pairs, number_of,
    power_of_two, two_sum,
};
use super::exp::{LN2_HIGH, LN2_LOW};

/// 1/ln 2 in two parts.
const INVERSE_LN2: f64 = core::f64::consts::LOG2_E;
const INVERSE_LN2_LOW: f64 = 2.0355273740931033e-17;
/// 1/ln 10 in two parts.
const INVERSE_LN10: f64 = core::f64::consts::LOG10_E;
const INVERSE_LN10_LOW: f64 = 1.098319650216765e-17;
/// log10 2, its first 42 bits: a product with |k| < 2^11 is exact; and the rest.
const LOG10_2_HIGH: f64 = 0.30102999566395283;
const LOG10_2_LOW: f64 = 2.8363394551044964e-14;
/// A third in two parts.
const THIRD: f64 = 0.3333333333333333;
const THIRD_LOW: f64 = 1.850371707708594e-17;

/// ln x = k·ln 2 + l.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogParts {
    /// The exponent, an integer.
    pub k: f64,
    /// The logarithm of the significand.
    pub l: Pair,
}

/// The logarithm of hi + lo for a positive finite hi, lo small against it; unspecified for others.
#[inline(always)]
pub(super) fn log_parts(hi: f64, lo: f64) -> LogParts {
    let raised = hi * 18_014_398_509_481_984.0;
    let subnormal = hi.to_bits() < NORMAL;
    let y = if subnormal { raised } else { hi };
    let down = if subnormal { 54 } else { 0 };
    // The exponent, biased, for a significand from √½ on.
    let e = y.to_bits().wrapping_add(0x0009_5f61_9980_c433) >> 52;
    let m = f64::from_bits(y.to_bits().wrapping_sub(e.wrapping_sub(1023) << 52));
    // The scale is a finite number up to 2^1022; beyond it lo is nothing to hi.
    let below = if e > 2045 { 2045 } else { e };
    let m_low = lo * power_of_two(1023u64.wrapping_sub(below));
    let f = fast_two_sum(m - 1.0, m_low);
    let d = two_sum(2.0, f.hi);
    let s = divide_pairs(f, Pair { hi: d.hi, lo: d.lo + f.lo });
    let z = multiply_pairs(s, s);
    let x = z.hi;
    let mut p = 0.05381433711821606;
    p = p * x + 0.05228139187889103;
    p = p * x + 0.05883407651703041;
    p = p * x + 0.06666648241986646;
    p = p * x + 0.07692307880906304;
    p = p * x + 0.09090909089826257;
    p = p * x + 0.11111111111114222;
    p = p * x + 0.14285714285714282;
    p = p * x + 0.2;
    let third = multiply_pairs(z, Pair { hi: THIRD, lo: THIRD_LOW });
    let t = fast_two_sum(third.hi, third.lo + x * x * p);
    let twice = Pair { hi: s.hi + s.hi, lo: s.lo + s.lo };
    let l = add_pairs(twice, multiply_pairs(twice, t));
    LogParts { k: number_of(e.wrapping_sub(1023 + down)), l }
}

/// ln x in two parts.
#[inline(always)]
pub(super) fn ln_pair(g: LogParts) -> Pair {
    let s = two_sum(g.k * LN2_HIGH, g.l.hi);
    fast_two_sum(s.hi, s.lo + (g.l.lo + g.k * LN2_LOW))
}

/// r for a positive finite x, infinity at infinity, NaN elsewhere.
#[inline(always)]
fn for_positive(x: f64, r: f64) -> f64 {
    let v = if x.to_bits() == INFINITE { x } else { r };
    let outside = (x.to_bits() == 0) | (x.to_bits() > INFINITE);
    if outside { NAN } else { v }
}

/// The natural logarithm; NaN for x ≤ 0.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    for_positive(x, ln_pair(log_parts(x, 0.0)).hi)
}

/// The logarithm to base 2, exact for powers of two; NaN for x ≤ 0.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    let g = log_parts(x, 0.0);
    let l = multiply_pairs(g.l, Pair { hi: INVERSE_LN2, lo: INVERSE_LN2_LOW });
    for_positive(x, add_pairs(Pair { hi: g.k, lo: 0.0 }, l).hi)
}

/// The logarithm to base 10; NaN for x ≤ 0.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let g = log_parts(x, 0.0);
    let l = multiply_pairs(g.l, Pair { hi: INVERSE_LN10, lo: INVERSE_LN10_LOW });
    for_positive(x, add_pairs(Pair { hi: g.k * LOG10_2_HIGH, lo: g.k * LOG10_2_LOW }, l).hi)
}

/// ln(1 + t) in two parts for a pair t > −1.
#[inline(always)]
pub(super) fn log1p_pair(t: Pair) -> Pair {
    let u = two_sum(1.0, t.hi);
    let v = fast_two_sum(u.hi, u.lo + t.lo);
    ln_pair(log_parts(v.hi, v.lo))
}

/// ln(1 + x); NaN for x ≤ −1.
#[inline(always)]
pub fn log1p(x: f64) -> f64 {
    let r = log1p_pair(Pair { hi: x, lo: 0.0 }).hi;
    // Below 2^−54, x itself is nearest, and keeps its sign at 0.
    let v = if magnitude(x) < 0x3c90_0000_0000_0000 { x } else { r };
    let w = if x.to_bits() == INFINITE { x } else { v };
    let outside = (x <= -1.0) | is_nan(x);
    if outside { NAN } else { w }
}
