//! The distance of a computed number from the exact one, in units in the last place.
//!
//! The distance is |computed − exact| / ulp(exact), where ulp(y) is the step of the `f32` numbers at the size of y: 2^(e−23) for
//! 2^e ≤ |y| < 2^(e+1), and 2^−149 below 2^−126. A correctly rounded result is at most 0.5 away. Infinity counts as 2^128, as it does
//! in rounding. The exact value is given in `f64`, whose own error of about 2^−53 relative is 10^−9 of such a unit.
//!
//! No distance measures a result of the wrong kind, so it is infinite where exactly one of the two is NaN, where a NaN is not the one
//! NaN of the language (0x7fc00000), and where a zero has the wrong sign.

/// Bar of the elementary functions: one rounding of the result, half an ulp, plus at most three smaller errors of argument and polynomial.
pub const TIGHT_ULP: f64 = 2.0;
/// Bar of the functions composed of two elementary ones, whose errors add up.
pub const COMPOSED_ULP: f64 = 4.0;
/// Bar of a single rounding.
pub const ROUNDED_ULP: f64 = 0.5;

/// Exponent field of an `f64`: the bias, and the bits of its significand.
const BIAS: u64 = 1023;
const SIGNIFICAND: u32 = 52;

/// The distance of an `f32` from the exact value, in ulp; see the [module](self).
#[must_use]
pub fn distance(got: f32, want: f64) -> f64 {
    if want.is_nan() {
        return if got.to_bits() == 0x7fc0_0000 { 0.0 } else { f64::INFINITY };
    }
    if got.is_nan() || (got == 0.0 && want == 0.0 && got.is_sign_negative() != want.is_sign_negative()) {
        return f64::INFINITY;
    }
    let bounded = |x: f64| x.clamp(-2f64.powi(128), 2f64.powi(128));
    // The exponent of |want|, kept to that of the normal f32 numbers.
    let exponent = ((want.to_bits() >> SIGNIFICAND) & 0x7ff).clamp(BIAS - 126, BIAS + 127);
    (bounded(f64::from(got)) - bounded(want)).abs() / f64::from_bits((exponent - 23) << SIGNIFICAND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_units_of_the_last_place() {
        assert_eq!(distance(1.0, 1.0), 0.0, "equal");
        assert_eq!(distance(f32::from_bits(0x3f80_0003), 1.0), 3.0, "three above 1");
        assert_eq!(distance(f32::from_bits(1), 0.0), 1.0, "the smallest subnormal");
        assert_eq!(distance(f32::INFINITY, f64::from(f32::MAX)), 1.0, "infinity is the next number");
        assert_eq!(distance(f32::INFINITY, 1e300), 0.0, "overflow");
        assert_eq!(distance(-1.0, 1.0), 2f64.powi(24), "the other sign");
        assert_eq!(distance(f32::from_bits(0xffc0_0000), f64::NAN), f64::INFINITY, "another NaN");
        assert_eq!(distance(1.0, f64::NAN), f64::INFINITY, "a number for NaN");
        assert_eq!(distance(f32::NAN, 1.0), f64::INFINITY, "NaN for a number");
        assert_eq!(distance(-0.0, 0.0), f64::INFINITY, "the other zero");
        assert_eq!(distance(0.0, 1e-300), 1e-300 * 2f64.powi(149), "below the subnormals");
        assert_eq!(distance(2.0, 2.0 - 2f64.powi(-30)), 2f64.powi(-7), "the unit is that of the exact value");
    }
}
