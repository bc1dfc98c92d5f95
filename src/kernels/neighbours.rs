//! Bounds of a few neighbouring values at once, in vectors: most neighbours of a smooth field share a bin and a colour.

/// Values that are bounded together: more would seldom share a bin or a colour in a picture of a few thousand cells across.
pub(super) const NEIGHBOURS: usize = 16;

/// Lanes that are bounded side by side, so that the compiler can use vectors: it must not reorder a single chain of comparisons.
const LANES: usize = 8;

macro_rules! bounds {
    ($name:ident, $float:ident) => {
        /// The smallest and the largest of values, and whether there is a NaN, which makes the bounds worthless; NaN bounds for
        /// no values at all.
        #[inline(always)]
        pub(super) fn $name(values: &[$float]) -> ($float, $float, bool) {
            let first = values.first().copied().unwrap_or($float::NAN);
            let (mut low, mut high, mut nan) = ([first; LANES], [first; LANES], [false; LANES]);
            let (chunks, rest) = values.as_chunks::<LANES>();
            for chunk in chunks {
                for lane in 0..LANES {
                    let v = chunk[lane];
                    low[lane] = if v < low[lane] { v } else { low[lane] };
                    high[lane] = if v > high[lane] { v } else { high[lane] };
                    nan[lane] |= v.is_nan();
                }
            }
            let mut all = (first, first, false);
            for &v in low.iter().chain(&high).chain(rest) {
                all = (if v < all.0 { v } else { all.0 }, if v > all.1 { v } else { all.1 }, all.2 | v.is_nan());
            }
            (all.0, all.1, all.2 | nan.contains(&true))
        }
    };
}
bounds!(bounds_f32, f32);
bounds!(bounds_f64, f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_a_search() {
        for len in 1..70_u8 {
            for special in [None, Some(f32::NAN), Some(f32::INFINITY), Some(-1e30), Some(-0.0)] {
                for place in [0, usize::from(len) / 2, usize::from(len) - 1] {
                    let mut values: Vec<f32> = (0..len).map(|i| (f32::from(i) * 2.4).sin()).collect();
                    values[place] = special.unwrap_or(values[place]);
                    let (low, high, nan) = bounds_f32(&values);
                    assert_eq!(nan, values.iter().any(|v| v.is_nan()), "{values:?}");
                    let (min, max) =
                        values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)));
                    assert!(nan || (low, high) == (min, max), "{values:?}: {low} to {high}");
                    let wide: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
                    assert!(nan || bounds_f64(&wide) == (f64::from(min), f64::from(max), false), "{values:?} as f64");
                }
            }
        }
        assert!(bounds_f32(&[]).2, "none: worthless");
    }
}
