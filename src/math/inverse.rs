//! asin, acos, atan, atan2.
//!
//! asin is an odd polynomial up to ½ and π/2 − 2·asin √((1 − x)/2) beyond. atan reduces to [0, 1] by a reciprocal (atan2 by the quotient
//! of the smaller over the larger side) and uses one polynomial there. π and π/2 carry a second part. Polynomials are our own Remez runs.
//! The origin has no direction: atan2(0, 0) is NaN.

use super::bits::{NAN, is_nan, with_sign};
use super::power::sqrt;
use super::trig::{HALF_PI, HALF_PI_LOW};

const PI: f32 = std::f32::consts::PI;
/// π − [`PI`].
const PI_LOW: f32 = -8.742_278e-8;

/// asin(t) − t for 0 ≤ t ≤ ½, z = t²; weighted error 4.9e-9.
#[inline(always)]
fn asin_tail(t: f32, z: f32) -> f32 {
    let mut p = 0.042_233_035;
    p = p * z + 0.024_142_79;
    p = p * z + 0.045_477_26;
    p = p * z + 0.074_952_476;
    p = p * z + 0.166_667_54;
    t * z * p
}

/// The arc sine, −π/2 … π/2; NaN outside [−1, 1].
#[inline(always)]
pub fn asin(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let inside = a <= 1.0;
    let outer = a > 0.5;
    let folded = 0.5 * (1.0 - a);
    let z = if outer { folded } else { a * a };
    let t = if outer { sqrt(folded) } else { a };
    let s = asin_tail(t, z);
    let r = if outer { HALF_PI - (2.0 * t + (2.0 * s - HALF_PI_LOW)) } else { t + s };
    let nan = is_nan(x);
    if inside & !nan { with_sign(r, x) } else { NAN }
}

/// The arc cosine, 0 … π; NaN outside [−1, 1].
#[inline(always)]
pub fn acos(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let inside = a <= 1.0;
    let outer = a > 0.5;
    let negative = x < 0.0;
    let folded = 0.5 * (1.0 - a);
    let z = if outer { folded } else { a * a };
    let t = if outer { sqrt(folded) } else { a };
    let s = asin_tail(t, z);
    let twice = 2.0 * (t + s);
    let ends = if negative { PI - (twice - PI_LOW) } else { twice };
    let signed_t = if negative { -t } else { t };
    let signed_s = if negative { -s } else { s };
    let middle = HALF_PI - (signed_t + (signed_s - HALF_PI_LOW));
    let r = if outer { ends } else { middle };
    let nan = is_nan(x);
    if inside & !nan { r } else { NAN }
}

/// atan(t) for 0 ≤ t ≤ 1; weighted error 2.7e-9, two coefficients moved by an ulp or three so that atan 1 is π/4 rounded.
#[inline(always)]
fn atan_unit(t: f32) -> f32 {
    let z = t * t;
    let mut p = -0.001_788_963_2;
    p = p * z + 0.010_892_811;
    p = p * z + -0.031_135_246;
    p = p * z + 0.057_912_596;
    p = p * z + -0.084_006_79;
    p = p * z + 0.109_511_87;
    p = p * z + -0.142_640_38;
    p = p * z + 0.199_985_3;
    p = p * z + -0.333_333_02;
    t + t * z * p
}

/// The arc tangent, −π/2 … π/2.
#[inline(always)]
pub fn atan(x: f32) -> f32 {
    let a = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let steep = a > 1.0;
    let inverse = 1.0 / a;
    let s = atan_unit(if steep { inverse } else { a });
    let complement = HALF_PI - (s - HALF_PI_LOW);
    let r = if steep { complement } else { s };
    if is_nan(x) { NAN } else { with_sign(r, x) }
}

/// The size of the angle, given the quotient of the smaller over the larger side; `steep` if that is |y|.
#[inline(always)]
fn turned(x: f32, steep: bool, quotient: f32) -> f32 {
    let s = atan_unit(quotient);
    let left = (x.to_bits() >> 31) != 0;
    let turned = if left { -s } else { s };
    let upright = HALF_PI - (turned - HALF_PI_LOW);
    let behind = PI - (s - PI_LOW);
    let flat = if left { behind } else { s };
    if steep { upright } else { flat }
}

/// The size of the angle of the point (x, y), 0 … π, if the larger side is finite and not zero; else unspecified.
#[inline(always)]
pub(super) fn atan2_plain(y: f32, x: f32) -> f32 {
    let ax = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let ay = f32::from_bits(y.to_bits() & 0x7fff_ffff);
    let steep = ay > ax;
    let larger = if steep { ay } else { ax };
    let smaller = if steep { ax } else { ay };
    turned(x, steep, smaller / larger)
}

/// The direction of the point (x, y), −π … π; NaN at the origin.
#[inline(always)]
pub fn atan2(y: f32, x: f32) -> f32 {
    let ax = f32::from_bits(x.to_bits() & 0x7fff_ffff);
    let ay = f32::from_bits(y.to_bits() & 0x7fff_ffff);
    let steep = ay > ax;
    let larger = if steep { ay } else { ax };
    let smaller = if steep { ax } else { ay };
    let quotient = smaller / larger;
    let diagonal = smaller.to_bits() == 0x7f80_0000;
    let r = turned(x, steep, if diagonal { 1.0 } else { quotient });
    let origin = larger.to_bits() == 0;
    if is_nan(x) | is_nan(y) | origin { NAN } else { with_sign(r, y) }
}

#[cfg(test)]
mod tests {
    use super::super::bits::INFINITY;
    use super::super::check::{COMPOSED_ULP, assert_binary, assert_pair_values, assert_unary, assert_values};
    use super::super::reference;
    use super::*;

    #[test]
    fn inverse_functions_are_within_their_bar() {
        assert_unary("asin", COMPOSED_ULP, asin, reference::asin);
        assert_unary("acos", COMPOSED_ULP, acos, reference::acos);
        assert_unary("atan", COMPOSED_ULP, atan, reference::atan);
        assert_binary("atan2", COMPOSED_ULP, atan2, reference::atan2);
    }

    #[test]
    fn ends() {
        assert_values(
            "asin",
            asin,
            &[(-0.0, -0.0), (1.0, HALF_PI), (-1.0, -HALF_PI), (1.000_000_1, NAN), (-INFINITY, NAN)],
        );
        assert_values("acos", acos, &[(1.0, 0.0), (-1.0, PI), (0.0, HALF_PI), (-1.000_000_1, NAN), (INFINITY, NAN)]);
        assert_values("atan", atan, &[(-0.0, -0.0), (INFINITY, HALF_PI), (-INFINITY, -HALF_PI), (1e-40, 1e-40)]);
    }

    #[test]
    fn directions() {
        let (inf, q) = (INFINITY, std::f32::consts::FRAC_PI_4);
        let rows = [
            (0.0, 0.0, NAN),
            (-0.0, 0.0, NAN),
            (0.0, -0.0, NAN),
            (0.0, 1.0, 0.0),
            (-0.0, 1.0, -0.0),
            (0.0, -1.0, PI),
            (-0.0, -1.0, -PI),
            (1.0, 0.0, HALF_PI),
            (-1.0, -0.0, -HALF_PI),
            (1.0, 1.0, q),
            (inf, inf, q),
            (inf, -inf, 3.0 * q),
            (1.0, inf, 0.0),
            (1.0, -inf, PI),
            (inf, 1.0, HALF_PI),
            (NAN, 1.0, NAN),
            (1.0, -NAN, NAN),
        ];
        assert_pair_values("atan2", atan2, &rows);
    }
}
