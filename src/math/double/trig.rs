//! Sine, cosine and tangent in f64, for every argument.
//!
//! Reduction: Payne and Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983). 192 bits of 2/π are taken
//! from where they begin to count, multiplied by the significand modulo 2^192; two bits of the product are the quadrant, the next 126
//! the fraction. No f64 comes closer than 2^−61 to a multiple of π/2 (Muller, "Elementary Functions", ch. 11), so at least 64 of
//! them are significant. Arguments up to π/4 are not reduced.
//!
//! Kernels: odd and even polynomials of degree 15 and 16 (Chebyshev interpolation in extended precision), their leading terms kept in two
//! parts; the tangent is the quotient of the two pairs.

use super::bits::{
    FRACTION, INFINITE, NAN, NORMAL, Pair, SIGN, add_pairs, divide_pairs, fast_two_sum, flipped, magnitude,
    multiply_pairs, number_of, two_product,
};

/// The bits of 2/π, with a word before the point.
const TWO_OVER_PI: [u64; 21] = [
    0,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];
/// π/2 in two parts.
pub(super) const HALF_PI: f64 = core::f64::consts::FRAC_PI_2;
pub(super) const HALF_PI_LOW: f64 = 6.123233995736766e-17;

/// An angle less a multiple of π/2, and that multiple modulo 4 in its low bits.
#[derive(Clone, Copy, Debug)]
struct Reduced {
    r: Pair,
    quadrant: u64,
}

/// The upper 64 bits of a·b.
#[inline(always)]
fn multiply_high(a: u64, b: u64) -> u64 {
    let a_low = a & 0xffff_ffff;
    let a_high = a >> 32;
    let b_low = b & 0xffff_ffff;
    let b_high = b >> 32;
    let low = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let other = a_low.wrapping_mul(b_high).wrapping_add(middle & 0xffff_ffff);
    a_high.wrapping_mul(b_high).wrapping_add(middle >> 32).wrapping_add(other >> 32)
}

/// 64 bits from bit `shift` of two neighbouring words on, counted from the top.
#[inline(always)]
fn window(first: u64, second: u64, shift: u64) -> u64 {
    (first << shift) | ((second >> 1) >> (63u64.wrapping_sub(shift)))
}

/// The reduction for finite |x| ≥ 1/1024; for others an index within the table and no more.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a table index")]
fn reduce_large(x: f64) -> Reduced {
    let bits = magnitude(x);
    let m = (bits & FRACTION) | NORMAL;
    let e = bits >> 52;
    // Where the first bit of 2/π, times the lowest of m, counts two quarter turns: what stands before gives multiples of four.
    let position = if e < 1013 { 0 } else { e.wrapping_sub(1013) };
    let shift = position & 63;
    let at = position >> 6;
    let w0 = TWO_OVER_PI[at as usize];
    let w1 = TWO_OVER_PI[at.wrapping_add(1) as usize];
    let w2 = TWO_OVER_PI[at.wrapping_add(2) as usize];
    let w3 = TWO_OVER_PI[at.wrapping_add(3) as usize];
    let p1 = window(w1, w2, shift);
    let part = m.wrapping_mul(p1);
    let low = part.wrapping_add(multiply_high(m, window(w2, w3, shift)));
    let carry = if low < part { 1 } else { 0 };
    let high = m.wrapping_mul(window(w0, w1, shift)).wrapping_add(multiply_high(m, p1)).wrapping_add(carry);
    let multiple = high.wrapping_add(0x2000_0000_0000_0000) >> 62;
    let h = high.wrapping_sub(multiple << 62);
    // The magnitude of the signed fraction h:low.
    let negate = 0u64.wrapping_sub(h >> 63);
    let b = (low ^ negate).wrapping_sub(negate);
    let borrow = if b == 0 { negate & 1 } else { 0 };
    let a = (h ^ negate).wrapping_add(borrow);
    // Four exact pieces of 32 bits.
    let first = number_of(a >> 32) * 9.313225746154785e-10;
    let second = number_of(a & 0xffff_ffff) * 2.168404344971009e-19;
    let third = number_of(b >> 32) * 5.048709793414476e-29;
    let fourth = number_of(b & 0xffff_ffff) * 1.1754943508222875e-38;
    let v = add_pairs(fast_two_sum(first, second), fast_two_sum(third, fourth));
    let r = multiply_pairs(v, Pair { hi: HALF_PI, lo: HALF_PI_LOW });
    let turned = h ^ x.to_bits();
    let quadrant = if x.to_bits() >= SIGN { 0u64.wrapping_sub(multiple) } else { multiple };
    Reduced { r: Pair { hi: flipped(r.hi, turned), lo: flipped(r.lo, turned) }, quadrant }
}

/// The reduction for every finite x.
#[inline(always)]
fn reduce(x: f64) -> Reduced {
    let g = reduce_large(x);
    let small = magnitude(x) < 0x3fe9_21fb_5444_2d18;
    let hi = if small { x } else { g.r.hi };
    let lo = if small { 0.0 } else { g.r.lo };
    let quadrant = if small { 0 } else { g.quadrant };
    Reduced { r: Pair { hi, lo }, quadrant }
}

/// sin(r) on |r| ≤ π/4 in two parts; weighted error 2^−66.
#[inline(always)]
fn sin_pair(r: Pair) -> Pair {
    let z = r.hi * r.hi;
    let mut p = -7.586692262094344e-13;
    p = p * z + 1.6058531536611833e-10;
    p = p * z - 2.5052106231927857e-8;
    p = p * z + 2.7557319219337672e-6;
    p = p * z - 0.00019841269841265063;
    p = p * z + 0.008333333333333331;
    p = p * z - 0.16666666666666666;
    fast_two_sum(r.hi, r.hi * z * p + (r.lo - 0.5 * z * r.lo))
}

/// cos(r) on |r| ≤ π/4 in two parts; weighted error 2^−70.
#[inline(always)]
fn cos_pair(r: Pair) -> Pair {
    let square = two_product(r.hi, r.hi);
    let z = square.hi;
    let mut p = 4.7458692024108734e-14;
    p = p * z - 1.1470460841811526e-11;
    p = p * z + 2.087675579079147e-9;
    p = p * z - 2.7557319221401993e-7;
    p = p * z + 0.000024801587301584645;
    p = p * z - 0.0013888888888888887;
    p = p * z + 0.041666666666666664;
    let s = fast_two_sum(1.0, -0.5 * z);
    fast_two_sum(s.hi, s.lo + (z * z * p - (0.5 * square.lo + r.hi * r.lo)))
}

/// sin of a reduced angle, quarter turns added.
#[inline(always)]
fn sin_of(g: Reduced, turns: u64) -> f64 {
    let q = g.quadrant.wrapping_add(turns);
    let s = sin_pair(g.r).hi;
    let c = cos_pair(g.r).hi;
    let v = if (q & 1) == 0 { s } else { c };
    flipped(v, q << 62)
}

/// y where x is an ordinary number, x where it is tiny (x − x³/6 rounds to x) or zero, NaN where it has no angle.
#[inline(always)]
fn odd_domain(x: f64, y: f64) -> f64 {
    let r = if magnitude(x) < 0x3e40_0000_0000_0000 { x } else { y };
    if magnitude(x) < INFINITE { r } else { NAN }
}

/// The sine.
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    odd_domain(x, sin_of(reduce(x), 0))
}

/// The cosine.
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    let r = sin_of(reduce(x), 1);
    if magnitude(x) < INFINITE { r } else { NAN }
}

/// The tangent.
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    let g = reduce(x);
    let s = sin_pair(g.r);
    let c = cos_pair(g.r);
    let even = (g.quadrant & 1) == 0;
    let top = if even { s.hi } else { c.hi };
    let top_low = if even { s.lo } else { c.lo };
    let bottom = if even { c.hi } else { 0.0 - s.hi };
    let bottom_low = if even { c.lo } else { 0.0 - s.lo };
    odd_domain(x, divide_pairs(Pair { hi: top, lo: top_low }, Pair { hi: bottom, lo: bottom_low }).hi)
}
