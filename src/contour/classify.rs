//! Classes of nodes against all levels at once.
//!
//! The class of a masked node is 0, of any other 1 + the number of levels ≤ its value. A level `k` (from 0) crosses an edge between
//! classes `a` and `b`, both above 0, if it lies in `a.min(b) − 1 .. a.max(b) − 1`; so a value equal to a level counts as above it.
//! Most blocks of neighbours lie between two levels, and are told by their extremes.

use multiversion::multiversion;

/// The class of a node.
pub(super) type Class = u16;

/// Values that are compared together.
const BLOCK: usize = 64;

/// With more levels than this in a block each value is looked up by halving.
const FEW: usize = 8;

/// A number type of an engine.
pub(super) trait Number: Copy + PartialOrd + Send + Sync + 'static {
    /// The least number that is not below a level.
    fn at_least(level: f64) -> Self;
    /// The smallest, the largest, and whether there is a NaN.
    fn extremes(values: &[Self; BLOCK]) -> (Self, Self, bool);
}

macro_rules! extremes {
    ($name:ident, $float:ty) => {
        #[multiversion(targets("x86_64+avx2"))]
        fn $name(values: &[$float; BLOCK]) -> ($float, $float, bool) {
            let (mut low, mut high, mut masked) = (<$float>::INFINITY, <$float>::NEG_INFINITY, false);
            for &value in values {
                low = if value < low { value } else { low };
                high = if value > high { value } else { high };
                masked |= value.is_nan();
            }
            (low, high, masked)
        }
    };
}
extremes!(extremes_f32, f32);
extremes!(extremes_f64, f64);

impl Number for f32 {
    #[expect(clippy::cast_possible_truncation, reason = "what is lost is put right in the next line")]
    fn at_least(level: f64) -> Self {
        let near = level as Self;
        if f64::from(near) < level { near.next_up() } else { near }
    }
    fn extremes(values: &[Self; BLOCK]) -> (Self, Self, bool) {
        extremes_f32(values)
    }
}

impl Number for f64 {
    fn at_least(level: f64) -> Self {
        level
    }
    fn extremes(values: &[Self; BLOCK]) -> (Self, Self, bool) {
        extremes_f64(values)
    }
}

/// The classes that these ascending levels make.
pub(super) struct Classes<T> {
    levels: Vec<T>,
}

impl<T: Number> Classes<T> {
    pub(super) fn new(levels: &[f64]) -> Self {
        Self { levels: levels.iter().map(|&level| T::at_least(level)).collect() }
    }

    /// The levels in the number type.
    pub(super) fn levels(&self) -> &[T] {
        &self.levels
    }

    fn count(&self, value: T) -> Class {
        narrow(self.levels.partition_point(|level| *level <= value))
    }

    /// The class of one value.
    #[expect(clippy::eq_op, reason = "a NaN differs from itself, in any number type")]
    pub(super) fn of(&self, value: T) -> Class {
        if value != value { 0 } else { 1 + self.count(value) }
    }

    /// The classes of values, as many as there are places.
    pub(super) fn fill(&self, values: &[T], classes: &mut [Class]) {
        let (blocks, rest) = values.as_chunks::<BLOCK>();
        let (places, last) = classes.as_chunks_mut::<BLOCK>();
        for (values, places) in blocks.iter().zip(places) {
            let (low, high, masked) = T::extremes(values);
            let (a, b) = (self.count(low), self.count(high));
            if masked || usize::from(b.saturating_sub(a)) > FEW {
                places.iter_mut().zip(values).for_each(|(place, &value)| *place = self.of(value));
                continue;
            }
            *places = [1 + a; BLOCK];
            for level in &self.levels[usize::from(a)..usize::from(b)] {
                places.iter_mut().zip(values).for_each(|(place, value)| *place += Class::from(level <= value));
            }
        }
        last.iter_mut().zip(rest).for_each(|(place, &value)| *place = self.of(value));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are at most MOST_LEVELS levels")]
fn narrow(count: usize) -> Class {
    count as Class
}

/// The levels that cross the edge between nodes of two classes.
pub(super) fn crossed(a: Class, b: Class) -> std::ops::Range<Class> {
    if a == 0 || b == 0 { 0..0 } else { a.min(b) - 1..a.max(b) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_blocks_are_those_of_single_values() {
        let levels: Vec<f64> = (0..40).map(|k| f64::from(k) * 0.1 - 2.0).collect();
        for scale in [0.0, 1e-3, 0.05, 3.0, 1e6] {
            let mut values: Vec<f32> = (0..1000_u16).map(|i| (f32::from(i) * 0.013).sin() * scale).collect();
            values[70] = f32::NAN;
            values[300] = 0.1;
            values[301] = -0.0;
            values[302] = f32::NEG_INFINITY;
            let classes = Classes::<f32>::new(&levels);
            let mut found = vec![9999; values.len()];
            classes.fill(&values, &mut found);
            for (value, class) in values.iter().zip(found) {
                let count = levels.iter().filter(|level| **level <= f64::from(*value)).count();
                let want = if value.is_nan() { 0 } else { 1 + count };
                assert_eq!(usize::from(class), want, "{value} at scale {scale}");
            }
        }
    }

    #[test]
    fn f32_is_compared_with_the_level_itself() {
        // The nearest f32 of 0.1 lies above it, that of 0.3 + 1e-9 below.
        let classes = Classes::<f32>::new(&[0.1, 0.3 + 2e-8]);
        assert_eq!(classes.of(0.1), 2, "0.1 in f32 is more than 0.1");
        assert_eq!((classes.of(0.3), classes.of(0.3_f32.next_up())), (2, 3), "0.3 in f32 is less than the level");
    }

    #[test]
    fn levels_between_classes_cross() {
        assert_eq!((crossed(0, 4), crossed(4, 2), crossed(3, 3)), (0..0, 1..3, 2..2), "levels between");
    }
}
