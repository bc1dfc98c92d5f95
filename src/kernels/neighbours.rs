//! Bounds and bins of neighbouring values at once, in vectors: most neighbours of a smooth field share a bin and a colour.
//!
//! Values are compared as signed integers in their own order, like the [`key`](super::key)s: the compiler may reorder those and
//! use vectors. NaNs lie beyond the infinities, on either side, so that a NaN among the values is a NaN among the bounds.

use super::key;
use multiversion::multiversion;

/// Values that are bounded together: few enough to lie between a few thresholds in a picture of a few thousand cells across.
pub(super) const NEIGHBOURS: usize = 32;

/// Values that are binned together, one for each bit of a word.
pub(super) const COUNTED: usize = 64;

/// Neighbouring values as runs of one bin.
pub(super) struct Runs {
    bins: [u16; COUNTED],
    /// The smallest and the largest key.
    pub(super) min: u32,
    pub(super) max: u32,
    /// A bit for each value but the last, set if the next one has another bin.
    ends: u64,
}

impl Runs {
    /// Whether no value is infinite or a NaN: their keys lie at both ends.
    pub(super) fn is_finite(&self) -> bool {
        self.min > key::of_f32(f32::NEG_INFINITY) && self.max < key::of_f32(f32::INFINITY)
    }

    /// Hands over the bin and the length of each run.
    #[inline(always)]
    pub(super) fn each(&self, mut run: impl FnMut(u16, u64)) {
        let (mut start, mut ends) = (0, self.ends);
        while ends != 0 {
            let end = ends.trailing_zeros() + 1;
            run(self.bins[(end as usize - 1) % COUNTED], u64::from(end - start));
            (start, ends) = (end, ends & (ends - 1));
        }
        run(self.bins[COUNTED - 1], COUNTED as u64 - u64::from(start));
    }
}

/// The runs of values by the bins of [`Bins`](super::range::Bins) with this beginning and width; a bin's number fits 16 bits.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn runs(values: &[f32; COUNTED], low: u32, shift: u32) -> Runs {
    const LAST: u32 = u16::MAX as u32;
    let (mut bins, mut min, mut max) = ([0; COUNTED], u32::MAX, 0);
    for (bin, value) in bins.iter_mut().zip(values) {
        // The key, without a branch: adding +0 turns −0 into +0.
        let bits = (value + 0.0).to_bits();
        let key = bits ^ ((bits.cast_signed() >> 31).cast_unsigned() | 0x8000_0000);
        min = min.min(key);
        max = max.max(key);
        *bin = (key.saturating_sub(low) >> (shift & 31)).min(LAST) as u16;
    }
    let mut differs = [0_u8; COUNTED];
    for (differs, pair) in differs.iter_mut().zip(bins.windows(2)) {
        *differs = u8::from(pair[0] != pair[1]);
    }
    let mut ends = 0;
    for (nth, bytes) in differs.as_chunks().0.iter().enumerate() {
        // Moves the lowest bit of byte i to bit 56 + i.
        ends |= (u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * nth);
    }
    Runs { bins, min, max, ends }
}

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
                    let few = [0.3_f32, -0.2, 0.7, 0.7, -0.9, 0.0, 0.1, -0.0];
                    let mut values: [f32; NEIGHBOURS] = std::array::from_fn(|i| few[i % few.len()] + offset);
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
