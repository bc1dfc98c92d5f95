//! Exponentials: exp, exp2, expm1, and the Gaussian.
//!
//! x = n·ln 2 + r with |r| ≤ ln 2/2, by adding 1.5·2^23 to round; ln 2 is cut in two so that n·high is exact (Cody and Waite, "Software
//! Manual for the Elementary Functions", 1980; Muller, "Handbook of Floating-Point Arithmetic", ch. 10). e^r is a minimax polynomial of
//! our own Remez runs; 2^n is applied in two factors, so that results below 2^−126 are rounded once and overflow gives infinity.

use super::bits::{NAN, is_nan, scale, upper};

/// 1.5·2^23: adding it rounds to an integer, which then stands in the low bits.
pub(super) const ROUNDER: f32 = 12_582_912.0;
/// Bits of [`ROUNDER`].
pub(super) const ROUNDER_BITS: i32 = 0x4b40_0000;
const LOG2_E: f32 = std::f32::consts::LOG2_E;
/// ln 2, its first 10 bits: a product with |n| < 2^14 is exact.
pub(super) const LN2_HIGH: f32 = 0.693_359_4;
/// ln 2 − [`LN2_HIGH`].
pub(super) const LN2_LOW: f32 = -0.000_212_194_44;

/// p·2^n, not yet put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scaled {
    /// A factor in 0.7 … 1.42.
    pub p: f32,
    /// A power of two.
    pub n: i32,
}

/// (e^r − 1 − r)/r² on |r| ≤ 0.347; weighted error 3.3e-9 in e^r.
#[inline(always)]
pub(super) fn exp_tail(r: f32) -> f32 {
    let mut q = 0.001_384_377_8;
    q = q * r + 0.008_369_549;
    q = q * r + 0.041_668_06;
    q = q * r + 0.166_665_14;
    q * r + 0.499_999_94
}

/// e^(high + low), for |high| ≤ 170 and low small against 1.
#[inline(always)]
pub(super) fn exp_parts(high: f32, low: f32) -> Scaled {
    let t = high * LOG2_E + ROUNDER;
    let n = t.to_bits().cast_signed().wrapping_sub(ROUNDER_BITS);
    let k = t - ROUNDER;
    let r = ((high - k * LN2_HIGH) - k * LN2_LOW) + low;
    let p = 1.0 + (r + r * r * exp_tail(r));
    Scaled { p, n }
}

/// x kept within low … high; any NaN may come out as either.
#[inline(always)]
pub(super) fn clamp(x: f32, low: f32, high: f32) -> f32 {
    let y = if x < low { low } else { x };
    if y > high { high } else { y }
}

/// e^x.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let e = exp_parts(clamp(x, -110.0, 90.0), 0.0);
    let r = scale(e.p, e.n);
    if is_nan(x) { NAN } else { r }
}

/// e^(high + low) where it is normal. Then p and p·2^n differ in the exponent alone, and n may be added to it: the low bits of t are n.
#[inline(always)]
fn exp_normal(high: f32, low: f32) -> f32 {
    let t = high * LOG2_E + ROUNDER;
    let k = t - ROUNDER;
    let r = ((high - k * LN2_HIGH) - k * LN2_LOW) + low;
    let p = 1.0 + (r + r * r * exp_tail(r));
    f32::from_bits(p.to_bits().wrapping_add(t.to_bits() << 23))
}

/// e^x for −86 ≤ x ≤ 88, unspecified beyond. A zero r may lose its sign in the sum with 0, and 1 + r does not show it.
#[inline(always)]
pub(super) fn exp_plain(x: f32) -> f32 {
    exp_normal(x, -0.0)
}

/// e^(−x²/2) for |x| ≤ 13, unspecified beyond.
#[inline(always)]
pub(super) fn gauss_plain(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let a1 = upper(a);
    let a2 = a - a1;
    exp_normal(a1 * a1 * -0.5, a2 * (a + a1) * -0.5)
}

/// 2^(high + low), for |high| ≤ 250 and low small against 1; (2^r − 1)/r has weighted error 1.1e-8 on |r| ≤ 1/2.
#[inline(always)]
pub(super) fn exp2_parts(high: f32, low: f32) -> Scaled {
    let t = high + ROUNDER;
    let n = t.to_bits().cast_signed().wrapping_sub(ROUNDER_BITS);
    let r = (high - (t - ROUNDER)) + low;
    let mut q = 0.000_153_190_41;
    q = q * r + 0.001_338_604_7;
    q = q * r + 0.009_618_467;
    q = q * r + 0.055_503_78;
    q = q * r + 0.240_226_5;
    q = q * r + std::f32::consts::LN_2;
    let p = 1.0 + r * q;
    Scaled { p, n }
}

/// 2^x.
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let e = exp2_parts(clamp(x, -160.0, 130.0), 0.0);
    let r = scale(e.p, e.n);
    if is_nan(x) { NAN } else { r }
}

/// e^x − 1 without cancellation near 0.
#[inline(always)]
pub fn expm1(x: f32) -> f32 {
    let c = clamp(x, -18.0, 90.0);
    let t = c * LOG2_E + ROUNDER;
    let n = t.to_bits().cast_signed().wrapping_sub(ROUNDER_BITS);
    let k = t - ROUNDER;
    let r = (c - k * LN2_HIGH) - k * LN2_LOW;
    let m = r + r * r * exp_tail(r);
    // 2^n·(m + 1 − 2^−n); for n = 0 this is m itself.
    let far = if n < 60 { n } else { 60 };
    let gap = 1.0 - scale(1.0, 0i32.wrapping_sub(far));
    let s = scale(m + gap, n);
    let tiny = (x.to_bits() & 0x7fff_ffff) < 0x3300_0000;
    let y = if tiny { x } else { s };
    if is_nan(x) { NAN } else { y }
}

/// e^(−x²/2), with x² split exactly so that the far tail keeps its digits.
#[inline(always)]
pub fn gauss(x: f32) -> f32 {
    let a = clamp(f32::from_bits(x.to_bits() & 0x7fff_ffff), 0.0, 15.0);
    let a1 = upper(a);
    let a2 = a - a1;
    let high = a1 * a1 * -0.5;
    let low = a2 * (a + a1) * -0.5;
    let e = exp_parts(high, low);
    let r = scale(e.p, e.n);
    if is_nan(x) { NAN } else { r }
}

#[cfg(test)]
mod tests {
    use super::super::bits::{INFINITY, power_of_two};
    use super::super::check::{COMPOSED_ULP, TIGHT_ULP, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn exponentials_are_within_their_bars() {
        assert_unary("exp", TIGHT_ULP, exp, reference::exp);
        assert_unary("exp2", TIGHT_ULP, exp2, reference::exp2);
        assert_unary("expm1", TIGHT_ULP, expm1, reference::expm1);
        assert_unary("gauss", COMPOSED_ULP, gauss, reference::gauss);
    }

    #[test]
    fn ends_and_exact_values() {
        let inf = INFINITY;
        assert_values(
            "exp",
            exp,
            &[(0.0, 1.0), (-0.0, 1.0), (inf, inf), (-inf, 0.0), (88.8, inf), (-104.0, 0.0), (-NAN, NAN)],
        );
        assert_values(
            "exp2",
            exp2,
            &[(10.0, 1024.0), (-149.0, f32::from_bits(1)), (128.0, inf), (-151.0, 0.0), (-inf, 0.0)],
        );
        assert_values(
            "expm1",
            expm1,
            &[(-0.0, -0.0), (1e-30, 1e-30), (inf, inf), (-inf, -1.0), (-30.0, -1.0), (100.0, inf)],
        );
        assert_values("gauss", gauss, &[(0.0, 1.0), (inf, 0.0), (-inf, 0.0), (-NAN, NAN)]);
        for n in -126..=127 {
            #[expect(clippy::cast_precision_loss, reason = "small integers")]
            let x = n as f32;
            assert_eq!(exp2(x), power_of_two(n), "2^{n}");
        }
    }
}
