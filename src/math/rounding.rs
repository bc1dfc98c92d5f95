//! Rounding to integers and the exact remainder.
//!
//! Adding and taking away 2^23 rounds a smaller number to the nearest integer, ties to even, on every machine that rounds to nearest;
//! the barrier keeps a shader compiler from cancelling the two. floor, ceil and trunc step from there. All results are exact,
//! zeros keep the sign of the argument, infinities are their own integers.
//!
//! **modulo(x, y)** is x − y·⌊x/y⌋ with the sign of the divisor, as in Python. The magnitude is reduced by long division on the
//! integer significands, eight bits of the quotient a step and at most 35 steps, so it is exact for every pair; only a result that
//! must change sign is then rounded, once (`modulo(-1e-20, 1)` is 1). A zero result has the sign of the divisor; an infinite divisor
//! leaves x alone or gives itself when the signs differ; a zero divisor or an infinite x is outside the domain.

use super::bits::{NAN, is_nan, with_sign};

/// 2^23: every f32 from here on is an integer.
const TWO_23: f32 = 8_388_608.0;

/// The nearest integer, ties to even.
#[inline(always)]
pub fn round(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let t = (a + TWO_23) - TWO_23;
    let r = if a < TWO_23 { with_sign(t, x) } else { x };
    if is_nan(x) { NAN } else { r }
}

/// The largest integer that is not above x.
#[inline(always)]
pub fn floor(x: f32) -> f32 {
    let t = round(x);
    let below = t - 1.0;
    let r = if t > x { below } else { t };
    if is_nan(x) { NAN } else { r }
}

/// The smallest integer that is not below x; −0 for −1 < x ≤ −0.
#[inline(always)]
pub fn ceil(x: f32) -> f32 {
    let t = round(x);
    let above = t + 1.0;
    let r = if t < x { above } else { t };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// The integer part of x, towards zero.
#[inline(always)]
pub fn trunc(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let t = round(a);
    let below = t - 1.0;
    let r = if t > a { below } else { t };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// x − ⌊x⌋, rounded once: in 0 … 1, and 1 itself for a tiny negative x; NaN for an infinity.
#[inline(always)]
pub fn fract(x: f32) -> f32 {
    let r = x - floor(x);
    let infinite = (x.to_bits() & 0x7fff_ffff) >= 0x7f80_0000;
    if infinite { NAN } else { f32::from_bits(r.to_bits() & 0x7fff_ffff) }
}

/// The significand of a finite magnitude, given its bits, as an integer.
#[inline(always)]
fn significand(bits: u32) -> u32 {
    let normal = (bits & 0x007f_ffff) | 0x0080_0000;
    if bits < 0x0080_0000 { bits } else { normal }
}

/// The power of two that goes with [`significand`], biased to be at least 1.
#[inline(always)]
fn exponent(bits: u32) -> i32 {
    let e = (bits >> 23).cast_signed();
    if e < 1 { 1 } else { e }
}

/// x modulo y for finite x and finite y ≠ 0, both given by the bits of their magnitudes: bits of the exact remainder.
#[inline(always)]
fn remainder_bits(x: u32, y: u32) -> u32 {
    let divisor = significand(y);
    let lowest = exponent(y);
    let mut r = significand(x);
    let mut steps = exponent(x).wrapping_sub(lowest);
    if steps >= 0 {
        r %= divisor;
    }
    while steps > 0 {
        let by = if steps < 8 { steps } else { 8 };
        r = (r << by.cast_unsigned()) % divisor;
        steps = steps.wrapping_sub(by);
    }
    // Put r·2^lowest together again. Its leading one moves to bit 23, as far as the exponent range lets it.
    let room = r.leading_zeros().cast_signed().wrapping_sub(8);
    let most = lowest.wrapping_sub(1);
    let shift = if room < most { room } else { most };
    let m = r << (shift.cast_unsigned() & 31);
    let e = lowest.wrapping_sub(shift).cast_unsigned();
    let normal = (m & 0x007f_ffff) | (e << 23);
    let packed = if m < 0x0080_0000 { m } else { normal };
    // |x| < |y|, with a smaller exponent: x is its own remainder.
    if steps < 0 { x } else { packed }
}

/// x − y·⌊x/y⌋, exact but for one rounding when the sign must change; the sign of the divisor.
#[inline(always)]
pub fn modulo(x: f32, y: f32) -> f32 {
    let ax = x.to_bits() & 0x7fff_ffff;
    let ay = y.to_bits() & 0x7fff_ffff;
    let outside = (ax >= 0x7f80_0000) | (ay > 0x7f80_0000) | (ay == 0);
    let infinite = ay == 0x7f80_0000;
    let dividend = if outside { 0 } else { ax };
    let divisor = if outside | infinite { 0x7f7f_ffff } else { ay };
    let remainder = remainder_bits(dividend, divisor);
    let bits = if infinite { dividend } else { remainder };
    let r = f32::from_bits(bits | (x.to_bits() & 0x8000_0000));
    let opposite = ((x.to_bits() ^ y.to_bits()) & 0x8000_0000) != 0;
    let moved = r + y;
    let zero = bits == 0;
    let signed = if opposite & !zero { moved } else { with_sign(r, y) };
    if outside { NAN } else { signed }
}

#[cfg(test)]
mod tests {
    use super::super::bits::INFINITY;
    use super::super::check::{ROUNDED_ULP, assert_binary, assert_pair_values, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn rounding_is_exact() {
        assert_unary("round", 0.0, round, reference::round);
        assert_unary("floor", 0.0, floor, reference::floor);
        assert_unary("ceil", 0.0, ceil, reference::ceil);
        assert_unary("trunc", 0.0, trunc, reference::trunc);
        assert_unary("fract", ROUNDED_ULP, fract, reference::fract);
    }

    #[test]
    fn ties_signs_and_infinities() {
        assert_values(
            "round",
            round,
            &[(0.5, 0.0), (1.5, 2.0), (2.5, 2.0), (-0.5, -0.0), (-2.5, -2.0), (8_388_607.5, 8_388_608.0)],
        );
        assert_values("floor", floor, &[(-0.0, -0.0), (-1e-40, -1.0), (INFINITY, INFINITY), (0.999_999_94, 0.0)]);
        assert_values("ceil", ceil, &[(-0.0, -0.0), (-0.7, -0.0), (1e-40, 1.0), (-INFINITY, -INFINITY)]);
        assert_values("trunc", trunc, &[(-0.7, -0.0), (1.9, 1.0), (-1.9, -1.0), (8_388_607.5, 8_388_607.0)]);
        assert_values("fract", fract, &[(-0.0, 0.0), (3.0, 0.0), (-0.25, 0.75), (-1e-20, 1.0), (INFINITY, NAN)]);
    }

    #[test]
    fn modulo_is_the_exact_remainder_rounded_at_most_once() {
        assert_binary("modulo", ROUNDED_ULP, modulo, reference::modulo);
    }

    #[test]
    fn modulo_of_every_distance_of_exponents_is_exact() {
        // With the sign of the divisor there is nothing to round: the bits must be those of the f64 remainder.
        for shift in 0..254u32 {
            for (x, y) in [(0x0055_5555, 0x0033_3333), (0x007f_ffff, 0x0000_0001), (0x0012_3456, 0x007f_fffe)] {
                let (a, b) = (f32::from_bits(x | (shift << 23)), f32::from_bits(y));
                let want = libm::fmod(f64::from(a), f64::from(b));
                assert_eq!(f64::from(modulo(a, b)), want, "modulo({a:e}, {b:e})");
            }
        }
    }

    #[test]
    fn modulo_at_the_edges() {
        let inf = INFINITY;
        let rows = [
            (5.0, 0.0, NAN),
            (5.0, -0.0, NAN),
            (inf, 2.0, NAN),
            (5.0, NAN, NAN),
            (5.0, 3.0, 2.0),
            (-5.0, 3.0, 1.0),
            (5.0, -3.0, -1.0),
            (-5.0, -3.0, -2.0),
            (6.0, -3.0, -0.0),
            (-6.0, 3.0, 0.0),
            (5.0, inf, 5.0),
            (-5.0, inf, inf),
            (5.0, -inf, -inf),
            (-1e-20, 1.0, 1.0),
            (5e7, 1.5, 0.5),
            (0.0, -2.0, -0.0),
        ];
        assert_pair_values("modulo", modulo, &rows);
    }
}
