//! Square and cube roots, the hypotenuse, and x^y.
//!
//! **sqrt** is correctly rounded: the hardware's on the CPU; the WGSL twin starts from the built-in estimate and settles it with an exact
//! integer remainder, so it does not depend on the driver's accuracy. **cbrt** takes a cubic for the first 13 bits, cuts to 8 so that t³
//! is exact, and finishes with one step of Halley (the plan of fdlibm's cbrt). **hypot** scales by a power of two before squaring.
//!
//! **pow** follows the rules of real numbers: x^0 = 1; 0^y = 0 for y > 0 and NaN for y < 0; a negative base wants an integer y and then has
//! the sign of y's parity; anything else is NaN. 1^±∞ = 1. log2 |x| is computed as an unevaluated sum of two f32 with about 34 correct
//! bits (s = (m − 1)/(m + 1) with its remainder, atanh series), y·log2 |x| with an exact product, and 2^z at the end; z reaches 150,
//! so 8 extra bits are what the result needs (Muller, "Elementary Functions", ch. 11).

use super::bits::{INFINITY, NAN, Pair, fast_two_sum, is_nan, power_of_two, scale, two_product, two_sum, with_sign};
use super::exp::{clamp, exp2_parts};
use super::rounding::round;

/// The square root, correctly rounded; NaN below zero, −0 at −0.
#[inline(always)]
pub fn sqrt(x: f32) -> f32 {
    let r = x.sqrt();
    if is_nan(r) { NAN } else { r }
}

/// The real cube root.
#[inline(always)]
pub fn cbrt(x: f32) -> f32 {
    let bits = x.to_bits() & 0x7fff_ffff;
    let subnormal = bits < 0x0080_0000;
    let a = f32::from_bits(bits);
    let raised = a * 16_777_216.0;
    let y = if subnormal { raised } else { a };
    // y = m·2^(3k + j) with ½ ≤ m < 1 and j in 0, 1, 2; 171 / 512 counts thirds of 0 … 255 well enough.
    let e = y.to_bits() >> 23;
    let third = (e.wrapping_mul(171)) >> 9;
    let j = e.wrapping_sub(third.wrapping_mul(3));
    let m = f32::from_bits((y.to_bits() & 0x007f_ffff) | 0x3f00_0000);
    let mut p = 0.146_707_52;
    p = p * m + -0.517_396_75;
    p = p * m + 0.931_986_03;
    p = p * m + 0.438_776_2;
    let one_or_two = if j == 1 { 1.259_921 } else { 1.587_401 };
    let factor = if j == 0 { 1.0 } else { one_or_two };
    let w = m * power_of_two(j.cast_signed());
    // Eight bits, rounded: t² and t³ are exact.
    let t = f32::from_bits((p * factor).to_bits().wrapping_add(0x8000) & 0xffff_0000);
    let r = w / (t * t);
    let root = t + t * ((r - t) / ((t + t) + r));
    let back = if subnormal { 50 } else { 42 };
    let s = root * power_of_two(third.cast_signed().wrapping_sub(back));
    let special = (bits == 0) | (bits >= 0x7f80_0000);
    let v = if special { a } else { s };
    if is_nan(x) { NAN } else { with_sign(v, x) }
}

/// √(x² + y²) without overflow or underflow on the way.
#[inline(always)]
pub fn hypot(x: f32, y: f32) -> f32 {
    let ax = x.to_bits() & 0x7fff_ffff;
    let ay = y.to_bits() & 0x7fff_ffff;
    let most = if ax > ay { ax } else { ay };
    let huge = most > 0x5e00_0000;
    let small = most < 0x2680_0000;
    let up = if small { 100 } else { 0 };
    let by = if huge { -70 } else { up };
    let a = f32::from_bits(ax) * power_of_two(by);
    let b = f32::from_bits(ay) * power_of_two(by);
    let r = sqrt(a * a + b * b) * power_of_two(0i32.wrapping_sub(by));
    let v = if most == 0x7f80_0000 { f32::from_bits(most) } else { r };
    if most > 0x7f80_0000 { NAN } else { v }
}

/// log2 of a positive finite number, given as bits, as an unevaluated sum; unspecified for 0 and infinity.
#[inline(always)]
fn log2_pair(bits: u32) -> Pair {
    let a = f32::from_bits(bits);
    let subnormal = bits < 0x0080_0000;
    let raised = a * 8_388_608.0;
    let y = if subnormal { raised } else { a };
    let shift = if subnormal { 23 } else { 0 };
    let above = y.to_bits().wrapping_sub(0x3f35_04f3).cast_signed() >> 23;
    let m = f32::from_bits(y.to_bits().wrapping_sub(above.cast_unsigned() << 23));
    let e = above.wrapping_sub(shift) as f32;
    // s = f/d in two parts.
    let f = m - 1.0;
    let d = two_sum(m, 1.0);
    let s = f / d.hi;
    let back = two_product(s, d.hi);
    let s_low = (((f - back.hi) - back.lo) - s * d.lo) / d.hi;
    // 2/ln 2·s, in two parts.
    let lead = two_product(s, 2.885_39);
    let lead_low = lead.lo + (s * 3.851_926e-8 + s_low * 2.885_39);
    // s³·(0.96 + z·P(z)) for the rest of the series, in two parts.
    let z = two_product(s, s);
    let z_low = z.lo + (s + s) * s_low;
    let mut p = 0.337_959_9;
    p = p * z.hi + 0.411_844_02;
    p = p * z.hi + 0.577_080_25;
    let c = fast_two_sum(0.961_796_7, z.hi * p);
    let c_low = c.lo - 7.028_462e-9;
    let w = two_product(z.hi, c.hi);
    let w_low = w.lo + (z_low * c.hi + z.hi * c_low);
    let t = two_product(s, w.hi);
    let t_low = t.lo + (s * w_low + s_low * w.hi);
    let first = fast_two_sum(lead.hi, t.hi);
    let low = lead_low + t_low;
    let sum = two_sum(e, first.hi);
    fast_two_sum(sum.hi, sum.lo + (first.lo + low))
}

/// x^y by the rules of real numbers.
#[inline(always)]
pub fn pow(x: f32, y: f32) -> f32 {
    let ax = x.to_bits() & 0x7fff_ffff;
    let ay = y.to_bits() & 0x7fff_ffff;
    let l = log2_pair(ax);
    let c = clamp(y, -1.099_511_6e12, 1.099_511_6e12);
    let product = two_product(c, l.hi);
    let z = clamp(product.hi, -250.0, 250.0);
    let low = product.lo + c * l.lo;
    let rest = if product.hi == z { low } else { 0.0 };
    let e = exp2_parts(z, rest);
    let finite = scale(e.p, e.n);
    let exponent_negative = (y.to_bits() >> 31) != 0;
    let zero_base = ax == 0;
    let end = if zero_base ^ exponent_negative { 0.0 } else { INFINITY };
    let magnitude = if zero_base | (ax == 0x7f80_0000) { end } else { finite };
    let a = f32::from_bits(ay);
    let whole = (round(a) == a) & (ay < 0x7f80_0000);
    let parity = if ay < 0x4b00_0000 { (a + 8_388_608.0).to_bits() } else { y.to_bits() };
    let odd = whole & ((parity & 1) != 0) & (ay < 0x4b80_0000);
    let base_negative = (x.to_bits() >> 31) != 0;
    let signed = if base_negative & odd { -magnitude } else { magnitude };
    let outside = (zero_base & exponent_negative) | (base_negative & !zero_base & !whole);
    let one = (ay == 0) | (x.to_bits() == 0x3f80_0000);
    let r = if one { 1.0 } else { signed };
    let bad = if ay == 0 { false } else { outside };
    if bad | is_nan(x) | is_nan(y) { NAN } else { r }
}

#[cfg(test)]
mod tests {
    use super::super::check::{
        COMPOSED_ULP, ROUNDED_ULP, Random, TIGHT_ULP, assert_binary, assert_pair_values, assert_pairs, assert_unary,
        assert_values,
    };
    use super::super::reference;
    use super::*;

    #[test]
    fn roots_are_within_their_bars() {
        assert_unary("sqrt", ROUNDED_ULP, sqrt, reference::sqrt);
        assert_unary("cbrt", TIGHT_ULP, cbrt, reference::cbrt);
        assert_binary("hypot", COMPOSED_ULP, hypot, reference::hypot);
    }

    #[test]
    fn powers_are_within_their_bar() {
        assert_binary("pow", COMPOSED_ULP, pow, reference::pow);
        // Exponents that use the whole range of results, where errors of the logarithm are magnified most.
        let wide = |random: &mut Random| {
            let x = random.nasty().abs();
            let log = f64::from(x).log2();
            let y = super::super::samples::nearest(f64::from(random.bits() % 300_000) / 1000.0 / log);
            [x, if log.is_finite() && log != 0.0 { y } else { 1.0 }]
        };
        assert_pairs("pow", COMPOSED_ULP, wide, pow, reference::pow);
    }

    #[test]
    fn roots_at_the_ends() {
        let inf = INFINITY;
        assert_values("sqrt", sqrt, &[(-0.0, -0.0), (-1e-40, NAN), (inf, inf), (-inf, NAN), (-NAN, NAN), (4.0, 2.0)]);
        assert_values(
            "cbrt",
            cbrt,
            &[(-0.0, -0.0), (-27.0, -3.0), (inf, inf), (-inf, -inf), (1e30, 1e10), (-NAN, NAN)],
        );
        assert_pair_values(
            "hypot",
            hypot,
            &[(3.0, -4.0, 5.0), (3e38, 0.0, 3e38), (1e-45, 0.0, 1e-45), (inf, 1.0, inf), (inf, NAN, NAN)],
        );
    }

    #[test]
    fn powers_follow_the_rules_of_real_numbers() {
        let inf = INFINITY;
        let rows = [
            (0.0, 0.0, 1.0),
            (-3.0, 0.0, 1.0),
            (inf, -0.0, 1.0),
            (0.0, 2.5, 0.0),
            (-0.0, 3.0, -0.0),
            (0.0, -1.0, NAN),
            (0.0, -inf, NAN),
            (-2.0, 3.0, -8.0),
            (-2.0, -2.0, 0.25),
            (-2.0, 0.5, NAN),
            (-2.0, inf, NAN),
            (-1.0, 16_777_216.0, 1.0),
            (-1.0, 8_388_609.0, -1.0),
            (2.0, 127.0, 2f32.powi(127)),
            (2.0, 128.0, inf),
            (2.0, -149.0, f32::from_bits(1)),
            (2.0, inf, inf),
            (0.5, inf, 0.0),
            (1.0, inf, 1.0),
            (1.0, 1e30, 1.0),
            (inf, 0.1, inf),
            (inf, -0.1, 0.0),
            (-inf, 3.0, -inf),
            (-inf, -3.0, -0.0),
            (NAN, 0.0, NAN),
            (1.0, NAN, NAN),
            (1.000_000_1, 3e38, inf),
            (9.0, 0.5, 3.0),
        ];
        assert_pair_values("pow", pow, &rows);
    }
}
