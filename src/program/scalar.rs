//! The number types that programs run in, and how their values are masked.

use crate::expr::op::{Lanes, Op, Primitive};
use crate::expr::wide;
use crate::program::pairs::Paired;
use multiversion::multiversion;

/// A number type that programs can run in.
pub trait Scalar: Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static {
    /// What a masked cell holds.
    const MASKED: Self;
    /// Zero.
    const ZERO: Self;
    /// The nearest value.
    fn from_f64(value: f64) -> Self;
    /// The same value.
    fn to_f64(self) -> f64;
    /// Whether it is NaN: no value.
    fn is_hole(self) -> bool;
    /// The lane rule of this type.
    fn lanes(primitive: &Primitive) -> Lanes<Self>;
    /// The rule of two operations in one loop, if there is one: `outer(inner(a, b), c)`, or `outer(c, inner(a, b))` if the inner result
    /// is the `second` argument.
    fn pair(inner: Op, outer: Op, second: bool) -> Option<Lanes<Self>>;
    /// Copies `values`, with [`Scalar::MASKED`] where they are not finite or where `valid` is 0.
    fn mask(out: &mut [Self], values: &[Self], valid: Option<&[Self]>);
}

/// Both masks of a number type, in the widest vectors there are.
macro_rules! masks {
    ($number:ident, $finite:ident, $valid:ident) => {
        #[multiversion(targets("x86_64+avx2"))]
        fn $finite(out: &mut [$number], values: &[$number]) {
            for (slot, &value) in out.iter_mut().zip(values) {
                *slot = if value.is_finite() { value } else { $number::MASKED };
            }
        }

        #[multiversion(targets("x86_64+avx2"))]
        fn $valid(out: &mut [$number], values: &[$number], valid: &[$number]) {
            for ((slot, &value), &valid) in out.iter_mut().zip(values).zip(valid) {
                *slot = if value.is_finite() & (valid != 0.0) { value } else { $number::MASKED };
            }
        }
    };
}

masks!(f32, mask_f32, mask_valid_f32);
masks!(f64, mask_f64, mask_valid_f64);

impl Scalar for f64 {
    const MASKED: Self = Self::NAN;
    const ZERO: Self = 0.0;
    fn from_f64(value: f64) -> Self {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn is_hole(self) -> bool {
        self.is_nan()
    }
    fn lanes(primitive: &Primitive) -> Lanes<Self> {
        primitive.lanes_f64
    }
    fn pair(inner: Op, outer: Op, second: bool) -> Option<Lanes<Self>> {
        <Self as Paired>::pair(inner, outer, second)
    }
    fn mask(out: &mut [Self], values: &[Self], valid: Option<&[Self]>) {
        match valid {
            None => mask_f64(out, values),
            Some(valid) => mask_valid_f64(out, values, valid),
        }
    }
}

impl Scalar for f32 {
    const MASKED: Self = Self::from_bits(0x7fc0_0000);
    const ZERO: Self = 0.0;
    #[expect(clippy::cast_possible_truncation, reason = "the one rounding of a constant, a parameter or a coordinate")]
    fn from_f64(value: f64) -> Self {
        value as Self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn is_hole(self) -> bool {
        self.is_nan()
    }
    fn lanes(primitive: &Primitive) -> Lanes<Self> {
        wide::lanes(primitive)
    }
    fn pair(inner: Op, outer: Op, second: bool) -> Option<Lanes<Self>> {
        <Self as Paired>::pair(inner, outer, second)
    }
    fn mask(out: &mut [Self], values: &[Self], valid: Option<&[Self]>) {
        match valid {
            None => mask_f32(out, values),
            Some(valid) => mask_valid_f32(out, values, valid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_or_not_valid_is_masked_to_the_bit() {
        let values = [1.0, f32::INFINITY, -f32::NAN, -0.0, f32::MAX, 2.0];
        let bits = |values: [f32; 6]| values.map(f32::to_bits);
        let (mut out, nan) = ([7.0; 6], f32::MASKED);
        f32::mask(&mut out, &values, None);
        assert_eq!(bits(out), bits([1.0, nan, nan, -0.0, f32::MAX, 2.0]), "finite values stay");
        f32::mask(&mut out, &values, Some(&[1.0, 1.0, 1.0, 0.0, f32::NAN, -0.0]));
        assert_eq!(bits(out), bits([1.0, nan, nan, nan, f32::MAX, nan]), "a NaN counts as true, both zeros as false");
        let mut wide = [7.0; 2];
        f64::mask(&mut wide, &[f64::MAX, f64::NEG_INFINITY], None);
        assert_eq!(wide.map(f64::to_bits), [f64::MAX, f64::NAN].map(f64::to_bits), "in f64");
    }
}
