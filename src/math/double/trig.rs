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

/// Four neighbouring words of the bits of 2/π.
#[derive(Clone, Copy, Debug)]
struct Words {
    w0: u64,
    w1: u64,
    w2: u64,
    w3: u64,
}

/// The words from `at` ≤ 17 on, counted from one before the point. A ladder of selects: shader compilers turn a table with an
/// index into a copy of it at each use, which took three times as long to compile and four times as long to run.
#[inline(always)]
fn two_over_pi(at: u64) -> Words {
    let by_16 = (at & 16) != 0;
    let a0 = if by_16 { 0x7527_bac7_ebe5_f17b } else { 0 };
    let a1 = if by_16 { 0x3d07_39f7_8a52_92ea } else { 0xa2f9_836e_4e44_1529 };
    let a2 = if by_16 { 0x6bfb_5fb1_1f8d_5d08 } else { 0xfc27_57d1_f534_ddc0 };
    let a3 = if by_16 { 0x5603_3046_fc7b_6bab } else { 0xdb62_9599_3c43_9041 };
    let a4 = if by_16 { 0xf0cf_bc20_9af4_361d } else { 0xfe51_63ab_debb_c561 };
    let a5 = if by_16 { 0 } else { 0xb724_6e3a_424d_d2e0 };
    let a6 = if by_16 { 0 } else { 0x0649_2eea_09d1_921c };
    let a7 = if by_16 { 0 } else { 0xfe1d_eb1c_b129_a73e };
    let a8 = if by_16 { 0 } else { 0xe882_35f5_2ebb_4484 };
    let a9 = if by_16 { 0 } else { 0xe99c_7026_b45f_7e41 };
    let a10 = if by_16 { 0 } else { 0x3991_d639_8353_39f4 };
    let a11 = if by_16 { 0 } else { 0x9c84_5f8b_bdf9_283b };
    let a12 = if by_16 { 0 } else { 0x1ff8_97ff_de05_980f };
    let a13 = if by_16 { 0 } else { 0xef2f_118b_5a0a_6d1f };
    let a14 = if by_16 { 0 } else { 0x6d36_7ecf_27cb_09b7 };
    let a15 = if by_16 { 0 } else { 0x4f46_3f66_9e5f_ea2d };
    let a16 = if by_16 { 0 } else { 0x7527_bac7_ebe5_f17b };
    let a17 = if by_16 { 0 } else { 0x3d07_39f7_8a52_92ea };
    let a18 = if by_16 { 0 } else { 0x6bfb_5fb1_1f8d_5d08 };
    let by_8 = (at & 8) != 0;
    let b0 = if by_8 { a8 } else { a0 };
    let b1 = if by_8 { a9 } else { a1 };
    let b2 = if by_8 { a10 } else { a2 };
    let b3 = if by_8 { a11 } else { a3 };
    let b4 = if by_8 { a12 } else { a4 };
    let b5 = if by_8 { a13 } else { a5 };
    let b6 = if by_8 { a14 } else { a6 };
    let b7 = if by_8 { a15 } else { a7 };
    let b8 = if by_8 { a16 } else { a8 };
    let b9 = if by_8 { a17 } else { a9 };
    let b10 = if by_8 { a18 } else { a10 };
    let by_4 = (at & 4) != 0;
    let c0 = if by_4 { b4 } else { b0 };
    let c1 = if by_4 { b5 } else { b1 };
    let c2 = if by_4 { b6 } else { b2 };
    let c3 = if by_4 { b7 } else { b3 };
    let c4 = if by_4 { b8 } else { b4 };
    let c5 = if by_4 { b9 } else { b5 };
    let c6 = if by_4 { b10 } else { b6 };
    let by_2 = (at & 2) != 0;
    let d0 = if by_2 { c2 } else { c0 };
    let d1 = if by_2 { c3 } else { c1 };
    let d2 = if by_2 { c4 } else { c2 };
    let d3 = if by_2 { c5 } else { c3 };
    let d4 = if by_2 { c6 } else { c4 };
    let by_1 = (at & 1) != 0;
    let w0 = if by_1 { d1 } else { d0 };
    let w1 = if by_1 { d2 } else { d1 };
    let w2 = if by_1 { d3 } else { d2 };
    let w3 = if by_1 { d4 } else { d3 };
    Words { w0, w1, w2, w3 }
}

/// The reduction for finite |x| ≥ 1/1024;
/// for others some words and no more.
#[inline(always)]
fn reduce_large(x: f64) -> Reduced {
    let bits = magnitude(x);
    let m = (bits & FRACTION) | NORMAL;
    let e = bits >> 52;
    // Where the first bit of 2/π, times the lowest of m, counts two quarter turns: what stands before gives multiples of four.
    let position = if e < 1013 { 0 } else { e.wrapping_sub(1013) };
    let shift = position & 63;
    let words = two_over_pi(position >> 6);
    let p1 = window(words.w1, words.w2, shift);
    let part = m.wrapping_mul(p1);
    let low = part.wrapping_add(multiply_high(m, window(words.w2, words.w3, shift)));
    let carry = if low < part { 1 } else { 0 };
    let high = m.wrapping_mul(window(words.w0, words.w1, shift)).wrapping_add(multiply_high(m, p1)).wrapping_add(carry);
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
