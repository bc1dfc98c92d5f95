//! Why cells are masked, counted while their values pass by: the mask codes come as one plane more, which is taken off again.

use crate::field::Samples;
use crate::program::mask::{HIGHEST_VALID, NAMES};

/// Cells that are looked at together.
const RUN: usize = 1024;

/// How often each code came; of the codes of valid cells nothing is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reasons([u64; NAMES.len()]);

impl Reasons {
    pub(super) fn counts(&self) -> &[u64] {
        &self.0
    }

    /// Counts the codes in the last plane, and hands on the planes before it.
    pub(super) fn take<E>(
        &mut self,
        samples: &mut Samples,
        sink: impl FnOnce(&Samples) -> Result<(), E>,
    ) -> Result<(), E> {
        // The planes are put together again, so that their buffers serve the next band.
        match samples {
            Samples::F32(planes) => {
                let last = planes.pop().unwrap_or_default();
                self.count(&last);
                let result = sink(samples);
                if let Samples::F32(planes) = samples {
                    planes.push(last);
                }
                result
            }
            Samples::F64(planes) => {
                let last = planes.pop().unwrap_or_default();
                self.count(&last);
                let result = sink(samples);
                if let Samples::F64(planes) = samples {
                    planes.push(last);
                }
                result
            }
        }
    }

    fn count<T: Copy + PartialOrd + From<u8>>(&mut self, codes: &[T]) {
        let code = |number: usize| T::from(u8::try_from(number).unwrap_or(u8::MAX));
        let highest = code(HIGHEST_VALID);
        for run in codes.chunks(RUN) {
            // Most runs are valid, which one look tells.
            if run.iter().fold(false, |found, code| found | (*code > highest)) {
                for (number, count) in self.0.iter_mut().enumerate().skip(HIGHEST_VALID + 1) {
                    *count += run.iter().filter(|found| **found == code(number)).count() as u64;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::formula::Formula;
    use crate::expr::names::Names;
    use crate::io::read::memory::Memory;
    use crate::program::mask::{HIGHEST_VALID, NAMES};
    use crate::request::RequestError;
    use crate::tile::watch::Silent;
    use crate::{EngineChoice, Grid, Quantity, Request};

    #[test]
    fn reasons_are_those_of_the_mask() {
        // Holes, logarithms of negative numbers, and an overflow.
        let mut values: Vec<f32> = (0_u8..=255).cycle().take(90 * 70).map(|k| f32::from(k) - 20.0).collect();
        values.iter_mut().step_by(331).for_each(|value| *value = f32::NAN);
        values[3000] = 1e38;
        let names = Names::new(["x", "y"], [""; 0]).and_then(|names| names.with_arrays([("a", 2)])).expect("names");
        let formula = Formula::with_names("ln(a) + a*a", names, Vec::new()).expect("a formula");
        let grid = Grid::plane((0.0, 89.0, 90), (0.0, 69.0, 70)).expect("valid");
        let arrays = || -> Vec<Box<dyn crate::io::read::Reader>> {
            vec![Box::new(Memory::new(&[70, 90], values.clone()).expect("as many"))]
        };
        for engine in [EngineChoice::Cpu, EngineChoice::F64] {
            let request = Request::new(&formula, &grid).quantity(Quantity::Gradient).engine(engine);
            let mut with = request.clone().reasons(true).prepare_with(arrays()).expect("fits");
            let (mut masked, mut planes) = (0, Vec::new());
            with.bands(&mut Silent, |band| {
                masked += band.masked();
                planes.push(band.planes());
                Ok::<(), RequestError>(())
            })
            .expect("computed");
            let mask = request.quantity(Quantity::Mask(Box::new(Quantity::Gradient)));
            let wanted = mask.prepare_with(arrays()).expect("fits").range(0, &mut Silent).expect("counted");
            let wanted: Vec<u64> = (0_u8..).map(|code| wanted.count_of(f32::from(code))).take(NAMES.len()).collect();
            let counts = with.reasons().expect("asked for");
            assert_eq!(counts[HIGHEST_VALID + 1..], wanted[HIGHEST_VALID + 1..], "{engine:?}: as the mask has them");
            assert_eq!(counts.iter().sum::<u64>(), masked, "{engine:?}: a reason for each");
            assert!(counts.iter().filter(|count| **count > 0).count() >= 2, "{engine:?}: of several kinds: {counts:?}");
            assert!(planes.iter().all(|planes| *planes == 2) && with.names().len() == 2, "the mask is not handed on");
        }
    }
}
