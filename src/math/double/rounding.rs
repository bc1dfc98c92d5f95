//! Rounding to integers and the exact remainder, in f64.
//!
//! Rounding adds and takes away 2^52, where numbers have no fraction. The remainder is long division of the significands, 11 bits a
//! step, which is exact; modulo rounds once more where the sign must change.

use super::bits::{FRACTION, INFINITE, NAN, NORMAL, is_finite, is_nan, magnitude, with_sign};

/// 2^52: every f64 from here on is an integer.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// The nearest integer, ties to even.
#[inline(always)]
pub fn round(x: f64) -> f64 {
    let a = f64::from_bits(magnitude(x));
    let t = (a + TWO_52) - TWO_52;
    let r = if a < TWO_52 { with_sign(t, x) } else { x };
    if is_nan(x) { NAN } else { r }
}

/// The largest integer that is not above x.
#[inline(always)]
pub fn floor(x: f64) -> f64 {
    let t = round(x);
    let below = t - 1.0;
    let r = if t > x { below } else { t };
    if is_nan(x) { NAN } else { r }
}

/// The smallest integer that is not below x; −0 for −1 < x ≤ −0.
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    let t = round(x);
    let above = t + 1.0;
    let r = if t < x { above } else { t };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// The integer part of x, towards zero.
#[inline(always)]
pub fn trunc(x: f64) -> f64 {
    let a = f64::from_bits(magnitude(x));
    let t = round(a);
    let below = t - 1.0;
    let r = if t > a { below } else { t };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// x − ⌊x⌋, rounded once: in 0 … 1, and 1 itself for a tiny negative x; NaN for an infinity.
#[inline(always)]
pub fn fract(x: f64) -> f64 {
    let r = x - floor(x);
    let positive = f64::from_bits(magnitude(r));
    if is_finite(x) { positive } else { NAN }
}

/// The significand of a finite magnitude, given its bits, as an integer.
#[inline(always)]
fn significand(bits: u64) -> u64 {
    let normal = (bits & FRACTION) | NORMAL;
    if bits < NORMAL { bits } else { normal }
}

/// The power of two that goes with significand, biased to be at least 1.
#[inline(always)]
fn exponent(bits: u64) -> u64 {
    let e = bits >> 52;
    if e < 1 { 1 } else { e }
}

/// x modulo y for finite x and finite y ≠ 0, both given by the bits of their magnitudes: bits of the exact remainder.
#[inline(always)]
fn remainder_bits(x: u64, y: u64) -> u64 {
    let divisor = significand(y);
    let lowest = exponent(y);
    let highest = exponent(x);
    let smaller = highest < lowest;
    let mut r = significand(x);
    let mut steps = if smaller { 0 } else { highest.wrapping_sub(lowest) };
    r %= divisor;
    while steps > 0 {
        let by = if steps < 11 { steps } else { 11 };
        r = (r << by) % divisor;
        steps = steps.wrapping_sub(by);
    }
    // Put r·2^lowest together again: its leading one moves to bit 52, as far as the exponent range lets it.
    let mut e = lowest;
    while (r < NORMAL) & (e > 1) & (r > 0) {
        r <<= 1;
        e = e.wrapping_sub(1);
    }
    let normal = (r & FRACTION) | (e << 52);
    let packed = if r < NORMAL { r } else { normal };
    // |x| < |y|, with a smaller exponent: x is its own remainder.
    if smaller { x } else { packed }
}

/// x − y·⌊x/y⌋, exact but for one rounding when the sign must change; the sign of the divisor.
#[inline(always)]
pub fn modulo(x: f64, y: f64) -> f64 {
    let ax = magnitude(x);
    let ay = magnitude(y);
    let outside = (ax >= INFINITE) | (ay > INFINITE) | (ay == 0);
    let infinite = ay == INFINITE;
    let dividend = if outside { 0 } else { ax };
    let divisor = if outside | infinite { 0x7fef_ffff_ffff_ffff } else { ay };
    let remainder = remainder_bits(dividend, divisor);
    let bits = if infinite { dividend } else { remainder };
    let r = with_sign(f64::from_bits(bits), x);
    let opposite = ((x.to_bits() ^ y.to_bits()) >> 63) != 0;
    let moved = r + y;
    let signed = if opposite & (bits != 0) { moved } else { with_sign(r, y) };
    if outside { NAN } else { signed }
}
