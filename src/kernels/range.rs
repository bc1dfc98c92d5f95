//! Counts masked and infinite cells, finds the smallest and largest finite value, and keeps a histogram for percentiles.
//!
//! **Theory.** Values are compared and binned by their [`key`], an order-preserving `u32`. The histogram has 65 536
//! bins of `2^shift` neighbouring keys from `low` on. With the default window ([`Bins::default`], the top 16 bits of
//! the key) one pass without any knowledge of the values gives percentiles to a relative 2⁻⁷, at every magnitude: a
//! bin is one sign, one exponent and 7 bits of mantissa. A second pass over [`Bins::between`] the extremes found by
//! the first narrows a bin to 1/65 536 of the keys between them, for fields like `1000 + sin x` that fill only a few
//! bins.
//!
//! **Determinism.** Counts are sums of integers and extremes are maxima of integers, so any order of bands, threads
//! and workgroups gives the same result.
//!
//! **Practice.** An invocation reads 32 cells and adds a run of neighbours that share a bin by one atomic; masked,
//! infinite and the extremes go through the workgroup first. The minimum is kept as the maximum of `!key`, so
//! that a buffer of zeros is the empty state.
//!
//! **Edges.** A NaN is a masked cell. Infinities are counted apart and enter neither extremes nor histogram. Both zeros
//! are +0. `f64` input is binned by its rounding to `f32` (clamped to the finite numbers), with exact extremes; [`RangeStats::is_ranked`] tells
//! whether that ranks them. The
//! shader counts in `u32`, one band at a time; sums over bands are `u64`.

use super::{Binding, Kernel, key, neighbours};

/// The shader's text, without the key functions that stand in front.
const WGSL: &str = include_str!("../../shaders/range.wgsl");

/// Bins of a histogram.
pub const BINS: usize = 1 << 16;

/// Words in front of the histogram in the shader's `Stats`: masked, infinite, inverted minimum, maximum.
const HEADER: usize = 4;

/// Words of the shader's `Stats`.
pub const WORDS: usize = HEADER + BINS;

/// `vec4`s that one invocation reads.
pub const QUADS: u32 = 8;

/// The uniform block of the shader.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Params {
    /// Where the piece ends, in cells from the start of the plane.
    pub cells: u32,
    /// `vec4`s in front of the plane.
    pub plane_offset: u32,
    /// Where the piece begins, in `vec4`s from the start of the plane.
    pub first_quad: u32,
    /// Key at which the first bin begins.
    pub key_low: u32,
    /// Keys per bin, as a power of two.
    pub key_shift: u32,
}

/// The kernel.
#[must_use]
pub fn kernel() -> Kernel {
    Kernel {
        name: "range",
        source: vec![key::WGSL.into(), WGSL.into()],
        bindings: const { &[Binding::uniform("params"), Binding::read("planes"), Binding::read_write("stats")] },
        workgroup: 64,
        params_size: size_of::<Params>(),
        ends: true,
    }
}

/// Invocations for so many cells.
#[must_use]
pub const fn invocations(cells: u32) -> u32 {
    super::quads(cells).div_ceil(QUADS)
}

/// Which keys share a bin of the histogram: bin `i` holds `2^shift` keys from `low + i·2^shift` on; what lies
/// outside falls into the first or the last bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bins {
    /// Key at which the first bin begins.
    pub low: u32,
    /// Keys per bin, as a power of two; at most 16 makes sense.
    pub shift: u32,
}

impl Default for Bins {
    /// The top 16 bits of the key: every `f32` has its place.
    fn default() -> Self {
        Self { low: 0, shift: 16 }
    }
}

impl Bins {
    /// The finest bins that hold every value between two.
    #[must_use]
    pub fn between(min: f64, max: f64) -> Self {
        let (low, high) = (key_of_f64(min), key_of_f64(max));
        let span = high.saturating_sub(low);
        let shift = (u32::BITS - span.leading_zeros()).saturating_sub(BINS.trailing_zeros());
        Self { low, shift }
    }

    /// The bin of a key.
    #[inline]
    #[must_use]
    pub fn of_key(self, key: u32) -> usize {
        ((key.saturating_sub(self.low) >> self.shift) as usize).min(BINS - 1)
    }

    /// The first and the last key of a bin.
    #[must_use]
    pub fn keys(self, bin: usize) -> (u32, u32) {
        let step = 1_u64 << self.shift;
        let first = u64::from(self.low) + bin as u64 * step;
        let clamp = |key: u64| u32::try_from(key).unwrap_or(u32::MAX);
        (clamp(first), clamp(first + step - 1))
    }
}

/// The key of a finite `f64`, rounded to the nearest finite `f32`.
fn key_of_f64(value: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to the nearest f32 is what is wanted")]
    let rounded = value as f32;
    key::of_f32(rounded.clamp(f32::MIN, f32::MAX))
}

/// What is known about the values of a field, or of a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeStats {
    /// The window of the histogram.
    pub bins: Bins,
    /// Cells with a finite value.
    pub finite: u64,
    /// Masked cells (NaN).
    pub masked: u64,
    /// Cells with an infinite value.
    pub infinite: u64,
    /// The smallest finite value; +∞ when there is none.
    pub min: f64,
    /// The largest finite value; −∞ when there is none.
    pub max: f64,
    /// Finite cells per bin.
    pub histogram: Vec<u64>,
}

/// What the shader counts beside the histogram, of some `f32` values: extremes are keys.
#[derive(Default)]
struct Seen {
    masked: u64,
    infinite: u64,
    inverted_min: u32,
    max: u32,
}

impl Default for RangeStats {
    fn default() -> Self {
        Self::new(Bins::default())
    }
}

impl RangeStats {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(bins: Bins) -> Self {
        let histogram = vec![0; BINS];
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { bins, finite: 0, masked: 0, infinite: 0, min, max, histogram }
    }

    /// All cells seen.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.finite + self.masked + self.infinite
    }

    /// How many cells fall into the bin of `value`: for whole-numbered codes below 128 exactly those that hold it.
    #[must_use]
    pub fn count_of(&self, value: f32) -> u64 {
        self.histogram[self.bins.of_key(key::of_f32(value))]
    }

    /// The smallest and the largest finite value, if there is any.
    #[must_use]
    pub fn extremes(&self) -> Option<(f64, f64)> {
        (self.finite > 0).then_some((self.min, self.max))
    }

    /// Whether bins rank the values: their largest magnitude is among the normal numbers of `f32`, or all are 0.
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        let reach = self.min.abs().max(self.max.abs());
        self.finite == 0 || reach == 0.0 || (f64::from(f32::MIN_POSITIVE)..=f64::from(f32::MAX)).contains(&reach)
    }

    /// A value of each bin that holds some, ascending, and how many it holds: known to the width of a bin.
    pub fn values(&self) -> impl Iterator<Item = (f64, u64)> {
        let filled = self.histogram.iter().enumerate().filter(|&(_, &count)| count > 0);
        filled.map(|(bin, &count)| {
            let (first, last) = self.bins.keys(bin);
            // The outer bins also hold what lies outside of the window.
            let middle = f64::from(key::to_f32(first + (last - first) / 2));
            (middle.max(self.min).min(self.max), count)
        })
    }

    /// Adds `f32` values: the twin of the shader.
    ///
    /// Vectors find bins, ends of runs of one bin and extremes of `neighbours::COUNTED` values at a time, and a run is added at once:
    /// adding to one place again and again waits for itself. Where values are masked or infinite they are looked at one by one.
    pub fn add_f32(&mut self, values: &[f32]) {
        let mut seen = Seen::default();
        let (groups, rest) = values.as_chunks();
        for group in groups {
            const { assert!(BINS == 1 << u16::BITS, "a bin's number fits") };
            let runs = neighbours::runs(group, self.bins.low, self.bins.shift);
            if runs.is_finite() {
                seen.inverted_min = seen.inverted_min.max(!runs.min);
                seen.max = seen.max.max(runs.max);
                runs.each(|bin, count| self.histogram[usize::from(bin)] += count);
            } else if group.iter().all(|value| value.is_nan()) {
                seen.masked += group.len() as u64;
            } else {
                self.add_singly(group, &mut seen);
            }
        }
        self.add_singly(rest, &mut seen);
        self.count(values.len() as u64, seen.masked, seen.infinite, seen.inverted_min, seen.max);
    }

    fn add_singly(&mut self, values: &[f32], seen: &mut Seen) {
        for value in values {
            let bits = value.to_bits();
            if key::is_nan(bits) {
                seen.masked += 1;
            } else if key::is_infinite(bits) {
                seen.infinite += 1;
            } else {
                let key = key::of_bits(bits);
                seen.inverted_min = seen.inverted_min.max(!key);
                seen.max = seen.max.max(key);
                self.histogram[self.bins.of_key(key)] += 1;
            }
        }
    }

    /// Adds `f64` values: exact extremes, bins by the nearest `f32`.
    pub fn add_f64(&mut self, values: &[f64]) {
        for &value in values {
            if value.is_nan() {
                self.masked += 1;
            } else if value.is_infinite() {
                self.infinite += 1;
            } else {
                self.finite += 1;
                // Adding +0 turns −0 into +0.
                self.min = self.min.min(value + 0.0);
                self.max = self.max.max(value + 0.0);
                self.histogram[self.bins.of_key(key_of_f64(value))] += 1;
            }
        }
    }

    /// Adds what the shader left in `stats` after looking at so many cells.
    pub fn add_words(&mut self, words: &[u32], cells: u32) {
        if let [masked, infinite, key_min_inverted, key_max, histogram @ ..] = words {
            for (sum, &count) in self.histogram.iter_mut().zip(histogram) {
                *sum += u64::from(count);
            }
            let (masked, infinite) = (u64::from(*masked), u64::from(*infinite));
            self.count(u64::from(cells), masked, infinite, *key_min_inverted, *key_max);
        }
    }

    /// Adds everything but the histogram.
    fn count(&mut self, cells: u64, masked: u64, infinite: u64, key_min_inverted: u32, key_max: u32) {
        let finite = cells.saturating_sub(masked).saturating_sub(infinite);
        self.masked += masked;
        self.infinite += infinite;
        self.finite += finite;
        if finite > 0 {
            self.min = self.min.min(f64::from(key::to_f32(!key_min_inverted)));
            self.max = self.max.max(f64::from(key::to_f32(key_max)));
        }
    }

    /// Adds what another collector saw. Bins of another window are added where their first key falls.
    pub fn merge(&mut self, other: &Self) {
        self.finite += other.finite;
        self.masked += other.masked;
        self.infinite += other.infinite;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        for (bin, &count) in other.histogram.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let place = if self.bins == other.bins { bin } else { self.bins.of_key(other.bins.keys(bin).0) };
            self.histogram[place] += count;
        }
    }

    /// The value below which `percent` per cent of the finite values lie, by the usual linear rule (rank
    /// `percent/100·(n−1)`), known to the width of a bin: the values of a bin are taken as evenly spread over it.
    /// 0 and 100 give the extremes themselves; no finite value gives `None`.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<f64> {
        let (min, max) = self.extremes()?;
        if percent <= 0.0 {
            return Some(min);
        }
        if percent >= 100.0 || percent.is_nan() {
            return Some(max);
        }
        #[expect(clippy::cast_precision_loss, reason = "a rank needs no more than 53 bits")]
        let as_f64 = |count: u64| count as f64;
        let rank = percent / 100.0 * as_f64(self.finite - 1);
        let mut below = 0;
        for (bin, &count) in self.histogram.iter().enumerate().filter(|&(_, &count)| count > 0) {
            if rank < as_f64(below + count) {
                let (first, last) = self.bins.keys(bin);
                // The outer bins also hold what lies outside of the window, so they reach to the extremes.
                let low = if bin == 0 { min } else { f64::from(key::to_f32(first)).max(min) };
                let high = if bin == BINS - 1 { max } else { f64::from(key::to_f32(last)).min(max) };
                let part = (rank - as_f64(below) + 0.5) / as_f64(count);
                return Some((low + (high - low) * part.clamp(0.0, 1.0)).clamp(min, max));
            }
            below += count;
        }
        Some(max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbered_codes_are_counted_exactly() {
        let mut stats = RangeStats::default();
        stats.add_f32(&[0.0, 1.0, 4.0, 4.0, f32::NAN]);
        assert_eq!([0.0, 1.0, 2.0, 4.0].map(|code| stats.count_of(code)), [1, 1, 0, 2], "one bin a code");
    }
    use crate::kernels::tests::{check, fields};

    #[test]
    fn shader_and_data_agree() {
        let fields = fields!(Params: cells, plane_offset, first_quad, key_low, key_shift);
        assert_eq!(check(&kernel(), &fields), Ok(()), "range");
        let quads = format!("QUADS: u32 = {QUADS}u");
        assert!(WGSL.contains(&quads), "cells per invocation");
        assert!(WGSL.contains(&format!("atomic<u32>, {BINS}>")), "bins");
    }

    fn field() -> Vec<f32> {
        let mut values: Vec<f32> = (0..10_007_u16).map(|i| (f32::from(i) * 0.37).sin() * 5.0 - 1.0).collect();
        values[17] = f32::NAN;
        values[18] = f32::INFINITY;
        values[19] = f32::NEG_INFINITY;
        values[20] = f32::from_bits(0xffff_ffff);
        values
    }

    #[test]
    fn counts_and_extremes() {
        let values = field();
        let mut stats = RangeStats::default();
        stats.add_f32(&values);
        assert_eq!((stats.finite, stats.masked, stats.infinite), (10_003, 2, 2), "counts");
        let finite: Vec<f32> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let min = finite.iter().copied().fold(f32::INFINITY, f32::min);
        let max = finite.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        assert_eq!(stats.extremes(), Some((f64::from(min), f64::from(max))), "extremes");
        assert_eq!(stats.histogram.iter().sum::<u64>(), stats.finite, "every finite cell is in a bin");
        assert_eq!(stats.cells(), values.len() as u64, "all cells");
    }

    #[test]
    fn parts_merge_to_the_whole_and_f64_agrees() {
        let values = field();
        let mut whole = RangeStats::default();
        whole.add_f32(&values);
        let (mut left, mut right) = (RangeStats::default(), RangeStats::default());
        left.add_f32(&values[..3_001]);
        right.add_f32(&values[3_001..]);
        right.merge(&left);
        assert_eq!(right, whole, "two parts");
        let wide: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
        let mut reference = RangeStats::default();
        reference.add_f64(&wide);
        assert_eq!(reference, whole, "the same values as f64");
        left.add_f32(&[1.0]);
        assert_ne!(left, whole, "the comparison sees a difference");
    }

    #[test]
    fn neighbours_are_counted_as_single_values_are() {
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -f32::NAN, f32::MAX, f32::MIN, -0.0, 1e-45] {
            for place in [0, 5, 31, 32, 63, 64, 140] {
                for scale in [0.0, 1e-4, 10.0] {
                    let mut values: Vec<f32> = (0..150_u8).map(|i| 1.0 + scale * f32::from(i)).collect();
                    values[place] = special;
                    let (mut whole, mut single) = (RangeStats::default(), RangeStats::default());
                    whole.add_f32(&values);
                    values.iter().for_each(|&value| single.add_f32(&[value]));
                    assert_eq!(whole, single, "{special} at {place}, {scale}");
                    assert_eq!(whole.histogram.iter().sum::<u64>(), whole.finite, "all in bins");
                }
            }
        }
    }

    /// A bin of the default window spans 2⁻⁷ of its value; the true percentile lies in the same bin.
    const BIN_WIDTH: f64 = 1.0 / 128.0;

    #[test]
    fn percentiles_are_right_to_a_bin() {
        let mut values = field();
        values.retain(|v| v.is_finite());
        let mut stats = RangeStats::default();
        stats.add_f32(&values);
        let mut fine = RangeStats::new(Bins::between(stats.min, stats.max));
        fine.add_f32(&values);
        values.sort_by(f32::total_cmp);
        for percent in [0.0, 0.5, 2.0, 25.0, 50.0, 75.0, 98.0, 99.9, 100.0] {
            let rank = percent / 100.0 * 10_002.0;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small index")]
            let exact = f64::from(values[rank as usize]);
            let found = stats.percentile(percent).expect("there are values");
            assert!((found - exact).abs() <= exact.abs() * BIN_WIDTH, "{percent} %: {found} for {exact}");
            let found = fine.percentile(percent).expect("there are values");
            assert!((found - exact).abs() <= exact.abs() * BIN_WIDTH, "{percent} %, fine: {found} for {exact}");
        }
    }

    #[test]
    fn a_second_pass_resolves_a_narrow_field() {
        let values: Vec<f32> = (0..1_000_u16).map(|i| 1000.0 + f32::from(i).powi(2) * 1e-6).collect();
        let mut stats = RangeStats::default();
        stats.add_f32(&values);
        let mut fine = RangeStats::new(Bins::between(stats.min, stats.max));
        fine.add_f32(&values);
        // 999 steps: rank 499.5 lies between two neighbours, 1e-3 apart; an ulp of 1000 is 6e-5.
        let median = fine.percentile(50.0).expect("there are values");
        assert!((median - 1000.2495).abs() < 1e-3 + 1.2e-4, "median {median}");
    }

    #[test]
    fn nothing_one_value_and_values_out_of_f32() {
        let mut stats = RangeStats::default();
        assert_eq!((stats.extremes(), stats.percentile(50.0)), (None, None), "empty");
        stats.add_f32(&[f32::NAN, f32::INFINITY]);
        assert_eq!((stats.extremes(), stats.percentile(50.0)), (None, None), "nothing finite");
        stats.add_f32(&[-0.0]);
        assert_eq!(stats.min.to_bits(), 0, "a negative zero counts as zero");
        assert_eq!(stats.percentile(50.0), Some(0.0), "one value is every percentile");
        let mut wide = RangeStats::default();
        wide.add_f64(&[1e300, -1e300, 1e-300]);
        assert_eq!((wide.finite, wide.min, wide.max), (3, -1e300, 1e300), "exact beyond f32");
        assert_eq!(wide.percentile(100.0), Some(1e300), "the largest");
    }

    #[test]
    fn bins_hold_their_window() {
        for (min, max) in [(0.0, 0.0), (1.0, 1.0 + 1e-5), (-1.0, 1.0), (-1e38, 1e38), (1.0, 2.0)] {
            let bins = Bins::between(min, max);
            assert_eq!(bins.of_key(key_of_f64(min)), 0, "{min} is in the first bin");
            let last = key_of_f64(max).wrapping_sub(bins.low) >> bins.shift;
            assert!((last as usize) < BINS, "{max} is in a bin: {bins:?}");
            assert!(bins.shift == 0 || last as usize >= BINS / 2, "no finer bins are possible: {bins:?}");
            let (first, last) = bins.keys(7);
            assert_eq!((bins.of_key(first), bins.of_key(last)), (7, 7), "keys of a bin");
        }
    }
}
