//! Turns values into 8-bit colour indices by sorted thresholds: 0 for a masked cell, else 1 + the number at or below.
//!
//! **Theory.** Every colour scale (linear, logarithmic, symmetric, centred, cyclic) is monotone, so with at most 255
//! colours it is given by at most 254 thresholds: the scale is applied to the thresholds once, in f64 on the
//! CPU, and a cell needs comparisons only. GPU and CPU then agree in every index, whatever the scale.
//!
//! **The shader** compares keys (see [`key`]) in a branch-free binary search of eight steps over 256 entries, of
//! which the unused ones hold the largest `u32`; four indices make one `u32`, the first cell in its lowest byte.
//!
//! **On the CPU** [`palette`] is the shader's twin, and [`Lookup`] the fast way to the same answer: any monotone map
//! from values to a small number of slots allows the count of thresholds in lower slots to be tabulated, and only the
//! few in the value's own slot remain to be compared. Two maps are tried, linear in the value and linear in the key
//! (which is nearly its logarithm); whichever crowds fewer thresholds into a slot is taken. Rounding in the map does
//! no harm: it is monotone all the same, so the count is exact.
//!
//! **Edges**: −∞ gets 1 and +∞ the largest index; −0 is +0; a value equal to a threshold is above it.

use super::neighbours::NEIGHBOURS;
use super::{Binding, Kernel, key};

/// The shader's text, without the key functions that stand in front.
const WGSL: &str = include_str!("../../shaders/palette.wgsl");

/// The largest number of thresholds: 255 colours and the index 0 for masked cells.
pub const MAX_THRESHOLDS: usize = 254;

/// Entries of the shader's table of thresholds.
pub const ENTRIES: usize = 256;

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
}

/// The kernel.
#[must_use]
pub fn kernel() -> Kernel {
    Kernel {
        name: "palette",
        source: vec![key::WGSL.into(), WGSL.into()],
        bindings: const {
            &[
                Binding::uniform("params"),
                Binding::read("planes"),
                Binding::read("thresholds"),
                Binding::read_write("indices"),
            ]
        },
        workgroup: 64,
        params_size: size_of::<Params>(),
        ends: true,
    }
}

/// Why thresholds cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// More than 254.
    #[error("{0} thresholds; at most {MAX_THRESHOLDS} fit 8-bit indices")]
    TooMany(usize),
    /// Not in rising order, or not a number.
    #[error("threshold {0} is not a number or smaller than the one before")]
    Unsorted(usize),
}

/// Refuses thresholds that are too many, not sorted or not numbers.
fn validate<T: Sample>(thresholds: &[T]) -> Result<(), ThresholdError> {
    if thresholds.len() > MAX_THRESHOLDS {
        return Err(ThresholdError::TooMany(thresholds.len()));
    }
    for (i, &threshold) in thresholds.iter().enumerate() {
        let rises = i == 0 || thresholds[i - 1] <= threshold;
        if threshold.masked() || !rises {
            return Err(ThresholdError::Unsorted(i));
        }
    }
    Ok(())
}

/// The shader's table: the keys of the thresholds, filled up with the largest `u32`.
///
/// # Errors
/// When the thresholds are more than 254, unsorted or not numbers.
pub fn threshold_keys(thresholds: &[f32]) -> Result<[u32; ENTRIES], ThresholdError> {
    validate(thresholds)?;
    let mut keys = [u32::MAX; ENTRIES];
    for (key, &threshold) in keys.iter_mut().zip(thresholds) {
        *key = key::of_f32(threshold);
    }
    Ok(keys)
}

/// The twin of the shader's `index_of`.
#[inline]
#[must_use]
pub fn index_of(bits: u32, thresholds: &[u32; ENTRIES]) -> u8 {
    let key = key::of_bits(bits);
    let mut below = 0_u8;
    for step in [128, 64, 32, 16, 8, 4, 2, 1_u8] {
        below += if thresholds[usize::from(below + (step - 1))] <= key { step } else { 0 };
    }
    if key::is_nan(bits) { 0 } else { below.saturating_add(1) }
}

/// The twin of the shader: indices of values. Stops at the shorter of the two slices.
pub fn palette(values: &[f32], thresholds: &[u32; ENTRIES], indices: &mut [u8]) {
    for (index, value) in indices.iter_mut().zip(values) {
        *index = index_of(value.to_bits(), thresholds);
    }
}

/// A value that [`Lookup`] can place: `f32` or `f64`.
pub trait Sample: Copy + PartialOrd + Send + Sync + sealed::Slots + 'static {}
impl Sample for f32 {}
impl Sample for f64 {}

/// Slots of a [`Lookup`].
const SLOTS: usize = 4096;

mod sealed {
    //! The two maps from a value to a slot, for each type of value.

    use super::{Lookup, SLOTS};
    use crate::kernels::neighbours::{NEIGHBOURS, bounds_f32, bounds_f64};
    use multiversion::multiversion;

    /// What the maps need; sealed, because an answer depends on their being monotone.
    pub trait Slots: Sized {
        /// Not a number, which nothing equals or exceeds.
        const NAN: Self;
        /// Offset and scale of the linear map that takes `first` to slot 0 and `last` to the last slot.
        fn linear(first: Self, last: Self) -> (Self, Self);
        /// The slot of a value by the linear map; any slot for a NaN.
        fn linear_slot(self, offset: Self, scale: Self) -> usize;
        /// An unsigned integer in the order of the values.
        fn order(self) -> u64;
        /// Whether this is a NaN.
        fn masked(self) -> bool;
        /// The smallest and the largest of values; at least one of them is a NaN if one of the values is.
        fn bounds(values: &[Self; NEIGHBOURS]) -> (Self, Self);
        /// The indices of values, in the widest vectors there are.
        fn apply(lookup: &Lookup<Self>, values: &[Self], indices: &mut [u8]);
    }

    macro_rules! slots {
        ($float:ident, $bounds:ident, $magic:literal, $top:literal, $sign:literal) => {
            impl Slots for $float {
                const NAN: Self = Self::NAN;

                fn linear(first: Self, last: Self) -> (Self, Self) {
                    let scale = $top / (last - first);
                    // Equal or far too close thresholds: one slot for all.
                    if scale.is_finite() && first.is_finite() { (first, scale) } else { (0.0, 0.0) }
                }

                #[inline(always)]
                fn linear_slot(self, offset: Self, scale: Self) -> usize {
                    let at = (self - offset) * scale;
                    let at = if at > 0.0 { at } else { 0.0 };
                    let at = if at < $top { at } else { $top };
                    // Adding 2^(mantissa bits) leaves the rounded number in the lowest bits.
                    #[expect(clippy::cast_possible_truncation, reason = "only the lowest bits are wanted")]
                    let bits = (at + $magic).to_bits() as u16;
                    usize::from(bits) & (SLOTS - 1)
                }

                #[inline(always)]
                fn order(self) -> u64 {
                    // Adding +0 turns −0 into +0.
                    let bits = (self + 0.0).to_bits();
                    u64::from(bits ^ if bits & $sign != 0 { !0 } else { $sign })
                }

                #[inline(always)]
                fn masked(self) -> bool {
                    self.is_nan()
                }

                #[inline(always)]
                fn bounds(values: &[Self; NEIGHBOURS]) -> (Self, Self) {
                    $bounds(values)
                }

                fn apply(lookup: &Lookup<Self>, values: &[Self], indices: &mut [u8]) {
                    #[multiversion(targets("x86_64+avx2"))]
                    fn wide(lookup: &Lookup<$float>, values: &[$float], indices: &mut [u8]) {
                        lookup.indices(values, indices);
                    }
                    wide(lookup, values, indices);
                }
            }
        };
    }
    slots!(f32, bounds_f32, 8_388_608.0, 4095.0, 0x8000_0000_u32);
    slots!(f64, bounds_f64, 4_503_599_627_370_496.0, 4095.0, 0x8000_0000_0000_0000_u64);
}

/// A monotone map from values to slots.
#[derive(Debug, Clone, Copy)]
enum Map<T> {
    Linear { offset: T, scale: T },
    Order { low: u64, shift: u32 },
}

/// Thresholds prepared for many values on the CPU: the same indices as [`palette`], several times faster.
#[derive(Debug, Clone)]
pub struct Lookup<T> {
    map: Map<T>,
    /// Thresholds in the slots below each slot.
    below: Box<[u8; SLOTS]>,
    /// The thresholds, filled up with NaN, which no value reaches.
    thresholds: Box<[T; ENTRIES + CROWD]>,
    /// The largest number of thresholds in a slot.
    crowd: usize,
}

/// The most thresholds that neighbours are compared with one after the other, in vectors; beyond it the table is faster.
const STEPS: u8 = 12;

/// The largest number of comparisons after the table; beyond it a search is faster.
const CROWD: usize = 8;

impl<T: Sample> Lookup<T> {
    /// Prepares thresholds.
    ///
    /// # Errors
    /// When the thresholds are more than 254, unsorted or not numbers.
    pub fn new(thresholds: &[T]) -> Result<Self, ThresholdError> {
        validate(thresholds)?;
        let mut maps = vec![Map::Order { low: 0, shift: u64::BITS - 1 }];
        if let [first, .., last] = *thresholds {
            let (offset, scale) = T::linear(first, last);
            let (low, high) = (first.order(), last.order());
            let bits = u64::BITS - (high - low).leading_zeros();
            let shift = bits.saturating_sub(SLOTS.trailing_zeros());
            maps = vec![Map::Linear { offset, scale }, Map::Order { low, shift }];
        }
        let mut best: Option<Self> = None;
        for map in maps {
            let lookup = Self::with_map(thresholds, map);
            if best.as_ref().is_none_or(|best| lookup.crowd < best.crowd) {
                best = Some(lookup);
            }
        }
        // There is always at least one map.
        best.ok_or(ThresholdError::TooMany(0))
    }

    fn with_map(thresholds: &[T], map: Map<T>) -> Self {
        let mut count = vec![0_u8; SLOTS];
        for &threshold in thresholds {
            count[slot(threshold, map)] += 1;
        }
        let crowd = usize::from(count.iter().copied().max().unwrap_or(0));
        let mut below = Box::new([0; SLOTS]);
        let mut sum = 0;
        for (below, count) in below.iter_mut().zip(count) {
            *below = sum;
            sum += count;
        }
        let mut padded = Box::new([T::NAN; ENTRIES + CROWD]);
        for (place, &threshold) in padded.iter_mut().zip(thresholds) {
            *place = threshold;
        }
        Self { map, below, thresholds: padded, crowd }
    }

    /// Indices of values. Stops at the shorter of the two slices.
    pub fn apply(&self, values: &[T], indices: &mut [u8]) {
        T::apply(self, values, indices);
    }

    #[inline(always)]
    fn indices(&self, values: &[T], indices: &mut [u8]) {
        match self.map {
            Map::Linear { offset, scale } => self.dispatch(values, indices, |v| v.linear_slot(offset, scale)),
            Map::Order { .. } => self.dispatch(values, indices, |v| slot(v, self.map)),
        }
    }

    #[inline(always)]
    fn dispatch(&self, values: &[T], indices: &mut [u8], slot: impl Fn(T) -> usize) {
        match self.crowd {
            0 | 1 => self.run::<1>(values, indices, slot),
            2 => self.run::<2>(values, indices, slot),
            3 | 4 => self.run::<4>(values, indices, slot),
            5..=CROWD => self.run::<CROWD>(values, indices, slot),
            _ => self.search(values, indices),
        }
    }

    #[inline(always)]
    fn run<const N: usize>(&self, values: &[T], indices: &mut [u8], slot: impl Fn(T) -> usize) {
        let of = |value: T| {
            let below = self.below[slot(value) & (SLOTS - 1)];
            let own: u8 = (0..N).map(|i| u8::from(self.thresholds[usize::from(below) + i] <= value)).sum();
            if value.masked() { 0 } else { below.saturating_add(own).saturating_add(1) }
        };
        let count = values.len().min(indices.len());
        let (values, values_left) = values[..count].as_chunks::<NEIGHBOURS>();
        let (indices, indices_left) = indices[..count].as_chunks_mut::<NEIGHBOURS>();
        for (values, indices) in values.iter().zip(indices) {
            // An index rises with its value: all lie between those of the ends. Neighbours mostly have few colours, so that only
            // the thresholds between the ends are left to be compared.
            let (low, high) = T::bounds(values);
            let (first, last) = (of(low), of(high));
            if first > 0 && last >= first && last - first <= STEPS {
                let mut above = [u32::from(first); NEIGHBOURS];
                for &threshold in &self.thresholds[usize::from(first - 1)..usize::from(last - 1)] {
                    for (above, &value) in above.iter_mut().zip(values) {
                        *above = above.wrapping_add(u32::from(threshold <= value));
                    }
                }
                for (index, above) in indices.iter_mut().zip(above) {
                    #[expect(clippy::cast_possible_truncation, reason = "at most the index of the largest value")]
                    let narrow = above as u8;
                    *index = narrow;
                }
            } else {
                for (index, &value) in indices.iter_mut().zip(values) {
                    *index = of(value);
                }
            }
        }
        for (index, &value) in indices_left.iter_mut().zip(values_left) {
            *index = of(value);
        }
    }

    fn search(&self, values: &[T], indices: &mut [u8]) {
        for (index, &value) in indices.iter_mut().zip(values) {
            let mut below = 0_u8;
            for step in [128, 64, 32, 16, 8, 4, 2, 1_u8] {
                below += if self.thresholds[usize::from(below + (step - 1))] <= value { step } else { 0 };
            }
            *index = if value.masked() { 0 } else { below.saturating_add(1) };
        }
    }
}

/// The slot of a value; any slot for a NaN.
#[inline(always)]
fn slot<T: Sample>(value: T, map: Map<T>) -> usize {
    match map {
        Map::Linear { offset, scale } => value.linear_slot(offset, scale),
        Map::Order { low, shift } => {
            let at = value.order().saturating_sub(low) >> shift;
            #[expect(clippy::cast_possible_truncation, reason = "less than SLOTS")]
            let slot = at.min(SLOTS as u64 - 1) as usize;
            slot
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::tests::{check, fields};

    #[test]
    fn shader_and_data_agree() {
        assert_eq!(check(&kernel(), &fields!(Params: cells, plane_offset, first_quad)), Ok(()), "palette");
    }

    /// The definition, with none of the tricks.
    fn plain<T: Sample>(value: T, thresholds: &[T]) -> u8 {
        let below = thresholds.iter().filter(|&&t| t <= value).count();
        if value.masked() { 0 } else { u8::try_from(below + 1).expect("at most 255") }
    }

    /// Thresholds of many scales, and values around each of them.
    fn cases() -> Vec<(Vec<f32>, Vec<f32>)> {
        let ramp = |n: u16, f: &dyn Fn(f32) -> f32| (0..n).map(|i| f(f32::from(i) / f32::from(n))).collect::<Vec<_>>();
        let mut all = vec![
            vec![],
            vec![0.0],
            vec![-0.0, 0.0],
            vec![1.0; 254],
            vec![f32::NEG_INFINITY, f32::MIN, f32::MAX, f32::INFINITY],
            ramp(254, &|t| t),
            ramp(254, &|t| 1e6 + t),
            ramp(253, &|t| t * 2.0 - 1.0),
            ramp(254, &|t| 10_f32.powf(t * 12.0 - 6.0)),
            ramp(254, &|t| (t - 0.5).signum() * (t - 0.5).abs().powi(5) * 1e4),
            ramp(254, &|t| f32::from_bits(if t > 0.5 { 300 } else { 7 })),
            ramp(254, &|t| (t - 0.5) * f32::MAX),
        ];
        for thresholds in &mut all {
            thresholds.sort_by(f32::total_cmp);
        }
        all.into_iter()
            .map(|thresholds| {
                let special = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, f32::MAX, f32::MIN];
                let mut values = special.to_vec();
                for &t in &thresholds {
                    values.extend([t, t.next_up(), t.next_down(), t * 1.01, -t]);
                }
                values.extend(ramp(999, &|t| (t * 700.0).sin() * 3.0));
                (thresholds, values)
            })
            .collect()
    }

    #[test]
    fn every_way_gives_the_same_indices() {
        for (thresholds, values) in cases() {
            let want: Vec<u8> = values.iter().map(|&v| plain(v, &thresholds)).collect();
            let mut indices = vec![0xaa; values.len()];
            palette(&values, &threshold_keys(&thresholds).expect("sorted"), &mut indices);
            assert_eq!(indices, want, "twin of the shader, {thresholds:?}");
            indices.fill(0xaa);
            let lookup = Lookup::new(&thresholds).expect("sorted");
            lookup.apply(&values, &mut indices);
            assert_eq!(indices, want, "lookup, {thresholds:?}");
            indices.fill(0xaa);
            lookup.search(&values, &mut indices);
            assert_eq!(indices, want, "search, {thresholds:?}");
            let wide = |v: &[f32]| v.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
            indices.fill(0xaa);
            Lookup::new(&wide(&thresholds)).expect("sorted").apply(&wide(&values), &mut indices);
            assert_eq!(indices, want, "lookup of f64, {thresholds:?}");
        }
    }

    #[test]
    fn usual_scales_need_few_comparisons() {
        for (thresholds, _) in [5, 7, 8].map(|i| cases().swap_remove(i)) {
            let lookup = Lookup::new(&thresholds).expect("sorted");
            assert!(lookup.crowd <= CROWD, "{} in a slot for {thresholds:?}", lookup.crowd);
        }
        let (linear, _) = &cases()[5];
        assert_eq!(Lookup::new(linear).expect("sorted").crowd, 1, "a linear scale needs one");
    }

    #[test]
    fn a_wrong_index_is_seen() {
        let (thresholds, values) = &cases()[5];
        let keys = threshold_keys(&thresholds[1..]).expect("sorted");
        let differs = values.iter().any(|v| index_of(v.to_bits(), &keys) != plain(*v, thresholds));
        assert!(differs, "one threshold fewer must show");
    }

    #[test]
    fn bad_thresholds_are_refused() {
        assert_eq!(threshold_keys(&[0.0; 255]), Err(ThresholdError::TooMany(255)), "too many");
        assert_eq!(threshold_keys(&[1.0, 0.0]), Err(ThresholdError::Unsorted(1)), "falling");
        assert_eq!(threshold_keys(&[f32::NAN]), Err(ThresholdError::Unsorted(0)), "not a number");
        assert!(Lookup::new(&[2.0, 1.0]).is_err(), "the lookup refuses them as well");
    }
}
