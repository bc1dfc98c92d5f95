//! Judging an engine's values before they are timed.
//!
//! The `cpu` engine is right where |cpu − f64| lies within the running error bound of the same formula (`-q bound`), in every
//! cell where both have a value; the `gpu` engine is right where it has the bits of `cpu`, or on an adapter that failed its
//! self-test, where it is within the bound, too.
//!
//! **Edge cases.** Where the bound is undefined nothing is promised and nothing judged. On the edge of a domain a cell can have a
//! value in one number type and none in the other, because its coordinate is rounded; such cells are counted, not
//! condemned. Values of which none could be judged although the reference has some are wrong.

use crate::field::Samples;

/// What `f64` itself may be off by, as a share of the bound for `f32`: its unit roundoff is 2⁻²⁹ of that of `f32`, and each rule of the
/// bound is proportional to it; this leaves a factor of 32.
const REFERENCE: f64 = 1.0 / 16_777_216.0;

/// What was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Found {
    /// Values compared.
    pub judged: u64,
    /// Of these, wrong.
    pub wrong: u64,
    /// The cell of the first.
    pub first: Option<usize>,
    /// The largest error as a share of its bound.
    pub worst: f64,
    /// Values that are there in one and not in the other.
    pub masks: u64,
    /// Values that the reference has.
    pub defined: u64,
}

/// The verdict on one engine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Check {
    /// It is what the others are judged by.
    Reference,
    /// Against `f64`, within the error bound.
    Bound(Found),
    /// Against `cpu`, by bits.
    Bits(Found),
}

impl Check {
    /// Whether the values are right.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self {
            Self::Reference => true,
            Self::Bound(found) | Self::Bits(found) => found.wrong == 0 && (found.judged > 0 || found.defined == 0),
        }
    }
}

/// Looks at bands and remembers.
#[derive(Debug)]
pub struct Judge {
    by_bits: bool,
    found: Found,
}

impl Judge {
    /// A judge by the error bound.
    #[must_use]
    pub fn bound() -> Self {
        Self { by_bits: false, found: Found::default() }
    }

    /// A judge by bits.
    #[must_use]
    pub fn bits() -> Self {
        Self { by_bits: true, found: Found::default() }
    }

    /// Compares a band that begins with cell `start`; a plane or a cell that is missing is wrong.
    pub fn look(&mut self, got: &Samples, want: &Samples, bound: &Samples, start: usize) {
        for plane in 0..want.planes() {
            match (self.by_bits, got, want) {
                (true, Samples::F32(got), Samples::F32(want)) => self.bits_of(got.get(plane), &want[plane], start),
                _ => {
                    for cell in 0..want.cells() {
                        let values = [got, want, bound].map(|samples| samples.get(plane, cell));
                        self.value(values, start + cell);
                    }
                }
            }
        }
    }

    fn bits_of(&mut self, got: Option<&Vec<f32>>, want: &[f32], start: usize) {
        for (cell, want) in want.iter().enumerate() {
            let same = got.and_then(|got| got.get(cell)).is_some_and(|got| got.to_bits() == want.to_bits());
            self.found.defined += 1;
            self.count(same, start + cell);
        }
    }

    fn value(&mut self, [got, want, bound]: [f64; 3], cell: usize) {
        self.found.defined += u64::from(!want.is_nan());
        self.found.masks += u64::from(got.is_nan() != want.is_nan());
        if got.is_nan() || want.is_nan() || bound.is_nan() {
            return;
        }
        let error = (got - want).abs();
        if error > 0.0 {
            self.found.worst = self.found.worst.max(error / bound);
        }
        self.count(error <= bound * (1.0 + REFERENCE) + want.abs() * f64::EPSILON, cell);
    }

    fn count(&mut self, right: bool, cell: usize) {
        self.found.judged += 1;
        if !right {
            self.found.wrong += 1;
            self.found.first.get_or_insert(cell);
        }
    }

    /// The verdict.
    #[must_use]
    pub fn check(&self) -> Check {
        if self.by_bits { Check::Bits(self.found) } else { Check::Bound(self.found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(values: &[f32]) -> Samples {
        Samples::F32(vec![values.to_vec()])
    }

    fn double(values: &[f64]) -> Samples {
        Samples::F64(vec![values.to_vec()])
    }

    #[test]
    fn errors_beyond_the_bound_are_found() {
        let bound = single(&[0.25; 3]);
        let verdict = |got: &[f32], want: &[f64]| {
            let mut judge = Judge::bound();
            judge.look(&single(got), &double(want), &bound, 100);
            judge.check()
        };
        let fine = verdict(&[1.0, 2.25, 3.0], &[1.0, 2.0, 3.0]);
        assert!(fine.holds() && matches!(fine, Check::Bound(found) if found.worst == 1.0 && found.judged == 3));
        let wrong = verdict(&[1.0, 2.0, 3.5], &[1.0, 2.0, 3.0]);
        assert!(!wrong.holds() && matches!(wrong, Check::Bound(found) if found.first == Some(102)), "{wrong:?}");
        let nan = f32::NAN;
        let edge = verdict(&[1.0, nan, nan], &[1.0, 2.0, f64::NAN]);
        assert!(edge.holds() && matches!(edge, Check::Bound(found) if found.masks == 1 && found.judged == 1));
        assert!(!verdict(&[nan; 3], &[1.0; 3]).holds(), "an engine that masks everything");
        assert!(!verdict(&[], &[1.0; 3]).holds(), "or gives nothing");
        assert!(verdict(&[nan; 3], &[f64::NAN; 3]).holds(), "a formula without values");
    }

    #[test]
    fn one_bit_is_seen() {
        let verdict = |got: &[f32]| {
            let mut judge = Judge::bits();
            judge.look(&single(got), &single(&[1.0, 0.0]), &single(&[]), 7);
            judge.check()
        };
        assert!(verdict(&[1.0, 0.0]).holds(), "the same");
        assert!(!verdict(&[1.0, -0.0]).holds(), "a sign");
        assert!(!verdict(&[1.0]).holds(), "a missing cell");
        let off = verdict(&[1.0 + f32::EPSILON, 0.0]);
        assert!(matches!(off, Check::Bits(found) if found.first == Some(7) && found.wrong == 1), "{off:?}");
    }
}
