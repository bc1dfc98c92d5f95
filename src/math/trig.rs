//! Sine, cosine and tangent for every argument.
//!
//! x = n·π/2 + r with |r| ≤ π/4 and r as an unevaluated sum of two f32. Up to 12 867 (n < 2^13) π/2 is cut in four parts of 11 bits and
//! a rest, so that n·part is exact (Cody and Waite, "Software Manual for the Elementary Functions", 1980). Beyond, Payne and Hanek
//! ("Radian reduction for trigonometric functions", SIGNUM Newsletter 18, 1983): the significand times those 96 bits of 2/π that
//! matter, in u32 arithmetic; 62 bits of the fraction remain, where the worst f32 loses about 30 to cancellation. Polynomials on
//! |r| ≤ π/4 are our own Remez runs. Infinities are outside the domain.
//!
//! The second reduction is a branch, which no compiler vectorises. For blocks call `sin_block` and its siblings: they look at the
//! largest argument first and take a loop without the branch when they can. The bits are the same.

use super::bits::{NAN, Pair, fast_two_sum, times_sign, upper};
use super::exp::{ROUNDER, ROUNDER_BITS};

/// π/2 in parts of 11 bits; the last has 24.
const HALF_PI_1: f32 = 1.570_312_5;
const HALF_PI_2: f32 = 0.000_483_751_3;
const HALF_PI_3: f32 = 7.549_533_6e-8;
const HALF_PI_4: f32 = 2.563_283e-12;
const HALF_PI_5: f32 = 6.123_234e-17;
const TWO_OVER_PI: f32 = std::f32::consts::FRAC_2_PI;
/// π/2, the leading part.
pub(super) const HALF_PI: f32 = std::f32::consts::FRAC_PI_2;
/// π/2 − [`HALF_PI`].
pub(super) const HALF_PI_LOW: f32 = -4.371_139e-8;
/// π/2 in 12 bits.
const HALF_PI_UPPER: f32 = 1.570_312_5;
/// π/2 − [`HALF_PI_UPPER`].
const HALF_PI_REST: f32 = 0.000_483_826_8;
/// Up to here the first reduction is used.
pub(super) const ORDINARY: f32 = 12_867.0;

/// An angle less a multiple of π/2, and that multiple modulo 4 in its low bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reduced {
    /// The angle, −π/4 … π/4.
    pub r: Pair,
    /// The multiple; only its two low bits count.
    pub quadrant: u32,
}

/// The reduction for |x| ≤ 12 867.
#[inline(always)]
pub(super) fn reduce_ordinary(x: f32) -> Reduced {
    let t = x * TWO_OVER_PI + ROUNDER;
    let k = t - ROUNDER;
    let quadrant = t.to_bits().cast_signed().wrapping_sub(ROUNDER_BITS).cast_unsigned();
    // Both differences are exact: what is left has at most 24 bits.
    let a = (x - k * HALF_PI_1) - k * HALF_PI_2;
    let b = k * HALF_PI_3;
    let hi = a - b;
    let lo = (a - hi) - b;
    let c = k * HALF_PI_4;
    let mid = hi - c;
    let rest = ((hi - mid) - c) + (lo - k * HALF_PI_5);
    Reduced { r: fast_two_sum(mid, rest), quadrant }
}

/// The upper 32 bits of a·b.
#[inline(always)]
fn multiply_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffff;
    let a_high = a >> 16;
    let b_low = b & 0xffff;
    let b_high = b >> 16;
    let low = a_low.wrapping_mul(b_low);
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> 16);
    let other = a_low.wrapping_mul(b_high).wrapping_add(middle & 0xffff);
    a_high.wrapping_mul(b_high).wrapping_add(middle >> 16).wrapping_add(other >> 16)
}

/// Bits shift … shift + 31 of the two words, counted from the top.
#[inline(always)]
fn window(first: u32, second: u32, shift: u32) -> u32 {
    let right = (second >> 1) >> (31u32.wrapping_sub(shift) & 31);
    (first << (shift & 31)) | right
}

/// From the fraction high:low of a turn (two bits of multiple of π/2, 62 of fraction) to the reduced angle with the sign of x.
#[inline(always)]
fn finish_large(x: f32, high: u32, low: u32) -> Reduced {
    let multiple = high.wrapping_add(0x2000_0000) >> 30;
    let h = high.wrapping_sub(multiple << 30);
    // The magnitude of the signed fraction h:low.
    let negate = 0u32.wrapping_sub(h >> 31);
    let b = (low ^ negate).wrapping_sub(negate);
    let carry = if b == 0 { negate & 1 } else { 0 };
    let a = (h ^ negate).wrapping_add(carry);
    // Pieces of 22, 24 and 16 bits, each an exact f32; v is their sum.
    let top = (a >> 8).cast_signed() as f32 * 2.384_185_8e-7;
    let middle = (((a & 0xff) << 16) | (b >> 16)).cast_signed() as f32 * 1.421_085_5e-14;
    let bottom = (b & 0xffff).cast_signed() as f32 * 2.168_404_3e-19;
    let v = fast_two_sum(top, middle);
    // v·π/2; the first product is exact, 12 bits times 12.
    let v1 = upper(v.hi);
    let v2 = (v.hi - v1) + (v.lo + bottom);
    let r = fast_two_sum(v1 * HALF_PI_UPPER, v1 * HALF_PI_REST + v2 * HALF_PI);
    let turned = f32::from_bits(x.to_bits() ^ h);
    let negative = (x.to_bits() >> 31) != 0;
    let quadrant = if negative { 0u32.wrapping_sub(multiple) } else { multiple };
    Reduced { r: Pair { hi: times_sign(r.hi, turned), lo: times_sign(r.lo, turned) }, quadrant }
}

/// The reduction for finite |x| ≥ 1: Payne and Hanek.
#[inline(always)]
pub(super) fn reduce_large(x: f32) -> Reduced {
    let bits = x.to_bits() & 0x7fff_ffff;
    let m = (bits & 0x007f_ffff) | 0x0080_0000;
    // The window of 2/π starts where its first bit times the lowest bit of m counts two quarter turns: what stands before
    // gives multiples of four. Word 0 of the table stands before the point.
    let position = (bits >> 23).wrapping_sub(120);
    let shift = position & 31;
    // Four words from 0, a2f9836e, 4e441529, fc2757d1, f534ddc0, db629599, 3c439041, fe5163ab, starting at position/32 ≤ 4.
    let four = (position & 128) != 0;
    let t0 = if four { 0xf534_ddc0 } else { 0 };
    let t1 = if four { 0xdb62_9599 } else { 0xa2f9_836e };
    let t2 = if four { 0x3c43_9041 } else { 0x4e44_1529 };
    let t3 = if four { 0xfe51_63ab } else { 0xfc27_57d1 };
    let two = (position & 64) != 0;
    let u0 = if two { t2 } else { t0 };
    let u1 = if two { t3 } else { t1 };
    let u2 = if two { 0xf534_ddc0 } else { t2 };
    let u3 = if two { 0xdb62_9599 } else { t3 };
    let u4 = if two { 0x3c43_9041 } else { 0xf534_ddc0 };
    let one = (position & 32) != 0;
    let w0 = if one { u1 } else { u0 };
    let w1 = if one { u2 } else { u1 };
    let w2 = if one { u3 } else { u2 };
    let w3 = if one { u4 } else { u3 };
    let p0 = window(w0, w1, shift);
    let p1 = window(w1, w2, shift);
    let p2 = window(w2, w3, shift);
    // The upper two words of m·(p0 p1 p2) modulo 2^96; of m·p2 a part will do, the last bits are beyond what counts.
    let part = m.wrapping_mul(p1);
    let low = part.wrapping_add((m >> 8).wrapping_mul(p2 >> 16) >> 8);
    let carry = if low < part { 1 } else { 0 };
    let high = m.wrapping_mul(p0).wrapping_add(multiply_high(m, p1)).wrapping_add(carry);
    finish_large(x, high, low)
}

/// The reduction for every finite x.
#[inline(always)]
fn reduce(x: f32) -> Reduced {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let mut result = reduce_ordinary(x);
    if a > ORDINARY {
        result = reduce_large(x);
    }
    result
}

/// sin(r) on |r| ≤ π/4; weighted error 4.2e-9.
#[inline(always)]
fn sin_unit(r: Pair) -> f32 {
    let z = r.hi * r.hi;
    let mut p = -0.000_195_078_83;
    p = p * z + 0.008_332_106;
    p = p * z + -0.166_666_54;
    r.hi + (r.hi * z * p + r.lo)
}

/// cos(r) on |r| ≤ π/4; weighted error 1.4e-10.
#[inline(always)]
fn cos_unit(r: Pair) -> f32 {
    let z = r.hi * r.hi;
    let mut p = 0.000_024_430_085;
    p = p * z + -0.001_388_729_8;
    p = p * z + 0.041_666_646;
    1.0 - (0.5 * z - (z * z * p - r.hi * r.lo))
}

/// sin of a reduced angle, quarter turns added.
#[inline(always)]
fn sin_of(g: Reduced, turns: u32) -> f32 {
    let q = g.quadrant.wrapping_add(turns);
    let s = sin_unit(g.r);
    let c = cos_unit(g.r);
    let v = if (q & 1) == 0 { s } else { c };
    f32::from_bits(v.to_bits() ^ ((q & 2) << 30))
}

/// tan of a reduced angle; weighted error of the polynomial 1.5e-9.
#[inline(always)]
fn tan_of(g: Reduced) -> f32 {
    let r = g.r.hi;
    let z = r * r;
    let mut p = 0.004_481_558;
    p = p * z + -0.000_118_769_59;
    p = p * z + 0.010_995_553;
    p = p * z + 0.021_222_606;
    p = p * z + 0.054_070_98;
    p = p * z + 0.133_325_71;
    p = p * z + 0.333_333_52;
    let t = r + (r * z * p + g.r.lo * (1.0 + z));
    let c = -1.0 / t;
    if (g.quadrant & 1) == 0 { t } else { c }
}

/// y where x is an ordinary number, x where it is a zero, NaN where it has no angle.
#[inline(always)]
fn odd_domain(x: f32, y: f32) -> f32 {
    let bits = x.to_bits() & 0x7fff_ffff;
    let r = if bits == 0 { x } else { y };
    if bits >= 0x7f80_0000 { NAN } else { r }
}

/// True if the first reduction serves x.
#[inline(always)]
pub fn is_ordinary(x: f32) -> bool {
    (x.to_bits() & 0x7fff_ffff) <= ORDINARY.to_bits()
}

/// The sine for |x| ≤ 12 867, without a branch: the bits of [`sin`] at a third of a shader compiler's time. For arguments whose
/// bound is known, as in sin(sin x).
#[inline(always)]
pub fn sin_ordinary(x: f32) -> f32 {
    odd_domain(x, sin_of(reduce_ordinary(x), 0))
}

/// The sine for |x| ≤ 12 867, unspecified beyond.
#[inline(always)]
pub(super) fn sin_plain(x: f32) -> f32 {
    let y = sin_of(reduce_ordinary(x), 0);
    if x == 0.0 { x } else { y }
}

/// The cosine for |x| ≤ 12 867, without a branch: the bits of [`cos`].
#[inline(always)]
pub fn cos_ordinary(x: f32) -> f32 {
    sin_of(reduce_ordinary(x), 1)
}

/// The tangent for |x| ≤ 12 867, without a branch: the bits of [`tan`].
#[inline(always)]
pub fn tan_ordinary(x: f32) -> f32 {
    odd_domain(x, tan_of(reduce_ordinary(x)))
}

/// The sine.
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    odd_domain(x, sin_of(reduce(x), 0))
}

/// The cosine.
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    let r = sin_of(reduce(x), 1);
    let finite = (x.to_bits() & 0x7fff_ffff) < 0x7f80_0000;
    if finite { r } else { NAN }
}

/// The tangent.
#[inline(always)]
pub fn tan(x: f32) -> f32 {
    odd_domain(x, tan_of(reduce(x)))
}

#[cfg(test)]
mod tests {
    use super::super::bits::INFINITY;
    use super::super::check::{COMPOSED_ULP, Random, TIGHT_ULP, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn angles_of_every_size_are_within_their_bars() {
        assert_unary("sin", TIGHT_ULP, sin, reference::sin);
        assert_unary("cos", TIGHT_ULP, cos, reference::cos);
        assert_unary("tan", COMPOSED_ULP, tan, reference::tan);
    }

    #[test]
    fn zeros_and_infinities() {
        assert_values("sin", sin, &[(-0.0, -0.0), (0.0, 0.0), (INFINITY, NAN), (-INFINITY, NAN), (1e-40, 1e-40)]);
        assert_values("cos", cos, &[(-0.0, 1.0), (1e-40, 1.0), (INFINITY, NAN), (-NAN, NAN)]);
        assert_values("tan", tan, &[(-0.0, -0.0), (INFINITY, NAN), (1e-40, 1e-40)]);
    }

    #[test]
    fn the_argument_nearest_to_a_multiple_of_a_quarter_turn() {
        // 16 367 173·2^72, the worst case of single precision (Muller, "Elementary Functions", table 11.1): 1.6e-9 from a multiple.
        let x = 16_367_173.0 * 2f32.powi(72);
        let nearest = reference::cos(f64::from(x));
        assert!(nearest.abs() < 2e-9, "the case is the one meant: cos is {nearest:e}");
        let got = f64::from(cos(x));
        assert!(((got - nearest) / nearest).abs() < 2f64.powi(-23), "cos gave {got:e}, wanted {nearest:e}");
    }

    #[test]
    fn both_reductions_agree_where_they_meet() {
        let mut random = Random(5);
        for _ in 0..10_000 {
            let x = f32::from_bits(0x4600_0000 + random.bits() % (ORDINARY.to_bits() - 0x4600_0000));
            let (a, b) = (reduce_ordinary(x), reduce_large(x));
            let (p, q) = (f64::from(a.r.hi) + f64::from(a.r.lo), f64::from(b.r.hi) + f64::from(b.r.lo));
            // Half way between two multiples either will do. The products after the exact one are below 2^-10, so their roundings are below 2^-34.
            let turns = f64::from(b.quadrant.wrapping_sub(a.quadrant).wrapping_add(1) & 3) - 1.0;
            assert!((p - q - turns * std::f64::consts::FRAC_PI_2).abs() < 2f64.powi(-34), "{x:e}: {p:e} against {q:e}");
            // π/4, and the rounding of x·2/π near 2^13: half of 2^-10, times π/2.
            assert!(p.abs().max(q.abs()) < 0.7862, "{x:e} is reduced to {p:e} and {q:e}");
        }
    }
}
