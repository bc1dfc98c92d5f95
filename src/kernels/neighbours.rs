//! Bounds of a few neighbouring values at once, in vectors: most neighbours of a smooth field share a bin and a colour.
//!
//! Values are compared as signed integers in their own order, like the [`key`](super::key)s: the compiler may reorder those and
//! use vectors. NaNs lie beyond the infinities, on either side, so that a NaN among the values is a NaN among the bounds.

/// Values that are bounded together: more would seldom share a bin or a colour in a picture of a few thousand cells across.
pub(super) const NEIGHBOURS: usize = 8;

macro_rules! bounds {
    ($name:ident, $float:ident, $int:ident, $shift:literal) => {
        /// The smallest and the largest of values; at least one of them is a NaN if one of the values is.
        #[inline(always)]
        pub(super) fn $name(values: &[$float; NEIGHBOURS]) -> ($float, $float) {
            let (mut low, mut high) = ($int::MAX, $int::MIN);
            for value in values {
                let bits = value.to_bits().cast_signed();
                let key = bits ^ ((bits >> $shift) & $int::MAX);
                low = low.min(key);
                high = high.max(key);
            }
            let value = |key: $int| $float::from_bits((key ^ ((key >> $shift) & $int::MAX)).cast_unsigned());
            (value(low), value(high))
        }
    };
}
bounds!(bounds_f32, f32, i32, 31);
bounds!(bounds_f64, f64, i64, 63);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_a_search() {
        for special in
            [None, Some(f32::NAN), Some(-f32::NAN), Some(f32::INFINITY), Some(-1e30), Some(-0.0), Some(1e-45)]
        {
            for place in 0..NEIGHBOURS {
                for offset in [-2.0, 0.0, 2.0] {
                    let mut values = [0.3_f32, -0.2, 0.7, 0.7, -0.9, 0.0, 0.1, -0.0].map(|v| v + offset);
                    values[place] = special.unwrap_or(values[place]);
                    let (low, high) = bounds_f32(&values);
                    let nan = values.iter().any(|v| v.is_nan());
                    assert_eq!(low.is_nan() || high.is_nan(), nan, "{values:?}");
                    let min = values.iter().copied().fold(f32::INFINITY, f32::min);
                    let max = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    assert!(nan || (low, high) == (min, max), "{values:?}: {low} to {high}");
                    let wide = bounds_f64(&values.map(f64::from));
                    assert!(nan || wide == (f64::from(min), f64::from(max)), "{values:?} as f64");
                }
            }
        }
    }
}
