//! sinh, cosh, tanh and their inverses.
//!
//! Near zero odd minimax polynomials (our own Remez runs), elsewhere e^|x| halved through its exponent, so that sinh and cosh overflow only
//! where their value does. The inverses go through ln(1 + t) with a t that has no cancellation, and through ln x + ln 2 for large x.

use super::bits::{INFINITY, NAN, is_nan, scale, two_sum, with_sign};
use super::exp::{clamp, exp_parts};
use super::log::{ln_of_sum, log1p};
use super::power::sqrt;

/// The hyperbolic sine.
#[inline(always)]
pub fn sinh(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let z = a * a;
    let mut p = 0.000_002_782_213_2;
    p = p * z + 0.000_198_428_96;
    p = p * z + 0.008_333_310_5;
    p = p * z + 0.166_666_67;
    let near = a + a * z * p;
    let e = exp_parts(clamp(a, 0.0, 95.0), 0.0);
    let half = scale(e.p, e.n.wrapping_sub(1));
    let far = half - 0.25 / half;
    let r = if a < 1.0 { near } else { far };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// The hyperbolic cosine.
#[inline(always)]
pub fn cosh(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let e = exp_parts(clamp(a, 0.0, 95.0), 0.0);
    let half = scale(e.p, e.n.wrapping_sub(1));
    let r = half + 0.25 / half;
    if is_nan(x) { NAN } else { r }
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let a = clamp(f32::from_bits(x.to_bits() & 0x7fff_ffff), 0.0, 10.0);
    let z = a * a;
    let mut p = 0.002_152_684_1;
    p = p * z + -0.008_190_013_5;
    p = p * z + 0.021_706_894;
    p = p * z + -0.053_948_18;
    p = p * z + 0.133_332_21;
    p = p * z + -0.333_333_3;
    let near = a + a * z * p;
    let e = exp_parts(a + a, 0.0);
    let far = 1.0 - 2.0 / (scale(e.p, e.n) + 1.0);
    let r = if a < 0.625 { near } else { far };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// ln(1 + t), or ln a + ln 2 where a is so large that the two differ from each other by less than a rounding.
#[inline(always)]
fn log_of_root(a: f32, t: f32) -> f32 {
    let large = a > 16_384.0;
    let u = two_sum(1.0, if large { 0.0 } else { t });
    let hi = if large { a } else { u.hi };
    let k = if large { 1 } else { 0 };
    ln_of_sum(hi, u.lo, k)
}

/// The inverse hyperbolic sine, ln(x + √(x² + 1)).
#[inline(always)]
pub fn asinh(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let b = clamp(a, 0.0, 32_768.0);
    let z = b * b;
    let t = b + z / (1.0 + sqrt(1.0 + z));
    let finite = clamp(a, 0.0, 3.402_823_5e38);
    let l = log_of_root(finite, t);
    let r = if a < 0.000_244_140_63 { a } else { l };
    let y = if a < INFINITY { r } else { INFINITY };
    if is_nan(x) { NAN } else { with_sign(y, x) }
}

/// The inverse hyperbolic cosine, ln(x + √(x² − 1)) for x ≥ 1.
#[inline(always)]
pub fn acosh(x: f32) -> f32 {
    let finite = x < INFINITY;
    let inside = (x >= 1.0) & finite;
    let a = if inside { x } else { 1.0 };
    let d = clamp(a, 1.0, 32_768.0) - 1.0;
    let t = d + sqrt(d * (d + 2.0));
    let r = log_of_root(a, t);
    let infinite = x.to_bits() == 0x7f80_0000;
    let y = if infinite { INFINITY } else { r };
    if inside | infinite { y } else { NAN }
}

/// The inverse hyperbolic tangent, ln((1 + x)/(1 − x))/2 for |x| < 1.
#[inline(always)]
pub fn atanh(x: f32) -> f32 {
    let m = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let inside = m < 1.0;
    let a = if inside { m } else { 0.0 };
    let r = 0.5 * log1p((a + a) / (1.0 - a));
    let y = if a < 0.000_244_140_63 { a } else { r };
    let nan = is_nan(x);
    if inside & !nan { with_sign(y, x) } else { NAN }
}

#[cfg(test)]
mod tests {
    use super::super::check::{COMPOSED_ULP, TIGHT_ULP, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn hyperbolic_functions_are_within_their_bars() {
        assert_unary("sinh", TIGHT_ULP, sinh, reference::sinh);
        assert_unary("cosh", TIGHT_ULP, cosh, reference::cosh);
        assert_unary("tanh", TIGHT_ULP, tanh, reference::tanh);
        assert_unary("asinh", COMPOSED_ULP, asinh, reference::asinh);
        assert_unary("acosh", COMPOSED_ULP, acosh, reference::acosh);
        assert_unary("atanh", COMPOSED_ULP, atanh, reference::atanh);
    }

    #[test]
    fn ends_and_small_arguments() {
        let inf = INFINITY;
        assert_values("sinh", sinh, &[(-0.0, -0.0), (1e-30, 1e-30), (inf, inf), (-inf, -inf), (90.0, inf)]);
        assert_values("cosh", cosh, &[(0.0, 1.0), (inf, inf), (-inf, inf), (-90.0, inf)]);
        assert_values("tanh", tanh, &[(-0.0, -0.0), (1e-30, 1e-30), (inf, 1.0), (-inf, -1.0), (-NAN, NAN)]);
        assert_values("asinh", asinh, &[(-0.0, -0.0), (1e-9, 1e-9), (inf, inf), (-inf, -inf)]);
        assert_values("acosh", acosh, &[(1.0, 0.0), (0.999_999_94, NAN), (-2.0, NAN), (inf, inf), (-inf, NAN)]);
        assert_values("atanh", atanh, &[(-0.0, -0.0), (1e-30, 1e-30), (1.0, NAN), (-1.0, NAN), (2.0, NAN), (inf, NAN)]);
    }
}
