//! Square and cube roots, the hypotenuse, and x^y, in f64.
//!
//! **sqrt** is correctly rounded: Vulkan promises little about a 64-bit root, so an estimate is settled by its exact remainder. **cbrt**: a
//! cubic, two steps of Halley, and the exact remainder of t³. **hypot** scales by a power of two and sums exact squares.
//! **pow** has the rules of the f32 function and is e^(y·ln|x|) with the logarithm and the product in two parts: an error of 2^−65 in
//! ln |x| times |y·ln x| ≤ 745 leaves 2^−55 in the result.

use super::bits::{
    FRACTION, INFINITE, INFINITY, NAN, NORMAL, Pair, add_pairs, clamp, fast_two_sum, flipped, is_nan, is_negative,
    magnitude, multiply_pairs, power_of_two, scale, two_product, with_sign,
};
use super::exp::{exp_parts, exp_value};
use super::log::{ln_pair, log_parts};
use super::rounding::round;

/// The square root; NaN below zero, −0 at −0.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    let bits = x.to_bits();
    let subnormal = bits < NORMAL;
    let raised = x * 18_014_398_509_481_984.0;
    let y = if subnormal { raised.to_bits() } else { bits };
    // y = m·4^(k − 512) with 1 ≤ m < 4.
    let e = (y >> 52).wrapping_add(1);
    let k = e >> 1;
    let m = f64::from_bits((y & FRACTION) | ((e & 1).wrapping_add(1023) << 52));
    let back = if subnormal { 27 } else { 0 };
    // Between 1 and the number before 2, within a unit after one step of Newton. The root is no midpoint, and the remainder a multiple
    // of 2^−104: it says exactly on which side of the midpoints next to y the root lies.
    let y0 = clamp(m.sqrt(), 1.0, 1.9999999999999998);
    let first = two_product(y0, y0);
    let y1 = clamp(y0 + ((m - first.hi) - first.lo) / (y0 + y0), 1.0, 1.9999999999999998);
    let p = two_product(y1, y1);
    let remainder = (m - p.hi) - p.lo;
    let unit = 2.220446049250313e-16;
    let raised_root = if remainder > unit * y1 { y1 + unit } else { y1 };
    let root = if remainder <= 0.0 - unit * y1 { y1 - unit } else { raised_root };
    let v = root * power_of_two(k.wrapping_sub(512 + back));
    let special = (magnitude(x) == 0) | (bits == INFINITE);
    let r = if special { x } else { v };
    let outside = (bits > INFINITE) & (magnitude(x) != 0);
    if outside { NAN } else { r }
}

/// The root of a pair that is 0 or in the middle of the range, in two parts.
#[inline(always)]
pub(super) fn sqrt_pair(v: Pair) -> Pair {
    let y = sqrt(v.hi);
    let p = two_product(y, y);
    let r = ((v.hi - p.hi) - p.lo) + v.lo;
    let twice = if v.hi > 0.0 { y + y } else { 1.0 };
    fast_two_sum(y, r / twice)
}

/// The real cube root.
#[inline(always)]
pub fn cbrt(x: f64) -> f64 {
    let bits = magnitude(x);
    let subnormal = bits < NORMAL;
    let a = f64::from_bits(bits);
    let raised = a * 18_014_398_509_481_984.0;
    let y = if subnormal { raised } else { a };
    // y = m·2^(3(third − 341) + j) with ½ ≤ m < 1 and j in 0, 1, 2.
    let e = (y.to_bits() >> 52).wrapping_add(1);
    let third = e / 3;
    let j = e.wrapping_sub(third.wrapping_mul(3));
    let m = f64::from_bits((y.to_bits() & FRACTION) | 0x3fe0_0000_0000_0000);
    let mut p = 0.14670752;
    p = p * m - 0.51739675;
    p = p * m + 0.93198603;
    p = p * m + 0.4387762;
    let one_or_two = if j == 1 { 1.259921 } else { 1.587401 };
    let factor = if j == 0 { 1.0 } else { one_or_two };
    let w = m * power_of_two(j);
    let t0 = p * factor;
    let c0 = t0 * t0 * t0;
    let t1 = t0 + t0 * ((w - c0) / (c0 + c0 + w));
    let c1 = t1 * t1 * t1;
    let t = t1 + t1 * ((w - c1) / (c1 + c1 + w));
    let square = two_product(t, t);
    let cube = multiply_pairs(square, Pair { hi: t, lo: 0.0 });
    let root = t + ((w - cube.hi) - cube.lo) / (3.0 * square.hi);
    let back = if subnormal { 18 } else { 0 };
    let s = root * power_of_two(third.wrapping_sub(341 + back));
    let special = (bits == 0) | (bits >= INFINITE);
    let v = if special { a } else { s };
    if is_nan(x) { NAN } else { with_sign(v, x) }
}

/// √(x² + y²) without overflow or underflow on the way.
#[inline(always)]
pub fn hypot(x: f64, y: f64) -> f64 {
    let ax = magnitude(x);
    let ay = magnitude(y);
    let most = if ax > ay { ax } else { ay };
    let e = most >> 52;
    let by = if e > 2045 { 2045 } else { e };
    let up = power_of_two(1023u64.wrapping_sub(by));
    let a = f64::from_bits(ax) * up;
    let b = f64::from_bits(ay) * up;
    let r = sqrt_pair(add_pairs(two_product(a, a), two_product(b, b))).hi;
    let v = if most == INFINITE { INFINITY } else { scale(r, by.wrapping_sub(1023)) };
    let w = if most == 0 { 0.0 } else { v };
    if most > INFINITE { NAN } else { w }
}

/// x^y by the rules of real numbers.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    let ax = magnitude(x);
    let ay = magnitude(y);
    let l = ln_pair(log_parts(f64::from_bits(ax), 0.0));
    let c = clamp(y, -3.6893488147419103e19, 3.6893488147419103e19);
    let product = multiply_pairs(Pair { hi: c, lo: 0.0 }, l);
    let z = clamp(product.hi, -760.0, 720.0);
    let rest = if product.hi == z { product.lo } else { 0.0 };
    let finite = exp_value(exp_parts(z, rest));
    let down = is_negative(y);
    let zero_base = ax == 0;
    let end = if zero_base == down { INFINITY } else { 0.0 };
    let magnitude = if zero_base | (ax == INFINITE) { end } else { finite };
    let a = f64::from_bits(ay);
    let whole = (round(a) == a) & (ay < INFINITE);
    // From 2^52 on the unit stands in the last bit of y itself; from 2^53 on every number is even.
    let parity = if ay < 0x4330_0000_0000_0000 { (a + 4_503_599_627_370_496.0).to_bits() } else { ay };
    let odd = whole & ((parity & 1) != 0) & (ay < 0x4340_0000_0000_0000);
    let negative_base = is_negative(x);
    let signed = if negative_base & odd { flipped(magnitude, 0x8000_0000_0000_0000) } else { magnitude };
    let outside = (zero_base & down) | (negative_base & !zero_base & !whole);
    let one = (ay == 0) | (x.to_bits() == 0x3ff0_0000_0000_0000);
    let r = if one { 1.0 } else { signed };
    let bad = outside & (ay != 0);
    if bad | is_nan(x) | is_nan(y) { NAN } else { r }
}
